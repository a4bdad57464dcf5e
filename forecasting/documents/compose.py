"""Short ways to write blocks: a value read from the content brings its JSON pointer along by itself."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from forecasting.documents.blocks import (
    SLOT,
    Aside,
    Badge,
    Block,
    Cell,
    Chart,
    Inline,
    Items,
    Listed,
    Section,
    Table,
    Text,
)
from forecasting.documents.quantities import quote
from forecasting.documents.values import plain


def badge(tone: str, words: str) -> Badge:
    """A short label in the colour of a state, standing or alarm.

    Parameters
    ----------
    tone : str
        Name of the colour, such as `confirmed` or `collapsed`.
    words : str
        The label.

    Returns
    -------
    Badge
        The label.

    Examples
    --------
    >>> badge("reported", "reported").words
    'reported'
    """
    return Badge(tone=plain(tone), words=plain(words))


def text(said: str, anchor: str | None = None, /, **values: Inline | str) -> Text:
    r"""Words of ours with their values.

    Parameters
    ----------
    said : str
        The words, in the markup of `markup`, with a slot such as {skill} for each value.
    anchor : str, optional
        Anchor that links of the page lead to.
    **values : Inline or str
        Value of each slot; a string is a quote.

    Returns
    -------
    Text
        The words and values.

    Raises
    ------
    ValueError
        For a slot without a value, a value without a slot, and any other brace.

    Examples
    --------
    >>> from forecasting.documents.quantities import share
    >>> from forecasting.documents.text import said as words
    >>> words(text("The skill is **{skill}**.", skill=share(0.071)))
    'The skill is 7.1\xa0%.'
    """
    held = {slot: quote(value) if isinstance(value, str) else value for slot, value in values.items()}
    return Text(said=said, values=held, anchor=anchor)


def slotted(said: str, values: Mapping[str, Inline]) -> Text:
    """Words of ours from a file, with those of the values for which they have a slot.

    Parameters
    ----------
    said : str
        The words, with slots.
    values : mapping of str to Inline
        Values by name of slot; others are ignored.

    Returns
    -------
    Text
        The words and their values.

    Raises
    ------
    KeyError
        For a slot without a value.

    Examples
    --------
    >>> from forecasting.documents.quantities import count
    >>> sorted(slotted("{n} cases", {"n": count(3), "other": count(4)}).values)
    ['n']
    """
    return Text(said=said, values={slot: values[slot] for slot in SLOT.findall(said)})


def aside(said: str, /, **values: Inline | str) -> Aside:
    """Secondary text, shown smaller.

    Parameters
    ----------
    said : str
        The words, with slots.
    **values : Inline or str
        Value of each slot; a string is a quote.

    Returns
    -------
    Aside
        The words and values.

    Examples
    --------
    >>> from forecasting.documents.quantities import count
    >>> from forecasting.documents.text import inline
    >>> inline(aside("last observed {n} months ago", n=count(29)))
    'last observed 29 months ago'
    """
    return Aside(text=text(said, **values))


def joined(parts: Sequence[Text], between: str = "; ") -> Text:
    """Several texts as one; slots are numbered, so that equal names do not collide.

    Parameters
    ----------
    parts : sequence of Text
        The texts, in order.
    between : str, optional
        Words between two of them.

    Returns
    -------
    Text
        One text with all values.

    Examples
    --------
    >>> from forecasting.documents.quantities import count
    >>> joined([text("{n} cases", n=count(3)), text("{n} events", n=count(4))]).said
    '{n_0} cases; {n_1} events'
    """
    said: list[str] = []
    values: dict[str, Inline] = {}
    for number, part in enumerate(parts):
        said.append(SLOT.sub(rf"{{\1_{number}}}", part.said))
        values |= {f"{slot}_{number}": value for slot, value in part.values.items()}
    return Text(said=between.join(said), values=values)


def items(listed: Iterable[str | Text], style: Listed | None = None) -> Items:
    """A list of texts.

    Parameters
    ----------
    listed : iterable of str or Text
        The items; strings are words of ours, in the markup of `markup`.
    style : {"numbered", "precedents", "sources"}, optional
        Numbers the items, and may name their kind.

    Returns
    -------
    Items
        The list.

    Examples
    --------
    >>> len(items(["one", "two"]).items)
    2
    """
    return Items(items=tuple(text(one) if isinstance(one, str) else one for one in listed), style=style)


def table(caption: str, head: Iterable[str], rows: Iterable[Iterable[Cell]], anchor: str | None = None) -> Table:
    """A table of cells.

    Parameters
    ----------
    caption : str
        Caption, in plain words.
    head : iterable of str
        Heads of the columns.
    rows : iterable of iterables of Cell
        Rows as wide as the head; the first cell heads its row, and a string is shown literally.
    anchor : str, optional
        Anchor that links of the page lead to.

    Returns
    -------
    Table
        The table.

    Raises
    ------
    ValueError
        For a row of another width.

    Examples
    --------
    >>> from forecasting.documents.quantities import count
    >>> table("Cases by outcome", ["Outcome", "Cases"], [["faded", count(42)]]).rows[0][0]
    'faded'
    """
    return Table(caption=caption, head=tuple(head), rows=tuple(tuple(row) for row in rows), anchor=anchor)


def chart(draws: str, arguments: Mapping[str, Any], words: Text, *tables: Table) -> Chart:
    """A chart with its text alternative and the tables of its values.

    Parameters
    ----------
    draws : str
        A name of `figures.CHARTS`.
    arguments : mapping
        Arguments of that function: values of the content, or computed from them.
    words : Text
        Text alternative, also its caption.
    *tables : Table
        Tables of the values that are drawn.

    Returns
    -------
    Chart
        The chart, with plain values.

    Examples
    --------
    >>> chart("reference_classes", {"rungs": [], "horizon": 60}, text("Reference classes.")).arguments["horizon"]
    60
    """
    held = {key: plain(value) for key, value in arguments.items()}
    return Chart(draws=draws, arguments=held, text=words, tables=tables)


def section(*blocks: Block | None) -> Section:
    """A section of the blocks that are not None.

    Parameters
    ----------
    *blocks : Block or None
        Blocks in order.

    Returns
    -------
    Section
        The section, without a title.

    Examples
    --------
    >>> len(section(text("One."), None).blocks)
    1
    """
    return Section(blocks=tuple(block for block in blocks if block is not None))
