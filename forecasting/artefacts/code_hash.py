"""What fitted models are made from, and the key that stands for all of it."""

import hashlib
import json
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path

from forecasting.forecasts.forecast import check_models
from forecasting.models import MODELS
from forecasting.record.history import History
from forecasting.record.panel import check_choice
from forecasting.store.values import Values

LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")
PACKAGE = Path(__file__).parents[1]
CODE = ("store", "record", "models", "scores", "features", "forecasts", "artefacts")


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
        versions={name: version(name) for name in LIBRARIES},
    )


@cache
def code_sha256(package: Path = PACKAGE) -> str:
    """Hash of the package's modules that decide what a fitted model is, whatever their line ends."""
    digest = hashlib.sha256()
    modules = [path for room in CODE for path in (package / f"{room}.py", *(package / room).rglob("*.py"))]
    for path in sorted(path for path in modules if path.is_file()):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()
