"""Cold times and peak memory of the commands, beside the bare import of their libraries, in one run."""

import os
import statistics
import subprocess
import sys
import tempfile
import time

CASE = "new-start-post-expiry-2026"
FORECAST_LIBRARIES = "numpy, pandas, scipy.optimize, scipy.sparse.csgraph, sklearn.base, typer"
REPORT_LIBRARIES = f"{FORECAST_LIBRARIES}, papermill, nbconvert, matplotlib.figure, pydantic"
REPEATS = 5


def measured(arguments):
    """Wall seconds and peak memory (MB) of one run."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    _, status, usage = os.wait4(process.pid, 0)
    said = process.communicate()[1]
    if status:
        raise SystemExit(f"{' '.join(arguments)} ended with status {status}: {said}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def main():
    with tempfile.TemporaryDirectory() as out:
        runs = {
            "import, forecast's libraries": ["-c", f"import {FORECAST_LIBRARIES}"],
            "forecasting check": ["-m", "forecasting", "check"],
            "forecasting train": ["-m", "forecasting", "train", "--artefacts", f"{out}/{{run}}"],
            "forecast, models refitted": ["-m", "forecasting", "forecast", CASE, "--artefacts", f"{out}/none"],
            "forecast, artefact there": ["-m", "forecasting", "forecast", CASE, "--artefacts", f"{out}/0"],
            "import, report's libraries": ["-c", f"import {REPORT_LIBRARIES}"],
            "forecasting report": ["-m", "forecasting", "report", CASE, "--out", out, "--artefacts", f"{out}/none"],
        }
        measured(runs["forecasting report"])
        results = {
            name: [measured([part.replace("{run}", str(run)) for part in arguments]) for run in range(REPEATS)]
            for name, arguments in runs.items()
        }
    print(f"{'':32}{'seconds':>9}{'ratio':>8}{'MB':>8}")
    bare = 1.0
    for name, values in results.items():
        seconds = statistics.median(value[0] for value in values)
        bare = seconds if name.startswith("import") else bare
        print(f"{name:32}{seconds:9.2f}{seconds / bare:8.2f}{max(value[1] for value in values):8.0f}")


if __name__ == "__main__":
    main()
