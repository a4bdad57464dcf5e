"""The report of the record itself: faults, what was assumed or went unseen, how coders agreed, what coverage shows."""

from datetime import date
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.documents.case.content import STALE_MONTHS
from forecasting.documents.fragments import Fragment, table
from forecasting.documents.report import Maker, Report, by_name
from forecasting.documents.values import Content
from forecasting.documents.wording import counted, day_words, label, percent
from forecasting.features.coverage import coverage_by_state
from forecasting.record.agreement import coder_agreement
from forecasting.record.checks import record_faults
from forecasting.record.history import History
from forecasting.record.months import parse_day
from forecasting.record.quality import assumed_days, audit_verdicts, unopened_sources
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.vocabulary import STATES
from forecasting.store import package_data as places

SHOWN = 40


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
        "assumed": _assumed(history),
        "stale": _stale(history),
        "sources": _sources(history),
        "agreement": _agreement(record),
        "audit": audit_verdicts(history),
        "coverage": _coverage(history),
    }


def _assumed(history: History) -> list[Content]:
    """Days on which something became known that nobody looked up: they were set to the day on which it happened."""
    return [
        {"field": name, "assumed": part.n, "of": part.of, "share": part.share}
        for name, part in assumed_days(history).items()
    ]


def _stale(history: History) -> list[Content]:
    """Cases that go on and have not been seen observed for long, the longest first."""
    views = history.case_views(history.open_case_ids())
    unseen = [view for view in views if view.months_unseen > STALE_MONTHS]
    return [
        {"case_id": view.case_id, "name": view.start["name"], "last_seen": view.last_seen.isoformat(),
         "months": view.months_unseen}
        for view in sorted(unseen, key=lambda view: (-view.months_unseen, view.start_date))
    ]  # fmt: skip


def _sources(history: History) -> Content:
    part = unopened_sources(history)
    return {"n": part.of, "unopened": part.n, "share": part.share or 0.0}


def _agreement(record: RawRecord) -> list[Content]:
    """Share of cases for which a second coder gave the value that the record holds, by column, the least first."""
    rows = coder_agreement(record).sort_values("same", kind="stable")
    return [{"field": str(row.field), "n": int(row.n), "share": float(row.same)} for row in rows.itertuples()]


def _coverage(history: History) -> list[Content]:
    rows = coverage_by_state(history).to_dict(orient="records")
    return [{str(k): None if pd.isna(v) else v for k, v in row.items()} for row in rows]


def masthead(content: Content) -> Fragment:
    """What the page is about, and whether the record keeps its contract."""
    n = len(content["faults"])
    said = "It keeps its contract: no faults." if content["sound"] else f"It has {counted(n, 'fault', 'faults')}."
    rows = content["rows"]
    return Fragment(
        f'<p class="kicker">The record as of {day_words(content["as_of"])}</p><h1>How good is the record?</h1>'
        f'<p class="question">{rows["cases"]:,} cases, {rows["events"]:,} events, {rows["sources"]:,} sources, up to '
        f"{day_words(content['data_end'])}. <strong>{said}</strong></p>"
    )


def faults(content: Content) -> Fragment:
    """Every fault, the first of them shown."""
    if content["sound"]:
        return Fragment("<p>No cell breaks the contract of the codebook, and the tables fit each other.</p>")
    rows = [
        [f"{escape(f['file'])} row {f['row']}", escape(f["case_id"]), escape(f["wanted"]), escape(f["came"])]
        for f in content["faults"][:SHOWN]
    ]
    more = len(content["faults"]) - len(rows)
    note = f"<p>{more} more stand in the JSON file beside this page.</p>" if more else ""
    return Fragment(table(["Where", "Case", "Wanted", "Came"], rows, "Faults of the record") + note)


def assumed(content: Content) -> Fragment:
    """Assumed days and unopened sources."""
    if not content["sound"]:
        return _waits()
    rows = [[label(a["field"]), f"{a['assumed']} of {a['of']}", percent(a["share"])] for a in content["assumed"]]
    s = content["sources"]
    rows.append(["sources whose page no coder opened", f"{s['unopened']} of {s['n']}", percent(s["share"])])
    return Fragment(table(["What", "Assumed or unseen", "Share"], rows, "What was assumed or not looked at"))


def stale(content: Content) -> Fragment:
    """Cases that go on, not seen for long."""
    if not content["sound"]:
        return _waits()
    rows = [
        [escape(row["name"]), day_words(row["last_seen"]), f"{row['months']:.0f}"] for row in content["stale"][:SHOWN]
    ]
    if not rows:
        return Fragment(f"<p>Every case that goes on was seen observed within {STALE_MONTHS} months.</p>")
    caption = f"{len(content['stale'])} cases go on and were last seen more than {STALE_MONTHS} months ago"
    return Fragment(table(["Case", "Last seen", "Months ago"], rows, caption))


def agreement(content: Content) -> Fragment:
    """Second coding and audit."""
    if not content["sound"]:
        return _waits()
    rows = [[label(a["field"]), str(a["n"]), percent(a["share"])] for a in content["agreement"]]
    told = ", ".join(f"{count} {escape(verdict)}" for verdict, count in content["audit"].items())
    audited = f"<p>Facts held against pages: {told}.</p>" if told else "<p>No fact was held against a page.</p>"
    if not rows or rows[0][1] == "0":
        return Fragment("<p>No case was coded twice.</p>" + audited)
    return Fragment(
        table(["Field", "Cases coded twice", "Same value"], rows, "How often a second coder gave the same value")
        + audited
    )


def coverage(content: Content) -> Fragment:
    """Whether the density of the events betrays how a case ended."""
    if not content["sound"]:
        return _waits()
    rows = [
        [
            f"{row['window']}: {label(row['measure'])}",
            str(row["n"]),
            *("" if row[state] is None else f"{row[state]:.2f}" for state in STATES),
            f"{row['p_endings']:.3f}",
        ]
        for row in content["coverage"]
    ]
    head = ["Window and measure", "Cases", *STATES, "p, endings alike"]
    return Fragment(table(head, rows, "Coverage of cases in equal windows, by how they stand"))


def provenance(content: Content) -> Fragment:
    """What the page was made from."""
    return Fragment(
        f"<p>Record to {day_words(content['data_end'])}, sha256 <code>{content['record_sha256']}</code>; package "
        f"{escape(content['package_version'])}. Every number on this page is in the JSON file beside it.</p>"
    )


def _waits() -> Fragment:
    return Fragment("<p>Not worked out while the record has faults.</p>")


class QualityReport(Report):
    """What can be said of the record as of a day."""

    SECTIONS: ClassVar[dict[str, Maker]] = by_name((masthead, faults, assumed, stale, agreement, coverage, provenance))

    def __init__(self, as_of: str | date | None = None, data: str | Path | None = None) -> None:
        """Read and check the record; `SchemaError` only where it cannot be read at all."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        record = read_record(Path(data) if data is not None else places.shipped("data"))
        self.content: dict[str, Any] = quality_content(record, day or record.data_end)
