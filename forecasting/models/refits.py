"""Batched refits of one penalised multinomial logit under cluster weights: bootstrap replicates and folds."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrs

from forecasting.models import newton
from forecasting.models.newton import Counts, Floats, Integers

# Gain in log likelihood below which a refit stops: within sqrt(2 x 0.002) = 0.06 standard errors of its optimum.
NEAR_ENOUGH = 2e-3
MOST_STEPS = 15
# Replicates fitted together.
BATCH = 200
# Numbers in the temporaries of one block, so that they stay in the processor's cache.
CELLS = 100_000
# Log odds above this are cut before exponentials are taken, so that a step far too long gives no overflow.
HIGHEST_ETA = 500.0


@dataclass(frozen=True)
class Block:
    """Rows of one cluster, few enough that they and their log odds under a batch stay in the processor's cache.

    A replicate gives all rows of a cluster one weight, so the weight is applied to the sums over a block; a block
    with weight 0 is skipped.

    Attributes
    ----------
    cluster : int
        Number of the cluster.
    design : numpy.ndarray of shape (r, p)
        Covariates.
    mass : numpy.ndarray of shape (r,)
        Weighted trials.
    ended : numpy.ndarray of shape (k, r)
        Weighted endings by cause.
    chance : numpy.ndarray of shape (k, r)
        Probabilities of the causes at the starting coefficients.
    """

    cluster: int
    design: Floats
    mass: Floats
    ended: Floats
    chance: Floats


@dataclass(frozen=True)
class Clusters:
    """Sums over the rows of each of g clusters, at the starting coefficients.

    Attributes
    ----------
    slopes : numpy.ndarray of shape (g, k, p)
        Gradients of the log likelihood, without the penalty.
    bends : numpy.ndarray of shape (g, k, p, p)
        Information within each cause.
    ended : numpy.ndarray of shape (g, k, p)
        Weighted endings times covariates.
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
    """Coefficients that maximise `newton.penalised_loglik` under the weights of each replicate.

    Parameters
    ----------
    coef : numpy.ndarray of shape (p, k)
        Coefficients to start from, the fit under equal weights or near it.
    design : numpy.ndarray of shape (r, p)
        Covariates.
    counts : newton.Counts
        Outcomes of the rows.
    precision : numpy.ndarray of shape (p,) or (p, k)
        Precision of the priors.
    group : numpy.ndarray of int, shape (r,)
        Number of each row's cluster, from 0.
    draws : numpy.ndarray of shape (n_draws, n_groups)
        Weights of the clusters in each replicate, at least 0; 0 leaves a cluster out.
    near_enough : float
        Gain in log likelihood promised by the next step at which a refit stops. Before the step that is still taken it
        is within sqrt(2 `near_enough`) standard errors of its optimum in every direction.

    Returns
    -------
    numpy.ndarray of shape (n_draws, p, k)
        Coefficients of each replicate.

    Raises
    ------
    FloatingPointError
        Where a replicate that is not done after 15 steps does not converge by `newton.fit` either.

    Notes
    -----
    Steps take each cause by itself: monthly probabilities are small, so the information between causes is small too.
    The first step is of third order (`_first_step`). Later ones update the information at `coef` by the changes of the
    gradient observed (L-BFGS).

    References
    ----------
    Nocedal and Wright 2006, Numerical Optimization, ch. 7.

    Examples
    --------
    Two clusters with 1 and 3 endings in 10 months each; the replicate that holds only the second has log odds log(3/7):

    >>> counts = Counts(np.array([10.0, 10.0]), np.array([[1.0], [3.0]]), np.ones(2))
    >>> design, precision, start = np.ones((2, 1)), np.full(1, 1e-9), np.full((1, 1), np.log(0.25))
    >>> draws = np.array([[1.0, 1.0], [0.0, 2.0]])
    >>> coef = refits(start, design, counts, precision, np.arange(2), draws, near_enough=1e-12)
    >>> np.exp(coef[:, 0, 0]).round(4).tolist()
    [0.25, 0.4286]
    """
    ridge = newton.columns(precision, coef).T
    most_rows = max(1, CELLS // (coef.shape[1] * min(BATCH, len(draws)) + coef.shape[0]))
    blocks = [_block(coef, design, counts, group, rows) for rows in _pieces(group, most_rows)]
    clusters = _clusters(blocks, draws.shape[1])
    # Steps use the information within causes, which understates what is left to gain by at most this factor.
    enough = near_enough * min(_share_within(block.chance) for block in blocks)
    batches = []
    for first in range(0, len(draws), BATCH):
        batch = draws[first : first + BATCH]
        at, is_done = _climb(coef, blocks, ridge, batch, clusters, enough)
        for number in np.flatnonzero(~is_done):
            reweighted = Counts(counts.trials, counts.endings, counts.weight * batch[number][group])
            at[number] = newton.fit(design, reweighted, precision, start=coef).T
        batches.append(at)
    return np.ascontiguousarray(np.concatenate(batches).transpose(0, 2, 1))


def _climb(
    coef: Floats, blocks: list[Block], ridge: Floats, draws: Floats, clusters: Clusters, enough: float
) -> tuple[Floats, NDArray[np.bool_]]:
    """Coefficients of each replicate of a batch, (b, k, p), and whether it is within `enough` of its optimum, (b,)."""
    at = np.repeat(coef.T[None], len(draws), axis=0)
    slope = _drawn(draws, clusters.slopes) - ridge * at
    factors = _factors(clusters.bends, ridge, draws)
    step = _first_step(factors, slope, blocks, draws)
    at += step
    going = np.arange(len(draws))
    steps: list[Floats] = []
    bends: list[Floats] = []
    for _ in range(MOST_STEPS - 1):
        new_slope = _drawn(draws[going], clusters.ended) - _sums(at[going], _expected, blocks, draws[going])
        new_slope -= ridge * at[going]
        steps, bends, slope = [*steps, step], [*bends, slope - new_slope], new_slope
        step = _direction(factors[going], slope, steps, bends)
        at[going] += step
        # Negated so that a replicate whose step is not a number goes on, and is fitted by Newton's method in the end.
        is_going = ~(_dots(slope, step).sum(axis=1) < 2.0 * enough)
        going, slope, step = going[is_going], slope[is_going], step[is_going]
        steps, bends = [each[is_going] for each in steps], [each[is_going] for each in bends]
        if not len(going):
            break
    return at, ~np.isin(np.arange(len(draws)), going)


def _first_step(factors: Floats, slope: Floats, blocks: list[Block], draws: Floats) -> Floats:
    """First step of each replicate, (b, k, p): Chebyshev's, of third order, with its series continued.

    Chebyshev's step is Newton's less half of what the second-order change of the gradient along it amounts to (Traub
    1964, Iterative Methods for the Solution of Equations, ch. 5). For a rate of endings to grow by the share r, the log
    odds must change by log(1 + r), which is about r - r^2 / 2 / (1 + 2 r / 3). So the second term of each cause is
    divided by 1 + 2 r / 3, with r its own growth along Newton's step, taken as at least -0.5.
    """
    newton_step = _solved(factors, slope)
    bent = _sums(newton_step, _bend, blocks, draws)
    size = _dots(newton_step, slope)
    rate = np.divide(_dots(newton_step, bent), size, out=np.zeros_like(size), where=size > 0.0)
    continued = 0.5 / (1.0 + np.maximum(rate, -0.5) / 1.5)
    return newton_step - continued[:, :, None] * _solved(factors, bent)


def _direction(factors: Floats, slope: Floats, steps: list[Floats], bends: list[Floats]) -> Floats:
    """L-BFGS direction, (b, k, p): inverse information times `slope`, updated within each cause by earlier steps.

    A step along which a cause's gradient did not fall is left out of its update, which would not stay positive.
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
    """Weighted sums over rows of covariates times a function of the linear predictor, (b, k, p).

    `in_place` overwrites the linear predictors of a block under coefficients `at`, (b, k, r), by that function.
    """
    k, p = at.shape[1:]
    total = np.zeros(at.shape)
    for block in blocks:
        drawn = np.flatnonzero(draws[:, block.cluster])
        cells = (at[drawn].reshape(-1, p) @ block.design.T).reshape(-1, k, len(block.design))
        in_place(cells, block)
        block_sum = (cells.reshape(-1, len(block.design)) @ block.design).reshape(-1, k, p)
        total[drawn] += draws[drawn, block.cluster][:, None, None] * block_sum
    return total


def _expected(cells: Floats, block: Block) -> None:
    """Overwrite log odds (b, k, r) by the weighted endings that they expect."""
    np.minimum(cells, HIGHEST_ETA, out=cells)
    np.exp(cells, out=cells)
    share = cells.sum(axis=1, keepdims=True)
    share += 1.0
    np.divide(block.mass, share, out=share)
    cells *= share


def _bend(cells: Floats, block: Block) -> None:
    """Overwrite changes of log odds (b, k, r) by twice the second-order change of the expected endings."""
    cells *= cells
    cells *= block.mass * block.chance * (1.0 - block.chance) * (1.0 - 2.0 * block.chance)


def _solved(factors: Floats, slope: Floats) -> Floats:
    """Each draw's inverse information within causes times `slope`, (b, k, p)."""
    pairs = zip(factors.reshape(-1, *factors.shape[2:]), slope.reshape(-1, slope.shape[2]), strict=True)
    # LAPACK reads columns first, so the transpose of a lower factor is an upper one without a copy.
    return np.stack([dpotrs(factor.T, right_side)[0] for factor, right_side in pairs]).reshape(slope.shape)


def _factors(bends: Floats, ridge: Floats, draws: Floats) -> Floats:
    """Lower Cholesky factors of each draw's information within causes, (b, k, p, p)."""
    information = _drawn(draws, bends)
    information += ridge[:, :, None] * np.eye(ridge.shape[1])
    return np.asarray(np.linalg.cholesky(information))


def _drawn(draws: Floats, of_clusters: Floats) -> Floats:
    """Each draw's weighted sum over clusters, (b, ...)."""
    return (draws @ of_clusters.reshape(len(of_clusters), -1)).reshape(len(draws), *of_clusters.shape[1:])


def _dots(left: Floats, right: Floats) -> Floats:
    """Inner products over coefficients within each cause, (b, k)."""
    return np.asarray(np.einsum("bkp,bkp->bk", left, right))


def _share_within(chance: Floats) -> float:
    """Share of the information within causes that the information is at least; `chance` (k, r).

    By the Cauchy-Schwarz inequality in each row.
    """
    return float(((1.0 - chance.sum(axis=0)) / (1.0 - chance)).min())


def _pieces(group: Integers, most_rows: int) -> list[Integers]:
    """Rows of each cluster, in pieces of at most `most_rows`."""
    order = np.argsort(group, kind="stable")
    clusters = np.split(order, np.flatnonzero(np.diff(group[order])) + 1)
    return [rows[first : first + most_rows] for rows in clusters for first in range(0, len(rows), most_rows)]


def _block(coef: Floats, design: Floats, counts: Counts, group: Integers, rows: Integers) -> Block:
    covariates, weight = design[rows], counts.weight[rows]
    chance = np.ascontiguousarray(newton.probabilities(covariates @ coef).T)
    mass, ended = weight * counts.trials[rows], weight * counts.endings[rows].T
    return Block(int(group[rows[0]]), covariates, mass, ended, chance)


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
