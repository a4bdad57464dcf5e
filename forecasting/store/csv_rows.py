"""The reader of CSV: rows with their numbers, each with as many cells as the header, none with a line break."""

import csv
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

LONGEST_HEADER = 600


@dataclass(frozen=True)
class CsvRow:
    """A row of a CSV file.

    Attributes
    ----------
    number : int
        Its row, from 1: the line on which it begins.
    cells : list of str
        Its cells; as many as the header has, unless there is a fault.
    fault : tuple of (str, str) or None
        What was expected and what was found, for a row that cannot be used.
    """

    number: int
    cells: list[str]
    fault: tuple[str, str] | None = None


def csv_rows(lines: Iterable[str]) -> Iterator[CsvRow]:
    r"""Rows of a CSV file, the header first; blank lines are passed over.

    Parameters
    ----------
    lines
        Lines of the file with their ends.

    Yields
    ------
    CsvRow
        After a row that is not well-formed CSV no other is read.

    Examples
    --------
    >>> for row in csv_rows(["case_id,probability\n", "a,0.5\n", "a,0,5\n"]):
    ...     print(row)
    CsvRow(number=1, cells=['case_id', 'probability'], fault=None)
    CsvRow(number=2, cells=['a', '0.5'], fault=None)
    CsvRow(number=3, cells=['a', '0', '5'], fault=('2 cells', '3 cells'))
    """
    reader = csv.reader(lines, strict=True)
    before, width = 0, None
    try:
        for cells in reader:
            number, before = before + 1, reader.line_num
            if not cells:
                continue
            fault = None
            if width is None:
                width = len(cells)
            elif len(cells) != width:
                fault = (f"{width} cells", f"{len(cells)} cells")
            elif any("\n" in cell or "\r" in cell for cell in cells):
                fault = ("cells of one line", "a line break inside a cell")
            yield CsvRow(number, cells, fault)
    except csv.Error as error:
        yield CsvRow(reader.line_num, [], ("well-formed CSV", str(error)))


def other_separator(first_line: str, names: Collection[str]) -> str:
    """The mark that separates the columns of a header in place of the comma, or empty.

    Examples
    --------
    >>> other_separator("case_id;name", ["case_id", "name"]), other_separator("case_id,name", ["case_id", "name"])
    (';', '')
    """
    for mark in ";\t|":
        found = [cell.strip('" ') for cell in first_line.split(mark)]
        if len(found) > 1 and set(found) & set(names):
            return mark
    return ""


def header_text(cells: Collection[str]) -> str:
    """A header for a message, shortened if it is long.

    Examples
    --------
    >>> header_text(["case_id", "name"]), header_text([])
    ('case_id,name', 'an empty file')
    """
    text = ",".join(cells) or "an empty file"
    if not text.isprintable():
        text = repr(text)
    return text if len(text) <= LONGEST_HEADER else f"{text[:LONGEST_HEADER]}... ({len(cells)} columns)"
