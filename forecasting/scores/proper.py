"""Proper scores of single forecasts: lower is better, and no forecast does better than the truth on average."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_chances, check_distributions, check_horizons, check_outcomes, check_states

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LOG_FLOOR = 0.01
# Order of the states formalized, collapsed, faded, ongoing: fading and going on are equally far from both others.
RANKS = (2, 0, 1, 1)


def brier_states(probabilities: ArrayLike, states: ArrayLike) -> Floats:
    """Brier score over states, halved: 1/2 sum_s (p_s - o_s)^2, in [0, 1], lower is better.

    p_s: probability of state s, `probabilities` (n, n_states); o_s: 1 for the state that came, else 0, `states` (n,)
    numbered from 0. Returns (n,). Brier's own convention (1950, Mon. Weather Rev. 78:1-3) does not halve and runs to
    2; halved, two states give `brier_binary`. Strictly proper. Ratios such as the skill are the same in both.

    >>> brier_states([[0.5, 0.25, 0.0, 0.25], [1.0, 0.0, 0.0, 0.0]], [0, 1]).tolist()
    [0.1875, 1.0]
    """
    p = check_distributions(probabilities)
    return np.asarray(0.5 * ((p - _one_hot(states, p)) ** 2).sum(axis=1))


def brier_binary(probabilities: ArrayLike, outcomes: ArrayLike) -> Floats:
    """Brier score of one thing happening or not: (p - y)^2, in [0, 1], lower is better.

    p: `probabilities` (n,); y: `outcomes` (n,), 0 or 1. Returns (n,). Strictly proper (Brier 1950, Mon. Weather Rev.
    78:1-3; Gneiting & Raftery 2007, JASA 102:359-378).

    >>> brier_binary([0.5, 0.25], [1, 0]).tolist()
    [0.25, 0.0625]
    """
    p = check_chances(probabilities)
    return np.asarray((p - check_outcomes(outcomes, len(p))) ** 2)


def log_score(probabilities: ArrayLike, states: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """Logarithmic score: -ln max(p_s, floor) of the state s that came, in [0, -ln floor], lower is better.

    `probabilities` (n, n_states), `states` (n,). Returns (n,) in nats (Good 1952, J. R. Stat. Soc. B 14:107-114).
    Proper as long as every state's true probability is 0 or at least e x floor (0.027): below that the floor rewards
    a forecast of 0. Report with it how many forecasts were cut (`is_clipped`).

    >>> log_score([[0.25, 0.75], [1.0, 0.0]], [0, 1]).round(4).tolist()
    [1.3863, 4.6052]
    """
    return np.asarray(-np.log(np.maximum(_given_to_what_came(probabilities, states), _check_floor(floor))))


def is_clipped(probabilities: ArrayLike, states: ArrayLike, floor: float = LOG_FLOOR) -> NDArray[np.bool_]:
    """Whether `log_score` raised the forecast to its floor, shape (n,).

    >>> is_clipped([[0.25, 0.75], [1.0, 0.0]], [0, 1]).tolist()
    [False, True]
    """
    return np.asarray(_given_to_what_came(probabilities, states) < _check_floor(floor))


def ranked_probability_score(probabilities: ArrayLike, states: ArrayLike, ranks: tuple[int, ...] = RANKS) -> Floats:
    """Ranked probability score: mean over thresholds r of (F_r - O_r)^2, in [0, 1], lower is better.

    F_r: probability of a state of rank r or below, O_r: 1 if the state that came is one, for every rank but the
    highest; `ranks` gives each state's. `probabilities` (n, n_states), `states` (n,). Returns (n,). By default
    collapsed < ongoing < formalized; `faded` has no place in that order and takes the middle one, so that faded and
    ongoing are not told apart: proper, but strictly so only for the ranks' probabilities. Divided by the number of
    thresholds (Epstein 1969, J. Appl. Meteorol. 8:985-987; Murphy 1971, ibid. 10:155-156).

    >>> ranked_probability_score([[0.5, 0.25, 0.0, 0.25]] * 2, [0, 1]).tolist()
    [0.15625, 0.40625]
    """
    p = check_distributions(probabilities)
    if len(ranks) != p.shape[1] or len(set(ranks)) < 2:
        raise ValueError(f"wanted {p.shape[1]} ranks, one per state and not all the same; came {tuple(ranks)}")
    up_to = np.asarray(ranks)[:, None] <= np.unique(ranks)[:-1]
    return np.asarray((((p - _one_hot(states, p)) @ up_to.astype(np.float64)) ** 2).mean(axis=1))


@dataclass(frozen=True)
class HorizonMean:
    """Scores of forecasts over several horizons.

    `score` (n,): mean over the forecast's own scored horizons, NaN where it has none; `by_horizon` (n, n_horizons):
    NaN where not scored; `n_scored` (n_horizons,): forecasts scored.
    """

    score: Floats
    by_horizon: Floats
    n_scored: Integers


def mean_over_horizons(
    score: Callable[[Floats, Integers], Floats], probabilities: ArrayLike, states: ArrayLike
) -> HorizonMean:
    """Mean of `score` over each forecast's scored horizons: 1/|H_i| sum_{h in H_i} score(p_ih, s_ih).

    `probabilities` (n, n_states, n_horizons): NaN in every state where a horizon is not scored, because its window is
    not fully observed; `states` (n, n_horizons): anything there. `score`: such as `brier_states`, and so is the
    orientation. Propriety carries over, as long as whether a horizon is scored does not hang on the forecast.

    >>> nan = float("nan")
    >>> mean = mean_over_horizons(brier_states, [[[0.5, 1.0], [0.5, 0.0]], [[0.5, nan], [0.5, nan]]], [[0, 1], [1, -1]])
    >>> mean.score.tolist(), mean.n_scored.tolist()
    ([0.625, 0.25], [2, 1])
    """
    p, came, is_scored = check_horizons(probabilities, states)
    by_horizon = np.full(came.shape, np.nan)
    by_horizon[is_scored] = score(p.transpose(0, 2, 1)[is_scored], came[is_scored])
    n_own = is_scored.sum(axis=1)
    total = np.where(is_scored, by_horizon, 0.0).sum(axis=1)
    mean = np.divide(total, n_own, out=np.full(len(p), np.nan), where=n_own > 0)
    return HorizonMean(mean, by_horizon, is_scored.sum(axis=0))


def _one_hot(states: ArrayLike, p: Floats) -> Floats:
    return np.asarray(np.eye(p.shape[1])[check_states(states, *p.shape)])


def _given_to_what_came(probabilities: ArrayLike, states: ArrayLike) -> Floats:
    p = check_distributions(probabilities)
    return np.asarray(p[np.arange(len(p)), check_states(states, *p.shape)])


def _check_floor(floor: float) -> float:
    if not 0.0 < floor < 1.0:
        raise ValueError(f"wanted a floor between 0 and 1; came {floor:g}")
    return floor
