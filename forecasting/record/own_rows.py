"""Rows of one's own, made from a few facts and written into an overlay once the whole of it is checked."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.record.descriptor import FILE as DESCRIPTOR
from forecasting.record.files import FILE
from forecasting.record.history import sound_record
from forecasting.record.overlay_checks import checked
from forecasting.record.overlays import LOOKED, OWN_TABLES, SETTINGS, Folders, laid_over, overlay_folders, read_overlay
from forecasting.record.reading import RawRecord, decoded
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole
from forecasting.store.lock import locked
from forecasting.store.package_data import shipped

OWN: Final = "own"
OPTION: Final = "--overlay"
Rows = Mapping[str, Sequence[Mapping[str, str]]]


@dataclass(frozen=True)
class Kept:
    """Rows that were written into an overlay.

    Attributes
    ----------
    files : tuple of Path
        Files written.
    before, after : RawRecord
        The record with the overlays, without and with the rows.
    rows : mapping of str to sequence of mappings
        The rows by table.
    """

    files: tuple[Path, ...]
    before: RawRecord
    after: RawRecord
    rows: Rows


def last_of(overlay: Folders) -> Path:
    """The overlay that rows are written to: the last one; `UsageError` where none is named."""
    folders = overlay_folders(overlay)
    if not folders:
        raise UsageError(
            "expected a folder for rows of your own, got none; name one with --overlay DIR, or overlay= in Python"
        )
    return folders[-1]


@contextmanager
def written_alone(folder: Path) -> Iterator[None]:
    """Hold the lock of an overlay while rows are checked and written; a folder made for it goes if nothing is."""
    require_for_overlay(folder)
    made = [one for one in (folder, *folder.parents) if not one.exists()]
    try:
        with locked(folder, option=OPTION):
            yield
    finally:
        for one in made:
            with suppress(OSError):
                one.rmdir()


def require_for_overlay(folder: Path) -> None:
    """Raise `UsageError` for the shipped record, folders inside it, and any other folder that holds a record."""
    if folder.resolve().is_relative_to(shipped("data").resolve()):
        raise UsageError(f"expected a folder of your own (the shipped record is read-only), got {folder}")
    if (folder / DESCRIPTOR).exists():
        raise UsageError(f"expected a folder for an overlay, got {folder}, which holds a whole record; name another")


def keep_rows(
    make: Callable[[RawRecord], Rows], overlay: Folders, data: str | Path | None = None, *, write: bool = True
) -> Kept:
    """Write rows into an overlay, whole or not at all.

    Parameters
    ----------
    make : callable
        Makes of the record with the overlays the rows: cells by column, by name of the table; a column that is left out
        is empty. A row of `looked` takes the place of one of the same case.
    overlay : path or sequence of paths
        Folders of overlays; the rows go to the last, which is made if it does not exist.
    data : path, optional
        Folder of the record; by default the one shipped.
    write : bool
        False to check the rows alone.

    Returns
    -------
    Kept
        The files, and the record without and with the rows.

    Raises
    ------
    SchemaError
        With every fault of the overlays with these rows, by the checks of the record; nothing is written.
    UsageError
        The folder cannot be written, or is that of a record.
    """
    folder, others = last_of(overlay), overlay_folders(overlay)[:-1]
    with written_alone(folder):
        base = sound_record(data)
        laid = [read_overlay(one) for one in others]
        own = [read_overlay(folder)] if _has_rows(folder) else []
        # faults of what is there already are told with those of the new rows
        before = laid_over(base, [*laid, *own])[0] if laid or own else base
        rows = make(before)
        contents = dict(_added(folder, name, lines) for name, lines in rows.items() if lines)
        draft = read_overlay(folder, {path.relative_to(folder).as_posix(): one for path, one in contents.items()})
        after = checked(base, [*laid, draft])
        if write:
            write_whole(contents, OPTION)
    return Kept(tuple(contents), before, after, rows)


def set_learning(folder: str | Path, learn: bool) -> None:
    """Say of an overlay whether models learn from its rows; by default they do not."""
    place = last_of(folder)
    read_overlay(place)
    with written_alone(place):
        write_whole({place / SETTINGS: (json.dumps({"learn": bool(learn)}) + "\n").encode()}, OPTION)


def _has_rows(folder: Path) -> bool:
    return folder.is_dir() and (any(folder.rglob("*.csv")) or (folder / SETTINGS).is_file())


def _added(folder: Path, name: str, rows: Sequence[Mapping[str, str]]) -> tuple[Path, bytes]:
    """The file of a table with further rows at its end; a file that is no such table is told by the check."""
    table = OWN_TABLES[name]
    path = folder / table.path.replace("*", OWN)
    lines = [table.names]
    if path.is_file():
        there = decoded(FILE.content(path), str(path), [])
        lines = [line for line in csv.reader(io.StringIO(there, newline="")) if line] or lines
    if name == LOOKED.name:
        again = {row["case_id"] for row in rows}
        lines = [line for line in lines if line[0] not in again]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([*lines, *([row.get(c, "") for c in table.names] for row in rows)])
    return path, text.getvalue().encode()


def next_id(record: RawRecord, table: str, case_id: str, mark: str, also: Sequence[str] = ()) -> str:
    """The first key `CASE-own-<mark>NN` that the record does not have, nor any of `also`.

    Examples
    --------
    >>> next_id(sound_record(), "events", "mtcr-1987", "a")
    'mtcr-1987-own-a01'
    """
    taken = {*record.tables[table].cells[OWN_TABLES[table].key[0]], *also}
    stem = f"{case_id[:64].rstrip('-')}-{OWN}-{mark}"
    return next(f"{stem}{number:02d}" for number in range(1, 10_000) if f"{stem}{number:02d}" not in taken)
