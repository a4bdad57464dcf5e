"""What differs between two cards: every number and every text, section by section, none left out."""

from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any, Final, NamedTuple

from forecasting.documents.card.form import Block, Card, Curve, Figure, Items, Section, Table, Text
from forecasting.documents.card.phrases import shown_figure

CHANGES: Final = "changes"
HEAD: Final = "made_from"
NOTHING: Final = "(nothing)"
FIRST_WORDS: Final = 7


class Difference(NamedTuple):
    """A value that differs: its section, its place there, and how it reads in either card, or None."""

    section: str
    place: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        old, new = (NOTHING if said is None else said for said in (self.before, self.after))
        return f"{self.section}: {self.place}: {old} -> {new}"


Leaves = dict[str, str]


def differences(before: Card, after: Card, ignore: Sequence[str] = ()) -> list[Difference]:
    """All differences, in the order of the later card; none if and only if the cards hold the same.

    Sections named in `ignore` are left out. Texts and tables are matched as they follow each other, rows by their first
    cell, so that what is put in moves nothing else.
    """
    found = list(_of_leaves(HEAD, "", _head(before), _head(after)))
    names = [*after.sections, *(name for name in before.sections if name not in after.sections)]
    for name in (name for name in names if name not in ignore):
        found += _of_sections(name, before.sections.get(name), after.sections.get(name))
    old, new = ([name for name in card.sections if name not in ignore] for card in (before, after))
    if set(old) == set(new) and old != new:
        found.append(Difference(HEAD, "order of the sections", ", ".join(old), ", ".join(new)))
    return found


def _of_sections(name: str, old: Section | None, new: Section | None) -> Iterator[Difference]:
    titles = [section.title if section else None for section in (old, new)]
    if titles[0] != titles[1]:
        yield Difference(name, "title", *titles)
    yield from _of_blocks(name, old.blocks if old else (), new.blocks if new else ())


def _of_blocks(section: str, old: Sequence[Block], new: Sequence[Block]) -> Iterator[Difference]:
    """Differences of two rows of blocks, each matched with the one that says the same or stands in its place."""
    keys = [[_key(block) for block in blocks] for blocks in (old, new)]
    for _, i1, i2, j1, j2 in SequenceMatcher(None, keys[0], keys[1], autojunk=False).get_opcodes():
        paired = min(i2 - i1, j2 - j1)
        for one, other in zip(old[i1 : i1 + paired], new[j1 : j1 + paired], strict=True):
            if type(one) is type(other):
                yield from _of_pair(section, one, other)
            else:
                yield Difference(section, _place(one), _whole(one), None)
                yield Difference(section, _place(other), None, _whole(other))
        yield from (Difference(section, _place(one), _whole(one), None) for one in old[i1 + paired : i2])
        yield from (Difference(section, _place(one), None, _whole(one)) for one in new[j1 + paired : j2])


def _of_pair(section: str, old: Any, new: Any) -> Iterator[Difference]:
    if isinstance(new, Items):
        yield from _of_blocks(section, old.items, new.items)
    else:
        yield from _of_leaves(section, _place(new), _leaves(old), _leaves(new))


def _of_leaves(section: str, place: str, old: Leaves, new: Leaves) -> Iterator[Difference]:
    for name in [*new, *(name for name in old if name not in new)]:
        if old.get(name) != new.get(name):
            yield Difference(section, ": ".join(filter(None, (place, name))), old.get(name), new.get(name))
    if set(old) == set(new) and list(old) != list(new):
        yield Difference(section, f"{place}: order", " | ".join(old), " | ".join(new))


def _key(block: Block) -> str:
    if isinstance(block, Items):
        return f"list {block.items[0].said if block.items else ''}"
    return f"{block.kind} {block.caption if isinstance(block, Table) else block.said}"


def _place(block: Block) -> str:
    """Where a block stands, in few words."""
    if isinstance(block, Table):
        return block.caption
    said = block.items[0].said if isinstance(block, Items) and block.items else getattr(block, "said", "")
    words = said.replace("*", "").split()
    return f'"{" ".join(words[:FIRST_WORDS])}{" ..." if len(words) > FIRST_WORDS else ""}"'


def _whole(block: Block) -> str:
    """All that a block says, on one line."""
    if isinstance(block, Text):
        return plain(block)
    if isinstance(block, Items):
        return " | ".join(map(plain, block.items))
    return "; ".join(f"{name}: {said}" for name, said in _leaves(block).items())


def _leaves(block: Text | Table | Curve) -> Leaves:
    """Every value of a block by its place in it, with every digit it holds."""
    if isinstance(block, Text):
        return {"text": block.said} | {name: exact(value) for name, value in block.values.items()}
    if isinstance(block, Curve):
        numbered = [(f"{point.cause} {number}", str(point.model_dump())) for number, point in enumerate(block.points)]
        return {"text": block.said, **dict(numbered)}
    leaves, seen = {"caption": block.caption, "columns": " | ".join(block.head)}, Counter[str]()
    for row in block.rows:
        key = plain(row[0])
        seen[key] += 1
        name = key if seen[key] == 1 else f"{key} ({seen[key]})"
        leaves[name] = exact(row[0])
        leaves |= {
            f"{name}, {n}. {head}": exact(cell) for n, (head, cell) in enumerate(zip(block.head, row, strict=True)) if n
        }
    return leaves


def _head(card: Card) -> Leaves:
    """The leaves of all that is no section."""
    return dict(_flat(card.model_dump(mode="json", exclude={"sections"}), ()))


def _flat(value: Any, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, (*path, str(key)))
    else:
        yield ".".join(path), ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def plain(cell: Figure | Text | str) -> str:
    """A cell as it reads."""
    if isinstance(cell, Figure):
        return shown_figure(cell)
    if isinstance(cell, Text):
        return cell.said.format(**{name: shown_figure(value) for name, value in cell.values.items()})
    return cell


def exact(cell: Figure | Text | str) -> str:
    """A cell with every digit it holds."""
    if isinstance(cell, Figure):
        bounds = "" if cell.lower is None and cell.upper is None else f" [{cell.lower!r}, {cell.upper!r}]"
        return f"{cell.value if isinstance(cell.value, str) else repr(cell.value)}{bounds} ({cell.unit})"
    if isinstance(cell, Text):
        return "; ".join([cell.said, *(f"{name} = {exact(value)}" for name, value in cell.values.items())])
    return cell
