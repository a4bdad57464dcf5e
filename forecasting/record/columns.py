"""Checks of the columns: the form of each cell, and that each code is known."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date

import pandas as pd

from forecasting.record.forms import PLACEHOLDER, SLUG, Column
from forecasting.record.reading import RawTable
from forecasting.record.words import missing_words, unseen
from forecasting.store.errors import Fault, shown

YEAR = "(1[89]|2[01])[0-9]{2}"
_EMPTY = {False: "leave the cell empty where there is nothing to say", True: "say what it is"}
Vocabulary = Mapping[str, frozenset[str]]
Test = Callable[[str], bool]


def column_faults(raw: RawTable, vocabulary: Vocabulary) -> list[Fault]:
    """Faults of single cells of a table, against the form of their columns.

    `vocabulary` maps the name of a table to its keys, for the columns that link to it.
    """
    return [
        fault
        for column in raw.table.columns
        for wrong, do in _wrong(column, raw.cells[column.name], vocabulary)
        for fault in _faults(raw, column, wrong, do)
    ]


def _faults(raw: RawTable, column: Column, wrong: set[str], do: str) -> Iterator[Fault]:
    """A fault for each line whose cell in the column is one of the wrong ones."""
    if not wrong:
        return
    for line, cell in enumerate(raw.cells[column.name].tolist()):
        if cell in wrong:
            owner = raw.cells["case_id"][line] if "case_id" in raw.cells else ""
            yield Fault(*raw.place(line), str(owner), column.expected(), shown(cell), do)


def _wrong(column: Column, cells: "pd.Series[str]", vocabulary: Vocabulary) -> Iterator[tuple[set[str], str]]:
    """Cells that do not pass each test of the column, with the remedy; what is in many lines is tested once."""
    different = set(cells.tolist())
    empty = set() if column.required else {""}
    tests = [well_formed(column)]
    if column.link:
        known = vocabulary[column.link]
        tests.append(_parts_in(known) if column.kind == "keys" else known.__contains__)
    for test in tests:
        yield {cell for cell in different - empty if cell == "" or not test(cell)}, column.remedy
    if column.kind in ("text", "cell"):
        codes = frozenset({"none"} if column.kind == "cell" else ())
        yield unseen(different), "type it anew: a character in it cannot be seen"
        yield missing_words(different, but=codes) - {PLACEHOLDER}, _EMPTY[column.required]


def _parts_in(known: frozenset[str]) -> Test:
    def test(cell: str) -> bool:
        return len(parts := cell.split(";")) == len(set(parts)) and known.issuperset(parts)

    return test


def _matching(pattern: str) -> Callable[[str], re.Match[str] | None]:
    return re.compile(pattern).fullmatch


def well_formed(column: Column) -> Test:
    """The test of a cell by the pattern of its column; of a column with a link, without looking for the key.

    Examples
    --------
    >>> share = well_formed(Column("share", "probability", "a share"))
    >>> [share(cell) for cell in ("0.15", "0,15", ".15", "1e-1", "15 %")]
    [True, False, False, False, False]
    """
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
        case "number":
            digits = _matching(r"-?[0-9]{1,9}(\.[0-9]{1,9})?")
            return lambda cell: bool(digits(cell)) and column.minimum <= float(cell) <= column.maximum
        case "hash":
            sha256 = _matching(r"[0-9a-f]{64}")
            return lambda cell: bool(sha256(cell))
        case "day":
            return lambda cell: len(cell) == len("2026-02-05") and _is_day(cell)
        case "partial day":
            return _is_day
        case "slug" if not column.link:
            slug = _matching(SLUG)
            return lambda cell: bool(slug(cell)) and len(cell) <= 80
        case _:
            return lambda cell: cell.strip(" ") == cell != PLACEHOLDER


_looks_like_a_day = _matching(YEAR + "(-[0-9]{2}){0,2}")


def _is_day(cell: str) -> bool:
    """True for a day, month or year that there is."""
    try:
        return bool(_looks_like_a_day(cell)) and bool(date.fromisoformat(cell + "-01-01"[len(cell) - 4 :]))
    except ValueError:
        return False
