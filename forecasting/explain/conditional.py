"""Conditional forecasts: how a case ends if it takes a step by a day, and if it does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.explain.rungs import (
    FEWEST_CASES,
    LadderState,
    cases_that_moved,
    past_rungs,
    related_cases,
    rung_of,
)
from forecasting.explain.steps_ahead import LEVEL, possible_steps
from forecasting.forecasts.forecast import forecast
from forecasting.forecasts.ladder import CaseOnLadder, seen_case
from forecasting.forecasts.limits import open_cases
from forecasting.forecasts.uncertain import MARGINAL
from forecasting.models import HEADLINE
from forecasting.models.incidence import with_ongoing
from forecasting.models.ladder_moves import ACTIVE, BROKEN, N_STATES, STATUSES, level_of, status_of
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_step import with_step
from forecasting.models.uncertainty import interval
from forecasting.record.cases import Dossier
from forecasting.record.history import History, require_history, required_day
from forecasting.record.months import DAYS_PER_MONTH, HORIZONS, check_horizons
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, require_text, shown

Floats = NDArray[np.float64]
TAKEN, NOT_TAKEN, WHOLE = "taken", "not taken", "whole"
BRANCHES: Final = (TAKEN, NOT_TAKEN, WHOLE)
LONGEST: Final = 60
"""Months after the as-of day within which a step may be supposed."""


@dataclass(frozen=True)
class Conditional:
    """How a case ends if it takes a step by a day, if it does not, and on the whole.

    Attributes
    ----------
    case_id : str
        The case.
    as_of, by : datetime.date
        Day of the forecast, and last day on which the step counts.
    target : {"concluded", "in_force"}
        What counts as formalized.
    step : str
        The step in words.
    rung : LadderState
        The rung that it brings the case to; a higher one counts as well.
    months : int
        Whole months from `as_of` to `by`, by which the model counts.
    n_moved : int
        Past cases that came to the rung from a level as low as this case's.
    chance : float
        Probability that the step is taken by the day, before any ending.
    chance_lower, chance_upper : float
        Its bounds, 80 %.
    horizons : tuple of int
        Months after `as_of`.
    probability, lower, upper : dict of str to numpy.ndarray of shape (4, n_horizons)
        By branch, `taken`, `not taken` and `whole`: probability of each state, and its bounds, 80 %.
    """

    case_id: str
    as_of: date
    by: date
    target: str
    step: str
    rung: LadderState
    months: int
    n_moved: int
    chance: float
    chance_lower: float
    chance_upper: float
    horizons: tuple[int, ...]
    probability: dict[str, Floats]
    lower: dict[str, Floats]
    upper: dict[str, Floats]

    @property
    def is_outside_history(self) -> bool:
        """True where fewer than 5 past cases came to the rung from a level as low."""
        return self.n_moved < FEWEST_CASES

    def table(self) -> pd.DataFrame:
        """The forecast as a table.

        Returns
        -------
        pandas.DataFrame
            One row for each branch, horizon and state: `case_id`, `as_of`, `step`, `by`, `branch`, `branch_probability`
            (1 for the whole), `horizon`, `cause`, `probability`, `lower`, `upper`.
        """
        share = {TAKEN: self.chance, NOT_TAKEN: 1.0 - self.chance, WHOLE: 1.0}
        common = {
            "case_id": self.case_id, "as_of": self.as_of.isoformat(), "step": self.step, "by": self.by.isoformat(),
        }  # fmt: skip
        numbers = {"probability": self.probability, "lower": self.lower, "upper": self.upper}
        return pd.DataFrame(
            [
                common
                | {"branch": branch, "branch_probability": share[branch], "horizon": month, "cause": state}
                | {name: float(values[branch][k, i]) for name, values in numbers.items()}
                for branch in BRANCHES
                for i, month in enumerate(self.horizons)
                for k, state in enumerate(STATES)
            ]
        )


def conditional(
    history: History,
    case_id: str,
    step: str,
    by: str | date,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
) -> Conditional:
    """The headline's forecast of a case if it takes a step on its ladder by a day, and if it does not.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_id : str
        An open case.
    step : str
        A step that is possible from its rung, in the words of `possible_steps` or by a unique part of them:
        "talks get a date or open", "a draft is tabled", "talks break off".
    by : str or datetime.date
        Last day on which the step counts, after the forecast day and at most 60 months later.
    horizons : sequence of int
        Months after the forecast day, 1 to 120.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Conditional
        Chance of the step and the forecast of either branch. Weighted by the chance the branches add up to the whole,
        which is the headline's forecast.

    Raises
    ------
    UsageError
        For a case that is not open, another step, a day that is too early or too late, or a case from which the
        headline abstains.

    Notes
    -----
    Both come from the chain of the ladder's model (`models.ladder_step.with_step`). The base rate does not know rungs:
    in its share of the headline the step says nothing about the ending. Covariates stay as they are known now: what no
    model moves, such as an endorsement by a leader, has no chance of coming and cannot be a condition; suppose it
    as a what-if. Who takes the step has not ended before: within horizons up to the day the branch without it holds all
    early endings, by whatever cause. How good the chance has been: `docs/ledger.md`. A property of the models, not a
    claim that the step would cause an ending.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> found = conditional(history, "salt2-observance-1979", "all have consented", "1986-01-01", [60])
    >>> bool(found.probability["taken"][0, 0] > found.probability["not taken"][0, 0])
    True
    """
    require_history(history)
    require_text("case_id", case_id)
    require_text("step", step)
    months, day = check_horizons(horizons), required_day(by)
    (view,) = open_cases(history, [case_id], target)
    words, rung = _step(step, view)
    within = round((day - history.as_of).days / DAYS_PER_MONTH)
    if not 1 <= within <= LONGEST:
        raise UsageError(
            f"expected a day from half a month to {LONGEST} months after {history.as_of}, got {day}; choose one"
        )
    fitted, index = shared_fit(history, (HEADLINE,), target).fitted, shared_index(history, target)
    pool, case = fitted.models[HEADLINE], CaseOnLadder(index, view, months, LEVEL)
    assert isinstance(pool, LadderPool)
    whole = _headline(forecast(history, case_id, fitted=fitted, horizons=months, index=index), case_id)
    here, past = rung_of(view), past_rungs(history, index, target, related_cases(history, case_id, target))
    own = past.form[past.step_case] == rung.form
    n_moved = cases_that_moved(past.step_case[own], past.step_state[own], rung.state, here.level)[1]
    at, weight = case.readings.at, case.readings.weight
    drawn = with_step(pool.model_, at, weight, states_of(rung), within, months)
    mean, (low, high) = drawn.averaged, interval(drawn.chance, LEVEL)
    seen = seen_case(view)
    base = pool.base_.predict_cumulative_incidence(seen, months).values[0]
    base_draws = with_ongoing(pool.base_.draws(seen, months)[:, 0])
    parts = {WHOLE: whole}
    for branch, point, draws in ((TAKEN, mean.taken, drawn.taken), (NOT_TAKEN, mean.not_taken, drawn.not_taken)):
        middle = with_ongoing(pool.point(point[0], base))
        lower, upper = pool.interval(with_ongoing(draws), base_draws, LEVEL)
        parts[branch] = middle, np.minimum(lower, middle), np.maximum(upper, middle)
    chance = float(mean.chance[0])
    tables = [{branch: parts[branch][i] for branch in BRANCHES} for i in range(3)]
    return Conditional(
        case_id, history.as_of, day, target, words, rung, within, n_moved, chance, min(float(low), chance),
        max(float(high), chance), months, *tables,
    )  # fmt: skip


def _headline(table: pd.DataFrame, case_id: str) -> tuple[Floats, Floats, Floats]:
    """Probabilities of the states by the headline, and their bounds, each (4, n_horizons)."""
    rows = table[table["model"].eq(HEADLINE) & table["given"].eq(MARGINAL)]
    if not len(rows):
        raise UsageError(
            f"expected a case of which {HEADLINE} says something, got {case_id}; see `forecasting forecast`"
        )
    wide = [rows.pivot(index="cause", columns="horizon", values=name) for name in ("probability", "lower", "upper")]
    point, lower, upper = (each.loc[list(STATES)].to_numpy(np.float64) for each in wide)
    return point, lower, upper


def states_of(rung: LadderState) -> NDArray[np.bool_]:
    """States in which a step has been taken.

    Parameters
    ----------
    rung : LadderState
        The rung that the step brings a case to.

    Returns
    -------
    numpy.ndarray of bool, shape (18,)
        True for its level and every higher one while active; for a break, for every broken state.

    Examples
    --------
    >>> int(states_of(LadderState(0, 3, "active")).sum()), int(states_of(LadderState(0, 3, "broken")).sum())
    (3, 6)
    """
    states = np.arange(N_STATES)
    if rung.status == STATUSES[BROKEN]:
        return np.asarray(status_of(states) == BROKEN)
    return np.asarray((status_of(states) == ACTIVE) & (level_of(states) >= rung.level))


def _step(step: str, view: Dossier) -> tuple[str, LadderState]:
    """The one possible step of these words, or of which they are a part."""
    possible = possible_steps(rung_of(view))
    asked = " ".join(step.lower().split()) if isinstance(step, str) else ""
    found = [each for each in possible if each[0] == asked] or [each for each in possible if asked and asked in each[0]]
    if len(found) != 1:
        names = "; ".join(words for words, _ in possible)
        raise UsageError(
            f"expected one of the steps that are possible from its rung ({names}), got {shown(step)}; what no model "
            "moves, such as an endorsement, is a what-if, not a condition"
        )
    return found[0]
