"""Milliseconds per change of a picker of the explorer, with the fitted models at hand, by wall clock and by processor.

Each until figure and table are there, which a browser shows at once, and until all of the answer is.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import time
from datetime import date
from statistics import median

from forecasting import ForecastExplorer

DAYS = (date(2026, 2, 5), date(2026, 3, 1))
CASES = 25


def clocks():
    return time.perf_counter(), time.process_time()


def moves(explorer, picker, values):
    """Median milliseconds of giving a picker each value in turn."""
    rows = []
    for value in values:
        marks = [clocks()]

        def seen(_, marks=marks):
            marks.append(clocks())

        explorer.table.observe(seen, names="value")
        picker.value = value
        marks.append(clocks())
        explorer.table.unobserve(seen, names="value")
        start, shown, end = marks[0], marks[1], marks[-1]
        rows.append([1000 * (mark[i] - start[i]) for mark in (shown, end) for i in (0, 1)])
    return [median(column) for column in zip(*rows, strict=True)]


def main():
    explorer = ForecastExplorer(as_of=DAYS[0], artefacts=None)
    first = explorer.case.value
    others = [case_id for _, case_id in explorer.case.options if case_id != first][:CASES]
    found = {"another case": moves(explorer, explorer.case, others)}
    explorer.case.value = first
    found["the fact taken otherwise"] = moves(explorer, explorer.given, ["endorsed", "not endorsed", "all"] * 5)
    acts = [what for _, what in explorer.act.options[1:]]
    found["an act supposed"] = moves(explorer, explorer.act, acts * 3)
    explorer.as_of.value = DAYS[1]
    start = time.perf_counter()
    explorer.fit.click()
    print(f"fitting the models of another day: {time.perf_counter() - start:.1f} s")
    found["another day, fitted before"] = moves(explorer, explorer.as_of, DAYS * 5)
    head = [f"{part}, {clock}" for part in ("figure and table", "all") for clock in ("wall", "processor")]
    print(f"{'':28}" + "".join(f"{name:>29}" for name in head))
    for name, columns in found.items():
        print(f"{name:28}" + "".join(f"{column:26.0f} ms" for column in columns))


if __name__ == "__main__":
    main()
