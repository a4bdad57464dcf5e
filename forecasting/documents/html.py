"""Documents as HTML, through templates that escape all values."""

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from forecasting.documents import text as plain_text
from forecasting.documents.blocks import Cell, Chart, Figure, Interval, Prose, Section, Text
from forecasting.documents.markup import spans
from forecasting.documents.wording import shown, shown_interval

TEMPLATES: Final = Path(__file__).parent / "templates"
STYLE: Final = (TEMPLATES / "report" / "style.css").read_text(encoding="utf-8")
NOTEBOOK_STYLE: Final = f"<style>{(TEMPLATES / 'notebook.css').read_text(encoding='utf-8').strip()}</style>"
ORIGIN: Final = "<!-- origin -->"
SHORT: Final = 18
LINKS: Final = ("#", "http://", "https://", "../cases/")
ANCHOR: Final = re.compile(r'<a class="anchor-link".*?</a>', re.S)


def section_html(section: Section) -> str:
    """A section with its blocks as HTML.

    Parameters
    ----------
    section : Section
        Its values and strings may come from anywhere: they are shown as text. Links lead to anchors of the page and to
        addresses of the web, and are words where they would lead elsewhere.

    Returns
    -------
    str
        HTML without scripts; the comment `ORIGIN` stands behind each caption, where a page puts its footnotes. A figure
        with a pointer is an element whose attribute `data-at` holds it.

    Examples
    --------
    >>> from forecasting.documents.compose import section, text
    >>> section_html(section(text("A name: {name}", name="<b>")))
    '<p>A name: &lt;b&gt;</p>'
    """
    return str(_blocks().section(section))


def drawing_html(svg: str, words: str) -> str:
    """A drawing of `figures` with its text alternative, without a caption.

    Parameters
    ----------
    svg : str
        Drawing of `figures`, which is trusted.
    words : str
        Text alternative, which is escaped.

    Returns
    -------
    str
        HTML of the drawing.

    Examples
    --------
    >>> 'aria-label="Two lines"' in drawing_html("<svg></svg>", "Two lines")
    True
    """
    return rendered("drawing.html.j2", svg=Markup(svg), words=words)


def rendered(template: str, **values: Any) -> str:
    """A file of `templates` with values, which are escaped.

    Parameters
    ----------
    template : str
        Name of the file.
    **values : object
        Values by the name that the template gives them.

    Returns
    -------
    str
        The text.

    Raises
    ------
    jinja2.TemplateNotFound
        For a name of no file.
    jinja2.UndefinedError
        For a value that the template uses and that is not given.

    Examples
    --------
    >>> "note-a" in rendered("note_mark.html.j2", letter="a", number=1)
    True
    """
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    made.globals["origin"] = Markup(ORIGIN)
    made.globals["style"] = Markup(STYLE)
    made.filters.update(
        spans=spans,
        kind=lambda part: type(part).__name__,
        shown=lambda figure: shown(figure.unit, figure.value),
        bounds=_bounds,
        words=plain_text.said,
        svg=_svg,
        prose=_prose,
    )
    made.tests.update(short=_short, safe_link=lambda to: to.startswith(LINKS))
    return made


@cache
def _blocks() -> Any:
    return _environment().get_template("blocks.html.j2").module


def _bounds(part: Figure | Interval) -> str:
    assert part.lower is not None
    assert part.upper is not None
    return shown_interval(part.unit, part.lower, part.upper)


def _short(cell: Cell) -> bool:
    """True for a cell that is shown on one line."""
    if isinstance(cell, Text | Figure) and (not isinstance(cell, Figure) or cell.lower is not None):
        return False
    return 0 < len(plain_text.cell(cell)) <= SHORT


def _svg(chart: Chart) -> Markup:
    from forecasting.documents import figures  # matplotlib takes long to load, and most documents draw nothing

    return Markup(figures.CHARTS[chart.draws](**chart.arguments))


def _prose(prose: Prose) -> Markup:
    """Markdown as HTML; its tables have a caption and the scope of their heads, and scroll on a narrow screen."""
    from nbconvert.filters.markdown import markdown2html

    html = ANCHOR.sub("", str(markdown2html(prose.markdown))).replace("<th>", '<th scope="col">')
    for number in range(1, html.count("<table>") + 1):
        caption = escape(f"{prose.title}, table {number}")
        framed = f'<div class="scroll" tabindex="0" role="group" aria-label="{caption}"><table class="prose">'
        html = html.replace("<table>", f"{framed}<caption>{caption}</caption>", 1)
    return Markup(html.replace("</table>", "</table></div>"))
