"""Forecast origins of the backtest, their observed outcomes and their weights."""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from forecasting.forecasts.fit import start_covariates
from forecasting.forecasts.training import ERA_YEARS
from forecasting.record.history import History
from forecasting.record.months import completed_months_array
from forecasting.record.panel import landmarks, spells
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.scores.weights import case_weights
from forecasting.store.errors import UsageError

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Weights = Literal["case", "forecast", "start"]
WEIGHTS: tuple[Weights, ...] = ("case", "forecast", "start")
SCORED = (12, 24, 36, 60, 120)
SCORED_MODELS = ("primary", "primary_hindsight", "base_rate", "type_base_rate")
ONGOING_STATE = len(CAUSES)


@dataclass(frozen=True)
class Origins:
    """Forecast origins: pairs of a case and a day on which it is forecast.

    Parameters
    ----------
    lines : pandas.DataFrame of n rows
        `case_id`, `day` (date), `age_months`, `gap_months` (0) and the covariates of the base rates.
    states : numpy.ndarray of shape (n, n_horizons)
        Observed state at each horizon of `SCORED`, numbered as `vocabulary.STATES`; -1 where it is not observed.
    group : numpy.ndarray of shape (n,)
        Number of the component of related cases.
    last : numpy.ndarray of shape (n,)
        Month after the origin, from 1, of the case's end or last sight.
    cause : numpy.ndarray of shape (n,)
        0 for censored, k for the k-th of `CAUSES`.
    traits : pandas.DataFrame of n rows
        `type`, `era` of the origin, `frame` (how the case was sampled), `confidence` of the coding and `moment` (start
        or anniversary), by which skill is broken down. No model uses them.

    Examples
    --------
    >>> states = observed_states([0, 12], [30, 30], [2, 2])
    >>> numbers = np.array([30, 18])
    >>> pair = Origins(pd.DataFrame({"case_id": ["a", "a"]}), states, np.zeros(2), numbers, numbers, pd.DataFrame())
    >>> pair.weights().tolist()
    [0.5, 0.5]
    """

    lines: pd.DataFrame
    states: Integers
    group: Integers
    last: Integers
    cause: Integers
    traits: pd.DataFrame

    @property
    def weight(self) -> NDArray[np.float64]:
        """The registered weights, (n,): one per case, divided equally among its scored forecasts."""
        return self.weights("case")

    def select(self, chosen: Flags) -> "Origins":
        """The origins flagged by `chosen` (n,)."""
        return replace(
            self,
            lines=self.lines[chosen].reset_index(drop=True),
            states=self.states[chosen],
            group=self.group[chosen],
            last=self.last[chosen],
            cause=self.cause[chosen],
            traits=self.traits[chosen].reset_index(drop=True),
        )

    def is_scored(self, horizon: int | None = None) -> Flags:
        """Flags, (n,), of the forecasts whose state is observed at a horizon or, by default, at any."""
        column = slice(None) if horizon is None else [SCORED.index(horizon)]
        return np.asarray((self.states[:, column] >= 0).any(axis=1))

    def weights(self, scheme: Weights = "case", horizon: int | None = None) -> NDArray[np.float64]:
        """Weight of each forecast.

        Parameters
        ----------
        scheme : {"case", "forecast", "start"}
            `case`: one per case, spread evenly over its scored forecasts, as registered; it favours cases that ended
            early. `forecast`: one each. `start`: one for the forecast of a case's first public day, 0 for the others.
        horizon : int, optional
            Months; a forecast is scored if its state is observed there. By default, if it is observed at any horizon.

        Returns
        -------
        numpy.ndarray of shape (n,)
            0 where the forecast is not scored.

        Raises
        ------
        UsageError
            For another scheme.
        """
        scored = self.is_scored(horizon)
        if scheme == "case":
            return case_weights(self.lines["case_id"], scored)
        if scheme == "forecast":
            return np.asarray(scored, dtype=np.float64)
        if scheme == "start":
            return np.asarray(scored & (self.traits["moment"] == "start").to_numpy(), dtype=np.float64)
        raise UsageError(f"expected weights out of {', '.join(WEIGHTS)}, got {scheme!r}; `case` is the registered one")


def observed_states(age_months: ArrayLike, exit_month: ArrayLike, cause: ArrayLike) -> Integers:
    """Observed state of a case at each horizon of `SCORED` after an origin.

    Parameters
    ----------
    age_months : array_like of shape (n,)
        Age of the case at the origin, in months.
    exit_month : array_like of shape (n,)
        Month of age in which the case ended or was last seen.
    cause : array_like of shape (n,)
        0 for censored, k for a case that ended by the k-th of `CAUSES`.

    Returns
    -------
    numpy.ndarray of shape (n, n_horizons)
        `ONGOING_STATE` where the case was observed beyond the horizon, else the cause numbered from 0, or -1 where the
        case was last seen before the horizon.

    Examples
    --------
    >>> observed_states([0, 0], [30, 30], [2, 0]).tolist()
    [[3, 3, 1, 1, 1], [3, 3, -1, -1, -1]]
    """
    age, last, ended_by = (np.asarray(part, dtype=np.int64)[:, None] for part in (age_months, exit_month, cause))
    ended = np.where(ended_by > 0, ended_by - 1, -1)
    return np.where(last > age + np.asarray(SCORED), ONGOING_STATE, ended)


def origins(history: History, target: str = TARGETS[0], stale_alive: bool = False) -> Origins:
    """Origins of the headline population: the first public day and the anniversaries of each case under observation.

    Parameters
    ----------
    history : History
        The record as known on its day; the outcomes observed by then score the backtest.
    target : {"concluded", "in_force"}
        What counts as formalized.
    stale_alive : bool
        Whether a case not known to have ended counts as observed to the record's end, and not to its last sight only.

    Returns
    -------
    Origins
        In the order of the cases and, within a case, of the days.

    Raises
    ------
    UsageError
        For another target.

    References
    ----------
    van Houwelingen, H. C. (2007). Dynamic prediction by landmarking in event history analysis. Scandinavian Journal of
    Statistics 34:70-85.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = origins(load_history())
    >>> found.states.shape == (len(found.lines), len(SCORED))
    True
    """
    core = spells(history, target)
    marks = landmarks(core)
    starts = core.starts.iloc[marks.case].reset_index(drop=True)
    to_end = completed_months_array((pd.Timestamp(history.as_of) - core.starts["start_date"]).dt.days.to_numpy()) + 1
    end = np.where((core.cause == 0) & stale_alive, to_end, core.exit)
    last, cause = end[marks.case], core.cause[marks.case]
    lines = start_covariates(starts).assign(
        case_id=starts["case_id"], day=[day.item() for day in marks.day], age_months=marks.age, gap_months=0
    )
    states = observed_states(marks.age, last, cause)
    return Origins(lines, states, core.group[marks.case], last - marks.age, cause, _traits(history, lines))


def era_name(year: int) -> str:
    """The span of 25 years that contains a year.

    >>> era_name(1985)
    '1975-1999'
    """
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
