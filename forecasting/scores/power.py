"""Power: minimum detectable skill, and tiers of models whose paired difference is indistinguishable from zero."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from forecasting.scores.arrays import check_reference, check_scores, check_share, check_weights
from forecasting.scores.resampling import (
    LEVEL,
    N_REPLICATES,
    SEED,
    draw_groups,
    interval_around,
    number_groups,
    ratio_replicates,
)

Floats = NDArray[np.float64]

# The customary power of a test (Cohen 1988).
CHANCE = 0.8


@dataclass(frozen=True)
class Power:
    """Difference between two models' scores, as a share of a reference's score, and the differences detectable.

    Attributes
    ----------
    value : float
        (other - score) / reference; the skill where `other` is the reference.
    lower, upper : float
        Bounds of its interval.
    standard_error : float
        Bootstrap standard error of the value.
    smallest : float
        Minimum detectable difference: the true value whose interval lies above 0 with probability `chance`.
    apart : float
        Smallest estimate whose interval excludes 0.
    right_sign : float
        Probability that a repetition has the sign of the estimate, if the estimate is the true value.
    level : float
        Level of the interval.
    chance : float
        Power at `smallest`.
    n, n_groups : int
        Number of forecasts with a weight above 0, and of their groups.
    """

    value: float
    lower: float
    upper: float
    standard_error: float
    smallest: float
    apart: float
    right_sign: float
    level: float
    chance: float
    n: int
    n_groups: int


def power(
    score: ArrayLike,
    other: ArrayLike,
    weights: ArrayLike | None,
    groups: ArrayLike,
    reference: ArrayLike | None = None,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
    chance: float = CHANCE,
) -> Power:
    """Paired difference between two models' scores, and the differences that so many groups can detect.

    Parameters
    ----------
    score, other : array_like of shape (n,)
        Scores of two models' forecasts of the same windows, lower is better.
    weights : array_like of shape (n,) or None
        Weights; None for 1 each. Forecasts with weight 0 are left out.
    groups : array_like of shape (n,)
        Groups that the bootstrap draws whole.
    reference : array_like of shape (n,), optional
        Scores whose weighted mean is the unit of the result, by default `other`.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of the interval.
    chance : float in (0, 1)
        Power at the minimum detectable difference.

    Returns
    -------
    Power
        Estimate, interval and detectable differences.

    Raises
    ------
    ValueError
        Where shapes differ, a number is out of its range, or fewer than two groups have a weight.

    Notes
    -----
    With the standard error s of the paired bootstrap and normal quantiles z, smallest = (z_((1+level)/2) + z_chance) s,
    apart = z_((1+level)/2) s and right_sign = Phi(abs(value) / s). An estimate that just excludes 0 is likely too
    large.

    References
    ----------
    Cohen 1988, Statistical Power Analysis, ch. 2. Gelman and Carlin 2014, Perspect. Psychol. Sci. 9:641-651.

    Examples
    --------
    >>> result = power([0.1, 0.3, 0.1, 0.2], [0.2, 0.3, 0.2, 0.4], None, range(4))
    >>> round(result.value, 3), result.smallest > result.apart > 0, result.right_sign > 0.9
    (0.364, True, True)
    """
    check_share("a chance", chance)
    n = len(np.atleast_1d(score))
    s, o, w = check_scores("scores", score, n), check_scores("other scores", other, n), check_weights(weights, n)
    r = o if reference is None else check_scores("reference scores", reference, n)
    codes, n_groups = number_groups(groups, w > 0.0)
    s, o, r, w = (part[w > 0.0] for part in (s, o, r, w))
    check_reference(r, w)
    replicates = ratio_replicates(w * (o - s), w * r, codes, draw_groups(n_groups, n_replicates, seed))
    value, error = float(w @ (o - s) / (w @ r)), float(np.nanstd(replicates, ddof=1))
    apart = float(norm.ppf((1.0 + level) / 2.0)) * error
    smallest = apart + float(norm.ppf(chance)) * error
    right_sign = float(norm.cdf(abs(value) / error)) if error > 0.0 else float(value != 0.0)
    lower, upper = interval_around(value, replicates, level)
    return Power(value, lower, upper, error, smallest, apart, right_sign, level, chance, len(s), n_groups)


def ranked(
    scores: Mapping[str, ArrayLike],
    weights: ArrayLike | None,
    groups: ArrayLike,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
) -> tuple[tuple[str, ...], ...]:
    """Tiers of models, best first; models of one tier are not ranked.

    A tier holds the best model left and every other whose paired interval of the difference from it contains 0; the
    rest is ranked in turn. Each pair is judged at `level` by itself: among many models some will differ by chance.

    Parameters
    ----------
    scores : mapping of str to array_like of shape (n,)
        Scores of each model's forecasts of the same windows, lower is better.
    weights : array_like of shape (n,) or None
        Weights; None for 1 each.
    groups : array_like of shape (n,)
        Groups that the bootstrap draws whole.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of each interval.

    Returns
    -------
    tuple of tuple of str
        Names of the models by tier, in the order given within a tier.

    Raises
    ------
    ValueError
        Where shapes differ, a score is not finite, or fewer than two groups have a weight.

    Examples
    --------
    >>> scores = {"a": [0.1, 0.2, 0.1], "b": [0.2, 0.1, 0.11], "c": [0.3, 0.4, 0.3]}
    >>> ranked(scores, None, range(3))
    (('a', 'b'), ('c',))
    """
    n = len(np.atleast_1d(next(iter(scores.values()), [])))
    w = check_weights(weights, n)
    left = {name: check_scores(f"scores of {name}", values, n) for name, values in scores.items()}
    tiers = []
    while left:
        best = min(left, key=lambda name: float(w @ left[name]))
        gaps = {name: left[name] - left[best] for name in left}
        tier = tuple(name for name, gap in gaps.items() if not _is_above(gap, w, groups, n_replicates, seed, level))
        tiers.append(tier)
        left = {name: values for name, values in left.items() if name not in tier}
    return tuple(tiers)


def _is_above(gap: Floats, w: Floats, groups: ArrayLike, n_replicates: int, seed: int, level: float) -> bool:
    """Whether the interval of the weighted mean gap lies above 0."""
    codes, n_groups = number_groups(groups, w > 0.0)
    draws = draw_groups(n_groups, n_replicates, seed)
    totals = draws @ np.bincount(codes, (w * gap)[w > 0.0], n_groups)
    return interval_around(float(w @ gap), totals, level)[0] > 0.0
