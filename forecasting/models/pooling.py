"""Partial pooling of strata by gamma-Poisson empirical Bayes: ratios of endings observed to endings expected."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

Floats = NDArray[np.float64]
# Without over-dispersion the marginal likelihood has its maximum at infinity, so the search needs an upper limit.
LARGEST_STRENGTH = 1000.0
SMALLEST_STRENGTH = 0.5


@dataclass(frozen=True)
class RateRatios:
    """Ratios of each stratum's hazards to the reference hazards, with gamma posteriors.

    Attributes
    ----------
    observed : numpy.ndarray of shape (n_strata, n_causes)
        Endings counted.
    expected : numpy.ndarray of shape (n_strata, n_causes)
        Endings that the reference hazards expect.
    strength : numpy.ndarray of shape (n_causes,)
        Shape and rate of the gamma prior with mean 1: the number of expected endings that it is worth.

    Examples
    --------
    >>> ratios = RateRatios(np.array([[3.0]]), np.array([[1.0]]), np.array([1.0]))
    >>> ratios.mean.tolist()
    [[2.0]]
    """

    observed: Floats
    expected: Floats
    strength: Floats

    @property
    def mean(self) -> Floats:
        """Posterior means, shape (n_strata, n_causes)."""
        return (self.observed + self.strength) / (self.expected + self.strength)

    def draw(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draws from the posteriors.

        Parameters
        ----------
        n_draws : int
            Number of draws.
        rng : numpy.random.Generator
            Source of randomness.

        Returns
        -------
        numpy.ndarray of shape (n_draws, n_strata, n_causes)
            Rate ratios, above 0.
        """
        shape = self.observed + self.strength
        return rng.gamma(shape, 1.0, size=(n_draws, *shape.shape)) / (self.expected + self.strength)


def rate_ratios(observed: ArrayLike, expected: ArrayLike) -> RateRatios:
    """Empirical-Bayes rate ratios of each stratum and cause.

    Endings of a stratum are Poisson with mean ratio x expected, and the ratios of a cause are gamma with mean 1. The
    prior's strength maximises the marginal (negative binomial) likelihood, within [0.5, 1000]. The ratio of a stratum
    without an ending stays above 0.

    Parameters
    ----------
    observed : array_like of shape (n_strata, n_causes)
        Endings counted.
    expected : array_like of shape (n_strata, n_causes)
        Endings expected.

    Returns
    -------
    RateRatios
        Counts and the strength of each cause's prior.

    References
    ----------
    Clayton and Kaldor 1987, Biometrics 43:671-681.

    Examples
    --------
    >>> ratios = rate_ratios([[20.0], [0.0]], [[10.0], [10.0]])
    >>> bool(1.0 < ratios.mean[0, 0] < 2.0), bool(0.0 < ratios.mean[1, 0] < 1.0)
    (True, True)
    """
    observed, expected = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    strengths = [_strength(observed[:, k], expected[:, k]) for k in range(observed.shape[1])]
    return RateRatios(observed, expected, np.array(strengths))


def _strength(observed: Floats, expected: Floats) -> float:
    """Strength of one cause's prior that maximises the marginal likelihood, searched on the log scale."""

    def loss(log_strength: float) -> float:
        s = np.exp(log_strength)
        terms = gammaln(observed + s) - gammaln(s) + s * np.log(s) - (observed + s) * np.log(expected + s)
        return -float(terms.sum())

    bounds = (np.log(SMALLEST_STRENGTH), np.log(LARGEST_STRENGTH))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def scale_hazards(hazard: Floats, ratio: Floats) -> Floats:
    """Monthly hazards after each cause's intensity is multiplied by a rate ratio.

    Hazards are taken to cumulative intensities and back, so that they sum to less than 1 under any ratio.

    Parameters
    ----------
    hazard : numpy.ndarray of shape (..., n_causes, n_months)
        Monthly hazards, which sum to at most 1 over causes.
    ratio : numpy.ndarray of shape (..., n_causes)
        Rate ratios.

    Returns
    -------
    numpy.ndarray of shape (..., n_causes, n_months)
        Scaled hazards.

    Examples
    --------
    >>> scale_hazards(np.array([[0.5]]), np.array([2.0])).tolist()
    [[0.75]]
    """
    # A hazard of 1 has no finite intensity.
    total = np.minimum(hazard.sum(axis=-2, keepdims=True), 1.0 - 1e-12)
    share = np.divide(hazard, total, out=np.zeros_like(hazard), where=total > 0)
    intensity = share * -np.log1p(-total) * ratio[..., None]
    scaled_total = intensity.sum(axis=-2, keepdims=True)
    # (1 - exp(-total)) / total: the probability of ending, shared out in proportion to the intensities.
    hazard_per_intensity = np.divide(
        -np.expm1(-scaled_total), scaled_total, out=np.ones_like(scaled_total), where=scaled_total > 0
    )
    return np.asarray(intensity * hazard_per_intensity)
