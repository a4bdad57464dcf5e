"""The building blocks of a page: fragments of HTML, tables, charts with their table, and source marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from forecasting.documents.words import long_day

Content = dict[str, Any]
NOTEBOOK_STYLE = (
    "<style>:where(.big){font-size:3em;font-weight:700}:where(.word){font-size:1.4em;font-weight:600}"
    ":where(.bottom-line){border-left:5px solid #0b5c8a;padding-left:1em}"
    ":where(.badge){border:1px solid;border-radius:.6em;padding:0 .4em;font-size:.8em}"
    ":where([data-jp-theme-light=false]){--formalized:#86c5f0;--collapsed:#f29c86;--faded:#d8c878;--ongoing:#a3b0bc;"
    "--line:#3b4753}</style>"
)


ORIGIN = "<!-- origin -->"
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


def day_words(text: str) -> str:
    """An ISO day in words."""
    return long_day(date.fromisoformat(text))


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


def source_marks(content: Content, sources: Sequence[str]) -> str:
    """Numbers that lead to the sources of a fact."""
    order = {source["source_id"]: number for number, source in enumerate(content["sources"], start=1)}
    links = [f'<a href="#source-{order[s]}">{order[s]}</a>' for s in sources if s in order]
    return f'<sup class="marks">[{", ".join(links)}]</sup>' if links else ""


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
