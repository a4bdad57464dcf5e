"""The two files of an artefact: values as JSON and arrays as npz, read with no trust in either."""

import hashlib
import json
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

from pydantic import ValidationError

from forecasting.artefacts.code_hash import MadeFrom
from forecasting.artefacts.support import SupportValues, support_forms, support_state
from forecasting.forecasts import FittedModels
from forecasting.forecasts.fit import unfitted
from forecasting.models import MODELS
from forecasting.models.hazard import HazardModel
from forecasting.models.state import ModelValues, array_forms, state
from forecasting.store.errors import ForeignFileError, shown
from forecasting.store.foreign import Foreign
from forecasting.store.npz import npz_bytes
from forecasting.store.values import Values, complaint

VALUES, ARRAYS = "models.json", "arrays.npz"
REMEDY = "train again"
FILES = {
    VALUES: Foreign("a file", REMEDY, most_bytes=4_000_000),
    ARRAYS: Foreign("a file", REMEDY, most_bytes=256_000_000),
}


class Contents(Values):
    """What `models.json` holds: what the models were made from, their values, and the hashes of both files.

    `support` is what the hazard model's cases held, where there is a hazard model; `reads` the columns
    of the record that each model rests on, by table.
    """

    made_from: MadeFrom
    models: dict[str, ModelValues]
    support: SupportValues | None
    reads: dict[str, dict[str, tuple[str, ...]]]
    arrays_sha256: str
    sha256: str


def contents_of(fitted: FittedModels, source: MadeFrom) -> dict[str, bytes]:
    """Both files of fitted models, by name."""
    taken = {name: state(fitted.models[name]) for name in source.models}
    arrays = {f"{name}.{part}": array for name, (_, parts) in taken.items() for part, array in parts.items()}
    forms = {
        f"{name}.{part}": form
        for name, (values, _) in taken.items()
        for part, form in array_forms(unfitted(name), values).items()
    }
    support, bounds = support_state(fitted.support if has_hazard(source.models) else None)
    content = npz_bytes(arrays | bounds, forms | support_forms(support, has_hazard(source.models)))
    contents = Contents(
        made_from=source,
        models={name: values for name, (values, _) in taken.items()},
        support=support,
        reads={name: fitted.reads[name].by_table() for name in source.models},
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        sha256="",
    )
    return {VALUES: values_bytes(contents), ARRAYS: content}


def has_hazard(names: Iterable[str]) -> bool:
    """Whether one of the named models is a hazard model, which comes with its support."""
    return any(isinstance(MODELS[name], HazardModel) for name in names)


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
        raise ValueError(str(complaint(error))) from None
    if content != values_bytes(contents):
        raise ValueError("wanted the values as they were written; came an edited file")
    wanted, came = source.model_dump(), contents.made_from.model_dump()
    for name in wanted:
        if wanted[name] != came[name]:
            raise ValueError(f"wanted models made from {name} {shown(wanted[name])}; came {shown(came[name])}")
    for named in (contents.models, contents.reads):
        if tuple(named) != source.models:
            raise ValueError(f"wanted the models {', '.join(source.models)}; came {', '.join(named)}")
    return contents


def read_real(path: Path) -> bytes:
    """The bytes of a file of an artefact that is no link and not too large; `ValueError` otherwise."""
    try:
        return FILES[path.name].content(path)
    except ForeignFileError as error:
        raise ValueError(f"expected {error.expected}, got {error.got}") from None


def hashed(content: bytes, sha256: str) -> bytes:
    """The bytes, if they have that hash; else `ValueError`."""
    came = hashlib.sha256(content).hexdigest()
    if came != sha256:
        raise ValueError(f"wanted a file with sha256 {sha256[:12]}; came {came[:12]} ({len(content)} bytes)")
    return content


def require_real(path: Path, is_wanted: Callable[[int], bool], wanted: str) -> None:
    """`ValueError` unless the path itself, not what a link points to, is of the wanted kind."""
    mode = path.lstat().st_mode
    if not is_wanted(mode):
        came = "a symbolic link" if stat.S_ISLNK(mode) else "something else"
        raise ValueError(f"wanted {wanted}; came {came}")
