"""Fitted models as files: a folder named after all that they were made from, checked whole before it is used."""

import errno
import hashlib
import json
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from forecasting.errors import ArtefactError, UsageError, shown
from forecasting.forecast import FittedModels, check_models, fit_models, unfitted
from forecasting.history.panel import Population, check_choice, spells
from forecasting.history.view import History
from forecasting.models import MODELS
from forecasting.models.base_rate_state import Values
from forecasting.models.state import ModelValues, array_forms, restored, state
from forecasting.npz import npz_bytes, read_npz
from forecasting.vocabulary import TARGETS

ARTEFACTS = Path("artefacts")
VALUES, ARRAYS = "models.json", "arrays.npz"
MOST_BYTES = {VALUES: 4_000_000, ARRAYS: 256_000_000}
LIBRARIES = ("numpy", "scipy", "pandas", "scikit-learn")
CODE = (
    "errors", "months", "vocabulary", "places", "files", "npz", "schema", "history", "models", "scores", "features",
    "training", "given", "forecast", "artefact",
)  # fmt: skip
WANTED = {
    "extra_forbidden": "no such key",
    "missing": "this key",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "greater_than_equal": "a number from 0 to 100000",
    "less_than_equal": "a number from 0 to 100000",
    "union_tag_invalid": "values of a kind of model",
}


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


class Contents(Values):
    """What `models.json` holds: what the models were made from, their values, and the hashes of both files."""

    made_from: MadeFrom
    models: dict[str, ModelValues]
    arrays_sha256: str
    sha256: str


@dataclass(frozen=True)
class Trained:
    """An artefact: its key, its folder, and whether it was there already."""

    key: str
    folder: Path
    already: bool


@dataclass(frozen=True)
class Obtained:
    """Fitted models and where they came from: the key of an artefact, or None where they were refitted."""

    fitted: FittedModels
    key: str | None


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
        code_sha256=code_sha256(Path(__file__).parent),
        versions={name: version(name) for name in LIBRARIES},
    )


@cache
def code_sha256(package: Path) -> str:
    """Hash of the package's modules that decide what a fitted model is, whatever their line ends."""
    digest = hashlib.sha256()
    modules = [path for room in CODE for path in (package / f"{room}.py", *(package / room).rglob("*.py"))]
    for path in sorted(path for path in modules if path.is_file()):
        text = path.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{path.relative_to(package).as_posix()}\0{len(text)}\0".encode() + text)
    return digest.hexdigest()


def train(
    history: History,
    names: Iterable[str] = tuple(MODELS),
    target: str = TARGETS[0],
    population: Population = "forward",
    artefacts: str | Path = ARTEFACTS,
) -> Trained:
    """Fit the named models and write them, unless an artefact of them is there already, which is then verified."""
    wanted = made_from(history, names, target, population)
    folder = Path(artefacts) / wanted.key
    if os.path.lexists(folder):
        load(folder, history, wanted)
        return Trained(wanted.key, folder, already=True)
    return save(fit_models(history, wanted.models, target, population), history, artefacts)


def save(fitted: FittedModels, history: History, artefacts: str | Path = ARTEFACTS) -> Trained:
    """Write models fitted on this history into a folder of `artefacts`; it appears whole, and only if it can be read.

    Of two that write the same, one comes first, and the other verifies what the first wrote. Raises `UsageError`
    where `artefacts` cannot be written.
    """
    if fitted.as_of != history.as_of:
        raise UsageError(f"wanted models fitted on {history.as_of}; came models of {fitted.as_of}")
    source = made_from(history, fitted.models, fitted.target, fitted.population)
    folder = Path(artefacts) / source.key
    staged = None
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{source.key[:12]}."))
        for name, content in _files(fitted, source).items():
            _write(staged / name, content)
        load(staged, history, source)
        staged.chmod(0o755)
        staged.rename(folder)
        return Trained(source.key, folder, already=False)
    except OSError as error:
        if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR) or not os.path.lexists(folder):
            said = f"wanted a folder that can be written; came {artefacts}: {error.strerror}"
            raise UsageError(f"{said}. Choose another with --artefacts") from None
        load(folder, history, source)
        return Trained(source.key, folder, already=True)
    finally:
        if staged is not None:
            shutil.rmtree(staged, ignore_errors=True)


