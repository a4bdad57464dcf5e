"""Origins with gaps: forecasts of cases that nobody has seen for a while, as in the list of those open today."""

from dataclasses import replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.origins import Origins, period_name, states_on_record
from forecasting.record.history import History
from forecasting.record.months import completed_months, deadline
from forecasting.record.panel import case_key, spells
from forecasting.record.vocabulary import CAUSES, TARGETS

Integers = NDArray[np.int64]
AGE_BANDS: Final = (24, 60, 120)
FEWEST_DONORS: Final = 3
SEED: Final = 20260205


def live_gaps(history: History, target: str = TARGETS[0]) -> pd.DataFrame:
    """Gaps of the cases open on the day of a history.

    Parameters
    ----------
    history : History
        The record as of the day.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    pandas.DataFrame
        Of the prospectively sampled core cases, `case_id`, `type`, `band` (of the age at the last sight), `gap_months`
        from the last sight to the day, and `looked_months` of it in which somebody looked.
    """
    core = spells(history, target)
    names = [name for name, cause in zip(core.case_ids, core.cause, strict=True) if cause == 0]
    rows = [
        {
            "case_id": view.case_id,
            "type": str(view.start["type"]),
            "band": age_band(np.array([view.age_months]))[0],
            "gap_months": view.gap_months,
            "looked_months": min(
                completed_months(view.last_seen, max(view.looked_until, view.last_seen)), view.gap_months
            ),
        }
        for view in history.case_views(names, target)
    ]
    return pd.DataFrame(rows).sort_values("case_id").reset_index(drop=True)


def age_band(months: Integers) -> Integers:
    """Number of the band of each age: below 24, 60 and 120 months, or above.

    >>> age_band(np.array([0, 24, 130])).tolist()
    [0, 1, 3]
    """
    return np.searchsorted(AGE_BANDS, months, side="right")


def donor(gaps: pd.DataFrame, kind: str, band: int, key: int) -> int:
    """Row of the case whose gap an origin gets: of its type and band if there are three, else of its band, else any.

    Parameters
    ----------
    gaps : pandas.DataFrame
        `live_gaps`.
    kind : str
        Type of the origin's case.
    band : int
        Its band of age.
    key : int
        Number from which the draw is seeded.

    Returns
    -------
    int
        Position in `gaps`.

    Examples
    --------
    >>> gaps = pd.DataFrame({"type": ["a", "a", "a", "b"], "band": [0, 0, 0, 1]})
    >>> donor(gaps, "a", 0, 7) in (0, 1, 2)
    True
    """
    own = (gaps["band"] == band).to_numpy()
    for flags in (own & (gaps["type"] == kind).to_numpy(), own, np.ones(len(gaps), dtype=bool)):
        found = np.flatnonzero(flags)
        if len(found) >= min(FEWEST_DONORS, len(gaps)):
            break
    return int(found[np.random.default_rng([SEED, key]).integers(len(found))])


def with_gaps(history: History, origins: Origins, target: str = TARGETS[0]) -> Origins:
    """The origins as last sights, each with a gap drawn from the cases open on the record's day.

    Parameters
    ----------
    history : History
        The record.
    origins : Origins
        Its origins, without gaps.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Origins
        Those of which no ending was known on the forecast day: none known by the day until which somebody looked, and
        none formalized by the forecast day, since a treaty is not signed unseen. The draw knows nothing of endings.
    """
    gaps = live_gaps(history, target)
    lines = origins.lines
    keys = [case_key(f"{case} {day}") for case, day in zip(lines["case_id"], lines["day"], strict=True)]
    bands = age_band(lines["age_months"].to_numpy())
    drawn = [donor(gaps, str(kind), band, key) for kind, band, key in zip(lines["type"], bands, keys, strict=True)]
    gap, looked = (gaps[f"{name}_months"].to_numpy(np.int64)[drawn] for name in ("gap", "looked"))
    days, until = (_later(lines["seen"], months) for months in (gap, looked))
    outcomes = history.outcomes[history.outcomes["target"] == target].set_index("case_id").loc[lines["case_id"]]
    ended, known = (
        np.array([day.date() if pd.notna(day) else date.max for day in outcomes[column]])
        for column in ("end_date", "end_known_date")
    )
    formalized = origins.cause == CAUSES.index("formalized") + 1
    is_open = ~(known <= np.array(until)) & ~(formalized & (ended <= np.array(days)))
    last = origins.last - gap
    is_before_end = np.array(days) <= history.as_of
    found = replace(
        origins,
        lines=lines.assign(day=days, gap_months=gap, looked_months=looked),
        states=states_on_record(days, last, origins.cause, history.as_of),
        last=last,
        traits=origins.traits.assign(period=[period_name(day.year) for day in days]),
    )
    return found.select(is_open & is_before_end)


def _later(days: "pd.Series[date]", months: Integers) -> list[date]:
    return [day if not n else deadline(day, int(n)) for day, n in zip(days, months, strict=True)]
