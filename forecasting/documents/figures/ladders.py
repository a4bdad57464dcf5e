"""The share of cases at each level of the two ladders, by age."""

from typing import Any, Final

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from forecasting.documents.figures.style import COLOURS, INK, STYLE, svg_of

LADDER_TITLES: Final = {"formalization": "Way to a binding text", "strain": "Strain on the arrangement"}
LADDER_COLOURS: Final = {"formalization": COLOURS["formalized"], "strain": COLOURS["collapsed"]}
FEW: Final = 5
NUMBERED: Final = 5  # ages whose shares are printed: more would not be read on a narrow screen


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
