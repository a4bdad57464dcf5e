"""Charts as SVG text. Colours differ in lightness as well as in hue; the page gives each chart a text and a table."""

import hashlib
import io
import re
from collections.abc import Callable, Mapping
from math import ceil
from textwrap import fill
from typing import Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from forecasting.documents.wording import points, term_name

INK = "#1d2733"
LINE, TERM = "#d9dee3", "#c9b458"
COLOURS = {"formalized": "#0b5c8a", "collapsed": "#a0321b", "faded": "#6b5c12", "ongoing": "#5b6672"}
PAGE_COLOURS = {
    INK: "var(--ink, var(--jp-content-font-color1, {}))",
    LINE: "var(--line, {})",
    TERM: "var(--term, {})",
    **{colour: f"var(--{state}, {{}})" for state, colour in COLOURS.items()},
}
TITLES = {"formalized": "Formal agreement", "collapsed": "Collapse", "faded": "Fading"}
LINES: Any = {
    "base_rate": ("base rate", 2.6, "solid"),
    "type_base_rate": ("same type", 1.3, (0, (4, 2))),
    "primary": ("hazard model", 1.7, (0, (1, 1.2))),
}
RISES, FALLS = COLOURS["formalized"], COLOURS["collapsed"]
HAZARD_MODEL: Any = {
    "base_rate": ("base rate", COLOURS["ongoing"], (0, (4, 2)), 1.6),
    "primary": ("hazard model", "", "solid", 2.4),
}
STEPS = 8
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
    "axes.spines.top": False,
    "axes.spines.right": False,
}


def incidence_chart(curve: dict[str, Any], stated_term: dict[str, Any] | None) -> str:
    """Cumulative incidence of the three endings by month after the as-of day, with bands and the stated term."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.6))
        axes = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.09, right=0.985, top=0.92, bottom=0.245, wspace=0.16)
        months, models = [0, *curve["horizons"]], curve["models"]
        lines = [line for endings in models.values() for line in endings.values()]
        top = max(max(line.get("upper", line["probability"])) for line in lines)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            _curve(axis, months, {model: endings[cause] for model, endings in models.items()}, COLOURS[cause])
            axis.set_title(title, fontsize=12.5, color=COLOURS[cause], fontweight="bold")
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
        figure.legend(handles=keys, loc="lower center", ncols=3, frameon=False, fontsize=11)
        return _svg(figure)


def _curve(axis: Any, months: list[int], lines: dict[str, dict[str, list[float]]], colour: str) -> None:
    lower, upper = ([0.0, *lines["base_rate"][name]] for name in ("lower", "upper"))
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
            fontsize=10.5,
        )


class Chart(Figure):
    """A figure that a notebook shows by itself, as SVG."""

    def svg(self) -> str:
        """The figure as SVG text."""
        with mpl.rc_context(STYLE):
            return _svg(self)

    _repr_svg_ = svg


def outlook_figure(rows: list[dict[str, Any]], supposed: list[dict[str, Any]] | None = None) -> Chart:
    """The hazard model (line and band in colour) beside the base rate (dashed and grey), ending by ending.

    `rows`: rows of a forecast table under one `given`; `supposed`: rows of the hazard model if an act became known.
    """
    ends = [row for row in rows if row["cause"] in TITLES]
    top = max(row["upper"] for row in ends)
    with mpl.rc_context(STYLE):
        figure = Chart(figsize=(8.6, 3.4))
        axes = figure.subplots(1, 3, sharey=True)
        figure.subplots_adjust(left=0.075, right=0.99, top=0.91, bottom=0.26, wspace=0.09)
        for axis, (cause, title) in zip(axes, TITLES.items(), strict=True):
            for model, (_, colour, style, width) in HAZARD_MODEL.items():
                own = [row for row in ends if (row["model"], row["cause"]) == (model, cause)]
                _band(axis, own, colour or COLOURS[cause], style, width)
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
            for model, (name, colour, style, width) in HAZARD_MODEL.items()
            if any(row["model"] == model for row in ends)
        ]
        if supposed:
            keys.append(Line2D([], [], color=INK, linewidth=2, linestyle="dotted", label="hazard model, if so"))
        figure.legend(handles=keys, loc="lower center", ncols=len(keys), frameon=False, fontsize=11)
        return figure


def _band(axis: Any, rows: list[dict[str, Any]], colour: str, style: Any, width: float) -> None:
    months, point, lower, upper = (
        [0.0, *(row[name] for row in rows)] for name in ("horizon", "probability", "lower", "upper")
    )
    axis.fill_between(months, lower, upper, color=colour, alpha=0.16, linewidth=0)
    axis.plot(months, point, color=colour, linestyle=style, linewidth=width)


def _supposed(axis: Any, rows: list[dict[str, Any]]) -> None:
    months, point = ([0.0, *(row[name] for row in rows)] for name in ("horizon", "probability"))
    if rows:
        axis.plot(months, point, color=INK, linestyle="dotted", linewidth=2)


def reference_class_chart(rungs: list[dict[str, Any]], horizon: int) -> str:
    """Chance of formalization within a horizon, class by class, with intervals."""
    with mpl.rc_context(STYLE):
        height = 0.72 * len(rungs) + 0.6
        figure = Figure(figsize=(6.4, height))
        axis = figure.subplots()
        figure.subplots_adjust(left=0.04, right=0.98, top=1 - 0.05 / height, bottom=0.3 / height)
        for line, rung in enumerate(rungs):
            weight = "bold" if line == 1 else "normal"
            axis.text(0, line - 0.28, f" {rung['name']} (n {rung['n']})", va="center", fontweight=weight)
            row = next((row for row in rung["formalized"] if row["horizon"] == horizon), None)
            if row is None:
                axis.text(0, line, " no other case", va="center")
                continue
            axis.plot([row["lower"], row["upper"]], [line, line], color=COLOURS["formalized"], linewidth=3, alpha=0.7)
            axis.plot(row["probability"], line, "o", color=COLOURS["formalized"], markersize=9)
        axis.set_yticks([])
        axis.spines["left"].set_visible(False)
        axis.set_ylim(len(rungs) - 0.5, -0.65)
        axis.set_xlim(left=0)
        axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
        axis.grid(axis="x", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        return _svg(figure)


def drivers_chart(rows: list[dict[str, Any]], probability: float) -> str:
    """From the base rate to the model's number: one step for each of the strongest drivers and one for the rest."""
    (_, base), *steps = [(term_name(row["name"]), row["points"]) for row in rows]
    steps.sort(key=lambda step: -abs(step[1]))
    steps = [*steps[:STEPS], ("All others together", sum(size for _, size in steps[STEPS:]))]
    with mpl.rc_context(STYLE):
        height = 0.42 * (len(steps) + 2) + 0.5
        figure = Figure(figsize=(6.4, height))
        axis = figure.subplots()
        figure.subplots_adjust(left=0.45, right=0.98, top=1 - 0.05 / height, bottom=0.3 / height)
        _bar(axis, 0, 0.0, base, COLOURS["ongoing"], f"{100 * base:.0f} %")
        reached = base
        for line, (_, size) in enumerate(steps, start=1):
            _bar(axis, line, reached, size, RISES if size > 0 else FALLS, points(size))
            reached += size
        _bar(axis, len(steps) + 1, 0.0, probability, INK, f"{100 * probability:.0f} %")
        names = ["Base rate at its age", *(name for name, _ in steps), "The model's number"]
        axis.set_yticks(range(len(names)), [fill(name, 34) for name in names], fontsize=10.5)
        axis.set_ylim(len(names) - 0.5, -0.5)
        axis.set_xlim(0, 1.12 * axis.get_xlim()[1])
        axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
        axis.grid(axis="x", color=LINE, linewidth=0.7)
        axis.set_axisbelow(True)
        return _svg(figure)


