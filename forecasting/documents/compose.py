"""Short ways to write blocks: a value read from the content brings its JSON pointer along by itself."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forecasting.documents.blocks import (
    SLOT,
    Aside,
    Badge,
    Block,
    Cell,
    Chart,
    Figure,
    Inline,
    Interval,
    Items,
    Listed,
    Section,
    Table,
    Text,
    Unit,
)
from forecasting.documents.values import plain, pointer_of


def figure(unit: Unit, value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A value of a unit with its interval; what is not a number was not measured, and is None.

    Values from a view of the content bring their pointers along.
    """
    return Figure(
        unit=unit,
        value=_measured(value),
        lower=_measured(lower),
        upper=_measured(upper),
        pointer=pointer_of(value),
        lower_pointer=pointer_of(lower),
        upper_pointer=pointer_of(upper),
    )


def _measured(value: Any) -> Any:
    found = plain(value)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def chance(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A probability, in whole per cent and never as certainty."""
    return figure("chance", value, lower, upper)


def share(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A fraction of one, as a percentage with one decimal."""
    return figure("share", value, lower, upper)


def percent(value: Any) -> Figure:
    """A fraction of one that is known to be whole per cent."""
    return figure("percent", value)


def points(value: Any) -> Figure:
    """A difference of fractions of one, in percentage points."""
    return figure("points", value)


def count(value: Any) -> Figure:
    """A whole number of things."""
    return figure("count", value)


def quote(value: Any) -> Figure:
    """Words from elsewhere, such as a name in the record."""
    return figure("quote", value)


def code(value: Any) -> Figure:
    """A hash, a version or a file's name."""
    return figure("code", value)


def day(value: Any) -> Figure:
    """A day, written YYYY-MM-DD in the content."""
    return figure("day", value)


def name(value: Any) -> Figure:
    """A code of the vocabulary, shown as words."""
    return figure("name", value)


def interval(unit: Unit, lower: Any, upper: Any) -> Interval:
    """An interval without its point."""
    return Interval(
        unit=unit,
        lower=plain(lower),
        upper=plain(upper),
        lower_pointer=pointer_of(lower),
        upper_pointer=pointer_of(upper),
    )


def badge(tone: str, words: str) -> Badge:
    """A label in the colour of `tone`."""
    return Badge(tone=plain(tone), words=plain(words))


def text(said: str, anchor: str | None = None, /, **values: Inline | str) -> Text:
    """Words of ours with their values; a string among them is a quote."""
    held = {slot: quote(value) if isinstance(value, str) else value for slot, value in values.items()}
    return Text(said=said, values=held, anchor=anchor)


def slotted(said: str, values: Mapping[str, Inline]) -> Text:
    """Words of ours from a file, with those of the values for which they have a slot."""
    return Text(said=said, values={slot: values[slot] for slot in SLOT.findall(said)})


def aside(said: str, /, **values: Inline | str) -> Aside:
    """Words of less weight, shown smaller."""
    return Aside(text=text(said, **values))


def joined(parts: Sequence[Text], between: str = "; ") -> Text:
    """Several texts as one."""
    said: list[str] = []
    values: dict[str, Inline] = {}
    for number, part in enumerate(parts):
        said.append(SLOT.sub(rf"{{\1_{number}}}", part.said))
        values |= {f"{slot}_{number}": value for slot, value in part.values.items()}
    return Text(said=between.join(said), values=values)


def items(listed: Iterable[str | Text], style: Listed | None = None) -> Items:
    """A list of texts."""
    return Items(items=tuple(text(one) if isinstance(one, str) else one for one in listed), style=style)


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[Cell]], anchor: str | None = None) -> Table:
    """A table of cells; a string is shown as it stands."""
    return Table(caption=caption, head=tuple(head), rows=tuple(tuple(row) for row in rows), anchor=anchor)


def chart(draws: str, arguments: Mapping[str, Any], words: Text, *tables: Table) -> Chart:
    """A chart by its name, with values of the content or worked out from them."""
    held = {key: plain(value) for key, value in arguments.items()}
    return Chart(draws=draws, arguments=held, text=words, tables=tables)


def section(*blocks: Block | None) -> Section:
    """A section of the blocks that there are."""
    return Section(blocks=tuple(block for block in blocks if block is not None))
