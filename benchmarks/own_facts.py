"""Milliseconds from an accepted act to its new number, with the fitted models at hand, by wall clock and by processor.

The act is checked, written into an overlay, and forecast without and with it at every horizon; and so is a step.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from statistics import median

from forecasting import add_event, add_step, load_history
from forecasting.artefacts.session import shared_fit
from forecasting.models import HEADLINE

CASE, URL = "new-start-post-expiry-2026", "https://example.org/a"
FIRST, TIMES = date(2026, 9, 1), 9


def timed(work):
    """Median milliseconds of a task, given 0, 1, 2, ...; the first time, which warms the caches, is left out."""
    rows = []
    for number in range(TIMES + 1):
        start = time.perf_counter(), time.process_time()
        work(number)
        end = time.perf_counter(), time.process_time()
        rows.append([1000 * (now - then) for now, then in zip(end, start, strict=True)])
    return [median(column) for column in zip(*rows[1:], strict=True)]


def main():
    shared_fit(load_history(), (HEADLINE,), "concluded")
    with tempfile.TemporaryDirectory() as folder:
        place = {"overlay": Path(folder, "mine"), "artefacts": None}

        def act(number):
            day = FIRST + timedelta(days=number)
            add_event(CASE, day, "talks_round", "USA", "RUS", URL, **place)

        def step(number):
            day, level = FIRST + timedelta(days=number), 2 + number % 2
            add_step(CASE, "formalization", level, "active", day, evidence="Talks went on.", source=URL, **place)

        print(f"{'':10}{'wall':>12}{'processor':>12}")
        for name, work in (("an act", act), ("a step", step)):
            print(f"{name:10}" + "".join(f"{column:9.0f} ms" for column in timed(work)))


if __name__ == "__main__":
    main()
