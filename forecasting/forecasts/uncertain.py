"""Forecasts with one uncertain covariate: the marginal forecast, and the forecast conditional on each of its values.

In the forecast table, and in files made from it, the condition is the column `given`: `all` is the marginal forecast.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.models.uncertainty import state_bounds

Floats = NDArray[np.float64]
Model = BaseRate | HazardModel
MARGINAL, ENDORSED, NOT_ENDORSED = "all", "endorsed", "not endorsed"
LONGEST = 120


@dataclass(frozen=True)
class StateProbabilities:
    """Probabilities of the states, ongoing last, with intervals.

    Attributes
    ----------
    point, lower, upper : numpy.ndarray of shape (n_states, n_horizons)
        Probabilities in [0, 1] and their bounds.
    """

    point: Floats
    lower: Floats
    upper: Floats


def marginal_and_conditional(
    model: Model, line: pd.DataFrame, fact: str, horizons: tuple[int, ...], level: float
) -> Mapping[str, StateProbabilities]:
    """Marginal forecast of one case and, where `fact` is uncertain, the forecasts conditional on it and on its absence.

    Parameters
    ----------
    model : BaseRate or HazardModel
        A fitted model.
    line : pandas.DataFrame of one row
        Covariates of the case. The column `fact`, if there is one, is the probability that the fact is true.
    fact : str
        The uncertain covariate; where it is certain (0 or 1) or missing there is the marginal forecast alone.
    horizons : tuple of int
        Months after the as-of day.
    level : float
        Level of the equal-tailed intervals, in (0, 1).

    Returns
    -------
    mapping of str to StateProbabilities
        By `MARGINAL`, and `ENDORSED` and `NOT_ENDORSED` where the fact is uncertain.

    Notes
    -----
    The weight of either value is the coded probability times the probability that the case would last to its age with
    that value, by Bayes' rule: to have lasted is evidence on the fact.

    Examples
    --------
    >>> covariates = pd.DataFrame({"age_months": [0], "gap_months": [0], "x": [0.25]})
    >>> model = BaseRate(n_replicates=20).fit(covariates.iloc[[0, 0]], ([0, 0], [9, 9], [1, 0]), [0, 1])
    >>> list(marginal_and_conditional(model, covariates, "x", (6, 12), level=0.8))
    ['all', 'endorsed', 'not endorsed']
    """
    chance = float(line[fact].iloc[0]) if fact in line else 1.0
    lines, sides = line, {MARGINAL: np.ones(1)}
    if chance not in (0.0, 1.0):
        lines, weights = both_values(model, line, fact)
        sides = {MARGINAL: weights, ENDORSED: np.array([1.0, 0.0]), NOT_ENDORSED: np.array([0.0, 1.0])}
    incidence, draws = model.predict_cumulative_incidence(lines, horizons).values, model.draws(lines, horizons)
    least = model.least_upper(lines.iloc[[0]], level)
    return {name: _states(incidence, draws, weights, level, least) for name, weights in sides.items()}


def both_values(model: Model, line: pd.DataFrame, fact: str) -> tuple[pd.DataFrame, Floats]:
    """A case with each value of an uncertain fact, and the posterior weights of the two.

    Parameters
    ----------
    model : BaseRate or HazardModel
        A fitted model.
    line : pandas.DataFrame of one row
        Covariates of the case.
    fact : str
        The uncertain covariate.

    Returns
    -------
    lines : pandas.DataFrame
        The case with the fact and without it; `line` itself where it has no such column.
    weights : numpy.ndarray of shape (2,) or (1,)
        Weights that sum to 1, by Bayes' rule as in `marginal_and_conditional`.

    Examples
    --------
    >>> model = BaseRate(n_replicates=2).fit(pd.DataFrame({"type": ["t"] * 2}), ([0, 0], [9, 9], [1, 0]), [0, 1])
    >>> lines, weights = both_values(model, pd.DataFrame({"age_months": [0], "x": [0.25]}), "x")
    >>> lines["x"].tolist(), weights.tolist()
    ([1.0, 0.0], [0.25, 0.75])
    """
    if fact not in line:
        return line, np.ones(1)
    chance = float(line[fact].iloc[0])
    both = pd.concat([line.assign(**{fact: 1.0}), line.assign(**{fact: 0.0})], ignore_index=True)
    return both, _updated(model, both, np.array([chance, 1.0 - chance]))


def marginal_probabilities(model: Model, line: pd.DataFrame, fact: str, horizons: tuple[int, ...]) -> Floats:
    """Marginal probabilities of the states of one case.

    Parameters
    ----------
    model : BaseRate or HazardModel
        A fitted model.
    line : pandas.DataFrame of one row
        Covariates of the case.
    fact : str
        The uncertain covariate, or empty for none.
    horizons : tuple of int
        Months after the as-of day.

    Returns
    -------
    numpy.ndarray of shape (n_states, n_horizons)
        Probabilities in [0, 1], ongoing last, which sum to 1 over states.

    Examples
    --------
    >>> covariates = pd.DataFrame({"age_months": [0], "gap_months": [0]})
    >>> model = BaseRate(n_replicates=2).fit(covariates.iloc[[0, 0]], ([0, 0], [9, 9], [1, 0]), [0, 1])
    >>> marginal_probabilities(model, covariates, "", (6, 12)).sum(axis=0).round(9).tolist()
    [1.0, 1.0]
    """
    lines, weights = both_values(model, line, fact)
    incidence = np.tensordot(weights, model.predict_cumulative_incidence(lines, horizons).values, axes=(0, 0))
    return np.concatenate([incidence, 1.0 - incidence.sum(axis=0, keepdims=True)])


def _updated(model: Model, both: pd.DataFrame, weights: Floats) -> Floats:
    age = int(both["age_months"].iloc[0])
    if age == 0:
        return weights
    born = both.assign(age_months=0, gap_months=0)
    lasted = model.predict_cumulative_incidence(born, (min(age, LONGEST),)).survival[:, 0]
    return np.asarray(weights * lasted / (weights @ lasted))


def _states(incidence: Floats, draws: Floats, weights: Floats, level: float, least_upper: Floats) -> StateProbabilities:
    """States averaged over lines by `weights` (n,); `incidence` (n, causes, horizons), `draws` (b, n, causes, ...)."""
    mean = np.tensordot(weights, incidence, axes=(0, 0))[None]
    lower, upper = state_bounds(mean, np.tensordot(draws, weights, axes=(1, 0))[:, None], level, least_upper)
    point = np.concatenate([mean[0], 1.0 - mean[0].sum(axis=0, keepdims=True)])
    return StateProbabilities(point, lower[0], upper[0])
