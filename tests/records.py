"""Copies of a record that a test may spoil."""

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

from forecasting.record.checks import record_faults
from forecasting.record.reading import RawRecord, read_record
from forecasting.record.schema import TABLES

KEPT_STATES = {"CHN", "RUS", "SUN", "USA"}
SOURCED = [
    (name, column.name) for name, table in TABLES.items() for column in table.columns if column.link == "sources"
]


class RecordCopy:
    """A record in a folder of its own. Rows are named by their key, its parts joined by '/'."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: str) -> Path:
        return next(iter(sorted(self.folder.glob(TABLES[table].path))))

    def file(self, table: str) -> str:
        return self.path(table).relative_to(self.folder).as_posix()

    def row_of(self, table: str, key: str) -> int:
        """The row of the file on which the row with that key stands; the header is row 1."""
        return self._keys(table).index(key) + 2

    def last_row(self, table: str) -> int:
        return len(self._keys(table)) + 1

    def cells(self, table: str, key: str) -> dict[str, str]:
        line = self._lines(table)[self.row_of(table, key) - 1]
        return dict(zip(TABLES[table].names, line, strict=True))

    def edit(self, table: str, key: str, /, **cells: str) -> None:
        lines = self._lines(table)
        lines[self.row_of(table, key) - 1] = list((self.cells(table, key) | cells).values())
        self._write(table, lines)

    def append(self, table: str, /, **cells: str) -> None:
        self._write(table, [*self._lines(table), [cells.get(name, "") for name in TABLES[table].names]])

    def append_like(self, table: str, key: str, /, **cells: str) -> None:
        self.append(table, **(self.cells(table, key) | cells))

    def drop(self, table: str, key: str) -> None:
        lines = self._lines(table)
        del lines[self.row_of(table, key) - 1]
        self._write(table, lines)

    def keep_cases(self, case_ids: Iterable[str]) -> None:
        """Drop rows of other cases, series of most states, claims and sources that nothing rests on, and corrections."""
        for name, table in TABLES.items():
            if table.path.startswith("series/"):
                states = [table.names.index(column) for column in ("code", "other") if column in table.names]
                header, *lines = self._lines(name)
                kept = [line for line in lines if all(line[place] in KEPT_STATES for place in states)]
                self._write(name, [header, *kept])
        for name, table in TABLES.items():
            owners = [table.names.index(column) for column in ("case_id", "distinct_from") if column in table.names]
            if owners:
                header, *lines = self._lines(name)
                self._write(
                    name, [header, *(line for line in lines if all(line[place] in case_ids for place in owners))]
                )
        claims = {line[TABLES["events"].names.index("claim_id")] for line in self._lines("events")}
        header, *lines = self._lines("claims")
        self._write("claims", [header, *(line for line in lines if line[0] in claims)])
        cells = [*SOURCED, ("corrections", "value"), ("alternatives", "value")]
        cited = {key for name, column in cells for key in self._cells(name, column)}
        header, *lines = self._lines("sources")
        self._write("sources", [header, *(line for line in lines if line[0] in cited)])
        header, *lines = self._lines("corrections")
        self._write("corrections", [header, *(line for line in lines if line[1] in self._keys(line[0]))])

    def strip(self) -> None:
        """Drop corrections, alternatives, claims and ladders, so that a spoilt cell has no fault but its own."""
        for name in ("corrections", "alternatives", "claims", "ladders"):
            self._write(name, self._lines(name)[:1])
        header, *lines = self._lines("events")
        tied = {header.index(name) for name in ("claim_id", "clears")}
        blank = [["" if place in tied else cell for place, cell in enumerate(line)] for line in lines]
        self._write("events", [header, *blank])

    def rewrite(self, file: str, change: Callable[[bytes], bytes]) -> None:
        """Change a file as bytes, for faults that no table could hold."""
        path = self.folder / file
        path.write_bytes(change(path.read_bytes()))

    def read(self) -> RawRecord:
        return read_record(self.folder)

    def faults(self) -> list[str]:
        return [str(fault) for fault in record_faults(self.read())]

    def _lines(self, table: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.path(table).read_text(encoding="utf-8"), newline="")))

    def _cells(self, table: str, column: str) -> set[str]:
        """Keys in the cells of a column."""
        position = TABLES[table].names.index(column)
        return {key for line in self._lines(table)[1:] for key in line[position].split(";")}

    def _keys(self, table: str) -> list[str]:
        positions = [TABLES[table].names.index(name) for name in TABLES[table].key]
        return ["/".join(line[i] for i in positions) for line in self._lines(table)[1:]]

    def _write(self, table: str, lines: list[list[str]]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)
