"""The record as it was known on a day. What became known later is not in the tables at all."""

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.record.cases import Appointment, CaseView, Event
from forecasting.record.checks import corrected_tables, require_valid
from forecasting.record.columns import typed
from forecasting.record.months import parse_day
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.reads import NOTHING, NotedMapping, Reads, columns_of, noting, recording, together
from forecasting.record.schema import CASES, TABLES
from forecasting.record.tracked import Tracked
from forecasting.record.vocabulary import TARGETS
from forecasting.store import package_data as places
from forecasting.store.errors import LeakageError, UsageError, shown

ENDING_FIELDS = ("cause", "end_date", "end_precision", "end_known_date", "fade", "concluded_date", "in_force_date",
                 "instrument", "successor", "aftermath")  # fmt: skip
LISTED_BY = {"events": ("case_id", "event_date", "event_id"), "calendar": ("case_id", "scheduled_date")}
LISTED_AS = {"actors": "actor", "targets": "target", "sources": "source_id"}


@dataclass(frozen=True)
class History:
    """The record as of a day; every table holds only rows known by then.

    `cases` (start known), `outcomes` (an ending shows once it is known; before that the case goes on), `events`
    (known, never the ending act), `calendar` (announced), `alternatives` (arguable by then), and the vocabularies
    `parties`, `sources`, `case_sources`, `coding`, `warheads` (years that have ended). Days are pandas timestamps.
    """

    as_of: date
    record: RawRecord = field(repr=False)

    def __post_init__(self) -> None:
        if self.as_of > self.record.data_end:
            raise LeakageError(
                f"wanted a day up to {self.record.data_end}, where the record ends (data_end); came {self.as_of}"
            )

    def at(self, day: date) -> "History":
        """The same record as of an earlier (or the same) day; a later one is a `LeakageError`.

        The day asked last is kept, with the tables made of it.
        """
        if day > self.as_of:
            raise LeakageError(f"wanted a day up to {self.as_of}, the as-of day of this history; came {day}")
        if day == self.as_of:
            return self
        found = self._earlier.get(day) or History(day, self.record)
        self._earlier.clear()
        self._earlier[day] = found
        return found

    @cached_property
    def _earlier(self) -> dict[date, "History"]:
        return {}

    @cached_property
    def _views(self) -> dict[tuple[str, str], CaseView]:
        return {}

    @property
    def sha256(self) -> str:
        """Hash of the whole record."""
        return self.record.sha256

    @cached_property
    def _tables(self) -> dict[str, Tracked]:
        day = pd.Timestamp(self.as_of)
        tables = self._typed()
        known: dict[str, Callable[[Tracked], Any]] = {
            "cases": lambda rows: rows["start_known_date"] <= day,
            "events": lambda rows: (_counts_from(rows) <= day) & (rows["is_ending"] == 0),
            "calendar": lambda rows: rows["announced_date"] <= day,
            "alternatives": lambda rows: rows["known_date"] <= day,
            "warheads": lambda rows: rows["year"] < day.year,
        }
        for name, rule in known.items():
            tables[name] = tables[name].where_known(rule)
        for name in ("outcomes", "events", "calendar", "alternatives", "coding", "case_sources"):
            tables[name] = tables[name].where_known(lambda rows: rows["case_id"].isin(set(tables["cases"]["case_id"])))
        tables["outcomes"] = _known_outcomes(tables["outcomes"], day)
        return tables

    def _typed(self) -> dict[str, Tracked]:
        """Every table in full, with the corrections made by the as-of day."""
        changed = corrected_tables(self.record, self.as_of.isoformat())
        corrections = (
            Reads() if self.record.tables["corrections"].cells.empty else together(*columns_of("corrections").values())
        )
        return {
            name: Tracked(
                typed(changed.get(name, raw).cells, raw.table),
                {column: together(own, corrections) for column, own in columns_of(name).items()},
            )
            for name, raw in self.record.tables.items()
        }

    @property
    def cases(self) -> pd.DataFrame:
        """Cases whose start was known."""
        return self._tables["cases"].handed_out()

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row per known case and target: the ending, if it was known, and `last_seen`."""
        return self._tables["outcomes"].handed_out()

    @property
    def events(self) -> pd.DataFrame:
        """Events that count on the as-of day."""
        return self._tables["events"].handed_out()

    @property
    def calendar(self) -> pd.DataFrame:
        """Announcements made by the as-of day."""
        return self._tables["calendar"].handed_out()

    @property
    def alternatives(self) -> pd.DataFrame:
        """Alternative codings that could be argued by the as-of day."""
        return self._tables["alternatives"].handed_out()

    @property
    def coding(self) -> pd.DataFrame:
        """How the known cases were found and coded; not for features."""
        return self._tables["coding"].handed_out()

    @property
    def parties(self) -> pd.DataFrame:
        """States and other actors."""
        return self._tables["parties"].handed_out()

    @property
    def sources(self) -> pd.DataFrame:
        """Sources of the record."""
        return self._tables["sources"].handed_out()

    @property
    def case_sources(self) -> pd.DataFrame:
        """Which sources a known case rests on."""
        return self._tables["case_sources"].handed_out()

    @property
    def warheads(self) -> pd.DataFrame:
        """Stockpiled warheads by state for the years that had ended."""
        return self._tables["warheads"].handed_out()

    def outcome(self, case_id: str, target: str = TARGETS[0]) -> "pd.Series[Any]":
        """The outcome row of a known case under `target`, as known."""
        rows = self.outcomes
        return rows[(rows["case_id"] == case_id) & (rows["target"] == target)].iloc[0]

    def case(self, case_id: str, target: str = TARGETS[0]) -> CaseView:
        """The case as known, last seen under `target`; `UsageError` if it is unknown or not yet known."""
        return self.case_views([case_id], target)[0]

    def case_views(self, case_ids: list[str], target: str = TARGETS[0]) -> list[CaseView]:
        """Several cases as known, in the order asked."""
        new = [case_id for case_id in dict.fromkeys(case_ids) if (case_id, target) not in self._views]
        if new:
            self._views.update({(view.case_id, target): view for view in self._viewed(new, target)})
        return [self._views[case_id, target] for case_id in case_ids]

    def _viewed(self, case_ids: list[str], target: str) -> list[CaseView]:
        tables = self._tables
        lines = tables["cases"].plain.set_index("case_id")
        for case_id in case_ids:
            if case_id not in lines.index:
                raise self._unknown(case_id)
        with recording() as sight:
            seen = tables["outcomes"][tables["outcomes"]["target"] == target].set_index("case_id")["last_seen"]
        starts = tables["cases"].origins
        reads = {name: starts[name] for name in ("start_date", "parties")} | {"last_seen": sight.reads}
        events, calendar = (_of_cases(tables[name], case_ids) for name in ("events", "calendar"))
        reads |= {name: together(*(tables[name].origins[key] for key in keys)) for name, keys in LISTED_BY.items()}
        views = (
            CaseView(
                case_id=case_id,
                as_of=self.as_of,
                start_date=lines["start_date"][case_id].date(),
                last_seen=seen[case_id].date(),
                parties=tuple(lines["parties"][case_id].split(";")),
                start=NotedMapping(_start(lines.loc[case_id]), starts),
                events=_events(events[case_id], tables["events"].origins),
                calendar=_appointments(calendar[case_id], tables["calendar"].origins),
            )
            for case_id in case_ids
        )
        return [noting(view, reads) for view in views]

    def _unknown(self, case_id: str) -> UsageError:
        changed = corrected_tables(self.record, self.as_of.isoformat())
        every = changed.get("cases", self.record.tables["cases"]).cells.set_index("case_id")
        if case_id in every.index:
            known = every["start_known_date"][case_id]
            return UsageError(f"wanted a day from {known} on, when {case_id} became known; came {self.as_of}")
        near = difflib.get_close_matches(case_id[:80], every.index, n=3, cutoff=0.0)
        return UsageError(
            f"wanted the case_id of a case in the record; came {shown(case_id)}; nearest: {', '.join(near)}"
        )


def load_history(folder: str | Path | None = None, as_of: date | str | None = None) -> History:
    """The record in `folder` (default: the one shipped) as of a day (default: its `data_end`).

    Raises `SchemaError` with every fault of the record, `LeakageError` for a day after `data_end`.
    """
    day = parse_day(as_of) if isinstance(as_of, str) else as_of
    if day is not None and type(day) is not date:
        raise UsageError(f"wanted a day as a date or as YYYY-MM-DD; came {shown(as_of)}")
    record = read_record(Path(folder) if folder is not None else places.shipped("data"))
    require_valid(record)
    return History(day or record.data_end, record)


def _counts_from(events: pd.DataFrame) -> "pd.Series[Any]":
    """The day from which each event counts."""
    return events["known_date"] + pd.to_timedelta(events["known_late"], unit="D")


def _known_outcomes(outcomes: Tracked, day: pd.Timestamp) -> Tracked:
    """Outcomes with what was not yet known on `day` blanked, and `last_seen`, the last sight by `day`."""
    with recording() as ending:
        open_still = ~(outcomes["end_known_date"] <= day)
    rows = outcomes.plain.copy()
    for name in ENDING_FIELDS:
        rows.loc[open_still, name] = pd.NaT if TABLES["outcomes"].column(name).kind == "day" else ""
    seen = rows["last_observed_date"]
    rows["last_seen"] = seen.where(seen <= day, day)
    origins = {name: together(own, ending.reads if name in ENDING_FIELDS else NOTHING)
               for name, own in outcomes.origins.items()}  # fmt: skip
    origins["last_seen"] = origins["last_observed_date"]
    return Tracked(rows.drop(columns=["last_observed_date", "end_known_assumed"]), origins)


def _of_cases(table: Tracked, case_ids: list[str]) -> dict[str, pd.DataFrame]:
    """The rows of each case, none where it has none; unread so far."""
    rows = table.plain
    return dict.fromkeys(case_ids, rows.iloc[:0]) | dict(iter(rows[rows["case_id"].isin(case_ids)].groupby("case_id")))


def _start(line: "pd.Series[Any]") -> dict[str, str | float | None]:
    values: dict[str, str | float | None] = {}
    for column in CASES.columns[1:]:
        value = line[column.name]
        if column.kind == "day":
            values[column.name] = value.date().isoformat()
        elif column.kind in ("flag", "probability", "integer"):
            values[column.name] = None if pd.isna(value) else float(value)
        else:
            values[column.name] = str(value)
    return values


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def _events(rows: pd.DataFrame, origins: Mapping[str, Reads]) -> tuple[Event, ...]:
    ordered = rows.sort_values(list(LISTED_BY["events"][1:]))
    reads = _by_field(Event, origins)
    return tuple(
        noting(
            Event(
                event_id=row.event_id,
                event_date=row.event_date.date(),
                date_precision=row.date_precision,
                known_date=row.known_date.date(),
                known_late=bool(row.known_late),
                standing=row.standing,
                actors=_split(row.actor),
                targets=_split(row.target),
                kind=row.kind,
                plover=row.plover,
                summary=row.summary,
                sources=_split(row.source_id),
                confidence=row.confidence,
            ),
            reads,
        )
        for row in ordered.itertuples()
    )


def _appointments(rows: pd.DataFrame, origins: Mapping[str, Reads]) -> tuple[Appointment, ...]:
    reads = _by_field(Appointment, origins)
    return tuple(
        noting(
            Appointment(row.announced_date.date(), row.scheduled_date.date(), row.what, _split(row.source_id)), reads
        )
        for row in rows.sort_values(list(LISTED_BY["calendar"][1:])).itertuples()
    )


def _by_field(kind: type, origins: Mapping[str, Reads]) -> dict[str, Reads]:
    """What each field of an event or an appointment rests on."""
    return {one.name: origins[LISTED_AS.get(one.name, one.name)] for one in fields(kind)}
