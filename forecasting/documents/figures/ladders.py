"""Where an arrangement stood: both ladders of a case as steps, and the share of cases at each level by age."""

from datetime import date, timedelta
from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from forecasting.documents.figures.style import COLOURS, INK, LINE, STYLE, svg_of
from forecasting.record.vocabulary import LADDER_LEVELS

LADDER_TITLES: Final = {"formalization": "Way to a binding text", "strain": "Strain on the arrangement"}
LADDER_COLOURS: Final = {"formalization": COLOURS["formalized"], "strain": COLOURS["collapsed"]}
IN_MOTION: Final = ("active", "live")
FEW: Final = 5
MARGIN, SHORTEST = timedelta(days=20), timedelta(days=150)  # a first day alone would span years
NUMBERED: Final = 5  # ages whose shares are printed: more would not be read on a narrow screen


def ladder_chart(ladders: dict[str, list[dict[str, Any]]], until: str) -> str:
    """Levels of a case on each ladder from its start to a day; dashed where nothing moves.

    `ladders`: by ladder, rows with `date`, `level` and `status`, in order; `until`: the day on which the lines end.
    """
    end = date.fromisoformat(until)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 2.7), layout="constrained")
        for axis, (ladder, title) in zip(figure.subplots(1, 2), LADDER_TITLES.items(), strict=True):
            rows = [(date.fromisoformat(row["date"]), row["level"], row["status"]) for row in ladders.get(ladder, [])]
            days = [day for day, _, _ in rows] + [end]
            for number, (day, level, status) in enumerate(rows):
                style = "solid" if status in IN_MOTION else (0, (3, 2))
                colour = LADDER_COLOURS[ladder]
                axis.plot([day, days[number + 1]], [level, level], color=colour, linestyle=style, linewidth=2.4)
                if number:
                    axis.plot([day, day], [rows[number - 1][1], level], color=colour, linewidth=1)
                axis.plot(day, level, "o", color=colour, markersize=5)
            axis.set_title(title, fontsize=12.5, color=LADDER_COLOURS[ladder], fontweight="bold")
            axis.set_ylim(-0.4, LADDER_LEVELS[ladder] + 0.4)
            axis.set_yticks(range(LADDER_LEVELS[ladder] + 1))
            axis.grid(axis="y", color=LINE, linewidth=0.7)
            axis.set_axisbelow(True)
            axis.tick_params(axis="x", labelsize=9)
            if rows:
                axis.set_xlim(days[0] - MARGIN, max(end, days[0] + SHORTEST) + MARGIN)
        styles: Any = {"active or live": "solid", "none, stalled, broken or dormant": (0, (3, 2))}
        keys = [
            Line2D([], [], color=INK, linewidth=2.4, linestyle=style, label=label) for label, style in styles.items()
        ]
        figure.legend(handles=keys, loc="outside lower center", ncols=2, frameon=False, fontsize=10.5)
        return svg_of(figure)


def level_chart(shares: dict[str, dict[str, Any]]) -> str:
    """Share of the cases observed at an age that stood at each level, in per cent; ages with few cases are left out.

    `shares`: by ladder, `ages` in years (n,), `n` cases observed (n,), and `share` (levels, n).
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.4, 3.2), layout="constrained")
        for axis, (ladder, title) in zip(figure.subplots(1, 2), LADDER_TITLES.items(), strict=True):
            found = shares[ladder]
            share = np.where(np.asarray(found["n"]) >= FEW, np.asarray(found["share"], dtype=float), np.nan)
            colours = mpl.colors.LinearSegmentedColormap.from_list(ladder, ["#ffffff00", LADDER_COLOURS[ladder]])
            axis.pcolormesh(
                np.append(found["ages"], found["ages"][-1] + 1), np.arange(len(share) + 1) - 0.5, share,
                cmap=colours, vmin=0, vmax=1.2,
            )  # fmt: skip
            for line, row in enumerate(share):
                for column, value in enumerate(row):
                    if column % NUMBERED == NUMBERED // 2 and value >= 0.005:
                        at = (found["ages"][column] + 0.5, line)
                        axis.text(*at, f"{100 * value:.0f}", ha="center", va="center", fontsize=9.5, color=INK)
            axis.set_title(title, fontsize=12.5, color=LADDER_COLOURS[ladder], fontweight="bold")
            axis.set_yticks(range(len(share)))
            axis.set_ylabel("level")
        figure.supxlabel("age in years; numbers in per cent of the cases then observed", fontsize=11)
        return svg_of(figure)
