"""Penalised maximum likelihood of a grouped multinomial logit: Newton, and its cluster bootstrap in batches."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-9
MOST_STEPS = 50
BATCH = 50


@dataclass(frozen=True)
class Counts:
    """Grouped outcomes: `trials` (r,) months at risk, `endings` (r, k) that ended by each cause, `weight` (r,)."""

    trials: Floats
    endings: Floats
    weight: Floats


def probabilities(eta: Floats) -> Floats:
    """Probability of each cause from log odds against none, both (..., k)."""
    top = np.maximum(eta.max(axis=-1, keepdims=True), 0.0)
    raised = np.exp(eta - top)
    return np.asarray(raised / (np.exp(-top) + raised.sum(axis=-1, keepdims=True)))


def penalised_loglik(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0
) -> float:
    """Weighted log likelihood of `coef` (p, k) minus half its penalty; `precision` (p,) or (p, k)."""
    eta = design @ coef + offset
    top = np.maximum(eta.max(axis=1), 0.0)
    total = top + np.log(np.exp(-top) + np.exp(eta - top[:, None]).sum(axis=1))
    loglik = float(counts.weight @ ((counts.endings * eta).sum(axis=1) - counts.trials * total))
    return loglik - 0.5 * float((_columns(precision, coef) * coef**2).sum())


def gradient(coef: Floats, design: Floats, counts: Counts, precision: Floats, offset: Floats | float = 0.0) -> Floats:
    """Gradient of `penalised_loglik`, (p, k)."""
    chance = probabilities(design @ coef + offset)
    residual = counts.weight[:, None] * (counts.endings - counts.trials[:, None] * chance)
    return np.asarray(design.T @ residual - _columns(precision, coef) * coef)


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
            share = mass * chance[:, i] * ((i == j) - chance[:, j])
            blocks[i, :, j, :] = design.T @ (share[:, None] * design)
            blocks[j, :, i, :] = blocks[i, :, j, :].T
    full = blocks.reshape(p * k, p * k)
    full[np.diag_indices(p * k)] += _columns(precision, coef).T.ravel()
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
        coef, value = coef + scale * move, trial
    raise FloatingPointError(f"wanted the likelihood to converge in {MOST_STEPS} Newton steps; it did not")


def bootstrap(
    coef: Floats,
    design: Floats,
    counts: Counts,
    precision: Floats,
    group: Integers,
    draws: Floats,
    chord_steps: int = 2,
) -> Floats:
    """Refits under cluster weights, (n_draws, p, k).

    `group` (r,) numbers each row's cluster, `draws` (n_draws, n_groups) are their weights. The first Newton step from
    `coef` needs only each cluster's gradient and information; each further step renews the gradient and keeps the
    information. Two such steps leave an error of a small share of the bootstrap's standard deviation.
    """
    p, k = coef.shape
    penalty = _columns(precision, coef).T.ravel()
    slopes, curvature = _by_group(coef, design, counts, group, draws.shape[1])
    curvature = curvature.reshape(draws.shape[1], -1)
    flat = coef.T.ravel()
    fits: Floats = np.empty((len(draws), p * k))
    for begin in range(0, len(draws), BATCH):
        part = draws[begin : begin + BATCH]
        bend = (part @ curvature).reshape(-1, p * k, p * k)
        bend[:, np.arange(p * k), np.arange(p * k)] += penalty
        inverse: Floats = np.asarray(np.linalg.inv(bend), dtype=np.float64)
        now = flat + _times(inverse, part @ slopes - penalty * flat)
        for _ in range(chord_steps):
            now = now + _times(inverse, _batch_gradient(now, design, counts, part[:, group], penalty, k))
        fits[begin : begin + BATCH] = now
    return np.ascontiguousarray(fits.reshape(-1, k, p).transpose(0, 2, 1))


def score_bootstrap(
    coef: Floats, design: Floats, counts: Counts, precision: Floats, group: Integers, draws: Floats
) -> Floats:
    """One Newton step from `coef` under each replicate's gradient and the sample's own information, (n_draws, p, k).

    One matrix product for all replicates: for designs so wide that `bootstrap` would take long. Its spread is a few
    per cent narrower (Hu & Zidek 1995, Biometrika 82:263-275, for the estimating-function bootstrap).
    """
    p, k = coef.shape
    residual = counts.endings - counts.trials[:, None] * probabilities(design @ coef)
    slopes = np.zeros((draws.shape[1], k, p))
    for cause in range(k):
        np.add.at(slopes[:, cause], group, (counts.weight * residual[:, cause])[:, None] * design)
    slope = draws @ slopes.reshape(draws.shape[1], k * p) - (_columns(precision, coef) * coef).T.ravel()
    step = np.linalg.solve(information(coef, design, counts, precision), slope.T).T
    return np.ascontiguousarray((coef.T.ravel() + step).reshape(-1, k, p).transpose(0, 2, 1))


def _times(matrices: Floats, vectors: Floats) -> Floats:
    return np.asarray((matrices @ vectors[:, :, None])[:, :, 0])


def _batch_gradient(
    fits: Floats, design: Floats, counts: Counts, multiplier: Floats, penalty: Floats, k: int
) -> Floats:
    b, p = len(fits), design.shape[1]
    eta = (design @ fits.reshape(b * k, p).T).reshape(-1, b, k)
    raised = np.exp(eta)
    chance = raised / (1.0 + raised.sum(axis=2, keepdims=True))
    residual = counts.endings[:, None, :] - counts.trials[:, None, None] * chance
    residual *= (multiplier * counts.weight).T[:, :, None]
    return np.asarray((design.T @ residual.reshape(-1, b * k)).T.reshape(b, k * p) - penalty * fits)


def _by_group(coef: Floats, design: Floats, counts: Counts, group: Integers, n_groups: int) -> tuple[Floats, Floats]:
    """Each cluster's unpenalised gradient (g, k p) and information (g, k p, k p) at `coef`."""
    p, k = coef.shape
    slopes = np.zeros((n_groups, k * p))
    curvature = np.zeros((n_groups, k * p, k * p))
    order = np.argsort(group, kind="stable")
    bounds = np.searchsorted(group[order], np.arange(n_groups + 1))
    nothing = np.zeros(p)
    for g in range(n_groups):
        rows = order[bounds[g] : bounds[g + 1]]
        part = Counts(counts.trials[rows], counts.endings[rows], counts.weight[rows])
        slopes[g] = gradient(coef, design[rows], part, nothing).T.ravel()
        curvature[g] = information(coef, design[rows], part, nothing)
    return slopes, curvature


def _columns(precision: Floats, coef: Floats) -> Floats:
    return np.broadcast_to(precision if precision.ndim == 2 else precision[:, None], coef.shape)
