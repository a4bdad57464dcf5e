"""Track record: past out-of-sample forecasts with their observed states, and those similar to a current forecast."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import SCORED, Backtest
from forecasting.backtest.origins import FRESH
from forecasting.forecasts import LEVEL
from forecasting.models import BASE_RATE, FIRST, HEADLINE, LADDER_MODEL
from forecasting.record.files import RESULTS, results_table
from forecasting.record.history import History
from forecasting.record.months import DAYS_PER_MONTH, deadline
from forecasting.record.panel import spells
from forecasting.record.reads import note_file
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES, TARGETS
from forecasting.scores.resampling import draw_groups, interval_around, number_groups
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole
from forecasting.store.values import Values

FILE: Final = f"{EVALUATION}/track_record.csv"
MODELS: Final = (HEADLINE, LADDER_MODEL, FIRST, BASE_RATE)
CHANCES: Final = tuple(f"{model}_{cause}" for model in MODELS for cause in CAUSES)
COLUMNS: Final = ("case_id", "as_of", "age_months", "horizon", *CHANCES, "state", "known_date")
ALWAYS: Final = tuple(name for name in COLUMNS if name not in CHANCES)
"""Columns that a track record has whichever models were scored."""
KEPT: Final = ("rolling", FRESH, "fresh_rolling")
"""Designs whose forecasts are kept one by one."""
FEWEST_CASES: Final = 10
DIGITS: Final = 4


class AboutTrackRecord(Values):
    """What the forecasts kept beside a record are of: its hash, the design, the target, and their number."""

    record_sha256: str
    design: str
    target: str
    n: int


@dataclass(frozen=True)
class PastForecasts:
    """Past forecasts of one record under one target.

    Attributes
    ----------
    lines : pandas.DataFrame or None
        Columns `COLUMNS`, days as timestamps; None where the record has none that fit.
    missing : str
        Reason why there are none, or empty.
    """

    lines: pd.DataFrame | None
    missing: str


@dataclass(frozen=True)
class TrackRecord:
    """Past forecasts similar to a current one, and their observed frequency.

    Parameters
    ----------
    model : str
        Model of the forecasts.
    n, n_cases : int
        Number of forecasts, and of their cases.
    mean_forecast, mean_base_rate : float
        Mean probabilities of the model and of the base rate.
    observed : float
        Observed frequency of the ending.
    lower, upper : float
        Its interval at `level`, from resampling whole components.
    level : float
        Level of the interval.
    few : bool
        Whether there are fewer than ten cases; the means, the frequency and its interval are NaN then.
    """

    model: str
    n: int
    n_cases: int
    mean_forecast: float
    mean_base_rate: float
    observed: float
    lower: float
    upper: float
    level: float
    few: bool


def past_forecasts(scored: Backtest, history: History, target: str = TARGETS[0]) -> pd.DataFrame:
    """Every scored forecast of a rolling backtest of `history`, one row per horizon, columns `COLUMNS`.

    A model that the backtest did not score has no columns.
    `known_date` is the first day by which the deadline had passed and the `state` was known: on an earlier day the
    forecast could not have been scored.
    """
    lines = scored.origins.lines
    models = [model for model in MODELS if model in scored.probabilities]
    pieces = []
    for column, horizon in enumerate(SCORED):
        states = scored.origins.states[:, column]
        chances = {
            f"{model}_{cause}": scored.probabilities[model][:, k, column].round(DIGITS)
            for model in models
            for k, cause in enumerate(CAUSES)
        }
        rows = lines[["case_id", "age_months"]].assign(
            as_of=pd.to_datetime(lines["day"]),
            horizon=horizon,
            **chances,
            state=np.asarray(STATES, dtype=object)[np.maximum(states, 0)],
        )
        pieces.append(rows[states >= 0])
    table = pd.concat(pieces).sort_values(["case_id", "as_of", "horizon"]).reset_index(drop=True)
    table = table.assign(known_date=_known_dates(table, history, target))
    return table[[name for name in COLUMNS if name in table]]


def _known_dates(table: pd.DataFrame, history: History, target: str) -> NDArray[np.datetime64]:
    outcomes = history.outcomes[history.outcomes["target"] == target].set_index("case_id")
    case = table["case_id"]
    start = history.cases.set_index("case_id")["start_date"].loc[case].to_numpy().astype("datetime64[D]")
    full = np.ceil((table["age_months"] + table["horizon"]).to_numpy() * DAYS_PER_MONTH).astype("timedelta64[D]")
    calendar = [deadline(day.date(), int(months)) for day, months in zip(table["as_of"], table["horizon"], strict=True)]
    passed = np.maximum(start + full, np.array(calendar, dtype="datetime64[D]"))
    ending = outcomes["end_known_date"].loc[case].to_numpy().astype("datetime64[D]")
    # A window without an ending on record is over once it has passed; an ending counts once it was known.
    is_going_on = (table["state"] == ONGOING).to_numpy()
    return np.where(is_going_on, passed, np.maximum(passed, ending)).astype("datetime64[us]")


def write_track_record(path: Path, scored: Backtest, history: History, target: str = TARGETS[0]) -> None:
    """Write the forecasts of a backtest that are kept one by one, with the hash of the record and the target beside.

    Parameters
    ----------
    path : Path
        The CSV file; the hash and the target go into the same path with the suffix .json.
    scored : Backtest
        Backtest of the record in a design out of `KEPT`; of those that never learn from the fresh cases, the forecasts
        of these alone are written.
    history : History
        The record.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Raises
    ------
    UsageError
        For another design, see `check_kept`.
    """
    check_kept(scored.design)
    table = past_forecasts(scored, history, target)
    if scored.design != "rolling":
        table = table[table["case_id"].isin(scored.origins.fresh_cases())]
    text = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    about = AboutTrackRecord(record_sha256=history.sha256, design=scored.design, target=target, n=len(table))
    write_whole({path: text.encode(), path.with_suffix(".json"): (about.model_dump_json(indent=1) + "\n").encode()})


def check_kept(design: str) -> None:
    """Check that the forecasts of a design are kept one by one.

    Parameters
    ----------
    design : str
        The design of a backtest.

    Raises
    ------
    UsageError
        For a design outside `KEPT`: only the rolling one knows no more than was known on the origin, and only the fresh
        ones have cases that no model learned from.

    Examples
    --------
    >>> check_kept("rolling")
    """
    if design not in KEPT:
        raise UsageError(
            f"expected --design {', '.join(KEPT[:-1])} or {KEPT[-1]} with --out, got {design!r}; the others know more "
            "than was known"
        )


def read_track_record(history: History, target: str = TARGETS[0]) -> PastForecasts:
    """Read the past forecasts beside a record.

    Parameters
    ----------
    history : History
        The record.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    PastForecasts
        Without lines, and with the reason, unless they are of this very record and target.
    """
    path = history.record.folder / FILE
    note_file(FILE)
    if not path.is_file() or not path.with_suffix(".json").is_file():
        return PastForecasts(None, "there is no track record beside this record")
    about = RESULTS.form(path.with_suffix(".json"), AboutTrackRecord)
    if about.record_sha256 != history.record_sha256:
        return PastForecasts(None, "the track record is of another state of the record")
    if about.target != target:
        return PastForecasts(None, f"the track record is for the target {about.target}")
    return PastForecasts(results_table(path, ALWAYS, parse_dates=["as_of", "known_date"]), "")


def headline_track_record(history: History, target: str = TARGETS[0]) -> PastForecasts:
    """The same, and without lines where they are not forecasts of the headline.

    Parameters
    ----------
    history : History
        The record.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    PastForecasts
        As of `read_track_record`.
    """
    found = read_track_record(history, target)
    if found.lines is not None and f"{HEADLINE}_{CAUSES[0]}" not in found.lines:
        return PastForecasts(None, "the track record has no forecasts of this model")
    return found


def track_record(
    past: pd.DataFrame,
    history: History,
    model: str,
    horizon: int,
    age_months: int,
    band: tuple[float, float],
    cause: str = CAUSES[0],
    target: str = TARGETS[0],
) -> TrackRecord:
    """Past forecasts similar to a current one whose state was known on the history's day.

    Parameters
    ----------
    past : pandas.DataFrame
        Past forecasts with the columns `COLUMNS`.
    history : History
        The record as of the day.
    model : str
        Model of the forecasts, out of `MODELS`.
    horizon : int
        Months; only forecasts of the same horizon count.
    age_months : int
        Age of the case. Below 12, forecasts at a case's start count; else those at an anniversary.
    band : tuple of float
        Forecasts count whose probability of `cause` is at least the first number and below the second.
    cause : {"formalized", "collapsed", "faded"}
        The ending.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    TrackRecord
        With NaN where there are fewer than ten cases.
    """
    known = past[(past["known_date"] <= pd.Timestamp(history.as_of)) & (past["horizon"] == horizon)]
    in_band = known[f"{model}_{cause}"].between(*band, inclusive="left")
    alike = known[in_band & ((known["age_months"] < 12) == (age_months < 12))]
    n_cases = alike["case_id"].nunique()
    if n_cases < FEWEST_CASES:
        none = float("nan")
        return TrackRecord(model, len(alike), n_cases, none, none, none, none, none, LEVEL, True)
    is_ended = (alike["state"] == cause).to_numpy(np.float64)
    observed, drawn = float(is_ended.mean()), _replicates(is_ended, _groups(alike["case_id"], history, target))
    lower, upper = interval_around(observed, drawn, LEVEL)
    mean, mean_base_rate = (float(alike[f"{name}_{cause}"].mean()) for name in (model, "base_rate"))
    return TrackRecord(model, len(alike), n_cases, mean, mean_base_rate, observed, lower, upper, LEVEL, False)


@dataclass(frozen=True)
class PastRange:
    """All past forecasts of one horizon and ending by a model.

    Attributes
    ----------
    n, n_cases : int
        Number of forecasts, and of their cases.
    least, most : float or None
        The lowest and the highest of them; None where there are none.
    """

    n: int
    n_cases: int
    least: float | None
    most: float | None


def past_range(past: pd.DataFrame, history: History, model: str, horizon: int, cause: str = CAUSES[0]) -> PastRange:
    """The range of the past forecasts whose state was known on the history's day.

    Parameters
    ----------
    past : pandas.DataFrame
        Past forecasts with the columns `COLUMNS`.
    history : History
        The record as of the day.
    model : str
        Model of the forecasts, out of `MODELS`.
    horizon : int
        Months.
    cause : {"formalized", "collapsed", "faded"}
        The ending.

    Returns
    -------
    PastRange
        Of every age.

    Examples
    --------
    >>> from forecasting import load_history
    >>> days = pd.to_datetime(["1990-01-01", "2100-01-01"])
    >>> past = pd.DataFrame(
    ...     {"case_id": ["a", "b"], "horizon": 60, "known_date": days, "ladder_formalized": [0.1, 0.9]}
    ... )
    >>> past_range(past, load_history(as_of="2026-02-05"), "ladder", 60)
    PastRange(n=1, n_cases=1, least=0.1, most=0.1)
    """
    known = past[(past["known_date"] <= pd.Timestamp(history.as_of)) & (past["horizon"] == horizon)]
    said = known[f"{model}_{cause}"]
    if not len(said):
        return PastRange(0, 0, None, None)
    return PastRange(len(said), known["case_id"].nunique(), float(said.min()), float(said.max()))


def _groups(case_ids: "pd.Series[str]", history: History, target: str) -> NDArray[np.int64]:
    """Component of each case as known on the day; a case without one is a component of its own."""
    core = spells(history, target)
    component = dict(zip(core.case_ids, core.group, strict=True))
    return pd.factorize(np.array([str(component.get(case, case)) for case in case_ids], dtype=object))[0]


def _replicates(is_ended: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Observed frequency with whole groups resampled, (n_replicates,)."""
    codes, n_groups = number_groups(group, np.ones(len(is_ended), dtype=np.bool_))
    draws, sizes = draw_groups(n_groups), np.bincount(codes, minlength=n_groups)
    return np.asarray((draws @ np.bincount(codes, is_ended, n_groups)) / (draws @ sizes))
