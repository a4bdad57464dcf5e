"""Partial pooling of a stratum's endings towards what the pooled hazards expect: gamma-Poisson empirical Bayes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize_scalar
from scipy.special import gammaln

Floats = NDArray[np.float64]
LARGEST_STRENGTH = 1000.0
SMALLEST_STRENGTH = 0.5


@dataclass(frozen=True)
class RateRatios:
    """Ratios of a stratum's hazard to the reference hazard.

    `observed` and `expected` (n_strata, n_causes): endings counted, and endings that the reference hazards expect;
    `strength` (n_causes,): endings' worth of belief in a ratio of one.
    """

    observed: Floats
    expected: Floats
    strength: Floats

    @property
    def mean(self) -> Floats:
        """Posterior mean of each ratio, shape (n_strata, n_causes)."""
        return (self.observed + self.strength) / (self.expected + self.strength)

    def draw(self, n_draws: int, rng: np.random.Generator) -> Floats:
        """Draws from the gamma posteriors, shape (n_draws, n_strata, n_causes)."""
        shape = self.observed + self.strength
        return rng.gamma(shape, 1.0, size=(n_draws, *shape.shape)) / (self.expected + self.strength)


def rate_ratios(observed: ArrayLike, expected: ArrayLike) -> RateRatios:
    """Empirical-Bayes rate ratios per stratum and cause.

    Endings of a stratum are Poisson with mean ratio x expected, the ratio gamma with mean one; the gamma's strength
    maximises the marginal (negative binomial) likelihood, between 0.5 and 1,000 endings' worth (Clayton & Kaldor
    1987, Biometrics 43:671-681). A stratum with no ending keeps a ratio above zero.
    """
    observed, expected = np.asarray(observed, np.float64), np.asarray(expected, np.float64)
    strengths = [_strength(observed[:, k], expected[:, k]) for k in range(observed.shape[1])]
    return RateRatios(observed, expected, np.array(strengths))


def _strength(observed: Floats, expected: Floats) -> float:
    def loss(log_strength: float) -> float:
        s = np.exp(log_strength)
        terms = gammaln(observed + s) - gammaln(s) + s * np.log(s) - (observed + s) * np.log(expected + s)
        return -float(terms.sum())

    bounds = (np.log(SMALLEST_STRENGTH), np.log(LARGEST_STRENGTH))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def scale_hazards(hazard: Floats, ratio: Floats) -> Floats:
    """Hazards (..., n_causes, n_months) with each cause's intensity multiplied by `ratio` (..., n_causes).

    Monthly hazards are taken to cumulative intensities and back, so that their sum stays below one.
    """
    total = np.minimum(hazard.sum(axis=-2, keepdims=True), 1.0 - 1e-12)
    share = np.divide(hazard, total, out=np.zeros_like(hazard), where=total > 0)
    intensity = share * -np.log1p(-total) * ratio[..., None]
    whole = intensity.sum(axis=-2, keepdims=True)
    back = np.divide(-np.expm1(-whole), whole, out=np.ones_like(whole), where=whole > 0)
    return np.asarray(intensity * back)
