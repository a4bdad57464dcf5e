"""Drivers: why the headline of a case differs from its base rate, input by input, for all endings.

The numbers describe the forecast. They are no causal effects: what a case stands on goes with much else in the record.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.explain.known_pieces import STEPS, rung_words
from forecasting.forecasts import LEVEL
from forecasting.forecasts.situation import Situation, SituationForecast
from forecasting.models.ladder_moves import N_STATES, STATUSES, level_of, status_of
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.shapley import stage_shares
from forecasting.models.uncertainty import interval
from forecasting.record.months import check_horizons

Floats = NDArray[np.float64]
ByState = tuple[tuple[float, ...], ...]
BASE, AVERAGE = "base_rate", "average_case"
CLOCK, AGE, GAP = "term_clock", "age", "gap"
ROLES: Final = {BASE: "base", AVERAGE: "average"}


@dataclass(frozen=True)
class Driver:
    """One row of an attribution.

    Attributes
    ----------
    name : str
        `base_rate`, `average_case`, or an input: `rung`, a covariate, `term_clock`, `age`, `gap`.
    role : {"base", "average", "input"}
        Kind of the row.
    value : float, str or None
        Value of the case: a rung, a probability or share, months; None for the first rows.
    average : float, str or None
        That of the average case.
    points, lower, upper : tuple of tuple of float
        Points of the probability of each state within each horizon, in [-1, 1], and their bounds.

    Examples
    --------
    >>> Driver("gap", "input", 3.0, 0.0, ((0.1,),), ((0.0,),), ((0.2,),)).role
    'input'
    """

    name: str
    role: str
    value: float | str | None
    average: float | str | None
    points: ByState
    lower: ByState
    upper: ByState


@dataclass(frozen=True)
class Drivers:
    """The headline of a case, and the rows that sum to it.

    Attributes
    ----------
    horizons : tuple of int
        Months.
    probability : tuple of tuple of float
        Probability of each state within each horizon.
    level : float
        Level of the intervals.
    rows : tuple of Driver
        Base rate, average case, inputs.

    Examples
    --------
    >>> Drivers((60,), ((0.25,), (0.25,), (0.0,), (0.5,)), 0.8, ()).horizons
    (60,)
    """

    horizons: tuple[int, ...]
    probability: ByState
    level: float
    rows: tuple[Driver, ...]


def drivers(pool: LadderPool, at: Situation, horizons: Sequence[int] = (60,), level: float = LEVEL) -> Drivers:
    """Attribution of the headline of one case to what it reads of the case, additive to 1e-12.

    Rows: the base rate of the pool, at the case's own age and months since the last sight, as the page gives it; then
    what the pool says beyond it of an average case, one that has just begun and was seen on the day, spread over the
    rungs as the months of the training cases were, with their mean covariates and without a stated term; then, for
    each input in which the case differs from the average one, its Shapley value. The base rate has counted age and
    gap; their rows are what the ladder's model adds to that.

    Parameters
    ----------
    pool : LadderPool
        The fitted headline.
    at : Situation
        The case on the day, see `forecasts.situation.situation_of`.
    horizons : sequence of int
        Months, 1 to 120.
    level : float
        Level of the intervals, in (0, 1).

    Returns
    -------
    Drivers
        With intervals from the draws of each part, widened to contain the points.

    Raises
    ------
    UsageError
        Where a horizon is out of range.

    References
    ----------
    Shapley 1953, Contributions to the Theory of Games II:307-317.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> from forecasting.forecasts.situation import situation_of
    >>> history = load_history(as_of="1985-01-01")
    >>> pool = fit_models(history, ["ladder"]).models["ladder"]
    >>> found = drivers(pool, situation_of(history.case("salt2-observance-1979")))
    >>> abs(sum(row.points[0][0] for row in found.rows) - found.probability[0][0]) < 1e-12
    True
    """
    months = check_horizons(horizons)
    said, average = SituationForecast(pool, months), average_situation(pool, at)
    inputs = [name for name in (STEPS, *at.names, CLOCK, AGE, GAP) if _differs(name, at, average)]

    def beyond(levels: tuple[int, ...]) -> Floats:
        mixed = _between(at, average, {name for name, is_own in zip(inputs, levels, strict=True) if is_own})
        return (1.0 - pool.base_share) * (said.model_draws(mixed) - said.base(mixed))

    first = beyond((0,) * len(inputs))
    shares = [own for (own,) in stage_shares(beyond, [1] * len(inputs))]
    base = said.base(at)
    rows = [_row(BASE, None, None, base, *interval(said.base_draws(at), level))]
    rows += [
        _row(name, *values, draws.mean(axis=0), *interval(draws, level))
        for name, values, draws in zip(
            (AVERAGE, *inputs),
            [(None, None), *((_value(name, at), _value(name, average)) for name in inputs)],
            (first, *shares),
            strict=True,
        )
    ]
    return Drivers(months, _by_state(said.point(at)), level, tuple(rows))


def average_situation(pool: LadderPool, at: Situation) -> Situation:
    """The average case that `drivers` compares a case with.

    Parameters
    ----------
    pool : LadderPool
        The fitted headline.
    at : Situation
        The case, whose form of the ladder and own deviation it keeps.

    Returns
    -------
    Situation
        Just begun, seen on the day, without a stated term; states as in the months of the training cases, covariates
        at their means over the months at risk.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> from forecasting.forecasts.situation import situation_of
    >>> history = load_history(as_of="1985-01-01")
    >>> pool = fit_models(history, ["ladder"]).models["ladder"]
    >>> found = average_situation(pool, situation_of(history.case("salt2-observance-1979")))
    >>> found.age, found.gap, found.term, round(sum(found.start), 9)
    (0, 0, 0, 1.0)
    """
    model = pool.model_
    months = model.moves_.months
    start = months / months.sum() if months.sum() else np.eye(N_STATES)[0]
    means = model.hazard_.center[len(model.hazard_.center) - len(model.covariates) :]
    return replace(
        at, age=0, gap=0, looked=0.0, term=0, start=tuple(map(float, start)), covariates=tuple(map(float, means))
    )


def _differs(name: str, at: Situation, average: Situation) -> bool:
    if name == AGE:
        return at.age + at.gap > 0
    return at.gap > 0 if name == GAP else _between(at, average, {name}) != average


def _between(at: Situation, average: Situation, own: set[str]) -> Situation:
    """The average case with some inputs of the case: with its age alone it was seen on the day."""
    gap = at.gap if GAP in own else 0
    age = at.age + at.gap - gap if AGE in own else 0
    return replace(
        average,
        age=age,
        gap=gap,
        looked=at.looked if GAP in own else 0.0,
        term=(at if CLOCK in own else average).term,
        start=(at if STEPS in own else average).start,
        covariates=tuple((at if name in own else average).covariate(name) for name in at.names),
    )


def _value(name: str, at: Situation) -> float | str | None:
    """Value of an input, for a reader."""
    if name == STEPS:
        return _rung_value(at)
    if name == CLOCK:
        return float(at.term - at.age - at.gap) if at.term else None
    if name == AGE:
        return float(at.age + at.gap)
    return float(at.gap) if name == GAP else at.covariate(name)


def _rung_value(at: Situation) -> str | float:
    """The rung of a case; its mean level where it may stand on several."""
    start, states = np.array(at.start), np.arange(N_STATES)
    likeliest = int(start.argmax())
    if start[likeliest] > 1.0 - 1e-9:
        level, status = int(level_of(likeliest)), STATUSES[int(status_of(likeliest))]
        return rung_words(level, status)
    return float(start @ level_of(states))


def _row(
    name: str, value: float | str | None, average: float | str | None, points: Floats, lower: Floats, upper: Floats
) -> Driver:
    bounds = np.minimum(lower, points), np.maximum(upper, points)
    return Driver(name, ROLES.get(name, "input"), value, average, _by_state(points), *map(_by_state, bounds))


def _by_state(values: Floats) -> ByState:
    return tuple(tuple(map(float, row)) for row in values)
