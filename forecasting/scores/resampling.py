"""Cluster bootstrap of scores: whole groups of forecasts drawn with replacement."""

from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_share

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.9
# Registered for the backtest (data/REGISTRATION.md).
N_REPLICATES = 2000
SEED = 20260205


def number_groups(groups: ArrayLike, has_weight: NDArray[np.bool_]) -> tuple[Integers, int]:
    """Numbers of the groups of the forecasts that have a weight.

    Groups without a weighted forecast are not numbered: they would be drawn and contribute nothing.

    Parameters
    ----------
    groups : array_like of shape (n,)
        Group of each forecast.
    has_weight : numpy.ndarray of bool, shape (n,)
        Whether the forecast's weight is above 0; m are.

    Returns
    -------
    codes : numpy.ndarray of int, shape (m,)
        Number of the group, from 0, of each forecast that has a weight.
    n_groups : int
        Number of groups, at least 2.

    Raises
    ------
    ValueError
        Where the shapes differ, or fewer than two groups have a weight.

    Examples
    --------
    >>> codes, n_groups = number_groups(["b", "a", "c"], np.array([True, True, False]))
    >>> codes.tolist(), n_groups
    ([1, 0], 2)
    """
    labels = np.asarray(groups)
    if labels.shape != has_weight.shape:
        raise ValueError(f"expected groups of shape {has_weight.shape}, got {labels.shape}; give one per forecast")
    names, codes = np.unique(labels[has_weight], return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"expected at least 2 groups to resample, got {len(names)}; score more cases")
    return codes.astype(np.int64), len(names)


def draw_groups(n_groups: int, n_replicates: int = N_REPLICATES, seed: int = SEED) -> Floats:
    """Number of times that each group is drawn, with replacement, in each bootstrap replicate.

    Parameters
    ----------
    n_groups : int
        Number of groups, and of draws per replicate.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed; equal arguments give equal draws.

    Returns
    -------
    numpy.ndarray of shape (n_replicates, n_groups)
        Multinomial counts; each row sums to `n_groups`.

    Examples
    --------
    >>> draw_groups(3, n_replicates=2).sum(axis=1).tolist()
    [3.0, 3.0]
    """
    return _draws(n_groups, n_replicates, seed)


@lru_cache(maxsize=16)
def _draws(n_groups: int, n_replicates: int, seed: int) -> Floats:
    chances = np.full(n_groups, 1.0 / n_groups)
    drawn = np.random.default_rng(seed).multinomial(n_groups, chances, size=n_replicates).astype(np.float64)
    drawn.setflags(write=False)
    return drawn


def ratio_replicates(numerator: Floats, denominator: Floats, codes: Integers, draws: Floats) -> Floats:
    """Ratio of two sums over forecasts in each bootstrap replicate.

    Parameters
    ----------
    numerator, denominator : numpy.ndarray of shape (n,)
        Weighted terms of the sums.
    codes : numpy.ndarray of int, shape (n,)
        Number of each forecast's group (`number_groups`).
    draws : numpy.ndarray of shape (n_replicates, n_groups)
        Draws of the groups (`draw_groups`).

    Returns
    -------
    numpy.ndarray of shape (n_replicates,)
        Ratios; NaN where the denominator's sum is not above 0.

    Examples
    --------
    >>> draws = np.array([[1.0, 1.0], [0.0, 2.0]])
    >>> ratio_replicates(np.array([1.0, 1.0]), np.array([4.0, 0.0]), np.array([0, 1]), draws).tolist()
    [0.5, nan]
    """
    above, below = (draws @ np.bincount(codes, terms, draws.shape[1]) for terms in (numerator, denominator))
    return np.asarray(np.divide(above, below, out=np.full(len(draws), np.nan), where=below > 0.0))


def interval_around(value: float, replicates: Floats, level: float) -> tuple[float, float]:
    """Equal-tailed percentile interval of the replicates, widened to contain the estimate.

    Parameters
    ----------
    value : float
        The estimate.
    replicates : numpy.ndarray of shape (n_replicates,)
        Bootstrap replicates; NaN is left out.
    level : float in (0, 1)
        Level of the interval.

    Returns
    -------
    lower, upper : float
        Bounds.

    Raises
    ------
    ValueError
        Where the level is not between 0 and 1.

    Examples
    --------
    >>> interval_around(2.0, np.array([0.0, 1.0, np.nan]), 0.5)
    (0.25, 2.0)
    """
    tail = (1.0 - check_share("a level", level)) / 2.0
    lower, upper = np.nanquantile(replicates, [tail, 1.0 - tail])
    return min(float(lower), value), max(float(upper), value)
