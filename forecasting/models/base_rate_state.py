"""What a fitted base rate consists of, as plain values and arrays, and the base rate again from them."""

from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from forecasting.models.base_rate import BaseRate
from forecasting.models.incidence import RiskTable
from forecasting.models.pooling import RateRatios
from forecasting.store.errors import shown
from forecasting.store.npz import Arrays, Form
from forecasting.store.values import Values

Count = Annotated[int, Field(ge=0, le=100_000)]
Months = Annotated[int, Field(ge=1, le=6_000)]
Parameters = dict[str, int | float | str | tuple[str, ...]]


class Level(Values):
    """One level of a base rate's classes, with the number of spells in each."""

    classes: tuple[tuple[str, ...], ...]
    sizes: tuple[Count, ...]


class BaseRateValues(Values):
    """Values of a base rate: its parameters, n, the sizes of its packed tables, and its classes by level."""

    kind: Literal["base rate"] = "base rate"
    parameters: Parameters
    n: Count
    n_months: Months
    n_changes: Count
    n_cells: Count
    levels: tuple[Level, ...]


def base_rate_state(model: BaseRate) -> tuple[BaseRateValues, Arrays]:
    """Values and arrays of a fitted base rate, its tables packed."""
    changes, cells = _months_of_change(model.table_, model.replicates_), _cells_with_endings(model.table_)
    arrays: Arrays = {"changes": changes, "cells": cells}
    for prefix, table in (("", model.table_), ("replicates_", model.replicates_)):
        arrays[f"{prefix}at_risk"] = table.at_risk[..., changes]
        arrays[f"{prefix}endings"] = table.endings.reshape(*table.endings.shape[:-2], -1)[..., cells]
    levels = []
    for depth, (names, ratios, drawn) in enumerate(model.levels_, start=1):
        sizes: Any = tuple(model.classes_[depth - 1][name]["n"] for name in names)
        levels.append(Level(classes=tuple(names), sizes=sizes))
        arrays |= {
            f"level{depth}_observed": ratios.observed,
            f"level{depth}_expected": ratios.expected,
            f"level{depth}_strength": ratios.strength,
            f"level{depth}_drawn": drawn,
        }
    values = BaseRateValues(
        parameters=model.get_params(),
        n=model.n_,
        n_months=model.table_.at_risk.shape[-1],
        n_changes=len(changes),
        n_cells=len(cells),
        levels=tuple(levels),
    )
    return values, arrays


def base_rate_forms(model: BaseRate, values: BaseRateValues) -> dict[str, Form]:
    """The form of each array of the state with these values of an unfitted base rate."""
    require_parameters(model, values)
    b, k = model.n_replicates, len(model.causes)
    if len(values.levels) != len(model.strata):
        raise ValueError(f"wanted {len(model.strata)} levels of classes; came {len(values.levels)}")
    forms = {"changes": Form("<i8", (values.n_changes,)), "cells": Form("<i8", (values.n_cells,))}
    for prefix, leading in (("", ()), ("replicates_", (b,))):
        forms[f"{prefix}at_risk"] = Form("<f8", (*leading, values.n_changes))
        forms[f"{prefix}endings"] = Form("<f8", (*leading, values.n_cells))
    for depth, level in enumerate(values.levels, start=1):
        require_sorted(level.classes)
        if any(len(name) != depth for name in level.classes) or len(level.sizes) != len(level.classes):
            raise ValueError(f"wanted classes of {depth} parts, each with its size; came {shown(level)}")
        if sum(level.sizes) != values.n:
            raise ValueError(f"wanted classes of {values.n} spells together; came {sum(level.sizes)}")
        of_class = (len(level.classes), k)
        forms |= {
            f"level{depth}_observed": Form("<f8", of_class),
            f"level{depth}_expected": Form("<f8", of_class),
            f"level{depth}_strength": Form("<f8", (k,)),
            f"level{depth}_drawn": Form("<f8", (b, *of_class)),
        }
    return forms


