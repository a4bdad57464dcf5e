"""Rendering a report: a template run by papermill, then published whole or not at all."""

import json
import os
import tempfile
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from traitlets.config import Config

from forecasting.errors import ReportError, UsageError
from forecasting.files import write_whole
from forecasting.forecast import open_cases
from forecasting.history.view import load_history
from forecasting.places import shipped
from forecasting.reporting.page import html_page
from forecasting.reporting.parameters import CaseReport, checked_parameters

SIDECAR = "application/json"
CELL_SECONDS = 120


def render_report(template: str, parameters: dict[str, Any], out: str | Path = "reports") -> Path:
    """Run a report template and publish its page, notebook and sidecar; returns the path of the page.

    Writes `<out>/cases/<case_id>/<as_of>.html`, `.ipynb` and `.json`, each whole, the page last. Raises `UsageError`
    for bad parameters, an unknown case or an unwritable folder (before anything runs), and `ReportError` if the
    notebook fails; nothing is published then.
    """
    asked = checked_parameters(template, parameters)
    history = load_history(asked.data, asked.as_of)
    view = open_cases(history, [asked.case_id], asked.target)[0]
    day = history.as_of.isoformat()
    place = Path(out) / "cases" / view.case_id
    _require_writable(place)
    notebook = _executed(template, asked, day)
    content = _content(notebook)
    title = f"{content['case']['name']} - forecast as of {day}"
    write_whole(
        {
            place / f"{day}.json": (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode(),
            place / f"{day}.ipynb": (nbformat.writes(notebook) + "\n").encode(),
            place / f"{day}.html": html_page(notebook, title).encode(),
        }
    )
    return place / f"{day}.html"


def _require_writable(place: Path) -> None:
    """`UsageError` unless `place` can be made and written, as far as can be told without touching it."""
    nearest = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise UsageError(f"wanted a folder that can be written; came {nearest}. Choose another with --out")


def _executed(template: str, asked: CaseReport, day: str) -> nbformat.NotebookNode:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        import papermill

    values = {
        "case_id": asked.case_id,
        "as_of": day,
        "horizons": list(asked.horizons),
        "target": asked.target,
        "data": str(asked.data) if asked.data else None,
        "artefacts": str(asked.artefacts) if asked.artefacts else None,
    }
    with _scratch() as scratch:
        kernel = Config({"KernelManager": {"transport": "ipc", "ip": f"{scratch}/k"}})
        try:
            papermill.execute_notebook(
                shipped("notebooks") / "reports" / f"{template}.ipynb",
                Path(scratch) / "executed.ipynb",
                values,
                kernel_name="python3",
                progress_bar=False,
                execution_timeout=CELL_SECONDS,
                config=kernel,
            )
        except papermill.PapermillExecutionError as error:
            raise ReportError(
                f"wanted {template} to run for {asked.case_id} as of {day}; cell {error.exec_count} came to "
                f"{error.ename}: {error.evalue}. Nothing was published"
            ) from None
        except (DeadKernelError, CellTimeoutError, RuntimeError, OSError) as error:
            said = str(error).strip().splitlines() or [type(error).__name__]
            raise ReportError(
                f"wanted {template} to run for {asked.case_id} as of {day}; its kernel came to: {said[0]}. "
                "Nothing was published"
            ) from None
        notebook = nbformat.read(Path(scratch) / "executed.ipynb", as_version=4)
    for path in ("input_path", "output_path"):
        notebook.metadata.get("papermill", {}).pop(path, None)
    return notebook


def _scratch() -> tempfile.TemporaryDirectory[str]:
    try:
        return tempfile.TemporaryDirectory(prefix="fc-")
    except OSError as error:
        raise ReportError(f"wanted a folder for temporary files; came {error.strerror}. Set TMPDIR") from None


def _content(notebook: nbformat.NotebookNode) -> dict[str, Any]:
    bundles = [
        output["data"][SIDECAR]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if SIDECAR in output.get("data", {})
    ]
    if len(bundles) != 1:
        raise ReportError(f"wanted one cell that gives the report's content; came {len(bundles)}")
    return dict(bundles[0])
