"""Rows written into an overlay, and what they do to the forecast of their case: the number without and with them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.artefacts.session import is_at_hand, require_artefacts, shared_fit
from forecasting.artefacts.store import ARTEFACTS
from forecasting.forecasts import forecast, open_cases
from forecasting.forecasts.uncertain import MARGINAL
from forecasting.models import DEFAULT, FIRST, HEADLINE
from forecasting.record.corrections import row_keys
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons, parse_day
from forecasting.record.overlays import Folders, hashes_told
from forecasting.record.own_rows import Kept, Rows, keep_rows
from forecasting.record.panel import check_choice
from forecasting.record.reading import RawRecord
from forecasting.record.recoding import for_case
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError

SHOWN: Final = (*DEFAULT, FIRST)
"""Models that a session has; where they are not at hand the headline alone is fitted."""
LEAST_POINTS: Final = 0.05
STILL: Final = "the headline does not move: it reads where a case stands on the two ladders and a few facts of it"
AS_STEP: Final = "`forecasting step` says what the act means for a ladder"
COLUMNS: Final = ("horizon", "cause", "before", "after", "points")


@dataclass(frozen=True)
class Effect:
    """What was written into an overlay, and what it does to the headline of its case.

    Attributes
    ----------
    case_id : str
        The case, or empty where the rows are of several or of none.
    as_of : date
        The day of both forecasts: the end of the record with the rows.
    table : pandas.DataFrame
        `horizon`, `cause` (a state), `before` and `after` (probability without and with the rows, as of that day), and
        `points` (of 100) between them. Empty where there is no forecast.
    reason : str
        Why there is none, or empty.
    by_look : pandas.DataFrame
        The table for the part of the rows that says that somebody looked until a later day. Empty where they say no
        such thing, or nothing else.
    looked_until : date or None
        Day until which somebody looked at the case.
    files : tuple of Path
        Files written.
    rows : mapping of str to sequence of mappings
        Rows written, by table.
    hashes : dict
        Hashes of the record and of the overlays.
    """

    case_id: str
    as_of: date
    table: pd.DataFrame
    reason: str
    by_look: pd.DataFrame
    looked_until: date | None
    files: tuple[Path, ...]
    rows: Rows
    hashes: Mapping[str, Any]

    def to_frame(self) -> pd.DataFrame:
        """The table in per cent: a row for each horizon, and before, after and points of each state."""
        shown = self.table.assign(before=100 * self.table["before"], after=100 * self.table["after"])
        wide = shown.pivot(index="horizon", columns="cause", values=["before", "after", "points"])
        order = [(name, state) for state in STATES for name in ("before", "after", "points")]
        wide = wide[order].round(1)
        wide.columns = pd.MultiIndex.from_tuples([(state, name) for name, state in order])
        return wide

    def as_dict(self) -> dict[str, Any]:
        """All of it as plain values, for JSON."""
        return {
            "case_id": self.case_id,
            "as_of": self.as_of.isoformat(),
            "looked_until": self.looked_until and self.looked_until.isoformat(),
            "reason": self.reason,
            "effect": self.table.to_dict(orient="records"),
            "by_look": self.by_look.to_dict(orient="records"),
            "files": [str(path) for path in self.files],
            "rows": {name: [dict(row) for row in rows] for name, rows in self.rows.items()},
            **self.hashes,
        }

    @property
    def moves(self) -> bool:
        """Whether any number moves by a twentieth of a point."""
        return bool((self.table["points"].abs() >= LEAST_POINTS).any())

    def notes(self) -> list[str]:
        """What is to be said below the table."""
        told = []
        if not self.table.empty and not self.moves:
            told.append(f"{STILL}; {AS_STEP}" if self.rows.get("events") and not self.rows.get("ladders") else STILL)
        if not self.by_look.empty:
            told.append(self._by_look())
        if self.looked_until:
            further = "" if self.rows.get("looked") else "; `forecasting looked` says that it was further"
            told.append(f"acts looked for until {self.looked_until}{further}")
        return told

    def _by_look(self) -> str:
        """What of the movement comes from having looked until a later day, within the longest horizon."""
        last = self.by_look[self.by_look["horizon"] == self.by_look["horizon"].max()].set_index("cause")["points"]
        moved = ", ".join(f"{state} {last[state]:+.1f}" for state in STATES)
        return (
            f"the rows also say that you looked until {self.looked_until} (looked.csv), and so that no ending came "
            f"before: that alone moves, within {self.by_look['horizon'].max()} months, {moved}"
        )

    def __str__(self) -> str:
        top = f"{self.case_id or 'several cases'} as of {self.as_of}, by the headline, in per cent"
        body = self.reason if self.table.empty else self.to_frame().to_string(float_format=lambda value: f"{value:.1f}")
        return "\n".join([top, body, *self.notes()])

    def _repr_html_(self) -> str:
        body = f"<p>{escape(self.reason)}</p>" if self.table.empty else self.to_frame().to_html()
        top = f"{self.case_id or 'several cases'} as of {self.as_of}, by the headline, in per cent"
        return f"<p>{escape(top)}</p>{body}" + "".join(f"<p>{escape(one)}</p>" for one in self.notes())


def keep(
    make: Callable[[RawRecord], Rows],
    overlay: Folders,
    case_id: str = "",
    *,
    data: str | Path | None = None,
    artefacts: str | Path | None = ARTEFACTS,
    horizons: Sequence[int] = HORIZONS,
    formal: str = TARGETS[0],
) -> Effect:
    """Write rows into an overlay and say what they do to the forecast of their case.

    Parameters
    ----------
    make : callable
        Makes the rows of the record with the overlays; see `record.own_rows.keep_rows`.
    overlay : path or sequence of paths
        Folders of overlays; the rows go to the last.
    case_id : str
        The case; by default that of the rows.
    data : path, optional
        Folder of the record; by default the one shipped.
    artefacts : path, optional
        Folder of fitted models.
    horizons : sequence of int
        Months after the day, 1 to 120.
    formal : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Effect
        Of the rows.
    """
    months = check_horizons(horizons)
    check_choice(formal, "forward")
    require_artefacts(artefacts)
    kept = keep_rows(make, overlay, data)
    own = case_id or _case_of(kept)
    after = History(kept.after.data_end, kept.after)
    before = _until(kept.before, after.as_of)
    says_more = any(rows for name, rows in kept.rows.items() if name not in ("looked", "sources"))
    is_told = bool(kept.rows.get("looked")) and says_more and bool(own)
    histories = [before, after, *([_looked_alone(before, after, own)] if is_told else [])]
    said, reason = _said(histories, own, months, formal, artefacts)
    nothing = pd.DataFrame(columns=list(COLUMNS))
    table, by_look = (_moved(said[0], said[k]) if len(said) > k else nothing for k in (1, 2))
    outcomes = kept.after.tables["outcomes"].cells
    days = outcomes.loc[outcomes["case_id"] == own, "looked_until"]
    until = parse_day(days.max()) if len(days) else None
    return Effect(own, after.as_of, table, reason, by_look, until, kept.files, kept.rows, hashes_told(kept.after))


def _case_of(kept: Kept) -> str:
    """The one case that the rows are of; empty where they are of several or none."""
    events = kept.after.tables["events"].cells
    cases = {row["case_id"] for rows in kept.rows.values() for row in rows if row.get("case_id")}
    for row in kept.rows.get("corrections", ()):
        if row["table"] == "events":
            cases |= set(events.loc[events["event_id"] == row["row_key"], "case_id"])
        elif row["table"] == "claims":
            cases |= set(events.loc[events["claim_id"] == row["row_key"], "case_id"])
        elif row["row_key"] in set(row_keys(kept.after.tables[row["table"]])):
            cases.add(row["row_key"].split("/")[0])
    return cases.pop() if len(cases) == 1 else ""


def _looked_alone(before: History, after: History, case_id: str) -> History:
    """The history without the rows, but that somebody looked at the case as long as with them."""
    table = before.record.tables["outcomes"]
    theirs = after.record.tables["outcomes"].cells
    own, cells = theirs[theirs["case_id"] == case_id].set_index("target"), table.cells.copy()
    for line in cells.index[cells["case_id"] == case_id]:
        for name in ("looked_until", "last_observed_date"):
            cells.loc[line, name] = own.loc[cells.loc[line, "target"], name]
    digest = hashlib.sha256(f"{before.sha256} looked as {after.sha256}".encode()).hexdigest()
    tables = {**before.record.tables, "outcomes": replace(table, cells=cells)}
    learned = before.record.learned if before.record.overlays else before.record
    return History(before.as_of, replace(before.record, tables=tables, sha256=digest, learned=learned))


def _said(
    histories: Sequence[History], case_id: str, months: tuple[int, ...], formal: str, artefacts: str | Path | None
) -> tuple[list[pd.Series], str]:
    """Every state at every horizon by each history, or why there is none."""
    if not case_id:
        return [], "the rows are not of one case: ask for each with fc.ask(CASE, overlay=...)"
    said = []
    try:
        for whole in histories:
            history = for_case(whole, case_id)
            open_cases(history, [case_id], formal)
            names = SHOWN if is_at_hand(history, SHOWN, formal, artefacts) else (HEADLINE,)
            fitted = shared_fit(history, names, formal, artefacts).only(HEADLINE)
            rows = forecast(history, case_id, fitted=fitted, horizons=months)
            said.append(rows[rows["given"] == MARGINAL].set_index(["horizon", "cause"])["probability"])
    except UsageError as error:
        return [], str(error)
    if any(one.empty for one in said):
        return [], f"the headline gives no number for {case_id}: it lies outside its applicability domain"
    return said, ""


def _moved(before: pd.Series, after: pd.Series) -> pd.DataFrame:
    """Every state at every horizon without and with the rows, as of the same day."""
    table = pd.DataFrame({"before": before, "after": after}).reset_index()
    return table.assign(points=100 * (table["after"] - table["before"]))


def _until(record: RawRecord, day: date) -> History:
    """A record as of a later day than its end: what it has, with the time that went by."""
    if day <= record.data_end:
        return History(day, record)
    learned = record.learned if record.overlays else record
    digest = hashlib.sha256(f"{record.sha256} until {day}".encode()).hexdigest()
    return History(day, replace(record, data_end=day, sha256=digest, learned=learned))
