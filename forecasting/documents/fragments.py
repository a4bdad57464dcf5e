"""The building blocks of a page: fragments of HTML, tables, and charts with their table."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from forecasting.documents.html import NOTEBOOK_STYLE, ORIGIN

SHORT = 18


@dataclass(frozen=True)
class Fragment:
    """A piece of a page, with the function that made it and the values it read; notebooks show it as HTML."""

    html: str
    made_by: str = ""
    values: tuple[str, ...] = ()

    def _repr_html_(self) -> str:
        made = f'<div class="section" data-made-by="{self.made_by}" data-values="{" ".join(self.values)}">'
        return f"{NOTEBOOK_STYLE}{made}{self.html}</div>" if self.made_by else NOTEBOOK_STYLE + self.html


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table of cells that are HTML already; a short cell is not broken into lines."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(f'<tr><th scope="row">{first}</th>{"".join(map(_cell, rest))}</tr>' for first, *rest in rows)
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}{ORIGIN}</caption><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(html: str) -> str:
    return f'<td class="short">{html}</td>' if 0 < len(html) <= SHORT else f"<td>{html}</td>"


def chart(svg: str, text: str, figures: str) -> str:
    """A chart with its text and, folded, the table of its figures."""
    return (
        '<figure><div class="scroll" tabindex="0" role="group" aria-label="Chart">'
        f'<div class="plot" role="img" aria-label="{escape(text)}">{svg}</div></div>'
        f"<figcaption>{escape(text)}{ORIGIN}</figcaption>"
        f"<details><summary>The figures behind this chart</summary>{figures}</details></figure>"
    )


def badge(kind: str, text: str) -> str:
    """A short label whose colour is that of `kind`."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'
