"""Index of the cases of a record, from which the dossier of a case as of a day is cut."""

from collections.abc import Callable, Collection, Mapping
from copy import copy
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.record.cases import Appointment, Dossier, Event
from forecasting.record.claims import RestingActs, WorkedOutWhenUsed
from forecasting.record.corrections import values_until
from forecasting.record.facts import KIND_BY_CATEGORY, KINDS, Acts, Changes, Endings
from forecasting.record.known_series import SeriesIndex
from forecasting.record.ladders import Rung, rung_of
from forecasting.record.reads import NotedMapping, Reads, columns_of, note, noting, recording, together
from forecasting.record.schema import CASES, TABLES
from forecasting.record.series_schema import SERIES
from forecasting.record.successors import UNNAMED, Counts, Successors, in_common, share_a_dyad
from forecasting.record.tables import KnownTables, counts_from
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import LeakageError, UsageError

T = TypeVar("T")
EPOCH = date(1970, 1, 1).toordinal()
LISTED_BY = {"events": ("case_id", "event_date", "event_id"), "calendar": ("case_id", "scheduled_date")}
COMPARED = ("type", "domain")
RUNGS_BY = ("case_id", "ladder", "date")
CLAIMED_BY = ("event_id", "standing", "claim_id")
COLUMN_OF = {"actors": "actor", "targets": "target", "sources": "source_id", "day": "date"}


@dataclass(frozen=True, slots=True)
class _File:
    """All that the record has on a case, without any ending.

    `events`, `calendar`, `rungs` and `claims` (on which its acts rest) have with each entry the day, as an ordinal,
    from which it counts.
    """

    known: int
    last_seen: int
    start_date: date
    start: Mapping[str, str | float | None]
    parties: tuple[str, ...]
    principals: tuple[str, ...]
    events: tuple[tuple[int, Event], ...]
    calendar: tuple[tuple[int, Appointment], ...]
    rungs: tuple[tuple[int, Rung], ...]
    claims: tuple[tuple[int, str], ...]
    looked_until: int
    acts: Acts
    dyad: Acts
    leadership: Changes


