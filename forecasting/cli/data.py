"""The record as a data package: describe, export, compare."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Data, Json
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import shown

if TYPE_CHECKING:
    from forecasting.explain.record_changes import Moved
    from forecasting.record.differences import TableDifference

app = typer.Typer(help="The record as a data package: describe, export, compare.", no_args_is_help=True)


@app.command()
def describe(
    data: Annotated[Path, typer.Option("--data", help="Folder of the record.")],
    version: Annotated[str | None, typer.Option("--version", help="Version of the data. Default: as it is.")] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing: exit 1 if a file is stale.")] = False,
) -> None:
    """Make datapackage.json, croissant.json and the codebook's tables from the schema and the files."""
    from forecasting.record.describing import made_files
    from forecasting.store.files import write_whole

    made = {data / name: content for name, content in made_files(data, version).items()}
    stale = [path for path, content in made.items() if not path.is_file() or path.read_bytes() != content]
    if not check:
        write_whole({path: made[path] for path in stale}, "--data")
    for path in stale:
        print(f"stale: {path}" if check else path)
    raise typer.Exit(1 if check and stale else 0)


@app.command()
def export(
    out: Annotated[Path, typer.Option("--out", help="Folder for the files.")],
    form: Annotated[str, typer.Option("--format", help="csv, parquet, stata or xlsx.")] = "csv",
    data: Data = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace files that exist.")] = False,
) -> None:
    """Write every table for another program: types, labels, Correlates of War numbers, and a codebook."""
    from forecasting.record.checks import require_valid
    from forecasting.record.export import export as write
    from forecasting.record.reading import read_record
    from forecasting.store.package_data import shipped

    record = read_record(data or shipped("data"))
    require_valid(record)
    for path in write(record, out, form, replace):
        print(path)


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="Folder of the earlier record.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="Folder of the later record.")],
    horizon: Annotated[int, typer.Option("--horizon", help="Months of the forecasts, 1 to 120.")] = 60,
    forecasts: Annotated[bool, typer.Option(help="Whether both records are fitted and open cases forecast.")] = True,
    rows: Annotated[int, typer.Option("--rows", help="Most rows shown of a table.")] = 20,
    as_json: Json = False,
) -> None:
    """Print rows added, changed and removed, and what the changes do to the forecasts of open cases."""
    from forecasting.record.differences import changed_cases, differences
    from forecasting.record.months import check_horizons

    check_horizons([horizon])
    found = differences(old, new)
    moved, why = _moved(old, new, changed_cases(found), horizon) if forecasts and found else ([], "")
    if as_json:
        tables = [asdict(one) | {"cases": sorted(one.cases)} for one in found]
        print(json.dumps({"tables": tables, "forecasts": [asdict(one) for one in moved], "unfitted": why}, indent=1))
        return
    if not found:
        print("no differences")
    for one in found:
        _print_difference(one, rows)
    _print_moved(moved, horizon)
    if why:
        print(f"no forecasts: {why}")


def _moved(old: Path, new: Path, cases: frozenset[str], horizon: int) -> "tuple[list[Moved], str]":
    """Forecasts by both records, or the reason why there are none."""
    from forecasting.explain.record_changes import moved_forecasts
    from forecasting.record.history import load_history
    from forecasting.store.errors import InsufficientHistoryError, SchemaError

    histories = []
    for folder in (old, new):
        try:
            histories.append(load_history(folder))
        except SchemaError as error:
            first = f"{len(error.faults)} faults by this code, the first: {error.faults[0]}"
            return [], f"{folder} has {first}; convert it, or compare with --no-forecasts"
    try:
        return moved_forecasts(histories[0], histories[1], cases, horizon), ""
    except InsufficientHistoryError as error:
        return [], str(error)


def _print_difference(one: "TableDifference", most: int) -> None:
    print(f"{one.table}: {len(one.added)} added, {len(one.changed)} changed, {len(one.removed)} removed")
    for name, columns in (("columns added", one.columns_added), ("columns removed", one.columns_removed)):
        if columns:
            print(f"  {name}: {', '.join(columns)}")
    lines = [f"  + {key}" for key in one.added]
    lines += [
        f"  ~ {row.key}: " + ", ".join(f"{name} {shown(old)} -> {shown(new)}" for name, (old, new) in row.cells.items())
        for row in one.changed
    ]
    lines += [f"  - {key}" for key in one.removed]
    for line in lines[:most]:
        print(line)
    if len(lines) > most:
        print(f"  ... and {len(lines) - most} more rows; --rows shows them, --json has all")


def _print_moved(moved: "list[Moved]", horizon: int) -> None:
    """Cases that changed, each with all endings; the others by the one that moved most."""
    own = [one for one in moved if one.has_changed]
    if own:
        print(f"\nopen cases that changed, within {horizon} months (before; by the old model; after)")
    for one in own:
        print(f"  {one.case_id}")
        for cause in CAUSES:
            steps = (one.before, one.by_rows, one.after)
            print(
                f"    {cause:<11}" + "  ".join("not open" if p is None else f"{100 * p[cause]:6.1f} %" for p in steps)
            )
    others = [one for one in moved if not one.has_changed]
    if others:
        most = others[0]
        print(
            f"\n{len(others)} other open cases moved by the new fit alone, at most {100 * most.largest:.1f} points "
            f"({most.case_id})"
        )
