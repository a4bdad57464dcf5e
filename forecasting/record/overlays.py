"""Overlays: folders with rows of one's own, laid over a record that stays as it is.

A folder holds tables of the record's form, of which only the rows that are one's own, and two of its own: `looked.csv`,
until when somebody looked at a case, and `overlay.json`, whether models learn from these rows.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.record.corrections import row_keys
from forecasting.record.files import FILE, nameable
from forecasting.record.forms import Table, day, keys
from forecasting.record.reading import Laid, RawRecord, RawTable, decoded, parsed
from forecasting.record.schema import CASE_ID, KNOWN_DAY, TABLES
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import Fault, ForeignFileError, UsageError, shown
from forecasting.store.foreign import parsed_json

SETTINGS: Final = "overlay.json"
LOOKED: Final = Table(
    "looked", "looked.csv", ("case_id",), "Until when somebody looked at a case, and when it was last seen to be kept.",
    (
        CASE_ID,
        day("looked_until", "day until which somebody looked for acts and for an ending"),
        day("last_observed_date", "last day with positive evidence of observance", False),
        keys("last_observed_source", "sources", "where the observance of that day is told", False),
    ),
)  # fmt: skip
LAID: Final = (
    "cases", "outcomes", "coding", "events", "claims", "ladders", "calendar", "alternatives", "corrections", "parties",
    "sources", "case_sources", "event_coverage", "distinct_cases",
)  # fmt: skip
"""Tables of the record of which an overlay may have rows."""
OWN_TABLES: Final[dict[str, Table]] = {name: TABLES[name] for name in LAID} | {LOOKED.name: LOOKED}
DAYS: Final = {
    **{name: (column,) for name, column in KNOWN_DAY.items()},
    "outcomes": ("end_known_date", "last_observed_date", "looked_until"),
    "corrections": ("recorded_on",),
    "looked": ("looked_until", "last_observed_date"),
}
"""Columns with the days on which something was known, by table: the record reaches at least as far."""
MOST_CELLS: Final = 3
Folders = str | Path | Sequence[str | Path] | None


@dataclass(frozen=True)
class Overlay:
    """Rows of one's own.

    Attributes
    ----------
    folder : Path
        Its folder.
    tables : mapping of str to RawTable
        By name, those of which it has rows; `looked` among them.
    learns : bool
        Whether models learn from the rows.
    sha256 : str
        Hash of its content.
    faults : tuple of Fault
        Files and lines that cannot be read.
    """

    folder: Path
    tables: Mapping[str, RawTable]
    learns: bool
    sha256: str
    faults: tuple[Fault, ...] = ()


def overlay_folders(overlay: Folders) -> tuple[Path, ...]:
    """Folders of overlays as they may be given: one, several, or none.

    Examples
    --------
    >>> overlay_folders("mine"), overlay_folders(None)
    ((PosixPath('mine'),), ())
    """
    if overlay is None:
        return ()
    listed = [overlay] if isinstance(overlay, str | Path) else overlay
    if not isinstance(listed, Sequence) or not all(isinstance(one, str | Path) for one in listed):
        raise UsageError(f"expected overlay as a folder or a list of folders, got {shown(overlay)}")
    folders = tuple(nameable(Path(one)) for one in listed)
    if len({folder.resolve() for folder in folders}) < len(folders):
        raise UsageError(f"expected each overlay once, got {', '.join(map(str, folders))}; leave the repeated one out")
    return folders


def read_overlay(folder: Path, instead: Mapping[str, bytes] | None = None) -> Overlay:
    """Read the rows of an overlay; they are not checked.

    Parameters
    ----------
    folder : Path
        Its folder.
    instead : mapping of str to bytes, optional
        Content of files, by path in the folder, in place of what they hold.

    Returns
    -------
    Overlay
        Its rows.

    Raises
    ------
    UsageError
        There is no such folder, and nothing is given instead.
    """
    if not folder.is_dir() and not instead:
        raise UsageError(
            f"expected the folder of an overlay, got {folder}: {'a file' if folder.exists() else 'no such folder'}; "
            "`forecasting event`, `looked`, `correct` or `new-case` with --overlay makes one"
        )
    faults: list[Fault] = []
    contents = {path: (instead or {}).get(path) or _content(folder, path, faults) for path in _files(folder, instead)}
    digest, tables = hashlib.sha256(), {}
    learns = _learns(folder, contents.pop(SETTINGS, None), faults)
    texts = {path: decoded(content, _told(folder, path), faults) for path, content in contents.items()}
    for path, text in texts.items():
        digest.update(f"{path}\0{len(text)}\0{text}".encode())
        if not any(fnmatchcase(path, table.path) for table in OWN_TABLES.values()):
            expected = f"a table out of {', '.join(table.path for table in OWN_TABLES.values())}"
            do = "an overlay has rows of these tables alone; move the file away"
            faults.append(Fault(_told(folder, path), 0, "", expected, path, do))
    for name, table in OWN_TABLES.items():
        own = {_told(folder, path): text for path, text in texts.items() if fnmatchcase(path, table.path)}
        if own:
            tables[name], found = parsed(table, own)
            faults += found
    return Overlay(folder, tables, learns, digest.hexdigest(), tuple(faults))


def _files(folder: Path, instead: Mapping[str, bytes] | None) -> list[str]:
    """Paths of the tables of an overlay and of its settings, in order."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.csv") if not path.name.startswith(".")}
    there |= {SETTINGS} if (folder / SETTINGS).is_file() else set()
    return sorted(there | set(instead or {}))


