"""The files beside a page: its notebook, its standing and its hash held against the page and the log of sign-offs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import nbformat
from nbformat import NotebookNode

from forecasting.documents.difference import Difference, compared
from forecasting.publish.parameters import Parameters
from forecasting.publish.rerun import Rerun
from forecasting.publish.revisions import dated
from forecasting.review import DRAFT, review_of
from forecasting.review.sidecar import PAGE, Rendering
from forecasting.store.errors import ForeignFileError, UsageError, shown
from forecasting.store.foreign import Foreign

NOTEBOOK: Final = Foreign("the executed notebook beside a page", "render the report again")
BUNDLE: Final = ("text/html", "text/markdown", "text/plain")
SHORT = 60


def hash_differences(page: Path, rendering: Rendering) -> Iterator[Difference]:
    """The hash of the page that its JSON file states."""
    found = PAGE.sha256(page)
    if rendering.html_sha256 != found:
        yield Difference("/rendering/html_sha256", page.name, rendering.html_sha256, found)


def review_differences(page: Path, said: Any, asked: Parameters) -> Iterator[Difference]:
    """The standing that the JSON file states, held against the log of sign-offs of the folder of reports.

    A page that is not in such a folder, at its own place, was signed off by nobody.
    """
    root, found = root_of(page, asked), {"status": DRAFT}
    if root is not None:
        try:
            found = review_of(root, page.resolve().relative_to(root).as_posix(), PAGE.sha256(page))
        except ForeignFileError:
            found = {"status": DRAFT}
    for one in compared({"status": DRAFT} if said is None else said, found, "/review"):
        yield Difference(one.pointer, "log of sign-offs", one.said, one.found)


def root_of(page: Path, asked: Parameters) -> Path | None:
    """The folder of all reports in which a page lies at its own place; None where it does not."""
    folder, parts = page.resolve().parent, asked.folder().parts
    try:
        dated(page)
    except UsageError:
        return None
    if folder.parts[-len(parts) :] != parts:
        return None
    return folder.parents[len(parts) - 1]


def notebook_differences(path: Path, again: Rerun, content: dict[str, Any], said: dict[str, Any]) -> list[Difference]:
    """The first difference of each cell of an executed notebook from the template run again.

    Parameters
    ----------
    path
        The notebook.
    again
        The template run again.
    content
        The content that the sections show.
    said
        The content in the JSON file of the page, which the notebook has to have as well.
    """
    try:
        notebook = nbformat.reads(NOTEBOOK.text(path), as_version=4)
    except UsageError:
        raise
    except Exception as error:  # nbformat raises errors of many classes for a file that is no notebook
        raise NOTEBOOK.error(path, NOTEBOOK.expected, shown(str(error), SHORT)) from None
    own, values = again.notebook.cells, again.shown(content)
    if len(notebook.cells) != len(own):
        return [Difference("", path.name, f"{len(notebook.cells)} cells", f"{len(own)} cells")]
    found: list[Difference] = []
    for number, (cell, expected) in enumerate(zip(notebook.cells, own, strict=True)):
        place = f"{path.name} cell {number + 1}"
        if (cell.cell_type, cell.source) != (expected.cell_type, expected.source):
            found.append(Difference("", place, shown(cell.source, SHORT), shown(expected.source, SHORT)))
        elif number == again.number:
            found += _sidecar(cell, said, place)
        else:
            found += _outputs(cell, values.get(number), place)
    return found


def _sidecar(cell: NotebookNode, said: dict[str, Any], place: str) -> list[Difference]:
    """The content in the notebook, which is the very one of the JSON file."""
    bundles = [output.get("data", {}).get("application/json") for output in cell.get("outputs", [])]
    if len(bundles) != 1 or not isinstance(bundles[0], dict):
        return [Difference("", place, f"{len(bundles)} outputs", "the content of the page")]
    differences = compared(_plain(bundles[0]), said)
    return [Difference(one.pointer, place, one.said, one.found) for one in differences][:1]


def _outputs(cell: NotebookNode, value: Any, place: str) -> Iterator[Difference]:
    """What a cell shows, in each form in which it does."""
    outputs = cell.get("outputs", []) if cell.cell_type == "code" else []
    if value is None:
        if outputs:
            yield Difference("", place, "an output", "none")
        return
    made = {
        "text/html": value._repr_html_,
        "text/markdown": getattr(value, "_repr_markdown_", None),
        "text/plain": value.__repr__,
    }
    data = outputs[0].get("data", {}) if len(outputs) == 1 else {}
    if "text/html" not in data or set(data) - set(BUNDLE):
        yield Difference("", place, f"{len(outputs)} outputs: {', '.join(sorted(data)) or 'no section'}", "the section")
        return
    for form, text in data.items():
        make = made[form]
        expected = str(make()) if make is not None else ""
        if text != expected:
            at = next(
                (i for i, (a, b) in enumerate(zip(text, expected, strict=False)) if a != b),
                min(len(text), len(expected)),
            )
            begin = max(at - SHORT // 2, 0)
            yield Difference("", f"{place}, {form}", text[begin : begin + SHORT], expected[begin : begin + SHORT])
            return


def _plain(value: Any) -> Any:
    """Nodes of a notebook as plain values."""
    if isinstance(value, dict):
        return {key: _plain(found) for key, found in value.items()}
    return [_plain(found) for found in value] if isinstance(value, list) else value
