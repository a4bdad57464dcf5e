"""Levels judged from nothing but the record's lines up to the day, in place of the coded ones, at prediction alone.

A third coder judged some landmarks of the half so (`from_lines.csv`). Prints the skill on these landmarks both ways.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import run
import scores

from forecasting.forecasts.ladder_rows import STATUS_NUMBERS, all_rungs
from forecasting.models.ladder_moves import state_number
from forecasting.models.linear_pool import linear_pool


def main():
    bench = run.Bench(run.half.HALVES)
    judged = pd.read_csv(Path(__file__).with_name("from_lines.csv"))
    wanted = {
        (row.case_id, row.day): int(state_number(row.level, STATUS_NUMBERS[row.status])) for row in judged.itertuples()
    }
    _, _, start = bench.shared(all_rungs)
    marks = [(name, day.isoformat()) for name, day in zip(bench.half.ids, bench.half.days, strict=True)]
    keep = np.array([mark in wanted for mark in marks])
    coded = bench.forecast()
    bench.starts[all_rungs] = start.copy()
    for line in np.flatnonzero(keep):
        bench.starts[all_rungs][line] = np.eye(start.shape[1])[wanted[marks[line]]]
    by_lines = bench.forecast()
    print(f"{keep.sum()} of {len(judged)} landmarks")
    for name, found in (("coded", coded), ("from lines", by_lines)):
        states = bench.windows.states
        base = scores.brier(found["base"], states)
        ours = scores.brier(linear_pool(found["model"], found["base"]), states)
        for what in ("states", "formalized"):
            pair = (scores.by_forecast(each[what], states) for each in (ours, base))
            one, drawn = scores.skill(*pair, bench.drawn, bench.code, keep)
            low, high = np.quantile(drawn, [0.025, 0.975])
            print(f"| {name} | {what} | {one:.3f} ({low:.3f}, {high:.3f}) |")


if __name__ == "__main__":
    main()
