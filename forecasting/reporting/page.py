"""From an executed notebook to one self-contained page: no script, nothing from the network."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from forecasting.errors import ReportError
from forecasting.reporting.notes import with_notes


def html_page(notebook: NotebookNode, title: str) -> str:
    """The page of an executed report notebook, with a note for each section; its code stands folded in an appendix.

    The page depends on the notebook's cells and outputs and on nothing else: no clock, no machine.
    """
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(Path(__file__).parent / "template")],
        exclude_anchor_links=True,
    )
    marked, origins = with_notes(notebook)
    html, _ = exporter.from_notebook_node(marked, resources={"metadata": {"name": title}, "origins": origins})
    if "<script" in html.lower():
        raise ReportError("wanted a page without scripts; the notebook put one in it")
    return str(html)
