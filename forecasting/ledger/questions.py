"""Forecast tables as the content of entries, and the entries of a ledger as one table of questions."""

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.uncertain import MARGINAL
from forecasting.ledger.chain import Chain, read_chain
from forecasting.ledger.entries import VOID, Issue, Resolution, Retraction
from forecasting.record.forms import SLUG
from forecasting.record.months import check_horizons, parse_day
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES
from forecasting.store.errors import UsageError, shown

Floats = NDArray[np.float64]

REFERENCE = "base_rate"
DECIMALS = 5
BOUND_DECIMALS = 3
SUM_TOLERANCE = 1e-6
QUESTION = "How will CASE stand on DEADLINE: formalized (TARGET), collapsed, faded, or still ongoing?"
RULE = (
    "CAUSE is the state on DEADLINE if the row of CASE and TARGET in outcomes.csv has that cause and an end_date up to "
    "DEADLINE; ongoing if it has no such end_date and a later end_date, or a last_observed_date on DEADLINE or later; "
    "void if the record no longer holds the case or the target, or says that on as_of the case was not known or was "
    "known to have ended"
)


@dataclass(frozen=True)
class Block:
    """Forecasts of one model as arrays; `probability`, `lower`, `upper` have shape (n_cases, n_horizons, n_states)."""

    case_ids: tuple[str, ...]
    horizons: tuple[int, ...]
    level: float
    as_of: str
    probability: Floats
    lower: Floats
    upper: Floats

    def only(self, cases: tuple[str, ...]) -> "Block":
        """The forecasts of some of the cases."""
        lines = [self.case_ids.index(case) for case in cases]
        parts = {name: getattr(self, name)[lines] for name in ("probability", "lower", "upper")}
        return replace(self, case_ids=cases, **parts)


def blocks(table: pd.DataFrame) -> dict[str, Block]:
    """The marginal forecasts of each model in a forecast table.

    Parameters
    ----------
    table
        Forecast table as of one day: for each model every state of every case at every horizon once, with
        probabilities that sum to 1 (to 1e-6) and lie within their bounds.

    Returns
    -------
    dict of Block
        By model; cases and horizons in order.

    Raises
    ------
    UsageError
        The table is not of this form.
    """
    if not isinstance(table, pd.DataFrame) or tuple(table.columns) != FORECAST_COLUMNS:
        got = shown(list(table.columns)) if isinstance(table, pd.DataFrame) else shown(table)
        raise UsageError(
            f"expected a forecast table with the columns {', '.join(FORECAST_COLUMNS)}, got {got}; issue what "
            "forecast() returns"
        )
    rows = table[table["given"] == MARGINAL]
    for name in ("as_of", "level"):
        if rows[name].nunique() != 1:
            raise UsageError(
                f"expected a forecast table with one {name}, got {shown(list(rows[name].unique()))}; issue each apart"
            )
    parse_day(rows["as_of"].iloc[0])
    for case_id in rows["case_id"].unique():
        if not re.fullmatch(SLUG, str(case_id)):
            raise UsageError(f"expected the case_id of a case in the record, got {shown(case_id)}; correct it")
    return {str(model): _block(str(model), part) for model, part in rows.groupby("model", sort=False)}


def block_forecasts(block: Block, reference: Block | None, clusters: "pd.Series[str]") -> list[dict[str, Any]]:
    """The forecasts of an entry: 5 decimals (bounds: 3), summing to 1, with those of the reference if it is another."""
    point = rounded(block.probability)
    tables = {
        "probability": point,
        "lower": np.minimum(block.lower.clip(0.0, 1.0).round(BOUND_DECIMALS), point),
        "upper": np.maximum(block.upper.clip(0.0, 1.0).round(BOUND_DECIMALS), point),
        **({} if reference is None else {"reference": rounded(reference.probability)}),
    }
    return [
        {"case_id": case_id, "cluster_id": str(clusters[case_id])} | {name: t[i].tolist() for name, t in tables.items()}
        for i, case_id in enumerate(block.case_ids)
    ]