def _bar(axis: Any, line: int, start: float, size: float, colour: str, text: str) -> None:
    axis.barh(line, size, left=start, color=colour, height=0.62)
    axis.annotate(
        text, (max(start, start + size), line), xytext=(4, 0), textcoords="offset points", va="center", fontsize=10.5
    )


def reliability_chart(curves: list[dict[str, Any]]) -> str:
    """Observed frequency of each ending by forecast probability: CORP curve, band of a calibrated forecast, diagonal.

    `curves`: rows of `backtest.calibration.reliability_curve`, each with its `cause`. Ticks mark the forecasts below
    which a tenth, half and nine tenths of all lie.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.9), layout="constrained")
        for axis, (cause, title) in zip(figure.subplots(1, 3), TITLES.items(), strict=True):
            rows = [row for row in curves if row["cause"] == cause]
            forecast, observed, lower, upper, share = (
                [float(row[name]) for row in rows] for name in ("forecast", "observed", "lower", "upper", "share")
            )
            top = 1.15 * next((f for f, s in zip(forecast, share, strict=True) if s >= 0.98), max(forecast))
            axis.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
            axis.fill_between(forecast, lower, upper, color=COLOURS[cause], alpha=0.18, linewidth=0)
            axis.plot(forecast, observed, color=COLOURS[cause], linewidth=2.2)
            for part in (0.1, 0.5, 0.9):
                axis.plot(next(f for f, s in zip(forecast, share, strict=True) if s >= part), 0, "|", color=INK)
            axis.set_title(title, fontsize=12.5, color=COLOURS[cause], fontweight="bold")
            axis.set_xlim(0, top)
            axis.set_ylim(0, max(top, *(c for c, s in zip(observed, share, strict=True) if s <= 0.99)))
            axis.xaxis.set_major_locator(MaxNLocator(3))
            axis.xaxis.set_major_formatter(lambda x, _: f"{100 * x:.0f} %")
            axis.yaxis.set_major_formatter(lambda y, _: f"{100 * y:.0f} %")
        figure.supxlabel("forecast probability", fontsize=12)
        figure.supylabel("observed frequency", fontsize=12)
        return _svg(figure)


def _svg(figure: Figure) -> str:
    """The figure as SVG that takes the colours of the page it stands in, and has no names that another could have."""
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, transparent=True)
    svg = re.sub(r'<g id="[^"]*"', "<g", text.getvalue()[text.getvalue().index("<svg") :])
    for colour, of_page in PAGE_COLOURS.items():
        svg = svg.replace(f": {colour}", f": {of_page.format(colour)}")
    own = hashlib.sha256(svg.encode()).hexdigest()[:6]
    return re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>c{own}-", svg)


CHARTS: Final[Mapping[str, Callable[..., str]]] = {
    "incidence": incidence_chart,
    "reference_classes": reference_class_chart,
    "drivers": drivers_chart,
    "reliability": reliability_chart,
}
