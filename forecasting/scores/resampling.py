"""Cluster bootstrap of scores: whole groups of forecasts drawn with replacement."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVEL = 0.9
N_REPLICATES = 2000
SEED = 20260205


def number_groups(groups: ArrayLike, is_weighed: NDArray[np.bool_]) -> tuple[Integers, int]:
    """Number from 0 of the group of each forecast that has a weight, and how many such groups there are, at least two.

    A group without weight is not numbered: it would be drawn for nothing.
    """
    came = np.asarray(groups)
    if came.shape != is_weighed.shape:
        raise ValueError(f"wanted groups of shape {is_weighed.shape}; came {came.shape}")
    names, codes = np.unique(came[is_weighed], return_inverse=True)
    if len(names) < 2:
        raise ValueError(f"wanted at least 2 groups to resample; came {len(names)}")
    return codes.astype(np.int64), len(names)


def draw_groups(n_groups: int, n_replicates: int = N_REPLICATES, seed: int = SEED) -> Floats:
    """How often each group is drawn in each replicate, (n_replicates, n_groups); the same for the same arguments."""
    chances = np.full(n_groups, 1.0 / n_groups)
    return np.random.default_rng(seed).multinomial(n_groups, chances, size=n_replicates).astype(np.float64)


def interval_around(value: float, replicates: Floats, level: float) -> tuple[float, float]:
    """Equal-tailed interval of the replicates that are not NaN, widened to hold `value`."""
    if not 0.0 < level < 1.0:
        raise ValueError(f"wanted a level between 0 and 1; came {level:g}")
    tail = (1.0 - level) / 2.0
    lower, upper = np.nanquantile(replicates, [tail, 1.0 - tail])
    return min(float(lower), value), max(float(upper), value)
