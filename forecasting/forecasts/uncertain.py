"""Forecasts of a model for cases of which one fact is uncertain: averaged over it, and with it taken either way."""

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
ALL, YES, NO = "all", "endorsed", "not endorsed"
LONGEST = 120


@dataclass(frozen=True)
class States:
    """Probabilities of the states, survival last, with bounds: `point`, `lower`, `upper`, (n_states, n_horizons)."""

    point: Floats
    lower: Floats
    upper: Floats


def forecast_given(
    model: Model, line: pd.DataFrame, fact: str, horizons: tuple[int, ...], level: float
) -> Mapping[str, States]:
    """States of one case under a model: given `all` that is known, and, where `fact` is uncertain, given each side.

    An uncertain fact (a probability between 0 and 1) is averaged over: chance x with it + rest x without it. The
    chance is the coded one times how likely the case was to last to its age with the fact, by Bayes' rule.
    """
    chance = float(line[fact].iloc[0]) if fact in line else 1.0
    lines, sides = line, {ALL: np.ones(1)}
    if chance not in (0.0, 1.0):
        lines, weights = either_way(model, line, fact)
        sides = {ALL: weights, YES: np.array([1.0, 0.0]), NO: np.array([0.0, 1.0])}
    incidence, draws = model.predict_cumulative_incidence(lines, horizons).values, model.draws(lines, horizons)
    least = model.least_upper(lines.iloc[[0]], level)
    return {name: _states(incidence, draws, weights, level, least) for name, weights in sides.items()}


def either_way(model: Model, line: pd.DataFrame, fact: str) -> tuple[pd.DataFrame, Floats]:
    """The case with the fact and without it, and the chance of each (2,), by Bayes' rule; one line if no such fact."""
    if fact not in line:
        return line, np.ones(1)
    chance = float(line[fact].iloc[0])
    both = pd.concat([line.assign(**{fact: 1.0}), line.assign(**{fact: 0.0})], ignore_index=True)
    return both, _updated(model, both, np.array([chance, 1.0 - chance]))


def expected(model: Model, line: pd.DataFrame, fact: str, horizons: tuple[int, ...]) -> Floats:
    """Probabilities of the states of one case, survival last, (n_states, n_horizons), averaged over the fact."""
    lines, weights = either_way(model, line, fact)
    incidence = np.tensordot(weights, model.predict_cumulative_incidence(lines, horizons).values, axes=(0, 0))
    return np.concatenate([incidence, 1.0 - incidence.sum(axis=0, keepdims=True)])


def _updated(model: Model, both: pd.DataFrame, weights: Floats) -> Floats:
    age = int(both["age_months"].iloc[0])
    if age == 0:
        return weights
    born = both.assign(age_months=0, gap_months=0)
    lasted = model.predict_cumulative_incidence(born, (min(age, LONGEST),)).survival[:, 0]
    return np.asarray(weights * lasted / (weights @ lasted))


def _states(incidence: Floats, draws: Floats, weights: Floats, level: float, least_upper: Floats) -> States:
    """States averaged over lines by `weights` (n,); `incidence` (n, causes, horizons), `draws` (b, n, causes, ...)."""
    mean = np.tensordot(weights, incidence, axes=(0, 0))[None]
    lower, upper = state_bounds(mean, np.tensordot(draws, weights, axes=(1, 0))[:, None], level, least_upper)
    point = np.concatenate([mean[0], 1.0 - mean[0].sum(axis=0, keepdims=True)])
    return States(point, lower[0], upper[0])