def rounded(probability: Floats) -> Floats:
    """Distributions rounded to 5 decimals, with the remainder added to the most probable state.

    Parameters
    ----------
    probability
        Probabilities that sum to 1 along the last axis, shape (..., n_states).

    Examples
    --------
    >>> rounded(np.array([0.333333, 0.333333, 0.333334, 0.0])).tolist()
    [0.33334, 0.33333, 0.33333, 0.0]
    """
    cut = probability.clip(0.0, 1.0).round(DECIMALS)
    likeliest = cut.argmax(axis=-1)[..., None]
    rest = 1.0 - cut.sum(axis=-1, keepdims=True)
    np.put_along_axis(cut, likeliest, (np.take_along_axis(cut, likeliest, -1) + rest).round(DECIMALS), -1)
    return cut


def question(case_id: str, target: str, deadline: object) -> str:
    """The question of a forecast in words.

    Parameters
    ----------
    case_id
        The case.
    target
        `concluded` or `in_force`.
    deadline
        Day on which the state is determined: as_of plus the horizon.

    Returns
    -------
    str
        A sentence that names the four states.

    Examples
    --------
    >>> question("new-start-post-expiry-2026", "concluded", "2027-02-05")
    'How will new-start-post-expiry-2026 stand on 2027-02-05: formalized (concluded), collapsed, faded, or still \
ongoing?'
    """
    return QUESTION.replace("CASE", case_id).replace("DEADLINE", str(deadline)).replace("TARGET", target)


def read(folder: Path | str) -> pd.DataFrame:
    """Every probability issued, with the resolution of its question.

    Parameters
    ----------
    folder
        The folder of the ledger.

    Returns
    -------
    DataFrame
        One row for each probability: the columns of a forecast table, and `entry` (file), `kind` (live or replay),
        `target`, `issued_on`, `deadline`, `reference` (probability of the base rate), `cluster_id`, `resolution` (a
        state, void, or empty while pending), `is_retracted` (0 or 1), `is_state_known` (0 for a case that nobody
        had seen for long on its as_of day).

    Raises
    ------
    LedgerError
        The ledger has faults.
    UsageError
        There is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history(as_of="2026-02-05")
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = issue(table, folder, history, as_replay=True, issued_on=history.as_of)
    ...     read(folder)[["case_id", "deadline", "resolution"]].drop_duplicates().to_numpy().tolist()
    [['new-start-post-expiry-2026', '2027-02-05', '']]
    """
    lines = question_lines(read_chain(folder))
    n = len(STATES)
    wide = lines.loc[lines.index.repeat(n)].reset_index(drop=True)
    points = {name: np.concatenate([*lines[name], []]) for name in ("probability", "lower", "upper", "reference")}
    wide = wide.assign(cause=list(STATES) * len(lines), given=MARGINAL, **points)
    extra = [
        "entry",
        "kind",
        "target",
        "issued_on",
        "deadline",
        "reference",
        "cluster_id",
        "resolution",
        "is_retracted",
        "is_state_known",
    ]
    return wide[[*FORECAST_COLUMNS, *extra]]


def question_lines(chain: Chain) -> pd.DataFrame:
    """One row for each model and question; `probability`, `lower`, `upper`, `reference` hold a value for each state."""
    settled, retracted = states_by_question(chain), retractions(chain)
    lines = []
    for link in chain.links:
        if not isinstance(entry := link.entry, Issue):
            continue
        as_of = entry.as_of.isoformat()
        common = {
            "entry": link.name, "kind": entry.kind, "model": entry.model, "target": entry.target,
            "as_of": as_of, "issued_on": entry.issued_on.isoformat(), "level": entry.level,
            "is_retracted": int(link.name in retracted),
        }  # fmt: skip
        for forecast in entry.forecasts:
            for i, horizon in enumerate(entry.horizons):
                key = (entry.target, forecast.case_id, as_of, horizon)
                rows = {name: getattr(forecast, name)[i] for name in ("probability", "lower", "upper")}
                question_of = {
                    "case_id": forecast.case_id, "cluster_id": forecast.cluster_id, "horizon": horizon,
                    "deadline": entry.deadlines[i].isoformat(), "resolution": settled.get(key, ""),
                    "is_state_known": int(forecast.case_id not in (entry.unknown or ())),
                }  # fmt: skip
                lines.append(common | rows | {"reference": forecast.base_rate[i]} | question_of)
    return pd.DataFrame(lines, columns=LINE_COLUMNS)


