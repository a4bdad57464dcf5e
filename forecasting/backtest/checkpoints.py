"""Checkpoints: forecasts of finished folds in a folder, from which an interrupted run resumes with the same numbers."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.designs import Design, Fold
from forecasting.backtest.origins import SCORED
from forecasting.record.history import History
from forecasting.record.vocabulary import STATES
from forecasting.store.code_hash import library_versions, modules_sha256
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole
from forecasting.store.foreign import Foreign
from forecasting.store.npz import Form, npz_bytes, read_npz

FORECASTING = ("forecasting.backtest.fold_forecasts",)
FINISHED = Foreign("a finished fold", "delete it and run again")


@dataclass(frozen=True)
class Checkpoints:
    """Forecasts of the finished folds of one run, one file each, named by a hash of all they depend on.

    The hash covers `run` and, of the fold, its day, the cases held out and its origins: a checkpoint of another record
    or other code is not found.

    Attributes
    ----------
    folder : Path
        Folder of the files.
    run : tuple of str
        The record and its day, the code and its libraries, the design and the target.
    models : tuple of str
        Models that forecast.
    """

    folder: Path
    run: tuple[str, ...]
    models: tuple[str, ...]

    def read(self, fold: Fold, rows: pd.DataFrame) -> dict[str, NDArray[np.float64]] | None:
        """Forecasts of a fold, None if it is not finished; `UsageError` for a file that cannot be read."""
        path = self.path(fold, rows)
        if not path.exists():
            return None
        try:
            return read_npz(FINISHED.content(path), self.forms(rows))
        except ValueError as error:
            raise UsageError(f"{path}: {error}; {FINISHED.do}") from None

    def write(self, fold: Fold, rows: pd.DataFrame, forecasts: dict[str, NDArray[np.float64]]) -> None:
        """Write the forecasts of a fold; the file appears whole."""
        write_whole({self.path(fold, rows): npz_bytes(forecasts, self.forms(rows))})

    def forms(self, rows: pd.DataFrame) -> dict[str, Form]:
        """Form of the forecasts of these rows under each model."""
        return {name: Form("<f8", (len(rows), len(STATES), len(SCORED))) for name in self.models}

    def path(self, fold: Fold, rows: pd.DataFrame) -> Path:
        """File of a fold with the origins `rows`."""
        origins = [[case, day.isoformat()] for case, day in zip(rows["case_id"], rows["day"], strict=True)]
        key = json.dumps([self.run, fold.name, fold.day.isoformat(), fold.held_out, origins])
        return self.folder / f"fold-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"


def open_checkpoints(
    folder: str | Path, history: History, design: Design, target: str, models: tuple[str, ...]
) -> Checkpoints:
    """Checkpoints of a run in `folder`, which is made if it does not exist; `UsageError` where it cannot be."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"expected a folder for finished folds, got {place}: {error.strerror}; choose another with --resume"
        ) from None
    return Checkpoints(place, (history.sha256, history.as_of.isoformat(), _code(), design, target, *models), models)


def _code() -> str:
    """Hash of the code that forecasts a fold, and the versions of the libraries."""
    return json.dumps([modules_sha256(FORECASTING), library_versions()])
