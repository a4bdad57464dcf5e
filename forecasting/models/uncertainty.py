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


def interval(draws: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equal-tailed interval over the first axis of `draws`, at `level` in (0, 1)."""
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return lower, upper
