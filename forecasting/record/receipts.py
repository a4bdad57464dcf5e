"""Receipts of the evidence: which sources were opened, on which day, and the hash of the text that was read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from forecasting.record.reading import RawRecord, RawTable
from forecasting.record.rules import Findings
from forecasting.record.schema import TABLES
from forecasting.store.errors import Fault

ADDRESS: Final = r'https?://[^\s"<>\\^`{|}]+'
STATES: Final = ("open", "opened", "receipt")
"""Not opened by anybody; opened, but the text was not kept by its hash; opened, with day and hash."""
CITED: Final = {"acts": "events", "rungs": "ladders", "last sights": "outcomes", "announcements": "calendar",
                "claims": "claims"}  # fmt: skip


@dataclass(frozen=True)
class Receipts:
    """Counts of evidence by state.

    Attributes
    ----------
    sources : dict of str to int
        Sources by state, one of `STATES`.
    rows : dict of str to dict of str to int
        Rows by the best state of the sources that they name, for each kind of row; `endings` are the ending acts. Rows
        that name none are left out.
    cases : dict of str to dict of str to int
        Sources of each case by state, those of its acts, rungs, sights and announcements included.
    """

    sources: dict[str, int]
    rows: dict[str, dict[str, int]]
    cases: dict[str, dict[str, int]]


def source_faults(sources: RawTable) -> list[Fault]:
    """Receipts of sources that nobody opened, hashes without a day, and addresses that are none of the web."""
    findings, cells = Findings(sources), sources.cells
    opened, hashed = cells["opened_on"] != "", cells["text_sha256"] != ""
    findings.add(
        (opened | hashed) & (cells["seen"] != "1"), "seen 1 for a source with a receipt", "seen", "opened_on",
        do="set seen to 1, or clear the receipt",
    )  # fmt: skip
    findings.add(
        hashed & ~opened, "opened_on where text_sha256 is given", "opened_on", "text_sha256",
        do="say on which day the text was read",
    )  # fmt: skip
    addresses = cells["url"]
    findings.add(
        (addresses != "") & ~addresses.str.fullmatch(ADDRESS), "url as an address that begins with http:// or https://",
        "url", do="copy it from the browser; a blank is %20 there, and a quote %22",
    )  # fmt: skip
    findings.add(
        findings.day("opened_on") < first_days(cells["published"]), "opened_on on or after published",
        "published", "opened_on", do="correct one of the two",
    )  # fmt: skip
    return findings.faults


def first_days(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """First day that each day, month or year may mean."""
    whole = cells + cells.str.len().map({4: "-01-01", 7: "-01"}).fillna("")
    return pd.to_datetime(whole, format="%Y-%m-%d", errors="coerce")


def states_of_sources(record: RawRecord) -> dict[str, str]:
    """State of each source, one of `STATES`."""
    cells = record.tables["sources"].cells
    return {
        source: STATES[2] if opened and text else STATES[1] if seen == "1" else STATES[0]
        for source, seen, opened, text in zip(
            *(cells[name] for name in ("source_id", "seen", "opened_on", "text_sha256")), strict=True
        )
    }


def receipts(record: RawRecord) -> Receipts:
    """Count the evidence of a record by state.

    Parameters
    ----------
    record : RawRecord
        A record without faults.

    Returns
    -------
    Receipts
        Of sources, of the rows that cite them, and of the cases.
    """
    states = states_of_sources(record)
    named = {kind: _named(record, table) for kind, table in CITED.items()}
    acts = record.tables["events"].cells
    named["endings"] = named["acts"][(acts["is_ending"] == "1").to_numpy()]
    return Receipts(
        sources=_counts(states.values()),
        rows={kind: _counts(_best(cell, states) for cell in cells if cell) for kind, cells in named.items()},
        cases={case: _counts(states[one] for one in own) for case, own in sources_of_cases(record).items()},
    )


def sources_of_cases(record: RawRecord) -> dict[str, list[str]]:
    """Sources on which each case rests, by id."""
    found: dict[str, set[str]] = {case: set() for case in record.tables["cases"].cells["case_id"]}
    for table in ("case_sources", *CITED.values()):
        cells = record.tables[table].cells
        for case, cell in zip(cells["case_id"], _named(record, table), strict=True) if "case_id" in cells else ():
            found[case].update(filter(None, cell.split(";")))
    return {case: sorted(own) for case, own in found.items()}


def _named(record: RawRecord, table: str) -> "pd.Series[str]":
    """The cell of each row of a table that names its sources."""
    column = next(column.name for column in TABLES[table].columns if column.link == "sources")
    return record.tables[table].cells[column]


def _best(cell: str, states: Mapping[str, str]) -> str:
    return max((states[source] for source in cell.split(";")), key=STATES.index)


def _counts(found: Iterable[str]) -> dict[str, int]:
    told = list(found)
    return {state: told.count(state) for state in STATES}
