"""Calibration of the probabilities of one outcome: in the large, and by Cox's calibration line."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from forecasting.scores.arrays import check_chances, check_outcomes, check_weights
from forecasting.scores.resampling import LEVEL, N_REPLICATES, SEED, draw_groups, interval_around, number_groups

Floats = NDArray[np.float64]

# Forecasts of 0 and 1 have no finite logit.
LOGIT_FLOOR = 1e-6
MOST_STEPS = 60
# Longest Newton step, in units of the standardised logits: where forecasts separate the outcomes steps have no limit.
LONGEST_STEP = 4.0
MOST_HALVINGS = 20
# Replicates fitted together.
BATCH = 100


@dataclass(frozen=True)
class Estimate:
    """Estimate with the bounds of its confidence interval.

    Attributes
    ----------
    value, lower, upper : float
        Estimate and bounds.
    """

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Calibration:
    """Calibration of forecasts with confidence intervals.

    Attributes
    ----------
    difference : Estimate
        Mean forecast minus observed frequency; 0 is best.
    ratio : Estimate
        Observed over expected (O/E); 1 is best.
    intercept, slope : Estimate
        Calibration line; 0 and 1 are best.
    level : float
        Level of the intervals.
    n, n_groups : int
        Number of forecasts with a weight above 0, and of their groups.
    n_replicates : int
        Number of bootstrap replicates in which a calibration line exists.
    """

    difference: Estimate
    ratio: Estimate
    intercept: Estimate
    slope: Estimate
    level: float
    n: int
    n_groups: int
    n_replicates: int


def calibration_in_the_large(
    probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Calibration in the large: mean forecast minus observed frequency, and observed over expected.

    A difference above 0, or a ratio below 1, is a forecast that is too high on average.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities of the outcome, with the weighted mean p.
    outcomes : array_like of shape (n,)
        Outcomes, 0 or 1, with the weighted mean y.
    weights : array_like of shape (n,), optional
        Weights, by default 1 each.

    Returns
    -------
    difference : float
        p - y, in [-1, 1]; 0 is best.
    ratio : float
        y / p, O/E; 1 is best. NaN where p is 0.

    Raises
    ------
    ValueError
        Where shapes differ or a number is out of its range.

    References
    ----------
    Van Calster et al. 2019, BMC Med. 17:230.

    Examples
    --------
    >>> calibration_in_the_large([0.5, 0.25, 0.75], [0, 0, 1])[1]
    0.6666666666666666
    """
    p, y, w = _forecasts(probabilities, outcomes, weights)
    difference, ratio = _in_the_large(p, y, w[None, :])
    return float(difference[0]), float(ratio[0])


