"""Footnotes of a page: from each table, chart and leading sentence to the provenance of its numbers, and back."""

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import unescape

from nbformat import NotebookNode

from forecasting.documents.blocks import Text
from forecasting.documents.compose import joined, text
from forecasting.documents.html import NOTEBOOK_STYLE, ORIGIN, rendered
from forecasting.documents.quantities import code, day
from forecasting.documents.values import Content
from forecasting.documents.wording import label

SECTION = re.compile(r'<div class="section" data-made-by="([^"]+)" data-values="([^"]*)">')
HEADING = re.compile(r"^## (.+)$", re.M)
OWN_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.S)
LEADING = re.compile(r"(?=</p>|</li>)")


@dataclass(frozen=True)
class Note:
    """Provenance of a section of a page: its letter, title and the values it read."""

    letter: str
    title: str
    values: tuple[str, ...]


def with_notes(notebook: NotebookNode) -> tuple[NotebookNode, str]:
    """The notebook with a footnote mark in each section with provenance, and the list of the notes.

    The content, which no page shows as it is, is left out of the notebook.
    """
    content = _content(notebook)
    marked, title = deepcopy(notebook, {id(content): None}), ""
    notes: list[Note] = []
    for one in marked.cells:
        if one.cell_type == "markdown":
            title = next(reversed(HEADING.findall(one.source)), title)
        if one.cell_type != "code":
            continue
        for shown in (o["data"] for o in one.outputs if "text/html" in o.get("data", {})):
            html = shown["text/html"].removeprefix(NOTEBOOK_STYLE)
            found = SECTION.match(html)
            if found and found[2]:
                letter = _letter(len(notes))
                html = _marked(html, letter)
                own = OWN_HEADING.search(html) if html.startswith("<h2", found.end()) else None
                told = own[1] if own else title or label(found[1].rpartition(".")[2]).capitalize()
                notes.append(Note(letter, unescape(told), tuple(found[2].split())))
            shown["text/html"] = html.replace(ORIGIN, "")
    return marked, _listed(notes, content)


def _letter(number: int) -> str:
    """The letters in order: a to z, then aa, ab, ..."""
    before = _letter(number // 26 - 1) if number >= 26 else ""
    return before + "abcdefghijklmnopqrstuvwxyz"[number % 26]


def _marked(html: str, letter: str) -> str:
    """The section with its letter at each place for a mark; where there is none, at its first sentence."""
    if ORIGIN not in html:
        html = LEADING.sub(ORIGIN, html, count=1)
    first, *rest = html.split(ORIGIN)
    marks = (
        rendered("note_mark.html.j2", letter=letter, number=number) + part for number, part in enumerate(rest, start=1)
    )
    return first + "".join(marks)


def _content(notebook: NotebookNode) -> Content:
    outputs = (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))
    return next((data["application/json"] for data in outputs if "application/json" in data), {})


def _listed(notes: Sequence[Note], content: Content) -> str:
    """The section of notes at the foot of the page; empty where no section has provenance."""
    return rendered("notes.html.j2", made_from=_made_from(content), notes=notes) if notes else ""


def _made_from(content: Content) -> Mapping[str, Text]:
    """Record, models and code, which all notes share."""
    return {
        "Record": text(
            "as of {day}, sha256 {record}", day=day(content["as_of"]), record=code(content["record_sha256"])
        ),
        "Models": _models_told(content),
        "Code": text(
            "package {version}; of what reads and fits: sha256 {code}",
            version=content["package_version"],
            code=code(content["code_sha256"]),
        ),
    }


def _models_told(content: Content) -> Text:
    if "artefact" not in content:
        return text("nothing was fitted for this page")
    keys = [content[name] for name in ("artefact", "artefact_earlier") if name in content]
    told = [text("artefact {key}", key=code(key)) if key else text("fitted anew") for key in keys]
    return joined(told, ", for the earlier day ")
