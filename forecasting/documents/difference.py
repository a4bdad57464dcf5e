"""Differences of two documents, leaf by leaf: each with its JSON pointer, its section, and both values."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, Final

from forecasting.documents.values import ESCAPES
from forecasting.store.errors import UsageError, shown

BOUNDS: Final = {"lower", "upper"}
NOTHING: Final = "nothing"
LONGEST: Final = 120
NAMED_BY: Final = ("title", "caption", "said", "text", "items")
FIRST_WORDS: Final = 7


@dataclass(frozen=True)
class Tolerance:
    """Largest difference of numbers, and of bounds of intervals, that counts as none."""

    number: float
    bound: float


REFITTED: Final = Tolerance(1e-9, 1e-6)
EXACT: Final = Tolerance(0.0, 0.0)


@dataclass(frozen=True)
class Difference:
    """A value that differs: its JSON pointer (empty for text of a page), its section, and both values.

    Attributes
    ----------
    pointer : str
        JSON pointer of the value; empty for text of a page.
    section : str
        Heading of its section.
    said, found : object
        The value in the document, and the value derived again.

    Examples
    --------
    >>> Difference("/headline/probability", "Forecast", 0.33, 0.19).place
    '/headline/probability (Forecast)'
    """

    pointer: str
    section: str
    said: Any
    found: Any

    @property
    def place(self) -> str:
        """Pointer and section of the value."""
        return f"{self.pointer} ({self.section})" if self.section and self.pointer else self.pointer or self.section

    @property
    def change(self) -> str:
        """The difference as a change: the earlier value and the later one."""
        return f"{self.place}: {value_words(self.said)} -> {value_words(self.found)}"

    def __str__(self) -> str:
        return f"{self.place}: says {value_words(self.said)}, the record gives {value_words(self.found)}"


def compared(
    said: Any, found: Any, pointer: str = "", *, tolerance: Tolerance = REFITTED, aligned: bool = False
) -> Iterator[Difference]:
    """Leaves that differ between two values of JSON types.

    Parameters
    ----------
    said, found : object
        The values, earlier or printed first.
    pointer : str, optional
        JSON pointer to both.
    tolerance : Tolerance, optional
        Largest difference of numbers that counts as none.
    aligned : bool, optional
        Elements of lists are matched in sequence, rows by their first cell and blocks by their words, so that an
        inserted one shifts no other; otherwise they are matched by position.

    Yields
    ------
    Difference
        In the order of `found`; its pointer leads into `found`, or into `said` where `found` has nothing.

    Examples
    --------
    >>> print(*compared({"n": [3, 4]}, {"n": [3, 5]}))
    /n/1: says 4, the record gives 5
    """
    if isinstance(said, dict) and isinstance(found, dict) and not (aligned and said.get("kind") != found.get("kind")):
        pairs = [(key, said.get(key, NOTHING), found.get(key, NOTHING)) for key in {**found, **said}]
    elif isinstance(said, list) and isinstance(found, list):
        pairs = list(_aligned(said, found) if aligned else _in_place(said, found))
    else:
        if not _same(said, found, pointer, tolerance):
            yield Difference(pointer, "", said, found)
        return
    for key, one, other in pairs:
        yield from compared(one, other, f"{pointer}/{escaped(key)}", tolerance=tolerance, aligned=aligned)


def leaves(value: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Every value that is no object and no list, with its JSON pointer.

    Parameters
    ----------
    value : object
        A value of JSON types.
    pointer : str, optional
        JSON pointer to it.

    Yields
    ------
    tuple of str and object
        Pointer and value, in order.

    Examples
    --------
    >>> list(leaves({"a": [1, 2]}))
    [('/a/0', 1), ('/a/1', 2)]
    """
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in inner:
            yield from leaves(item, f"{pointer}/{escaped(key)}")
    else:
        yield pointer, value


