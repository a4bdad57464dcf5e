"""The report of the record itself: faults, what was assumed or went unseen, how coders agreed, what coverage shows."""

from datetime import date
from html import escape
from pathlib import Path
from typing import Any, ClassVar

import pandas as pd

import forecasting
from forecasting.artefacts.code_hash import code_sha256
from forecasting.documents.case.content import STALE_MONTHS
from forecasting.documents.fragments import Content, Fragment, day_words, table
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.report import Report, Section, by_name
from forecasting.documents.words import counted, label, percent
from forecasting.features.coverage import coverage_by_state
from forecasting.record.checks import record_faults
from forecasting.record.history import History
from forecasting.record.months import months_between, parse_day
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.reads import note_rows
from forecasting.record.tracked import noted_cells
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store import package_data as places

SHOWN = 40


def quality_content(record: RawRecord, day: date) -> Content:
    """All values of the report; where the record has faults, nothing else is worked out.

    `provenance`: what each value rests on.
    """
    cells, value = noted_cells(record), Recorded()
    faults = value("faults", fault_rows, cells)
    content: Content = {
        "template": "data_quality",
        "title": f"The record - its quality as of {day}",
        "package_version": forecasting.__version__,
        "record_sha256": record.sha256,
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
    history = History(day, record)
    return content | {
        "assumed": value("assumed", assumed_days, cells),
        "stale": value("stale", unseen_cases, history),
        "sources": value("sources", opened_sources, history),
        "agreement": value("agreement", coders_agreement, cells),
        "audit": value("audit", audit_verdicts, cells),
        "coverage": value("coverage", coverage_rows, history),
    }


def fault_rows(record: RawRecord) -> list[Content]:
    """Every cell that breaks the contract."""
    return [
        {"file": f.file, "row": f.row, "case_id": f.case_id, "wanted": f.wanted, "came": f.came}
        for f in record_faults(record)
    ]


def row_counts(record: RawRecord) -> dict[str, int]:
    """How many rows each table has, whatever their cells say."""
    for name in record.tables:
        note_rows(name)
    return {name: len(raw.cells) for name, raw in record.tables.items()}


def assumed_days(record: RawRecord) -> list[Content]:
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


def unseen_cases(history: History) -> list[Content]:
    """Cases that go on and have not been seen observed for long, the longest first."""
    rows = history.outcomes[(history.outcomes["target"] == TARGETS[0]) & (history.outcomes["cause"] == "")]
    names = history.cases.set_index("case_id")["name"]
    unseen = [
        {"case_id": case, "name": str(names[case]), "last_seen": seen.date().isoformat(),
         "months": float(months_between(seen.date(), history.as_of))}
        for case, seen in zip(rows["case_id"], rows["last_seen"], strict=True)
    ]  # fmt: skip
    return sorted((row for row in unseen if row["months"] > STALE_MONTHS), key=lambda row: -row["months"])


def opened_sources(history: History) -> Content:
    """How many sources no coder opened."""
    seen = history.sources["seen"] == 1
    return {"n": len(seen), "unopened": int((~seen).sum()), "share": float((~seen).mean()) if len(seen) else 0.0}


def coders_agreement(record: RawRecord) -> list[Content]:
    """Share of cases for which a second coder gave the value that the record holds, by column."""
    second = record.tables["second_coding"].cells.set_index("case_id")
    outcomes = record.tables["outcomes"].cells
    cases = record.tables["cases"].cells
    coded = [name for name in cases.columns if name == "case_id" or name in second.columns]
    first = cases[coded].set_index("case_id").join(
        outcomes[outcomes["target"] == TARGETS[0]].set_index("case_id")[["cause", "end_date"]]
    )  # fmt: skip
    shared = [case for case in second.index if case in first.index]
    rows = []
    for name in second.columns:
        if name in first.columns and name != "formal_target":
            same = (first.loc[shared, name].to_numpy() == second.loc[shared, name].to_numpy()).mean() if shared else 0.0
            rows.append({"field": name, "n": len(shared), "share": float(same)})
    return sorted(rows, key=lambda row: row["share"])


def audit_verdicts(record: RawRecord) -> dict[str, int]:
    """How facts held against their pages came out."""
    verdicts = record.tables["audit"].cells["verdict"].value_counts()
    return {str(name): int(count) for name, count in verdicts.items()}


def coverage_rows(history: History) -> list[Content]:
    """Coverage of cases in equal windows, by how they stand."""
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

    SECTIONS: ClassVar[dict[str, Section]] = by_name(
        (masthead, faults, assumed, stale, agreement, coverage, provenance)
    )

    def __init__(self, as_of: str | date | None = None, data: str | Path | None = None) -> None:
        """Read and check the record; `SchemaError` only where it cannot be read at all."""
        day = parse_day(as_of) if isinstance(as_of, str) else as_of
        record = read_record(Path(data) if data is not None else places.shipped("data"))
        self.content: dict[str, Any] = quality_content(record, day or record.data_end)
