"""Checks of the columns: the form of each cell, and that each code is known."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.schema import PLACEHOLDER, SLUG, Column, Table
from forecasting.store.errors import Fault, shown

UNPRINTABLE = "[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
Vocabulary = Mapping[str, frozenset[str]]
Test = Callable[["pd.Series[str]"], "pd.Series[bool]"]


def column_faults(raw: RawTable, vocabulary: Vocabulary) -> list[Fault]:
    """Faults of single cells of a table, against the form of their columns.

    `vocabulary` maps the name of a table to its keys, for the columns that link to it.
    """
    cells = raw.cells.copy(deep=False)
    cells.attrs = {}  # pandas would copy them with every column and at every step of a test
    return [
        fault
        for column in raw.table.columns
        for test in _tests(column, vocabulary)
        for fault in _faults(raw, column, ~test(cells[column.name]))
    ]


def _faults(raw: RawTable, column: Column, wrong: "pd.Series[bool]") -> Iterator[Fault]:
    """A fault for each line whose cell in the column is wrong."""
    for line in wrong.index[wrong]:
        owner = raw.cells["case_id"][line] if "case_id" in raw.cells else ""
        got = shown(raw.cells[column.name][line])
        yield Fault(*raw.place(line), str(owner), column.expected(), got)


def _tests(column: Column, vocabulary: Vocabulary) -> list[Test]:
    """Tests that each cell of the column must pass; a cell that is not required may be empty."""
    tests: list[Test] = [_form(column)]
    if column.link:
        known = vocabulary[column.link]
        tests.append(_parts_in(known) if column.kind == "keys" else lambda cells: cells.isin(known))
    return [_optional(test, column.required) for test in tests]


def _optional(test: Test, required: bool) -> Test:
    if required:
        return lambda cells: test(cells) & (cells != "")
    return lambda cells: test(cells) | (cells == "")


def _parts_in(known: frozenset[str]) -> Test:
    def test(cells: "pd.Series[str]") -> "pd.Series[bool]":
        verdict = {
            cell: len(parts := cell.split(";")) == len(set(parts)) and known.issuperset(parts)
            for cell in cells.unique()
        }
        return cells.map(verdict).astype(bool)

    return test


def _form(column: Column) -> Test:
    match column.kind:
        case "choice":
            return lambda cells: cells.isin(column.choices)
        case "choices":
            return _parts_in(frozenset(column.choices))
        case "flag":
            return lambda cells: cells.isin(("0", "1"))
        case "probability":
            return lambda cells: cells.str.fullmatch(r"0(\.[0-9]+)?|1(\.0+)?")
        case "integer":
            return lambda cells: (
                cells.str.fullmatch(r"[0-9]{1,6}")
                & pd.to_numeric(cells, errors="coerce").between(column.minimum, column.maximum)
            )
        case "day":
            return lambda cells: (
                cells.str.fullmatch(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")
                & pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").notna()
            )
        case "slug" if not column.link:
            return lambda cells: cells.str.fullmatch(SLUG) & (cells.str.len() <= 80)
        case _:
            return lambda cells: (
                (cells.str.strip() == cells) & (cells != PLACEHOLDER) & ~cells.str.contains(UNPRINTABLE)
            )


def typed(cells: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Typed values of a checked table: days, numbers and text; a missing day is NaT, a missing number NaN."""
    values: dict[str, pd.Series] = {}
    for column in table.columns:
        text = cells[column.name]
        if column.kind == "day":
            values[column.name] = pd.to_datetime(text, format="%Y-%m-%d", errors="coerce")
        elif column.kind in ("flag", "probability", "integer"):
            values[column.name] = pd.to_numeric(text, errors="coerce").astype("float64")
        else:
            values[column.name] = text
    return pd.DataFrame(values, index=cells.index)
