"""Recalibration of log odds by one shift and one slope, with priors at the identity."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from forecasting.models import newton

Floats = NDArray[np.float64]

# Newton steps that take the result from the precision of L-BFGS to the last digits.
LAST_STEPS = 2


def recalibration(base: Floats, covariates: Floats, counts: newton.Counts, sd: float) -> tuple[float, float]:
    """Shift and slope of log odds `base` + shift + slope x `covariates`, by penalised maximum likelihood.

    Both have independent normal priors around the identity, shift 0 and slope 1.

    Parameters
    ----------
    base : numpy.ndarray of shape (r, k)
        Out-of-fold log odds that the age alone gives; the slope leaves them as they are.
    covariates : numpy.ndarray of shape (r, k)
        Out-of-fold log odds that covariates and groups add.
    counts : newton.Counts
        Outcomes of the rows.
    sd : float
        Standard deviation of both priors, above 0.

    Returns
    -------
    shift, slope : float
        Recalibration. A slope below 1 draws overfitted effects of covariates back.

    References
    ----------
    Cox 1958, Biometrika 45:562-565 (shift and slope on the logit scale).

    Examples
    --------
    The covariate says that odds differ by a factor of 9; of the outcomes they do not, so the slope falls below 1:

    >>> counts = newton.Counts(np.full(2, 40.0), np.array([[20.0], [20.0]]), np.ones(2))
    >>> covariates = np.array([[-np.log(3.0)], [np.log(3.0)]])
    >>> shift, slope = recalibration(np.zeros((2, 1)), covariates, counts, 0.3)
    >>> abs(round(shift, 9)), round(slope, 3)
    (0.0, 0.317)
    """
    prior, mass = np.array([0.0, 1.0]), counts.weight * counts.trials

    def chances(values: Floats) -> Floats:
        return newton.probabilities(base + values[0] + values[1] * covariates)

    def slope(values: Floats, chance: Floats) -> Floats:
        residual = counts.weight[:, None] * counts.endings - mass[:, None] * chance
        return np.array([residual.sum(), (residual * covariates).sum()]) - (values - prior) / sd**2

    def loss(values: Floats) -> tuple[float, Floats]:
        chance = chances(values)
        ended, away = counts.weight[:, None] * counts.endings, (values - prior) / sd
        survived = mass - ended.sum(axis=1)
        loglik = float((ended * np.log(chance)).sum() + survived @ np.log1p(-chance.sum(axis=1)))
        return 0.5 * float(away @ away) - loglik, -slope(values, chance)

    # L-BFGS alone would leave a result that depends, within its tolerance, on where it stops.
    values = minimize(loss, prior, jac=True, method="L-BFGS-B").x
    for _ in range(LAST_STEPS):
        chance = chances(values)
        # The causes' sums of chance x covariates^0, ^1 and ^2 in each row make up the information.
        zeroth, first = chance.sum(axis=1), (chance * covariates).sum(axis=1)
        second = (chance * covariates**2).sum(axis=1)
        across = mass @ (first - zeroth * first)
        information = np.array([[mass @ (zeroth - zeroth**2), across], [across, mass @ (second - first**2)]])
        values = values + np.linalg.solve(information + np.eye(2) / sd**2, slope(values, chance))
    return float(values[0]), float(values[1])