class DossierIndex:
    """Dossiers from one record, for its as-of day and every earlier one.

    Parameters
    ----------
    tables : KnownTables
        Tables as known on a day; corrections count as of that day, those of the probability of a claim each from the
        day on which it was recorded: the claim was as likely as stated until then, and not miscoded.
    target : {"concluded", "in_force"}
        Target under which endings of other cases are coded, and under which a case was last seen.

    Attributes
    ----------
    as_of : date
        Last day of which a dossier can be had.

    Examples
    --------
    >>> from forecasting import load_history
    >>> index = DossierIndex(load_history(as_of="2026-02-05"), "concluded")
    >>> index.dossier("new-start-post-expiry-2026", index.as_of).principals
    ('RUS', 'USA')
    """

    def __init__(self, tables: KnownTables, target: str = TARGETS[0]) -> None:
        self.as_of = tables.as_of
        self._tables = tables
        self._left_out: frozenset[str] = frozenset()
        self._last_known = tables.as_of
        with recording() as states:
            cases = tables.cases.set_index("case_id", drop=False)
            self._known = pd.Series(_ordinals(cases["start_known_date"]), index=cases.index)
            self._successors = Successors(tables.parties)
            self._parties = self._successors.counts(cases["parties"].tolist())
        self._cases = tables.tracked("cases").plain.set_index("case_id", drop=False)
        self._line = {str(case_id): line for line, case_id in enumerate(self._cases.index)}
        with recording(states.reads) as acts:
            self._events = _event_table(tables.events, self._known)
        self._counts_from, self._day, self._kind = (
            self._events[name].to_numpy(np.int64) for name in ("known", "day", "kind")
        )
        self._own = self._events.groupby("case_id").indices
        self._act = _act_codes(self._events)
        actors, targets = (self._events[name].tolist() for name in ("actor", "target"))
        self._acting = self._successors.counts(actors)
        self._involved = self._successors.counts([f"{one};{other}" for one, other in zip(actors, targets, strict=True)])
        self._actor = np.array(_each(self._successors.joined, actors), dtype=object)
        self._collective = np.array(_each(self._successors.is_collective, actors), dtype=bool)
        self._tell_once(np.arange(len(self._act)))
        with recording(states.reads) as endings:
            self._outcomes = _ending_table(tables.outcomes, target, self._known)
        self._ended = self._outcomes["case_id"].to_numpy(dtype=object)
        self._ending_lines = self._cases.index.get_indexer(self._ended)
        self._ending_parties = np.asfortranarray(self._parties[self._ending_lines])
        self._ending_known, self._ending_cause = (
            self._outcomes[name].to_numpy(np.int64) for name in ("known", "cause")
        )
        self._compared = [np.unique(self._cases[name].to_numpy(str), return_inverse=True)[1] for name in COMPARED]
        self._not_withheld = np.ones(len(self._outcomes), dtype=bool)
        with recording(states.reads) as warheads:
            self._warheads = _shares_by_year(tables.warheads, self._successors.lineage)
        with recording() as sight:
            self._seen = tables.outcomes[tables.outcomes["target"] == target].set_index("case_id")["last_seen"]
        with recording() as look:
            self._looked = tables.outcomes[tables.outcomes["target"] == target].set_index("case_id")["looked_until"]
        self._reads = _reads_by_part(tables, states.reads, acts.reads, endings.reads) | {
            "warheads": warheads.reads,
            "series": together(states.reads, *(reads for name in SERIES for reads in columns_of(name).values())),
            "last_seen": sight.reads,
            "looked_until": look.reads,
        }
        self._files: dict[str, _File] = {}
        self._every_ending: dict[str, Endings] = {}
        self._endings: dict[str, Endings] = {}

    def without(self, case_ids: Collection[str]) -> "DossierIndex":
        """The same index with the endings of these cases withheld, as for a fold that holds them out."""
        other = copy(self)
        other._not_withheld = self._not_withheld & ~self._outcomes["case_id"].isin(list(case_ids)).to_numpy(bool)
        other._endings = {}
        return other

    def leaving_out(self, event_ids: Collection[str]) -> "DossierIndex":
        """The same index as if these events were not in the record; rows of the same acts in other cases remain."""
        other = copy(self)
        other._left_out = self._left_out | frozenset(event_ids)
        other._tell_once(np.flatnonzero(~self._events["event_id"].isin(other._left_out)))
        other._files = {}
        return other

    def _tell_once(self, rows: NDArray[np.int64]) -> None:
        """Keep the first row of each act among these, and who took part, a state a column in the order of memory."""
        self._once = _first_recorded(self._act, rows)
        self._once_involved = np.asfortranarray(self._involved[self._once])
        self._changes = self._once[self._kind[self._once] == KINDS.index("leadership_change")]
        self._changes_acting = np.asfortranarray(self._acting[self._changes])

    def known_by(self, day: date) -> "DossierIndex":
        """The same index as if nothing had become known after `day`: on later days only ages and durations advance."""
        other = copy(self)
        other._last_known = min(day, self._last_known)
        return other

    def dossier(self, case_id: str, day: date) -> Dossier:
        """The case as known on a day.

        Parameters
        ----------
        case_id : str
            Key of the case.
        day : date
            From the day on which the case became known to `as_of`.

        Returns
        -------
        Dossier
            With what was known by the end of the day.

        Raises
        ------
        LeakageError
            For a day after `as_of`.
        UsageError
            For a case that is unknown or not yet known.
        """
        if day > self.as_of:
            raise LeakageError(f"expected a day up to {self.as_of}, the as-of day of this index, got {day}")
        file, today = self._file(case_id), day.toordinal()
        if today < file.known:
            known = date.fromordinal(file.known)
            raise UsageError(f"expected a day from {known} on, when {case_id} became known, got {day}")
        last = min(today, self._last_known.toordinal())
        found = Dossier(
            case_id=case_id,
            as_of=day,
            start_date=file.start_date,
            last_seen=date.fromordinal(min(file.last_seen, last)),
            parties=file.parties,
            start=file.start,
            events=tuple(event for known, event in file.events if known <= last),
            calendar=tuple(appointment for known, appointment in file.calendar if known <= last),
            principals=file.principals,
            acts=file.acts.until(last),
            dyad=file.dyad.until(last),
            leadership=file.leadership.until(last),
            endings=self._endings_for(case_id).until(last),
            warheads=self._shares_on(date.fromordinal(last)),
            looked_until=date.fromordinal(min(file.looked_until, last)),
            rungs=tuple(rung for known, rung in file.rungs if known <= last),
            claims=WorkedOutWhenUsed(lambda: self._probabilities(file.claims, last)),
            series=WorkedOutWhenUsed(lambda: self._series.figures(file.principals, last)),
        )
        return noting(found, self._reads)

    def begun_and_looked(self, case_id: str) -> tuple[date, date]:
        """Start of a known case, and the day until which it was looked for, as in its dossier of the last day."""
        note(self._reads["start_date"])
        note(self._reads["looked_until"])
        last = min(self.as_of, self._last_known)
        return self._started(case_id), min(self._looked[case_id].date(), last)

    def _started(self, case_id: str) -> date:
        return date.fromisoformat(str(self._starts[self._line[case_id]]["start_date"]))

    def _file(self, case_id: str) -> _File:
        if case_id not in self._known.index:
            raise self._tables.unknown_case(case_id)
        if case_id not in self._files:
            self._files[case_id] = self._read(case_id)
        return self._files[case_id]

    def _read(self, case_id: str) -> _File:
        line = self._line[case_id]
        start, parties = self._starts[line], self._parties[line]
        named = str(start["parties"])
        own = self._own.get(case_id, np.zeros(0, dtype=np.int64))
        if self._left_out:
            own = own[~self._events["event_id"].iloc[own].isin(self._left_out).to_numpy()]
        resting_on = self._event_columns["claim_id"]
        between = self._once[share_a_dyad(self._once_involved, parties)]
        return _File(
            known=int(self._known[case_id]),
            last_seen=self._seen[case_id].toordinal(),
            start_date=self._started(case_id),
            start=NotedMapping(start, self._tables.tracked("cases").origins),
            parties=tuple(named.split(";")),
            principals=self._successors.lines(parties),
            events=self._own_events(own),
            calendar=self._appointments(case_id),
            rungs=self._rungs(case_id),
            claims=tuple((int(self._counts_from[line]), claim) for line in own if (claim := resting_on[line])),
            looked_until=self._looked[case_id].toordinal(),
            acts=self._acts(own, parties, named),
            dyad=self._acts(between, parties, named),
            leadership=self._leadership(parties),
        )

    @cached_property
    def _starts(self) -> list[dict[str, str | float | None]]:
        """Facts of the start of each case: column by column, which takes a fraction of the time of row by row."""
        columns = {column.name: _start_facts(self._cases[column.name], column.kind) for column in CASES.columns[1:]}
        return [dict(zip(columns, facts, strict=True)) for facts in zip(*columns.values(), strict=True)]

    @cached_property
    def _event_columns(self) -> dict[str, list[Any]]:
        """Cells of the events in the order of the index, days as dates; `Event`s are made of them."""
        rows, order = self._tables.tracked("events").plain, self._events["row"].to_numpy()
        return {
            column.name: rows[column.name].to_numpy("datetime64[D]" if column.kind == "day" else None)[order].tolist()
            for column in TABLES["events"].columns
        }

    @cached_property
    def _announced(self) -> dict[str, list[Any]]:
        """Rows of the calendar by case, in the order of the scheduled days."""
        return _rows_by_case(self._tables.tracked("calendar").plain.sort_values("scheduled_date", kind="stable"))

    def _own_events(self, lines: NDArray[np.int64]) -> tuple[tuple[int, Event], ...]:
        """These events by date, each with the day from which it counts."""
        found = [(int(self._counts_from[line]), _event(self._event_columns, line)) for line in lines.tolist()]
        found.sort(key=lambda each: (each[1].event_date, each[1].event_id))
        reads = self._reads_by_field(Event, "events")
        return tuple((known, noting(event, reads)) for known, event in found)

    def _appointments(self, case_id: str) -> tuple[tuple[int, Appointment], ...]:
        """Appointments of a case, each with the day of the announcement."""
        found = [_appointment(row) for row in self._announced.get(case_id, [])]
        reads = self._reads_by_field(Appointment, "calendar")
        return tuple((each.announced_date.toordinal(), noting(each, reads)) for each in found)

    @cached_property
    def _coded_rungs(self) -> dict[str, list[Any]]:
        """Rows of the ladders by case, by date."""
        return _rows_by_case(self._tables.tracked("ladders").plain.sort_values(["date", "ladder"]))

    def _rungs(self, case_id: str) -> tuple[tuple[int, Rung], ...]:
        """Changes on the ladders of a case, each with the day from which it counts; none by acts left out alone."""
        reads = self._reads_by_field(Rung, "ladders")
        found = []
        for row in self._coded_rungs.get(case_id, []):
            named = _split(row.events)
            acts = tuple(event_id for event_id in named if event_id not in self._left_out)
            if acts or not named:
                found.append((row.known_date.toordinal(), noting(rung_of(row, acts), reads)))
        return tuple(found)

    @cached_property
    def _series(self) -> SeriesIndex:
        """Series of the record, read when a feature asks for one."""
        with recording():
            return SeriesIndex(self._tables, self._successors.lineage)

    @cached_property
    def _resting(self) -> RestingActs:
        """Acts that rest on claims."""
        columns = self._event_columns
        acts = zip(self._counts_from.tolist(), *(columns[name] for name in CLAIMED_BY), strict=True)
        stated = values_until(self._tables.record, "claims", "probability", self.as_of)
        return RestingActs(
            acts, {claim: [(day, float(cell or "nan")) for day, cell in cells] for claim, cells in stated.items()}
        )

    def _probabilities(self, claims: tuple[tuple[int, str], ...], last: int) -> Mapping[str, float]:
        """Probability of each claim on which an act rests that counts by the day `last`."""
        return self._resting.probabilities((claim for known, claim in claims if known <= last), last, self._left_out)

    def _reads_by_field(self, kind: type, table: str) -> dict[str, Reads]:
        """Provenance of each field of an event or an appointment."""
        origins = self._tables.tracked(table).origins
        return {field.name: origins[COLUMN_OF.get(field.name, field.name)] for field in fields(kind)}

    def _acts(self, lines: NDArray[np.int64], parties: Counts, cell: str) -> Acts:
        theirs = in_common(self._acting[lines], parties) > 0
        return Acts(
            known=self._counts_from[lines],
            day=self._day[lines],
            kind=self._kind[lines],
            actor=self._actor[lines],
            inside=theirs | self._collective[lines] | (UNNAMED in cell.split(";")),
        )

    def _leadership(self, parties: Counts) -> Changes:
        theirs = self._changes[in_common(self._changes_acting, parties) > 0]
        return Changes(self._counts_from[theirs], self._day[theirs])

    def _endings_for(self, case_id: str) -> Endings:
        if case_id not in self._endings:
            self._endings[case_id] = self._beside(case_id).where(self._not_withheld & (self._ended != case_id))
        return self._endings[case_id]

    def _beside(self, case_id: str) -> Endings:
        """Every ending, that of the case included, with the parties, type and domain it shares with the case."""
        if case_id not in self._every_ending:
            own, lines = self._line[case_id], self._ending_lines
            kind, domain = self._compared
            self._every_ending[case_id] = Endings(
                known=self._ending_known,
                cause=self._ending_cause,
                same_dyad=share_a_dyad(self._ending_parties, self._parties[own]),
                same_type=kind[lines] == kind[own],
                same_domain=domain[lines] == domain[own],
            )
        return self._every_ending[case_id]

    def _shares_on(self, day: date) -> Mapping[str, float]:
        ended = [year for year in self._warheads if year < day.year]
        return self._warheads[max(ended)] if ended else MappingProxyType({})


