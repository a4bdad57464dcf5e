"""Validation of a record: every fault of every table, each with its file, row, expected and actual value."""

from collections.abc import Callable, Collection, Mapping, Set
from dataclasses import replace
from datetime import date
from functools import partial

import numpy as np
import pandas as pd

from forecasting.record import rules
from forecasting.record.act_rules import claim_faults, clearing_faults, retraction_faults, sight_faults
from forecasting.record.columns import Vocabulary, column_faults
from forecasting.record.corrections import corrected_tables, row_keys, with_values
from forecasting.record.date_rules import end_faults, span_faults, start_faults
from forecasting.record.descriptor import descriptor_faults
from forecasting.record.duplicates import distinct_faults, duplicate_warnings
from forecasting.record.evidence_rules import evidence_faults
from forecasting.record.kept_faults import kept_faults
from forecasting.record.ladder_rules import ladder_faults, reading_faults
from forecasting.record.ladders import READING, readings
from forecasting.record.name_rules import instrument_faults
from forecasting.record.party_rules import actor_faults, party_faults, party_of_case_faults
from forecasting.record.reading import RawRecord, RawTable
from forecasting.record.receipts import source_faults
from forecasting.record.schema import TABLES
from forecasting.record.series_rules import series_faults
from forecasting.record.series_schema import SERIES, YEARLY
from forecasting.record.vocabulary import LADDERS
from forecasting.store.errors import Fault, SchemaError

ALTERED = ("cases", "outcomes", "coding")
DAYS_OF_OUTCOMES = frozenset(column.name for column in TABLES["outcomes"].columns if column.kind == "day")


def record_faults(record: RawRecord, vocabulary: Vocabulary | None = None) -> list[Fault]:
    """All faults of a record, sorted by file and row.

    Parameters
    ----------
    record : RawRecord
        Tables as text.
    vocabulary : mapping of str to frozenset of str, optional
        Keys that cells may name, for a record that is a part of another; by default its own, see `vocabulary_of`.

    Returns
    -------
    list of Fault
        Empty for a valid record.

    Notes
    -----
    Corrections and alternatives are applied only once every cell is well formed: earlier, each of them would repeat
    the fault of the cell.
    """
    tables = record.tables
    if tables["cases"].cells.empty:
        return [Fault("cases.csv", 1, "", "at least one case", "a header alone")]
    keys = vocabulary if vocabulary is not None else vocabulary_of(tables)
    malformed, between = _faults_of_each(tables, keys, is_kept=vocabulary is None)
    between += _table_faults(record)
    between += start_faults(tables["cases"], tables["coding"].cells) + party_faults(tables["parties"])
    between += _completeness_faults(tables)
    between += claim_faults(tables["claims"], tables["events"].cells)
    between += distinct_faults(tables["distinct_cases"]) + source_faults(tables["sources"])
    of_series = [tables[name] for name in ("parties", "series_gaps", *sorted({*SERIES, *YEARLY}))]
    between += kept_faults("series", of_series, lambda: series_faults(tables))
    malformed += descriptor_faults(record.descriptor, record.folder)
    between += evidence_faults(tables, _case_frames(tables))
    faults = malformed + _consequences_dropped(between, malformed)
    if not malformed:
        faults += _correction_faults(record, keys, between)
        faults += _alternative_faults(record, keys)
    return sorted(set(faults))


def vocabulary_of(tables: Mapping[str, RawTable]) -> Vocabulary:
    """Keys of the tables that columns link to."""
    return {
        name: frozenset(tables[name].cells[TABLES[name].key[0]])
        for name in ("cases", "parties", "sources", "events", "claims")
    }


def _faults_of_each(
    tables: Mapping[str, RawTable], vocabulary: Vocabulary, *, is_kept: bool
) -> tuple[list[Fault], list[Fault]]:
    """Faults of the cells of each table by itself, and of its keys; kept where the vocabulary is that of the tables."""
    malformed: list[Fault] = []
    keys: list[Fault] = []
    for raw in tables.values():
        linked = [tables[column.link] for column in raw.table.columns if column.link]
        find = partial(column_faults, raw, vocabulary)
        malformed += kept_faults("columns", (raw, *linked), find) if is_kept else find()
        keys += kept_faults("keys", (raw,), partial(rules.key_faults, raw))
    return malformed, keys


