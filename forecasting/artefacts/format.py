"""The two files of an artefact: values as JSON and arrays as npz, read with no trust in either."""

import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pydantic import JsonValue, ValidationError

from forecasting.artefacts.fitted_values import SUPPORT, model_values, restored_model
from forecasting.artefacts.forms import Axes, Spot
from forecasting.artefacts.key import MadeFrom
from forecasting.features import MODEL_FEATURES
from forecasting.forecasts.applicability import Support
from forecasting.forecasts.forecast import FittedModels, unfitted
from forecasting.forecasts.uncertain import Model
from forecasting.models import MODELS
from forecasting.models.hazard import HazardModel
from forecasting.store.errors import shown
from forecasting.store.npz import Arrays, Form, npz_bytes
from forecasting.store.values import Values

VALUES, ARRAYS = "models.json", "arrays.npz"
MOST_BYTES = {VALUES: 4_000_000, ARRAYS: 256_000_000}
EXPECTED = {
    "extra_forbidden": "no such key",
    "missing": "this key",
    "finite_number": "a finite number",
    "int_type": "a whole number",
    "float_type": "a number",
    "string_type": "a text",
    "literal_error": "<f8 or <i8",
}


class Contents(Values):
    """What `models.json` holds: what the models were made from, their values, and the hashes of both files.

    `support` is what the hazard model's cases held, where there is a hazard model; `arrays` the form of each array.
    """

    made_from: MadeFrom
    models: dict[str, JsonValue]
    support: JsonValue
    arrays: dict[str, Form]
    arrays_sha256: str
    sha256: str


def contents_of(fitted: FittedModels, source: MadeFrom) -> dict[str, bytes]:
    """Both files of fitted models, by name."""
    models: dict[str, Any] = {}
    arrays: Arrays = {}
    for name in source.models:
        models[name], own = model_values(fitted.models[name], name)
        arrays |= own
    support = SUPPORT.plain(fitted.support, Spot("support", arrays, Axes())) if has_hazard(source) else None
    forms = {name: Form.of(array) for name, array in arrays.items()}
    content = npz_bytes(arrays, forms)
    contents = Contents(
        made_from=source,
        models=models,
        support=support,
        arrays=forms,
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        sha256="",
    )
    return {VALUES: values_bytes(contents), ARRAYS: content}


def restored(contents: Contents, arrays: Arrays) -> tuple[dict[str, Model], Support | None]:
    """The fitted models and their support; `ValueError` where values or arrays are not those of such models."""
    left = dict(arrays)
    models = {name: restored_model(unfitted(name), plain, name, left) for name, plain in contents.models.items()}
    support = None
    if has_hazard(contents.made_from):
        support = SUPPORT.value(contents.support, Spot("support", left, Axes()))
        if support.names != tuple(MODEL_FEATURES):
            raise ValueError(f"expected the features of the model in support.names, got {shown(support.names)}")
    elif contents.support is not None:
        raise ValueError(f"expected no support with these models, got {shown(contents.support)}")
    if left:
        raise ValueError(f"expected no array but those of the models, got {', '.join(left)}")
    return models, support


def has_hazard(source: MadeFrom) -> bool:
    """Whether one of the models is a hazard model, which comes with its support."""
    return any(isinstance(MODELS[name], HazardModel) for name in source.models)


def values_bytes(contents: Contents) -> bytes:
    """The one way to write the contents, with the hash over everything else in them as the last value."""
    values = contents.model_dump(mode="json") | {"sha256": ""}
    values["sha256"] = hashlib.sha256(json.dumps(values, allow_nan=False).encode()).hexdigest()
    return (json.dumps(values, indent=1, allow_nan=False) + "\n").encode()


def checked_contents(content: bytes, source: MadeFrom) -> Contents:
    """The values in the bytes, if they are as they were written and of models made from `source`; else `ValueError`."""
    try:
        contents = Contents.model_validate_json(content)
    except ValidationError as error:
        raise ValueError(_complaint(error)) from None
    if content != _as_written(contents):
        raise ValueError("expected the values as they were written, got an edited file")
    expected, got = source.model_dump(), contents.made_from.model_dump()
    for name in expected:
        if expected[name] != got[name]:
            raise ValueError(f"expected models made from {name} {shown(expected[name])}, got {shown(got[name])}")
    if tuple(contents.models) != source.models:
        raise ValueError(f"expected the models {', '.join(source.models)}, got {', '.join(contents.models)}")
    if (n_bytes := sum(form.n_bytes for form in contents.arrays.values())) > MOST_BYTES[ARRAYS]:
        raise ValueError(f"expected arrays of at most {MOST_BYTES[ARRAYS]} bytes, got {n_bytes}")
    return contents


def _as_written(contents: Contents) -> bytes | None:
    """The contents as bytes; None for what is never written, such as a number that is not finite."""
    try:
        return values_bytes(contents)
    except ValueError:
        return None


def _complaint(error: ValidationError) -> str:
    first: Any = error.errors()[0]
    if not first["loc"]:
        return f"expected a JSON object, got {first['msg'].removeprefix('Invalid JSON: ')}"
    got = "none" if first["type"] == "missing" else shown(first["input"])
    return f"expected {EXPECTED.get(first['type'], first['msg'])} at {'.'.join(map(str, first['loc']))}, got {got}"


def read_real(path: Path) -> bytes:
    """The bytes of a file of an artefact that is no link and not too large; `ValueError` or `OSError` otherwise."""
    require_real(path, stat.S_ISREG, "a file")
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        content = file.read(MOST_BYTES[path.name] + 1)
    if len(content) > MOST_BYTES[path.name]:
        raise ValueError(f"expected at most {MOST_BYTES[path.name]} bytes, got more")
    return content


def hashed(content: bytes, sha256: str) -> bytes:
    """The bytes, if they have that hash; else `ValueError`."""
    got = hashlib.sha256(content).hexdigest()
    if got != sha256:
        raise ValueError(f"expected a file with sha256 {sha256[:12]}, got {got[:12]} ({len(content)} bytes)")
    return content


def require_real(path: Path, is_right: Callable[[int], bool], expected: str) -> None:
    """`ValueError` unless the path itself, not what a link points to, is of the expected kind."""
    mode = path.lstat().st_mode
    if not is_right(mode):
        got = "a symbolic link" if stat.S_ISLNK(mode) else "something else"
        raise ValueError(f"expected {expected}, got {got}")


def write(path: Path, content: bytes) -> None:
    """Write a file down to the disk, readable for everyone."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o644)
