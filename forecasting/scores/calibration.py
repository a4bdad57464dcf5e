"""Calibration of the probabilities of one outcome: in the large, and by the line of Cox."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from forecasting.scores.arrays import check_chances, check_outcomes, check_weights
from forecasting.scores.resampling import LEVEL, N_REPLICATES, SEED, draw_groups, interval_around, number_groups

Floats = NDArray[np.float64]

LOGIT_FLOOR = 1e-6
MOST_STEPS = 60
LONGEST_STEP = 4.0
MOST_HALVINGS = 20
BATCH = 100


@dataclass(frozen=True)
class Estimate:
    """A number with the bounds of its interval."""

    value: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Calibration:
    """Calibration of `n` forecasts in `n_groups` groups, each figure with its interval at `level`.

    `difference`: mean forecast minus observed share (0 is best); `ratio`: observed over expected (1); `intercept`
    (0) and `slope` (1) of the calibration line. `n_replicates`: bootstrap replicates in which there is a line.
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
    """Mean forecast minus observed share, in [-1, 1], best at 0; and observed over expected, best at 1.

    With weighted means p of `probabilities` (n,) and y of `outcomes` (n,): p - y and y / p. A difference above 0, or
    a ratio below 1, is a forecast too high (van Calster et al. 2019, BMC Med. 17:230).

    >>> calibration_in_the_large([0.5, 0.25, 0.75], [0, 0, 1])[1]
    0.6666666666666666
    """
    p, y, w = _forecasts(probabilities, outcomes, weights)
    difference, ratio = _in_the_large(p, y, w[None, :])
    return float(difference[0]), float(ratio[0])


def calibration_line(
    probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None
) -> tuple[float, float]:
    """Intercept a and slope b of logit P(y = 1) = a + b logit(p), best at (0, 1).

    Weighted maximum likelihood over `probabilities` p (n,), held within 1e-6 of 0 and 1, and `outcomes` y (n,). A
    slope below 1: forecasts too extreme; above 1: too timid (Cox 1958, Biometrika 45:562-565). The intercept is the
    one beside that slope, not the one at slope 1.

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
    """`calibration_in_the_large` and `calibration_line` with percentile intervals, whole `groups` (n,) resampled.

    A replicate without a line (one outcome only, or forecasts all alike) is left out; one that forecasts separate
    counts with a slope at the end of the range searched. Intervals are widened to hold the value.

    >>> p, y = [0.2] * 5 + [0.8] * 5, [1, 0, 0, 0, 0, 1, 1, 1, 1, 0]
    >>> found = calibration(p, y, None, range(10), n_replicates=200)
    >>> found.slope.lower < 1 < found.slope.upper, found.n_groups
    (True, 10)
    """
    p, y, w = _forecasts(probabilities, outcomes, weights)
    codes, n_groups = number_groups(groups, w > 0.0)
    p, y, w = p[w > 0.0], y[w > 0.0], w[w > 0.0]
    _check_overlap(p, y)
    multiplier = draw_groups(n_groups, n_replicates, seed)[:, codes]
    values = _figures(p, y, w, np.ones((1, len(p))))[0]
    batches = [_figures(p, y, w, multiplier[i : i + BATCH]) for i in range(0, n_replicates, BATCH)]
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


def _figures(p: Floats, y: Floats, w: Floats, multiplier: Floats) -> Floats:
    """Difference, ratio, intercept and slope under each row of `multiplier` (b, n) times `w`, (b, 4)."""
    return np.column_stack([*_in_the_large(p, y, multiplier * w), _lines(p, y, w, multiplier)])


def _in_the_large(p: Floats, y: Floats, weights: Floats) -> tuple[Floats, Floats]:
    total, expected, observed = weights.sum(axis=1), weights @ p, weights @ y
    nothing = np.full(len(weights), np.nan)
    difference = np.divide(expected - observed, total, out=nothing.copy(), where=total > 0.0)
    return difference, np.divide(observed, expected, out=nothing, where=expected > 0.0)


def _hold(p: Floats) -> Floats:
    return np.clip(p, LOGIT_FLOOR, 1.0 - LOGIT_FLOOR)


def _check_overlap(p: Floats, y: Floats) -> None:
    p = _hold(p)
    if p.min() == p.max():
        raise ValueError(f"wanted forecasts that differ; all are {p[0]:g}")
    came, not_come = p[y == 1.0], p[y == 0.0]
    if len(came) == 0 or len(not_come) == 0:
        raise ValueError(f"wanted outcomes of both kinds; all are {y[0]:g}")
    if came.min() >= not_come.max() or came.max() <= not_come.min():
        raise ValueError("wanted outcomes that the forecasts do not separate; a line through these has no end")


def _lines(p: Floats, y: Floats, w: Floats, multiplier: Floats) -> Floats:
    """Intercept and slope under each row of `multiplier` (b, n) times `w`, (b, 2); NaN where there is no line.

    Damped Newton on standardised logits, from the line of all forecasts, and for that from a flat one. Where forecasts
    separate the outcomes it stops after 60 steps, each no longer than 4, far out and finite.
    """
    x = logit(_hold(p))
    centre = np.average(x, weights=w)
    scale = np.sqrt(np.average((x - centre) ** 2, weights=w))
    design = np.stack([np.ones(len(x)), (x - centre) / scale], axis=1)
    weights = multiplier * w
    coef = _climb(_climb(np.zeros((1, 2)), design, y, w[None, :]).repeat(len(weights), axis=0), design, y, weights)
    coef[_has_no_line(design, y, weights)] = np.nan
    slope = coef[:, 1] / scale
    return np.stack([coef[:, 0] - slope * centre, slope], axis=1)


def _climb(coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    for _ in range(MOST_STEPS):
        step = _damped(_newton_step(coef, design, y, weights), coef, design, y, weights)
        coef = coef + step
        if np.abs(step).max() < 1e-8:
            break
    return coef


def _newton_step(coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    chance = expit(coef @ design.T)
    slope = (weights * (y - chance)) @ design
    bend = (weights * chance * (1.0 - chance)) @ (design[:, [0, 0, 1]] * design[:, [0, 1, 1]])
    determinant = bend[:, 0] * bend[:, 2] - bend[:, 1] ** 2
    across = np.stack(
        [bend[:, 2] * slope[:, 0] - bend[:, 1] * slope[:, 1], bend[:, 0] * slope[:, 1] - bend[:, 1] * slope[:, 0]],
        axis=1,
    )
    step = np.divide(across, determinant[:, None], out=np.zeros_like(across), where=determinant[:, None] > 0.0)
    length = np.sqrt((step**2).sum(axis=1, keepdims=True))
    return np.asarray(step * np.minimum(1.0, LONGEST_STEP / np.maximum(length, LONGEST_STEP)))


def _damped(step: Floats, coef: Floats, design: Floats, y: Floats, weights: Floats) -> Floats:
    """The step, halved in each row until the likelihood does not fall by more than rounding."""
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
    x = design[:, 1]
    total, came = weights.sum(axis=1), weights @ y
    spread = (weights @ x**2) * total - (weights @ x) ** 2
    return np.asarray((came <= 0.0) | (came >= total * (1.0 - 1e-12)) | (spread <= 1e-12 * total**2))