def _consequences_dropped(between: list[Fault], malformed: list[Fault]) -> list[Fault]:
    """Faults between cells, without those that follow from a malformed cell already reported."""
    cells = {(fault.file, fault.row, f"{fault.expected.split(' as ')[0]}={fault.got}") for fault in malformed}
    return [
        fault for fault in between if not any((fault.file, fault.row, cell) in cells for cell in fault.got.split(", "))
    ]


def require_valid(record: RawRecord) -> None:
    """Raise `SchemaError` with every fault of the record, if there is one."""
    if faults := record_faults(record):
        raise SchemaError(faults)


def record_warnings(record: RawRecord) -> list[Fault]:
    """What a person should look at in a record without faults: cases that may be one under two names.

    Parameters
    ----------
    record : RawRecord
        A record without faults.

    Returns
    -------
    list of Fault
        Sorted by file and row.
    """
    tables = record.tables
    return sorted(duplicate_warnings(tables["cases"], tables["parties"].cells, tables["distinct_cases"].cells))


def concluded_rows(outcomes: pd.DataFrame) -> pd.DataFrame:
    """The outcomes under the target `concluded`, one row per case, by case_id."""
    rows = outcomes[outcomes["target"] == "concluded"]
    return rows.drop_duplicates("case_id").set_index("case_id")


def _case_frames(tables: Mapping[str, RawTable]) -> dict[str, pd.DataFrame]:
    """Text of the cases and of their outcomes under `concluded`, both by case_id, each key once."""
    cases = tables["cases"].cells.drop_duplicates("case_id").set_index("case_id")
    return {"cases": cases, "concluded": concluded_rows(tables["outcomes"].cells)}


def _table_faults(record: RawRecord, changed: Set[str] | None = None) -> list[Fault]:
    """Faults between the cells of a record; with `changed`, of the checks alone that read one of these tables."""
    tables = record.tables
    end, cases, events = record.data_end, tables["cases"], tables["events"]
    first = cases.cells.drop_duplicates("case_id")
    concluded = concluded_rows(tables["outcomes"].cells)
    acts = events.cells.drop_duplicates("event_id")
    frames = {"cases": first.set_index("case_id"), "concluded": concluded, "events": acts}
    codes, outcomes = tables["parties"].cells, tables["outcomes"]
    checks: list[tuple[set[str], Callable[[], list[Fault]]]] = [
        ({"cases"}, lambda: rules.case_faults(cases, end)),
        ({"cases", "parties"}, lambda: party_of_case_faults(cases, codes)),
        ({"events", "parties"}, lambda: actor_faults(events, codes)),
        ({"outcomes"}, lambda: instrument_faults(outcomes)),
        ({"outcomes", "cases"}, lambda: rules.outcome_faults(outcomes, first, end)),
        ({"outcomes"}, lambda: rules.looked_faults(outcomes, end)),
        ({"outcomes", "cases"}, lambda: rules.target_faults(outcomes, cases)),
        ({"events", "outcomes"}, lambda: rules.event_faults(events, concluded, end)),
        ({"events", "outcomes", "cases"}, lambda: rules.ending_faults(cases, events.cells, concluded)),
        ({"events"}, lambda: clearing_faults(events, acts)),
        ({"outcomes", "events", "cases"}, lambda: sight_faults(outcomes, acts, frames["cases"]["start_date"])),
        ({"ladders", "events", "outcomes", "cases"}, lambda: ladder_faults(tables["ladders"], frames, end)),
        ({"outcomes", "sources"}, lambda: end_faults(outcomes, tables["sources"], end)),
        ({"calendar"}, lambda: rules.calendar_faults(tables["calendar"], end)),
        *(({name, "cases"}, partial(span_faults, raw, frames["cases"])) for name, raw in tables.items()),
    ]
    if changed is not None:
        return [fault for reads, check in checks if reads & changed for fault in check()]
    told = (
        kept_faults(f"between {number}", [tables[name] for name in sorted(reads)], check, end)
        for number, (reads, check) in enumerate(checks)
    )
    return [fault for found in told for fault in found]