def restored_base_rate(model: BaseRate, values: BaseRateValues, arrays: Arrays) -> BaseRate:
    """The unfitted base rate made a fitted one; `ValueError` where numbers cannot have come from a fit."""
    n_months, k = values.n_months, len(model.causes)
    for name, end in (("changes", n_months), ("cells", k * n_months)):
        places = arrays[name]
        require((places >= 0) & (places < end), name, places, f"numbers from 0 to {end - 1}")
        require(np.diff(places, prepend=-1) > 0, name, places, "rising numbers")
    if arrays["changes"][:1].tolist() != [0]:
        raise ValueError(f"wanted changes from month 0 on; came {shown(arrays['changes'][:1].tolist())}")
    for name in set(arrays) - {"changes", "cells"}:
        require(arrays[name] >= 0, name, arrays[name], "no number below nought")
    model.table_, model.replicates_ = (
        _unpacked(
            arrays[f"{prefix}at_risk"], arrays[f"{prefix}endings"], arrays["changes"], arrays["cells"], k, n_months
        )
        for prefix in ("", "replicates_")
    )
    model.levels_, model.classes_ = [], []
    for depth, level in enumerate(values.levels, start=1):
        observed, expected, strength, drawn = (
            arrays[f"level{depth}_{part}"] for part in ("observed", "expected", "strength", "drawn")
        )
        require(strength > 0, f"level{depth}_strength", strength, "numbers above nought")
        require(observed <= values.n, f"level{depth}_observed", observed, f"numbers up to {values.n}")
        model.levels_.append((list(level.classes), RateRatios(observed, expected, strength), drawn))
        endings = observed.astype(int).tolist()
        rows = zip(level.classes, level.sizes, endings, strict=True)
        model.classes_.append({name: {"n": size, "endings": ended} for name, size, ended in rows})
    model.n_ = values.n
    return model


def _months_of_change(*tables: RiskTable) -> NDArray[np.int64]:
    """Months, from 0, in which the number at risk differs from the month before in any of the tables."""
    moved = [np.any(np.diff(np.atleast_2d(table.at_risk), axis=-1) != 0, axis=0) for table in tables]
    return np.flatnonzero(np.concatenate([[True], np.any(moved, axis=0)])).astype(np.int64)


def _cells_with_endings(table: RiskTable) -> NDArray[np.int64]:
    """Cells (cause, month), flattened, in which anything ended; in every other no replicate has an ending either."""
    return np.flatnonzero(table.endings.ravel()).astype(np.int64)


def _unpacked(
    at_risk: NDArray[np.float64],
    endings: NDArray[np.float64],
    changes: NDArray[np.int64],
    cells: NDArray[np.int64],
    n_causes: int,
    n_months: int,
) -> RiskTable:
    run = np.repeat(np.arange(len(changes)), np.diff(changes, append=n_months))
    spread = np.zeros((*endings.shape[:-1], n_causes * n_months))
    spread[..., cells] = endings
    return RiskTable(np.take(at_risk, run, axis=-1), spread.reshape(*endings.shape[:-1], n_causes, n_months))


def require(right: NDArray[np.bool_], name: str, numbers: NDArray[Any], wanted: str) -> None:
    """`ValueError` with the first of the numbers that is not right."""
    if not right.all():
        raise ValueError(f"wanted {wanted} in {name}; came {numbers[~right][0]}")


def require_sorted(names: tuple[Any, ...]) -> None:
    """`ValueError` unless the names are in order, each once."""
    if list(names) != sorted(set(names)):
        raise ValueError(f"wanted names in order, each once; came {shown(list(names))}")


def require_parameters(model: Any, values: Any) -> None:
    """`ValueError` unless the values are of a model with the parameters of this one."""
    own = model.get_params()
    for name in {**own, **values.parameters}:
        if name not in own or values.parameters.get(name) != own[name]:
            wanted, came = (shown(source.get(name)) for source in (own, values.parameters))
            raise ValueError(f"wanted parameter {name} as {wanted}; came {came}")
