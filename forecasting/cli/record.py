"""The record: its check, its features, and new cases."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Case, Data, Json

if TYPE_CHECKING:
    from forecasting.record.reading import RawRecord

app = typer.Typer()


@app.command()
def check(data: Data = None, as_json: Json = False) -> None:
    """Validate the record and print every fault as file, row, case, expected and actual value; then warnings."""
    from forecasting.record.checks import record_faults, record_warnings
    from forecasting.record.reading import read_record
    from forecasting.store.errors import SchemaError
    from forecasting.store.package_data import shipped

    folder = data or shipped("data")
    try:
        record = read_record(folder)
        faults = record_faults(record)
        warnings = [] if faults else record_warnings(record)
    except SchemaError as error:
        record, faults, warnings = None, list(error.faults), []
    if as_json:
        told = [("fault", fault) for fault in faults] + [("warning", fault) for fault in warnings]
        print(json.dumps([{"kind": kind} | asdict(fault) for kind, fault in told], indent=1))
    else:
        for fault in faults:
            print(fault)
        if faults:
            print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder}")
        elif record is not None:
            for warning in warnings:
                print(f"warning: {warning}")
            _print_counts(record)
    raise typer.Exit(1 if faults else 0)


@app.command()
def features(as_json: Json = False) -> None:
    """Print the catalogue of features: role, unit, range, definition and rationale of each."""
    from forecasting.features import catalogue

    known = catalogue()
    if as_json:
        print(known.to_json(orient="records", indent=1))
        return
    for family, rows in known.groupby("family", sort=False):
        print(f"{family}\n")
        for row in rows.itertuples():
            print(f"  {row.name}  [{row.role}; {row.unit}, {row.minimum:.3g} to {row.maximum:.3g}]")
            print(f"    {row.what}\n    {row.reason}\n")


@app.command("new-case")
def new_case(
    case: Case,
    data: Annotated[
        Path, typer.Option("--data", help="Folder of your record; made from the shipped one if it does not exist.")
    ],
) -> None:
    """Add a template of a new case to a record of your own; edit it, then run `forecasting check --data DIR`."""
    from forecasting.record.new_case import add_case

    for path in add_case(case, data):
        print(path)
    print(f"Fill every '?' in the rows of {case}, then run: forecasting check --data {data}")


def _print_counts(record: "RawRecord") -> None:
    cases, events = (len(record.tables[name].cells) for name in ("cases", "events"))
    print(f"no faults: {cases} cases, {events} events up to {record.data_end}; sha256 {record.sha256}")
    causes = record.tables["outcomes"].cells.pivot(index="case_id", columns="target", values="cause")
    unbound = causes[(causes["concluded"] == "formalized") & (causes["in_force"] != "formalized")]
    print(f"concluded but not seen in force: {len(unbound)} cases ({', '.join(unbound.index)})")
