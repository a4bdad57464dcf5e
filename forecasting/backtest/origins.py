"""Past days from which forecasts are made, the states that came, and how much each forecast weighs."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.fit import start_covariates
from forecasting.forecasts.training import ERA_YEARS
from forecasting.record.history import History
from forecasting.record.months import completed_months_array
from forecasting.record.panel import landmarks, spells
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import UsageError

Weights = Literal["case", "forecast", "start"]
WEIGHTS: tuple[Weights, ...] = ("case", "forecast", "start")
SCORED = (12, 24, 36, 60, 120)
ONGOING_STATE = len(CAUSES)


@dataclass(frozen=True)
class Origins:
    """Past days from which forecasts are made, one line each.

    `lines`: `case_id`, `day`, `age_months`, `gap_months` (0) and what the base rates tell apart; `states`
    (n, n_horizons): the state that came, numbered as `STATES`, -1 where the window was not fully observed; `group`
    (n,): component of the case; `weight` (n,): one per case, spread over its scored forecasts; `last` (n,): month
    after the origin, from 1, of the end or the last sight; `cause` (n,): 0 still observed, k the k-th of `CAUSES`;
    `traits`: `type`, `era` of the origin, `frame`, `confidence` of the coding and `moment` (start or anniversary),
    by which skill is broken down and which no model sees.
    """

    lines: pd.DataFrame
    states: NDArray[np.int64]
    group: NDArray[np.int64]
    weight: NDArray[np.float64]
    last: NDArray[np.int64]
    cause: NDArray[np.int64]
    traits: pd.DataFrame

    def select(self, chosen: NDArray[np.bool_]) -> "Origins":
        """The chosen origins, weights spread anew over each case's scored ones."""
        lines = self.lines[chosen].reset_index(drop=True)
        return replace(
            self,
            lines=lines,
            states=self.states[chosen],
            group=self.group[chosen],
            weight=_by_case(lines["case_id"], _is_scored(self.states[chosen])),
            last=self.last[chosen],
            cause=self.cause[chosen],
            traits=self.traits[chosen].reset_index(drop=True),
        )

    def weights(self, scheme: Weights = "case", horizon: int | None = None) -> NDArray[np.float64]:
        """Weight of each forecast, (n,), 0 where neither the horizon nor, without one, any horizon is scored.

        `case`: one per case, spread evenly over its scored forecasts, as registered; it favours cases that ended
        early. `forecast`: one each. `start`: one for the forecast of a case's first public day, none for the rest.
        """
        column = slice(None) if horizon is None else [SCORED.index(horizon)]
        scored = _is_scored(self.states[:, column])
        if scheme == "case":
            return _by_case(self.lines["case_id"], scored)
        if scheme == "forecast":
            return np.asarray(scored, dtype=np.float64)
        if scheme == "start":
            return np.asarray(scored & (self.traits["moment"] == "start").to_numpy(), dtype=np.float64)
        raise UsageError(f"wanted weights out of {', '.join(WEIGHTS)}; came {scheme!r}")


def origins(history: History, target: str = TARGETS[0], stale_alive: bool = False) -> Origins:
    """Every origin of the headline population: first public day and anniversaries while a case is observed.

    `stale_alive` takes a case not known to have ended as observed to the record's end, not to its last sight.
    """
    core = spells(history, target)
    marks = landmarks(core)
    starts = core.starts.iloc[marks.case].reset_index(drop=True)
    ahead = marks.age[:, None] + np.asarray(SCORED)
    to_end = completed_months_array((pd.Timestamp(history.as_of) - core.starts["start_date"]).dt.days.to_numpy()) + 1
    end = np.where((core.cause == 0) & stale_alive, to_end, core.exit)
    last, cause = end[marks.case], core.cause[marks.case]
    states = np.where(last[:, None] > ahead, ONGOING_STATE, np.where(cause > 0, cause - 1, -1)[:, None])
    lines = start_covariates(starts).assign(
        case_id=starts["case_id"], day=[day.item() for day in marks.day], age_months=marks.age, gap_months=0
    )
    weight = _by_case(lines["case_id"], _is_scored(states))
    traits = _traits(history, lines)
    return Origins(lines, states, core.group[marks.case], weight, last - marks.age, cause, traits)


def era_name(year: int) -> str:
    """The 25 years that hold a year, such as 1975-1999."""
    first = year // ERA_YEARS * ERA_YEARS
    return f"{first}-{first + ERA_YEARS - 1}"


def _traits(history: History, lines: pd.DataFrame) -> pd.DataFrame:
    coding = history.coding.set_index("case_id").loc[lines["case_id"]]
    return pd.DataFrame(
        {
            "type": lines["type"].to_numpy(),
            "era": [era_name(day.year) for day in lines["day"]],
            "frame": coding["sampled_via"].to_numpy(),
            "confidence": coding["confidence"].to_numpy(),
            "moment": np.where(lines["case_id"].duplicated(), "anniversary", "start"),
        }
    )


def _is_scored(states: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether any of a forecast's horizons, (n, n_horizons), is scored."""
    return np.asarray((states >= 0).any(axis=1))


def _by_case(case_id: "pd.Series[str]", scored: NDArray[np.bool_]) -> NDArray[np.float64]:
    """One per case, spread evenly over its scored forecasts; 0 for the rest."""
    each = pd.Series(scored.astype(np.float64), index=case_id.index)
    return np.asarray(each / each.groupby(case_id).transform("sum").clip(lower=1.0), dtype=np.float64)
