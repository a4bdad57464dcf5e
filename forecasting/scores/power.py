"""What n forecasts can show: the smallest skill that would be seen, and which models are apart at all."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from forecasting.scores.arrays import check_scores, check_weights
from forecasting.scores.resampling import LEVEL, N_REPLICATES, SEED, draw_groups, interval_around, number_groups

Floats = NDArray[np.float64]

CHANCE = 0.8


@dataclass(frozen=True)
class Power:
    """A difference between two models' scores, as a share of a reference's score, and what such data can show.

    `value`: (other - score) / reference, the skill where `other` is the reference; `lower`, `upper`: its interval at
    `level`; `standard_error`; `smallest`: true value whose interval lies above 0 with probability `chance`; `apart`:
    smallest measured value whose interval leaves out 0; `right_sign`: probability that a repetition shows the sign
    measured here, if the value is true; `n` forecasts with weight, in `n_groups`.
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
    """What the paired differences between two models' scores (lower is better) can show with this many groups.

    `score`, `other`, `reference` (n,), default `other`: scores of the same forecasts; `weights` (n,), default 1;
    `groups` (n,) are resampled whole. The standard error s is that of the paired bootstrap; as in a normal
    approximation, smallest = (z_((1+level)/2) + z_chance) s, apart = z_((1+level)/2) s, right_sign = Phi(|value| / s)
    (Cohen 1988, Statistical Power Analysis, ch. 2; Gelman & Carlin 2014, Perspect. Psychol. Sci. 9:641-651). A
    measured value that just leaves out 0 is likely too large.

    >>> found = power([0.1, 0.3, 0.1, 0.2], [0.2, 0.3, 0.2, 0.4], None, range(4))
    >>> round(found.value, 3), found.smallest > found.apart > 0, found.right_sign > 0.9
    (0.364, True, True)
    """
    if not 0.0 < chance < 1.0:
        raise ValueError(f"wanted a chance between 0 and 1; came {chance:g}")
    n = len(np.atleast_1d(score))
    s, o, w = check_scores("scores", score, n), check_scores("other scores", other, n), check_weights(weights, n)
    r = o if reference is None else check_scores("reference scores", reference, n)
    codes, n_groups = number_groups(groups, w > 0.0)
    s, o, r, w = (part[w > 0.0] for part in (s, o, r, w))
    if w @ r <= 0.0:
        raise ValueError("wanted a reference with a mean score above 0; a share of a perfect one says nothing")
    draws = draw_groups(n_groups, n_replicates, seed)
    saved, whole = (draws @ np.bincount(codes, w * part, n_groups) for part in (o - s, r))
    replicates = np.divide(saved, whole, out=np.full(n_replicates, np.nan), where=whole > 0.0)
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
    """Models in tiers, best first; inside a tier they are not ranked, and stand in the order given.

    `scores`: for each model (n,), lower is better, of the same forecasts. A tier holds the best model left and every
    other whose paired interval of the difference from it holds 0; the rest is ranked in turn. Each pair is held
    against `level` by itself: with many models some will be parted by chance.

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
        tier = tuple(name for name, gap in gaps.items() if not _above(gap, w, groups, n_replicates, seed, level))
        tiers.append(tier)
        left = {name: values for name, values in left.items() if name not in tier}
    return tuple(tiers)


def _above(gap: Floats, w: Floats, groups: ArrayLike, n_replicates: int, seed: int, level: float) -> bool:
    """Whether the interval of the weighted mean gap lies above 0."""
    codes, n_groups = number_groups(groups, w > 0.0)
    draws = draw_groups(n_groups, n_replicates, seed)
    saved = draws @ np.bincount(codes, (w * gap)[w > 0.0], n_groups)
    return interval_around(float(w @ gap), saved, level)[0] > 0.0
