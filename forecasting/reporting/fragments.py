"""The building blocks of a page: fragments of HTML, tables, charts with their table, and source marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from forecasting.reporting.words import long_day

Content = dict[str, Any]
NOTEBOOK_STYLE = (
    "<style>:where(.big){font-size:3em;font-weight:700}:where(.word){font-size:1.4em;font-weight:600}"
    ":where(.bottom-line){border-left:5px solid #0b5c8a;padding-left:1em}"
    ":where(.badge){border:1px solid;border-radius:.6em;padding:0 .4em;font-size:.8em}</style>"
)


@dataclass(frozen=True)
class Fragment:
    """A piece of a page; notebooks show it as HTML."""

    html: str

    def _repr_html_(self) -> str:
        return NOTEBOOK_STYLE + self.html


def day_words(text: str) -> str:
    """An ISO day in words."""
    return long_day(date.fromisoformat(text))


def table(head: Sequence[str], rows: Sequence[Sequence[str]], caption: str) -> str:
    """A table of cells that are HTML already."""
    top = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = "".join(
        "<tr>"
        + "".join(f'<th scope="row">{c}</th>' if i == 0 else f"<td>{c}</td>" for i, c in enumerate(row))
        + "</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table>'
        f"<caption>{escape(caption)}</caption><thead><tr>{top}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def source_marks(content: Content, sources: Sequence[str]) -> str:
    """Numbers that lead to the sources of a fact."""
    order = {source["source_id"]: number for number, source in enumerate(content["sources"], start=1)}
    links = [f'<a href="#source-{order[s]}">{order[s]}</a>' for s in sources if s in order]
    return f'<sup class="marks">[{", ".join(links)}]</sup>' if links else ""


def chart(svg: str, text: str, figures: str) -> str:
    """A chart with its text and, folded, the table of its figures."""
    return (
        f'<figure><div role="img" aria-label="{escape(text)}">{svg}</div><figcaption>{escape(text)}</figcaption>'
        f"<details><summary>The figures behind this chart</summary>{figures}</details></figure>"
    )


def badge(kind: str, text: str) -> str:
    """A short label whose colour is that of `kind`."""
    return f'<span class="badge {escape(kind)}">{escape(text)}</span>'
