"""Logarithmic score of the time and cause of an ending under right censoring."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import TOLERANCE, check_shape, check_share

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

INTERVAL_FLOOR = 0.001


def censored_log_score(
    incidence: ArrayLike, times: ArrayLike, last: ArrayLike, cause: ArrayLike, floor: float = INTERVAL_FLOOR
) -> Floats:
    """Logarithmic score of competing endings under censoring; lower is better.

    With t_(j-1) < last <= t_j, t_0 = 0 and survival S = 1 - sum_k F_k:

        -ln max(F_k(t_j) - F_k(t_(j-1)), floor)  if the case ended by cause k,
        -ln max(S(t_(j-1)), floor)               if it is censored, or ended after the last time.

    Parameters
    ----------
    incidence : array_like of shape (n, n_causes, n_times)
        Cumulative incidences F, never falling with time and with a sum over causes of at most 1.
    times : array_like of shape (n_times,)
        Months t_1 < t_2 < ... after the origin.
    last : array_like of int, shape (n,)
        Month after the origin, from 1, in which the case ended or was last observed.
    cause : array_like of int, shape (n,)
        Cause of the ending, from 1; 0 for censored.
    floor : float in (0, 1)
        Smallest probability that is scored.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Scores in nats, in [0, -ln floor].

    Raises
    ------
    ValueError
        Where a shape, an incidence, a time, a month, a cause or the floor is another.

    Notes
    -----
    Strictly proper on the grid of times if censoring is independent of the ending, as long as every true probability
    is 0 or at least e x floor. Over monthly times it is the negative log likelihood of a discrete competing-risks
    hazard.

    References
    ----------
    Guan 2021, arXiv:2104.01000.

    Examples
    --------
    >>> quarter_then_half = [[[0.25, 0.5], [0.0, 0.25]]] * 3
    >>> censored_log_score(quarter_then_half, [12, 24], [24, 13, 40], [1, 0, 0]).round(4).tolist()
    [1.3863, 0.2877, 1.3863]
    """
    f, months = _check_incidence(incidence, times)
    ended = _check_whole("cause", cause, len(f), 0, f.shape[1])
    passed = np.searchsorted(months, _check_whole("last", last, len(f), 1, np.inf), side="left")
    check_share("a floor", floor)
    from_zero = np.concatenate([np.zeros((*f.shape[:2], 1)), f], axis=2)
    row = np.arange(len(f))
    survived = 1.0 - from_zero.sum(axis=1)[row, passed]
    is_ended = (ended > 0) & (passed < len(months))
    # Rows that are not of an ending on the grid get valid indices; their increment is not used.
    column, upto = np.maximum(ended - 1, 0), np.minimum(passed + 1, len(months))
    increment = from_zero[row, column, upto] - from_zero[row, column, passed]
    return np.asarray(-np.log(np.clip(np.where(is_ended, increment, survived), floor, 1.0)))


def _check_incidence(incidence: ArrayLike, times: ArrayLike) -> tuple[Floats, Floats]:
    f, months = np.asarray(incidence, dtype=np.float64), np.asarray(times, dtype=np.float64)
    if f.ndim != 3 or months.shape != f.shape[2:]:
        raise ValueError(
            f"expected incidence of shape (n, n_causes, n_times) with as many times, got {f.shape} and {months.shape}; "
            "give one time per column"
        )
    if len(months) == 0 or months[0] <= 0 or (np.diff(months) <= 0).any():
        raise ValueError(f"expected rising times above 0, got {months.tolist()}; sort the times and their columns")
    if not ((f >= -TOLERANCE).all() and (f.sum(axis=1) <= 1.0 + TOLERANCE).all()):
        raise ValueError(
            f"expected incidences of 0 or more whose sum over causes is at most 1, got from {f.min():g} and "
            f"a sum of {f.sum(axis=1).max():g}; give shares, not per cent"
        )
    if (np.diff(f, axis=2) < -TOLERANCE).any():
        raise ValueError(
            f"expected incidences that never fall with time, got a fall of {-np.diff(f, axis=2).min():g}; "
            "give cumulative incidences"
        )
    return f, months


def _check_whole(name: str, values: ArrayLike, n: int, least: float, most: float) -> Integers:
    numbers = check_shape(name, values, n)
    invalid = np.flatnonzero(~((numbers >= least) & (numbers <= most) & (numbers == np.floor(numbers))))
    if len(invalid):
        row = invalid[0]
        bounds = f"from {least:g} to {most:g}" if np.isfinite(most) else f"from {least:g}"
        raise ValueError(
            f"expected {name} as whole numbers {bounds}, got {numbers[row]:g} in row {row}; "
            "count months from 1 and causes from 1, with 0 for censored"
        )
    return numbers.astype(np.int64)