def _reads_by_part(tables: KnownTables, states: Reads, acts: Reads, endings: Reads) -> dict[str, Reads]:
    """Provenance of the parts of a dossier, from what was read of states, of acts and of endings."""
    origins = {name: tables.tracked(name).origins for name in ("cases", "ladders", "claims", *LISTED_BY)}
    laddered = {"rungs": together(*(origins["ladders"][column] for column in RUNGS_BY))}
    resting = [origins["events"][name] for name in CLAIMED_BY]
    claimed = {"claims": together(*resting, origins["claims"]["probability"])}
    listed = {name: together(*(origins[name][column] for column in columns)) for name, columns in LISTED_BY.items()}
    beside = together(endings, *(origins["cases"][name] for name in COMPARED))
    start = {name: origins["cases"][name] for name in ("start_date", "parties")}
    dated = dict.fromkeys(("acts", "dyad", "leadership"), acts)
    return start | listed | laddered | claimed | dated | {"principals": states, "endings": beside}


def _each(change: Callable[[str], T], cells: list[str]) -> list[T]:
    """Result for each cell; what is in many lines is worked out once."""
    results = {cell: change(cell) for cell in set(cells)}
    return [results[cell] for cell in cells]


def _sorted(cell: str) -> str:
    return ";".join(sorted(cell.split(";")))


