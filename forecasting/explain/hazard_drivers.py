"""Drivers: additive attribution of the hazard model's probability to the covariates and groups of a case.

The numbers describe the model. They are no causal effects: a covariate is associated with others in the record, and a
case that differs in it alone may never have been observed.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts import LEVEL
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import both_values, marginal_and_conditional
from forecasting.models.attribution import TOLERANCE, incidence_slopes, path_shares, state_loading, sum_by_term
from forecasting.models.hazard import HazardModel
from forecasting.models.uncertainty import interval
from forecasting.record.vocabulary import CAUSES, STATES

Floats = NDArray[np.float64]
BASE, AVERAGE = "base_rate", "average_case"
REPLICATE_TOLERANCE = 1e-4


@dataclass(frozen=True)
class Driver:
    """One row of an attribution.

    Attributes
    ----------
    name : str
        `base_rate`, `average_case`, a covariate or a grouping.
    role : {"base", "average", "covariate", "group"}
        Kind of the row.
    value : float, str or None
        Value of the case (a probability where a fact is uncertain; the level of its grouping); None for the first rows.
    average : float or None
        Mean over the first landmarks of the training cases, which the model compares it with.
    points, lower, upper : float
        Points of probability in [-1, 1], and their bounds.
    """

    name: str
    role: str
    value: float | str | None
    average: float | None
    points: float
    lower: float
    upper: float


@dataclass(frozen=True)
class Drivers:
    """Probability of a state within a horizon, and the rows that sum to it.

    Attributes
    ----------
    state : str
        Out of `STATES`.
    horizon : int
        Months.
    probability, lower, upper : float
        Probability in [0, 1] and its interval.
    level : float
        Level of the intervals.
    rows : tuple of Driver
        Base rate, average case, covariates, groupings.
    """

    state: str
    horizon: int
    probability: float
    lower: float
    upper: float
    level: float
    rows: tuple[Driver, ...]


def drivers(
    model: HazardModel, line: pd.DataFrame, horizon: int, state: str = CAUSES[0], level: float = LEVEL
) -> Drivers:
    """Attribution of the model's probability of a state of one case, additive to 1e-9.

    Rows: the overall base rate at the case's age; the probability of an average case of that age, less the base rate;
    each covariate; each group's intercept (0 for a level not seen in training). Covariates and groups have
    Aumann-Shapley values along the straight path from the average case to this one: covariates with a joint effect
    share it, and one without an effect has 0. Where an endorsement is uncertain, the rows of both its values are
    averaged with the weights of the marginal forecast.

    Parameters
    ----------
    model : HazardModel
        Fitted model.
    line : pandas.DataFrame of one row
        Covariates of the case, see `training.case_lines`.
    horizon : int
        Months, 1 to 120.
    state : {"formalized", "collapsed", "faded", "ongoing"}
        The state whose probability is attributed.
    level : float
        Level of the intervals, in (0, 1).

    Returns
    -------
    Drivers
        With intervals of the cluster bootstrap, widened to contain the points.

    References
    ----------
    Aumann, R. J. and Shapley, L. S. (1974). Values of Non-Atomic Games. Princeton University Press.
    """
    points = _rows(model, line, horizon, state)
    lower, upper = interval(_rows(model, line, horizon, state, model.bootstrap()), level)
    lower, upper = np.minimum(lower, points), np.maximum(upper, points)
    averages = dict(zip((*model.statics, *model.states), map(float, model.scaling_.mean), strict=True))
    values, roles = _values(model, line), {BASE: "base", AVERAGE: "average"} | dict.fromkeys(model.levels_, "group")
    told, k = marginal_and_conditional(model, line, UNCERTAIN, (horizon,), level)["all"], STATES.index(state)
    rows = tuple(
        Driver(name, roles.get(name, "covariate"), values.get(name), averages.get(name), *map(float, numbers))
        for name, *numbers in zip((BASE, AVERAGE, *model_terms(model)), points, lower, upper, strict=True)
    )
    bounds = (float(told.point[k, 0]), float(told.lower[k, 0]), float(told.upper[k, 0]))
    return Drivers(state, horizon, *bounds, level, rows)


def model_terms(model: HazardModel) -> tuple[str, ...]:
    """Names of the terms of a fitted model: covariates, then groupings."""
    return (*model.statics, *model.states, *model.levels_)


def _rows(model: HazardModel, line: pd.DataFrame, horizon: int, state: str, coef: Floats | None = None) -> Floats:
    """Points of the base rate, the average case and each term, (n_rows,), or by replicate, (b, n_rows)."""
    k, n_causes = STATES.index(state), len(model.causes)
    loading, ahead = state_loading(k, n_causes), int(line["gap_months"].iloc[0]) + horizon
    lines, weights = both_values(model, line, UNCERTAIN)
    tolerance = TOLERANCE if coef is None else REPLICATE_TOLERANCE
    total, average = np.zeros(len(model_terms(model))), np.zeros(())
    for side in np.flatnonzero(weights):
        odds = model.log_odds(lines.iloc[[side]], ahead, coef)
        shares, _ = path_shares(odds.average, odds.design, odds.effects, loading, tolerance=tolerance)
        total = total + weights[side] * sum_by_term(shares, odds.terms, model_terms(model))
        average = incidence_slopes(odds.average, loading)[0]
    if coef is None:
        base = model.base_.predict_cumulative_incidence(line, (horizon,)).values[0, :, 0] @ loading
    else:
        base = model.base_.draws(line, (horizon,))[:, 0, :, 0] @ loading
    own = 1.0 - model.shrink
    first = np.stack([base + float(k == n_causes), own * (average - base)], axis=-1)
    return np.concatenate([first, own * total], axis=-1)


def _values(model: HazardModel, line: pd.DataFrame) -> dict[str, float | str]:
    values: dict[str, float | str] = {name: float(line[name].iloc[0]) for name in (*model.statics, *model.states)}
    return values | {name: str(line[name].iloc[0]) for name in model.levels_}
