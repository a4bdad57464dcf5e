"""Report templates run in this process, without a kernel: the same cells, the same page, in a fraction of the time."""

import ast
import json
import warnings

import nbformat

from forecasting.places import shipped
from forecasting.reporting.page import html_page
from forecasting.reporting.parameters import checked_parameters


def run_here(template, parameters):
    """The notebook of a template as papermill would leave it, run by `exec`, and the report's content."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        from papermill.parameterize import parameterize_notebook

    asked = checked_parameters(template, parameters)
    source = nbformat.read(shipped("notebooks") / "reports" / f"{template}.ipynb", as_version=4)
    for cell in source.cells:
        cell.metadata.setdefault("tags", [])
    notebook, names = parameterize_notebook(source, asked.values(asked.checked())), {}
    for cell in (one for one in notebook.cells if one.cell_type == "code"):
        *before, last = ast.parse(cell.source).body
        shown = isinstance(last, ast.Expr)
        exec(compile(ast.Module(before if shown else [*before, last], []), template, "exec"), names)
        cell.outputs = [_output(eval(compile(ast.Expression(last.value), template, "eval"), names))] if shown else []
    return notebook, names["report"].content


def write_page(folder, template, parameters):
    """The page and the sidecar of a template run here, where a report would stand."""
    notebook, content = run_here(template, parameters)
    asked = checked_parameters(template, parameters)
    place = folder / asked.folder() / f"{content['as_of']}.html"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(html_page(notebook, asked.title(content)), encoding="utf-8")
    place.with_suffix(".json").write_text(json.dumps(content), encoding="utf-8")


def _output(value):
    bundle = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else {"text/html": value._repr_html_()}
    return nbformat.v4.new_output("execute_result", json.loads(json.dumps(bundle)))
