"""The paper as a page and as a PDF: `python docs/make_paper.py [FOLDER]`, by default `build/paper`."""

import sys
from pathlib import Path

import nbformat
import papermill
from nbconvert import HTMLExporter

from forecasting.publish.engine import ENGINE
from forecasting.publish.pdf import pdf_page
from forecasting.store.files import write_whole

ROOT = Path(__file__).parents[1]
NOTEBOOK = ROOT / "notebooks" / "paper.ipynb"
STYLE = "<style>body{max-width:46em;margin:auto;font-size:11pt}table{font-size:8.5pt}svg{max-width:100%}</style>"


def page(executed: nbformat.NotebookNode) -> str:
    """An executed notebook as a page of prose, tables and figures, without its code."""
    exporter = HTMLExporter(template_name="basic", exclude_input=True, exclude_output_prompt=True)
    body, _ = exporter.from_notebook_node(executed)
    title = executed.cells[0].source.splitlines()[0].lstrip("# ")
    head = f'<meta charset="utf-8"><title>{title}</title>{STYLE}'
    return f'<!doctype html><html lang="en"><head>{head}</head><body>{body}</body></html>'


def make(folder: Path) -> dict[str, Path]:
    """Run the notebook beside the fitted models of a clone, and write the notebook as run, page and PDF."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {form: folder / f"paper.{form}" for form in ("ipynb", "html", "pdf")}
    executed = papermill.execute_notebook(
        NOTEBOOK, paths["ipynb"], engine_name=ENGINE, kernel_name="python3", progress_bar=False, cwd=NOTEBOOK.parent
    )
    write_whole({paths["html"]: page(executed).encode()})
    write_whole({paths["pdf"]: pdf_page(paths["html"])})
    return paths


if __name__ == "__main__":
    for path in make(Path(sys.argv[1]) if sys.argv[1:] else ROOT / "build" / "paper").values():
        print(path)
