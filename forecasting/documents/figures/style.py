"""Colours and form of the charts, and a figure as SVG text that takes the colours of the page it is in."""

import hashlib
import io
import re
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))  # RDF, which HTML does not know
INK = "#1d2733"
LINE, TERM = "#d9dee3", "#c9b458"
COLOURS = {"formalized": "#0b5c8a", "collapsed": "#a0321b", "faded": "#6b5c12", "ongoing": "#5b6672"}
PAGE_COLOURS = {
    INK: "var(--ink, var(--jp-content-font-color1, {}))",
    LINE: "var(--line, {})",
    TERM: "var(--term, {})",
    **{colour: f"var(--{state}, {{}})" for state, colour in COLOURS.items()},
}
OF_A_PAGE = re.compile(r"var\(--[\w-]+,\s*(?:var\(--[\w-]+,\s*)?(#[0-9a-fA-F]{3,8})\s*\)?\)")
"""A colour of the page, with its own where no page gives one."""
TITLES = {"formalized": "Formal agreement", "collapsed": "Collapse", "faded": "Fading"}
STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 12,
    "svg.fonttype": "none",
    "svg.hashsalt": "forecasting",
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "date.converter": "concise",
    "axes.spines.top": False,
    "axes.spines.right": False,
}


class Chart(Figure):
    """A figure that a notebook shows by itself, as SVG on white, which is legible in a light and in a dark theme."""

    def svg(self) -> str:
        """The figure as SVG text in the colours of the page it stands in."""
        with mpl.rc_context(STYLE):
            return svg_of(self)

    def _repr_svg_(self) -> str:
        return on_white(self.svg())


def on_white(svg: str) -> str:
    """A drawing in the colours of a light page on a white ground, for where no page gives it colours."""
    plain = OF_A_PAGE.sub(r"\1", svg)
    head, rest = plain.split(">", 1)
    return f'{head}><rect width="100%" height="100%" fill="#ffffff"/>{rest}'


def svg_of(figure: Figure) -> str:
    """The figure as SVG that takes the colours of the page it stands in, and has no names that another could have."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata=NO_METADATA, transparent=True)
    svg = re.sub(r'<g id="[^"]*"', "<g", text.getvalue()[text.getvalue().index("<svg") :])
    for colour, of_page in PAGE_COLOURS.items():
        svg = svg.replace(f": {colour}", f": {of_page.format(colour)}")
    own = hashlib.sha256(svg.encode()).hexdigest()[:6]
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>c{own}-", svg)
