"""What fitted models are made from, and the key that stands for all of it."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from forecasting.forecasts.fit import check_models
from forecasting.models import MODELS
from forecasting.record.history import History
from forecasting.record.panel import check_choice
from forecasting.store.code_hash import PACKAGE, library_versions, modules_sha256
from forecasting.store.values import Values

FITTING = ("forecasting.forecasts.forecast", "forecasting.artefacts.store")


class MadeFrom(Values):
    """All that decides what the fitted models are: record, day, target, population, models, code and libraries."""

    record_sha256: str
    as_of: str
    target: str
    population: str
    models: tuple[str, ...]
    code_sha256: str
    versions: dict[str, str]

    @property
    def key(self) -> str:
        """The content address: the sha256 of these values."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json")).encode()).hexdigest()


def made_from(history: History, names: Iterable[str], target: str, population: str) -> MadeFrom:
    """What models of these names, fitted on this history by this code, are made from; their order does not matter."""
    check_choice(target, population)
    chosen = check_models(names)
    return MadeFrom(
        record_sha256=history.sha256,
        as_of=history.as_of.isoformat(),
        target=target,
        population=population,
        models=tuple(name for name in MODELS if name in chosen),
        code_sha256=code_sha256(),
        versions=library_versions(),
    )


@cache
def code_sha256(package: Path = PACKAGE) -> str:
    """Hash of the code that decides what a fitted model is and forecasts: what fits it, writes it and reads it.

    Parameters
    ----------
    package : Path
        Folder of the package; its name is the name that its modules import it by.

    Returns
    -------
    str
        `modules_sha256` of the modules in `FITTING`, 64 hexadecimal digits.
    """
    return modules_sha256(FITTING, package)
