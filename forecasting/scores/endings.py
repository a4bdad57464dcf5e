"""The log score of when and how a case ended, which also counts cases that were last seen going on."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import TOLERANCE

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

INTERVAL_FLOOR = 0.001


def censored_log_score(
    incidence: ArrayLike, times: ArrayLike, last: ArrayLike, cause: ArrayLike, floor: float = INTERVAL_FLOOR
) -> Floats:
    """Logarithmic score of competing endings under censoring, in [0, -ln floor], lower is better.

    `incidence` F (n, n_causes, n_times), never falling along `times` t_1 < t_2 < ... (n_times,), months after the
    origin; `last` (n,): month, counted from 1, in which the case ended or was last seen; `cause` (n,): k if it ended
    by cause k, 0 if it was seen going on. With t_(j-1) < last <= t_j, t_0 = 0 and S = 1 - sum_k F_k:

        -ln max(F_k(t_j) - F_k(t_(j-1)), floor)  if it ended,
        -ln max(S(t_(j-1)), floor)               if it was last seen, or ended after the last time.

    Returns (n,) in nats. Strictly proper on the grid of times if the last sight says nothing of the ending that would
    have come (Guan 2021, arXiv:2104.01000, on a grid), as long as what is true is 0 or at least e x floor. Summed
    over monthly times it is the negative log likelihood of a discrete competing-risks hazard.

    >>> quarter_then_half = [[[0.25, 0.5], [0.0, 0.25]]] * 3
    >>> censored_log_score(quarter_then_half, [12, 24], [24, 13, 40], [1, 0, 0]).round(4).tolist()
    [1.3863, 0.2877, 1.3863]
    """
    f, months = _check_incidence(incidence, times)
    ended = _check_whole("cause", cause, len(f), 0, f.shape[1])
    passed = np.searchsorted(months, _check_whole("last", last, len(f), 1, np.inf), side="left")
    if not 0.0 < floor < 1.0:
        raise ValueError(f"wanted a floor between 0 and 1; came {floor:g}")
    before = np.concatenate([np.zeros((*f.shape[:2], 1)), f], axis=2)
    line = np.arange(len(f))
    survived = 1.0 - before.sum(axis=1)[line, passed]
    is_ended = (ended > 0) & (passed < len(months))
    column, upto = np.maximum(ended - 1, 0), np.minimum(passed + 1, len(months))
    gained = before[line, column, upto] - before[line, column, passed]
    return np.asarray(-np.log(np.clip(np.where(is_ended, gained, survived), floor, 1.0)))


def _check_incidence(incidence: ArrayLike, times: ArrayLike) -> tuple[Floats, Floats]:
    f, months = np.asarray(incidence, dtype=np.float64), np.asarray(times, dtype=np.float64)
    if f.ndim != 3 or months.shape != f.shape[2:]:
        raise ValueError(
            f"wanted incidence of shape (n, n_causes, n_times) with as many times; came {f.shape} and {months.shape}"
        )
    if len(months) == 0 or months[0] <= 0 or (np.diff(months) <= 0).any():
        raise ValueError("wanted times above 0 that rise; came others")
    if not ((f >= -TOLERANCE).all() and (f.sum(axis=1) <= 1.0 + TOLERANCE).all()):
        raise ValueError("wanted incidences from 0 whose sum over causes is at most 1; came others")
    if (np.diff(f, axis=2) < -TOLERANCE).any():
        raise ValueError("wanted incidences that never fall with time; came others")
    return f, months


def _check_whole(name: str, values: ArrayLike, n: int, least: float, most: float) -> Integers:
    came = np.asarray(values, dtype=np.float64)
    if came.shape != (n,):
        raise ValueError(f"wanted {name} of shape ({n},); came {came.shape}")
    off = np.flatnonzero(~((came >= least) & (came <= most) & (came == np.floor(came))))
    if len(off):
        bounds = f"from {least:g} to {most:g}" if np.isfinite(most) else f"from {least:g}"
        raise ValueError(f"wanted {name} as whole numbers {bounds}; came {came[off[0]]:g} in row {off[0]}")
    return came.astype(np.int64)