def _content(folder: Path, path: str, faults: list[Fault]) -> bytes:
    """The content of a file of an overlay; empty, with a fault, where it is no plain file of limited size."""
    try:
        return FILE.content_in(folder, path)
    except ForeignFileError as error:
        faults.append(Fault(_told(folder, path), 0, "", error.expected, error.got))
        return b""


def _told(folder: Path, path: str) -> str:
    """A file of an overlay as messages name it."""
    return (folder / path).as_posix().encode("utf-8", "replace").decode()


def _learns(folder: Path, content: bytes | None, faults: list[Fault]) -> bool:
    expected = 'a JSON object {"learn": true} or {"learn": false}'
    try:
        said = parsed_json(content.decode()) if content is not None else {"learn": False}
        if isinstance(said, dict) and list(said) == ["learn"] and isinstance(said["learn"], bool):
            return bool(said["learn"])
        got = shown(said)
    except ValueError as error:
        got = str(error)
    faults.append(Fault(_told(folder, SETTINGS), 0, "", expected, got, "correct it, or remove the file"))
    return False


def laid_over(record: RawRecord, overlays: Sequence[Overlay]) -> tuple[RawRecord, list[Fault]]:
    """A record with the rows of overlays, and what keeps one of these from being laid over it.

    Parameters
    ----------
    record : RawRecord
        The record.
    overlays : sequence of Overlay
        In order, one or more.

    Returns
    -------
    record : RawRecord
        Its `data_end` is the last day on which anything in it was known. A row that the record has just so is laid over
        it without a change; of two rows with one key the record's is kept.
    faults : list of Fault
        Rows that contradict the record or an earlier overlay, and days to come. The rules of the record are not
        checked.
    """
    faults = [fault for one in overlays for fault in one.faults]
    tables = dict(record.tables)
    for one in overlays:
        for name in LAID:
            if name in one.tables:
                tables[name] = _joined(tables[name], one.tables[name], faults)
    looked = [one.tables[LOOKED.name] for one in overlays if LOOKED.name in one.tables]
    for raw in looked:
        tables["outcomes"] = _looked_further(tables["outcomes"], raw, faults)
    known = [found for one in overlays for found in _days_known(one.tables, faults)]
    marks = tuple(Laid(one.folder, one.sha256, one.learns) for one in overlays)
    said = [record.sha256, *(f"{one.sha256} {one.learns}" for one in overlays)]
    laid = replace(
        record,
        tables=tables,
        data_end=max([record.data_end, *known]),
        sha256=hashlib.sha256("\n".join(said).encode()).hexdigest(),
        overlays=marks,
        beneath=record,
    )
    learned = [one for one in overlays if one.learns]
    if len(learned) < len(overlays):
        laid = replace(laid, learned=laid_over(record, learned)[0] if learned else record)
    return laid, faults


