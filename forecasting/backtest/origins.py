"""Forecast origins of the backtest: days on which a case is forecast, and what is on record of its later windows."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.fit import start_covariates
from forecasting.forecasts.training import ERA_YEARS
from forecasting.record.files import results_table
from forecasting.record.history import History
from forecasting.record.months import completed_months, completed_months_array, deadline
from forecasting.record.panel import landmarks, spells
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import UsageError

Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Weights = Literal["forecast", "start"]
WEIGHTS: tuple[Weights, ...] = ("forecast", "start")
Sample = Literal["all", "development", "reserved", "fresh", "reserved and fresh"]
SAMPLES: dict[Sample, tuple[str, ...]] = {
    "all": (),
    "development": ("development",),
    "reserved": ("reserved",),
    "fresh": ("fresh",),
    "reserved and fresh": ("reserved", "fresh"),
}
"""Samples by name, each with its parts of `evaluation/split.csv`; of `all` they do not matter."""
FRESH: Final = "fresh"
PARTS = {"pilot": "development", "rest": "reserved", FRESH: FRESH}
SCORED = (12, 24, 36, 60, 120)
ONGOING_STATE = len(CAUSES)
PERIODS = {"before 1970": 0, "1970-1989": 1970, "1990-2010": 1990, "since 2011": 2011}
"""Periods by name, each with its first year (`data/REGISTRATION.md`); a period ends where the next begins."""


@dataclass(frozen=True)
class Origins:
    """Forecast origins: pairs of a case and a day on which it is forecast.

    Parameters
    ----------
    lines : pandas.DataFrame of n rows
        `case_id`, `day` of the forecast, `seen` (day of the last sight), `age_months` then, `gap_months` from then to
        the forecast, `looked_months` of it in which somebody looked, `recorded_months` from the last sight to the
        record's end, and the covariates of the base rates.
    states : numpy.ndarray of shape (n, n_horizons)
        State on record at each horizon of `SCORED`, numbered as `vocabulary.STATES`; -1 where the window is not over by
        the record's end. A case of which no ending is on record goes on.
    group : numpy.ndarray of shape (n,)
        Number of the component of related cases.
    last : numpy.ndarray of shape (n,)
        Month after the forecast day, from 1, of the case's end, or of the record's end.
    cause : numpy.ndarray of shape (n,)
        0 for going on, k for the k-th of `CAUSES`.
    traits : pandas.DataFrame of n rows
        `type`, `period` of the forecast, `confidence` of the coding, `moment` (start or anniversary) and `part` of the
        cases (development, reserved or fresh), by which skill is broken down. No model uses them.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = origins(load_history())
    >>> found.states.shape == (len(found.lines), len(SCORED))
    True
    """

    lines: pd.DataFrame
    states: Integers
    group: Integers
    last: Integers
    cause: Integers
    traits: pd.DataFrame

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
        """Flags, (n,), of the forecasts whose window is over at a horizon or, by default, at any."""
        column = slice(None) if horizon is None else [SCORED.index(horizon)]
        return np.asarray((self.states[:, column] >= 0).any(axis=1))

    def weights(
        self, scheme: Weights = "forecast", horizon: int | None = None, sample: Sample = "all"
    ) -> NDArray[np.float64]:
        """Weight of each forecast.

        Parameters
        ----------
        scheme : {"forecast", "start"}
            `forecast`: one each, as registered. `start`: one for the forecast of a case's first public day, 0 for the
            others.
        horizon : int, optional
            Months; a forecast is scored if its window is over. By default, if that of any horizon is.
        sample : {"all", "development", "reserved", "fresh", "reserved and fresh"}
            Part of the cases, see `evaluation/split.csv`.

        Returns
        -------
        numpy.ndarray of shape (n,)
            0 where the forecast is not scored.

        Raises
        ------
        UsageError
            For another scheme or sample.
        """
        if scheme not in WEIGHTS:
            raise UsageError(f"expected weights out of {', '.join(WEIGHTS)}, got {scheme!r}")
        if sample not in SAMPLES:
            raise UsageError(f"expected a sample out of {', '.join(SAMPLES)}, got {sample!r}")
        scored = self.is_scored(horizon)
        if scheme == "start":
            scored &= (self.traits["moment"] == "start").to_numpy()
        if SAMPLES[sample]:
            scored &= self.traits["part"].isin(SAMPLES[sample]).to_numpy()
        return scored.astype(np.float64)

    def samples(self) -> tuple[Sample, ...]:
        """Samples of which a forecast of every part is scored."""
        scored = set(self.traits["part"][self.is_scored()])
        return tuple(sample for sample, parts in SAMPLES.items() if scored.issuperset(parts))

    def fresh_cases(self) -> tuple[str, ...]:
        """Cases coded for the fresh test of the second registration, in their order."""
        return tuple(dict.fromkeys(self.lines["case_id"][self.traits["part"] == FRESH]))


def origins(history: History, target: str = TARGETS[0]) -> Origins:
    """Origins of the headline population: the first public day and the anniversaries of each case under observation.

    Parameters
    ----------
    history : History
        The record as known on its day; the outcomes on record by then score the backtest.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Origins
        In the order of the cases and, within a case, of the days. A case is seen on the day of its origin.

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
    >>> set(origins(load_history()).lines["gap_months"])
    {0}
    """
    core = spells(history, target)
    marks = landmarks(core)
    starts = core.starts.iloc[marks.case].reset_index(drop=True)
    days = [day.item() for day in marks.day]
    cause, whole = core.cause[marks.case], completed_months_array(
        (pd.Timestamp(history.as_of) - core.starts["start_date"]).dt.days.to_numpy()
    )  # fmt: skip
    end = np.where(cause > 0, core.exit[marks.case], whole[marks.case] + 1)
    lines = start_covariates(starts).assign(
        case_id=starts["case_id"], day=days, seen=days, age_months=marks.age, gap_months=0, looked_months=0,
        recorded_months=[completed_months(day, history.as_of) for day in days],
    )  # fmt: skip
    last = end - marks.age
    states = states_on_record(days, last, cause, history.as_of)
    return Origins(lines, states, core.group[marks.case], last, cause, _traits(history, lines))


def states_on_record(days: list[date], last: Integers, cause: Integers, end: date) -> Integers:
    """State at each horizon of `SCORED` after forecast days, as on record on a day.

    Parameters
    ----------
    days : list of date
        n forecast days.
    last : numpy.ndarray of shape (n,)
        Month after the forecast day in which the case ended; from 0 down where it had ended before.
    cause : numpy.ndarray of shape (n,)
        0 for going on, k for a case that ended by the k-th of `CAUSES`.
    end : date
        Day of the record; a window that is over later is not scored.

    Returns
    -------
    numpy.ndarray of shape (n, n_horizons)
        `ONGOING_STATE`, the cause numbered from 0, or -1 where the window is not over.

    Examples
    --------
    >>> day = date(2000, 1, 1)
    >>> states_on_record([day, day], np.array([30, 400]), np.array([2, 0]), date(2004, 6, 1)).tolist()
    [[3, 3, 1, -1, -1], [3, 3, 3, -1, -1]]
    """
    over = np.array([[deadline(day, horizon) <= end for horizon in SCORED] for day in days]).reshape(-1, len(SCORED))
    ended = (cause > 0)[:, None] & (last[:, None] <= np.asarray(SCORED))
    return np.where(over, np.where(ended, cause[:, None] - 1, ONGOING_STATE), -1)


def era_name(year: int) -> str:
    """The span of 25 years that contains a year.

    >>> era_name(1985)
    '1975-1999'
    """
    first = year // ERA_YEARS * ERA_YEARS
    return f"{first}-{first + ERA_YEARS - 1}"


def period_name(year: int) -> str:
    """The registered period that contains a year.

    >>> period_name(1969), period_name(2011)
    ('before 1970', 'since 2011')
    """
    return [name for name, first in PERIODS.items() if year >= first][-1]


def _traits(history: History, lines: pd.DataFrame) -> pd.DataFrame:
    coding = history.coding.set_index("case_id").loc[lines["case_id"]]
    return pd.DataFrame(
        {
            "type": lines["type"].to_numpy(),
            "period": [period_name(day.year) for day in lines["day"]],
            "confidence": coding["confidence"].to_numpy(),
            "moment": np.where(lines["case_id"].duplicated(), "anniversary", "start"),
            "part": _parts(history, lines["case_id"]),
        }
    )


def _parts(history: History, case_ids: "pd.Series[str]") -> list[str]:
    """Part of each case; one that the split does not name, such as a case of the user's own, is in none."""
    path = history.record.folder / EVALUATION / "split.csv"
    if not path.is_file():
        return [""] * len(case_ids)
    split = results_table(path, ("case_id", "half")).set_index("case_id")["half"].map(PARTS)
    return list(case_ids.map(split).fillna(""))