def _rows_by_case(rows: pd.DataFrame) -> dict[str, list[Any]]:
    """Rows of each case, as named tuples, in the order of the table."""
    by_case: dict[str, list[Any]] = {}
    for (
        row
    ) in rows.itertuples():  # once for the table: a group for each of some hundred cases costs fifty times as much
        by_case.setdefault(str(row.case_id), []).append(row)
    return by_case


def _ordinals(days: "pd.Series[Any]") -> NDArray[np.int64]:
    return days.to_numpy().astype("datetime64[D]").astype(np.int64) + EPOCH


def _start_facts(cells: "pd.Series[Any]", kind: str) -> list[str | float | None]:
    """Cells of a column as dossiers hold them."""
    if kind in ("flag", "probability", "integer"):
        return [None if np.isnan(value) else value for value in cells.to_numpy(np.float64).tolist()]
    return (cells.dt.strftime("%Y-%m-%d") if kind == "day" else cells).astype(str).tolist()


def _split(cell: str) -> tuple[str, ...]:
    return tuple(cell.split(";")) if cell else ()


def _event(columns: Mapping[str, list[Any]], line: int) -> Event:
    return Event(
        event_id=columns["event_id"][line],
        event_date=columns["event_date"][line],
        date_precision=columns["date_precision"][line],
        known_date=columns["known_date"][line],
        known_late=bool(columns["known_late"][line]),
        standing=columns["standing"][line],
        actors=_split(columns["actor"][line]),
        targets=_split(columns["target"][line]),
        kind=columns["kind"][line],
        plover=columns["plover"][line],
        summary=columns["summary"][line],
        sources=_split(columns["source_id"][line]),
        confidence=columns["confidence"][line],
        known_assumed=bool(columns["known_assumed"][line]),
        claim_id=columns["claim_id"][line],
        clears=_split(columns["clears"][line]),
        added_for_ladder=bool(columns["added_for_ladder"][line]),
    )


