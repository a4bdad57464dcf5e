"""Dates against the case to which they belong."""

from datetime import date
from typing import Final

import pandas as pd

from forecasting.record.descriptor import FILE
from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.record.values import days_of
from forecasting.store.errors import Fault

YEARS_BEFORE: Final = 25
YEARS_AFTER: Final = 100
YEARS_UNSEEN: Final = 10
YEAR_OF_ID: Final = r"(?:^|-)([0-9]{4})$"
LATE: Final = pd.DateOffset(years=1)
"""Time after its start at which a case that becomes known needs a note."""


def span_faults(raw: RawTable, cases: pd.DataFrame) -> list[Fault]:
    """Days further from the start of their case than any act of it can be (`cases`, as text, by case_id)."""
    findings = Findings(raw)
    days = [column.name for column in raw.table.columns if column.kind == "day"]
    if "case_id" not in raw.cells or not days or raw.cells.empty:
        return []
    began = days_of(cases["start_date"])
    bounds = began, began - pd.DateOffset(years=YEARS_BEFORE), began + pd.DateOffset(years=YEARS_AFTER)
    start, first, last = (raw.cells["case_id"].map(days) for days in bounds)
    expected = f"at most {YEARS_BEFORE} years before and {YEARS_AFTER} after {{}}, when its case began"
    for name in days:
        wrong = (findings.day(name) < first) | (findings.day(name) > last)
        findings.add_against(wrong, f"{name} {expected}", start, name, do="correct the century")
    return findings.faults


def start_faults(cases: RawTable, coding: pd.DataFrame) -> list[Fault]:
    """Cases whose name has another year than their start, or whose start became known late without a note."""
    findings, cells = Findings(cases), cases.cells
    year = cells["case_id"].str.extract(YEAR_OF_ID)[0]
    start = findings.day("start_date")
    findings.add(
        start.notna() & (year != start.dt.strftime("%Y")),
        "case_id that ends with the year of start_date",
        "case_id",
        "start_date",
        do="correct the year, or name the case anew in every file",
    )
    late = findings.day("start_known_date") > start + LATE
    noted = set(coding.loc[coding["notes"] != "", "case_id"])
    findings.add(
        late & ~cells["case_id"].isin(noted),
        "a note in coding.csv where the start became known more than a year late",
        "start_date",
        "start_known_date",
        do="say in notes why, or correct the year",
    )
    return findings.faults


def end_faults(outcomes: RawTable, sources: RawTable, data_end: date) -> list[Fault]:
    """An end of the record so late that nobody can have looked until then: a century mistyped."""
    last = pd.concat([outcomes.typed("looked_until"), sources.typed("opened_on")]).max()
    if pd.isna(last) or (data_end.year - YEARS_UNSEEN, data_end.month) <= (last.year, last.month):
        return []
    expected = f"data_end at most {YEARS_UNSEEN} years after the last day on which somebody looked"
    return [Fault(FILE, 0, "", f"{expected}, {last.date()}", str(data_end), "correct the year")]
