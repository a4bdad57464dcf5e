"""The two files of an artefact: values as JSON and arrays as npz, both read as untrusted input."""

import hashlib
import json
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from forecasting.artefacts.fitted_values import SUPPORT, model_values, restored_model
from forecasting.artefacts.forms import Axes, Spot
from forecasting.artefacts.key import MadeFrom
from forecasting.features import MODEL_FEATURES
from forecasting.forecasts import FittedModels
from forecasting.forecasts.applicability import Support
from forecasting.forecasts.fit import unfitted
from forecasting.models import HEADLINE, LADDER_MODEL, MODELS, AnyModel
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.store.errors import shown
from forecasting.store.foreign import Foreign
from forecasting.store.npz import Arrays, Form, npz_bytes, read_npz
from forecasting.store.values import Values

VALUES, ARRAYS = "models.json", "arrays.npz"
MOST_BYTES = {VALUES: 4_000_000, ARRAYS: 256_000_000}


class Contents(Values):
    """Content of `models.json`.

    Attributes
    ----------
    made_from : MadeFrom
        All that the models depend on.
    models : dict of str to JSON value
        Values of each model.
    support : JSON value
        Applicability domain of the hazard model; null where there is none.
    arrays : dict of str to Form
        Form of each array.
    reads : dict
        Columns of the record that each model depends on, by model and table.
    arrays_sha256, sha256 : str
        Hashes of the arrays' file and of the other values here.
    """

    made_from: MadeFrom
    models: dict[str, JsonValue]
    support: JsonValue
    arrays: dict[str, Form]
    reads: dict[str, dict[str, tuple[str, ...]]]
    arrays_sha256: str
    sha256: str


def contents_of(fitted: FittedModels, source: MadeFrom) -> dict[str, bytes]:
    """Both files of fitted models, by name."""
    models: dict[str, JsonValue] = {}
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
        reads={name: fitted.reads[name].by_table() for name in source.models},
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        sha256="",
    )
    return {VALUES: values_bytes(contents), ARRAYS: content}


def restored(contents: Contents, arrays: Arrays) -> tuple[dict[str, AnyModel], Support | None]:
    """The fitted models and their support; `ValueError` where values or arrays are not those of such models."""
    left = dict(arrays)
    models = {name: restored_model(unfitted(name), plain, name, left) for name, plain in contents.models.items()}
    _share_parts(models)
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


def _share_parts(models: dict[str, AnyModel]) -> None:
    """Let the pool use the model that stands beside it, if they are the same: what it draws is then made once."""
    pool, own = models.get(HEADLINE), models.get(LADDER_MODEL)
    if isinstance(pool, LadderPool) and isinstance(own, LadderModel):
        one, other = pool.model_.hazard_, own.hazard_
        if np.array_equal(one.coef, other.coef) and np.array_equal(one.root, other.root):
            pool.model_ = own


def has_hazard(source: MadeFrom) -> bool:
    """True if one of the models is a hazard model, which has a support."""
    return any(isinstance(MODELS[name], HazardModel) for name in source.models)


def values_bytes(contents: Contents) -> bytes:
    """The contents as bytes, in the only form that is read, with the hash of all other values as the last value."""
    values = contents.model_dump(mode="json") | {"sha256": ""}
    values["sha256"] = hashlib.sha256(json.dumps(values, allow_nan=False).encode()).hexdigest()
    return (json.dumps(values, indent=1, allow_nan=False) + "\n").encode()


def read_values(path: Path, source: MadeFrom, remedy: str) -> Contents:
    """The values in the file, if they are exactly as written and of models made from `source`.

    Raises `ForeignFileError`, whose message ends in `remedy`, for a file of another form, and `ValueError` for other
    contents.
    """
    file = Foreign("a file", remedy, MOST_BYTES[VALUES])
    content = file.content(path)
    contents = file.parsed(content, path, Contents)
    if content != _as_written(contents):
        raise ValueError("expected the values as they were written, got an edited file")
    expected, got = source.model_dump(), contents.made_from.model_dump()
    for name in expected:
        if expected[name] != got[name]:
            raise ValueError(f"expected models made from {name} {shown(expected[name])}, got {shown(got[name])}")
    for named in (contents.models, contents.reads):
        if tuple(named) != source.models:
            raise ValueError(f"expected the models {', '.join(source.models)}, got {', '.join(named)}")
    if (n_bytes := sum(form.n_bytes for form in contents.arrays.values())) > MOST_BYTES[ARRAYS]:
        raise ValueError(f"expected arrays of at most {MOST_BYTES[ARRAYS]} bytes, got {n_bytes}")
    return contents


def read_arrays(path: Path, contents: Contents, remedy: str) -> Arrays:
    """The arrays in the file, if it belongs to `contents`; errors as of `read_values`."""
    content = Foreign("a file", remedy, MOST_BYTES[ARRAYS]).content(path)
    got = hashlib.sha256(content).hexdigest()
    if got != contents.arrays_sha256:
        expected = contents.arrays_sha256[:12]
        raise ValueError(f"expected a file with sha256 {expected}, got {got[:12]} ({len(content)} bytes)")
    return read_npz(content, contents.arrays)


def _as_written(contents: Contents) -> bytes | None:
    """The contents as bytes; None for values that are never written, such as a number that is not finite."""
    try:
        return values_bytes(contents)
    except ValueError:
        return None
