"""Penalised maximum likelihood of a grouped multinomial logit by Newton's method."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Newton's decrement, twice the gain in log likelihood that the last step promises; that step is still taken.
TOLERANCE = 1e-9
MOST_STEPS = 50
# Armijo's rule: a step must gain this share of what its slope promises, or is halved down to the shortest.
SUFFICIENT_SHARE = 1e-4
SHORTEST_STEP = 1e-6
# Rows of one product, so that its temporaries stay in the processor's cache.
ROWS = 2048


@dataclass(frozen=True)
class Counts:
    """Grouped outcomes of r rows.

    Attributes
    ----------
    trials : numpy.ndarray of shape (r,)
        Months at risk.
    endings : numpy.ndarray of shape (r, k)
        Months that ended by each cause.
    weight : numpy.ndarray of shape (r,)
        Weights, at least 0.
    """

    trials: Floats
    endings: Floats
    weight: Floats


def probabilities(eta: Floats) -> Floats:
    """Probability of each cause from log odds against not ending.

    Parameters
    ----------
    eta : numpy.ndarray of shape (..., k)
        Log odds, of any size: the largest is subtracted before exponentials are taken.

    Returns
    -------
    numpy.ndarray of shape (..., k)
        exp(eta) / (1 + sum of exp(eta)).

    Examples
    --------
    >>> probabilities(np.array([0.0, 0.0, -1000.0])).round(4).tolist()
    [0.3333, 0.3333, 0.0]
    """
    top = _highest(eta)[..., None]
    raised = np.exp(eta - top)
    return np.asarray(raised / (np.exp(-top) + (raised @ np.ones(eta.shape[-1]))[..., None]))


def penalised_loglik(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0
) -> float:
    """Weighted log likelihood minus the ridge penalty, the log density of normal priors with mean 0.

    Parameters
    ----------
    coef : numpy.ndarray of shape (p, k)
        Coefficients.
    design : numpy.ndarray of shape (r, p)
        Covariates.
    counts : Counts
        Outcomes of the rows.
    precision : numpy.ndarray of shape (p,) or (p, k)
        Precision of the prior (1 / variance) of each covariate's coefficients, or of each coefficient.
    offset : numpy.ndarray of shape (r, k) or float
        Fixed part of the log odds.

    Returns
    -------
    float
        Log likelihood - 1/2 sum of precision x coef^2, up to a constant.

    Examples
    --------
    >>> counts = Counts(np.ones(2), np.array([[1.0], [0.0]]), np.ones(2))
    >>> round(penalised_loglik(np.zeros((1, 1)), np.ones((2, 1)), counts, np.ones(1)), 4)
    -1.3863
    """
    eta = design @ coef + offset
    top = _highest(eta)
    total = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]) @ np.ones(eta.shape[1]))
    loglik = float(counts.weight @ (np.einsum("rk,rk->r", counts.endings, eta) - counts.trials * total))
    return loglik - 0.5 * float((columns(precision, coef) * coef**2).sum())


def gradient(coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0) -> Floats:
    """Gradient of `penalised_loglik`.

    Parameters
    ----------
    coef, design, counts, precision, offset
        As in `penalised_loglik`.

    Returns
    -------
    numpy.ndarray of shape (p, k)
        Derivative in each coefficient.

    Examples
    --------
    >>> counts = Counts(np.ones(2), np.array([[1.0], [1.0]]), np.ones(2))
    >>> gradient(np.zeros((1, 1)), np.ones((2, 1)), counts, np.ones(1)).tolist()
    [[1.0]]
    """
    chance = probabilities(design @ coef + offset)
    residual = counts.weight[:, None] * (counts.endings - counts.trials[:, None] * chance)
    return np.asarray(design.T @ residual - columns(precision, coef) * coef)


def information(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0
) -> Floats:
    """Observed information of `penalised_loglik`, minus its Hessian.

    Parameters
    ----------
    coef, design, counts, precision, offset
        As in `penalised_loglik`.

    Returns
    -------
    numpy.ndarray of shape (p k, p k)
        Positive definite; the index of a coefficient is cause x p + column.

    Examples
    --------
    >>> counts = Counts(np.ones(4), np.zeros((4, 1)), np.ones(4))
    >>> information(np.zeros((1, 1)), np.ones((4, 1)), counts, np.ones(1)).tolist()
    [[2.0]]
    """
    p, k = coef.shape
    chance = probabilities(design @ coef + offset)
    mass = counts.weight * counts.trials
    blocks = np.empty((k, p, k, p))
    for i in range(k):
        for j in range(i, k):
            share = mass * chance[:, i] * (1.0 - chance[:, j] if i == j else chance[:, j])
            blocks[i, :, j, :] = blocks[j, :, i, :] = (1.0 if i == j else -1.0) * weighted_square(design, share)
    full = blocks.reshape(p * k, p * k)
    full[np.diag_indices(p * k)] += columns(precision, coef).T.ravel()
    return full


def fit(
    design: Floats, counts: Counts, precision: Floats, start: Floats | None = None, offset: Floats | float = 0.0
) -> Floats:
    """Coefficients that maximise `penalised_loglik`: damped Newton steps with a backtracking line search.

    Parameters
    ----------
    design, counts, precision, offset
        As in `penalised_loglik`.
    start : numpy.ndarray of shape (p, k), optional
        Coefficients to start from, by default 0.

    Returns
    -------
    numpy.ndarray of shape (p, k)
        Coefficients.

    Raises
    ------
    FloatingPointError
        If no step along Newton's direction improves the likelihood, or 50 steps do not suffice.

    References
    ----------
    Nocedal and Wright 2006, Numerical Optimization, ch. 3.

    Examples
    --------
    With a flat prior, the log odds of 1 ending in 4 months:

    >>> counts = Counts(np.array([4.0]), np.array([[1.0]]), np.ones(1))
    >>> bool(np.isclose(fit(np.ones((1, 1)), counts, np.zeros(1))[0, 0], np.log(1 / 3)))
    True
    """
    k = counts.endings.shape[1]
    coef = np.zeros((design.shape[1], k)) if start is None else start.copy()
    value = penalised_loglik(coef, design, counts, precision, offset)
    for _ in range(MOST_STEPS):
        slope = gradient(coef, design, counts, precision, offset)
        step = np.linalg.solve(information(coef, design, counts, precision, offset), slope.T.ravel())
        move = step.reshape(k, -1).T
        gain = float((slope * move).sum())
        if gain < TOLERANCE:
            return coef + move
        scale = 1.0
        while scale > SHORTEST_STEP:
            trial = penalised_loglik(coef + scale * move, design, counts, precision, offset)
            if trial >= value + SUFFICIENT_SHARE * scale * gain:
                break
            scale /= 2.0
        else:
            raise FloatingPointError(
                "expected a Newton step that improves the likelihood, got none; look for covariates of extreme size"
            )
        coef, value = coef + scale * move, trial
    raise FloatingPointError(
        f"expected the likelihood to converge in {MOST_STEPS} Newton steps, got no convergence; "
        "tighten the priors or look for covariates that separate the causes"
    )


def weighted_square(design: Floats, weight: Floats) -> Floats:
    """Weighted cross-product of covariates, design' diag(weight) design.

    Parameters
    ----------
    design : numpy.ndarray of shape (r, p)
        Covariates.
    weight : numpy.ndarray of shape (r,)
        Weights, at least 0.

    Returns
    -------
    numpy.ndarray of shape (p, p)
        Symmetric to the last digit, as it is the product of one matrix with its own transpose.

    Examples
    --------
    >>> weighted_square(np.array([[1.0], [2.0]]), np.array([1.0, 4.0])).tolist()
    [[17.0]]
    """
    total = np.zeros((design.shape[1], design.shape[1]))
    for first in range(0, len(design), ROWS):
        root = np.sqrt(weight[first : first + ROWS])[:, None] * design[first : first + ROWS]
        total += root.T @ root
    return total


def columns(precision: Floats, coef: Floats) -> Floats:
    """Precision of every coefficient from that of each coefficient or of each covariate.

    Parameters
    ----------
    precision : numpy.ndarray of shape (p,) or (p, k)
        Precisions.
    coef : numpy.ndarray of shape (p, k)
        Coefficients, for their shape.

    Returns
    -------
    numpy.ndarray of shape (p, k)
        A read-only view.

    Examples
    --------
    >>> columns(np.array([1.0, 2.0]), np.zeros((2, 2))).tolist()
    [[1.0, 1.0], [2.0, 2.0]]
    """
    return np.broadcast_to(precision if precision.ndim == 2 else precision[:, None], coef.shape)


def _highest(eta: Floats) -> Floats:
    """Largest log odds of each row, not ending (0) included."""
    # Several times faster than a reduction over a short last axis.
    return np.asarray(reduce(np.maximum, np.moveaxis(eta, -1, 0), np.zeros(eta.shape[:-1])))
