"""Machine-coded event files: features of cases, a look at files, and cases to look at."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Data, Json
from forecasting.store.errors import UsageError

if TYPE_CHECKING:
    from forecasting.streams.rows import Counts

app = typer.Typer(help="Machine-coded event files: GDELT, ICEWS, POLECAT.", no_args_is_help=True)
Files = Annotated[list[Path] | None, typer.Argument(metavar="FILES...", help="Event files, plain, .gz or .zip.")]
Form = Annotated[
    str | None,
    typer.Option("--format", help="gdelt1, gdelt1-backfile, gdelt2, icews or polecat. Default: as recognised."),
]


@app.command()
def build(
    out: Annotated[Path, typer.Option("--out", help="Parquet file for the features of cases.")],
    files: Files = None,
    form: Form = None,
    months: Annotated[
        Path | None, typer.Option("--months", help="Parquet file for the table of dyads and months.")
    ] = None,
    days: Annotated[
        Path | None,
        typer.Option("--days", help="CSV of case_id and as_of. Default: ends of months that the files cover."),
    ] = None,
    store: Annotated[
        Path | None, typer.Option("--store", help="Folder of what was read. Default: OUT with .store at its end.")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="duckdb, or pyspark with --master.")] = "duckdb",
    master: Annotated[
        str | None, typer.Option("--master", help="Address of a Spark cluster, such as spark://host:7077.")
    ] = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Read files that are new or changed and write features of cases; what was read before is not read again."""
    if engine not in ("duckdb", "pyspark") or (engine == "pyspark") != (master is not None):
        raise UsageError(
            f"expected --engine duckdb, or --engine pyspark with --master, got {engine}"
            f"{'' if master is None else ' with --master'}; add or leave out --master"
        )
    from forecasting.record.history import load_history
    from forecasting.streams.build import build as run
    from forecasting.streams.case_days import read_days

    history = load_history(data)
    paths = files or []
    size = sum(path.stat().st_size for path in paths if path.is_file())
    wanted = None if days is None else read_days(days, history)
    with typer.progressbar(length=max(size, 1), label="reading", file=sys.stderr) as bar:
        built = run(history, paths, out, form, store=store, months=months, days=wanted, master=master, told=bar.update)
    if as_json:
        print(json.dumps({"files": [asdict(one) for one in built.added], "case_days": built.case_days}, indent=1))
        return
    for one in built.added:
        print(f"{one.name}: {one.became}; {_told(one.counts)}")
    print(f"{out}: {built.case_days} days of cases from {len(built.store.listed.files)} files")


def _told(counts: "Counts") -> str:
    rejects = ", ".join(f"{n} {reason}" for reason, n in counts.rejects.items()) or "none"
    return f"{counts.rows} rows, {counts.between} events between parties; rejects: {rejects}"
