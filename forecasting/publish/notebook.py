"""Rendering of a report: a template is run by papermill, and its files are written atomically."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import nbformat

from forecasting.documents.page import html_page
from forecasting.publish.engine import CellError, Limits, RunError, execute
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.parameters import AboutACase, Parameters, checked_parameters, template_named
from forecasting.publish.pdf import pdf_page
from forecasting.publish.revisions import day_before, last_signed, numbered, remove, revisions
from forecasting.review import content_of, read_sidecar, review_of, sidecar_bytes
from forecasting.review.sidecar import PAGE
from forecasting.store.errors import (
    ForeignFileError,
    PassingError,
    ReportError,
    UsageError,
    first_line,
    may_pass_by_name,
    shown,
)
from forecasting.store.files import require_writable, write_whole
from forecasting.store.lock import locked
from forecasting.store.package_data import shipped
from forecasting.store.scratch import scratch

SIDECAR = "application/json"
RENDERED, UNCHANGED = "rendered", "unchanged"


@dataclass(frozen=True)
class Rendering:
    """A report in its folder: its page, its status (`rendered` or `unchanged`), its fingerprint, and wall seconds.

    `signed`: the approved revision before this draft, which stays; None where the page is approved or none was.
    """

    page: Path
    status: str
    fingerprint: str
    seconds: float
    signed: Path | None = None


class FailedReportError(ReportError):
    """A notebook failed.

    Parameters
    ----------
    said
        What was expected and what happened.
    notebook
        Where the notebook is kept as far as it was executed; None if it is not.
    can_heal
        Whether the same notebook may succeed with the same inputs: out of memory or time, a kernel that died.
    """

    def __init__(self, said: str, notebook: Path | None = None, *, can_heal: bool = True) -> None:
        self.notebook, self.can_heal = notebook, can_heal
        do = f"see the last output in {notebook}" if notebook else "render it again"
        super().__init__(f"{said}; nothing was published; {do}")


def render_report(template: str, parameters: dict[str, Any], out: str | Path = "reports") -> Path:
    """Render a report: its page, its executed notebook and its sidecar, written atomically, the page last.

    An approved page is never written over: a rendering that differs from it is a new revision, `<day>.r2.html`.

    Parameters
    ----------
    template
        `case_report`, `portfolio`, `scorecard` or `data_quality`, or the name on the command line.
    parameters
        Parameters of the template by name, as values or as text.
    out
        The folder of all reports. A case report is `<out>/cases/<case_id>/<as_of>.html`, `.ipynb` and `.json`.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    UsageError
        A parameter is invalid, the case is unknown, or the folder cannot be written; nothing was run.
    ReportError
        The notebook failed; nothing was published.
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
    """Render a report, unless the one in its folder was made from the same inputs.

    Parameters
    ----------
    template
        Name of the template.
    asked
        Its parameters.
    out
        The folder of all reports.
    force
        Render it even if its inputs have not changed.
    pdf
        Write a PDF beside the page.
    limits
        Limits of time and memory; default: `Limits()`.

    Returns
    -------
    Rendering
        The page and its status.

    Raises
    ------
    UsageError
        The request cannot be answered, or the folder cannot be written; nothing was run.
    ReportError
        The notebook failed; nothing was published.
    """
    begun = time.monotonic()
    day = asked.checked()
    name = template_named(template)
    source = source_of(name)
    if not source.is_file():
        raise UsageError(
            f"expected the notebook of the template {asked.command}, got {source}: no such file; "
            "install the package again"
        )
    place = Path(out) / asked.folder()
    page = place / f"{day}.html"
    require_writable(place)
    if isinstance(asked, AboutACase) and asked.since is None:
        asked = asked.model_copy(update={"since": day_before(page)})
    values = asked.values(day)
    print_of = fingerprint(source, asked, values)
    there = revisions(Path(out), page)
    newest, status = there[-1].page if there else page, UNCHANGED
    if force or not _is_current(newest, print_of):
        if not force:
            _require_same_record(newest, values)
        notebook = _executed(name, source, asked, values, page, limits or Limits())
        rendering = {"template": name, "parameters": values, "fingerprint": print_of}
        newest = _publish(notebook, asked, page, Path(out), rendering)
        status = RENDERED
    if pdf and (status == RENDERED or not newest.with_suffix(".pdf").is_file()):
        write_whole({newest.with_suffix(".pdf"): pdf_page(newest)})
    signed = last_signed(revisions(Path(out), page))
    waits = signed is not None and signed.page != newest
    return Rendering(newest, status, print_of, time.monotonic() - begun, signed.page if signed and waits else None)


def source_of(template: str) -> Path:
    """Path of the notebook of a template.

    Examples
    --------
    >>> source_of("portfolio").name
    'portfolio.ipynb'
    """
    return shipped("notebooks") / "reports" / f"{template}.ipynb"


def page_of(asked: Parameters, day: date) -> Path:
    """Path of the page of a report, below the folder of all reports."""
    return asked.folder() / f"{day}.html"


