"""Printed values held against derived ones, leaf by leaf, and what came of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from forecasting.store.errors import UsageError, shown

POINT, BOUND = 1e-9, 1e-6
BOUNDS = {"lower", "upper"}
NOTHING = "nothing"


@dataclass(frozen=True)
class Difference:
    """A value that differs: where it stands (JSON pointer; empty for text of the page), what is said and was found."""

    pointer: str
    section: str
    said: Any
    found: Any

    def __str__(self) -> str:
        place = f"{self.pointer} ({self.section})" if self.section and self.pointer else self.pointer or self.section
        return f"{place}: said {_short(self.said)}; found {_short(self.found)}"


@dataclass(frozen=True)
class Verification:
    """What came of deriving something again.

    `n`: how many values were compared; `made_from`: in what record or code it differs from those at hand, if it does;
    `notes`: where fitted models came from, and what was not checked; `differences`, in the order of the thing itself.
    """

    subject: str
    n: int
    made_from: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def compared(said: Any, found: Any, pointer: str = "") -> Iterator[Difference]:
    """Leaves that differ, in the order of `found`; floats may differ by 1e-9, bounds of intervals by 1e-6."""
    if isinstance(said, dict) and isinstance(found, dict):
        for key in [*found, *(key for key in said if key not in found)]:
            yield from compared(said.get(key, NOTHING), found.get(key, NOTHING), f"{pointer}/{escaped(key)}")
    elif isinstance(said, list) and isinstance(found, list):
        for i in range(max(len(said), len(found))):
            one, other = (values[i] if i < len(values) else NOTHING for values in (said, found))
            yield from compared(one, other, f"{pointer}/{i}")
    elif not _same(said, found, pointer):
        yield Difference(pointer, "", said, found)


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
        raise UsageError(f"wanted a JSON pointer such as /headline/probability; came {shown(pointer)}")
    return [part.replace("~1", "/").replace("~0", "~") for part in pointer[1:].split("/")]


def path_of(content: Any, pointer: str) -> list[Any]:
    """The values on the way to a pointer, the whole first; `UsageError` where it leads nowhere."""
    path = [content]
    for part in parts(pointer):
        try:
            path.append(path[-1][int(part)] if isinstance(path[-1], list) else path[-1][part])
        except (KeyError, IndexError, ValueError, TypeError):
            raise UsageError(f"wanted a pointer to a value; came {shown(pointer)}: nothing at {shown(part)}") from None
    return path


def with_leaf(content: Any, way: list[str], value: Any) -> Any:
    """The content with another value at the end of a way of keys."""
    if not way:
        return value
    first, *rest = way
    if isinstance(content, list):
        return [with_leaf(item, rest, value) if str(i) == first else item for i, item in enumerate(content)]
    return {key: with_leaf(item, rest, value) if key == first else item for key, item in content.items()}


def escaped(key: object) -> str:
    """A key as it stands in a JSON pointer."""
    return str(key).replace("~", "~0").replace("/", "~1")


def _same(said: Any, found: Any, pointer: str) -> bool:
    is_number = [isinstance(value, int | float) and not isinstance(value, bool) for value in (said, found)]
    if all(is_number):
        return abs(said - found) <= (BOUND if BOUNDS & set(parts(pointer or "/")) else POINT)
    return type(said) is type(found) and said == found


def _short(value: Any) -> str:
    return "nothing" if value is NOTHING else repr(value) if isinstance(value, float) else shown(value, 120)
