"""Skill: the share of a reference's score that a model saves, with paired bootstrap intervals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_reference, check_scores, check_weights
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


@dataclass(frozen=True)
class Skill:
    """Skill against a reference with its confidence interval.

    Attributes
    ----------
    value : float
        Skill score, at most 1; 0 for the reference itself; higher is better.
    lower, upper : float
        Bounds of the interval.
    level : float
        Level of the interval.
    n : int
        Number of forecasts with a weight above 0.
    n_groups : int
        Number of groups that were resampled whole.
    """

    value: float
    lower: float
    upper: float
    level: float
    n: int
    n_groups: int


def skill(score: ArrayLike, reference: ArrayLike, weights: ArrayLike | None = None) -> float:
    r"""Skill score; higher is better.

    .. math:: 1 - \sum_i w_i s_i / \sum_i w_i r_i

    Parameters
    ----------
    score : array_like of shape (n,)
        Scores s of the model's forecasts, lower is better.
    reference : array_like of shape (n,)
        Scores r of the reference's forecasts of the same windows, by the same function.
    weights : array_like of shape (n,), optional
        Weights w, by default 1 each.

    Returns
    -------
    float
        At most 1; 0 for the reference itself.

    Raises
    ------
    ValueError
        Where shapes differ, a number is not finite, or the reference's mean score is 0.

    References
    ----------
    Murphy 1988, Mon. Weather Rev. 116:2417-2424.

    Examples
    --------
    >>> skill([0.1, 0.2], [0.2, 0.4])
    0.5
    """
    s, r, w = _paired(score, reference, weights)
    return float(w @ (r - s) / (w @ r))


def paired_bootstrap(
    score: ArrayLike,
    reference: ArrayLike,
    weights: ArrayLike | None,
    groups: ArrayLike,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Skill:
    """`skill` with a percentile interval by the paired cluster bootstrap.

    Whole groups are drawn with replacement, score and reference together. The draws depend only on the number of
    groups and the seed, so that models scored on the same forecasts share them. Replicates in which the reference's
    score is 0 have no skill and are left out. The interval is widened to contain the estimate.

    Parameters
    ----------
    score, reference, weights
        As in `skill`; forecasts with weight 0 are left out.
    groups : array_like of shape (n,)
        Group of each forecast.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Skill
        Skill with its interval.

    Raises
    ------
    ValueError
        As `skill`, and where fewer than two groups have a weight.

    References
    ----------
    Field and Welsh 2007, J. R. Stat. Soc. B 69:369-390.

    Examples
    --------
    >>> result = paired_bootstrap([0.1, 0.2, 0.1], [0.2, 0.4, 0.2], None, ["a", "a", "b"])
    >>> round(result.lower, 12), round(result.upper, 12), result.n, result.n_groups
    (0.5, 0.5, 3, 2)
    """
    s, r, w = _paired(score, reference, weights)
    codes, n_groups = number_groups(groups, w > 0.0)
    s, r, w = s[w > 0.0], r[w > 0.0], w[w > 0.0]
    replicates = ratio_replicates(w * (r - s), w * r, codes, draw_groups(n_groups, n_replicates, seed))
    value = float(w @ (r - s) / (w @ r))
    return Skill(value, *interval_around(value, replicates, level), level, len(s), n_groups)


@dataclass(frozen=True)
class Slope:
    """Slope through the origin with its bootstrap.

    Attributes
    ----------
    value, sd : float
        Slope, and the standard deviation of its replicates.
    lower, upper : float
        Bounds of the interval.
    level : float
        Level of the interval.
    """

    value: float
    sd: float
    lower: float
    upper: float
    level: float


def slope_through_origin(
    x: ArrayLike,
    y: ArrayLike,
    groups: ArrayLike,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = 0.95,
) -> Slope:
    """Least-squares slope through the origin with a percentile interval by the cluster bootstrap.

    Parameters
    ----------
    x, y : array_like of shape (n, ...)
        What a forecast and what the outcome differ from a reference by, for each forecast and window; 0 where there is
        no window.
    groups : array_like of shape (n,)
        Group of each forecast.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of the interval.

    Returns
    -------
    Slope
        0: the forecast gains nothing over the reference; 1: neither too bold nor too timid.

    Raises
    ------
    ValueError
        Where fewer than two groups are given, or every x is 0.

    References
    ----------
    Cox 1958, Biometrika 45:562-565 (calibration slope).

    Examples
    --------
    >>> slope_through_origin([[0.1], [-0.2]], [[0.2], [-0.4]], ["a", "b"]).value
    2.0
    """
    left, right = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    axes = tuple(range(1, left.ndim))
    above, below = (left * right).sum(axis=axes), (left * left).sum(axis=axes)
    codes, n_groups = number_groups(groups, np.ones(len(left), dtype=bool))
    if not below.sum() > 0.0:
        raise ValueError("expected forecasts that differ from the reference, got none; the slope has no value")
    replicates = ratio_replicates(above, below, codes, draw_groups(n_groups, n_replicates, seed))
    value = float(above.sum() / below.sum())
    return Slope(value, float(np.nanstd(replicates)), *interval_around(value, replicates, level), level)


def _paired(score: ArrayLike, reference: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    n = len(np.atleast_1d(score))
    s, r, w = (
        check_scores("scores", score, n),
        check_scores("reference scores", reference, n),
        check_weights(weights, n),
    )
    check_reference(r, w)
    return s, r, w
