"""Figures of notebooks: counts stacked by group, and curves of cumulative incidence by ending."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, TITLES, Chart

STYLES: Final[tuple[Any, ...]] = ("solid", (0, (4, 2)), (0, (1, 1.2)))
FILLS: Final = ("#0b5c8a", "#a0321b", "#6b5c12", "#5b6672", "#5aa7d6", "#d98a76", "#b9a94e", "#a3b0bc")


def counts_figure(counts: Mapping[str, Mapping[str, int]]) -> Chart:
    """Counts by group, stacked.

    Parameters
    ----------
    counts
        By name of a part, its count in each group; groups in the order of the first part.

    Returns
    -------
    Chart
        Shown by a notebook.

    Examples
    --------
    >>> "1990" in counts_figure({"joint statement": {"1990": 3, "2000": 5}}).svg()
    True
    """
    groups = list(next(iter(counts.values())))
    with mpl.rc_context(STYLE | {"font.size": 10}):
        figure = Chart(figsize=(8.6, 3.2))
        axis = figure.subplots()
        figure.subplots_adjust(left=0.06, right=0.72, top=0.97, bottom=0.2)
        below = np.zeros(len(groups))
        for number, (name, own) in enumerate(counts.items()):
            heights = np.array([own.get(group, 0) for group in groups], dtype=float)
            axis.bar(groups, heights, bottom=below, color=FILLS[number % len(FILLS)], label=name.replace("_", " "))
            below += heights
        axis.tick_params(axis="x", rotation=45)
        axis.grid(axis="y", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        axis.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
        return figure


def curves_figure(curves: Mapping[str, Sequence[Sequence[float]]], months: Sequence[int] | None = None) -> Chart:
    """Cumulative incidence of each ending by time, a line for each name.

    Parameters
    ----------
    curves
        By name, at most three, the incidence of each ending, (3, n).
    months
        Months of the columns; by default 1 to n.

    Returns
    -------
    Chart
        Shown by a notebook.

    Examples
    --------
    >>> "Collapse" in curves_figure({"forward": [[0.1, 0.2], [0.0, 0.1], [0.0, 0.0]]}).svg()
    True
    """
    with mpl.rc_context(STYLE | {"font.size": 10}):
        figure = Chart(figsize=(8.6, 3.0))
        axes = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.07, right=0.99, top=0.9, bottom=0.28, wspace=0.1)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            for (_, lines), style in zip(curves.items(), STYLES, strict=False):
                own = np.asarray(lines, dtype=float)[list(TITLES).index(cause)]
                at = list(months) if months is not None else list(range(1, len(own) + 1))
                axis.step([0, *at], [0.0, *own], where="post", color=COLOURS[cause], linestyle=style, linewidth=2)
            axis.set_title(title, fontsize=11, color=COLOURS[cause], fontweight="bold")
            axis.set_xlim(0, 120)
            axis.set_xticks([0, 24, 60, 120], ["0", "2", "5", "10"])
            axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
            axis.grid(axis="y", color=LINE, linewidth=0.7)
            axis.set_axisbelow(True)
        axes[0].set_ylim(bottom=0)
        axes[1].set_xlabel("years")
        keys: Any = [
            Line2D([], [], color=INK, linestyle=style, linewidth=2, label=name)
            for name, style in zip(curves, STYLES, strict=False)
        ]
        figure.legend(handles=keys, loc="lower center", ncols=3, frameon=False)
        return figure
