"""Many refits of one penalised multinomial logit at once: under bootstrap weights, or with folds left out."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrs

from forecasting.models import newton
from forecasting.models.newton import Counts, Floats, Integers

NEAR_ENOUGH = 2e-3
MOST_STEPS = 15
BATCH = 50
ROWS = 512
HIGHEST_ETA = 500.0


@dataclass(frozen=True)
class Clusters:
    """Sums over the rows of each cluster at one point, coefficients in the order of `newton.information`.

    `slopes` (g, q): gradient without penalty; `bends` (g, q, q): minus its derivative; `ended` (g, q): weighted
    endings times covariates.
    """

    slopes: Floats
    bends: Floats
    ended: Floats


def refits(
    coef: Floats,
    design: Floats,
    counts: Counts,
    precision: Floats,
    group: Integers,
    draws: Floats,
    near_enough: float = NEAR_ENOUGH,
) -> Floats:
    """Coefficients that maximise `newton.penalised_loglik` under each draw's weights, (n_draws, p, k).

    `coef` (p, k): the fit under equal weights; `group` (r,) numbers each row's cluster; `draws` (n_draws, n_groups):
    their weights, of which 0 leaves one out. The first step is Newton's with the draw's own information at `coef`, the
    weighted sum of the clusters'; the next renew it from the gradients met (L-BFGS, Nocedal & Wright 2006, ch. 7). A
    draw is done when its last step promised less than `near_enough` of log likelihood; before that step it was
    within sqrt(2 `near_enough`) standard errors of its optimum in every direction. One that is not done after 15
    steps is fitted by itself.
    """
    clusters = _clusters(coef, design, counts, group, draws.shape[1])
    ridge = newton.columns(precision, coef).T.ravel()
    found = []
    for first in range(0, len(draws), BATCH):
        batch = draws[first : first + BATCH]
        at, done = _climb(coef, design, counts, ridge, group, batch, clusters, near_enough)
        for alone in np.flatnonzero(~done):
            own = Counts(counts.trials, counts.endings, counts.weight * batch[alone][group])
            at[alone] = newton.fit(design, own, precision, start=coef).T.ravel()
        found.append(at)
    return np.ascontiguousarray(np.concatenate(found).reshape(-1, *coef.T.shape).transpose(0, 2, 1))


def _climb(
    coef: Floats,
    design: Floats,
    counts: Counts,
    ridge: Floats,
    group: Integers,
    draws: Floats,
    clusters: Clusters,
    near_enough: float,
) -> tuple[Floats, NDArray[np.bool_]]:
    """Where each draw's climb from `coef` ends, (b, q), and whether it is done."""
    at = np.repeat(coef.T.reshape(1, -1), len(draws), axis=0)
    slope = draws @ clusters.slopes - ridge * at
    factors = _factors(clusters.bends, ridge, draws)
    going = np.arange(len(draws))
    steps: list[Floats] = []
    bends: list[Floats] = []
    for _ in range(MOST_STEPS):
        step = _direction(factors[going], slope, steps, bends)
        at[going] += step
        more = ~(np.einsum("bq,bq->b", slope, step) < 2.0 * near_enough)
        if not more.any():
            break
        going, slope = going[more], slope[more]
        met = draws[going] @ clusters.ended - _expected(at[going], design, counts, group, draws[going])
        met -= ridge * at[going]
        steps, bends = [each[more] for each in (*steps, step)], [*(each[more] for each in bends), slope - met]
        slope = met
    return at, ~np.isin(np.arange(len(draws)), going[more])


def _direction(factors: Floats, slope: Floats, steps: list[Floats], bends: list[Floats]) -> Floats:
    """Inverse information times `slope`, renewed by the steps taken and the changes of slope met on them."""
    pairs = [(s, y, 1.0 / np.einsum("bq,bq->b", s, y)) for s, y in zip(steps, bends, strict=True)]
    shares = []
    for step, bend, scale in reversed(pairs):
        shares.append(scale * np.einsum("bq,bq->b", step, slope))
        slope = slope - shares[-1][:, None] * bend
    move = np.stack([dpotrs(factor.T, own)[0] for factor, own in zip(factors, slope, strict=True)])
    for step, bend, scale in pairs:
        move = move + (shares.pop() - scale * np.einsum("bq,bq->b", bend, move))[:, None] * step
    return move


def _expected(at: Floats, design: Floats, counts: Counts, group: Integers, draws: Floats) -> Floats:
    """Weighted endings that each draw's coefficients expect, times covariates, (b, q)."""
    b, p, k = len(at), design.shape[1], counts.endings.shape[1]
    coef = np.ascontiguousarray(at.reshape(b, k, p).transpose(2, 1, 0)).reshape(p, k * b)
    drawn = np.ascontiguousarray(draws.T)
    mass = (counts.weight * counts.trials)[:, None]
    total = np.zeros((p, k * b))
    for first in range(0, len(design), ROWS):
        rows = slice(first, first + ROWS)
        odds = np.exp(np.minimum(design[rows] @ coef, HIGHEST_ETA)).reshape(-1, k, b)
        odds *= (mass[rows] * drawn[group[rows]] / (1.0 + odds.sum(axis=1)))[:, None]
        total += design[rows].T @ odds.reshape(-1, k * b)
    return total.reshape(p, k, b).transpose(2, 1, 0).reshape(b, k * p)


def _factors(bends: Floats, ridge: Floats, draws: Floats) -> Floats:
    """Lower Cholesky factors of each draw's information, (b, q, q)."""
    information = (draws @ bends.reshape(len(bends), -1)).reshape(len(draws), *bends.shape[1:])
    information += np.diag(ridge)
    return np.asarray(np.linalg.cholesky(information))


def _clusters(coef: Floats, design: Floats, counts: Counts, group: Integers, n_groups: int) -> Clusters:
    p, k = coef.shape
    slopes, bends, ended = (np.zeros((n_groups, *shape)) for shape in ((k * p,), (k * p, k * p), (k * p,)))
    order = np.argsort(group, kind="stable")
    no_ridge = np.zeros(p)
    for rows in np.split(order, np.flatnonzero(np.diff(group[order])) + 1):
        own, code = Counts(counts.trials[rows], counts.endings[rows], counts.weight[rows]), group[rows[0]]
        slopes[code] = newton.gradient(coef, design[rows], own, no_ridge).T.ravel()
        bends[code] = newton.information(coef, design[rows], own, no_ridge)
        ended[code] = (design[rows].T @ (own.weight[:, None] * own.endings)).T.ravel()
    return Clusters(slopes, bends, ended)
