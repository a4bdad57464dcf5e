"""Reader of the record's files: unchanged text, with the file and row of every line."""

import hashlib
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.record.files import FILE
from forecasting.record.forms import Table
from forecasting.record.months import parse_day
from forecasting.record.schema import TABLES
from forecasting.record.values import typed
from forecasting.store.csv_rows import csv_rows, header_text, other_separator
from forecasting.store.errors import Fault, ForeignFileError, SchemaError, UsageError, shown
from forecasting.store.files import found_at
from forecasting.store.foreign import parsed_json

LATEST_YEAR: Final = 2199
"""Last year that a cell of a record can name."""


@dataclass(frozen=True, eq=False)
class RawTable:
    """A table as text; it never changes, and is shared by the records of which it is a part.

    Attributes
    ----------
    table : Table
        Schema of the table.
    cells : pandas.DataFrame of n rows
        String columns.
    files, rows : numpy.ndarray of shape (n,)
        File and row of each line, for messages.
    """

    table: Table
    cells: pd.DataFrame
    files: NDArray[np.object_]
    rows: NDArray[np.int64]

    def place(self, line: Any) -> tuple[str, int]:
        """File and row (from 1, the header included) of a line (from 0)."""
        return str(self.files[line]), int(self.rows[line])

    def typed(self, column: str) -> "pd.Series[Any]":
        """A column as days, numbers or text; malformed and empty days and numbers are missing."""
        if column not in self._typed:
            self._typed[column] = typed(self.cells[column], self.table.column(column))
        return self._typed[column]

    def typed_cells(self) -> pd.DataFrame:
        """Every column as by `typed`: a frame of its own, though parsed once for all who ask."""
        return self._typed_cells.copy(deep=False)  # pandas copies what is written to

    @cached_property
    def _typed_cells(self) -> pd.DataFrame:
        return pd.DataFrame({name: self.typed(name) for name in self.table.names}, index=self.cells.index)

    @cached_property
    def _typed(self) -> dict[str, "pd.Series[Any]"]:
        return {}

    def __getstate__(self) -> dict[str, Any]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def select(self, chosen: NDArray[np.bool_]) -> "RawTable":
        """The chosen lines, renumbered."""
        cells = self.cells[chosen].reset_index(drop=True)
        return RawTable(self.table, cells, self.files[chosen], self.rows[chosen])


@dataclass(frozen=True)
class Laid:
    """An overlay that was laid over a record: its folder, its hash, and whether models learn from its rows."""

    folder: Path
    sha256: str
    learns: bool


@dataclass(frozen=True)
class RawRecord:
    """A record as text.

    Attributes
    ----------
    folder : Path
        Folder of the record.
    tables : mapping of str to RawTable
        By name.
    descriptor : mapping of str to object
        Content of `datapackage.json`.
    data_end : date
        Last day that the record covers.
    sha256 : str
        Hash of the content, independent of line ends and of a byte-order mark, that of the overlays included.
    overlays : tuple of Laid
        Overlays whose rows are in the tables, in order.
    beneath : RawRecord or None
        The record without them; None where there are none.
    learned : RawRecord or None
        What models learn from, where that is less than this record: without the overlays that are not to be learned
        from.
    """

    folder: Path
    tables: Mapping[str, RawTable]
    descriptor: Mapping[str, Any]
    data_end: date
    sha256: str
    overlays: tuple[Laid, ...] = ()
    beneath: "RawRecord | None" = None
    learned: "RawRecord | None" = None

    @property
    def shipped_sha256(self) -> str:
        """Hash of the record without its overlays: that which kept results name."""
        return self.beneath.sha256 if self.beneath is not None else self.sha256


def read_record(folder: Path) -> RawRecord:
    """Read every table of a record; the cells are not checked.

    Parameters
    ----------
    folder : Path
        Folder of the record.

    Returns
    -------
    RawRecord
        Tables as text.

    Raises
    ------
    SchemaError
        With every file and line that cannot be read.
    """
    if (found := found_at(folder)) != "a folder":
        raise SchemaError([Fault(shown(str(folder))[1:-1], 0, "", "a folder with the record", found)])
    faults: list[Fault] = []
    digest = hashlib.sha256()
    descriptor, data_end = _read_descriptor(folder, digest, faults)
    tables = {name: _read_table(folder, table, digest, faults) for name, table in TABLES.items()}
    if faults:
        raise SchemaError(faults)
    return RawRecord(folder, tables, descriptor, data_end, digest.hexdigest())


