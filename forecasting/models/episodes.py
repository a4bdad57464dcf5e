"""Stacked landmarks as grouped episodes: stretches of months over which every covariate stays the same."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

DURATION_EDGES = (6, 12, 36, 84, 180)
LAG_EDGES = (6, 12, 24, 36, 60)
FOLLOW_UP = 120
HALF_LIFE = 24.0


@dataclass(frozen=True)
class Episodes:
    """Stretches of months at risk after landmarks.

    `line` (r,): the landmark; `months` (r,): months at risk; `duration` and `lag` (r,): bin of age and of time since
    the landmark; `cause` (r,): how the last month ended (0 not at all); `end` (r,): its last month of age.
    """

    line: Integers
    months: Floats
    duration: Integers
    lag: Integers
    cause: Integers
    end: Integers


def episodes(landmark: ArrayLike, exit: ArrayLike, cause: ArrayLike) -> Episodes:
    """Cut the months from each landmark (age in completed months) to `exit` into episodes, up to 120 months on.

    The likelihood of the episodes is that of the months: cuts fall wherever age or time since the landmark changes
    its bin, and nowhere else.
    """
    landmark, exit, cause = (np.asarray(a, dtype=np.int64) for a in (landmark, exit, cause))
    if np.any(exit <= landmark) or np.any(landmark < 0):
        raise ValueError("wanted 0 <= landmark < exit for every landmark")
    stop = np.minimum(exit, landmark + FOLLOW_UP)
    n = len(landmark)
    cuts = [np.broadcast_to(DURATION_EDGES, (n, len(DURATION_EDGES))), landmark[:, None] + np.asarray(LAG_EDGES)]
    inner = np.clip(np.concatenate(cuts, axis=1), landmark[:, None], stop[:, None])
    edges = np.sort(np.concatenate([landmark[:, None], inner, stop[:, None]], axis=1), axis=1)
    line, piece = np.nonzero(np.diff(edges, axis=1))
    begin, end = edges[line, piece], edges[line, piece + 1]
    return Episodes(
        line=line,
        months=(end - begin).astype(np.float64),
        duration=duration_bin(end),
        lag=lag_bin(end - landmark[line]),
        cause=np.where(end == exit[line], cause[line], 0),
        end=end,
    )


def month_weights(
    rows: Episodes, landmark: ArrayLike, exit: ArrayLike, case: ArrayLike, weight: ArrayLike
) -> tuple[Floats, Floats]:
    """Weights of the episodes' months, and of their endings, under which every month of every case counts once.

    A month that landmarks of its case with a total `weight` c look ahead to has weight 1/c in each. Weighting whole
    cases by one over their number of landmarks instead would favour cases that ended early, since that number is
    known only at the end: on the record it put the mean incidence of formalization by 60 months at 0.22, not 0.14.
    """
    landmark, exit = np.asarray(landmark, dtype=np.int64), np.asarray(exit, dtype=np.int64)
    amount = np.asarray(weight, dtype=np.float64)
    numbers, code = np.unique(np.asarray(case), return_inverse=True)
    width = int(exit.max(initial=0)) + 2
    looks = np.zeros((len(numbers), width))
    np.add.at(looks, (code, landmark + 1), amount)
    np.add.at(looks, (code, np.minimum(exit, landmark + FOLLOW_UP) + 1), -amount)
    looks = np.cumsum(looks, axis=1)
    share = np.divide(1.0, looks, out=np.zeros_like(looks), where=looks > 1e-9)
    summed = np.cumsum(share, axis=1)
    owner = code[rows.line]
    begin = rows.end - rows.months.astype(np.int64)
    return (summed[owner, rows.end] - summed[owner, begin]) / rows.months, share[owner, rows.end]


def duration_bin(month: ArrayLike) -> Integers:
    """Bin of a month of age (from 1): 0 for the first six months, and so on."""
    return np.searchsorted(DURATION_EDGES, np.asarray(month), side="left").astype(np.int64)


def lag_bin(months: ArrayLike) -> Integers:
    """Bin of a number of months since the landmark (from 1)."""
    return np.searchsorted(LAG_EDGES, np.asarray(months), side="left").astype(np.int64)


def decay(lag: ArrayLike) -> Floats:
    """Weight of what was the state at the landmark, by bin of time since: it halves every 24 months."""
    begins = np.array([0, *LAG_EDGES], dtype=np.float64)
    ends = np.array([*LAG_EDGES, FOLLOW_UP], dtype=np.float64)
    return np.asarray(0.5 ** ((begins + ends) / 2.0 / HALF_LIFE))[np.asarray(lag)]
