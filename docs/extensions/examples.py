"""Examples that run while the site is made: the code, and below it what its last line shows."""

import ast
import contextlib
import io
from html import escape
from numbers import Number
from typing import Any, ClassVar

import matplotlib as mpl
import pandas as pd
from docutils import nodes
from matplotlib.figure import Figure
from scorecard import picture
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxDirective

from forecasting.documents.figures.style import STYLE, svg_of

NAMES = "names_of_examples"


class Example(SphinxDirective):
    """`{example}`: Python that is run, page by page in one namespace.

    `:picture: WORDS` says in words what a chart shows, `:hide:` shows only what the code gives.
    """

    has_content = True
    option_spec: ClassVar[dict[str, object]] = {"picture": str, "hide": lambda _: True}

    def run(self) -> list[nodes.Node]:
        """The code and its result; an error in the code fails the build."""
        names = self.env.temp_data.setdefault(NAMES, {})
        source = "\n".join(self.content)
        try:
            printed, value = outcome(source, names)
        except Exception as error:
            raise ExtensionError(f"{self.env.docname}, line {self.lineno}: expected an example that runs") from error
        shown = [] if "hide" in self.options else [nodes.literal_block(source, source, language="python")]
        if printed:
            shown.append(nodes.literal_block(printed, printed, language="text", classes=["result"]))
        if value is not None:
            shown.append(display(value, self.options.get("picture", "")))
        return shown


def outcome(source: str, names: dict[str, Any]) -> tuple[str, Any]:
    """What code prints, and the value of its last line."""
    tree, printed = ast.parse(source), io.StringIO()
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed), mpl.rc_context(STYLE):
        exec(compile(tree, "example", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "example", "eval"), names)
    return printed.getvalue(), value


def display(value: Any, words: str) -> nodes.Node:
    """A value as a page shows it: a chart, a table, or its text."""
    if isinstance(value, Figure):
        with mpl.rc_context(STYLE):
            value = svg_of(value)
    if isinstance(value, str) and value.startswith("<svg"):
        if not words:
            raise ValueError("expected words for the chart of an example, got none; give them with :picture:")
        return picture(value, words)
    if isinstance(value, pd.Series):
        value = value.to_frame()
    if isinstance(value, pd.DataFrame):
        return nodes.raw("", table(value), format="html")
    return nodes.literal_block(str(value), str(value), language="text", classes=["result"])


def table(frame: pd.DataFrame) -> str:
    """A data frame as a table that a reader of tables can follow: every head has its scope."""
    flat = frame.reset_index() if frame.index.names != [None] or not isinstance(frame.index, pd.RangeIndex) else frame
    flat = flat.rename(columns={"index": ""})
    heads = "".join(f'<th scope="col">{escape(_words(name)) or "<span>row</span>"}</th>' for name in flat.columns)
    rows = [
        f'<tr><th scope="row">{escape(_cell(row[0]))}</th>'
        + "".join(f"<td{_kind(value)}>{escape(_cell(value))}</td>" for value in row[1:])
        + "</tr>"
        for row in flat.itertuples(index=False, name=None)
    ]
    return (
        '<div class="result scroll" tabindex="0" role="group" aria-label="Result of the example">'
        f'<table class="table"><thead><tr>{heads}</tr></thead><tbody>{"".join(rows)}</tbody></table></div>'
    )


def _words(name: Any) -> str:
    return " ".join(str(part) for part in name if str(part)) if isinstance(name, tuple) else str(name)


def _kind(value: Any) -> str:
    return ' class="number"' if isinstance(value, Number) else ""


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return "" if pd.isna(value) else f"{value:g}"
    if isinstance(value, pd.Timestamp):
        return value.date().isoformat()
    return str(value)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("example", Example)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
