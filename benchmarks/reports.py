"""Case reports by the dozen: forked kernels two at a time, beside plain papermill one after another, in one run."""

import argparse
import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
import warnings
from pathlib import Path

from forecasting.documents.page import html_page
from forecasting.publish.batch import render_all
from forecasting.publish.engine import SERVERS
from forecasting.publish.requests import every_case
from forecasting.store.package_data import shipped

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import papermill


def requests(number):
    """As many case reports as asked, of every case that goes on, as of one day after another."""
    found, days = [], ["2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31"]
    for day in days:
        found += every_case("case", {"as_of": day})()
    if number > len(found):
        sys.exit(f"expected up to {len(found)} reports, got {number}")
    return found[:number]


def plain(asked):
    """One report by papermill alone, with its page."""
    source = shipped("notebooks") / "reports" / "case_report.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        executed = papermill.execute_notebook(
            source, Path(folder) / "out.ipynb", asked.asked.values(asked.day), kernel_name="python3", progress_bar=False
        )
        (Path(folder) / "out.html").write_text(html_page(executed, "report"), encoding="utf-8")


class Clock:
    """Wall and CPU seconds of what is done inside, with that of all processes started there."""

    def __enter__(self):
        SERVERS.close()
        self.wall, self.cpu = -time.perf_counter(), -cpu()
        return self

    def __exit__(self, *_):
        self.wall += time.perf_counter()
        SERVERS.close()
        self.cpu += cpu()


def cpu():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def many(asked, folder, jobs, status):
    """Clock of a batch, seconds of wall time at which each report was ready, and MiB held after each."""
    ready, held, begun = [], [], time.perf_counter()
    with Clock() as clock:
        for result in render_all(asked, Path(folder), jobs):
            if result.status != status:
                sys.exit(f"expected every report {status}, got {result}")
            ready.append(time.perf_counter() - begun)
            held.append(resident())
    return clock, ready, held


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=40, help="case reports by forked kernels (200 for the record)")
    parser.add_argument("--plain", type=int, default=5, help="how many of them by plain papermill")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    asked = requests(options.reports)
    half = options.plain // 2
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors at the start", flush=True)
    with Clock() as before:
        for request in asked[:half]:
            plain(request)
    with tempfile.TemporaryDirectory() as folder:
        together, ready, held = many(asked, folder, options.jobs, "rendered")
        again, *_ = many(asked, folder, options.jobs, "unchanged")
    with Clock() as after:
        for request in asked[half : options.plain]:
            plain(request)
    walls, cpus = (before.wall + after.wall) / options.plain, (before.cpu + after.cpu) / options.plain
    print(f"load average {os.getloadavg()[0]:.1f} at the end")
    print(f"{'':52}{'wall s each':>12}{'ratio':>8}{'CPU s each':>12}{'ratio':>8}")
    row = "{:52}{:12.3f}{:8.1f}{:12.3f}{:8.1f}"
    print(row.format(f"plain papermill, one after another, {options.plain} reports", walls, 1, cpus, 1))
    for name, clock in ((f"forked kernels, {options.jobs} jobs, {len(asked)} reports", together),
                        (f"the same again, unchanged, {len(asked)} reports", again)):  # fmt: skip
        wall, used = clock.wall / len(asked), clock.cpu / len(asked)
        print(row.format(name, wall, walls / wall, used, cpus / used))
    warm = len(asked) // 4
    gaps = [late - early for early, late in itertools.pairwise(ready[warm - 1 :])]
    print(
        f"warm, after the first {warm}: {statistics.mean(gaps):.3f} s of wall time each, fits of later days included; "
        f"median {statistics.median(gaps):.3f} s"
    )
    print(
        f"memory of the queueing process: {held[warm - 1]:.0f} MiB after {warm} reports, {held[-1]:.0f} MiB after all"
    )


if __name__ == "__main__":
    main()
