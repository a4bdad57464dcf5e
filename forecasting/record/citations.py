"""Rows of the record as they are cited: file, row, id, the day from which they were known, words and sources."""

from collections.abc import Iterable
from typing import Any

from forecasting.record.history import History
from forecasting.record.schema import KNOWN_DAY, TABLES

Citation = dict[str, Any]


def citations(history: History, table: str, **cells: str) -> list[Citation]:
    """Rows of a table as citations.

    Parameters
    ----------
    history
        The history whose record is cited, as its files stand.
    table
        Name of the table, one of `TABLES`.
    cells
        Text of the cells, by column, that a row must have.

    Returns
    -------
    list of dict
        In the order of the files: `file`, `row` (from 1, its head included), `id`, and where the row has them `known`,
        `kind`, `cause`, `summary`, `title`, `url` and `sources`, which are citations, too.
    """
    raw = history.record.tables[table]
    chosen = (raw.cells[list(cells)] == list(cells.values())).all(axis=1)
    return [_citation(history, table, int(line)) for line in chosen.to_numpy().nonzero()[0]]


def _citation(history: History, table: str, line: int) -> Citation:
    raw = history.record.tables[table]
    cells = raw.cells.iloc[line]
    file, row = raw.place(line)
    found: Citation = {"file": file, "row": row, "id": "/".join(cells[name] for name in TABLES[table].key)}
    if table in KNOWN_DAY:
        found["known"] = cells[KNOWN_DAY[table]]
    found |= {name: cells[name] for name in ("kind", "cause", "summary", "title", "url") if cells.get(name)}
    if table == "ladders":
        found["summary"] = f"{cells['ladder']}, level {cells['level']}, {cells['status']}: {cells['evidence']}"
    if "source_id" in cells.index and table not in ("sources", "case_sources"):
        found["sources"] = source_citations(history, cells["source_id"].split(";"))
    return found


def source_citations(history: History, source_ids: Iterable[str]) -> list[Citation]:
    """Sources as citations, with their title and address."""
    return [found for name in source_ids if name for found in citations(history, "sources", source_id=name)]


def case_citation(history: History, case_id: str) -> Citation:
    """The row of a case as a citation, with the sources on which it rests."""
    rows = history.case_sources
    own = rows.loc[rows["case_id"] == case_id, "source_id"]
    return citations(history, "cases", case_id=case_id)[0] | {"sources": source_citations(history, own)}
