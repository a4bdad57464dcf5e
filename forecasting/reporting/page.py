"""From an executed notebook to one self-contained page: no script, nothing from the network."""

from pathlib import Path

from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from forecasting.errors import ReportError


def html_page(notebook: NotebookNode, title: str) -> str:
    """The page of an executed report notebook; its code stands folded in an appendix."""
    exporter = HTMLExporter(
        template_name="report",
        extra_template_basedirs=[str(Path(__file__).parent / "template")],
        exclude_anchor_links=True,
    )
    html, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    if "<script" in html.lower():
        raise ReportError("wanted a page without scripts; the notebook put one in it")
    return str(html)
