"""Linear pool: a weighted mean of the incidences of two forecasts."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def linear_pool(model: ArrayLike, base: ArrayLike, base_share: float = 0.25) -> Floats:
    """Weighted mean of two forecasts, linear in incidence, so that it never falls with the horizon.

    Parameters
    ----------
    model, base : array_like of the same shape
        Cumulative incidences, or draws of them.
    base_share : float in [0, 1]
        Weight of `base`.

    Returns
    -------
    numpy.ndarray
        (1 - base_share) x model + base_share x base.

    Raises
    ------
    ValueError
        For another weight, or other shapes.

    References
    ----------
    Stone 1961, Ann. Math. Stat. 32:1339-1342.

    Examples
    --------
    >>> linear_pool([0.4], [0.2]).round(9).tolist()
    [0.35]
    """
    if not 0.0 <= base_share <= 1.0:
        raise ValueError(f"expected a share of the base rate from 0 to 1, got {base_share}")
    left, right = np.asarray(model, dtype=np.float64), np.asarray(base, dtype=np.float64)
    if left.shape != right.shape:
        raise ValueError(f"expected two forecasts of one shape, got {left.shape} and {right.shape}")
    return (1.0 - base_share) * left + base_share * right
