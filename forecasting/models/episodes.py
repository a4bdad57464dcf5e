"""Stacked landmarks as grouped episodes: stretches of months at risk over which every covariate is constant."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.models.checks import check_spells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Last months of all but the last bin of age, and of time since the landmark.
DURATION_EDGES = (6, 12, 36, 84, 180)
LAG_EDGES = (6, 12, 24, 36, 60)
# Months that a landmark looks ahead: the longest horizon.
FOLLOW_UP = 120
# Months in which the weight of a state at the landmark halves (registered in data/REGISTRATION.md).
HALF_LIFE = 24.0


@dataclass(frozen=True)
class Episodes:
    """Stretches of months at risk after landmarks, r in all.

    Attributes
    ----------
    line : numpy.ndarray of int, shape (r,)
        Row of the landmark.
    months : numpy.ndarray of shape (r,)
        Months at risk.
    duration, lag : numpy.ndarray of int, shape (r,)
        Bin of the age (`duration_bin`) and of the time since the landmark (`lag_bin`).
    cause : numpy.ndarray of int, shape (r,)
        Cause of the ending in the last month; 0 if the case did not end in it.
    end : numpy.ndarray of int, shape (r,)
        Month of age that is the last of the stretch.
    """

    line: Integers
    months: Floats
    duration: Integers
    lag: Integers
    cause: Integers
    end: Integers


def episodes(landmark: ArrayLike, exit: ArrayLike, cause: ArrayLike) -> Episodes:
    """Episodes of the months from each landmark to the exit, at most 120.

    They are cut where the age or the time since the landmark changes its bin and nowhere else, so their likelihood is
    that of the single months.

    Parameters
    ----------
    landmark : array_like of int, shape (n,)
        Age at the landmark in completed months.
    exit : array_like of int, shape (n,)
        Month of age in which the case ended or was last observed.
    cause : array_like of int, shape (n,)
        Cause of the ending, from 1; 0 for censored.

    Returns
    -------
    Episodes
        In the order of the landmarks, and of time within each.

    Raises
    ------
    ValueError
        Unless 0 <= landmark < exit for every landmark.

    Examples
    --------
    >>> rows = episodes(landmark=[0], exit=[8], cause=[2])
    >>> rows.months.tolist(), rows.duration.tolist(), rows.cause.tolist()
    ([6.0, 2.0], [0, 1], [0, 2])
    """
    most = int(np.max(cause, initial=0))
    landmark, exit, cause = check_spells(landmark, exit, cause, most, first="landmark", what="landmark")
    stop = np.minimum(exit, landmark + FOLLOW_UP)
    n = len(landmark)
    cuts = [np.broadcast_to(DURATION_EDGES, (n, len(DURATION_EDGES))), landmark[:, None] + np.asarray(LAG_EDGES)]
    # Cuts outside a landmark's months are moved to their ends, where they make episodes without a month.
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
    """Weights of the episodes' months and endings under which every month of every case counts once.

    A month that is within the follow-up of landmarks with a total weight c has weight 1/c in each of them.

    Parameters
    ----------
    rows : Episodes
        Episodes of the landmarks.
    landmark, exit : array_like of int, shape (n,)
        Landmarks, as in `episodes`.
    case : array_like of shape (n,)
        Case of each landmark.
    weight : array_like of shape (n,)
        Weight of each landmark, at least 0; the lines of one landmark add up to 1.

    Returns
    -------
    months : numpy.ndarray of shape (r,)
        Mean weight of the episode's months.
    last : numpy.ndarray of shape (r,)
        Weight of its last month, in which the case may have ended.

    Notes
    -----
    Weighting whole cases by one over their number of landmarks instead would favour cases that ended early, since
    that number is known only at the end: on the record it put the mean predicted incidence of formalization within 60
    months at 0.22, against 0.14 by Aalen-Johansen (`data/REGISTRATION.md`).

    Examples
    --------
    Of 14 months, the last two are seen from both landmarks:

    >>> landmark, exit = [0, 12], [14, 14]
    >>> rows = episodes(landmark, exit, [1, 1])
    >>> months, last = month_weights(rows, landmark, exit, ["a", "a"], [1.0, 1.0])
    >>> months.tolist(), float(rows.months @ months)
    ([1.0, 1.0, 0.5, 0.5], 14.0)
    """
    landmark, exit = np.asarray(landmark, dtype=np.int64), np.asarray(exit, dtype=np.int64)
    amount = np.asarray(weight, dtype=np.float64)
    cases, code = np.unique(np.asarray(case), return_inverse=True)
    width = int(exit.max(initial=0)) + 2
    # Total weight of the landmarks that a month is within the follow-up of: steps up and down, then summed.
    coverage = np.zeros((len(cases), width))
    np.add.at(coverage, (code, landmark + 1), amount)
    np.add.at(coverage, (code, np.minimum(exit, landmark + FOLLOW_UP) + 1), -amount)
    coverage = np.cumsum(coverage, axis=1)
    # Below 1e-9 is what rounding leaves where no landmark covers the month.
    share = np.divide(1.0, coverage, out=np.zeros_like(coverage), where=coverage > 1e-9)
    summed = np.cumsum(share, axis=1)
    owner = code[rows.line]
    begin = rows.end - rows.months.astype(np.int64)
    return (summed[owner, rows.end] - summed[owner, begin]) / rows.months, share[owner, rows.end]


def duration_bin(month: ArrayLike) -> Integers:
    """Bin of a month of age.

    Parameters
    ----------
    month : array_like of int
        Month of age, from 1.

    Returns
    -------
    numpy.ndarray of int
        Number of the bin, from 0 for the first six months to 5 for those after month 180.

    Examples
    --------
    >>> duration_bin([1, 6, 7, 181]).tolist()
    [0, 0, 1, 5]
    """
    return np.searchsorted(DURATION_EDGES, np.asarray(month), side="left").astype(np.int64)


def lag_bin(months: ArrayLike) -> Integers:
    """Bin of a number of months since the landmark.

    Parameters
    ----------
    months : array_like of int
        Months since the landmark, from 1.

    Returns
    -------
    numpy.ndarray of int
        Number of the bin, from 0 for the first six months to 5 for those after month 60.

    Examples
    --------
    >>> lag_bin([6, 7, 61]).tolist()
    [0, 1, 5]
    """
    return np.searchsorted(LAG_EDGES, np.asarray(months), side="left").astype(np.int64)


def decay(lag: ArrayLike) -> Floats:
    """Weight of a state at the landmark, by bin of time since: it halves every 24 months.

    Parameters
    ----------
    lag : array_like of int
        Bins of time since the landmark (`lag_bin`).

    Returns
    -------
    numpy.ndarray
        Weights in (0, 1), at the middle of each bin.

    Examples
    --------
    >>> decay([0, 5]).round(3).tolist()
    [0.917, 0.074]
    """
    begins = np.array([0, *LAG_EDGES], dtype=np.float64)
    ends = np.array([*LAG_EDGES, FOLLOW_UP], dtype=np.float64)
    return np.asarray(0.5 ** ((begins + ends) / 2.0 / HALF_LIFE))[np.asarray(lag)]
