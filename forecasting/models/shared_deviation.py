"""What related cases share beside every covariate, as an uncertainty of a forecast's draws."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LEAST: float = 1e-12
"""Least probability of going on, and of an ending, from which a cumulative hazard is taken."""


def with_shared_deviation(states: ArrayLike, sd: float, seed: int) -> Floats:
    """Draws of a forecast with a deviation that related cases share, of each cause, in log hazards.

    Parameters
    ----------
    states : array_like of shape (n, k + 1, ...)
        Draws of the cumulative incidence of k causes and, last, of the probability of going on.
    sd : float
        Standard deviation of the deviation, 0 or more; 0 leaves the draws as they are.
    seed : int
        Seed of the deviations: one of each draw and cause, whatever the horizon, with the mean -sd^2 / 2, which leaves
        mean hazards as they are.

    Returns
    -------
    numpy.ndarray of shape (n, k + 1, ...)
        Each cause by itself, by proportional subdistribution hazards: incidence 1 - (1 - F)^exp(u). Going on: the
        cumulative hazard of each cause, its share of the endings times -log S, grows by exp(u). Never falling
        incidences stay so. States of one draw need not sum to 1: the draws are for the interval of each state.

    Raises
    ------
    ValueError
        For a standard deviation below 0.

    References
    ----------
    Fine and Gray 1999, J. Am. Stat. Assoc. 94:496-509.

    Examples
    --------
    >>> draws = np.tile([[0.1], [0.9]], (1000, 1, 1))
    >>> wide = with_shared_deviation(draws, 0.7, 1)
    >>> np.quantile(wide[:, 0, 0], [0.1, 0.5, 0.9]).round(2).tolist()
    [0.03, 0.08, 0.17]
    """
    if not sd >= 0.0:
        raise ValueError(f"expected a standard deviation of 0 or more, got {sd}")
    known = np.asarray(states, dtype=np.float64)
    if sd == 0.0:
        return known
    n, k = len(known), known.shape[1] - 1
    normal = np.random.default_rng(seed).normal(size=(n, k))
    times = np.exp(sd * normal - sd**2 / 2.0).reshape(n, k, *[1] * (known.ndim - 2))
    ended, going_on = known[:, :k], known[:, k]
    found = np.empty_like(known)
    found[:, :k] = -np.expm1(np.log(np.clip(1.0 - ended, LEAST, 1.0)) * times)
    hazard = -np.log(np.clip(going_on, LEAST, 1.0))
    stretch = (ended * times).sum(axis=1) / np.maximum(ended.sum(axis=1), LEAST)
    found[:, k] = np.exp(-hazard * stretch)
    return found
