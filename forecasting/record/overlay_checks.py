"""Check of overlays: the checks of the record, on the part of it that their rows bear on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from forecasting.record.checks import record_faults, vocabulary_of
from forecasting.record.columns import column_faults
from forecasting.record.name_rules import instrument_faults
from forecasting.record.overlays import LOOKED, Folders, Overlay, laid_over, overlay_folders, read_overlay
from forecasting.record.reading import RawRecord, RawTable
from forecasting.record.rules import key_faults
from forecasting.store.errors import Fault, SchemaError

ACTS_NAMED: Final = {"events": "clears", "ladders": "events"}
WHOLE: Final = ("parties",)
ARGUED_OVER: Final = frozenset({"cases", "outcomes", "coding", "ladders", "alternatives", "parties", "looked"})
"""Tables on which it depends whether an arguable coding is sound."""
OF_CASES: Final = (
    "cases", "outcomes", "coding", "events", "ladders", "calendar", "alternatives", "case_sources", "event_coverage",
    "distinct_cases",
)  # fmt: skip


def with_overlays(record: RawRecord, overlay: Folders) -> RawRecord:
    """A record without faults with the rows of overlays, read and checked.

    Parameters
    ----------
    record : RawRecord
        A record without faults.
    overlay : path, sequence of paths, or None
        Folders of overlays.

    Returns
    -------
    RawRecord
        The record itself where there is no overlay.

    Raises
    ------
    SchemaError
        With every row that contradicts the record, and every fault by its checks.
    UsageError
        There is no such folder.
    """
    folders = overlay_folders(overlay)
    return checked(record, [read_overlay(folder) for folder in folders]) if folders else record


def checked(record: RawRecord, overlays: Sequence[Overlay]) -> RawRecord:
    """As `with_overlays`, of overlays that were read."""
    laid, faults = laid_over(record, overlays)
    to_come = {(fault.file, fault.row) for fault in faults if "up to today" in fault.expected}
    faults += [
        fault
        for fault in overlay_faults(laid, overlays)
        if "data_end" not in fault.expected or (fault.file, fault.row) not in to_come
    ]
    learned = [one for one in overlays if one.learns]
    if not faults and learned and len(learned) < len(overlays) and laid.learned is not None:
        faults += overlay_faults(laid.learned, learned)
    if faults:
        raise SchemaError(sorted(set(faults)))
    return laid


def overlay_faults(laid: RawRecord, overlays: Sequence[Overlay]) -> list[Fault]:
    """Faults of a record with overlays, if it has none without them.

    Parameters
    ----------
    laid : RawRecord
        The record with the overlays.
    overlays : sequence of Overlay
        What was laid over it.

    Returns
    -------
    list of Fault
        Those that `record_faults` finds in the whole, but found in a fraction of the time: only rows of cases on which
        an overlay bears are looked at, since no other row can have become faulty. What looking further made of an
        outcome is told at the row of `looked.csv`.
    """
    vocabulary = vocabulary_of(laid.tables)
    faults = [fault for one in overlays for fault in _looked_faults(one, vocabulary)]
    if any("outcomes" in one.tables for one in overlays):
        faults += instrument_faults(laid.tables["outcomes"])
    part = _part(laid, overlays)
    if not part.tables["cases"].cells.empty:
        faults += record_faults(part, vocabulary)
    else:
        # rows of no case: sources, parties, and what names a case that is not there
        faults += [
            fault
            for one in overlays
            for name, raw in one.tables.items()
            if name != LOOKED.name
            for fault in [*column_faults(raw, vocabulary), *key_faults(raw)]
        ]
    places = _places_of_looks(laid, overlays)
    moved = [
        replace(fault, file=places[fault.file, fault.row][0], row=places[fault.file, fault.row][1])
        if (fault.file, fault.row) in places
        else fault
        for fault in faults
    ]
    return sorted(set(moved))


def _looked_faults(overlay: Overlay, vocabulary: Mapping[str, frozenset[str]]) -> list[Fault]:
    raw = overlay.tables.get(LOOKED.name)
    return [*column_faults(raw, vocabulary), *key_faults(raw)] if raw is not None else []


def _places_of_looks(laid: RawRecord, overlays: Sequence[Overlay]) -> dict[tuple[str, int], tuple[str, int]]:
    """Row of `looked.csv` that moved an outcome, by file and row of the outcome."""
    outcomes, found = laid.tables["outcomes"], {}
    for one in overlays:
        if LOOKED.name in one.tables:
            raw = one.tables[LOOKED.name]
            line_of = {case: line for line, case in enumerate(raw.cells["case_id"])}
            for line, case in enumerate(outcomes.cells["case_id"]):
                if case in line_of:
                    found[outcomes.place(line)] = raw.place(line_of[case])
    return found


def _part(laid: RawRecord, overlays: Sequence[Overlay]) -> RawRecord:
    """The record without the rows that no overlay bears on."""
    cases = set(_cases_touched(laid, overlays))
    files = {str(file) for one in overlays for raw in one.tables.values() for file in raw.files}
    with_rows = {name for one in overlays for name in one.tables}
    argued = bool(with_rows & ARGUED_OVER)
    tables = {}
    for name, raw in laid.tables.items():
        own = np.zeros(len(raw.cells), dtype=np.bool_)
        if name in with_rows:
            own |= np.array([file in files for file in raw.files.tolist()], dtype=np.bool_)
        if name in OF_CASES and (argued or name != "alternatives"):
            own |= raw.cells["case_id"].isin(cases).to_numpy(dtype=np.bool_)
        tables[name] = raw if name in WHOLE else raw.select(own) if own.any() else _empty(raw)
    claims, events = laid.tables["claims"], set(tables["events"].cells["claim_id"])
    named = claims.cells["claim_id"].isin(events | set(tables["claims"].cells["claim_id"])).to_numpy(dtype=np.bool_)
    tables["claims"] = claims.select(named)
    corrections = laid.tables["corrections"]
    owners = [_owners(laid, *row) for row in _rows(corrections)]
    kept = [
        bool(owner & cases) or str(file) in files
        for owner, file in zip(owners, corrections.files.tolist(), strict=True)
    ]
    tables["corrections"] = corrections.select(np.array(kept, dtype=np.bool_))
    return replace(laid, tables=tables)


def _empty(raw: RawTable) -> RawTable:
    """A table without a row."""
    return RawTable(raw.table, raw.cells.iloc[:0], raw.files[:0], raw.rows[:0])


def _cases_touched(laid: RawRecord, overlays: Sequence[Overlay]) -> Iterator[str]:
    """Cases of which an overlay has a row, corrects one, or names an act or a claim."""
    events = laid.tables["events"].cells
    case_of = dict(zip(events["event_id"], events["case_id"], strict=True))
    for one in overlays:
        for name, raw in one.tables.items():
            for column in ("case_id", "distinct_from"):
                yield from raw.cells.get(column, ())
            for cell in raw.cells[ACTS_NAMED[name]] if name in ACTS_NAMED else ():
                yield from (case_of[key] for key in cell.split(";") if key in case_of)
            if name in ("events", "claims"):
                claims = set(raw.cells["claim_id"]) - {""}
                yield from events.loc[events["claim_id"].isin(claims), "case_id"] if claims else ()
            for row in _rows(raw) if name == "corrections" else ():
                yield from _owners(laid, *row)


def _rows(corrections: RawTable) -> Iterator[tuple[str, str]]:
    yield from zip(corrections.cells["table"], corrections.cells["row_key"], strict=True)


def _owners(laid: RawRecord, table: str, key: str) -> frozenset[str]:
    """Cases that a correction bears on."""
    events = laid.tables["events"].cells
    if table == "events":
        return frozenset(events.loc[events["event_id"] == key, "case_id"])
    if table == "claims":
        return frozenset(events.loc[events["claim_id"] == key, "case_id"])
    return frozenset({key.split("/")[0]})
