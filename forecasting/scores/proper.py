"""Proper scores of single forecasts; lower is better, and the true probabilities have the lowest expected score."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import (
    check_chances,
    check_distributions,
    check_horizons,
    check_outcomes,
    check_share,
    check_states,
)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# A state forecast with 0 would have an infinite score; forecasts below the floor are counted (`is_clipped`).
LOG_FLOOR = 0.01
# Order of the states formalized, collapsed, faded, ongoing: fading and going on are equally far from both others.
RANKS = (2, 0, 1, 1)


def brier_states(probabilities: ArrayLike, states: ArrayLike) -> Floats:
    """Brier score over states, halved: 1/2 sum_s (p_s - o_s)^2; lower is better.

    Brier's own convention does not halve and runs to 2; halved, two states give `brier_binary`. Ratios such as the
    skill are the same in both. Strictly proper.

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states)
        Probability p_s of each state.
    states : array_like of shape (n,)
        Number of the state observed, from 0; o_s is 1 for it, else 0.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Scores in [0, 1].

    Raises
    ------
    ValueError
        As `check_distributions` and `check_states`.

    References
    ----------
    Brier 1950, Mon. Weather Rev. 78:1-3.

    Examples
    --------
    >>> brier_states([[0.5, 0.25, 0.0, 0.25], [1.0, 0.0, 0.0, 0.0]], [0, 1]).tolist()
    [0.1875, 1.0]
    """
    p = check_distributions(probabilities)
    return np.asarray(0.5 * ((p - _one_hot(states, p)) ** 2).sum(axis=1))


def brier_binary(probabilities: ArrayLike, outcomes: ArrayLike) -> Floats:
    """Brier score of one outcome: (p - y)^2; lower is better. Strictly proper.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities p of the outcome.
    outcomes : array_like of shape (n,)
        Outcomes y, 0 or 1.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Scores in [0, 1].

    Raises
    ------
    ValueError
        As `check_chances` and `check_outcomes`.

    References
    ----------
    Brier 1950, Mon. Weather Rev. 78:1-3. Gneiting and Raftery 2007, JASA 102:359-378.

    Examples
    --------
    >>> brier_binary([0.5, 0.25], [1, 0]).tolist()
    [0.25, 0.0625]
    """
    p = check_chances(probabilities)
    return np.asarray((p - check_outcomes(outcomes, len(p))) ** 2)


def log_score(probabilities: ArrayLike, states: ArrayLike, floor: float = LOG_FLOOR) -> Floats:
    """Logarithmic score: -ln max(p_s, floor) of the state s observed; lower is better.

    Proper as long as the true probability of every state is 0 or at least e x floor (0.027); below that, the floor
    rewards a forecast of 0. To be reported with the number of forecasts clipped (`is_clipped`).

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states)
        Probability of each state.
    states : array_like of shape (n,)
        Number of the state observed, from 0.
    floor : float in (0, 1)
        Smallest probability that is scored.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Scores in nats, in [0, -ln floor].

    Raises
    ------
    ValueError
        As `check_distributions` and `check_states`, or where the floor is not between 0 and 1.

    References
    ----------
    Good 1952, J. R. Stat. Soc. B 14:107-114.

    Examples
    --------
    >>> log_score([[0.25, 0.75], [1.0, 0.0]], [0, 1]).round(4).tolist()
    [1.3863, 4.6052]
    """
    return np.asarray(
        -np.log(np.maximum(_probability_of_observed(probabilities, states), check_share("a floor", floor)))
    )


def is_clipped(probabilities: ArrayLike, states: ArrayLike, floor: float = LOG_FLOOR) -> NDArray[np.bool_]:
    """True where `log_score` raised the probability of the state observed to its floor.

    Parameters
    ----------
    probabilities, states, floor
        As in `log_score`.

    Returns
    -------
    numpy.ndarray of bool, shape (n,)
        True where the probability is below the floor.

    Raises
    ------
    ValueError
        As `log_score`.

    Examples
    --------
    >>> is_clipped([[0.25, 0.75], [1.0, 0.0]], [0, 1]).tolist()
    [False, True]
    """
    return np.asarray(_probability_of_observed(probabilities, states) < check_share("a floor", floor))


def ranked_probability_score(probabilities: ArrayLike, states: ArrayLike, ranks: tuple[int, ...] = RANKS) -> Floats:
    """Ranked probability score: mean over thresholds r of (F_r - O_r)^2; lower is better.

    F_r is the probability of a state of rank r or below, and O_r is 1 if the state observed is one, for every rank but
    the highest. By default collapsed < ongoing < formalized. `faded` has no place in that order and shares the rank
    of ongoing, so that the score is strictly proper for the probabilities of the ranks only.

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states)
        Probability of each state.
    states : array_like of shape (n,)
        Number of the state observed, from 0.
    ranks : tuple of int, length n_states
        Rank of each state, not all the same.

    Returns
    -------
    numpy.ndarray of shape (n,)
        Scores in [0, 1], as sums over thresholds are divided by their number.

    Raises
    ------
    ValueError
        As `check_distributions` and `check_states`, or where the ranks are not one per state.

    References
    ----------
    Epstein 1969, J. Appl. Meteorol. 8:985-987. Murphy 1971, J. Appl. Meteorol. 10:155-156.

    Examples
    --------
    >>> ranked_probability_score([[0.5, 0.25, 0.0, 0.25]] * 2, [0, 1]).tolist()
    [0.15625, 0.40625]
    """
    p = check_distributions(probabilities)
    if len(ranks) != p.shape[1] or len(set(ranks)) < 2:
        raise ValueError(
            f"expected {p.shape[1]} ranks that are not all the same, got {tuple(ranks)}; give one rank per state"
        )
    up_to = np.asarray(ranks)[:, None] <= np.unique(ranks)[:-1]
    return np.asarray((((p - _one_hot(states, p)) @ up_to.astype(np.float64)) ** 2).mean(axis=1))


@dataclass(frozen=True)
class HorizonMean:
    """Scores of forecasts at several horizons and their means.

    Attributes
    ----------
    score : numpy.ndarray of shape (n,)
        Mean over the forecast's scored horizons; NaN without any.
    by_horizon : numpy.ndarray of shape (n, n_horizons)
        Scores; NaN where the horizon is not scored.
    n_scored : numpy.ndarray of int, shape (n_horizons,)
        Number of forecasts scored.
    """

    score: Floats
    by_horizon: Floats
    n_scored: Integers


def mean_over_horizons(
    score: Callable[[Floats, Integers], Floats], probabilities: ArrayLike, states: ArrayLike
) -> HorizonMean:
    """Mean of a score over each forecast's scored horizons: sum over h in H_i of score(p_ih, s_ih), over their number.

    The mean is proper if the score is, as long as whether a horizon is scored does not depend on the forecast.

    Parameters
    ----------
    score : callable
        Score of distributions (m, n_states) and states (m,), such as `brier_states`.
    probabilities : array_like of shape (n, n_states, n_horizons)
        Distributions over states; NaN in every state where the horizon is not scored, because its window is not fully
        observed.
    states : array_like of shape (n, n_horizons)
        Number of the state observed, from 0; any value where the horizon is not scored.

    Returns
    -------
    HorizonMean
        Scores and their means, oriented as `score`.

    Raises
    ------
    ValueError
        As `check_horizons`.

    Examples
    --------
    >>> nan = float("nan")
    >>> mean = mean_over_horizons(brier_states, [[[0.5, 1.0], [0.5, 0.0]], [[0.5, nan], [0.5, nan]]], [[0, 1], [1, -1]])
    >>> mean.score.tolist(), mean.n_scored.tolist()
    ([0.625, 0.25], [2, 1])
    """
    p, observed, is_scored = check_horizons(probabilities, states)
    by_horizon = np.full(observed.shape, np.nan)
    by_horizon[is_scored] = score(p.transpose(0, 2, 1)[is_scored], observed[is_scored])
    n_own = is_scored.sum(axis=1)
    total = np.where(is_scored, by_horizon, 0.0).sum(axis=1)
    mean = np.divide(total, n_own, out=np.full(len(p), np.nan), where=n_own > 0)
    return HorizonMean(mean, by_horizon, is_scored.sum(axis=0))


def _one_hot(states: ArrayLike, p: Floats) -> Floats:
    return np.asarray(np.eye(p.shape[1])[check_states(states, *p.shape)])


def _probability_of_observed(probabilities: ArrayLike, states: ArrayLike) -> Floats:
    p = check_distributions(probabilities)
    return np.asarray(p[np.arange(len(p)), check_states(states, *p.shape)])
