"""What the models said of past cases, made as of then, and what came: kept in a file, shown beside a forecast."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import SCORED, Backtest
from forecasting.forecasts.forecast import LEVEL
from forecasting.record.history import History
from forecasting.record.months import DAYS_PER_MONTH, deadline
from forecasting.record.panel import spells
from forecasting.record.reads import note_file
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES, TARGETS
from forecasting.scores.resampling import draw_groups, interval_around, number_groups
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole

FILE: Final = "track_record.csv"
MODELS: Final = ("primary", "base_rate")
CHANCES: Final = tuple(f"{model}_{cause}" for model in MODELS for cause in CAUSES)
COLUMNS: Final = ("case_id", "as_of", "age_months", "horizon", *CHANCES, "state", "known_date")
FEWEST_CASES: Final = 10
DIGITS: Final = 4


@dataclass(frozen=True)
class Kept:
    """Past forecasts of one record under one target; `lines` has the columns `COLUMNS`, days as timestamps.

    `lines` is None, and `missing` says why, where none are kept that fit.
    """

    lines: pd.DataFrame | None
    missing: str


@dataclass(frozen=True)
class TrackRecord:
    """`n` past forecasts by `model` like one, of `n_cases` cases: the mean it `said` and the share that `came`.

    `lower` and `upper` bound that share, by a bootstrap of related cases at `level`; all NaN where `few`, that is where
    they come from fewer than ten cases. `beside`: the mean that the base rate said of the same ones.
    """

    model: str
    n: int
    n_cases: int
    said: float
    beside: float
    came: float
    lower: float
    upper: float
    level: float
    few: bool


def past_forecasts(scored: Backtest, history: History, target: str = TARGETS[0]) -> pd.DataFrame:
    """Every scored forecast of a rolling backtest of `history`, one row per horizon, columns `COLUMNS`.

    `known_date` is the day on which its deadline had passed and its `state` was known, so that on an earlier day
    nobody can have known how good the forecast was.
    """
    lines = scored.origins.lines
    pieces = []
    for column, horizon in enumerate(SCORED):
        states = scored.origins.states[:, column]
        chances = {
            f"{model}_{cause}": scored.probabilities[model][:, k, column].round(DIGITS)
            for model in MODELS
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
    return table.assign(known_date=_known_dates(table, history, target))[list(COLUMNS)]


def _known_dates(table: pd.DataFrame, history: History, target: str) -> NDArray[np.datetime64]:
    outcomes = history.outcomes[history.outcomes["target"] == target].set_index("case_id")
    case = table["case_id"]
    start = history.cases.set_index("case_id")["start_date"].loc[case].to_numpy().astype("datetime64[D]")
    full = np.ceil((table["age_months"] + table["horizon"]).to_numpy() * DAYS_PER_MONTH).astype("timedelta64[D]")
    calendar = [deadline(day.date(), int(months)) for day, months in zip(table["as_of"], table["horizon"], strict=True)]
    passed = np.maximum(start + full, np.array(calendar, dtype="datetime64[D]"))
    ending, seen = (
        outcomes[name].loc[case].to_numpy().astype("datetime64[D]") for name in ("end_known_date", "last_seen")
    )
    unsaid = (table["state"] == ONGOING).to_numpy() & (seen >= passed)
    return np.where(unsaid, passed, np.maximum(passed, ending))


def write_track_record(path: Path, scored: Backtest, history: History, target: str = TARGETS[0]) -> None:
    """Write the past forecasts to `path`, and beside it, as .json, the hash of the record and the target they hold for.

    Raises `UsageError` for a design other than rolling, whose models alone know no more than was known.
    """
    check_kept(scored.design)
    table = past_forecasts(scored, history, target)
    text = table.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n")
    about = {"record_sha256": history.sha256, "design": scored.design, "target": target, "n": len(table)}
    write_whole({path: text.encode(), path.with_suffix(".json"): (json.dumps(about, indent=1) + "\n").encode()})


def check_kept(design: str) -> None:
    """`UsageError` for a design whose forecasts cannot be kept as a track record."""
    if design != "rolling":
        raise UsageError(f"wanted --design rolling to keep forecasts with --out; came {design!r}")


def read_track_record(history: History, target: str = TARGETS[0]) -> Kept:
    """The forecasts kept in the record's folder, if they are of this very record and target."""
    path = history.record.folder / FILE
    note_file(FILE)
    if not path.is_file() or not path.with_suffix(".json").is_file():
        return Kept(None, "none are kept with this record")
    about = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    if about.get("record_sha256") != history.sha256:
        return Kept(None, "those kept were made from another state of the record")
    if about.get("target") != target:
        return Kept(None, f"those kept are for the target {about.get('target')}")
    return Kept(pd.read_csv(path, parse_dates=["as_of", "known_date"]), "")


def track_record(
    kept: pd.DataFrame,
    history: History,
    model: str,
    horizon: int,
    age_months: int,
    band: tuple[float, float],
    cause: str = CAUSES[0],
    target: str = TARGETS[0],
) -> TrackRecord:
    """How past forecasts like one have done, as far as it was known on the history's day.

    Like one: the same horizon; made at a case's start (younger than a year), or at an anniversary, as this one; and
    the chance of `cause` that `model` said lies in [band[0], band[1]).
    """
    known = kept[(kept["known_date"] <= pd.Timestamp(history.as_of)) & (kept["horizon"] == horizon)]
    said = known[f"{model}_{cause}"]
    alike = known[said.between(*band, inclusive="left") & ((known["age_months"] < 12) == (age_months < 12))]
    n_cases = alike["case_id"].nunique()
    if n_cases < FEWEST_CASES:
        none = float("nan")
        return TrackRecord(model, len(alike), n_cases, none, none, none, none, none, LEVEL, True)
    came = (alike["state"] == cause).to_numpy(np.float64)
    share, drawn = float(came.mean()), _replicates(came, _groups(alike["case_id"], history, target))
    lower, upper = interval_around(share, drawn, LEVEL)
    mean, beside = (float(alike[f"{name}_{cause}"].mean()) for name in (model, "base_rate"))
    return TrackRecord(model, len(alike), n_cases, mean, beside, share, lower, upper, LEVEL, False)


def _groups(case_ids: "pd.Series[str]", history: History, target: str) -> NDArray[np.int64]:
    """Component of each case as known on the day; a case without one stands for itself."""
    core = spells(history, target)
    component = dict(zip(core.case_ids, core.group, strict=True))
    return pd.factorize(np.array([str(component.get(case, case)) for case in case_ids], dtype=object))[0]


def _replicates(came: NDArray[np.float64], group: NDArray[np.int64]) -> NDArray[np.float64]:
    """Share that came when whole groups are drawn anew, (n_replicates,)."""
    codes, n_groups = number_groups(group, np.ones(len(came), dtype=np.bool_))
    draws = draw_groups(n_groups)
    return np.asarray((draws @ np.bincount(codes, came, n_groups)) / (draws @ np.bincount(codes, minlength=n_groups)))
