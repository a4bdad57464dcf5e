"""Case reports by the dozen: forked kernels two at a time, beside plain papermill one after another, in one run."""

import argparse
import sys
import tempfile
import time
import warnings
from pathlib import Path

from forecasting.places import shipped
from forecasting.reporting.batch import render_all
from forecasting.reporting.page import html_page
from forecasting.reporting.requests import every_case

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    import papermill


def requests(number):
    """As many case reports as asked, of every case that goes on, as of one day after another."""
    found, days = [], ["2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31"]
    for day in days:
        found += every_case("case", {"as_of": day})()
    if number > len(found):
        sys.exit(f"wanted up to {len(found)} reports; came {number}")
    return found[:number]


def plain(asked):
    """Seconds for one report by papermill alone, with its page."""
    begun = time.perf_counter()
    source = shipped("notebooks") / "reports" / "case_report.ipynb"
    with tempfile.TemporaryDirectory() as folder:
        executed = papermill.execute_notebook(
            source, Path(folder) / "out.ipynb", asked.asked.values(asked.day), kernel_name="python3", progress_bar=False
        )
        (Path(folder) / "out.html").write_text(html_page(executed, "report"), encoding="utf-8")
    return time.perf_counter() - begun


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reports", type=int, default=40, help="case reports by forked kernels (200 for the record)")
    parser.add_argument("--plain", type=int, default=5, help="how many of them by plain papermill")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    asked = requests(options.reports)
    half = options.plain // 2
    alone = [plain(request) for request in asked[:half]]
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        results = list(render_all(asked, Path(folder), options.jobs))
        together = (time.perf_counter() - begun) / len(results)
        begun = time.perf_counter()
        again = list(render_all(asked, Path(folder), options.jobs))
        unchanged = (time.perf_counter() - begun) / len(again)
    alone += [plain(request) for request in asked[half : options.plain]]
    if {result.status for result in results} != {"rendered"} or {result.status for result in again} != {"unchanged"}:
        sys.exit("a report failed")
    each = sum(alone) / len(alone)
    print(f"{'':52}{'seconds a report':>18}{'ratio':>8}")
    print(f"{f'plain papermill, one after another, {len(alone)} reports':52}{each:18.2f}{1:8.1f}")
    print(f"{f'forked kernels, {options.jobs} jobs, {len(results)} reports':52}{together:18.2f}{each / together:8.1f}")
    print(f"{f'the same again, unchanged, {len(again)} reports':52}{unchanged:18.3f}{each / unchanged:8.0f}")


if __name__ == "__main__":
    main()
