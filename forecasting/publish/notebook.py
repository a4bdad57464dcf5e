"""Rendering a report: a template run by papermill, then published whole or not at all."""

import hashlib
import tempfile
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from forecasting.documents.page import html_page
from forecasting.publish.engine import CellError, Limits, RunError, execute
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.parameters import Parameters, checked_parameters, template_named
from forecasting.publish.pdf import pdf_page
from forecasting.review import read_sidecar, review_of, sidecar_bytes
from forecasting.store.errors import ForeignFileError, ReportError, UsageError
from forecasting.store.files import require_writable, write_whole
from forecasting.store.lock import locked
from forecasting.store.package_data import shipped

SIDECAR = "application/json"
RENDERED, UNCHANGED = "rendered", "unchanged"


@dataclass(frozen=True)
class Rendering:
    """A report that stands: its page, whether it was `rendered` or stood `unchanged`, its fingerprint, wall seconds."""

    page: Path
    status: str
    fingerprint: str
    seconds: float


class FailedReportError(ReportError):
    """A notebook that failed; `notebook` is where it was kept, or None."""

    def __init__(self, said: str, notebook: Path | None = None) -> None:
        self.notebook = notebook
        kept = f"; the notebook as far as it came: {notebook}" if notebook else ""
        super().__init__(f"{said}. Nothing was published{kept}")


def render_report(template: str, parameters: dict[str, Any], out: str | Path = "reports") -> Path:
    """Run a report template and publish its page, notebook and sidecar; returns the path of the page.

    A case report is `<out>/cases/<case_id>/<as_of>.html`, `.ipynb` and `.json`, each whole, the page last. Raises
    `UsageError` for bad parameters, an unknown case or an unwritable folder (before anything runs), and `ReportError`
    if the notebook fails; nothing is published then.
    """
    return render(template, checked_parameters(template, parameters), out).page


def render(
    template: str,
    asked: Parameters,
    out: str | Path = "reports",
    *,
    force: bool = False,
    pdf: bool = False,
    limits: Limits | None = None,
) -> Rendering:
    """Publish a report whose parameters are checked, unless it stands as the same inputs would make it (or `force`)."""
    begun = time.monotonic()
    day = asked.checked()
    name = template_named(template)
    source = source_of(name)
    if not source.is_file():
        raise UsageError(f"expected the notebook of the template {asked.command}, got {source}: no such file")
    place = Path(out) / asked.folder()
    page = place / f"{day}.html"
    require_writable(place)
    values = asked.values(day)
    print_of = fingerprint(source, asked, values)
    status = UNCHANGED
    if force or not _stands(page, print_of):
        notebook = _executed(name, source, asked, values, page, limits or Limits())
        _publish(notebook, asked, page, Path(out), {"template": name, "parameters": values, "fingerprint": print_of})
        status = RENDERED
    if pdf and (status == RENDERED or not page.with_suffix(".pdf").is_file()):
        write_whole({page.with_suffix(".pdf"): pdf_page(page)})
    return Rendering(page, status, print_of, time.monotonic() - begun)


def source_of(template: str) -> Path:
    """The notebook of a template."""
    return shipped("notebooks") / "reports" / f"{template}.ipynb"


def page_of(asked: Parameters, day: date) -> Path:
    """Where a report's page stands, below the folder of all reports."""
    return asked.folder() / f"{day}.html"


def _stands(page: Path, print_of: str) -> bool:
    """Whether all three files are there, made from the same inputs, and the page is as it was rendered."""
    try:
        rendering = read_sidecar(page)[0].rendering
        whole = hashlib.sha256(page.read_bytes()).hexdigest() == rendering.html_sha256
    except (OSError, ForeignFileError):
        return False
    return whole and rendering.fingerprint == print_of and page.with_suffix(".ipynb").is_file()


def _publish(
    notebook: nbformat.NotebookNode, asked: Parameters, page: Path, out: Path, rendering: dict[str, Any]
) -> None:
    content = _content(notebook)
    html = html_page(notebook, asked.title(content)).encode()
    sha256 = hashlib.sha256(html).hexdigest()
    content["rendering"] = {**rendering, "html_sha256": sha256}
    notebook_bytes = (nbformat.writes(notebook) + "\n").encode()
    with locked(out):  # an approval meanwhile would be in the log and not in the page's JSON file
        content["review"] = review_of(out, page.relative_to(out).as_posix(), sha256)
        write_whole(
            {page.with_suffix(".json"): sidecar_bytes(content), page.with_suffix(".ipynb"): notebook_bytes, page: html}
        )
    page.with_suffix(".failed.ipynb").unlink(missing_ok=True)


def _executed(
    template: str, source: Path, asked: Parameters, values: dict[str, Any], page: Path, limits: Limits
) -> nbformat.NotebookNode:
    about = f"wanted {template} to run for {asked.subject()} as of {page.stem}"
    with _scratch() as scratch:
        executed = Path(scratch) / "executed.ipynb"
        try:
            execute(source, executed, template, values, limits)
        except CellError as error:
            kept = _keep(page, nbformat.read(executed, as_version=4))
            said = f"{about}; cell {error.exec_count} came to {error.ename}: {error.evalue}"
            raise FailedReportError(said, kept) from None
        except RunError as error:
            raise FailedReportError(f"{about}; its kernel came to: {error}", _keep(page, error.notebook)) from None
        except (RuntimeError, OSError) as error:
            said = (str(error).strip().splitlines() or [type(error).__name__])[0]
            raise FailedReportError(f"{about}; its kernel came to: {said}") from None
        return _plain(nbformat.read(executed, as_version=4))


def _plain(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for path in ("input_path", "output_path"):
        notebook.metadata.get("papermill", {}).pop(path, None)
    return notebook


def _keep(page: Path, notebook: nbformat.NotebookNode) -> Path | None:
    """Put a failed notebook beside the page it was to become; None where even that cannot be written."""
    place = page.with_suffix(".failed.ipynb")
    try:
        write_whole({place: (nbformat.writes(_plain(notebook)) + "\n").encode()})
    except UsageError:
        return None
    return place


def _scratch() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="fc-")
    except OSError as error:
        raise ReportError(f"expected a folder for temporary files, got {error.strerror}. Set TMPDIR") from None


def _content(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    bundles = [
        output["data"][SIDECAR]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if SIDECAR in output.get("data", {})
    ]
    if len(bundles) != 1:
        raise ReportError(f"expected one cell that gives the report's content, got {len(bundles)}")
    return dict(bundles[0])
