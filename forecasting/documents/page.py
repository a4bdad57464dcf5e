"""From an executed notebook to one self-contained page: no script, nothing from the network."""

from pathlib import Path
from typing import Any

from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbformat import NotebookNode

from forecasting.documents.notes import with_notes
from forecasting.store.errors import ReportError


class PageExporter(HTMLExporter):
    """nbconvert's exporter with the template of our pages, which need none of what it does to its own.

    It would check the notebook once for each preprocessor, and parse the page again to mark up its own templates.
    """

    def __init__(self) -> None:
        super().__init__(
            template_name="report",
            extra_template_basedirs=[str(Path(__file__).parent / "templates")],
            exclude_anchor_links=True,
            default_preprocessors=[],
        )

    def from_notebook_node(
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """The page as the template makes it, and the resources."""
        html, found = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return str(html), dict(found)


def html_page(notebook: NotebookNode, title: str) -> str:
    """The page of an executed report notebook, with a note for each section; its code is folded in an appendix.

    The page depends on the notebook's cells and outputs and on nothing else: no clock, no machine.
    """
    marked, origins = with_notes(notebook)
    resources = {"metadata": {"name": title}, "origins": origins}
    html, _ = PageExporter().from_notebook_node(marked, resources=resources)
    if "<script" in html.lower():
        raise ReportError("expected a page without scripts, got one that the notebook put in it")
    return html
