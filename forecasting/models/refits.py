"""Many refits of one penalised multinomial logit at once: under bootstrap weights, or with folds left out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrs

from forecasting.models import newton
from forecasting.models.newton import Counts, Floats, Integers

NEAR_ENOUGH = 2e-3
MOST_STEPS = 15
BATCH = 200
CELLS = 100_000
HIGHEST_ETA = 500.0


@dataclass(frozen=True)
class Block:
    """Rows of one cluster, few enough that they and their log odds under a batch stay in the processor's cache.

    `cluster`: its number; `design` (r, p); `mass` (r,): weighted trials; `ended` (k, r): weighted endings; `chance`
    (k, r) at the start. A draw gives all rows of a block one weight: it is applied to their sums, and where it is 0
    they are left out.
    """

    cluster: int
    design: Floats
    mass: Floats
    ended: Floats
    chance: Floats


@dataclass(frozen=True)
class Clusters:
    """Sums over the rows of each cluster at one point.

    `slopes` (g, k, p): gradient without penalty; `bends` (g, k, p, p): minus its derivative within each cause;
    `ended` (g, k, p): weighted endings times covariates.
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
    their weights, of which 0 leaves one out. The steps take each cause by itself, as its odds in a month are small: the
    first is of third order (`_first_step`); the next renew the information at `coef` from the gradients met (L-BFGS,
    Nocedal & Wright 2006, ch. 7). A draw is done when its last step promised less than `near_enough` of log likelihood;
    before that step it was within sqrt(2 `near_enough`) standard errors of its optimum in every direction. One that is
    not done after 15 steps is fitted by itself.
    """
    ridge = newton.columns(precision, coef).T
    most_rows = max(1, CELLS // (coef.shape[1] * min(BATCH, len(draws)) + coef.shape[0]))
    blocks = [_block(coef, design, counts, group, rows) for rows in _pieces(group, most_rows)]
    clusters = _clusters(blocks, draws.shape[1])
    enough = near_enough * min(_share_within(block.chance) for block in blocks)
    found = []
    for first in range(0, len(draws), BATCH):
        batch = draws[first : first + BATCH]
        at, done = _climb(coef, blocks, ridge, batch, clusters, enough)
        for alone in np.flatnonzero(~done):
            own = Counts(counts.trials, counts.endings, counts.weight * batch[alone][group])
            at[alone] = newton.fit(design, own, precision, start=coef).T
        found.append(at)
    return np.ascontiguousarray(np.concatenate(found).transpose(0, 2, 1))


def _climb(
    coef: Floats, blocks: list[Block], ridge: Floats, draws: Floats, clusters: Clusters, enough: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Where each draw's climb from `coef` ends, (b, k, p), and whether it is done."""
    at = np.repeat(coef.T[None], len(draws), axis=0)
    slope = _drawn(draws, clusters.slopes) - ridge * at
    factors = _factors(clusters.bends, ridge, draws)
    step = _first_step(factors, slope, blocks, draws)
    at += step
    going = np.arange(len(draws))
    steps: list[Floats] = []
    bends: list[Floats] = []
    for _ in range(MOST_STEPS - 1):
        met = _drawn(draws[going], clusters.ended) - _sums(at[going], _expected, blocks, draws[going])
        met -= ridge * at[going]
        steps, bends, slope = [*steps, step], [*bends, slope - met], met
        step = _direction(factors[going], slope, steps, bends)
        at[going] += step
        more = ~(_dots(slope, step).sum(axis=1) < 2.0 * enough)
        going, slope, step = going[more], slope[more], step[more]
        steps, bends = [each[more] for each in steps], [each[more] for each in bends]
        if not len(going):
            break
    return at, ~np.isin(np.arange(len(draws)), going)


def _first_step(factors: Floats, slope: Floats, blocks: list[Block], draws: Floats) -> Floats:
    """Chebyshev's step (Traub 1964, Iterative Methods for the Solution of Equations, ch. 5), its series continued.

    Newton's step less half of what the change of slope along it, of second order, bends it by. What a rate of endings
    that grows by `rate` of itself asks for is log(1 + rate) = rate - rate^2 / 2 / (1 + 2 rate / 3), nearly; so each
    cause's bend is taken as smaller or larger by its own rate along Newton's step.
    """
    newton_step = _solved(factors, slope)
    bent = _sums(newton_step, _bend, blocks, draws)
    size = _dots(newton_step, slope)
    rate = np.divide(_dots(newton_step, bent), size, out=np.zeros_like(size), where=size > 0.0)
    continued = 0.5 / (1.0 + np.maximum(rate, -0.5) / 1.5)
    return newton_step - continued[:, :, None] * _solved(factors, bent)