def load(folder: Path, history: History, source: MadeFrom) -> FittedModels:
    """The fitted models in a folder, if it is whole and was made from `source`, which belongs to this history.

    Raises `ArtefactError` otherwise. The hashes find damage and confusion; they do not prove who wrote the folder.
    """
    place = folder
    try:
        _require_real(folder, stat.S_ISDIR, "a folder")
        place = folder / VALUES
        contents = _contents(_content(place), source)
        models = {name: unfitted(name) for name in contents.models}
        forms = {name: array_forms(models[name], values) for name, values in contents.models.items()}
        place = folder / ARRAYS
        arrays = read_npz(
            _hashed(_content(place), contents.arrays_sha256),
            {f"{name}.{part}": form for name, parts in forms.items() for part, form in parts.items()},
        )
        fitted = {
            name: restored(model, contents.models[name], {part: arrays[f"{name}.{part}"] for part in forms[name]})
            for name, model in models.items()
        }
    except (ValueError, OSError) as error:
        said = f"wanted a readable file; came {error.strerror}" if isinstance(error, OSError) else str(error)
        raise ArtefactError(f"{place}: {said}; do: remove {folder} and run `forecasting train` again") from None
    population = check_choice(source.target, source.population)
    return FittedModels(history.as_of, source.target, population, fitted, spells(history, source.target, population))


def find(
    artefacts: str | Path, history: History, names: Iterable[str], target: str, population: Population
) -> Obtained | None:
    """The named models from an artefact of exactly them, or of all models; None if neither is there."""
    asked = check_models(names)
    for trained in (asked, MODELS):
        source = made_from(history, trained, target, population)
        folder = Path(artefacts) / source.key
        if os.path.lexists(folder):
            fitted = load(folder, history, source)
            return Obtained(replace(fitted, models={name: fitted.models[name] for name in asked}), source.key)
    return None


def obtain(
    artefacts: str | Path | None,
    history: History,
    names: Iterable[str] = tuple(MODELS),
    target: str = TARGETS[0],
    population: Population = "forward",
) -> Obtained:
    """The named models from the artefact of this record, day, target, population and code if one is there, else fitted.

    A broken artefact is an `ArtefactError`, never a reason to fit in silence.
    """
    asked = check_models(names)
    found = find(artefacts, history, asked, target, population) if artefacts is not None else None
    return found or Obtained(fit_models(history, asked, target, population), None)


def _files(fitted: FittedModels, source: MadeFrom) -> dict[str, bytes]:
    taken = {name: state(fitted.models[name]) for name in source.models}
    arrays = {f"{name}.{part}": array for name, (_, parts) in taken.items() for part, array in parts.items()}
    forms = {
        f"{name}.{part}": form
        for name, (values, _) in taken.items()
        for part, form in array_forms(unfitted(name), values).items()
    }
    content = npz_bytes(arrays, forms)
    contents = Contents(
        made_from=source,
        models={name: values for name, (values, _) in taken.items()},
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        sha256="",
    )
    return {VALUES: _values_bytes(contents), ARRAYS: content}


def _values_bytes(contents: Contents) -> bytes:
    """The one way to write the contents, with the hash over everything else in them as the last value."""
    values = contents.model_dump(mode="json") | {"sha256": ""}
    values["sha256"] = hashlib.sha256(json.dumps(values, allow_nan=False).encode()).hexdigest()
    return (json.dumps(values, indent=1, allow_nan=False) + "\n").encode()


def _contents(content: bytes, source: MadeFrom) -> Contents:
    try:
        contents = Contents.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(_complaint(error)) from None
    if content != _values_bytes(contents):
        raise ValueError("wanted the values as they were written; came an edited file")
    wanted, came = source.model_dump(), contents.made_from.model_dump()
    for name in wanted:
        if wanted[name] != came[name]:
            raise ValueError(f"wanted models made from {name} {shown(wanted[name])}; came {shown(came[name])}")
    if tuple(contents.models) != source.models:
        raise ValueError(f"wanted the models {', '.join(source.models)}; came {', '.join(contents.models)}")
    return contents


def _complaint(error: ValidationError) -> str:
    first: Any = error.errors()[0]
    if not first["loc"]:
        return f"wanted a JSON object; came {first['msg'].removeprefix('Invalid JSON: ')}"
    came = "none" if first["type"] == "missing" else shown(first["input"])
    return f"wanted {WANTED.get(first['type'], first['msg'])} at {'.'.join(map(str, first['loc']))}; came {came}"


def _content(path: Path) -> bytes:
    _require_real(path, stat.S_ISREG, "a file")
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        content = file.read(MOST_BYTES[path.name] + 1)
    if len(content) > MOST_BYTES[path.name]:
        raise ValueError(f"wanted at most {MOST_BYTES[path.name]} bytes; came more")
    return content


def _hashed(content: bytes, sha256: str) -> bytes:
    came = hashlib.sha256(content).hexdigest()
    if came != sha256:
        raise ValueError(f"wanted a file with sha256 {sha256[:12]}; came {came[:12]} ({len(content)} bytes)")
    return content


def _require_real(path: Path, is_wanted: Callable[[int], bool], wanted: str) -> None:
    mode = path.lstat().st_mode
    if not is_wanted(mode):
        came = "a symbolic link" if stat.S_ISLNK(mode) else "something else"
        raise ValueError(f"wanted {wanted}; came {came}")


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)
