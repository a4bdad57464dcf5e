"""Recalibration of log odds by a shift and a slope for each cause, with the uncertainty of both."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.models import newton

Floats = NDArray[np.float64]
MOST_STEPS = 50
TOLERANCE = 1e-12


@dataclass(frozen=True)
class Recalibration:
    """Shift and slope of each of k causes, with a normal approximation of their posterior.

    Attributes
    ----------
    shift, slope : numpy.ndarray of shape (k,)
        Log odds `base` + shift + slope x `covariates`.
    covariance : numpy.ndarray of shape (2 k, 2 k)
        Posterior covariance, shifts before slopes.

    Examples
    --------
    >>> Recalibration(np.zeros(1), np.ones(1), np.eye(2)).draws(np.array([[0.5, -0.25]]))[1].tolist()
    [[0.75]]
    """

    shift: Floats
    slope: Floats
    covariance: Floats

    def draws(self, normal: Floats) -> tuple[Floats, Floats]:
        """Shifts and slopes, (n, k) each, of n draws made from standard `normal` ones, (n, 2 k)."""
        k = len(self.shift)
        if not self.covariance.any():  # nothing is uncertain, and nothing has a Cholesky factor
            return np.tile(self.shift, (len(normal), 1)), np.tile(self.slope, (len(normal), 1))
        moved = normal @ np.linalg.cholesky(self.covariance).T
        return self.shift + moved[:, :k], self.slope + moved[:, k:]

    @classmethod
    def none(cls, n_causes: int) -> "Recalibration":
        """The recalibration that leaves log odds as they are, without any uncertainty.

        Parameters
        ----------
        n_causes : int
            Number of causes.

        Returns
        -------
        Recalibration
            Shifts of 0 and slopes of 1.

        Examples
        --------
        >>> Recalibration.none(1).draws(np.ones((2, 2)))[1].tolist()
        [[1.0], [1.0]]
        """
        return cls(np.zeros(n_causes), np.ones(n_causes), np.zeros((2 * n_causes, 2 * n_causes)))


def recalibration_by_cause(base: Floats, covariates: Floats, counts: newton.Counts, sd: float) -> Recalibration:
    """Shift and slope of each cause by penalised maximum likelihood, priors N(0, sd^2) and N(1, sd^2).

    Parameters
    ----------
    base : numpy.ndarray of shape (r, k)
        Out-of-fold log odds that the age alone gives; the slopes leave them as they are.
    covariates : numpy.ndarray of shape (r, k)
        Out-of-fold log odds that covariates add.
    counts : newton.Counts
        Outcomes of the rows; a row that stands for one of n splits has a weight of 1 / n.
    sd : float
        Standard deviation of the priors, above 0.

    Returns
    -------
    Recalibration
        Mode, and inverse of the information at it.

    Raises
    ------
    FloatingPointError
        Where Newton's method does not converge in 50 steps.

    References
    ----------
    Cox 1958, Biometrika 45:562-565.

    Examples
    --------
    The covariate says that odds differ by a factor of 9; of the outcomes they do not, so the slope falls below 1:

    >>> counts = newton.Counts(np.full(2, 40.0), np.array([[20.0], [20.0]]), np.ones(2))
    >>> covariates = np.array([[-np.log(3.0)], [np.log(3.0)]])
    >>> found = recalibration_by_cause(np.zeros((2, 1)), covariates, counts, 0.3)
    >>> found.slope.round(3).tolist()
    [0.317]
    """
    k = base.shape[1]
    prior = np.concatenate([np.zeros(k), np.ones(k)])
    mass = counts.weight * counts.trials
    values, value = prior.copy(), _loglik(prior, prior, base, covariates, counts, sd)
    for _ in range(MOST_STEPS):
        chance = newton.probabilities(base + values[:k] + values[k:] * covariates)
        residual = counts.weight[:, None] * counts.endings - mass[:, None] * chance
        slope = np.concatenate([residual.sum(axis=0), (residual * covariates).sum(axis=0)]) - (values - prior) / sd**2
        information = _information(chance, covariates, mass) + np.eye(2 * k) / sd**2
        step = np.linalg.solve(information, slope)
        gain, length = float(slope @ step), 1.0
        if gain < TOLERANCE:
            return Recalibration(
                values[:k] + step[:k], values[k:] + step[k:], np.asarray(np.linalg.inv(information), dtype=np.float64)
            )
        while length > newton.SHORTEST_STEP:
            trial = _loglik(values + length * step, prior, base, covariates, counts, sd)
            if trial >= value + newton.SUFFICIENT_SHARE * length * gain:
                break
            length /= 2.0
        values, value = values + length * step, trial
    raise FloatingPointError(f"expected the recalibration to converge in {MOST_STEPS} steps, got no convergence")


def _loglik(values: Floats, prior: Floats, base: Floats, covariates: Floats, counts: newton.Counts, sd: float) -> float:
    k = base.shape[1]
    eta = base + values[:k] + values[k:] * covariates
    away = (values - prior) / sd
    return newton.penalised_loglik(np.zeros((1, k)), np.zeros((len(eta), 1)), counts, np.zeros(1), eta) - 0.5 * float(
        away @ away
    )


def _information(chance: Floats, covariates: Floats, mass: Floats) -> Floats:
    k = chance.shape[1]
    within = np.zeros((2 * k, 2 * k))
    for i in range(k):
        for j in range(k):
            share = mass * chance[:, i] * ((i == j) - chance[:, j])
            within[i, j] = share.sum()
            within[i, k + j] = within[k + j, i] = (share * covariates[:, j]).sum()
            within[k + i, k + j] = (share * covariates[:, i] * covariates[:, j]).sum()
    return within
