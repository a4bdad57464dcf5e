"""Difference of two records, row by row and by the keys of the tables; their columns need not be the same."""

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.record.descriptor import files_of
from forecasting.record.files import FILE
from forecasting.record.forms import Table
from forecasting.record.schema import TABLES
from forecasting.store.csv_rows import csv_rows, header_text
from forecasting.store.errors import UsageError

Cells = dict[str, str]
Rows = dict[tuple[str, ...], Cells]
OWNERS: Final = ("case_id", "distinct_from")
REMEDY: Final = "run: forecasting check --data"


@dataclass(frozen=True)
class Changed:
    """A row that is in both records with other cells.

    Attributes
    ----------
    key : str
        Its key, parts joined by '/'.
    cells : dict of str to (str, str)
        Old and new cell, by column.
    """

    key: str
    cells: dict[str, tuple[str, str]]


@dataclass(frozen=True)
class TableDifference:
    """Difference of a table.

    Attributes
    ----------
    table : str
        Name of the table.
    added, removed : tuple of str
        Keys of rows that only the new, or only the old record has.
    changed : tuple of Changed
        Rows with other cells in columns that both have.
    columns_added, columns_removed : tuple of str
        Columns that only one of the two has.
    cases : frozenset of str
        Cases whose rows these are.
    """

    table: str
    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[Changed, ...]
    columns_added: tuple[str, ...]
    columns_removed: tuple[str, ...]
    cases: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.columns_added or self.columns_removed)


def differences(old: Path, new: Path) -> list[TableDifference]:
    """Difference of two records, table by table.

    Parameters
    ----------
    old, new : Path
        Folders of the records.

    Returns
    -------
    list of TableDifference
        Of the tables that differ, in the order of the schema.

    Raises
    ------
    UsageError
        For a folder without `cases.csv`, and a table that is no CSV or has no key.
    """
    for folder in (old, new):
        if not (folder / TABLES["cases"].path).is_file():
            raise UsageError(f"expected the folder of a record, got {folder} without cases.csv; name another")
    found = (_difference(table, _table(old, table), _table(new, table)) for table in TABLES.values())
    return [one for one in found if one]


def changed_cases(found: list[TableDifference]) -> frozenset[str]:
    """Cases of which a row was added, changed or removed."""
    return frozenset().union(*(one.cases for one in found))


def _difference(table: Table, old: tuple[list[str], Rows], new: tuple[list[str], Rows]) -> TableDifference:
    (before, earlier), (after, later) = old, new
    shared = [name for name in after if name in before]
    added, removed = ([key for key in one if key not in other] for one, other in ((later, earlier), (earlier, later)))
    changed = {
        key: {name: (earlier[key][name], row[name]) for name in shared if earlier[key][name] != row[name]}
        for key, row in later.items()
        if key in earlier
    }
    changed = {key: cells for key, cells in changed.items() if cells}
    rows = [later[key] for key in (*added, *changed)] + [earlier[key] for key in (*removed, *changed)]
    return TableDifference(
        table=table.name,
        added=tuple(map("/".join, added)),
        removed=tuple(map("/".join, removed)),
        changed=tuple(Changed("/".join(key), cells) for key, cells in changed.items()),
        columns_added=tuple(name for name in after if before and name not in before),
        columns_removed=tuple(name for name in before if after and name not in after),
        cases=frozenset(case for row in rows for case in _owners(table.name, row)),
    )


def _owners(table: str, row: Mapping[str, str]) -> Iterator[str]:
    """Cases that a row belongs to; a correction belongs to that of the row which it corrects."""
    yield from (row[name] for name in OWNERS if row.get(name))
    if table == "corrections" and row["table"] in ("cases", "outcomes", "ladders", "calendar"):
        yield row["row_key"].split("/")[0]
    elif table == "corrections" and row["table"] == "events":
        yield row["row_key"].rpartition("-")[0]


def _table(folder: Path, table: Table) -> tuple[list[str], Rows]:
    """Columns and rows by key of a table in a folder; none where the folder has no such table."""
    columns: list[str] = []
    rows: Rows = {}
    for name in files_of(folder, table):
        path = folder / name
        try:
            lines = list(csv_rows(io.StringIO(FILE.content_in(folder, name).decode("utf-8-sig"), newline="")))
        except UnicodeDecodeError as error:
            raise UsageError(f"expected {path} as CSV in UTF-8, got {error}; {REMEDY}") from None
        columns = lines[0].cells if lines else []
        if missing := [name for name in table.key if name not in columns]:
            got = header_text(columns)
            raise UsageError(f"expected {path} with the column {missing[0]}, got {got}; {REMEDY}")
        for line in lines[1:]:
            if line.fault:
                raise UsageError("{} row {}: expected {}, got {}; {}".format(path, line.number, *line.fault, REMEDY))
            cells = dict(zip(columns, line.cells, strict=True))
            rows[tuple(cells[name] for name in table.key)] = cells
    return columns, rows
