"""Drivers of a number."""

from textwrap import fill
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, svg_of
from forecasting.documents.wording import points, term_name

RISES, FALLS = COLOURS["formalized"], COLOURS["collapsed"]
STEPS = 6


def drivers_chart(rows: list[dict[str, Any]], probability: float) -> str:
    """From the base rate to the forecast: one step for each of the strongest drivers and one for the rest."""
    (_, base), *steps = [(term_name(row["name"]), row["points"]) for row in rows]
    steps.sort(key=lambda step: -abs(step[1]))
    if len(steps) > STEPS:
        steps = [*steps[:STEPS], ("All others together", sum(size for _, size in steps[STEPS:]))]
    with mpl.rc_context(STYLE | {"font.size": 9.5}):
        height = 0.34 * (len(steps) + 2) + 0.4
        figure = Figure(figsize=(4.8, height))
        axis = figure.subplots()
        figure.subplots_adjust(left=0.45, right=0.95, top=1 - 0.05 / height, bottom=0.3 / height)
        _bar(axis, 0, 0.0, base, COLOURS["ongoing"], f"{100 * base:.0f} %")
        reached = base
        for line, (_, size) in enumerate(steps, start=1):
            _bar(axis, line, reached, size, RISES if size > 0 else FALLS, points(size))
            reached += size
        _bar(axis, len(steps) + 1, 0.0, probability, INK, f"{100 * probability:.0f} %")
        names = ["Base rate at its age", *(name for name, _ in steps), "The forecast"]
        axis.set_yticks(range(len(names)), [fill(name, 32) for name in names], fontsize=9)
        axis.set_ylim(len(names) - 0.5, -0.5)
        axis.set_xlim(0, 1.12 * axis.get_xlim()[1])
        axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
        axis.grid(axis="x", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        return svg_of(figure)


def _bar(axis: Any, line: int, start: float, size: float, colour: str, text: str) -> None:
    axis.barh(line, size, left=start, color=colour, height=0.62)
    axis.annotate(
        text, (max(start, start + size), line), xytext=(4, 0), textcoords="offset points", va="center", fontsize=9
    )
