"""Chances of the endings of several forecasts side by side: cases, days, or scenarios."""

from collections.abc import Mapping, Sequence
from textwrap import fill

import matplotlib as mpl

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, TITLES, Chart

Bounded = tuple[float, float | None, float | None]
"""A probability and its bounds, where it has them."""


def side_by_side_figure(names: list[str], rows: Sequence[Mapping[str, Bounded | None]]) -> Chart:
    """A panel for each ending and a line for each name: a dot, and its interval where it has one.

    `rows`: by name, probability, lower and upper bound of each ending; None where there is no number.
    """
    with mpl.rc_context(STYLE | {"font.size": 10}):
        height = 0.42 * len(names) + 0.9
        figure = Chart(figsize=(8.6, height))
        axes = figure.subplots(1, len(TITLES), sharey=True, sharex=True)
        figure.subplots_adjust(left=0.3, right=0.98, top=1 - 0.35 / height, bottom=0.4 / height, wspace=0.12)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            for line, row in enumerate(rows):
                own = row[cause]
                if own is None:
                    continue
                point, lower, upper = own
                if lower is not None and upper is not None:
                    axis.plot([lower, upper], [line, line], color=COLOURS[cause], linewidth=5, alpha=0.3)
                axis.plot(point, line, "o", color=COLOURS[cause], markersize=7)
                axis.annotate(
                    f"{100 * point:.0f} %", (point, line), xytext=(7, 3), textcoords="offset points", fontsize=9,
                    color=INK,
                )  # fmt: skip
            axis.set_title(title, fontsize=11, color=COLOURS[cause], fontweight="bold")
            axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
            axis.grid(axis="x", color=LINE, linewidth=0.7)
            axis.set_axisbelow(True)
        axes[0].set_yticks(range(len(names)), [fill(name, 34) for name in names])
        axes[0].set_ylim(len(names) - 0.5, -0.5)
        axes[0].set_xlim(0, 1.08 * max([0.05, *(own[2] or own[0] for row in rows for own in row.values() if own)]))
        return figure
