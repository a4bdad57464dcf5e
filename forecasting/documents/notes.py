"""Footnotes of a page: from each table, chart and leading sentence to what made its numbers, and back."""

import re
from collections.abc import Collection, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from html import escape, unescape

from nbformat import NotebookNode

from forecasting.documents.fragments import NOTEBOOK_STYLE, ORIGIN, Content, day_words, table
from forecasting.documents.provenance import Provenance
from forecasting.documents.words import label
from forecasting.record.schema import TABLES

SECTION = re.compile(r'<div class="section" data-made-by="([^"]+)" data-values="([^"]*)">')
HEADING = re.compile(r"^## (.+)$", re.M)
OWN_HEADING = re.compile(r"<h2[^>]*>(.*?)</h2>", re.S)
LEADING = re.compile(r"(?=</p>|</li>)")
MODEL_NAMES = {
    "primary": "hazard model",
    "base_rate": "base rate",
    "type_base_rate": "base rate by type",
    "rivalry_base_rate": "base rate by type and rivalry",
}
BRIEF = 12


@dataclass(frozen=True)
class Note:
    """What a section of a page came from: its letter, title, function, code cell (from 1), values and marks."""

    letter: str
    title: str
    made_by: str
    cell: int
    values: tuple[str, ...]
    n_marks: int


def with_notes(notebook: NotebookNode) -> tuple[NotebookNode, str]:
    """The notebook with a footnote mark in each section that says where it is from, and the list that they lead to.

    The content, which no page shows as it is, is left out of the notebook.
    """
    content = _content(notebook)
    marked, title, cell = deepcopy(notebook, {id(content): None}), "", 0
    notes: list[Note] = []
    for one in marked.cells:
        if one.cell_type == "markdown":
            title = next(reversed(HEADING.findall(one.source)), title)
        if one.cell_type != "code":
            continue
        cell += 1
        for shown in (o["data"] for o in one.outputs if "text/html" in o.get("data", {})):
            html = shown["text/html"].removeprefix(NOTEBOOK_STYLE)
            found = SECTION.match(html)
            if found and found[2]:
                letter = _letter(len(notes))
                html, n_marks = _marked(html, letter)
                own = OWN_HEADING.search(html) if html.startswith("<h2", found.end()) else None
                told = own[1] if own else title or label(found[1].rpartition(".")[2]).capitalize()
                notes.append(Note(letter, unescape(told), found[1], cell, tuple(found[2].split()), n_marks))
            shown["text/html"] = html.replace(ORIGIN, "")
    return marked, _listed(notes, content)