def _joined(base: RawTable, own: RawTable, faults: list[Fault]) -> RawTable:
    """Rows of a table with those of an overlay; a fault for each that has the key of another row with other cells."""
    if own.cells.empty:
        return base
    line_of = {key: line for line, key in enumerate(row_keys(base).tolist())}
    kept = np.ones(len(own.cells), dtype=np.bool_)
    for line, key in enumerate(row_keys(own).tolist()):
        if key in line_of:
            kept[line] = False
            faults += _contradictions(base, line_of[key], own, line, key)
    new = own.select(kept)
    cells = pd.concat([base.cells, new.cells], ignore_index=True)
    return RawTable(base.table, cells, np.append(base.files, new.files), np.append(base.rows, new.rows))


def _contradictions(base: RawTable, there: int, own: RawTable, line: int, key: str) -> Iterator[Fault]:
    """The fault of a row whose key another row has with other cells."""
    ours, theirs = own.cells.iloc[line], base.cells.iloc[there]
    unlike = [name for name in own.table.names if ours[name] != theirs[name]]
    if unlike:
        file, number = base.place(there)
        said, got = (", ".join(f"{name}={row[name]!r}" for name in unlike[:MOST_CELLS]) for row in (theirs, ours))
        case = str(ours["case_id"]) if "case_id" in own.table.names else ""
        yield Fault(
            *own.place(line), case, f"{' and '.join(own.table.key)} {key} as in {file} row {number}: {said}", got,
            "drop the row, give it a key of its own, or say with `forecasting correct` what the record has wrong",
        )  # fmt: skip


def _looked_further(outcomes: RawTable, looked: RawTable, faults: list[Fault]) -> RawTable:
    """Outcomes of the open cases with a later day until which somebody looked, and a later last sight."""
    cells = outcomes.cells.copy()
    line_of = {key: line for line, key in enumerate(row_keys(outcomes).tolist())}
    for own, row in enumerate(looked.cells.to_dict(orient="records")):
        lines = [line_of[f"{row['case_id']}/{target}"] for target in TARGETS if f"{row['case_id']}/{target}" in line_of]
        for line in lines:
            if cells.at[line, "cause"] and f"{row['case_id']}/{TARGETS[0]}" == row_key(cells.loc[line]):
                got = f"{row['case_id']}, which {cells.at[line, 'cause']} on {cells.at[line, 'end_date']}"
                do = "drop the row: nothing is looked for after the ending"
                faults.append(Fault(*looked.place(own), row["case_id"], "a case that goes on", got, do))
            elif not cells.at[line, "cause"]:
                seen = row["last_observed_date"]
                if seen > cells.at[line, "last_observed_date"]:
                    cells.at[line, "last_observed_date"] = seen
                    cells.at[line, "last_observed_source"] = row["last_observed_source"]
                cells.at[line, "looked_until"] = max(cells.at[line, "looked_until"], row["looked_until"], seen)
    return replace(outcomes, cells=cells)


def row_key(row: "pd.Series[str]") -> str:
    """Key of an outcome."""
    return f"{row['case_id']}/{row['target']}"


def _days_known(tables: Mapping[str, RawTable], faults: list[Fault]) -> Iterator[date]:
    """Days on which the rows of an overlay were known; a fault for each that has not come yet."""
    today = date.today()
    for name, columns in DAYS.items():
        for column in columns if name in tables else ():
            raw = tables[name]
            for line, told in enumerate(raw.typed(column)):
                if pd.isna(told):
                    continue
                if told.date() > today:
                    case = str(raw.cells["case_id"][line]) if "case_id" in raw.cells else ""
                    expected, got = f"{column} up to today, {today}", f"{column}={raw.cells[column][line]!r}"
                    faults.append(Fault(*raw.place(line), case, expected, got, "enter it once it has happened"))
                else:
                    yield told.date()


def hashes_told(record: RawRecord) -> dict[str, Any]:
    """Hashes of a record and of the overlays on it, as an output names them; empty where there is no overlay."""
    if not record.overlays:
        return {}
    laid = [{"folder": str(one.folder), "sha256": one.sha256, "learns": one.learns} for one in record.overlays]
    return {"record_sha256": record.shipped_sha256, "overlays": laid}


def hashes_line(record: RawRecord) -> str:
    """The same as a line of text."""
    laid = (
        f"overlay {one.folder} sha256 {one.sha256}{' (learned from)' if one.learns else ''}" for one in record.overlays
    )
    return "; ".join([f"record sha256 {record.shipped_sha256}", *laid])
