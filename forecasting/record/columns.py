"""Checks of the columns: the form of each cell, and that each code is known."""

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.schema import PLACEHOLDER, SLUG, Column, Table
from forecasting.record.words import missing_word, unseen
from forecasting.store.errors import Fault, shown

YEAR = "(1[89]|2[01])[0-9]{2}"
_EMPTY = {False: "leave the cell empty where there is nothing to say", True: "say what it is"}
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
        for test, do in _tests(column, vocabulary)
        for fault in _faults(raw, column, ~test(cells[column.name]), do)
    ]


def _faults(raw: RawTable, column: Column, wrong: "pd.Series[bool]", do: str) -> Iterator[Fault]:
    """A fault for each line whose cell in the column is wrong."""
    for line in wrong.index[wrong]:
        owner = raw.cells["case_id"][line] if "case_id" in raw.cells else ""
        got = shown(raw.cells[column.name][line])
        yield Fault(*raw.place(line), str(owner), column.expected(), got, do)


def _tests(column: Column, vocabulary: Vocabulary) -> list[tuple[Test, str]]:
    """Tests that each cell of the column must pass, with the remedy; a cell that is not required may be empty."""
    tests: list[tuple[Test, str]] = [(_form(column), "")]
    if column.link:
        known = vocabulary[column.link]
        tests.append((_parts_in(known) if column.kind == "keys" else lambda cells: cells.isin(known), ""))
    found = [(_optional(test, column.required), do) for test, do in tests]
    if column.kind in ("text", "cell"):
        codes = frozenset({"none"} if column.kind == "cell" else ())
        found.append((lambda cells: ~unseen(cells), "type it anew: a character in it cannot be seen"))
        found.append((lambda cells: ~missing_word(cells, but=codes) | (cells == PLACEHOLDER), _EMPTY[column.required]))
    return found


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
            return lambda cells: cells.str.fullmatch(YEAR + "-[0-9]{2}-[0-9]{2}") & days_of(cells).notna()
        case "partial day":
            return lambda cells: cells.str.fullmatch(YEAR + "(-[0-9]{2}){0,2}") & last_days_of(cells).notna()
        case "slug" if not column.link:
            return lambda cells: cells.str.fullmatch(SLUG) & (cells.str.len() <= 80)
        case _:
            return lambda cells: (cells.str.strip(" ") == cells) & (cells != PLACEHOLDER)


def days_of(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Cells as days; empty and malformed ones are missing."""
    # pandas reads an empty column in another unit than a filled one
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").dt.as_unit("us")


def last_days_of(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Last day that each cell of a day, month or year may mean; empty and malformed ones are missing.

    Examples
    --------
    >>> last_days_of(pd.Series(["2011-08", "2011", "2011-08-19"])).dt.strftime("%Y-%m-%d").tolist()
    ['2011-08-31', '2011-12-31', '2011-08-19']
    """
    size = cells.str.len()
    first = days_of(cells + size.map({4: "-01-01", 7: "-01"}).fillna(""))
    return interval_ends(first, size.map({4: "year", 7: "month"}).fillna("day"))


def interval_ends(days: "pd.Series[pd.Timestamp]", precision: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Last day that each date of limited precision may mean, as `months.last_day_of_interval`, column by column.

    Parameters
    ----------
    days : pandas.Series of datetime64
        Dates as coded; a missing one stays missing.
    precision : pandas.Series of str
        `day`, `month` or `year`.

    Returns
    -------
    pandas.Series of datetime64
        In the same order.

    Examples
    --------
    >>> ends = interval_ends(pd.Series(pd.to_datetime(["2024-02-05", "2024-02-05"])), pd.Series(["month", "year"]))
    >>> ends.dt.strftime("%Y-%m-%d").tolist()
    ['2024-02-29', '2024-12-31']
    """
    ends = days.copy()
    for name, offset in (("month", pd.offsets.MonthEnd(0)), ("year", pd.offsets.YearEnd(0))):
        coarse = (precision == name).to_numpy()
        if coarse.any():
            ends = ends.mask(coarse, days + offset)
    return ends


def typed(cells: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Typed values of a checked table: days, numbers and text; a missing day is NaT, a missing number NaN.

    A day of which only the month or year is told is the last day of it, so that it can only count too late.
    """
    values: dict[str, pd.Series] = {}
    for column in table.columns:
        text = cells[column.name]
        if column.kind == "day":
            values[column.name] = days_of(text)
        elif column.kind == "partial day":
            values[column.name] = last_days_of(text)
        elif column.kind in ("flag", "probability", "integer"):
            values[column.name] = pd.to_numeric(text, errors="coerce").astype("float64")
        else:
            values[column.name] = text
    return pd.DataFrame(values, index=cells.index)
