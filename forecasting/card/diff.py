"""What differs between two cards: every number and every text, section by section, none left out."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from forecasting.card.form import Card, Curve, Figure, Items, Section, Table, Text
from forecasting.card.phrases import shown_figure

CHANGES: Final = "changes"
HEAD: Final = "made from"
NOTHING: Final = "(nothing)"


class Difference(NamedTuple):
    """A value that differs: its section, its place there, and how it reads in either card, or None."""

    section: str
    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        old, new = (NOTHING if said is None else said for said in (self.before, self.after))
        return f"{self.section}: {self.place}: {old} -> {new}"


def differences(before: Card, after: Card, ignore: tuple[str, ...] = ()) -> list[Difference]:
    """All differences, in the order of the later card; none if and only if the cards hold the same.

    Sections named in `ignore` are left out.
    """
    found = [*_compared(HEAD, _head(before), _head(after))]
    names = [*after.sections, *(name for name in before.sections if name not in after.sections)]
    for name in (name for name in names if name not in ignore):
        old, new = (card.sections.get(name) for card in (before, after))
        found += _compared(name, _leaves(old) if old else {}, _leaves(new) if new else {})
    kept = [[name for name in card.sections if name not in ignore] for card in (before, after)]
    if set(kept[0]) == set(kept[1]) and kept[0] != kept[1]:
        found.append(Difference(HEAD, "order of the sections", ", ".join(kept[0]), ", ".join(kept[1])))
    return found


def _compared(section: str, old: dict[str, str], new: dict[str, str]) -> Iterator[Difference]:
    for place in [*new, *(place for place in old if place not in new)]:
        if old.get(place) != new.get(place):
            yield Difference(section, place, old.get(place), new.get(place))


def _head(card: Card) -> dict[str, str]:
    """The leaves of all that is no section."""
    return dict(_flat(card.model_dump(mode="json", exclude={"sections"}), ()))


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key)))
    elif isinstance(value, list):
        yield ".".join(path), ", ".join(map(str, value))
    else:
        yield ".".join(path), str(value)


def _leaves(section: Section) -> dict[str, str]:
    """Every value of a section by its place, in words; where a row or a text is inserted, the others keep theirs."""
    seen: Counter[str] = Counter()
    leaves = {"title": section.title}
    order = []
    for block in section.blocks:
        for place, said in _of_block(block):
            seen[place] += 1
            numbered = place if seen[place] == 1 else f"{place} ({seen[place]})"
            leaves[numbered] = said
            order.append(numbered)
    return leaves | {"order": " | ".join(order)}


def _of_block(block: Text | Items | Table | Curve) -> Iterator[tuple[str, str]]:
    if isinstance(block, Text):
        yield from _of_text(block, "text")
    elif isinstance(block, Items):
        yield "list", f"of {len(block.items)}"
        for item in block.items:
            yield from _of_text(item, "item")
    elif isinstance(block, Table):
        yield f"table {block.caption!r}", " | ".join(block.head)
        for row in block.rows:
            key = f"{block.caption}: {_plain(row[0])}"
            yield key, _exact(row[0])
            yield from ((f"{key}, {head}", _exact(cell)) for head, cell in zip(block.head[1:], row[1:], strict=True))
    else:
        yield f"curve {block.said!r}", f"of {len(block.points)} points"
        for point in block.points:
            yield f"curve, {point.cause}", str(point.model_dump())


def _of_text(text: Text, kind: str) -> Iterator[tuple[str, str]]:
    yield f"{kind} {text.said!r}", "said"
    yield from ((f"{kind} {text.said!r}, {name}", _exact(value)) for name, value in text.values.items())


def _plain(cell: Figure | Text | str) -> str:
    """A cell as it reads."""
    if isinstance(cell, Figure):
        return shown_figure(cell)
    if isinstance(cell, Text):
        return cell.said.format(**{name: shown_figure(value) for name, value in cell.values.items()})
    return cell


def _exact(cell: Figure | Text | str) -> str:
    """A cell with every digit it holds."""
    if isinstance(cell, Figure):
        values = [cell.value, *([cell.lower, cell.upper] if cell.lower is not None or cell.upper is not None else [])]
        return " ".join([cell.unit, *map(repr, values)])
    if isinstance(cell, Text):
        return " ".join([repr(cell.said), *(f"{name}={_exact(value)}" for name, value in cell.values.items())])
    return repr(cell)
