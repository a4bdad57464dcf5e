"""Skill: the share of a reference's score that a model saves, higher is better; compared pair by pair."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_scores, check_shape, check_weights
from forecasting.scores.resampling import LEVEL, N_REPLICATES, SEED, draw_groups, interval_around, number_groups

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Skill:
    """Skill against a reference: `value` with the bounds of its interval at `level`.

    `n` forecasts with a weight above zero, in `n_groups` groups that were resampled whole.
    """

    value: float
    lower: float
    upper: float
    level: float
    n: int
    n_groups: int


def skill(score: ArrayLike, reference: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Skill score: 1 - sum_i w_i s_i / sum_i w_i r_i, at most 1, 0 for the reference itself, higher is better.

    s: `score` (n,) and r: `reference` (n,), of the same forecasts by the same function (lower is better); w:
    `weights` (n,), default 1 (Murphy 1988, Mon. Weather Rev. 116:2417-2424).

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
    """`skill` with a percentile interval, drawing whole `groups` (n,) with replacement, score and reference together.

    The draws hang on the number of groups and the seed alone: models scored on the same forecasts meet the same
    draws. A replicate in which the reference's score is 0 has no skill and is left out; the interval is widened to
    hold the value (Field & Welsh 2007, J. R. Stat. Soc. B 69:369-390).

    >>> found = paired_bootstrap([0.1, 0.2, 0.1], [0.2, 0.4, 0.2], None, ["a", "a", "b"])
    >>> round(found.lower, 12), round(found.upper, 12), found.n, found.n_groups
    (0.5, 0.5, 3, 2)
    """
    s, r, w = _paired(score, reference, weights)
    codes, n_groups = number_groups(groups, w > 0.0)
    s, r, w = s[w > 0.0], r[w > 0.0], w[w > 0.0]
    draws = draw_groups(n_groups, n_replicates, seed)
    saved = draws @ np.bincount(codes, w * (r - s), n_groups)
    whole = draws @ np.bincount(codes, w * r, n_groups)
    replicates = np.divide(saved, whole, out=np.full(n_replicates, np.nan), where=whole > 0.0)
    value = float(w @ (r - s) / (w @ r))
    return Skill(value, *interval_around(value, replicates, level), level, len(s), n_groups)


def decade_bootstrap(
    score: ArrayLike,
    reference: ArrayLike,
    weights: ArrayLike | None,
    years: ArrayLike,
    n_replicates: int = N_REPLICATES,
    seed: int = SEED,
    level: float = LEVEL,
) -> Skill:
    """`paired_bootstrap` that draws decades whole: 1970 to 1979 is one group. `years` (n,), of the forecasts' origins.

    Blocks in time keep what forecasts of one period share (Kuensch 1989, Ann. Stat. 17:1217-1241). Few decades make
    an interval that is itself uncertain: read it beside the one by cluster.

    >>> decade_bootstrap([0.1, 0.2, 0.1], [0.2, 0.4, 0.2], None, [1971, 1979, 1980]).n_groups
    2
    """
    decades = np.floor(check_shape("years", years, len(np.atleast_1d(score))) / 10.0) * 10.0
    return paired_bootstrap(score, reference, weights, decades, n_replicates, seed, level)


def _paired(score: ArrayLike, reference: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats, Floats]:
    n = len(np.atleast_1d(score))
    s, r, w = (
        check_scores("scores", score, n),
        check_scores("reference scores", reference, n),
        check_weights(weights, n),
    )
    if w @ r <= 0.0:
        raise ValueError("wanted a reference with a mean score above 0; a skill against a perfect one says nothing")
    return s, r, w
