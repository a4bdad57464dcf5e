"""A view over the content of a document: its values know their JSON pointers, and it records which were read."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, overload

import numpy as np

Content = dict[str, Any]
ESCAPES: Final = str.maketrans({"~": "~0", "/": "~1"})


class Real(float):
    """A number of the content, with the JSON pointer to it; results of arithmetic are plain numbers."""

    pointer: str


class Whole(int):
    """A whole number of the content, with the JSON pointer to it."""

    pointer: str


class Words(str):
    """A string of the content, with the JSON pointer to it."""

    pointer: str


class PointersRead:
    """JSON pointers of the values that were read, each once, in the order of the first reading."""

    def __init__(self) -> None:
        self._found: dict[str, None] = {}

    def note(self, pointer: str) -> None:
        """Record a pointer."""
        self._found[pointer] = None

    @property
    def pointers(self) -> tuple[str, ...]:
        """The recorded pointers."""
        return tuple(self._found)


class Fields(Mapping[str, Any]):
    """An object of the content."""

    def __init__(self, values: Mapping[str, Any], pointer: str, reads: PointersRead) -> None:
        self._values, self._pointer, self._reads = values, pointer, reads

    def __getitem__(self, key: str) -> Any:
        return _seen(self._values[key], f"{self._pointer}/{str(key).translate(ESCAPES)}", self._reads)

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


class Rows(Sequence[Any]):
    """A list of the content; a part of it is a plain list of the values in it."""

    def __init__(self, values: Sequence[Any], pointer: str, reads: PointersRead) -> None:
        self._values, self._pointer, self._reads = values, pointer, reads

    @overload
    def __getitem__(self, place: int) -> Any: ...
    @overload
    def __getitem__(self, place: slice) -> list[Any]: ...
    def __getitem__(self, place: int | slice) -> Any:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self._values)))]
        at = range(len(self._values))[place]
        return _seen(self._values[at], f"{self._pointer}/{at}", self._reads)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and not isinstance(other, str) and list(self) == list(other)

    def __len__(self) -> int:
        return len(self._values)

    __hash__ = None  # type: ignore[assignment]


def view(content: Mapping[str, Any], reads: PointersRead | None = None) -> Fields:
    """The content as a section reads it.

    Parameters
    ----------
    content
        Values of JSON types: objects with string keys, lists or tuples, numbers, strings, booleans and None.
    reads
        Records the pointer of every value that is read, objects and lists included.

    Returns
    -------
    Fields
        A mapping whose numbers and strings are `Real`, `Whole` and `Words`; booleans and None, which no class can
        extend, know no pointer. It cannot be changed and is no `dict`, so that no read goes unrecorded.
    """
    return Fields(content, "", reads or PointersRead())


def pointer_of(value: object) -> str | None:
    """The JSON pointer of a value that was read from a view; None for any other."""
    found = getattr(value, "pointer", None)
    return found if isinstance(found, str) else None


def plain(value: Any) -> Any:
    """The value as in the content: objects as `dict`, lists as `list`, without pointers or types of numpy."""
    if isinstance(value, Fields):
        return {key: plain(found) for key, found in value.items()}
    if isinstance(value, Rows):
        return [plain(found) for found in value]
    for kind, base in ((Real, float), (Whole, int), (Words, str)):
        if isinstance(value, kind):
            return base(value)
    return value.item() if isinstance(value, np.generic) else value


def _seen(value: Any, pointer: str, reads: PointersRead) -> Any:
    reads.note(pointer)
    if isinstance(value, Mapping):
        return Fields(value, pointer, reads)
    if isinstance(value, list | tuple):
        return Rows(value, pointer, reads)
    if value is None or isinstance(value, bool):
        return value
    held: Real | Whole | Words = (
        Words(value) if isinstance(value, str) else Whole(value) if isinstance(value, int) else Real(value)
    )
    held.pointer = pointer
    return held
