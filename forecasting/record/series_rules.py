"""Constraints on the series: each year once, states within their own years, no gap that is not said to be one."""

from collections.abc import Mapping

import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings
from forecasting.record.series_schema import TABLES, YEARLY
from forecasting.record.values import last_days_of
from forecasting.store.errors import Fault

TABLES_OF_SERIES = tuple(table.name for table in TABLES)
FILL = "add the figures with their source, or a row of series/gaps.csv"


def series_faults(tables: Mapping[str, RawTable]) -> list[Fault]:
    """Faults between the rows of the series.

    Parameters
    ----------
    tables : mapping of str to RawTable
        Every table of the record.

    Returns
    -------
    list of Fault
        In no order.
    """
    if all(tables[name].cells.empty for name in TABLES_OF_SERIES):
        return []
    faults = _told_gap_faults(tables)
    for name in YEARLY:
        faults += _gap_faults(tables[name], tables["series_gaps"].cells)
    for name in (*YEARLY, "disputes"):
        faults += _year_faults(tables[name], tables["parties"].cells)
    for name, first, last in (("leaders", "start_date", "end_date"), ("rivalries", "start_year", "end_year")):
        findings = Findings(tables[name])
        early = tables[name].typed(last) < tables[name].typed(first)
        findings.add(early, f"{last} on or after {first}", first, last, do="correct one of the two")
        faults += findings.faults
    for name in ("rivalries", "disputes"):
        findings = Findings(tables[name])
        cells = tables[name].cells
        findings.add(cells["code"] == cells["other"], "two states", "code", "other", do="name the other of the two")
        faults += findings.faults
    return faults


def _gap_faults(raw: RawTable, gaps: pd.DataFrame) -> list[Fault]:
    """Years missing between two of a state that are no row of `series/gaps.csv`, told at the year after them."""
    findings = Findings(raw)
    told = {
        (code, first, last)
        for series, code, first, last in zip(
            *(gaps[name] for name in ("series", "code", "first_year", "last_year")), strict=True
        )
        if series == raw.table.name
    }
    years = raw.typed("year")
    ordered = pd.DataFrame({"code": raw.cells["code"], "year": years}).dropna().sort_values(["code", "year"])
    before = ordered.groupby("code")["year"].shift()
    for line in ordered.index[ordered["year"] > before + 1]:
        code, first, last = ordered["code"][line], f"{before[line] + 1:.0f}", f"{ordered['year'][line] - 1:.0f}"
        if (code, first, last) not in told:
            span = first if first == last else f"{first} to {last}"
            findings.tell(int(line), f"a figure of {code} for {span}", "none", FILL)
    return findings.faults


def _told_gap_faults(tables: Mapping[str, RawTable]) -> list[Fault]:
    """Gaps that end before they begin, and gaps in which there are figures."""
    raw = tables["series_gaps"]
    findings = Findings(raw)
    first, last = raw.typed("first_year"), raw.typed("last_year")
    findings.add(
        last < first, "last_year on or after first_year", "first_year", "last_year", do="correct one of the two"
    )
    figures = {name: set(zip(tables[name].cells["code"], tables[name].cells["year"], strict=True)) for name in YEARLY}
    named = zip(raw.cells["series"], raw.cells["code"], first, last, strict=True)
    for line, (series, code, since, until) in enumerate(named):
        years = range(int(since), int(until) + 1) if until >= since else ()
        inside = [year for year in years if (code, str(year)) in figures.get(series, ())]
        if inside:
            got = f"a figure of {code} for {inside[0]} in {tables[series].table.path}"
            findings.tell(line, "no figure in a gap", got, "shorten the gap, or drop the row")
    return findings.faults


def _year_faults(raw: RawTable, parties: pd.DataFrame) -> list[Fault]:
    """Figures of years in which a state did not exist, and figures published before their year."""
    findings = Findings(raw)
    year = raw.typed("year")
    known = parties.drop_duplicates("code").set_index("code")
    for column in [name for name in ("code", "other") if name in raw.cells]:
        for end, earlier in (("start_date", True), ("end_date", False)):
            bound = pd.to_numeric(raw.cells[column].map(known[end]).str[:4], errors="coerce")
            wrong = (year < bound) if earlier else (year > bound)
            for line in wrong.to_numpy().nonzero()[0].tolist():
                code = raw.cells[column][line]
                years = f"from {known['start_date'][code] or 'before 1816'} to {known['end_date'][code] or 'today'}"
                got = f"year={raw.cells['year'][line]!r}, {column}={code!r}"
                do = "use the code of the day, or correct the years of the code in parties.csv"
                findings.tell(line, f"a year of {code}, {years}", got, do)
    if "published" in raw.cells:
        early = last_days_of(raw.cells["published"]).dt.year < year
        findings.add(
            early, "published in the year of the figure or later", "year", "published", do="correct one of the two"
        )
    return findings.faults
