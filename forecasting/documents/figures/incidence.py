"""Cumulative incidence by ending: of a case report, and of the explorer."""

from math import ceil
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, TERM, TITLES, Chart, svg_of

LINES: Any = {
    "ladder": ("forecast", 2.6, "solid"),
    "base_rate": ("base rate", 1.3, (0, (4, 2))),
    "primary": ("first registration", 1.7, (0, (1, 1.2))),
}
BAND = next(iter(LINES))
OUTLOOK: Any = {
    "primary": ("first registration", COLOURS["ongoing"], (0, (1, 1.2)), 1.4),
    "base_rate": ("base rate", COLOURS["ongoing"], (0, (4, 2)), 1.6),
    "ladder": ("forecast", "", "solid", 2.4),
}
BANDS = ("base_rate", "ladder")


def incidence_chart(curve: dict[str, Any], stated_term: dict[str, Any] | None) -> str:
    """Cumulative incidence of the three endings by month after the as-of day, with bands and the stated term."""
    with mpl.rc_context(STYLE | {"font.size": 9.5}):
        figure = Figure(figsize=(4.8, 2.9))
        axes = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.118, right=0.985, top=0.92, bottom=0.26, wspace=0.16)
        months, models = [0, *curve["horizons"]], curve["models"]
        lines = [line for endings in models.values() for line in endings.values()]
        top = max(max(line.get("upper", line["probability"])) for line in lines)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            _curve(axis, months, {model: endings[cause] for model, endings in models.items()}, COLOURS[cause])
            axis.set_title(title, fontsize=10, color=COLOURS[cause], fontweight="bold")
            axis.set_xlim(0, 120)
            axis.set_ylim(0, 1.25 * top)
            axis.set_xticks([0, 24, 60, 120], ["0", "2", "5", "10"])
            axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
            axis.grid(axis="y", color=LINE, linewidth=0.7)
            axis.set_axisbelow(True)
            _term(axis, stated_term, label=cause == "formalized")
        axes[1].set_xlabel("years after the day of the forecast")
        keys = [
            Line2D([], [], color=INK, linewidth=width, linestyle=style, label=name)
            for model, (name, width, style) in LINES.items()
            if model in models
        ]
        figure.legend(handles=keys, loc="lower center", ncols=3, frameon=False, fontsize=9)
        return svg_of(figure)


def _curve(axis: Any, months: list[int], lines: dict[str, dict[str, list[float]]], colour: str) -> None:
    lower, upper = ([0.0, *lines[BAND][name]] for name in ("lower", "upper"))
    axis.fill_between(months, lower, upper, step="post", color=colour, alpha=0.18, linewidth=0)
    for model, (_, width, style) in LINES.items():
        if model in lines:
            tone = INK if model == "primary" else colour
            heights = [0.0, *lines[model]["probability"]]
            axis.step(months, heights, where="post", color=tone, linewidth=width, linestyle=style)


def _term(axis: Any, term: dict[str, Any] | None, label: bool) -> None:
    if term is None or term["months_ahead"] <= 0:
        return
    axis.axvspan(0, term["months_ahead"], color=TERM, alpha=0.28, linewidth=0)
    axis.axvline(term["months_ahead"], color=COLOURS["faded"], linewidth=1)
    if label:
        axis.annotate(
            f"stated term:\n{term['months']} months",
            (term["months_ahead"], axis.get_ylim()[1]),
            xytext=(4, -2),
            textcoords="offset points",
            va="top",
            fontsize=9,
        )


def outlook_figure(rows: list[dict[str, Any]], supposed: list[dict[str, Any]] | None = None) -> Chart:
    """The headline (line and band in colour), the base rate and the first registration's model, ending by ending.

    `rows`: rows of a forecast table under one `given`; `supposed`: rows of the headline under a supposition.
    """
    ends = [row for row in rows if row["cause"] in TITLES and row["model"] in OUTLOOK]
    top = max(row["upper"] for row in ends)
    with mpl.rc_context(STYLE):
        figure = Chart(figsize=(8.6, 3.4))
        axes = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.075, right=0.99, top=0.91, bottom=0.26, wspace=0.09)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            for model, (_, colour, style, width) in OUTLOOK.items():
                own = [row for row in ends if (row["model"], row["cause"]) == (model, cause)]
                _line(axis, own, colour or COLOURS[cause], style, width, banded=model in BANDS)
            _supposed(axis, [row for row in supposed or () if row["cause"] == cause])
            axis.set_title(title, y=1.02, fontsize=12.5, color=COLOURS[cause], fontweight="bold")
            axis.set_xticks([0, 24, 60, 120], ["0", "2", "5", "10"])
            axis.grid(axis="y", color=LINE, linewidth=0.7)
            axis.set_axisbelow(True)
        axes[0].set_xlim(0, 120)
        axes[0].set_ylim(0, ceil(10 * top) / 10)
        axes[0].yaxis.set_major_locator(MaxNLocator(5))
        axes[0].yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
        axes[1].set_xlabel("years after the day of the forecast")
        keys = [
            Line2D([], [], color=colour or INK, linewidth=width, linestyle=style, label=name)
            for model, (name, colour, style, width) in OUTLOOK.items()
            if any(row["model"] == model for row in ends)
        ]
        if supposed:
            keys.append(Line2D([], [], color=INK, linewidth=2, linestyle="dotted", label="the forecast, if so"))
        figure.legend(handles=keys, loc="lower center", ncols=len(keys), frameon=False, fontsize=11)
        return figure


def _line(axis: Any, rows: list[dict[str, Any]], colour: str, style: Any, width: float, banded: bool) -> None:
    months, point, lower, upper = (
        [0.0, *(row[name] for row in rows)] for name in ("horizon", "probability", "lower", "upper")
    )
    if banded:
        axis.fill_between(months, lower, upper, color=colour, alpha=0.16, linewidth=0)
    axis.plot(months, point, color=colour, linestyle=style, linewidth=width)


def _supposed(axis: Any, rows: list[dict[str, Any]]) -> None:
    months, point = ([0.0, *(row[name] for row in rows)] for name in ("horizon", "probability"))
    if rows:
        axis.plot(months, point, color=INK, linestyle="dotted", linewidth=2)
