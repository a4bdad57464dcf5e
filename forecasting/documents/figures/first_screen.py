"""Charts of a first screen: each ending within a horizon, the way to a binding text, and the forecast day by day."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise
from textwrap import fill
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib import dates
from matplotlib.figure import Figure

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, TITLES, svg_of
from forecasting.record.vocabulary import CAUSES, STATES

SMALL: Final = STYLE | {"font.size": 10}
WIDTH: Final = 4.6
NAMES: Final = TITLES | {"ongoing": "Still informal"}
CLOSEST: Final = 0.085
"""Least distance of two labels at the end of lines, as a share of the height."""
MARGIN, SHORTEST = timedelta(days=4), timedelta(days=45)
IN_MOTION: Final = ("active", "live")


def endings_chart(states: dict[str, dict[str, float]], base: dict[str, float]) -> str:
    """Chance of each state within a horizon: a dot with its interval, and a tick at the base rate.

    `states`: by state, `probability`, `lower` and `upper`; `base`: probability by state.
    """
    with mpl.rc_context(SMALL):
        figure = Figure(figsize=(WIDTH, 1.85))
        axis = figure.subplots()
        figure.subplots_adjust(left=0.42, right=0.985, top=0.98, bottom=0.16)
        for line, state in enumerate(STATES):
            own, colour = states[state], COLOURS[state]
            axis.plot([own["lower"], own["upper"]], [line, line], color=colour, linewidth=6, alpha=0.3)
            axis.plot([base[state]] * 2, [line - 0.3, line + 0.3], color=INK, linewidth=2)
            axis.plot(own["probability"], line, "o", color=colour, markersize=8)
            kind: Any = {"va": "center", "color": colour, "fontweight": "bold", "transform": axis.get_yaxis_transform()}
            axis.text(-0.73, line, NAMES[state], ha="left", **kind)
            axis.text(-0.03, line, f"{100 * own['probability']:.0f} %", ha="right", **kind)
        axis.set_ylim(len(STATES) - 0.5, -0.5)
        axis.set_xlim(0, max(max(own["upper"] for own in states.values()), *base.values()) * 1.04)
        axis.set_yticks([])
        axis.spines["left"].set_visible(False)
        axis.xaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
        axis.grid(axis="x", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        return svg_of(figure)


def way_chart(rows: list[dict[str, Any]], levels: list[str], until: str, as_of: str) -> str:
    """Levels of a case on the way to a binding text, named on the left, until nobody looked any more.

    `rows`: rows of the ladder with `date`, `level` and `status`, in order; `levels`: the levels in words, from 0.
    """
    end, day = date.fromisoformat(until), date.fromisoformat(as_of)
    steps = [(date.fromisoformat(row["date"]), row["level"], row["status"]) for row in rows]
    with mpl.rc_context(SMALL):
        figure = Figure(figsize=(WIDTH, 2.8))
        axis: Any = figure.subplots()
        figure.subplots_adjust(left=0.5, right=0.93, top=0.97, bottom=0.12)
        days = [one for one, _, _ in steps] + [end]
        for number, (start, level, status) in enumerate(steps):
            style: Any = "solid" if status in IN_MOTION else (0, (3, 2))
            colour = COLOURS["formalized"]
            axis.plot([start, days[number + 1]], [level, level], color=colour, linestyle=style, linewidth=2.6)
            if number:
                axis.plot([start, start], [steps[number - 1][1], level], color=colour, linewidth=1.2)
            axis.plot(start, level, "o", color=colour, markersize=5)
        if day > end:
            axis.axvspan(end, day, color=COLOURS["ongoing"], alpha=0.16, linewidth=0)
        first = steps[0][0] if steps else end
        axis.set_xlim(min(first, day - SHORTEST) - MARGIN, day + MARGIN)
        axis.set_ylim(-0.5, len(levels) - 0.5)
        named = [fill(f"{number}  {words}", 29, subsequent_indent="    ") for number, words in enumerate(levels)]
        axis.set_yticks(range(len(levels)), named, fontsize=9.2, ha="left", linespacing=1.02)
        axis.tick_params(axis="y", length=0, pad=158)
        _dates(axis, 3)
        axis.grid(axis="y", color=LINE, linewidth=0.7)
        axis.spines["left"].set_visible(False)
        axis.set_axisbelow(True)
        return svg_of(figure)


def history_chart(points: list[dict[str, Any]], marks: list[str]) -> str:
    """The forecast of each ending day by day, with the days of acts numbered above.

    `points`: rows with `day` and the probability of each ending, in order; `marks`: days, in order.
    """
    days = [date.fromisoformat(point["day"]) for point in points]
    with mpl.rc_context(SMALL):
        figure = Figure(figsize=(WIDTH, 2.1))
        axis: Any = figure.subplots()
        figure.subplots_adjust(left=0.1, right=0.77, top=0.88, bottom=0.15)
        lines = {cause: [point[cause] for point in points] for cause in CAUSES}
        top = 1.1 * max(map(max, lines.values()))
        for cause, line in lines.items():
            axis.plot(days, line, color=COLOURS[cause], linewidth=2.2)
            axis.plot(days[-1], line[-1], "o", color=COLOURS[cause], markersize=4)
        heights = _apart([line[-1] for line in lines.values()], CLOSEST * top)
        for (cause, line), height in zip(lines.items(), heights, strict=True):
            axis.annotate(
                f"{NAMES[cause].split()[0]} {100 * line[-1]:.0f} %", (1.02, height), xycoords=("axes fraction", "data"),
                va="center", color=COLOURS[cause], fontweight="bold", fontsize=9,
            )  # fmt: skip
        for number, day in enumerate(marks, start=1):
            axis.axvline(date.fromisoformat(day), color=LINE, linewidth=1)
            axis.annotate(
                str(number), (date.fromisoformat(day), 1.06), xycoords=("data", "axes fraction"), ha="center",
                va="center", fontsize=8, bbox={"boxstyle": "circle,pad=0.25", "fc": "none", "ec": INK, "lw": 0.8},
            )  # fmt: skip
        axis.set_ylim(0, top)
        axis.set_xlim(min(days[0], days[-1] - SHORTEST), days[-1] + timedelta(days=1))
        axis.yaxis.set_major_locator(mpl.ticker.MaxNLocator(4))
        axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
        _dates(axis, 4)
        axis.grid(axis="y", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        return svg_of(figure)


def _dates(axis: Any, most: int) -> None:
    """Few days below an axis, by month and year; by day where the axis is short."""
    first, last = axis.get_xlim()
    of_days: Any = dates  # whose functions have no types
    axis.xaxis.set_major_locator(of_days.AutoDateLocator(minticks=2, maxticks=most))
    axis.xaxis.set_major_formatter(of_days.DateFormatter("%-d %b" if last - first < 100 else "%b %Y"))


def _apart(heights: Sequence[float], least: float) -> list[float]:
    """Heights in their order, moved so that no two are nearer than `least`."""
    order = np.argsort(heights)
    placed = np.asarray(heights, dtype=float).copy()
    for below, above in pairwise(order):
        placed[above] = max(placed[above], placed[below] + least)
    return [float(height) for height in placed]
