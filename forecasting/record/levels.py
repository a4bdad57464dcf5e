"""Distribution of the levels of a ladder by age of the arrangement, whatever came of it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.record.history import History
from forecasting.record.ladders import Rung, position, rung_of
from forecasting.record.months import deadline
from forecasting.record.vocabulary import LADDER_LEVELS, TARGETS


@dataclass(frozen=True)
class LevelsByAge:
    """Cases at each level of a ladder, by age.

    Attributes
    ----------
    ages : numpy.ndarray of int, shape (n_ages,)
        Years since the start, from 0.
    n : numpy.ndarray of int, shape (n_ages,)
        Cases that had not ended at that age and were looked at until then.
    share : numpy.ndarray of float, shape (n_levels, n_ages)
        Share of them at each level, in [0, 1]; 0 where there is none.
    """

    ages: NDArray[np.int64]
    n: NDArray[np.int64]
    share: NDArray[np.float64]


def levels_by_age(history: History, ladder: str, most_years: int = 25) -> LevelsByAge:
    """Share of the arrangements at each level, on the day they became known and on each anniversary of the start.

    Parameters
    ----------
    history : History
        The record as of a day.
    ladder : {"formalization", "strain"}
        The ladder; cases without a row on it are left out.
    most_years : int
        Largest age, in years.

    Returns
    -------
    LevelsByAge
        Of the ages from 0 to `most_years`. Nothing in it tells how a case ended.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = levels_by_age(load_history(), "formalization")
    >>> bool(np.allclose(found.share.sum(axis=0)[found.n > 0], 1.0))
    True
    """
    rungs: dict[str, list[Rung]] = {}
    for row in history.ladders.itertuples():
        if row.ladder == ladder:
            rungs.setdefault(str(row.case_id), []).append(rung_of(row, ()))
    counts = np.zeros((LADDER_LEVELS[ladder] + 1, most_years + 1), dtype=np.int64)
    types = dict(zip(history.cases["case_id"], history.cases["type"], strict=True))
    for case_id, days in landmarks(history, most_years).items():
        rows = rungs.get(case_id, [])
        for age, day in enumerate(days if rows else ()):
            counts[position(rows, ladder, day, str(types[case_id])).level][age] += 1
    n = counts.sum(axis=0)
    return LevelsByAge(np.arange(most_years + 1), n, counts / np.maximum(n, 1))


def landmarks(history: History, most_years: int) -> dict[str, list[date]]:
    """Days on which cases are looked at: one for each age while the case goes on and somebody looks.

    Parameters
    ----------
    history : History
        The record as of a day.
    most_years : int
        Largest age, in years.

    Returns
    -------
    dict of str to list of date
        By case, the day of each age from 0: the anniversary of the start, or the day on which the start became known
        where that is later.
    """
    known = history.outcomes[history.outcomes["target"] == TARGETS[0]].set_index("case_id")
    found: dict[str, list[date]] = {}
    for case in history.cases.itertuples():
        outcome = known.loc[case.case_id]
        ended = outcome["end_date"].date() if outcome["cause"] else None
        last = min(history.as_of, outcome["looked_until"].date())
        days = [
            max(deadline(case.start_date.date(), 12 * age), case.start_known_date.date())
            for age in range(most_years + 1)
        ]
        found[str(case.case_id)] = [day for day in days if day <= last and not (ended and day >= ended)]
    return found
