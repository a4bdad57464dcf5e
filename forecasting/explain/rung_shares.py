"""What became of past cases after they stood on a rung: counts within some months, and when they are too few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from forecasting.explain.rungs import FEWEST_CASES, LadderState, PastRungs
from forecasting.record.months import deadline
from forecasting.record.vocabulary import CAUSES

WINDOWS: Final = (12, 24, 60)
FEWEST_LANDMARKS: Final = 10


@dataclass(frozen=True)
class RungShare:
    """What became of past cases within some months of a landmark on one rung.

    Attributes
    ----------
    months : int
        The window.
    n, n_cases : int
        Landmarks whose window was over by the as-of day, and the cases that they belong to.
    went_on, formalized, collapsed, faded : int
        Landmarks after which the case reached a higher level or was formalized; or ended by each cause.

    Examples
    --------
    >>> RungShare(24, 8, 6, 2, 1, 0, 0).is_thin
    True
    """

    months: int
    n: int
    n_cases: int
    went_on: int
    formalized: int
    collapsed: int
    faded: int

    @property
    def is_thin(self) -> bool:
        """True where fewer than 10 landmarks or 5 cases stand behind it: too few for a share."""
        return self.n < FEWEST_LANDMARKS or self.n_cases < FEWEST_CASES


def rung_shares(past: PastRungs, rung: LadderState, as_of: date, windows: Sequence[int] = WINDOWS) -> list[RungShare]:
    """What became of past cases after landmarks on a rung.

    Parameters
    ----------
    past : PastRungs
        Past cases, as known on the day.
    rung : LadderState
        The rung.
    as_of : date
        The day: a window counts if it was over by then, whatever had come.
    windows : sequence of int
        Calendar months from the landmark.

    Returns
    -------
    list of RungShare
        One for each window. A case not known to have ended within it counts as going on, as it stands on record.

    Examples
    --------
    One case, two landmarks at level 0; it rises after 400 days and is formalized after 500:

    >>> first, zero = date(2000, 1, 1).toordinal(), np.zeros(2, dtype=int)
    >>> one = np.array([1])
    >>> past = PastRungs(("a",), one - 1, one, np.array([first + 500]), zero, np.array([first, first + 366]),
    ...     np.array([0, 12]), zero, zero, np.full(2, first + 400), zero[:1], np.array([first]), zero[:1])
    >>> [(share.n, share.went_on, share.formalized) for share in rung_shares(past, LadderState(0, 0, "active"),
    ...     date(2010, 1, 1), [12])]
    [(2, 1, 1)]
    """
    own = past.on(rung)
    case, end = past.case[own], past.end[past.case[own]]
    cause = past.cause[case]
    found = []
    for months in windows:
        until = np.array([deadline(date.fromordinal(int(day)), months).toordinal() for day in past.day[own]])
        over = until <= as_of.toordinal()
        ended = [over & (cause == k + 1) & (end <= until) for k in range(len(CAUSES))]
        went_on = over & (ended[0] | (past.rise[own] <= np.minimum(until, end)))
        counts = [int(np.count_nonzero(flags)) for flags in (went_on, *ended)]
        found.append(RungShare(months, int(over.sum()), len(np.unique(case[over])), *counts))
    return found
