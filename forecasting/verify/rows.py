"""Where a fact stands in the record: file, row, the day from which it was known, and its sources."""

from collections.abc import Iterable
from typing import Any

from forecasting.record.history import History
from forecasting.record.schema import TABLES

KNOWN = {"cases": "start_known_date", "outcomes": "end_known_date", "events": "known_date",
         "calendar": "announced_date", "alternatives": "known_date"}  # fmt: skip
KEYS = {"event_id": "events", "source_id": "sources", "alternative_id": "alternatives", "case_id": "cases"}

Fact = dict[str, Any]


def facts(history: History, table: str, key: str, value: str, **also: str) -> list[Fact]:
    """Rows of a table with a value (and further ones) as facts: file, row, id, known date, text and sources."""
    raw = history.record.tables[table]
    mask = raw.cells[key] == value
    for name, expected in also.items():
        mask &= raw.cells[name] == expected
    return [_fact(history, table, int(number)) for number in mask.to_numpy().nonzero()[0]]


def _fact(history: History, table: str, number: int) -> Fact:
    raw = history.record.tables[table]
    line = raw.cells.iloc[number]
    found: Fact = {
        "file": str(raw.files[number]),
        "row": int(raw.rows[number]),
        "id": "/".join(line[name] for name in TABLES[table].key),
    }
    if table in KNOWN:
        found["known"] = line[KNOWN[table]]
    for name in ("kind", "cause", "summary", "title", "url"):
        if line.get(name):
            found[name] = line[name]
    if "source_id" in line.index and table not in ("sources", "case_sources"):
        found["sources"] = sources(history, line["source_id"].split(";"))
    return found


def sources(history: History, names: Iterable[str]) -> list[Fact]:
    """Where sources stand in the record, with their title and address."""
    return [fact for name in names if name for fact in facts(history, "sources", "source_id", name)]


def case_fact(history: History, case_id: str) -> Fact:
    """The row of a case, with the sources that it rests on."""
    rows = history.case_sources
    own = rows.loc[rows["case_id"] == case_id, "source_id"]
    return facts(history, "cases", "case_id", case_id)[0] | {"sources": sources(history, own)}


def named_facts(history: History, path: Iterable[Any]) -> list[Fact]:
    """The rows that the values on the way to a pointer name by their ids, the innermost first."""
    held = [value for value in path if isinstance(value, dict)]
    found: list[Fact] = []
    for value in reversed(held):
        for key, table in KEYS.items():
            if isinstance(value.get(key), str):
                found += facts(history, table, key, value[key])
        if isinstance(value.get("sources"), list):
            found += sources(history, [name for name in value["sources"] if isinstance(name, str)])
    return found