def calibration_line(
    probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Intercept a and slope b of the calibration line logit P(y = 1) = a + b logit(p); (0, 1) is best.

    By weighted maximum likelihood. A slope below 1 means forecasts that are too extreme, one above 1 forecasts that
    are too moderate. The intercept is estimated together with the slope, not at slope 1.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities p of the outcome, clipped to within 1e-6 of 0 and 1.
    outcomes : array_like of shape (n,)
        Outcomes y, 0 or 1.
    weights : array_like of shape (n,), optional
        Weights, by default 1 each.

    Returns
    -------
    intercept, slope : float
        Calibration line.

    Raises
    ------
    ValueError
        Where shapes differ or a number is out of its range, and where no finite line exists: forecasts all alike,
        outcomes of one kind, or outcomes that the forecasts separate.

    References
    ----------
    Cox 1958, Biometrika 45:562-565.

    Examples
    --------
    >>> a, b = calibration_line([0.2] * 5 + [0.8] * 5, [1, 0, 0, 0, 0, 1, 1, 1, 1, 0])
    >>> abs(round(a, 9)), round(b, 9)
    (0.0, 1.0)
    """
    p, y, w = _forecasts(probabilities, outcomes, weights)
    _check_overlap(p[w > 0.0], y[w > 0.0])
    intercept, slope = _lines(p, y, w, np.ones((1, len(p))))[0]
    return float(intercept), float(slope)


def calibration(
    probabilities: ArrayLike,
    outcomes: ArrayLike,
    weights: ArrayLike | None,
    groups: ArrayLike,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Calibration:
    """`calibration_in_the_large` and `calibration_line` with percentile intervals by the cluster bootstrap.

    A replicate without a line (one outcome only, or forecasts all alike) is left out. One whose outcomes the forecasts
    separate counts with a slope at the end of the range searched. Intervals are widened to contain the estimate.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities of the outcome.
    outcomes : array_like of shape (n,)
        Outcomes, 0 or 1.
    weights : array_like of shape (n,) or None
        Weights; None for 1 each. Forecasts with weight 0 are left out.
    groups : array_like of shape (n,)
        Groups that the bootstrap draws whole.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of the intervals.

    Returns
    -------
    Calibration
        Estimates with their intervals.

    Raises
    ------
    ValueError
        As `calibration_line`, and where fewer than two groups have a weight.

    Examples
    --------
    >>> p, y = [0.2] * 5 + [0.8] * 5, [1, 0, 0, 0, 0, 1, 1, 1, 1, 0]
    >>> result = calibration(p, y, None, range(10), n_replicates=200)
    >>> result.slope.lower < 1 < result.slope.upper, result.n_groups
    (True, 10)
    """
    p, y, w = _forecasts(probabilities, outcomes, weights)
    codes, n_groups = number_groups(groups, w > 0.0)
    p, y, w = p[w > 0.0], y[w > 0.0], w[w > 0.0]
    _check_overlap(p, y)
    multiplier = draw_groups(n_groups, n_replicates, seed)[:, codes]
    values = _estimates(p, y, w, np.ones((1, len(p))))[0]
    batches = [_estimates(p, y, w, multiplier[i : i + BATCH]) for i in range(0, n_replicates, BATCH)]
    replicates = np.concatenate(batches)
    difference, ratio, intercept, slope = (
        Estimate(float(values[k]), *interval_around(float(values[k]), replicates[:, k], level)) for k in range(4)
    )
    n_with_line = int(np.isfinite(replicates[:, 3]).sum())
    return Calibration(difference, ratio, intercept, slope, level, len(p), n_groups, n_with_line)


def _forecasts(
    probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    p = check_chances(probabilities)
    return p, check_outcomes(outcomes, len(p)), check_weights(weights, len(p))


def _estimates(p: Floats, y: Floats, w: Floats, multiplier: Floats) -> Floats:
    """Difference, ratio, intercept and slope under each row of `multiplier` (b, n) times `w`, (b, 4)."""
    return np.column_stack([*_in_the_large(p, y, multiplier * w), _lines(p, y, w, multiplier)])


def _in_the_large(p: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Difference and ratio under each row of `weights` (b, n), (b,) each."""
    total, expected, observed = weights.sum(axis=1), weights @ p, weights @ y
    undefined = np.full(len(weights), np.nan)
    difference = np.divide(expected - observed, total, out=undefined.copy(), where=total > 0.0)
    return difference, np.divide(observed, expected, out=undefined, where=expected > 0.0)


def _clipped(p: Floats) -> Floats:
    return np.clip(p, LOGIT_FLOOR, 1.0 - LOGIT_FLOOR)


def _check_overlap(p: Floats, y: Floats) -> None:
    """Raise `ValueError` unless a finite calibration line exists: outcomes must overlap in the forecasts."""
    p = _clipped(p)
    if p.min() == p.max():
        raise ValueError(f"expected forecasts that differ, got {p[0]:g} for all; one point defines no line")
    with_outcome, without = p[y == 1.0], p[y == 0.0]
    if len(with_outcome) == 0 or len(without) == 0:
        raise ValueError(f"expected outcomes of both kinds, got only {y[0]:g}; score more forecasts")
    if with_outcome.min() >= without.max() or with_outcome.max() <= without.min():
        raise ValueError("expected outcomes that overlap in the forecasts, got separated ones; score more forecasts")


def _lines(p: Floats, y: Floats, w: Floats, multiplier: Floats) -> Floats:
    """Intercept and slope under each row of `multiplier` (b, n) times `w`, (b, 2); NaN where there is no line.

    Damped Newton on standardised logits. Replicates start at the line of all forecasts, and that at 0. Where forecasts
    separate the outcomes the slope grows with every step, until the limits on their number and length leave it finite.
    """
    x = logit(_clipped(p))
    centre = np.average(x, weights=w)
    scale = np.sqrt(np.average((x - centre) ** 2, weights=w))
    design = np.stack([np.ones(len(x)), (x - centre) / scale], axis=1)
    weights = multiplier * w
    overall = _climb(np.zeros((1, 2)), design, y, w[None, :])
    coef = _climb(overall.repeat(len(weights), axis=0), design, y, weights)
    coef[_has_no_line(design, y, weights)] = np.nan
    slope = coef[:, 1] / scale
    return np.stack([coef[:, 0] - slope * centre, slope], axis=1)


def _climb(coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    """Maximum likelihood coefficients from `coef` under each row of `weights` (b, n), (b, 2)."""
    for _ in range(MOST_STEPS):
        step = _damped(_newton_step(coef, design, y, weights), coef, design, y, weights)
        coef = coef + step
        if np.abs(step).max() < 1e-8:
            break
    return coef


def _newton_step(coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    """Newton step of each replicate, by Cramer's rule, cut to the longest; 0 where the information is singular."""
    chance = expit(coef @ design.T)
    slope = (weights * (y - chance)) @ design
    information = (weights * chance * (1.0 - chance)) @ (design[:, [0, 0, 1]] * design[:, [0, 1, 1]])
    determinant = information[:, 0] * information[:, 2] - information[:, 1] ** 2
    across = np.stack(
        [
            information[:, 2] * slope[:, 0] - information[:, 1] * slope[:, 1],
            information[:, 0] * slope[:, 1] - information[:, 1] * slope[:, 0],
        ],
        axis=1,
    )
    step = np.divide(across, determinant[:, None], out=np.zeros_like(across), where=determinant[:, None] > 0.0)
    length = np.sqrt((step**2).sum(axis=1, keepdims=True))
    return np.asarray(step * np.minimum(1.0, LONGEST_STEP / np.maximum(length, LONGEST_STEP)))


def _damped(step: Floats, coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    """The step of each replicate, halved until the likelihood does not fall by more than rounding."""
    before = _loglik(coef, design, y, weights)
    least = before - 1e-12 * np.abs(before)
    for _ in range(MOST_HALVINGS):
        falls = _loglik(coef + step, design, y, weights) < least
        if not falls.any():
            break
        step = np.where(falls[:, None], step / 2.0, step)
    return step


def _loglik(coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    eta = coef @ design.T
    return np.asarray((weights * (y * eta - np.logaddexp(0.0, eta))).sum(axis=1))


def _has_no_line(design: Floats, y: Floats, weights: Floats) -> NDArray[np.bool_]:
    """Whether a replicate has outcomes of one kind only or forecasts all alike, up to rounding, (b,)."""
    x = design[:, 1]
    total, observed = weights.sum(axis=1), weights @ y
    spread = (weights @ x**2) * total - (weights @ x) ** 2
    return np.asarray((observed <= 0.0) | (observed >= total * (1.0 - 1e-12)) | (spread <= 1e-12 * total**2))
