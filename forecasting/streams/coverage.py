"""Which days the files cover: outside them nothing is known, which is not the same as quiet."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.streams.expressions import LONGEST, QUIET

COVERED: Final = 0.95
"""Share of the days of a window that files must cover: GDELT itself lacks some days, as in January 2014."""
EPOCH: Final = date(1970, 1, 1).toordinal()


def day_number(day: date) -> int:
    """Days since 1970-01-01.

    Examples
    --------
    >>> day_number(date(1970, 1, 2))
    1
    """
    return day.toordinal() - EPOCH


def covered_shares(
    spans: Sequence[tuple[date, date]], days: NDArray[np.int64], window: int | NDArray[np.int64]
) -> NDArray[np.float64]:
    """Share of the days of a window that lie in the span of a file.

    Parameters
    ----------
    spans
        First and last days that files cover.
    days : (n,) array of int
        Last days of the windows, since 1970-01-01.
    window
        Length in days, from 1; one for all, or one for each.

    Returns
    -------
    (n,) array of float
        In [0, 1].

    Examples
    --------
    >>> spans = [(date(1970, 1, 1), date(1970, 1, 10)), (date(1970, 1, 11), date(1970, 1, 20))]
    >>> covered_shares(spans, np.array([19, 24, 40]), 10).tolist()
    [1.0, 0.5, 0.0]
    """
    if not spans:
        return np.zeros(len(days))
    first = min(day_number(start) for start, _ in spans)
    last = max(day_number(end) for _, end in spans)
    covered = np.zeros(last - first + 1, dtype=bool)
    for start, end in spans:
        covered[day_number(start) - first : day_number(end) - first + 1] = True
    until = np.concatenate([[0], np.cumsum(covered)])
    ends, starts = (np.clip(edge - first + 1, 0, len(covered)) for edge in (days, days - window))
    return (until[ends] - until[starts]) / window


def masked(table: pd.DataFrame, spans: Sequence[tuple[date, date]], looks_back: Mapping[str, int]) -> pd.DataFrame:
    """Features with those missing whose days the files do not cover.

    Parameters
    ----------
    table
        With `as_of_day` and the features.
    spans
        See `covered_shares`.
    looks_back
        Days that each feature looks back.

    Returns
    -------
    pandas.DataFrame
        The features as floats; NaN, not 0, where less than 95 % of the days are covered.
    """
    days = table["as_of_day"].to_numpy(dtype=np.int64)
    is_covered = {window: covered_shares(spans, days, window) >= COVERED for window in set(looks_back.values())}
    columns: dict[str, Any] = {}
    for name, window in looks_back.items():
        known = is_covered[window]
        if name in QUIET:  # an event that was seen says it whatever came before: only the days since must be covered
            known = (
                covered_shares(spans, days, np.minimum(table[name].to_numpy(dtype=np.int64) + 1, LONGEST)) >= COVERED
            )
        columns[name] = table[name].astype("float64").where(known)
    return table.assign(**columns)