def _letter(number: int) -> str:
    """The letters in order: a to z, then aa, ab, ..."""
    before = _letter(number // 26 - 1) if number >= 26 else ""
    return before + "abcdefghijklmnopqrstuvwxyz"[number % 26]


def _marked(html: str, letter: str) -> tuple[str, int]:
    """The section with its letter at each place for a mark; where there is none, at its first sentence."""
    if ORIGIN not in html:
        html = LEADING.sub(ORIGIN, html, count=1)
    first, *rest = html.split(ORIGIN)
    marks = (f"{_mark(letter, number)}{part}" for number, part in enumerate(rest, start=1))
    return first + "".join(marks), len(rest)


def _mark(letter: str, number: int) -> str:
    return (
        f'<sup class="origin"><a role="doc-noteref" id="from-{letter}-{number}" href="#note-{letter}" '
        f'aria-label="Note {letter}: where these numbers come from">{letter}</a></sup>'
    )


def _content(notebook: NotebookNode) -> Content:
    outputs = (output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", []))
    return next((data["application/json"] for data in outputs if "application/json" in data), {})


def _listed(notes: Sequence[Note], content: Content) -> str:
    """The section at the foot of the page; empty where no section says where it is from."""
    if not notes:
        return ""
    known = Provenance.of(content)
    items = "".join(_item(note, content, {v: known[v] for v in note.values if v in known}) for note in notes)
    values = dict.fromkeys(value for note in notes for value in note.values if value in known)
    return (
        '<section class="origins" aria-labelledby="origins"><h2 id="origins">Where the numbers come from</h2>'
        "<p>Every number is a value of the JSON file beside this page. The letters lead here, the arrows back.</p>"
        f"<dl>{''.join(f'<dt>{term}</dt><dd>{told}</dd>' for term, told in _made_from(content))}</dl>"
        f'<ol class="notes" type="a">{items}</ol>'
        f"<details><summary>Functions, files and columns behind each value</summary>"
        f"{_value_table({value: known[value] for value in values}).replace(ORIGIN, '')}</details></section>"
    )


def _made_from(content: Content) -> Iterator[tuple[str, str]]:
    """What is the same for all notes: record, models, code."""
    yield "Record", f"as of {day_words(content['as_of'])}, sha256 <code>{escape(content['record_sha256'])}</code>"
    yield "Models", _models_told(content, whole=True)
    code = escape(content["code_sha256"])
    yield "Code", f"package {escape(content['package_version'])}; of what reads and fits: sha256 <code>{code}</code>"


def _models_told(content: Content, whole: bool = False) -> str:
    if "artefact" not in content:
        return "nothing was fitted for this page"
    keys = [content[name] for name in ("artefact", "artefact_earlier") if name in content]
    told = [f"artefact <code>{key if whole else key[:BRIEF]}</code>" if key else "fitted anew" for key in keys]
    return ", for the earlier day ".join(told) if whole else told[0]


def _item(note: Note, content: Content, known: dict[str, Provenance]) -> str:
    told = _models({name for origin in known.values() for name in origin.models})
    names = ", ".join(
        f'<a href="#value-{value}"><code>{value}</code></a>' if value in known else f"<code>{escape(value)}</code>"
        for value in note.values
    )
    files = ", ".join(dict.fromkeys(name for origin in known.values() for name in _files(origin)))
    back = " ".join(
        f'<a role="doc-backlink" href="#from-{note.letter}-{n}" aria-label="Back to mark {n} of note {note.letter}">'
        f"\N{LEFTWARDS ARROW WITH HOOK}{n if note.n_marks > 1 else ''}</a>"
        for n in range(1, note.n_marks + 1)
    )
    by = note.made_by.removeprefix("forecasting.")
    return (
        f'<li id="note-{note.letter}"><strong>{escape(note.title)}.</strong> {names}; set out by <code>{by}</code> in '
        f'<a href="#code-{note.cell}">code cell {note.cell}</a>. Read: {files}, as of {day_words(content["as_of"])}, '
        f"record <code>{content['record_sha256'][:BRIEF]}</code>. "
        f"{f'Models: {told}; {_models_told(content)}.' if told else 'No model.'} {back}</li>"
    )


def _files(origin: Provenance) -> list[str]:
    return [*(TABLES[table].path for table in origin.reads), *map(escape, origin.files)]


def _models(names: Collection[str]) -> str:
    """Models in words, in the order of the page."""
    return ", ".join(words for name, words in MODEL_NAMES.items() if name in names)


def _breakable(name: str) -> str:
    """A dotted name that a line may end within."""
    return name.replace(".", ".<wbr>").replace("_", "_<wbr>")


def _value_table(known: dict[str, Provenance]) -> str:
    rows = [
        [
            f'<code id="value-{value}">{_breakable(value)}</code>',
            f"<code>{_breakable(escape(origin.made_by.removeprefix('forecasting.')))}</code>",
            "; ".join(
                [
                    f"{TABLES[table].path}{': ' if columns else ''}{escape(', '.join(columns))}"
                    for table, columns in origin.reads.items()
                ]
                + list(map(escape, origin.files))
            ),
            _models(origin.models),
        ]
        for value, origin in known.items()
    ]
    return table(["Value", "Worked out by", "Files and columns", "Models"], rows, "What each value rests on")