def _completeness_faults(tables: Mapping[str, RawTable]) -> list[Fault]:
    owned = {
        "coding": "a row of coding.csv for every case",
        "case_sources": "a row of case_sources.csv for every case",
    }
    return [
        fault
        for name, expected in owned.items()
        for fault in rules.link_faults(tables["cases"], frozenset(tables[name].cells["case_id"]), expected)
    ]


def _correction_faults(record: RawRecord, vocabulary: Vocabulary, known: Collection[Fault]) -> list[Fault]:
    """Faults of the corrections, and those of the corrected tables that are not `known` faults of the record itself."""
    corrections = record.tables["corrections"]
    findings = rules.Findings(corrections)
    cells = corrections.cells
    keys = {name: frozenset(row_keys(record.tables[name])) for name in set(cells["table"]) & set(TABLES)}
    unknown_row = [key not in keys.get(table, ()) for table, key in zip(cells["table"], cells["row_key"], strict=True)]
    unknown_field = [
        table in TABLES and (field not in TABLES[table].names or field in TABLES[table].key)
        for table, field in zip(cells["table"], cells["field"], strict=True)
    ]
    findings.add(np.array(unknown_row, dtype=bool), "row_key of a row of that table", "table", "row_key")
    findings.add(np.array(unknown_field, dtype=bool), "field as a column of that table outside its key", "field")
    late = findings.day("recorded_on") > pd.Timestamp(record.data_end)
    findings.add(late, "recorded_on not after data_end", "recorded_on")
    faults = findings.faults + retraction_faults(corrections, record.tables["events"].cells.drop_duplicates("event_id"))
    if faults or cells.empty:
        return faults
    days = sorted(day.date() for day in corrections.typed("recorded_on").unique())
    told, faults = set(known), []
    for day in days:
        new = [fault for fault in _faults_from(record, day, vocabulary) if fault not in told]
        told.update(new)
        faults += [replace(one, expected=f"with corrections.csv to {day}: {one.expected}") for one in new]
    return faults


def _faults_from(record: RawRecord, day: date, vocabulary: Vocabulary) -> list[Fault]:
    """Faults of the tables that are corrected on `day`, and of what depends on them."""
    corrected = corrected_tables(record, day)
    changed = replace(record, tables={**record.tables, **corrected})
    malformed = [fault for raw in corrected.values() for fault in column_faults(raw, vocabulary)]
    return malformed + _consequences_dropped(_table_faults(changed, set(corrected)), malformed)