def _is_current(page: Path, print_of: str) -> bool:
    """Whether all three files exist, made from the same inputs, and the page is unchanged since it was rendered."""
    try:
        rendering = read_sidecar(page)[0].rendering
        whole = PAGE.sha256(page) == rendering.html_sha256
    except (OSError, ForeignFileError):
        return False
    return whole and rendering.fingerprint == print_of and page.with_suffix(".ipynb").is_file()


def _require_same_record(page: Path, values: Mapping[str, Any]) -> None:
    """`UsageError` where the page of that path is of another record: one of the two would be lost."""
    try:
        rendering = read_sidecar(page)[0].rendering
    except ForeignFileError:
        return
    said, here = rendering.parameters.get("data"), values.get("data")
    if rendering.template and said != here:
        names = [f"the record {shown(one)}" if one else "the shipped record" for one in (said, here)]
        raise UsageError(
            f"expected a report of {names[0]} at {page}, where one is, got {names[1]}; choose another folder with "
            "--out, or put this one in its place with `forecasting report --force`"
        )


def _publish(
    notebook: nbformat.NotebookNode, asked: Parameters, page: Path, out: Path, rendering: dict[str, Any]
) -> Path:
    """Write the files of a page; its path, which is that of a new revision where the last one was signed off."""
    content = _content(notebook)
    html = html_page(notebook, asked.title(content)).encode()
    sha256 = hashlib.sha256(html).hexdigest()
    written = {**content, "rendering": {**rendering, "html_sha256": sha256}}
    notebook_bytes = (nbformat.writes(notebook) + "\n").encode()
    with locked(out):  # else an approval at the same time could be in the log but not in the page's JSON file
        there = revisions(out, page)
        signed = last_signed(there)
        if signed is not None and sha256 in signed.signed and _says(signed.page, content):
            place = signed.page  # the signed page once more: what came after it is void
            for later in there[there.index(signed) + 1 :]:
                remove(later.page)
        elif signed is not None:
            place = numbered(page, signed.number + 1)
        else:
            place = there[-1].page if there else page
        written["review"] = review_of(out, place.relative_to(out).as_posix(), sha256)
        files = {place.with_suffix(".json"): sidecar_bytes(written)}
        if not (signed is not None and place == signed.page and place.with_suffix(".ipynb").is_file()):
            files[place.with_suffix(".ipynb")] = notebook_bytes
        write_whole({**files, place: html})
    page.with_suffix(".failed.ipynb").unlink(missing_ok=True)
    return place


def _says(page: Path, content: dict[str, Any]) -> bool:
    """Whether the JSON file of a page holds this content; true where there is none any more."""
    if not page.with_suffix(".json").is_file():
        return True
    try:
        held = read_sidecar(page)[1]
    except ForeignFileError:
        return True
    return content_of(held) == json.loads(json.dumps(content))


def _executed(
    template: str, source: Path, asked: Parameters, values: dict[str, Any], page: Path, limits: Limits
) -> nbformat.NotebookNode:
    expected = f"expected {template} to run for {asked.subject()} as of {page.stem}"
    with _scratch() as folder:
        executed = folder / "executed.ipynb"
        try:
            execute(source, executed, template, values, limits)
        except CellError as error:
            kept = _keep(page, nbformat.read(executed, as_version=4))
            got = f"{error.ename} in cell {error.exec_count}: {error.evalue}"
            raise FailedReportError(f"{expected}, got {got}", kept, can_heal=may_pass_by_name(error.ename)) from None
        except RunError as error:
            kept = _keep(page, error.notebook)
            raise FailedReportError(f"{expected}, got a failed kernel: {error}", kept) from None
        except (RuntimeError, OSError) as error:
            raise FailedReportError(f"{expected}, got a failed kernel: {first_line(error)}") from None
        return _plain(nbformat.read(executed, as_version=4))


def _plain(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    for path in ("input_path", "output_path"):
        notebook.metadata.get("papermill", {}).pop(path, None)
    return notebook


def _keep(page: Path, notebook: nbformat.NotebookNode) -> Path | None:
    """Keep a failed notebook beside its page-to-be; None if even that cannot be written."""
    place = page.with_suffix(".failed.ipynb")
    try:
        write_whole({place: (nbformat.writes(_plain(notebook)) + "\n").encode()})
    except UsageError:
        return None
    return place


@contextmanager
def _scratch() -> Iterator[Path]:
    with ExitStack() as own:
        try:
            folder = own.enter_context(scratch())
        except OSError as error:
            raise PassingError(
                f"expected a folder for temporary files, got {error.strerror}; set TMPDIR to another"
            ) from None
        yield folder


def _content(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    bundles = [
        output["data"][SIDECAR]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if SIDECAR in output.get("data", {})
    ]
    if len(bundles) != 1:
        raise ReportError(
            f"expected one cell that gives the report's content, got {len(bundles)}; "
            "end that cell with the report itself"
        )
    return dict(bundles[0])
