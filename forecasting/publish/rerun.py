"""Execution of a template's cells in this process, without a kernel, to derive a page again in seconds."""

import ast
import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from nbformat import NotebookNode

from forecasting.documents.page import html_page
from forecasting.documents.report import Shown
from forecasting.documents.values import Content
from forecasting.publish.engine import parameterized
from forecasting.publish.notebook import SIDECAR, source_of
from forecasting.publish.parameters import Parameters
from forecasting.store.errors import ReportError

TOP = "top of the page"


@dataclass(frozen=True)
class Rerun:
    """A template run up to its report: the notebook with parameters, the names defined, and the number of that cell."""

    notebook: NotebookNode
    names: dict[str, Any]
    number: int

    @property
    def report(self) -> Any:
        """The report object, whose `show` makes a section."""
        return self.names["report"]

    @property
    def content(self) -> Content:
        """The content of the page, as in its sidecar."""
        held: Content = json.loads(json.dumps(self.report.content, allow_nan=False))
        return held

    def html(self, asked: Parameters, content: Content) -> bytes:
        """The page that shows this content, which has the keys of the report's own content in any order."""
        executed = copy.deepcopy(self.notebook)
        held = reordered(self.content, content)
        shown = {n: {"text/html": str(value._repr_html_())} for n, value in self.shown(content).items()}
        for number, bundle in ({self.number: {SIDECAR: held}} | shown).items():
            executed.cells[number].outputs = [nbformat.v4.new_output("execute_result", bundle)]
        return html_page(executed, asked.title(content)).encode()

    def sections(self) -> list[tuple[str, Shown]]:
        """The sections of the page in its order, each with the heading above its cell."""
        cells = self.shown(self.content).items()
        return [(self._heading(number), value) for number, value in cells if isinstance(value, Shown)]

    def shown(self, content: Content) -> dict[int, Any]:
        """Values of the cells that are shown as HTML, by the number of the cell."""
        own = self.report.content
        self.report.content = reordered(own, content)
        try:
            cells = enumerate(self.notebook.cells)
            codes = [(n, cell.source) for n, cell in cells if n > self.number and cell.cell_type == "code"]
            values = {number: _value(source, self.names) for number, source in codes}
            return {number: value for number, value in values.items() if hasattr(value, "_repr_html_")}
        finally:
            self.report.content = own

    def _heading(self, number: int) -> str:
        above = [cell.source for cell in self.notebook.cells[:number] if cell.cell_type == "markdown"]
        heads = [source.partition("\n")[0].lstrip("# ") for source in above if source.startswith("#")]
        return heads[-1] if heads else TOP


def rerun(template: str, printed: Mapping[str, Any], used: Mapping[str, Any]) -> Rerun:
    """Run a template up to its report.

    Parameters
    ----------
    template
        Name of the template.
    printed
        Parameters as they appear in the notebook.
    used
        Parameters with which the cells are executed.

    Returns
    -------
    Rerun
        The notebook and the report.

    Raises
    ------
    ReportError
        No cell gives the report's content.
    """
    notebook = parameterized(source_of(template), printed)
    names: dict[str, Any] = {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", ()):
            _value(cell.source, names)  # the defaults of parameters that were not given
    names |= used
    for number, cell in enumerate(notebook.cells):
        if "sidecar" in cell.metadata.get("tags", ()):
            _value(cell.source, names)
            return Rerun(notebook, names, number)
    raise ReportError(f"expected a cell of {template} that gives the report's content, got none; tag it sidecar")


def reordered(own: Any, other: Any) -> Any:
    """The values of `other` in the order and with the container types of `own`; keys of only one are as in `own`.

    Examples
    --------
    >>> reordered({"a": (1, 2), "b": 3}, {"b": 4, "a": [5, 6]})
    {'a': (5, 6), 'b': 4}
    """
    if isinstance(own, dict) and isinstance(other, dict):
        return {key: reordered(value, other.get(str(key), value)) for key, value in own.items()}
    if isinstance(own, list | tuple) and isinstance(other, list | tuple) and len(own) == len(other):
        return type(own)(reordered(value, said) for value, said in zip(own, other, strict=True))
    return own if isinstance(own, dict | list | tuple) or isinstance(other, dict | list | tuple) else other


def _value(source: str, names: dict[str, Any]) -> Any:
    """Execute a cell of a shipped template; the value of its last line if that is an expression, else None."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names)
