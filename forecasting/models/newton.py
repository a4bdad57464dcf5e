"""Penalised maximum likelihood of a grouped multinomial logit by Newton's method."""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-9
MOST_STEPS = 50
ROWS = 2048


@dataclass(frozen=True)
class Counts:
    """Grouped outcomes: `trials` (r,) months at risk, `endings` (r, k) that ended by each cause, `weight` (r,)."""

    trials: Floats
    endings: Floats
    weight: Floats


def probabilities(eta: Floats) -> Floats:
    """Probability of each cause from log odds against none, both (..., k)."""
    top = _highest(eta)[..., None]
    raised = np.exp(eta - top)
    return np.asarray(raised / (np.exp(-top) + (raised @ np.ones(eta.shape[-1]))[..., None]))


def penalised_loglik(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0
) -> float:
    """Weighted log likelihood of `coef` (p, k) minus half its penalty; `precision` (p,) or (p, k)."""
    eta = design @ coef + offset
    top = _highest(eta)
    total = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]) @ np.ones(eta.shape[1]))
    loglik = float(counts.weight @ (np.einsum("rk,rk->r", counts.endings, eta) - counts.trials * total))
    return loglik - 0.5 * float((columns(precision, coef) * coef**2).sum())


def gradient(coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0) -> Floats:
    """Gradient of `penalised_loglik`, (p, k)."""
    chance = probabilities(design @ coef + offset)
    residual = counts.weight[:, None] * (counts.endings - counts.trials[:, None] * chance)
    return np.asarray(design.T @ residual - columns(precision, coef) * coef)


def information(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0
) -> Floats:
    """Minus the Hessian of `penalised_loglik`, (p k, p k); a coefficient's index is (cause, column), cause first."""
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
    """Coefficients (p, k) that maximise `penalised_loglik`: damped Newton from `start` (default zero).

    Raises `FloatingPointError` if no step improves the likelihood before the gradient vanishes.
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
        while scale > 1e-6:
            trial = penalised_loglik(coef + scale * move, design, counts, precision, offset)
            if trial >= value + 1e-4 * scale * gain:
                break
            scale /= 2.0
        else:
            raise FloatingPointError("wanted a step that improves the likelihood; none did")
        coef, value = coef + scale * move, trial
    raise FloatingPointError(f"wanted the likelihood to converge in {MOST_STEPS} Newton steps; it did not")


def weighted_square(design: Floats, weight: Floats) -> Floats:
    """Sum over rows of `weight` (r,), none below 0, times covariates (r, p) times covariates, (p, p)."""
    total = np.zeros((design.shape[1], design.shape[1]))
    for first in range(0, len(design), ROWS):
        root = np.sqrt(weight[first : first + ROWS])[:, None] * design[first : first + ROWS]
        total += root.T @ root
    return total


def _highest(eta: Floats) -> Floats:
    """Highest log odds of each row, none's 0 among them; several times faster than a reduction over a short axis."""
    return np.asarray(reduce(np.maximum, np.moveaxis(eta, -1, 0), np.zeros(eta.shape[:-1])))


def columns(precision: Floats, coef: Floats) -> Floats:
    """The precision of every coefficient, (p, k), from that of each or of each covariate."""
    return np.broadcast_to(precision if precision.ndim == 2 else precision[:, None], coef.shape)
