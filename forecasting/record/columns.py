"""Checks of the columns: the form of each cell, and that each code is known."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.schema import PLACEHOLDER, SLUG, Column, Table
from forecasting.store.errors import Fault, shown

UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
Vocabulary = Mapping[str, frozenset[str]]
Test = Callable[[str], bool]


def column_faults(raw: RawTable, vocabulary: Vocabulary) -> list[Fault]:
    """Faults of single cells of a table, against the form of their columns.

    `vocabulary` maps the name of a table to its keys, for the columns that link to it.
    """
    return [
        fault
        for column in raw.table.columns
        for test in _tests(column, vocabulary)
        for fault in _faults(raw, column, test)
    ]


def _faults(raw: RawTable, column: Column, test: Test) -> Iterator[Fault]:
    """A fault for each line whose cell in the column does not pass; what stands in many lines is tested once."""
    cells = raw.cells[column.name].tolist()
    wrong = {cell for cell in set(cells) if not test(cell)}
    for line in [line for line, cell in enumerate(cells) if cell in wrong] if wrong else ():
        owner = raw.cells["case_id"][line] if "case_id" in raw.cells else ""
        yield Fault(*raw.place(line), str(owner), column.expected(), shown(cells[line]))


def _tests(column: Column, vocabulary: Vocabulary) -> list[Test]:
    """Tests that each cell of the column must pass; a cell that is not required may be empty."""
    tests: list[Test] = [_form(column)]
    if column.link:
        known = vocabulary[column.link]
        tests.append(_parts_in(known) if column.kind == "keys" else known.__contains__)
    return [_optional(test, column.required) for test in tests]


def _optional(test: Test, required: bool) -> Test:
    if required:
        return lambda cell: cell != "" and test(cell)
    return lambda cell: cell == "" or test(cell)


def _parts_in(known: frozenset[str]) -> Test:
    def test(cell: str) -> bool:
        return len(parts := cell.split(";")) == len(set(parts)) and known.issuperset(parts)

    return test


def _matching(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(pattern).fullmatch


def _form(column: Column) -> Test:
    match column.kind:
        case "choice":
            return frozenset(column.choices).__contains__
        case "choices":
            return _parts_in(frozenset(column.choices))
        case "flag":
            return frozenset("01").__contains__
        case "probability":
            share = _matching(r"0(\.[0-9]+)?|1(\.0+)?")
            return lambda cell: bool(share(cell))
        case "integer":
            digits = _matching(r"[0-9]{1,6}")
            return lambda cell: bool(digits(cell)) and column.minimum <= int(cell) <= column.maximum
        case "day":
            return _is_day
        case "slug" if not column.link:
            slug = _matching(SLUG)
            return lambda cell: bool(slug(cell)) and len(cell) <= 80
        case _:
            return lambda cell: cell.strip() == cell != PLACEHOLDER and not UNPRINTABLE.search(cell)


_looks_like_a_day = _matching(r"[12][0-9]{3}-[0-9]{2}-[0-9]{2}")


def _is_day(cell: str) -> bool:
    try:
        return bool(_looks_like_a_day(cell)) and bool(date.fromisoformat(cell))
    except ValueError:
        return False


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
