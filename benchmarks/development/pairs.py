"""Paired gains over the chosen specification, from forecasts kept by `run.py --keep FOLDER`: `pairs.py FOLDER`.

A gain is a difference of skills over the base rate on the same windows, with 95 % intervals by components. Then the
calibration of the chosen forecasts: what was expected and what came.
"""

import sys
from pathlib import Path

import numpy as np
import pilot as half
import scores

from forecasting.models.linear_pool import linear_pool


def main():
    pilot = half.load()
    folder, windows = Path(sys.argv[1]), half.windows(pilot)
    drawn, code = scores.draws(windows.component)
    everything = np.ones(len(windows.states), dtype=bool)
    kept = {path.stem.replace("_", " "): np.load(path) for path in sorted(folder.glob("*.npz"))}

    def skills(found, what, share=0.25, base="base"):
        reference = scores.brier(found[base], windows.states)[what]
        ours = scores.brier(linear_pool(found["model"], found["base"], share), windows.states)[what]
        return scores.skill(
            scores.by_forecast(ours, windows.states), scores.by_forecast(reference, windows.states), drawn, code,
            everything,
        )  # fmt: skip

    chosen = kept["chosen"]
    print("| gain over the chosen one | four states | formalized | collapsed | faded |")
    lines = {name: (found, 0.25) for name, found in kept.items() if name != "chosen"}
    lines |= {f"share of the base rate {share}": (chosen, share) for share in (0.0, 0.5)}
    for name, (found, share) in lines.items():
        cells = []
        for what in ("states", "formalized", "collapsed", "faded"):
            (one, own), (other, its) = skills(found, what, share), skills(chosen, what)
            low, high = np.quantile(own - its, [0.025, 0.975])
            cells.append(f"{one - other:+.3f} ({low:+.3f}, {high:+.3f})")
        print(f"| {name} | " + " | ".join(cells) + " |")
    print("| cause | horizon | n | base rate expected | model | pool | came |")
    pooled = linear_pool(chosen["model"], chosen["base"])
    for k, cause in enumerate(scores.CAUSES):
        for column, horizon in enumerate(half.SCORED):
            over = windows.states[:, column] >= 0
            cells = [chosen["base"], chosen["model"], pooled]
            sums = [f"{each[over, k, column].mean():.3f}" for each in cells]
            print(f"| {cause} | {horizon} | {over.sum()} | " + " | ".join(sums)
                  + f" | {(windows.states[over, column] == k).mean():.3f} |")  # fmt: skip
    high = pooled[:, 0, half.SCORED.index(60)]
    over = windows.states[:, half.SCORED.index(60)] >= 0
    for low, top in ((0, 0.02), (0.02, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.4), (0.4, 1.01)):
        own = over & (high >= low) & (high < top)
        came = (windows.states[own, half.SCORED.index(60)] == 0).mean() if own.any() else np.nan
        n_cases = len({case for case, each in zip(pilot.marks.case, own, strict=True) if each})
        print(f"formalized within 60 months, said {low} to {top}: n {own.sum()}, cases {n_cases}, "
              f"said {high[own].mean():.3f}, came {came:.3f}")  # fmt: skip


if __name__ == "__main__":
    main()