def parsed(table: Table, texts: Mapping[str, str]) -> tuple[RawTable, tuple[Fault, ...]]:
    """A table of the text of its files, by the names used in messages, and the faults of their form."""
    return _parsed_table(table, tuple(texts.items()))


def decoded(content: bytes, name: str, faults: list[Fault]) -> str:
    """Text of a file, with plain line ends; empty, with a fault, where it is not in UTF-8 or has nothing in it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
        faults.append(Fault(name, row, "", "text in UTF-8", f"byte 0x{content[error.start]:02x}"))
        return ""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        faults.append(Fault(name, 0, "", "a header and rows", "an empty file"))
    return text


def _read_descriptor(folder: Path, digest: Any, faults: list[Fault]) -> tuple[dict[str, Any], date]:
    name = "datapackage.json"
    text = _read_text(folder, name, digest, faults)
    expected = "a Data Package descriptor with data_end as a day, YYYY-MM-DD"
    try:
        descriptor = parsed_json(text) if text else {}
        return descriptor, _end(descriptor["data_end"])
    except (ValueError, KeyError, TypeError, AttributeError, UsageError) as error:
        if text:
            faults.append(Fault(name, 0, "", expected, f"{type(error).__name__}: {str(error)[:200]}"))
        return {}, date.min


def _end(text: str) -> date:
    """The last day of a record; `UsageError` for one that no table can reach, whose months would fill the memory."""
    day = parse_day(text)
    if day.year > LATEST_YEAR:
        raise UsageError(f"expected a day up to {LATEST_YEAR}-12-31, got {day}")
    return day


def _read_text(folder: Path, name: str, digest: Any, faults: list[Fault]) -> str:
    try:
        content = FILE.content_in(folder, name)
    except ForeignFileError as error:
        faults.append(Fault(name, 0, "", error.expected, error.got))
        return ""
    text = decoded(content, name, faults)
    digest.update(f"{name}\0{len(text)}\0".encode())
    digest.update(text.encode())
    return text


def _read_table(folder: Path, table: Table, digest: Any, faults: list[Fault]) -> RawTable:
    paths = sorted(path for path in folder.glob(table.path) if not path.name.startswith(".")) or [
        folder / table.path.replace("*", "hand_coded")
    ]
    names = [path.relative_to(folder).as_posix().encode("utf-8", "replace").decode() for path in paths]
    size = sum(path.lstat().st_size for path in paths if os.path.lexists(path))
    if size > FILE.most_bytes and len(paths) > 1:
        faults.append(Fault(table.path, 0, "", f"at most {FILE.most_bytes} bytes in all", str(size)))
        names = []
    texts = (_read_text(folder, name, digest, faults) for name in names)
    raw, found = parsed(table, dict(zip(names, texts, strict=True)))
    faults += found
    return raw


@lru_cache(maxsize=64)  # by content: the records that a process reads mostly have the same tables
def _parsed_table(table: Table, texts: tuple[tuple[str, str], ...]) -> tuple[RawTable, tuple[Fault, ...]]:
    """A table of the text of its files, by their names, and the faults of their form."""
    lines: list[list[str]] = []
    files: list[str] = []
    rows: list[int] = []
    faults: list[Fault] = []
    for name, text in texts:
        for row, line in _parse(text, name, table, faults) if text.strip() else ():
            lines.append(line)
            files.append(name)
            rows.append(row)
    columns = {name: [line[i] for line in lines] for i, name in enumerate(table.names)}
    cells = pd.DataFrame(columns, dtype="str")
    return RawTable(table, cells, np.array(files, dtype=object), np.array(rows, dtype=np.int64)), tuple(faults)


def _parse(text: str, name: str, table: Table, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    expected = f"the header {','.join(table.names)}"
    if mark := other_separator(text.split("\n", 1)[0], table.names):
        do = "save the file as CSV with commas"
        faults.append(Fault(name, 1, "", expected, f"a header separated by {mark!r}", do))
        return []
    header, *rows = csv_rows(io.StringIO(text, newline=""))
    if header.cells != table.names:
        faults.append(Fault(name, header.number, "", *(header.fault or (expected, header_text(header.cells)))))
        return []
    faults += [Fault(name, row.number, "".join(row.cells[:1]), *row.fault) for row in rows if row.fault]
    return [(row.number, row.cells) for row in rows if not row.fault]
