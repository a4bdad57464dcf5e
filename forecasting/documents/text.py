"""Documents as plain text, for terminals and for what is read aloud."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import Final

from forecasting.documents.blocks import (
    Aside,
    Badge,
    Block,
    Cell,
    Chart,
    Figure,
    Fold,
    Heading,
    Inline,
    Interval,
    Items,
    Link,
    Marks,
    Note,
    Panels,
    Prose,
    Section,
    Stack,
    Summary,
    Table,
    Text,
    Timeline,
    Title,
)
from forecasting.documents.markup import Span, spans
from forecasting.documents.wording import shown, shown_interval

WIDTH: Final = 100


def section_text(section: Section) -> str:
    """A section with its blocks as plain text.

    Parameters
    ----------
    section : Section
        Its values and strings may come from anywhere.

    Returns
    -------
    str
        Paragraphs in lines of at most 100 characters; tables may be wider.

    Examples
    --------
    >>> from forecasting.documents.compose import section, table
    >>> from forecasting.documents.quantities import count
    >>> print(section_text(section(table("Cases by outcome", ["Outcome", "Cases"], [["faded", count(42)]]))))
    Cases by outcome
    Outcome  Cases
    -------  -----
    faded    42
    """
    title = [section.title.upper()] if section.title else []
    return "\n\n".join([*title, *(part for one in section.blocks if (part := block(one)))])


def block(one: Block) -> str:
    """A block as paragraphs.

    Parameters
    ----------
    one : Block
        Any block.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> block(Heading(words="Limits"))
    'LIMITS'
    """
    match one:
        case Text():
            return _filled(said(one))
        case Note(text=text):
            return _filled(said(text))
        case Items():
            return _items(one)
        case Table():
            return _table(one)
        case Chart(text=text, tables=tables):
            return "\n\n".join([_filled(said(text)), *map(_table, tables)])
        case Title(above=above, title=title, below=below):
            return "\n".join([said(above), said(title).upper(), _filled(said(below))])
        case Heading(words=words):
            return words.upper()
        case Timeline(acts=acts):
            return "\n".join(
                _filled(f"{said(act.when)} [{act.standing}] {said(act.what)}: {said(act.text)}", "* ") for act in acts
            )
        case Prose(markdown=markdown):
            return markdown
        case Fold(summary=summary, blocks=blocks):
            return "\n\n".join([f"{summary}:", *map(block, blocks)])
        case Summary():
            parts = [figure(one.number)] if one.number else []
            parts += [said(text) for text in (one.word, one.note) if text]
            return "\n\n".join([*(["  ".join(parts)] if parts else []), *map(block, one.blocks)])
        case Panels(panels=panels):
            return "\n\n".join("\n\n".join([panel.title.upper(), *map(block, panel.blocks)]) for panel in panels)


def said(text: Text) -> str:
    r"""Words of ours with their values, without marks.

    Parameters
    ----------
    text : Text
        The words.

    Returns
    -------
    str
        Plain text on one line.

    Examples
    --------
    >>> said(Text(said="The skill is **{skill}**.", values={"skill": Figure(unit="share", value=0.071)}))
    'The skill is 7.1\xa0%.'
    """
    return _runs(spans(text.said), text.values)


def figure(found: Figure) -> str:
    r"""A value, with its interval in brackets where it has one.

    Parameters
    ----------
    found : Figure
        The value.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> figure(Figure(unit="share", value=0.071, lower=0.052, upper=0.089))
    '7.1\xa0% [5.2,\xa08.9]'
    """
    value = shown(found.unit, found.value)
    if found.lower is None or found.upper is None:
        return value
    between = shown_interval(found.unit, found.lower, found.upper)
    return f"{value} {between}" if between.startswith("[") else f"{value} ({between})"


def cell(part: Cell) -> str:
    """A cell of a table on one line.

    Parameters
    ----------
    part : Cell
        The cell.

    Returns
    -------
    str
        Plain text.

    Examples
    --------
    >>> cell(Figure(unit="count", value=1984))
    '1,984'
    """
    if isinstance(part, str):
        return part
    if isinstance(part, Stack):
        return f"{said(part.text)} {'; '.join(map(said, part.items.items))}"
    return inline(part)


def inline(part: Inline) -> str:
    """A value among words.

    Parameters
    ----------
    part : Inline
        The value.

    Returns
    -------
    str
        Plain text; links of the page are given by their words, others with their address.

    Examples
    --------
    >>> inline(Link(words="source", to="https://example.org"))
    'source <https://example.org>'
    """
    match part:
        case Figure():
            return figure(part)
        case Interval():
            return shown_interval(part.unit, part.lower, part.upper)
        case Badge(words=words):
            return words
        case Link(words=words, to=to):
            return f"{words} <{to}>" if to.startswith(("http://", "https://")) else words
        case Marks(numbers=numbers):
            return f" [{', '.join(map(str, numbers))}]" if numbers else ""
        case Text():
            return said(part)
        case Aside(text=text):
            return said(text)


def _runs(runs: Sequence[Span], values: Mapping[str, Inline]) -> str:
    return "".join(
        run.words
        if run.kind == "words"
        else inline(values[run.words])
        if run.kind == "slot"
        else " "
        if run.kind == "break"
        else _runs(run.inside, values)
        for run in runs
    )


def _filled(words: str, mark: str = "") -> str:
    return fill(words, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark), break_on_hyphens=False)


def _items(found: Items) -> str:
    marks = [f"{n}. " if found.style else "* " for n in range(1, len(found.items) + 1)]
    return "\n".join(_filled(said(one), mark) for one, mark in zip(found.items, marks, strict=True))


def _table(found: Table) -> str:
    lines = [list(found.head), *([" ".join(cell(part).split()) for part in row] for row in found.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    rows = ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    return "\n".join([found.caption, rows[0], "  ".join("-" * width for width in widths), *rows[1:]])
