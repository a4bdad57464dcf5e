"""What is read while a value is worked out: columns of the record, files beside it, and fitted models.

Whoever wants to know opens a recorder; what is read meanwhile notes itself there, and costs nothing where none is open.
A recorder inside another keeps what it hears to itself. What is worked out once and used again keeps what was read for
it, and notes that whenever it is used.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final, Generic, TypeVar, overload

from forecasting.record.schema import TABLES

T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True, eq=False)
class Reads:
    """What was read: `columns` of the record as (table, column), `files` beside it, `models` by name.

    Two are never equal, so that a recorder tells at once whether it has heard of one before.
    """

    columns: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()

    def by_table(self) -> dict[str, tuple[str, ...]]:
        """The columns by table, both in the order of the schema."""
        return {
            name: tuple(column for column in table.names if (name, column) in self.columns)
            for name, table in TABLES.items()
            if any(known == name for known, _ in self.columns)
        }


NOTHING: Final = Reads()


class Recorder:
    """What has been noted since it was opened."""

    def __init__(self) -> None:
        self._noted: set[Reads] = set()
        self.note = self._noted.add

    @property
    def reads(self) -> Reads:
        """All of it as one."""
        return together(*self._noted)


_OPEN: ContextVar[Recorder | None] = ContextVar("open recorder", default=None)


@contextmanager
def recording(*known: Reads) -> Iterator[Recorder]:
    """A recorder of what is read inside the block, on top of what is `known` to have been read for it."""
    recorder = Recorder()
    for reads in known:
        recorder.note(reads)
    token = _OPEN.set(recorder)
    try:
        yield recorder
    finally:
        _OPEN.reset(token)


def is_recording() -> bool:
    """Whether a recorder is open."""
    return _OPEN.get() is not None


def note(reads: Reads) -> None:
    """Tell the recorder that is open, if one is."""
    recorder = _OPEN.get()
    if recorder is not None:
        recorder.note(reads)


def note_file(name: str) -> None:
    """Tell it of a file beside the record, by its name below the record's folder, whether the file is there or not."""
    note(Reads(files=frozenset((name,))))


def note_rows(table: str) -> None:
    """Tell it that the rows of a table were counted, and none of its columns read."""
    note(Reads(frozenset(((table, ""),))))


def together(*parts: Reads) -> Reads:
    """Several as one."""
    if len(parts) == 1:
        return parts[0]
    return Reads(
        frozenset().union(*(part.columns for part in parts)),
        frozenset().union(*(part.files for part in parts)),
        frozenset().union(*(part.models for part in parts)),
    )


def columns_of(table: str) -> dict[str, Reads]:
    """What reading each column of a table of the record reads."""
    return {column: Reads(frozenset(((table, column),))) for column in TABLES[table].names}


def read_of(columns: Mapping[str, Iterable[str]]) -> Reads:
    """What reading columns, by table, reads."""
    return Reads(frozenset((table, column) for table, names in columns.items() for column in names))


class NotedMapping(Mapping[str, V]):
    """A mapping that notes, for each value taken from it, what that rests on."""

    def __init__(self, values: Mapping[str, V], reads: Mapping[str, Reads]) -> None:
        self._values, self._reads = values, reads

    def __getitem__(self, name: str) -> V:
        value = self._values[name]
        note(self._reads.get(name, NOTHING))
        return value

    def __contains__(self, name: object) -> bool:
        return name in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(dict(self._values))

    def only(self, names: Iterable[str]) -> "NotedMapping[V]":
        """A part of it, in the order named; nothing is noted yet."""
        return NotedMapping({name: self._values[name] for name in names}, self._reads)


def noting(found: T, reads: Mapping[str, Reads]) -> T:
    """The same dataclass, of which the named fields note what they rest on whenever they are used."""
    base: Any = found.__class__
    kind = _noting_class(base, tuple(reads))
    made = object.__new__(kind)
    for one, value in zip(fields(base), _values(found), strict=True):
        if one.name in reads:
            made.__dict__[f"_{one.name}"] = value
        else:
            object.__setattr__(made, one.name, value)
    made.__dict__["_reads"] = reads
    return made


@lru_cache
def _noting_class(base: Any, names: tuple[str, ...]) -> Any:
    """A class like `base`, and taken for it, with properties in place of the named fields."""

    def noted(name: str) -> property:
        place = f"_{name}"

        def value(self: Any) -> Any:
            kept = self.__dict__
            note(kept["_reads"][name])
            return kept[place]

        return property(value)

    def pickled(self: Any) -> tuple[Any, ...]:
        return _noting_again, (base, _values(self), self.__dict__["_reads"])

    members = {name: noted(name) for name in names}
    return type(base.__name__, (base,), {**members, "__class__": property(lambda _: base), "__reduce__": pickled})


def _values(found: Any) -> list[Any]:
    """The fields of a dataclass, unnoted."""
    kept = getattr(found, "__dict__", {})
    named = [(one.name, f"_{one.name}") for one in fields(found.__class__)]
    return [kept[place] if place in kept else getattr(found, name) for name, place in named]


def _noting_again(base: Any, values: list[Any], reads: Mapping[str, Reads]) -> Any:
    return noting(base(*values), reads)


def changed(found: T, **values: Any) -> T:
    """The dataclass with other values, as `dataclasses.replace`, which would read all of it: nothing is noted yet."""
    base: Any = found.__class__
    own = dict(zip((one.name for one in fields(base)), _values(found), strict=True))
    made: T = base(**(own | values))
    reads = getattr(found, "__dict__", {}).get("_reads", {})
    return noting(made, {name: of for name, of in reads.items() if name not in values})


def every_field(of: Any, reads: Reads) -> dict[str, Reads]:
    """The same reads for each field of a dataclass."""
    return {one.name: reads for one in fields(of)}


def once(kept: dict[Any, Any], key: Hashable, work: Callable[[], T]) -> T:
    """What `work` gives, worked out once for a key of `kept`; what was read for it is noted each time it is used."""
    if key not in kept:
        with recording() as heard:
            value = work()
        kept[key] = (value, heard.reads)
    found, reads = kept[key]
    note(reads)
    return found


class remembered(Generic[T]):  # noqa: N801 - read like functools.cached_property
    """A property worked out once; what was read for it is noted each time it is used."""

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work, self.__doc__ = work, work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._place = f"_remembered_{name}"

    @overload
    def __get__(self, one: None, owner: type) -> "remembered[T]": ...

    @overload
    def __get__(self, one: object, owner: type) -> T: ...

    def __get__(self, one: object | None, owner: type) -> "remembered[T] | T":
        if one is None:
            return self
        value: T = once(one.__dict__, self._place, lambda: self._work(one))
        return value
