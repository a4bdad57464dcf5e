"""Time and memory of each way, each in a process of its own, and of a day's file added to a store.

`python benchmarks/streams/run.py --rows 10000000 [--ways ...] [--increment]`; needs `.[streams]`. Results are added to
`results.csv`.
"""

import argparse
import csv
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
N_DAY = 100_000


def one(way: str, folder: Path, n: int) -> dict[str, float]:
    """In this process: seconds, processor seconds, peak of memory in MB; the table is written for comparison."""
    from made import make_events
    from ways import WAYS

    paths = make_events(folder, n)
    start, used = time.perf_counter(), time.process_time()
    table = WAYS[way](paths)
    took, used = time.perf_counter() - start, time.process_time() - used
    ordered = table.sort_values(["case_id", "as_of_day"], ignore_index=True)
    ordered[sorted(ordered)].to_parquet(folder / f"{way}.found")
    return {"seconds": took, "processor": used, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def increment(folder: Path, n: int) -> dict[str, float]:
    """A file of 100,000 rows added to a store of `n` rows: the whole build, features included."""
    from made import make_events

    from forecasting import load_history
    from forecasting.streams.build import build
    from forecasting.streams.case_days import successors_of
    from forecasting.streams.engine import embedded
    from forecasting.streams.formats import FORMATS
    from forecasting.streams.rows import Counts, sql_of_days
    from forecasting.streams.store import LIST, Kept, Listed, hash_of_tables

    history = load_history()
    store, last = folder / "store", history.as_of
    for kind in ("events", "days", "rejects"):
        (store / kind).mkdir(parents=True, exist_ok=True)
    files = {}
    with embedded() as engine:
        for k, path in enumerate(make_events(folder, n)):
            sha256 = f"{k:064x}"
            target = store / "events" / f"{sha256[:20]}.parquet"
            if not target.exists():
                target.symlink_to(path)
            engine.raw_sql(f"create or replace view events as from '{path}'")
            engine.raw_sql(f"copy ({sql_of_days()}) to '{store}/days/{sha256[:20]}.parquet' (format parquet)")
            span = (str(last - timedelta(days=4000)), str(last - timedelta(days=10)))
            counts = Counts(rows=n, events=n, between=n, rejects={}, actors={}, unknown={}, event_span=span,
                            known_span=span, covered=(span,), ids=("0", "1"))  # fmt: skip
            files[f"{k}.CSV"] = Kept(sha256=sha256, counts=counts)
    listed = Listed(format="gdelt1", tables_sha256=hash_of_tables(successors_of(history)), files=files)
    (store / LIST).write_text(listed.model_dump_json())
    form, day = FORMATS["gdelt1"], f"{last:%Y%m%d}"
    states = ["USA", "RUS", "CHN", "GBR", "FRA", "IND", "PAK", "ISR", "IRN", "TUR"]
    path = folder / f"{day}.export.CSV"
    with path.open("w") as out:
        for k in range(N_DAY):
            said = {"GLOBALEVENTID": 900_000_000 + k, "SQLDATE": day, "DATEADDED": day, "EventCode": "036"}
            said |= {"Actor1CountryCode": states[k % 10], "Actor2CountryCode": states[(k // 10) % 10], "AvgTone": -1.5}
            said |= {"NumSources": 2, "SOURCEURL": f"made up {k}"}
            out.write("\t".join(str(said.get(name, "")) for name in form.columns) + "\n")
    asked = [(case, last) for case in history.cases["case_id"] if history.case(case).principals[1:]]
    start, used = time.perf_counter(), time.process_time()
    build(history, [path], folder / "features.parquet", store=store, days=asked)
    took, used = time.perf_counter() - start, time.process_time() - used
    return {"seconds": took, "processor": used, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def compare(folder: Path, ways: list[str]) -> None:
    """Fail unless every way found the numbers of the first."""
    import pandas as pd

    first, *others = (pd.read_parquet(folder / f"{way}.found") for way in ways)
    for other in others:
        pd.testing.assert_frame_equal(first, other[first.columns], check_dtype=False, rtol=1e-9)


def main() -> None:
    """Run the ways one after the other and add their rows to the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "streams-benchmark")
    parser.add_argument("--ways", nargs="*", default=["expressions", "hand-written SQL", "pandas"])
    parser.add_argument("--increment", action="store_true")
    parser.add_argument("--one")
    asked = parser.parse_args()
    folder = asked.folder / str(asked.rows)
    if asked.one:
        found = increment(folder, asked.rows) if asked.one == "increment" else one(asked.one, folder, asked.rows)
        print(json.dumps(found))
        return
    from made import make_events

    make_events(folder, asked.rows)
    for way in [*asked.ways, *(["increment"] if asked.increment else [])]:
        command = [sys.executable, __file__, "--rows", str(asked.rows), "--folder", str(asked.folder), "--one", way]
        busy = os.getloadavg()[0]
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(ran.stdout.splitlines()[-1])
        row = [
            datetime.now(UTC).date(),
            asked.rows,
            way,
            *(round(value, 2) for value in found.values()),
            round(busy, 1),
        ]
        print(*row)
        with (HERE / "results.csv").open("a", newline="") as out:
            csv.writer(out, lineterminator="\n").writerow(row)
    if len(asked.ways) > 1:
        compare(folder, asked.ways)


if __name__ == "__main__":
    main()