def parts(pointer: str) -> list[str]:
    """The keys and numbers of a JSON pointer.

    Parameters
    ----------
    pointer : str
        A pointer that begins with a slash.

    Returns
    -------
    list of str
        Keys and numbers, without escapes.

    Raises
    ------
    UsageError
        For any other text.

    Examples
    --------
    >>> parts("/rows/0/a~1b")
    ['rows', '0', 'a/b']
    """
    if not pointer.startswith("/"):
        raise UsageError(f"expected a JSON pointer such as /headline/probability, got {shown(pointer)}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def path_of(content: Any, pointer: str) -> list[Any]:
    """The values on the way to a pointer.

    Parameters
    ----------
    content : object
        A value of JSON types.
    pointer : str
        JSON pointer into it.

    Returns
    -------
    list
        The whole first, the value of the pointer last.

    Raises
    ------
    UsageError
        For a pointer to no value.

    Examples
    --------
    >>> path_of({"n": [3, 4]}, "/n/1")[1:]
    [[3, 4], 4]
    """
    path = [content]
    for part in parts(pointer):
        try:
            path.append(path[-1][int(part)] if isinstance(path[-1], list) else path[-1][part])
        except (KeyError, IndexError, ValueError, TypeError):
            raise UsageError(f"expected a pointer to a value, got {shown(pointer)}: nothing at {shown(part)}") from None
    return path


def escaped(key: object) -> str:
    """A key as written in a JSON pointer.

    Parameters
    ----------
    key : object
        Key of an object or number in a list.

    Returns
    -------
    str
        The key with its escapes (RFC 6901).

    Examples
    --------
    >>> escaped("a/b")
    'a~1b'
    """
    return str(key).translate(ESCAPES)


def value_words(value: Any) -> str:
    """A value as a message shows it.

    Parameters
    ----------
    value : object
        A value of JSON types, or `NOTHING`.

    Returns
    -------
    str
        Numbers with every digit; other values of at most 120 characters.

    Examples
    --------
    >>> value_words(0.1), value_words(NOTHING)
    ('0.1', 'nothing')
    """
    return NOTHING if value is NOTHING else repr(value) if isinstance(value, float) else shown(value, LONGEST)


def section_of(document: Any, difference: Difference) -> str:
    """Words for the place of a difference in a document of blocks.

    Parameters
    ----------
    document : object
        The document as JSON types.
    difference : Difference
        A difference whose pointer leads into it.

    Returns
    -------
    str
        Title, caption or first words, row and column, with colons between them.

    Examples
    --------
    >>> table = {"caption": "Cases", "head": ["Outcome", "n"], "rows": [["faded", {"value": 42}]]}
    >>> section_of({"blocks": [table]}, Difference("/blocks/0/rows/0/1/value", "", 42, 43))
    'Cases: faded: n'
    """
    *way, last = parts(difference.pointer)
    names: list[str] = []
    value, table = document, dict[str, Any]()
    for part in way if difference.found is NOTHING else [*way, last]:
        value = value[int(part)] if isinstance(value, list) else value[part]
        if isinstance(value, dict):
            table = value if "head" in value else table
            held = [(key, value[key]) for key in NAMED_BY if isinstance(value.get(key), str)][:1]
            names += [_cut(words) if key == "said" else words for key, words in held]
        elif isinstance(value, list) and table and value in table["rows"]:
            names.append(_cut(_cell_words(value[0])))
    columns = way[way.index("rows") + 2 : way.index("rows") + 3] if "rows" in way else []
    return ": ".join(names + [table["head"][int(column)] for column in columns if table and int(column)])


def _in_place(said: list[Any], found: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    for i in range(max(len(said), len(found))):
        yield i, said[i] if i < len(said) else NOTHING, found[i] if i < len(found) else NOTHING


def _aligned(said: list[Any], found: list[Any]) -> Iterator[tuple[int, Any, Any]]:
    matched = SequenceMatcher(None, [*map(_key, said)], [*map(_key, found)], autojunk=False)
    for _, i1, i2, j1, j2 in matched.get_opcodes():
        for i, one, other in _in_place(said[i1:i2], found[j1:j2]):
            yield (i + i1 if other is NOTHING else i + j1), one, other


def _key(value: Any) -> str:
    """Key that identifies an element of a list while other parts of it change."""
    if isinstance(value, list):
        return json.dumps(value[:1])
    name = next((key for key in NAMED_BY if key in value), None) if isinstance(value, dict) else None
    if name is None:
        return json.dumps(value)
    held = value[name]
    return f"{value.get('kind')} {_key(held[0] if isinstance(held, list) and held else held)}"


def _cell_words(cell: Any) -> str:
    return str(cell.get("value", cell.get("said", ""))) if isinstance(cell, dict) else str(cell)


def _cut(said: str) -> str:
    words = said.replace("*", "").split()
    return " ".join(words[:FIRST_WORDS]) + (" ..." if len(words) > FIRST_WORDS else "")


def _same(said: Any, found: Any, pointer: str, tolerance: Tolerance) -> bool:
    is_number = [isinstance(value, int | float) and not isinstance(value, bool) for value in (said, found)]
    if all(is_number):
        is_bound = bool(BOUNDS & set(parts(pointer or "/")))
        try:
            return abs(said - found) <= (tolerance.bound if is_bound else tolerance.number)
        except OverflowError:  # a whole number that no float can hold
            return False
    return type(said) is type(found) and bool(said == found)
