"""The report of the record itself: faults, what was assumed or went unseen, how coders agreed, what coverage shows."""

from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts.code_hash import code_sha256
from forecasting.documents import data_quality_sections as sections
from forecasting.documents.case.content import STALE_MONTHS
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.values import Content
from forecasting.features.coverage import coverage_by_state
from forecasting.record.checks import record_faults
from forecasting.record.history import History
from forecasting.record.months import months_between, parse_day
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.vocabulary import TARGETS
from forecasting.store import package_data as places


def quality_content(record: RawRecord, day: date) -> Content:
    """All values of the report; where the record has faults, nothing else is worked out."""
    faults = [{"file": f.file, "row": f.row, "case_id": f.case_id, "wanted": f.wanted, "came": f.came}
              for f in record_faults(record)]  # fmt: skip
    content: Content = {
        "template": "data_quality",
        "title": f"The record - its quality as of {day}",
        "package_version": forecasting.__version__,
        "record_sha256": record.sha256,
        "code_sha256": code_sha256(),
        "data_end": record.data_end.isoformat(),
        "as_of": day.isoformat(),
        "faults": faults,
        "rows": {name: len(raw.cells) for name, raw in record.tables.items()},
        "sound": not faults,
    }
    if faults:
        return content
    history = History(day, record)
    return content | {
        "assumed": _assumed(record),
        "stale": _stale(history),
        "sources": _sources(history),
        "agreement": _agreement(record),
        "audit": _audit(record),
        "coverage": _coverage(history),
    }


def _assumed(record: RawRecord) -> list[Content]:
    """Days on which something became known that nobody looked up: they were set to the day on which it happened."""
    cases, outcomes = (record.tables[name].cells for name in ("cases", "outcomes"))
    ended = outcomes[(outcomes["target"] == TARGETS[0]) & (outcomes["cause"] != "")]
    parts = {
        "start_known_date": cases["start_known_assumed"],
        "end_known_date": ended["end_known_assumed"],
    }
    return [
        {"field": name, "assumed": int((flags == "1").sum()), "of": len(flags), "share": float((flags == "1").mean())}
        for name, flags in parts.items()
    ]


def _stale(history: History) -> list[Content]:
    """Cases that go on and have not been seen observed for long, the longest first."""
    rows = history.outcomes[(history.outcomes["target"] == TARGETS[0]) & (history.outcomes["cause"] == "")]
    names = history.cases.set_index("case_id")["name"]
    unseen = [
        {"case_id": case, "name": str(names[case]), "last_seen": seen.date().isoformat(),
         "months": float(months_between(seen.date(), history.as_of))}
        for case, seen in zip(rows["case_id"], rows["last_seen"], strict=True)
    ]  # fmt: skip
    return sorted((row for row in unseen if row["months"] > STALE_MONTHS), key=lambda row: -row["months"])


def _sources(history: History) -> Content:
    seen = history.sources["seen"] == 1
    return {"n": len(seen), "unopened": int((~seen).sum()), "share": float((~seen).mean()) if len(seen) else 0.0}


def _agreement(record: RawRecord) -> list[Content]:
    """Share of cases for which a second coder gave the value that the record holds, by column."""
    second = record.tables["second_coding"].cells.set_index("case_id")
    outcomes = record.tables["outcomes"].cells
    first = record.tables["cases"].cells.set_index("case_id").join(
        outcomes[outcomes["target"] == TARGETS[0]].set_index("case_id")[["cause", "end_date"]]
    )  # fmt: skip
    shared = [case for case in second.index if case in first.index]
    rows = []
    for name in second.columns:
        if name in first.columns and name != "formal_target":
            same = (first.loc[shared, name].to_numpy() == second.loc[shared, name].to_numpy()).mean() if shared else 0.0
            rows.append({"field": name, "n": len(shared), "share": float(same)})
    return sorted(rows, key=lambda row: row["share"])


def _audit(record: RawRecord) -> dict[str, int]:
    verdicts = record.tables["audit"].cells["verdict"].value_counts()
    return {str(name): int(count) for name, count in verdicts.items()}


def _coverage(history: History) -> list[Content]:
    rows = coverage_by_state(history).to_dict(orient="records")
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows]


class QualityReport(Report):
    """What can be said of the record as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name(
        (
            sections.masthead,
            sections.faults,
            sections.assumed,
            sections.stale,
            sections.agreement,
            sections.coverage,
            sections.provenance,
        )
    )

    def __init__(self, as_of: str | date | None = None, data: str | Path | None = None) -> None:
        """Read and check the record; `SchemaError` only where it cannot be read at all."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        record = read_record(Path(data) if data is not None else places.shipped("data"))
        self.content: dict[str, Any] = quality_content(record, day or record.data_end)