def _direction(factors: Floats, slope: Floats, steps: list[Floats], bends: list[Floats]) -> Floats:
    """Inverse information times `slope`, renewed within each cause by the steps taken and the changes of slope met.

    A step on which a cause's slope did not fall tells nothing about its information.
    """
    pairs = []
    for step, bend in zip(steps, bends, strict=True):
        fall = _dots(step, bend)
        pairs.append((step, bend, np.divide(1.0, fall, out=np.zeros_like(fall), where=fall > 0.0)))
    shares = []
    for step, bend, scale in reversed(pairs):
        shares.append((scale * _dots(step, slope))[:, :, None])
        slope = slope - shares[-1] * bend
    move = _solved(factors, slope)
    for step, bend, scale in pairs:
        move = move + (shares.pop() - (scale * _dots(bend, move))[:, :, None]) * step
    return move


def _sums(at: Floats, in_place: Callable[[Floats, Block], None], blocks: list[Block], draws: Floats) -> Floats:
    """Weighted sums over rows of covariates times what `in_place` makes of `at` times covariates, (b, k, p)."""
    k, p = at.shape[1:]
    total = np.zeros(at.shape)
    for block in blocks:
        drawn = np.flatnonzero(draws[:, block.cluster])
        cells = (at[drawn].reshape(-1, p) @ block.design.T).reshape(-1, k, len(block.design))
        in_place(cells, block)
        own = (cells.reshape(-1, len(block.design)) @ block.design).reshape(-1, k, p)
        total[drawn] += draws[drawn, block.cluster][:, None, None] * own
    return total


def _expected(cells: Floats, block: Block) -> None:
    """Log odds (b, k, r) become the weighted endings that they expect."""
    np.minimum(cells, HIGHEST_ETA, out=cells)
    np.exp(cells, out=cells)
    share = cells.sum(axis=1, keepdims=True)
    share += 1.0
    np.divide(block.mass, share, out=share)
    cells *= share


def _bend(cells: Floats, block: Block) -> None:
    """Changes of log odds (b, k, r) become the change of minus the gradient that is of second order, twice."""
    cells *= cells
    cells *= block.mass * block.chance * (1.0 - block.chance) * (1.0 - 2.0 * block.chance)


def _solved(factors: Floats, slope: Floats) -> Floats:
    """Each draw's inverse information within causes times `slope`, (b, k, p)."""
    pairs = zip(factors.reshape(-1, *factors.shape[2:]), slope.reshape(-1, slope.shape[2]), strict=True)
    return np.stack([dpotrs(factor.T, own)[0] for factor, own in pairs]).reshape(slope.shape)


def _factors(bends: Floats, ridge: Floats, draws: Floats) -> Floats:
    """Lower Cholesky factors of each draw's information within causes, (b, k, p, p)."""
    information = _drawn(draws, bends)
    information += ridge[:, :, None] * np.eye(ridge.shape[1])
    return np.asarray(np.linalg.cholesky(information))


def _drawn(draws: Floats, of_clusters: Floats) -> Floats:
    """Each draw's weighted sum over clusters, (b, ...)."""
    return (draws @ of_clusters.reshape(len(of_clusters), -1)).reshape(len(draws), *of_clusters.shape[1:])


def _dots(left: Floats, right: Floats) -> Floats:
    return np.asarray(np.einsum("bkp,bkp->bk", left, right))


def _share_within(chance: Floats) -> float:
    """The information is at least this share of that within causes, by Cauchy's inequality in each row; (k, r)."""
    return float(((1.0 - chance.sum(axis=0)) / (1.0 - chance)).min())


def _pieces(group: Integers, most_rows: int) -> list[Integers]:
    """The rows of each cluster that has any, in pieces."""
    order = np.argsort(group, kind="stable")
    clusters = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return [rows[first : first + most_rows] for rows in clusters for first in range(0, len(rows), most_rows)]


def _block(coef: Floats, design: Floats, counts: Counts, group: Integers, rows: Integers) -> Block:
    own, weight = design[rows], counts.weight[rows]
    chance = np.ascontiguousarray(newton.probabilities(own @ coef).T)
    return Block(int(group[rows[0]]), own, weight * counts.trials[rows], weight * counts.endings[rows].T, chance)


def _clusters(blocks: list[Block], n_groups: int) -> Clusters:
    k, p = len(blocks[0].chance), blocks[0].design.shape[1]
    slopes, bends, ended = (np.zeros((n_groups, k, *shape)) for shape in ((p,), (p, p), (p,)))
    for block in blocks:
        ended[block.cluster] += block.ended @ block.design
        slopes[block.cluster] += (block.ended - block.mass * block.chance) @ block.design
        for cause, chance in enumerate(block.chance):
            within = block.mass * chance * (1.0 - chance)
            bends[block.cluster, cause] += newton.weighted_square(block.design, within)
    return Clusters(slopes, bends, ended)
