"""Linear pool of two forecasts, and the interval of the mixture that it is the mean of."""

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


def mixture_interval(
    model: ArrayLike, base: ArrayLike, level: float, base_share: float = 0.25
) -> tuple[Floats, Floats]:
    """Equal-tailed interval of a mixture of two posteriors.

    Parameters
    ----------
    model, base : array_like of shape (n, ...)
        Draws of the same probabilities by either forecast; the numbers of draws may differ.
    level : float in (0, 1)
        Level.
    base_share : float in [0, 1]
        Probability that `base` is the right forecast.

    Returns
    -------
    lower, upper : numpy.ndarray of shape (...)
        Quantiles (1 - level) / 2 and (1 + level) / 2 of draws that come from `base` with that probability, else from
        `model`.

    Notes
    -----
    The mean of the mixture is the linear pool. Pooling draw by draw has the same mean, but treats a compromise between
    the two as certain: in simulated records (`data/DEVELOPMENT.md`) its 80 % intervals of small probabilities hardly
    ever held the truth.

    Examples
    --------
    >>> lower, upper = mixture_interval(np.full(10, 0.1), np.full(10, 0.4), 0.8)
    >>> float(lower), float(upper)
    (0.1, 0.4)
    """
    if not 0.0 < level < 1.0:
        raise ValueError(f"expected a level between 0 and 1, got {level}")
    left, right = np.asarray(model, dtype=np.float64), np.asarray(base, dtype=np.float64)
    linear_pool(left[:1], right[:1], base_share)
    weight = np.concatenate(
        [np.full(len(left), (1.0 - base_share) / len(left)), np.full(len(right), base_share / len(right))]
    )
    tail = (1.0 - level) / 2.0
    both = np.concatenate([left, right])
    lower, upper = np.quantile(both, [tail, 1.0 - tail], axis=0, weights=weight, method="inverted_cdf")
    return lower, upper
