"""Differences of two documents, leaf by leaf: each with its JSON pointer, the section it stands in, and both values."""

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
    """By how much a number, or a bound of an interval, may differ and still count as the same."""

    number: float
    bound: float


REFITTED: Final = Tolerance(1e-9, 1e-6)
EXACT: Final = Tolerance(0.0, 0.0)


@dataclass(frozen=True)
class Difference:
    """A value that differs: its JSON pointer (empty for text of a page), its section, and what either document has."""

    pointer: str
    section: str
    said: Any
    found: Any

    @property
    def place(self) -> str:
        """Where it stands."""
        return f"{self.pointer} ({self.section})" if self.section and self.pointer else self.pointer or self.section

    @property
    def change(self) -> str:
        """As what a document had and what it has now."""
        return f"{self.place}: {value_words(self.said)} -> {value_words(self.found)}"

    def __str__(self) -> str:
        return f"{self.place}: says {value_words(self.said)}, the record gives {value_words(self.found)}"


def compared(
    said: Any, found: Any, pointer: str = "", *, tolerance: Tolerance = REFITTED, aligned: bool = False
) -> Iterator[Difference]:
    """Leaves that differ between two values of JSON types.

    Parameters
    ----------
    said, found
        The values, earlier or printed first.
    pointer
        Where they stand.
    tolerance
        By how much numbers may differ.
    aligned
        Elements of lists are matched as they follow each other, rows by their first cell and blocks by their words, so
        that one which was put in moves nothing else; otherwise they are matched by their place.

    Yields
    ------
    Difference
        In the order of `found`; its pointer leads into `found`, or into `said` where `found` has nothing.
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
    """Every value that is no object and no list, with its JSON pointer."""
    if isinstance(value, dict | list):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in inner:
            yield from leaves(item, f"{pointer}/{escaped(key)}")
    else:
        yield pointer, value


def parts(pointer: str) -> list[str]:
    """The keys and numbers of a JSON pointer; `UsageError` for what is none."""
    if not pointer.startswith("/"):
        raise UsageError(f"expected a JSON pointer such as /headline/probability, got {shown(pointer)}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def path_of(content: Any, pointer: str) -> list[Any]:
    """The values on the way to a pointer, the whole first; `UsageError` where it leads nowhere."""
    path = [content]
    for part in parts(pointer):
        try:
            path.append(path[-1][int(part)] if isinstance(path[-1], list) else path[-1][part])
        except (KeyError, IndexError, ValueError, TypeError):
            raise UsageError(f"expected a pointer to a value, got {shown(pointer)}: nothing at {shown(part)}") from None
    return path


def escaped(key: object) -> str:
    """A key as it stands in a JSON pointer."""
    return str(key).translate(ESCAPES)


def value_words(value: Any) -> str:
    """A value as a message shows it: numbers with every digit, anything long cut off."""
    return NOTHING if value is NOTHING else repr(value) if isinstance(value, float) else shown(value, LONGEST)


def section_of(document: Any, difference: Difference) -> str:
    """Words for where a difference stands in a document of blocks: title, caption or first words, row and column."""
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
    """What an element of a list is known by while other parts of it change."""
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
        return abs(said - found) <= (tolerance.bound if is_bound else tolerance.number)
    return type(said) is type(found) and bool(said == found)
