"""Machine-coded event files: features of cases, a look at files, and cases to look at."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import AsOf, Data, Json
from forecasting.store.errors import UsageError
from forecasting.streams import require_extra

if TYPE_CHECKING:
    from forecasting.streams.doctor import Diagnosis
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
    require_extra()
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


@app.command()
def doctor(files: Files = None, form: Form = None, data: Data = None, as_json: Json = False) -> None:
    """Say what each file is: format, days, actors, rejects; write nothing. Exit 1 if one cannot be read."""
    if not files:
        raise UsageError("expected event files, got none; name some")
    require_extra()
    from forecasting.record.history import load_history
    from forecasting.streams.doctor import doctor as examine

    found = []
    for one in examine(load_history(data), files, form):
        found.append(one)
        if not as_json:
            print(_diagnosis(one), flush=True)
    if as_json:
        told = [
            {
                "file": str(one.path),
                "format": one.format and one.format.name,
                "counts": one.counts and asdict(one.counts),
                "error": one.said,
            }
            for one in found
        ]
        print(json.dumps(told, indent=1))
    raise typer.Exit(1 if any(one.said for one in found) else 0)


@app.command()
def look(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="Folder that `streams build` made.")],
    as_of: AsOf = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List open cases with more events between parties than ever before, since anyone last looked. Unvalidated."""
    require_extra()
    from forecasting.record.months import parse_day
    from forecasting.streams.unusual import UNVALIDATED, unusual_activity

    looked = unusual_activity(store, parse_day(as_of) if as_of is not None else None, data)
    if as_json:
        print(json.dumps({"note": UNVALIDATED, **asdict(looked)}, indent=1, default=str))
        return
    print(f"{UNVALIDATED}\n{looked.as_of}: {len(looked.unusual)} kinds of unusual activity; {len(looked.usual)} cases")
    print(f"without any, {len(looked.not_assessed)} not assessed (days not covered, or looked at until the day)")
    for one in looked.unusual:
        usual = f"median {one.before:g}, at most {one.most_before} in {one.n_before} blocks before"
        print(f"\n{one.case_id}: {one.n} events ({one.what}) from {one.first} to {one.last}; {usual}")
        print(f"  looked at until {one.looked_until}")
        for event in one.events:
            print(f"  {event.day}  {event.source} to {event.target}: {event.act}  {event.reference}".rstrip())


def _diagnosis(one: "Diagnosis") -> str:
    if one.counts is None or one.format is None:
        return one.said
    counts = one.counts
    many = {"actors": counts.actors, "codes not in the table": counts.unknown}
    lines = [f"{one.path}: {one.format.title} ({one.format.name}); {_told(counts)}"]
    if counts.events:
        lines.append(f"  events of {' to '.join(counts.event_span)}, known {' to '.join(counts.known_span)}")
    lines += [
        f"  {name}: " + ", ".join(f"{code} {n}" for code, n in found.items()) for name, found in many.items() if found
    ]
    return "\n".join(lines)


def _told(counts: "Counts") -> str:
    rejects = ", ".join(f"{n} {reason}" for reason, n in counts.rejects.items()) or "none"
    return f"{counts.rows} rows, {counts.between} events between parties; rejects: {rejects}"
