"""Documents as Markdown; text from elsewhere is escaped and shown literally."""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from forecasting.documents import text as plain_text
from forecasting.documents.blocks import (
    Act,
    Aside,
    Badge,
    Block,
    Cell,
    Chart,
    Figure,
    Fold,
    Heading,
    Inline,
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

SPECIAL: Final = re.compile(r"[\\`*_\[\]|#~!$]")
ENTITIES: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
LEADING: Final = re.compile(r"^(\s*\d*)([-+=.)])")
LINKS: Final = ("http://", "https://")
URL: Final = ":/?#[]@!$&'()*+,;=%~"


def section_markdown(section: Section) -> str:
    r"""A section with its blocks as Markdown; charts are given by their text and the tables of their values.

    Parameters
    ----------
    section : Section
        Its values and strings may come from anywhere: they are shown literally.

    Returns
    -------
    str
        Paragraphs with an empty line between them.

    Examples
    --------
    >>> from forecasting.documents.compose import section, text
    >>> section_markdown(section(text("A name: {name}", name="a_b")))
    'A name: a\\_b'
    """
    title = [f"## {escaped(section.title)}"] if section.title else []
    return "\n\n".join([*title, *(part for one in section.blocks if (part := block(one)))])


def escaped(words: str) -> str:
    r"""Text from elsewhere on one line, none of it read as Markdown or HTML.

    Parameters
    ----------
    words : str
        Any text.

    Returns
    -------
    str
        Markdown that shows it literally.

    Examples
    --------
    >>> escaped("<b> *not bold*")
    '&lt;b&gt; \\*not bold\\*'
    """
    return LEADING.sub(r"\1\\\2", _escaped(" ".join(words.split())))


def block(one: Block) -> str:
    """A block as paragraphs of Markdown.

    Parameters
    ----------
    one : Block
        Any block.

    Returns
    -------
    str
        Markdown; empty for a summary without words.

    Examples
    --------
    >>> block(Heading(words="Limits", level=2))
    '### Limits'
    """
    match one:
        case Text():
            return said(one)
        case Note(text=text):
            return said(text)
        case Items():
            return _items(one)
        case Table():
            return _table(one)
        case Chart(text=text, tables=tables):
            return "\n\n".join([said(text), *map(_table, tables)])
        case Title(above=above, title=title, below=below):
            return f"{said(above)}\n\n# {said(title)}\n\n{said(below)}"
        case Heading(words=words, level=level):
            return f"{'#' * (level + 1)} {escaped(words)}"
        case Timeline(acts=acts):
            return "\n".join(map(_act, acts))
        case Prose(markdown=markdown):
            return markdown
        case Fold(summary=summary, blocks=blocks):
            return "\n\n".join([f"**{escaped(summary)}**", *map(block, blocks)])
        case Summary():
            return "\n\n".join([*_leading(one), *map(block, one.blocks)])
        case Panels(panels=panels):
            parts = (f"### {escaped(panel.title)}\n\n" + "\n\n".join(map(block, panel.blocks)) for panel in panels)
            return "\n\n".join(parts)


def said(text: Text) -> str:
    r"""Words of ours with their marks and values.

    Parameters
    ----------
    text : Text
        The words.

    Returns
    -------
    str
        Markdown on one line.

    Examples
    --------
    >>> said(Text(said="The skill is **{skill}**.", values={"skill": Figure(unit="share", value=0.071)}))
    'The skill is **7.1\xa0%**.'
    """
    return _runs(spans(text.said), text.values)


def inline(part: Inline) -> str:
    """A value among words.

    Parameters
    ----------
    part : Inline
        The value.

    Returns
    -------
    str
        Markdown; what comes from elsewhere is escaped.

    Examples
    --------
    >>> inline(Link(words="source", to="https://example.org"))
    '[source](<https://example.org>)'
    """
    match part:
        case Figure(unit="code"):
            return _code(plain_text.figure(part))
        case Figure(value=int() | float()):
            return plain_text.figure(part)
        case Badge(words=words):
            return f"**{escaped(words)}**"
        case Link(words=words, to=to):
            return f"[{escaped(words)}](<{quote(to, safe=URL)}>)" if to.startswith(LINKS) else escaped(words)
        case Text():
            return said(part)
        case Aside(text=text):
            return said(text)
        case Marks():
            return _escaped(plain_text.inline(part))
        case _:
            return escaped(plain_text.inline(part))


def _act(act: Act) -> str:
    return f"* **{said(act.when)}** ({escaped(act.standing)}) {said(act.what)}<br>{said(act.text)}"


def _leading(box: Summary) -> list[str]:
    parts = [f"**{inline(box.number)}**"] if box.number else []
    parts += [said(text) for text in (box.word, box.note) if text]
    return [" ".join(parts)] if parts else []


def _escaped(words: str) -> str:
    marked = SPECIAL.sub(r"\\\g<0>", words)
    return "".join(ENTITIES.get(letter, letter) for letter in marked)


def _code(words: str) -> str:
    if "`" in words or "|" in words:
        return f"<code>{''.join(f'&#{ord(one)};' if not one.isalnum() else one for one in words)}</code>"
    return f"`{' '.join(words.split())}`"


def _runs(runs: Sequence[Span], values: Mapping[str, Inline]) -> str:
    return "".join(_run(run, values) for run in runs)


def _run(run: Span, values: Mapping[str, Inline]) -> str:
    if run.kind == "words":
        return _escaped(run.words)
    if run.kind == "slot":
        return inline(values[run.words])
    if run.kind == "break":
        return "<br>"
    if run.kind == "code":
        return _code("".join(plain_text.inline(values[one.words]) if one.kind == "slot" else one.words
                             for one in run.inside))  # fmt: skip
    mark = "**" if run.kind == "strong" else "*"
    return f"{mark}{_runs(run.inside, values)}{mark}"


def _items(found: Items) -> str:
    marks = [f"{n}." if found.style else "*" for n in range(1, len(found.items) + 1)]
    return "\n".join(f"{mark} {said(one)}" for one, mark in zip(found.items, marks, strict=True))


def _table(found: Table) -> str:
    head = [escaped(one) for one in found.head]
    lines = [head, ["---"] * len(head), *([_cell(part) for part in row] for row in found.rows)]
    rows = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
    return f"*{escaped(found.caption)}*\n\n{rows}"


def _cell(part: Cell) -> str:
    if isinstance(part, str):
        return escaped(part)
    if isinstance(part, Stack):
        return "<br>".join([said(part.text), *map(said, part.items.items)])
    return inline(part)
