"""The report of the record itself: faults, assumptions, unseen cases, agreement of coders, and coverage."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.documents import data_quality_sections as sections
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.standing import own_rows
from forecasting.documents.values import Content
from forecasting.features.coverage import coverage_by_state
from forecasting.record.agreement import coder_agreement
from forecasting.record.checks import record_faults
from forecasting.record.history import History, checked_day
from forecasting.record.ladder_agreement import coded_twice, first_days, judged_from_lines, level_agreement
from forecasting.record.levels import levels_by_age
from forecasting.record.overlay_checks import with_overlays
from forecasting.record.overlays import Folders
from forecasting.record.quality import assumed_days, audit_verdicts, ladder_support, unopened_sources
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.reads import note_rows
from forecasting.record.tracked import noted_cells
from forecasting.record.vocabulary import LADDERS
from forecasting.store import package_data as places

COMPARED = ("landmarks", "first_days", "lines")
"""The ladders coded again, at all landmarks and on the first days; and levels judged from the record's lines."""


def quality_content(record: RawRecord, day: date) -> Content:
    """All values of the report; where the record has faults, nothing else is computed.

    `provenance`: what each value rests on.
    """
    cells, value = noted_cells(record), Recorded()
    faults = value("faults", fault_rows, cells)
    content: Content = {
        "template": "data_quality",
        "title": f"The record - its quality as of {day}",
        "package_version": forecasting.__version__,
        "record_sha256": record.shipped_sha256,
        "code_sha256": code_sha256(),
        "data_end": record.data_end.isoformat(),
        "as_of": day.isoformat(),
        "faults": faults,
        "rows": value("rows", row_counts, cells),
        "sound": not faults,
        PROVENANCE: value.provenance,
    }
    if faults:
        return content
    history = History(day, cells)
    return content | {
        "known": value("known", known_counts, history),
        "assumed": value("assumed", assumed_shares, history),
        "stale": value("stale", unseen_cases, history),
        "sources": value("sources", source_counts, history),
        "ladders": value("ladders", ladder_values, history),
        "agreement": value("agreement", agreement_by_field, cells),
        "audit": value("audit", audit_verdicts, history),
        "coverage": value("coverage", coverage_rows, history),
    }


def fault_rows(record: RawRecord) -> list[Content]:
    """Every cell that breaks the contract."""
    return [
        {"file": f.file, "row": f.row, "case_id": f.case_id, "expected": f.expected, "got": f.got}
        for f in record_faults(record)
    ]


def row_counts(record: RawRecord) -> dict[str, int]:
    """Number of rows of each table, valid or not."""
    for name in record.tables:
        note_rows(name)
    return {name: len(raw.cells) for name, raw in record.tables.items()}


def known_counts(history: History) -> dict[str, int]:
    """Number of cases, events and sources known on the day."""
    return {
        "cases": len(history.cases["case_id"]),
        "events": len(history.events["event_id"]),
        "sources": len(history.sources["source_id"]),
    }


def assumed_shares(history: History) -> list[Content]:
    """Known dates that were not looked up and were set to the day of the fact, by kind."""
    return [
        {"field": name, "assumed": part.n, "of": part.of, "share": part.share}
        for name, part in assumed_days(history).items()
    ]


def unseen_cases(history: History) -> list[Content]:
    """Open cases whose last observation is long ago, the longest first."""
    views = history.case_views(history.open_case_ids())
    unseen = [view for view in views if not view.is_state_known]
    return [
        {"case_id": view.case_id, "name": view.start["name"], "last_seen": view.last_seen.isoformat(),
         "months": view.months_unseen}
        for view in sorted(unseen, key=lambda view: (-view.months_unseen, view.start_date))
    ]  # fmt: skip


def source_counts(history: History) -> Content:
    """Number of sources, and of those that no coder opened."""
    part = unopened_sources(history)
    return {"n": part.of, "unopened": part.n, "share": part.share or 0.0}


def agreement_by_field(record: RawRecord) -> list[Content]:
    """Share of cases for which the second coder gave the value of the record, by column, the lowest first."""
    rows = coder_agreement(record).sort_values("same", kind="stable")
    return [{"field": str(row.field), "n": int(row.n), "share": float(row.same)} for row in rows.itertuples()]


def coverage_rows(history: History) -> list[Content]:
    """Coverage of cases in equal windows, by outcome."""
    rows = coverage_by_state(history).to_dict(orient="records")
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows]


def ladder_values(history: History) -> Content:
    """By ladder, what its rows rest on, agreement with other codings, and the share of cases at each level by age."""
    found: Content = {}
    for ladder in LADDERS:
        levels, again = levels_by_age(history, ladder), coded_twice(history, ladder)
        compared = (again, first_days(again), judged_from_lines(history, ladder))
        found[ladder] = {
            "support": asdict(ladder_support(history, ladder)),
            "agreement": {name: asdict(level_agreement(pairs)) for name, pairs in zip(COMPARED, compared, strict=True)},
            "levels": {name: getattr(levels, name).tolist() for name in ("ages", "n", "share")},
        }
    return found


class QualityReport(Report):
    """Report of the quality of the record as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name(
        (
            sections.masthead,
            sections.faults,
            sections.assumed,
            sections.stale,
            sections.ladders,
            sections.agreement,
            sections.coverage,
            sections.provenance,
        )
    )

    def __init__(
        self, as_of: str | date | None = None, data: str | Path | None = None, overlay: Folders = None
    ) -> None:
        """Read and check the record; `SchemaError` only where it cannot be read at all, or an overlay has faults."""
        day = checked_day(as_of)
        record = with_overlays(read_record(Path(data) if data is not None else places.shipped("data")), overlay)
        self.content: dict[str, Any] = quality_content(record, day or record.data_end) | own_rows(record)
