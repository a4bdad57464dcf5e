"""Made-up events as Parquet, in chunks, and the days of cases that are asked about."""

from pathlib import Path

import duckdb
import pandas as pd

from forecasting.streams.tables import QUADS

CHUNK = 5_000_000
N_DYADS, N_DAYS, FIRST_DAY = 400, 3650, 14_000
N_ASKED, N_AS_OF = 100, 100
WINDOWS = tuple(range(30, 1030, 50))


def make_events(folder: Path, n: int) -> list[Path]:
    """Files of `n` events: 400 dyads, ten years, known up to three days later; the same for the same `n`."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    quads = ", ".join(f"'{one}'" for one in QUADS)
    for start in range(0, n, CHUNK):
        path = folder / f"{start:012d}.parquet"
        paths.append(path)
        if path.exists():
            continue
        with duckdb.connect() as engine:
            engine.sql("set threads = 2; set memory_limit = '600MB'")
            engine.sql(f"""
                copy (
                    select i::varchar as event_id,
                        date '1970-01-01' + ({FIRST_DAY} + hash(i) % {N_DAYS})::int as event_date,
                        date '1970-01-01' + ({FIRST_DAY} + hash(i) % {N_DAYS} + hash(i + 1) % 4)::int as known_date,
                        'AAA' as source, 'BBB' as target,
                        'AAA;' || lpad((hash(i + 2) % {N_DYADS})::varchar, 3, '0') as dyad,
                        '036' as act, 'AGREE' as plover, [{quads}][(hash(i + 3) % 4 + 1)::int] as quad,
                        (hash(i + 4) % 201)::double / 10 - 10 as goldstein, (hash(i + 5) % 2000)::double / 100 as tone,
                        (hash(i + 6) % 9 + 1)::bigint as sources, 'made up ' || i as reference
                    from range({start}, {min(start + CHUNK, n)}) as made (i)
                ) to '{path}.new' (format parquet)
            """)
        Path(f"{path}.new").rename(path)
    return paths


def make_asked() -> pd.DataFrame:
    """10,000 days of cases: 100 cases of one dyad each on 100 days."""
    rows = [
        (f"case-{k:03d}", FIRST_DAY + N_DAYS - 1 - 25 * day, f"AAA;{k * 4:03d}")
        for k in range(N_ASKED)
        for day in range(N_AS_OF)
    ]
    return pd.DataFrame(rows, columns=["case_id", "as_of_day", "dyad"])
