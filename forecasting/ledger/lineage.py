"""What an entry keeps so that its forecasts can be followed and made again: their steps, and the code behind them."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from forecasting.artefacts import code_sha256
from forecasting.forecasts.parts import Parts
from forecasting.store.code_hash import library_versions
from forecasting.store.code_origin import code_origin

Lineages = Mapping[str, Mapping[str, Parts]]
DECIMALS: Final = 7
"""Two more than what is published, so that the steps add up to it."""


def with_lineage(rows: Sequence[dict[str, Any]], parts: Mapping[str, Parts]) -> list[dict[str, Any]]:
    """Forecasts of an entry with the steps that led to them.

    Parameters
    ----------
    rows
        Forecasts as `questions.block_forecasts` makes them.
    parts
        By case, the steps of its forecast; a case without any stays as it is.

    Returns
    -------
    list of dict
        The same with the key `lineage`: tables of horizons by states, to 7 decimals.

    Examples
    --------
    >>> model = np.array([[0.4], [0.1], [0.1], [0.4]])
    >>> found = with_lineage([{"case_id": "a-1990"}], {"a-1990": Parts(model, model, None, 0.0, model)})
    >>> found[0]["lineage"]["raw"], with_lineage([{"case_id": "a-1990"}], {})
    ([[0.4, 0.1, 0.1, 0.4]], [{'case_id': 'a-1990'}])
    """
    return [row | ({"lineage": _steps(parts[row["case_id"]])} if row["case_id"] in parts else {}) for row in rows]


def code_of_now() -> dict[str, Any]:
    """What names the code of this process in an entry.

    Returns
    -------
    dict
        `version` and `sha256` of the code; `commit` and `is_changed` in a clone, else `wheel` where the installer kept
        it; `python` and `libraries`, the versions that numbers come from.

    Examples
    --------
    >>> sorted(code_of_now())[-3:]
    ['python', 'sha256', 'version']
    """
    origin = code_origin()
    named: dict[str, Any] = {}
    if origin.commit is not None:
        named = {"commit": origin.commit, "is_changed": int(origin.is_changed)}
    elif origin.wheel is not None:
        named = {"wheel": dict(zip(("name", "sha256"), origin.wheel, strict=True))}
    made = {"version": version("forecasting"), "sha256": code_sha256()}
    return made | named | {"python": origin.python, "libraries": library_versions()}


def _steps(parts: Parts) -> dict[str, Any]:
    pooled = {} if parts.base_rate is None else {"base_rate": _rows(parts.base_rate), "base_share": parts.base_share}
    return {
        "raw": _rows(parts.raw),
        "recalibrated": _rows(parts.recalibrated),
        **pooled,
        "pooled": _rows(parts.pooled),
    }


def _rows(values: NDArray[np.float64]) -> list[list[float]]:
    """States by horizons as a row for each horizon."""
    return [[float(each) for each in row] for row in values.clip(0.0, 1.0).round(DECIMALS).T]
