"""Resampling whole groups of cases that are not independent."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def cluster_weights(groups: ArrayLike, n_replicates: int, seed: int) -> NDArray[np.float64]:
    """Case weights of a cluster bootstrap, shape (n_replicates, n): groups drawn with replacement, whole.

    A replicate that draws no case keeps at least one group, since the number of draws equals that of groups.
    """
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    n_groups = int(codes.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n_groups, np.full(n_groups, 1.0 / n_groups), size=n_replicates)
    return drawn[:, codes].astype(np.float64)


def interval(draws: NDArray[np.float64], level: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Equal-tailed interval over the first axis of `draws`, at `level` in (0, 1)."""
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(draws, [tail, 1.0 - tail], axis=0)
    return lower, upper