LINE_COLUMNS = (
    "entry", "kind", "model", "target", "as_of", "issued_on", "level", "is_retracted", "probability", "lower", "upper",
    "reference", "case_id", "cluster_id", "horizon", "deadline", "resolution", "is_state_known",
)  # fmt: skip


def states_by_question(chain: Chain) -> dict[tuple[str, str, str, int], str]:
    """The latest resolution of each question (target, case, as_of, horizon): a state, or void."""
    return {
        (each.target, each.case_id, each.as_of.isoformat(), horizon): each.state
        for link in chain.links
        if isinstance(link.entry, Resolution)
        for each in link.entry.resolutions
        for horizon in each.horizons
    }


def retractions(chain: Chain) -> dict[str, str]:
    """Reasons of retraction by the name of the retracted file."""
    return {e.retracts: e.reason for link in chain.links if isinstance(e := link.entry, Retraction)}


def settled_on(chain: Chain) -> str:
    """The end of the latest record used for resolution, ISO 8601; empty before the first resolution."""
    days = [link.entry.record_end.isoformat() for link in chain.links if isinstance(link.entry, Resolution)]
    return max(days, default="")


def is_scored(lines: pd.DataFrame, settled: str) -> "pd.Series[bool]":
    """True for each scored question: its deadline is not after the latest resolution, and it resolved to a state.

    An ending before the deadline waits for it: scored at once, endings would count earlier than survivals.
    """
    return (lines["deadline"] <= settled) & ~lines["resolution"].isin(["", VOID])


def _block(model: str, rows: pd.DataFrame) -> Block:
    horizons = check_horizons([int(month) for month in rows["horizon"].unique()])
    case_ids = tuple(sorted(rows["case_id"].unique()))
    grid = pd.MultiIndex.from_product([case_ids, horizons, STATES], names=["case_id", "horizon", "cause"])
    indexed = rows.set_index(["case_id", "horizon", "cause"])
    if len(indexed) != len(grid) or not indexed.index.sort_values().equals(grid.sort_values()):
        raise UsageError(
            f"expected every state of every case at every horizon once for {model}, got {len(rows)} rows; issue the "
            "whole table"
        )
    shape = (len(case_ids), len(horizons), len(STATES))
    ordered = indexed.loc[grid]
    point, low, high = (ordered[name].to_numpy(np.float64).reshape(shape) for name in ("probability", "lower", "upper"))
    _check_probabilities(model, case_ids, horizons, point, low, high)
    return Block(case_ids, horizons, float(rows["level"].iloc[0]), str(rows["as_of"].iloc[0]), point, low, high)


def _check_probabilities(
    model: str, case_ids: tuple[str, ...], horizons: tuple[int, ...], point: Floats, low: Floats, high: Floats
) -> None:
    total = point.sum(axis=-1)
    off = np.argwhere(~(np.abs(total - 1.0) <= SUM_TOLERANCE))
    outside = np.argwhere(
        ~((point >= -SUM_TOLERANCE) & (low <= point + SUM_TOLERANCE) & (point <= high + SUM_TOLERANCE))
    )
    for expected, places in (("sum to 1", off), ("lie within their bounds and are not below 0", outside)):
        if len(places):
            i, j = places[0][:2]
            raise UsageError(
                f"expected probabilities that {expected}, got {point[i, j].tolist()} of {model} for {case_ids[i]} at "
                f"{horizons[j]} months; correct the table"
            )
