"""Cluster bootstrap of cases that are not independent, and confidence intervals from its replicates."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cluster_draws(n_groups: int, n_replicates: int, seed: int) -> NDArray[np.float64]:
    """Number of times that each group is drawn, with replacement, in each bootstrap replicate.

    Parameters
    ----------
    n_groups : int
        Number of groups, and of draws per replicate.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the generator.

    Returns
    -------
    numpy.ndarray of shape (n_replicates, n_groups)
        Multinomial counts; each row sums to `n_groups`.

    Examples
    --------
    >>> cluster_draws(4, 2, seed=0).sum(axis=1).tolist()
    [4.0, 4.0]
    """
    chances = np.full(n_groups, 1.0 / max(n_groups, 1))
    return np.random.default_rng(seed).multinomial(n_groups, chances, size=n_replicates).astype(np.float64)


def cluster_weights(groups: ArrayLike, n_replicates: int, seed: int) -> NDArray[np.float64]:
    """Case weights of a cluster bootstrap, in which whole groups are drawn with replacement.

    Parameters
    ----------
    groups : array_like of shape (n,)
        Group of each case.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the generator.

    Returns
    -------
    numpy.ndarray of shape (n_replicates, n)
        Number of times that the case's group is drawn.

    References
    ----------
    Field and Welsh 2007, J. R. Stat. Soc. B 69:369-390.

    Examples
    --------
    >>> weights = cluster_weights(["a", "a", "b"], 100, seed=0)
    >>> bool((weights[:, 0] == weights[:, 1]).all())
    True
    """
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    return cluster_draws(len(names), n_replicates, seed)[:, codes]


def state_bounds(
    point: NDArray[np.float64], draws: NDArray[np.float64], level: float, least_upper: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Confidence bounds of the probabilities of every state, survival last.

    Quantiles of the replicates, widened to contain the point forecast. No cause's upper bound is below `least_upper`,
    and survival's lower bound is not above 1 - `least_upper`.

    Parameters
    ----------
    point : numpy.ndarray of shape (n, n_causes, n_horizons)
        Cumulative incidence forecast.
    draws : numpy.ndarray of shape (n_replicates, n, n_causes, n_horizons)
        Cumulative incidence under each bootstrap replicate.
    level : float in (0, 1)
        Level of the interval.
    least_upper : numpy.ndarray of shape (n,)
        Smallest upper bound that the number of cases at risk allows.

    Returns
    -------
    lower, upper : numpy.ndarray of shape (n, n_causes + 1, n_horizons)
        Bounds, pointwise.

    Examples
    --------
    >>> point = np.full((1, 1, 1), 0.25)
    >>> lower, upper = state_bounds(point, np.full((9, 1, 1, 1), 0.25), 0.8, np.array([0.5]))
    >>> lower.ravel().tolist(), upper.ravel().tolist()
    ([0.25, 0.5], [0.5, 0.75])
    """
    states = np.concatenate([point, 1.0 - point.sum(axis=1, keepdims=True)], axis=1)
    lower, upper = interval(np.concatenate([draws, 1.0 - draws.sum(axis=2, keepdims=True)], axis=2), level)
    lower, upper = np.minimum(lower, states), np.maximum(upper, states)
    upper[:, :-1] = np.maximum(upper[:, :-1], least_upper[:, None, None])
    lower[:, -1] = np.minimum(lower[:, -1], 1.0 - least_upper[:, None])
    return lower, upper


def interval(draws: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equal-tailed percentile interval over the first axis.

    Parameters
    ----------
    draws : numpy.ndarray of shape (n_replicates, ...)
        Replicates.
    level : float in (0, 1)
        Level of the interval.

    Returns
    -------
    lower, upper : numpy.ndarray of shape (...)
        Quantiles (1 - level) / 2 and (1 + level) / 2.

    Examples
    --------
    >>> lower, upper = interval(np.arange(101.0), 0.8)
    >>> round(float(lower), 9), round(float(upper), 9)
    (10.0, 90.0)
    """
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return lower, upper
