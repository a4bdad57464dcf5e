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
    """A value of a unit with its interval.

    Parameters
    ----------
    unit : Unit
        How the value is shown, one of `blocks.Unit`.
    value : object
        Number, text or None; a number that is not finite was not measured, and becomes None.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value; values from a view of the content bring their JSON pointers along.

    Examples
    --------
    >>> from forecasting.documents.values import view
    >>> content = view({"skill": 0.071})
    >>> figure("share", content["skill"]).pointer
    '/skill'
    >>> figure("ratio", float("nan")).value is None
    True
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
    r"""A probability, in whole per cent and never as certainty.

    Parameters
    ----------
    value : object
        Probability from 0 to 1; None or a number that is not finite means that nothing was measured.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(chance(0.142, 0.1, 0.18))
    '14\xa0% (10 to 18\xa0%)'
    """
    return figure("chance", value, lower, upper)


def share(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    r"""A fraction of one, such as an observed frequency or a skill, as a percentage with one decimal.

    Parameters
    ----------
    value : object
        Fraction of one; None or a number that is not finite means that nothing was measured.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(share(75 / 75))
    '100.0\xa0%'
    """
    return figure("share", value, lower, upper)


def percent(value: Any) -> Figure:
    r"""A fraction of one that is whole per cent by definition, such as a level of confidence.

    Parameters
    ----------
    value : object
        Fraction of one; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(percent(0.8))
    '80\xa0%'
    """
    return figure("percent", value)


def points(value: Any) -> Figure:
    """A difference of fractions of one, in percentage points.

    Parameters
    ----------
    value : object
        Difference of fractions of one; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(points(0.015))
    '+1.5'
    """
    return figure("points", value)


def count(value: Any) -> Figure:
    """A whole number of things.

    Parameters
    ----------
    value : object
        Whole number from 0; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(count(1984))
    '1,984'
    """
    return figure("count", value)


def quote(value: Any) -> Figure:
    """Text from elsewhere, such as a name in the record, shown literally.

    Parameters
    ----------
    value : str or number
        The text; a number is shown as it is written.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(quote("Vladivostok 1974"))
    'Vladivostok 1974'
    """
    return figure("quote", value)


def code(value: Any) -> Figure:
    """A hash, a version or a file's name, set as code.

    Parameters
    ----------
    value : str
        The text.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(code("62302f0e"))
    '62302f0e'
    """
    return figure("code", value)


def day(value: Any) -> Figure:
    """A day in words.

    Parameters
    ----------
    value : str
        The day, written YYYY-MM-DD.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(day("2026-02-05"))
    '5 February 2026'
    """
    return figure("day", value)


def name(value: Any) -> Figure:
    """A code of the vocabulary as words.

    Parameters
    ----------
    value : str
        The code.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(name("lapsed_treaty"))
    'lapsed treaty'
    """
    return figure("name", value)


def interval(unit: Unit, lower: Any, upper: Any) -> Interval:
    r"""An interval without its point.

    Parameters
    ----------
    unit : Unit
        How the bounds are shown, one of `blocks.Unit`.
    lower, upper : float
        The bounds, in the unit.

    Returns
    -------
    Interval
        The bounds, with their JSON pointers where they were read from a view.

    Examples
    --------
    >>> from forecasting.documents.text import inline
    >>> inline(interval("chance", 0.1, 0.18))
    '10 to 18\xa0%'
    """
    return Interval(
        unit=unit,
        lower=plain(lower),
        upper=plain(upper),
        lower_pointer=pointer_of(lower),
        upper_pointer=pointer_of(upper),
    )


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
    >>> chart("ladder", {"rungs": [], "horizon": 60}, text("Reference classes.")).arguments["horizon"]
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
