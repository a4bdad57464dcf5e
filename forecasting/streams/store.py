"""The store of event files that were read: Parquet of each file, a list of them, and what was rejected.

Each file is read once. The list is written after the Parquet of a file is in place, so that an interrupted run goes on
where it stopped; a file of the same name with other content replaces the rows of the one before.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from forecasting.store.errors import UsageError, unwritable
from forecasting.store.files import write_whole
from forecasting.store.foreign import Foreign
from forecasting.store.values import Values
from forecasting.streams.engine import literal
from forecasting.streams.files import EventFile, plain_text, sha256_of
from forecasting.streams.rows import Counts, read_rows, write_rows
from forecasting.streams.tables import tables_sha256

LIST: Final = "files.json"
KINDS: Final = ("events", "days", "rejects")
_LIST_FILE: Final = Foreign("the list of a store of event files", "remove the store, or name another with --store")


class Kept(Values):
    """A file that was read: hash of its bytes, and what it held."""

    sha256: str
    counts: Counts


class Listed(Values):
    """What a store holds: name of the format, hash of the tables it was read with, and the files by name."""

    format: str = ""
    tables_sha256: str = ""
    files: dict[str, Kept] = Field(default_factory=dict)


@dataclass(frozen=True)
class Added:
    """What became of a file that was given: `added`, `replaced` or `unchanged`."""

    name: str
    became: str
    counts: Counts


@dataclass(frozen=True)
class Store:
    """A folder with the event files that were read.

    Attributes
    ----------
    folder : Path
        Where it lies.
    listed : Listed
        What it holds.
    """

    folder: Path
    listed: Listed

    def paths(self, kind: str) -> list[Path]:
        """The Parquet files of `events` or `days`, by the names of the files that were read."""
        return [_place(self.folder, kind, kept) for _, kept in sorted(self.listed.files.items())]

    @property
    def sha256(self) -> str:
        """Hash of what it holds: the format, the tables it was read with, and the files by name and hash."""
        named = {name: kept.sha256 for name, kept in sorted(self.listed.files.items())}
        told = json.dumps([self.listed.format, self.listed.tables_sha256, named])
        return hashlib.sha256(told.encode()).hexdigest()

    def covered(self) -> tuple[date, date]:
        """First and last day of `spans`, between which there may be pauses."""
        spans = self.spans()
        return min(first for first, _ in spans), max(last for _, last in spans)

    def spans(self) -> list[tuple[date, date]]:
        """First and last days that the files cover, see `rows.Counts`."""
        found = [span for kept in self.listed.files.values() for span in kept.counts.covered]
        return [(date.fromisoformat(first), date.fromisoformat(last)) for first, last in found]


def open_store(folder: Path) -> Store:
    """The store in a folder; empty where there is none.

    Raises
    ------
    ForeignFileError
        Its list is not of its form.
    """
    path = folder / LIST
    return Store(folder, _LIST_FILE.form(path, Listed) if path.exists() else Listed())


def add_files(
    engine: Any,
    store: Store,
    files: Sequence[EventFile],
    successors: Mapping[str, str],
    told: Callable[[int], object] = lambda _: None,
) -> tuple[Store, list[Added]]:
    """Read the files that a store does not hold as they are.

    Parameters
    ----------
    engine
        From `engine.embedded`.
    store
        The store, locked by the caller.
    files
        Of one format, each name once.
    successors
        See `tables.lines`.
    told
        Called with the number of bytes done since the last call.

    Returns
    -------
    tuple of (Store, list of Added)
        The store with the files; and what became of each.

    Raises
    ------
    UsageError
        The store holds another format, files were read with other tables, two files hold the same event, or a file is
        broken. The files before it stay in the store.
    """
    store = _ready(store, files, successors)
    added = []
    for file in files:
        before = store.listed.files.get(file.name)
        if before is not None and before.sha256 == sha256_of(file.path):
            told(file.path.stat().st_size)
            added.append(Added(file.name, "unchanged", before.counts))
            continue
        kept = _read(engine, store, file, successors, told)
        listed = store.listed.model_copy(update={"files": {**store.listed.files, file.name: kept}})
        write_whole({store.folder / LIST: listed.model_dump_json(indent=1).encode()}, "--store")
        store = replace(store, listed=listed)
        added.append(Added(file.name, "replaced" if before else "added", kept.counts))
    _sweep(store)
    return store, added


def _ready(store: Store, files: Sequence[EventFile], successors: Mapping[str, str]) -> Store:
    form, hashed = files[0].format.name, hash_of_tables(successors)
    held = store.listed
    if held.files and held.format != form:
        raise UsageError(
            f"expected files of {held.format}, which {store.folder} holds, got {form}; the same event would count "
            "twice: name another store with --store"
        )
    if held.tables_sha256 != hashed:
        left_out = sorted(set(held.files) - {file.name for file in files})
        if left_out:
            raise UsageError(
                f"expected all files of {store.folder} again, since the tables of codes or the record's parties have "
                f"changed, got none of {len(left_out)}, such as {left_out[0]}; name them, too, or another --store"
            )
        held = Listed()
    try:
        for kind in KINDS:
            (store.folder / kind).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(error.filename, error.strerror, "--store") from None
    return replace(store, listed=held.model_copy(update={"format": form, "tables_sha256": hashed}))


def _read(
    engine: Any, store: Store, file: EventFile, successors: Mapping[str, str], told: Callable[[int], object]
) -> Kept:
    """Read one file and put its Parquet in place."""
    text = store.folder / ".text"
    staged = {kind: store.folder / kind / ".new" for kind in KINDS}
    try:
        sha256 = plain_text(file, text, told)
        counts = read_rows(engine, text, file, successors)
        kept = Kept(sha256=sha256, counts=counts)
        _require_disjoint(engine, store, file, counts)
        write_rows(engine, staged["events"], staged["days"], staged["rejects"])
        for kind, path in staged.items():
            if path.exists():
                path.replace(_place(store.folder, kind, kept))
    except OSError as error:
        raise unwritable(error.filename or store.folder, error.strerror, "--store") from None
    finally:
        for path in (text, *staged.values()):
            path.unlink(missing_ok=True)
    return kept


def _require_disjoint(engine: Any, store: Store, file: EventFile, counts: Counts) -> None:
    """Two files that hold the same event would count it twice; the ends of ids and days say which may."""
    for name, kept in sorted(store.listed.files.items()):
        may_meet = _overlap(kept.counts.ids, counts.ids) and _overlap(kept.counts.known_span, counts.known_span)
        if name == file.name or not may_meet:
            continue
        other = literal(_place(store.folder, "events", kept))
        same = " and ".join(f"new.{one} is not distinct from old.{one}" for one in ("event_date", "act", "dyad"))
        found = engine.raw_sql(f"""
            select count(distinct event_id), coalesce(min(event_id) filter (not ({same})), min(event_id)),
                coalesce(bool_and({same}), true)
            from events new join read_parquet({other}) old using (event_id)
        """).fetchone()
        if found[0]:
            how = "alike" if found[2] else "that disagree"
            raise UsageError(
                f"{file.path}: expected events that no other file has, got {found[0]} of {name} {how}, such as "
                f"{found[1]}; leave one out, or give a corrected file the name of the one that it replaces"
            )


def _overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return bool(one[0] and other[0]) and one[0] <= other[1] and other[0] <= one[1]


def _place(folder: Path, kind: str, kept: Kept) -> Path:
    ending = "csv" if kind == "rejects" else "parquet"
    return folder / kind / f"{kept.sha256[:20]}.{ending}"


def rejects_of(store: Store, name: str) -> Path | None:
    """The reject file of a file that was read, by its name; None if every row of it was sound."""
    path = _place(store.folder, "rejects", store.listed.files[name])
    return path if path.exists() else None


def _sweep(store: Store) -> None:
    """Remove Parquet of files that were replaced, or of a run that was interrupted."""
    kept = {_place(store.folder, kind, one) for kind in KINDS for one in store.listed.files.values()}
    for kind in KINDS:
        for path in (store.folder / kind).iterdir():
            if path not in kept:
                with suppress(OSError):
                    path.unlink()


def hash_of_tables(successors: Mapping[str, str]) -> str:
    """Hash of the tables of codes and of the successors of parties: with others, files are read again."""
    said = json.dumps(dict(sorted(successors.items())))
    return hashlib.sha256((tables_sha256() + said).encode()).hexdigest()