def _appointment(row: Any) -> Appointment:
    return Appointment(row.announced_date.date(), row.scheduled_date.date(), row.what, _split(row.source_id))


def _event_table(events: pd.DataFrame, case_known: "pd.Series[int]") -> pd.DataFrame:
    """Events with the day from which each counts: never before its case was known, as in a `History`."""
    kind = events["kind"].map({name: k for k, name in enumerate(KINDS)})
    for (name, plover), other in KIND_BY_CATEGORY.items():
        kind = kind.mask((events["kind"] == name) & (events["plover"] == plover), KINDS.index(other))
    known = np.maximum(_ordinals(counts_from(events)), events["case_id"].map(case_known).to_numpy(np.int64))
    table = pd.DataFrame({"case_id": events["case_id"], "known": known, "day": _ordinals(events["event_date"])})
    table = table.assign(kind=kind, actor=events["actor"], target=events["target"], event_id=events["event_id"])
    table = table.assign(row=np.arange(len(events)))
    return table.sort_values(["known", "event_id"], kind="stable").reset_index(drop=True)


def _act_codes(events: pd.DataFrame) -> NDArray[np.int64]:
    """A number for the act that each row records: rows with the same day, kind, actor and target record one act."""
    sides = {name: _each(_sorted, events[name].tolist()) for name in ("actor", "target")}
    acts = events.assign(**sides).groupby(["day", "kind", "actor", "target"], sort=False)
    return acts.ngroup().to_numpy(np.int64)


def _first_recorded(act: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """First row of each act among these rows, which are in the order in which they became known."""
    return np.sort(rows[np.unique(act[rows], return_index=True)[1]])


def _ending_table(outcomes: pd.DataFrame, target: str, case_known: "pd.Series[int]") -> pd.DataFrame:
    """Known endings under the target in the order in which they became known, each with the day it counts from."""
    rows = outcomes[(outcomes["target"] == target) & (outcomes["cause"] != "")]
    known = np.maximum(_ordinals(rows["end_known_date"]), rows["case_id"].map(case_known).to_numpy(np.int64))
    cause = rows["cause"].map({name: k for k, name in enumerate(CAUSES)})
    table = pd.DataFrame({"case_id": rows["case_id"], "known": known, "cause": cause})
    return table.sort_values(["known", "case_id"], kind="stable")


def _shares_by_year(warheads: pd.DataFrame, lineage: Mapping[str, str]) -> dict[int, Mapping[str, float]]:
    rows = warheads[["year", "warheads"]].assign(code=warheads["code"].map(lineage))
    held = rows.pivot_table("warheads", "year", "code", aggfunc="sum")
    shares = held.div(held.sum(axis=1), axis=0).fillna(0.0)
    return {int(year): MappingProxyType(row) for year, row in shares.to_dict(orient="index").items()}
