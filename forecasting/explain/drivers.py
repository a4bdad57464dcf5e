"""Drivers: the probability of the hazard model as a sum over the covariates and groups of a case.

These numbers say how the model arrives at its probability. They are no causes: a covariate carries with it whatever
went along with it in the record, and a case in which it alone was otherwise has often never been seen.
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
    """One row: its `role` (base, average, covariate or group), and `points` of probability in [-1, 1] with bounds.

    `value` is the case's own (a probability where a fact is uncertain; the name of its group), `average` the mean
    over the cases' first days with which the model compares it; None where there is none.
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
    """The probability of a state within a horizon (months), its bounds at `level`, and the rows that add up to it."""

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
    """Rows that add up, to 1e-9, to the fitted model's probability of a state of one case within a horizon.

    `line` is one line of covariates as `training.case_lines` gives it. Rows: the overall base rate at the case's age;
    what the model says of an average case of that age, less the base rate; each covariate; each group's intercept
    (0 for a group not seen in training). The last two are Aumann-Shapley values along the straight path from the
    average case to this one: covariates that act together share what they do together, and one that does nothing has
    0. Where an endorsement is uncertain the rows are those of both sides, averaged as the forecast is. Intervals are
    those of the cluster bootstrap, widened to hold the point.
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


def driver_points(model: HazardModel, line: pd.DataFrame, horizon: int, state: str = CAUSES[0]) -> dict[str, float]:
    """The points of the rows that `drivers` gives, by name, without their intervals, which take most of its time."""
    return dict(zip((BASE, AVERAGE, *model_terms(model)), map(float, _rows(model, line, horizon, state)), strict=True))


def model_terms(model: HazardModel) -> tuple[str, ...]:
    """Names of the terms of the fitted model: covariates, then groupings."""
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
