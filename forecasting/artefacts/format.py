"""The two files of an artefact: values as JSON and arrays as npz, both read as untrusted input."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from pydantic import JsonValue

from forecasting.artefacts.fitted_values import LADDER_SUPPORT, SUPPORT, model_values, restored_model
from forecasting.artefacts.forms import Axes, Spot
from forecasting.artefacts.key import MadeFrom
from forecasting.features import MODEL_FEATURES
from forecasting.forecasts import FittedModels
from forecasting.forecasts.applicability import Support
from forecasting.forecasts.fit import is_of_ladder, unfitted
from forecasting.forecasts.ladder_applicability import LadderSupport, range_names
from forecasting.forecasts.ladder_rows import COVARIATES
from forecasting.models import HEADLINE, LADDER_MODEL, MODELS, AnyModel
from forecasting.models.dated_rate import DatedRate
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
    ladder_support, ladder_base : JSON value
        Applicability domain of the ladder's model, and the base rate of its cases; null where neither it nor its pool
        is among the models, the base rate also where it is that of the pool.
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
    ladder_support: JsonValue
    ladder_base: JsonValue
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
    ranges, base = None, None
    if has_ladder(source):
        ranges = LADDER_SUPPORT.plain(fitted.ladder_support, Spot("ladder_support", arrays, Axes()))
        if HEADLINE not in source.models:
            base, own = model_values(fitted.ladder_base, "ladder_base")
            arrays |= own
    forms = {name: Form.of(array) for name, array in arrays.items()}
    content = npz_bytes(arrays, forms)
    contents = Contents(
        made_from=source,
        models=models,
        support=support,
        ladder_support=ranges,
        ladder_base=base,
        arrays=forms,
        reads={name: fitted.reads[name].by_table() for name in source.models},
        arrays_sha256=hashlib.sha256(content).hexdigest(),
        sha256="",
    )
    return {VALUES: values_bytes(contents), ARRAYS: content}


@dataclass(frozen=True)
class Restored:
    """Fitted models and their applicability domains, as `FittedModels` has them."""

    models: dict[str, AnyModel]
    support: Support | None
    ladder_support: LadderSupport | None
    ladder_base: DatedRate | None


def restored(contents: Contents, arrays: Arrays) -> Restored:
    """The fitted models and their supports; `ValueError` where values or arrays are not those of such models."""
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
    ranges, base = _ladder_domain(contents, models.get(HEADLINE), left)
    if left:
        raise ValueError(f"expected no array but those of the models, got {', '.join(left)}")
    return Restored(models, support, ranges, base)


def _ladder_domain(
    contents: Contents, pool: AnyModel | None, left: Arrays
) -> tuple[LadderSupport | None, DatedRate | None]:
    """Support of the ladder's model and the base rate of its cases, which is that of the pool where there is one."""
    needed = {"ladder_support": has_ladder(contents.made_from)}
    needed["ladder_base"] = needed["ladder_support"] and pool is None
    for name, is_needed in needed.items():
        if not is_needed and getattr(contents, name) is not None:
            raise ValueError(f"expected no {name} with these models, got {shown(getattr(contents, name))}")
    if not needed["ladder_support"]:
        return None, None
    ranges = LADDER_SUPPORT.value(contents.ladder_support, Spot("ladder_support", left, Axes()))
    if ranges.names != range_names(COVARIATES):
        raise ValueError(f"expected the covariates of the model in ladder_support.names, got {shown(ranges.names)}")
    if isinstance(pool, LadderPool):
        return ranges, pool.base_
    return ranges, restored_model(LadderPool().parts()[1], contents.ladder_base, "ladder_base", left)


def _share_parts(models: dict[str, AnyModel]) -> None:
    """Let the pool use the model that stands beside it, if they are the same: what it draws is then made once."""
    pool, own = models.get(HEADLINE), models.get(LADDER_MODEL)
    if isinstance(pool, LadderPool) and isinstance(own, LadderModel):
        one, other = pool.model_.hazard_, own.hazard_
        if np.array_equal(one.coef, other.coef) and np.array_equal(one.root, other.root):
            pool.model_ = own


def has_ladder(source: MadeFrom) -> bool:
    """True if one of the models is the ladder's or its pool, which have a support."""
    return any(is_of_ladder(MODELS[name]) for name in source.models)


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
