"""Checkpoints: finished folds in a folder, from which an interrupted run goes on, bit for bit."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.designs import Design, Fold
from forecasting.record.history import History
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")


@dataclass(frozen=True)
class Checkpoints:
    """Forecasts of the finished folds of one run, one file each in `folder`, named by a hash of all they depend on.

    `run`: the record and its day, the code and its libraries, the design and the target. A fold adds its day, the
    cases held out and its origins. So a checkpoint of another record or other code is not found.
    """

    folder: Path
    run: tuple[str, ...]

    def read(self, fold: Fold, rows: pd.DataFrame) -> dict[str, NDArray[np.float64]] | None:
        """The forecasts of a fold, None if it is not finished; `UsageError` for a file that cannot be read."""
        path = self.path(fold, rows)
        if not path.exists():
            return None
        try:
            with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as arrays:
                return {name: arrays[name] for name in arrays.files}
        except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
            raise UsageError(f"expected a finished fold, got {path}: {error}; delete it and run again") from None

    def write(self, fold: Fold, rows: pd.DataFrame, forecasts: dict[str, NDArray[np.float64]]) -> None:
        """Write the forecasts of a fold; the file appears whole."""
        content = io.BytesIO()
        np.savez(content, allow_pickle=False, **forecasts)
        write_whole({self.path(fold, rows): content.getvalue()})

    def path(self, fold: Fold, rows: pd.DataFrame) -> Path:
        """The file of a fold whose origins are `rows`."""
        origins = [[case, day.isoformat()] for case, day in zip(rows["case_id"], rows["day"], strict=True)]
        key = json.dumps([self.run, fold.name, fold.day.isoformat(), fold.held_out, origins])
        return self.folder / f"fold-{hashlib.sha256(key.encode()).hexdigest()[:24]}.npz"


def open_checkpoints(folder: str | Path, history: History, design: Design, target: str) -> Checkpoints:
    """The checkpoints of a run in `folder`, which is made if need be; `UsageError` where it cannot be."""
    place = Path(folder)
    try:
        place.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"expected a folder for finished folds, got {place}: {error.strerror}; choose another with --resume"
        ) from None
    return Checkpoints(place, (history.sha256, history.as_of.isoformat(), _code(), design, target))


def _code() -> str:
    """Hash of the package's modules and of the versions of the libraries that the numbers come from."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256(json.dumps([version(name) for name in LIBRARIES]).encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(path.relative_to(package).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
