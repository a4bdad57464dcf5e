"""Resampling whole groups of cases that are not independent."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cluster_draws(n_groups: int, n_replicates: int, seed: int) -> NDArray[np.float64]:
    """How often each group is drawn, with replacement, in each replicate, shape (n_replicates, n_groups)."""
    chances = np.full(n_groups, 1.0 / max(n_groups, 1))
    return np.random.default_rng(seed).multinomial(n_groups, chances, size=n_replicates).astype(np.float64)


def cluster_weights(groups: ArrayLike, n_replicates: int, seed: int) -> NDArray[np.float64]:
    """Case weights of a cluster bootstrap, shape (n_replicates, n): whole groups drawn with replacement."""
    names, codes = np.unique(np.asarray(groups), return_inverse=True)
    return cluster_draws(len(names), n_replicates, seed)[:, codes]


def state_bounds(
    point: NDArray[np.float64], draws: NDArray[np.float64], level: float, least_upper: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Bounds of the probabilities of every state, survival last, (n, n_causes + 1, n_horizons) each.

    `point` (n, n_causes, n_horizons) and `draws` (b, n, n_causes, n_horizons) are incidences. Quantiles of the draws,
    widened to hold the point; no cause's upper bound is below `least_upper` (n,), nor survival's lower above its rest.
    """
    states = np.concatenate([point, 1.0 - point.sum(axis=1, keepdims=True)], axis=1)
    lower, upper = interval(np.concatenate([draws, 1.0 - draws.sum(axis=2, keepdims=True)], axis=2), level)
    lower, upper = np.minimum(lower, states), np.maximum(upper, states)
    upper[:, :-1] = np.maximum(upper[:, :-1], least_upper[:, None, None])
    lower[:, -1] = np.minimum(lower[:, -1], 1.0 - least_upper[:, None])
    return lower, upper


def interval(draws: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equal-tailed interval over the first axis of `draws`, at `level` in (0, 1)."""
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return lower, upper
