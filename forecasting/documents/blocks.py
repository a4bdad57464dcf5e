"""The blocks of a document: typed, frozen, in the markup of no format. `html`, `markdown` and `text` render them.

Words of ours may hold **bold**, *emphasis*, `code` and line breaks, and a {slot} for each value in them. Whatever comes
from elsewhere (names, sources, reasons, codes) is a value or a plain string, which renderers show as it stands.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Union

from pydantic import Field, field_validator, model_validator

from forecasting.store.values import Values

Unit = Literal[
    "chance", "share", "percent", "points", "count", "number", "ratio", "score", "p", "log odds", "day", "name", "code",
    "quote",
]  # fmt: skip
Listed = Literal["numbered", "precedents", "sources"]
SLOT: Final = re.compile(r"\{(\w+)\}")


class Part(Values):
    """Base of all blocks and of the values in them."""


class Figure(Part):
    """One computed value, with its interval where it has one; None where nothing was measured.

    `chance`, `share`, `percent` and `points` are fractions of one; a `quote` comes from elsewhere and is shown as it
    stands. The pointers lead to the value and its bounds in the content of the document; None where a section computed
    the value from others.
    """

    unit: Unit
    value: int | float | str | None = None
    lower: float | None = None
    upper: float | None = None
    pointer: str | None = None
    lower_pointer: str | None = None
    upper_pointer: str | None = None


class Interval(Part):
    """An interval shown apart from its point."""

    unit: Unit
    lower: float
    upper: float
    lower_pointer: str | None = None
    upper_pointer: str | None = None


class Badge(Part):
    """A short label; `tone` is the state, standing or alarm whose colour it has."""

    tone: str
    words: str


class Link(Part):
    """A link: `to` is an anchor of the page (#contested) or an address; anything else is shown as words alone."""

    words: str
    to: str


class Marks(Part):
    """Numbers that lead to the numbered sources of a statement; nothing where there is none."""

    numbers: tuple[int, ...]


class Aside(Part):
    """Secondary text, shown smaller."""

    text: "Text"


Inline = Union[Figure, Interval, Badge, Link, Marks, Aside, "Text"]


class Text(Part):
    """A paragraph, or the words of an item or a cell: `said`, with a slot such as {skill} for each of its `values`."""

    kind: Literal["text"] = "text"
    said: str
    values: dict[str, Inline] = Field(default_factory=dict)
    anchor: str | None = None

    @model_validator(mode="after")
    def _slots(self) -> "Text":
        if set(SLOT.findall(self.said)) != set(self.values) or re.search(r"[{}]", SLOT.sub("", self.said)):
            raise ValueError(f"expected a slot for each of {sorted(self.values)} and no other brace, got {self.said!r}")
        return self


class Items(Part):
    """A list; `style` numbers it, and may name the kind of its items."""

    kind: Literal["items"] = "items"
    items: tuple[Text, ...]
    style: Listed | None = None


class Stack(Part):
    """A cell with words and a list below them."""

    text: Text
    items: Items


Cell = Inline | Stack | str


class Table(Part):
    """A table: a row has as many cells as `head`; its first cell is the head of the row.

    `stacks`: on a narrow screen its rows are set one below the other, as those of every table of six columns are.
    """

    kind: Literal["table"] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    anchor: str | None = None
    stacks: bool = False

    @field_validator("rows")
    @classmethod
    def _as_wide_as_the_head(cls, rows: tuple[tuple[Any, ...], ...], info: Any) -> tuple[tuple[Any, ...], ...]:
        width = len(info.data.get("head", ()))
        for row in rows:
            if len(row) != width:
                raise ValueError(f"expected rows of {width} cells, got one of {len(row)}")
        return rows


class Chart(Part):
    """A chart: a name of `figures.CHARTS`, its arguments, its text alternative, and the tables of its values."""

    kind: Literal["chart"] = "chart"
    draws: str
    arguments: dict[str, Any]
    text: Text
    tables: tuple[Table, ...]


class Title(Part):
    """The head of a document: a line above its title, and its question below."""

    kind: Literal["title"] = "title"
    above: Text
    title: Text
    below: Text


class Heading(Part):
    """A heading inside a section; `quiet` ones are set in the size of text."""

    kind: Literal["heading"] = "heading"
    words: str
    level: Literal[2, 3] = 3
    quiet: bool = False


class Note(Part):
    """A remark, set apart from the blocks above it."""

    kind: Literal["note"] = "note"
    text: Text


class Act(Part):
    """An act of a timeline: its day, standing, actor and kind, and its report."""

    when: Text
    standing: str
    what: Text
    text: Text


class Timeline(Part):
    """Dated acts in the order given."""

    kind: Literal["timeline"] = "timeline"
    acts: tuple[Act, ...]


class Prose(Part):
    """A text in Markdown from a file of the record; its tables are named after `title`."""

    kind: Literal["prose"] = "prose"
    title: str
    markdown: str


class Fold(Part):
    """Blocks that unfold under one line."""

    kind: Literal["fold"] = "fold"
    summary: str
    blocks: tuple["Block", ...]
    opened: bool = False


class Summary(Part):
    """The box of a first screen: a big number, its word and a note in one line, then blocks."""

    kind: Literal["summary"] = "summary"
    label: str
    number: Figure | None = None
    word: Text | None = None
    note: Text | None = None
    blocks: tuple["Block", ...] = ()
    alarm: bool = False


class Panel(Part):
    """One of several parts of a first screen: its title and its blocks."""

    title: str
    blocks: tuple["Block", ...]


class Panels(Part):
    """Parts that stand beside each other where there is room, and below each other on a narrow screen."""

    kind: Literal["panels"] = "panels"
    panels: tuple[Panel, ...]


Block = Annotated[
    Text | Items | Table | Chart | Title | Heading | Note | Timeline | Prose | Fold | Summary | Panels,
    Field(discriminator="kind"),
]


class Section(Part):
    """A section of a document: its title, empty where the notebook or the card gives it one, and its blocks."""

    title: str = ""
    blocks: tuple[Block, ...]


def figures(part: Any) -> Iterator[Figure | Interval]:
    """Every figure and interval of a section, a block or a cell, in the order of its fields.

    Parameters
    ----------
    part : Part, or tuple or mapping of parts
        Anything that a document is made of.

    Yields
    ------
    Figure or Interval
        The values, those inside texts, tables and folded blocks included.

    Examples
    --------
    >>> words = Text(said="{n} cases", values={"n": Figure(unit="count", value=3)})
    >>> [one.value for one in figures(Section(blocks=(words,)))]
    [3]
    """
    if isinstance(part, Figure | Interval):
        yield part
    elif isinstance(part, Part):
        for name in type(part).model_fields:
            yield from figures(getattr(part, name))
    elif isinstance(part, tuple | Mapping):
        for one in part.values() if isinstance(part, Mapping) else part:
            yield from figures(one)


for _recursive in (Aside, Text, Items, Stack, Table, Chart, Fold, Summary, Panel, Panels, Section):
    _recursive.model_rebuild()
