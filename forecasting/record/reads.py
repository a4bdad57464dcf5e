"""Provenance, recorded while a value is computed: columns of the record, files beside it, and fitted models.

Reads are noted with the innermost open recorder, and cost nothing while none is open. A cached value carries the reads
of its computation and notes them each time it is used.
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
    """Provenance of a value: what was read to compute it.

    Attributes
    ----------
    columns : frozenset of (str, str)
        Table and column.
    files : frozenset of str
        Names of files, relative to the folder of the record.
    models : frozenset of str
        Names of fitted models.

    Notes
    -----
    Compared and hashed by identity, so that noting the same object again is one set lookup.

    Examples
    --------
    >>> together(Reads(files=frozenset({"a"})), Reads(models=frozenset({"primary"}))).models
    frozenset({'primary'})
    """

    columns: frozenset[tuple[str, str]] = frozenset()
    files: frozenset[str] = frozenset()
    models: frozenset[str] = frozenset()

    def by_table(self) -> dict[str, tuple[str, ...]]:
        """Columns by table, both in the order of the schema."""
        return {
            name: tuple(column for column in table.names if (name, column) in self.columns)
            for name, table in TABLES.items()
            if any(known == name for known, _ in self.columns)
        }


NOTHING: Final = Reads()


class Recorder:
    """Reads noted since it was opened."""

    def __init__(self) -> None:
        self._noted: set[Reads] = set()
        self.note = self._noted.add

    @property
    def reads(self) -> Reads:
        """The union of all that was noted."""
        return together(*self._noted)


_OPEN: ContextVar[Recorder | None] = ContextVar("open recorder", default=None)


@contextmanager
def recording(*known: Reads) -> Iterator[Recorder]:
    """Open a recorder for the reads inside a block.

    Parameters
    ----------
    *known : Reads
        Reads to begin with.

    Yields
    ------
    Recorder
        Its `reads` are the union of `known` and of what was read so far. They are not noted with an outer recorder.

    Examples
    --------
    >>> with recording() as recorder:
    ...     note_file("evaluation/track_record.csv")
    >>> sorted(recorder.reads.files)
    ['evaluation/track_record.csv']
    """
    recorder = Recorder()
    for reads in known:
        recorder.note(reads)
    token = _OPEN.set(recorder)
    try:
        yield recorder
    finally:
        _OPEN.reset(token)


def is_recording() -> bool:
    """True while a recorder is open."""
    return _OPEN.get() is not None


def note(reads: Reads) -> None:
    """Note reads with the open recorder, if there is one."""
    recorder = _OPEN.get()
    if recorder is not None:
        recorder.note(reads)


def note_file(name: str) -> None:
    """Note a file beside the record, whether or not it exists.

    Parameters
    ----------
    name : str
        Path relative to the folder of the record.

    Examples
    --------
    >>> with recording() as recorder:
    ...     note_file("evaluation/skill.csv")
    >>> sorted(recorder.reads.files)
    ['evaluation/skill.csv']
    """
    note(Reads(files=frozenset((name,))))


def note_rows(table: str) -> None:
    """Note that the rows of a table were counted without reading a column.

    Parameters
    ----------
    table : str
        Name of the table.

    Examples
    --------
    >>> with recording() as recorder:
    ...     note_rows("cases")
    >>> recorder.reads.columns
    frozenset({('cases', '')})
    """
    note(Reads(frozenset(((table, ""),))))


def together(*parts: Reads) -> Reads:
    """Union of reads.

    Parameters
    ----------
    *parts : Reads
        Any number.

    Returns
    -------
    Reads
        The part itself if there is only one.

    Examples
    --------
    >>> sorted(together(read_of({"cases": ["type"]}), read_of({"cases": ["domain"]})).columns)
    [('cases', 'domain'), ('cases', 'type')]
    """
    if len(parts) == 1:
        return parts[0]
    return Reads(
        frozenset().union(*(part.columns for part in parts)),
        frozenset().union(*(part.files for part in parts)),
        frozenset().union(*(part.models for part in parts)),
    )


def columns_of(table: str) -> dict[str, Reads]:
    """Reads of each column of a table, by column."""
    return {column: Reads(frozenset(((table, column),))) for column in TABLES[table].names}


def read_of(columns: Mapping[str, Iterable[str]]) -> Reads:
    """Reads of some columns.

    Parameters
    ----------
    columns : mapping of str to iterable of str
        Names of columns, by table.

    Returns
    -------
    Reads
        Of these columns.

    Examples
    --------
    >>> sorted(read_of({"cases": ["type", "domain"]}).columns)
    [('cases', 'domain'), ('cases', 'type')]
    """
    return Reads(frozenset((table, column) for table, names in columns.items() for column in names))


class NotedMapping(Mapping[str, V]):
    """A mapping that notes the reads of each value taken from it.

    Parameters
    ----------
    values : mapping of str to V
        The values.
    reads : mapping of str to Reads
        Reads of each value; none where a name is missing.

    Examples
    --------
    >>> start = NotedMapping({"type": "a"}, {"type": read_of({"cases": ["type"]})})
    >>> with recording() as recorder:
    ...     value = start["type"]
    >>> recorder.reads.by_table()
    {'cases': ('type',)}
    """

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
        """The named values alone, in that order; nothing is noted yet."""
        return NotedMapping({name: self._values[name] for name in names}, self._reads)


def noting(found: T, reads: Mapping[str, Reads]) -> T:
    """A copy of a dataclass that notes the reads of its fields when they are used.

    Parameters
    ----------
    found : dataclass instance
        The values.
    reads : mapping of str to Reads
        Reads by field; other fields note nothing.

    Returns
    -------
    dataclass instance
        Of the same class, by `isinstance` and `__class__`.

    Examples
    --------
    >>> from forecasting.record.quality import Part
    >>> part = noting(Part(1, 4), {"n": read_of({"sources": ["seen"]})})
    >>> with recording() as recorder:
    ...     n = part.n
    >>> recorder.reads.by_table()
    {'sources': ('seen',)}
    """
    base: Any = found.__class__
    kind = _noting_class(base, tuple(reads))
    made = object.__new__(kind)
    held, kept = getattr(found, "__dict__", {}), made.__dict__
    for name, place in _places(base):
        value = held[place] if place in held else getattr(found, name)
        if name in reads:
            kept[place] = value
        else:
            object.__setattr__(made, name, value)
    kept["_reads"] = reads
    return made


@lru_cache
def _noting_class(base: Any, names: tuple[str, ...]) -> Any:
    """A subclass of `base` that passes for it, with properties in place of the named fields."""

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
    """Values of the fields of a dataclass; nothing is noted."""
    kept = getattr(found, "__dict__", {})
    return [kept[place] if place in kept else getattr(found, name) for name, place in _places(found.__class__)]


@lru_cache
def _places(base: Any) -> tuple[tuple[str, str], ...]:
    """Names of the fields of a dataclass, each with the attribute in which the value of a noted field stands."""
    return tuple((one.name, f"_{one.name}") for one in fields(base))


def _noting_again(base: Any, values: list[Any], reads: Mapping[str, Reads]) -> Any:
    return noting(base(*values), reads)


def changed(found: T, **values: Any) -> T:
    """A copy of a dataclass with other values in some fields.

    Unlike `dataclasses.replace`, which reads every field, it notes nothing.

    Parameters
    ----------
    found : dataclass instance
        With or without noted fields.
    **values : object
        New values by field; they note nothing when used.

    Returns
    -------
    dataclass instance
        The other fields note their reads as before.

    Examples
    --------
    >>> from forecasting.record.quality import Part
    >>> changed(Part(1, 4), n=2)
    Part(n=2, of=4)
    """
    base: Any = found.__class__
    own = dict(zip((name for name, _ in _places(base)), _values(found), strict=True))
    made: T = base(**(own | values))
    reads = getattr(found, "__dict__", {}).get("_reads", {})
    return noting(made, {name: of for name, of in reads.items() if name not in values})


def every_field(of: Any, reads: Reads) -> dict[str, Reads]:
    """The same reads for each field of a dataclass.

    Parameters
    ----------
    of : dataclass
        Class or instance.
    reads : Reads
        Reads of each field.

    Returns
    -------
    dict of str to Reads
        By field.

    Examples
    --------
    >>> sorted(every_field(Reads, NOTHING))
    ['columns', 'files', 'models']
    """
    return {one.name: reads for one in fields(of)}


def once(kept: dict[Any, Any], key: Hashable, work: Callable[[], T]) -> T:
    """A value computed once; its reads are noted each time it is used.

    Parameters
    ----------
    kept : dict
        Cache; the value and its reads are stored under `key`.
    key : hashable
        Key of the value.
    work : callable
        Computes the value, without arguments.

    Returns
    -------
    object
        The value.

    Examples
    --------
    >>> cache = {}
    >>> once(cache, "six", lambda: 2 * 3), once(cache, "six", lambda: 0)
    (6, 6)
    """
    if key not in kept:
        with recording() as heard:
            value = work()
        kept[key] = (value, heard.reads)
    found, reads = kept[key]
    note(reads)
    return found


class remembered(Generic[T]):  # noqa: N801 - read like functools.cached_property
    """A property computed once; its reads are noted each time it is used.

    Parameters
    ----------
    work : callable
        The decorated method.

    Examples
    --------
    >>> class Answer:
    ...     @remembered
    ...     def value(self):
    ...         return 42
    >>> Answer().value
    42
    """

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
