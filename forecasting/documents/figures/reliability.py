"""Observed frequency by forecast probability."""

from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from forecasting.documents.figures.style import COLOURS, INK, STYLE, TITLES, svg_of


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
        return svg_of(figure)