def _alternative_faults(record: RawRecord, vocabulary: Vocabulary) -> list[Fault]:
    alternatives, tables = record.tables["alternatives"], record.tables
    if alternatives.cells.empty:
        return []
    findings = rules.Findings(alternatives)
    cells = alternatives.cells
    owner = {name: table for table in reversed(ALTERED) for name in TABLES[table].names} | dict.fromkeys(
        LADDERS, "ladders"
    )
    home = cells["field"].map(owner).fillna("")
    is_key = cells["field"].isin(("case_id", "target"))
    findings.add(
        (home == "") | is_key, "field as a column of cases.csv, outcomes.csv or coding.csv, or a ladder", "field"
    )
    findings.add(
        (home == "outcomes") != (cells["target"] != ""),
        "target if and only if the field belongs to outcomes.csv",
        "field",
        "target",
    )
    findings.add(
        cells.groupby("alternative_id")["case_id"].transform("nunique") > 1,
        "one case in a joint alternative",
        "alternative_id",
        "case_id",
    )
    late = findings.day("known_date") > pd.Timestamp(record.data_end)
    findings.add(late, "known_date not after data_end", "known_date")
    told = [READING.fullmatch(value) is not None for value in cells["value"]]
    findings.add(
        (home == "ladders") & ~np.array(told, dtype=bool),
        "value as YYYY-MM-DD LEVEL STATUS for a reading of a ladder",
        "field",
        "value",
        do="for example 2026-02-05 1 active",
    )
    if findings.faults:
        return findings.faults
    altered = {name: _altered(alternatives, tables[name], (home == name).to_numpy()) for name in ALTERED}
    starts = _altered_starts(altered["outcomes"], altered["cases"], tables["cases"])
    faults = [fault for raw in altered.values() for fault in column_faults(raw, vocabulary)]
    faults += rules.case_faults(altered["cases"], record.data_end)
    faults += rules.outcome_faults(altered["outcomes"], starts, record.data_end)
    moved = _that_change(alternatives, altered["outcomes"], DAYS_OF_OUTCOMES)
    faults += span_faults(moved, starts.set_index("case_id"))
    others = _that_change(alternatives, altered["cases"], frozenset({"parties", "start_date", "start_precision"}))
    faults += party_of_case_faults(others, tables["parties"].cells)
    faults += _reading_faults(record, (home == "ladders").to_numpy(), vocabulary)
    return [replace(fault, expected=f"applied as a full row: {fault.expected}") for fault in faults]


def _reading_faults(record: RawRecord, chosen: np.ndarray, vocabulary: Vocabulary) -> list[Fault]:
    """Faults of the chosen alternatives, which are readings of a ladder, as rows of `ladders.csv`."""
    told = record.tables["alternatives"].select(chosen)
    rows = replace(told, table=TABLES["ladders"], cells=readings(told.cells))
    if malformed := column_faults(rows, vocabulary):
        return malformed
    return reading_faults(rows, _case_frames(record.tables), record.data_end)


def _altered(alternatives: RawTable, base: RawTable, chosen: np.ndarray) -> RawTable:
    """The full rows that the chosen alternatives make of `base`, one per joint alternative and row."""
    key = ["case_id", "target"] if base.table.name == "outcomes" else ["case_id"]
    rows = alternatives.cells[chosen]
    lines = base.cells.drop_duplicates(key)
    there = pd.MultiIndex.from_frame(rows[key]).isin(pd.MultiIndex.from_frame(lines[key]))
    rows = rows[there]
    group = rows.groupby(["alternative_id", *key], sort=False).ngroup().to_numpy()
    first = np.unique(group, return_index=True)[1]
    altered = rows[key].iloc[first].merge(lines, on=key, how="left")[base.table.names].reset_index(drop=True)
    altered = with_values(altered, group, rows)
    altered.attrs["alternative_id"] = rows["alternative_id"].to_numpy()[first]
    files, numbers = alternatives.files[chosen][there], alternatives.rows[chosen][there]
    return RawTable(base.table, altered, files[first], numbers[first])


def _that_change(alternatives: RawTable, altered: RawTable, fields: frozenset[str]) -> RawTable:
    """The altered rows of alternatives that change one of these fields: other faults are those of the record itself."""
    cells = alternatives.cells
    changing = set(cells.loc[cells["field"].isin(fields), "alternative_id"])
    return altered.select(np.array([one in changing for one in altered.cells.attrs["alternative_id"]], dtype=bool))


def _altered_starts(outcomes: RawTable, cases: RawTable, base: RawTable) -> pd.DataFrame:
    """Start dates that altered outcomes are checked against: the altered one where the same alternative changes it."""
    starts = base.cells[["case_id", "start_date"]].drop_duplicates("case_id")
    ids = outcomes.cells.attrs["alternative_id"]
    own = dict(zip(cases.cells.attrs["alternative_id"], cases.cells["start_date"], strict=True))
    changed = {
        case: own[alternative]
        for case, alternative in zip(outcomes.cells["case_id"], ids, strict=True)
        if alternative in own
    }
    return starts.assign(
        start_date=[changed.get(c, s) for c, s in zip(starts["case_id"], starts["start_date"], strict=True)]
    )
