"""The record: its check, and its features."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from forecasting.cli.options import Data, Json, Overlay

if TYPE_CHECKING:
    from forecasting.record.reading import RawRecord

app = typer.Typer()


@app.command()
def check(
    data: Data = None,
    overlay: Overlay = None,
    as_json: Json = False,
    receipts: Annotated[
        bool, typer.Option("--receipts", help="Count the evidence: not opened, opened, with day and hash of the text.")
    ] = False,
    by_case: Annotated[bool, typer.Option("--by-case", help="With --receipts: a line for each case.")] = False,
    case: Annotated[str | None, typer.Option("--case", help="With --receipts: the sources of one case.")] = None,
) -> None:
    """Validate the record and print every fault as file, row, case, expected and actual value; then warnings."""
    from forecasting.record.checks import record_faults, record_warnings
    from forecasting.record.overlay_checks import with_overlays
    from forecasting.record.reading import read_record
    from forecasting.store.errors import SchemaError, UsageError
    from forecasting.store.package_data import shipped

    if (by_case or case) and not receipts:
        raise UsageError("expected --by-case and --case with --receipts, got them alone; add --receipts")
    folder = data or shipped("data")
    try:
        record = read_record(folder)
        faults = record_faults(record)
        record = record if faults else with_overlays(record, overlay)
        warnings = [] if faults else record_warnings(record)
    except SchemaError as error:
        record, faults, warnings = None, list(error.faults), []
    if receipts and record is not None and not faults:
        _print_receipts(record, by_case, case, as_json)
        return
    if as_json:
        told = [asdict(fault) for fault in faults] + [{"warning": True} | asdict(fault) for fault in warnings]
        print(json.dumps(told, indent=1))
    else:
        for fault in faults:
            print(fault)
        if faults:
            place = ", ".join(map(str, (folder, *(overlay or ()))))
            print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {place}")
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


def _print_receipts(record: "RawRecord", by_case: bool, case: str | None, as_json: bool) -> None:
    """Print how much of the evidence is open, opened, and with a receipt."""
    from forecasting.record.receipts import receipts, sources_of_cases, states_of_sources
    from forecasting.store.errors import UsageError

    if case is not None:
        named = sources_of_cases(record)
        if case not in named:
            raise UsageError(
                f"expected the case_id of a case in the record, got {case!r}; `forecasting check` counts them"
            )
        states, rows = states_of_sources(record), record.tables["sources"].cells.set_index("source_id")
        listed = [
            {"source_id": one, "state": states[one], "title": rows["title"][one], "url": rows["url"][one]}
            for one in named[case]
        ]
        if as_json:
            print(json.dumps(listed, indent=1))
            return
        for one in listed:
            print(f"{one['state']:<8} {one['source_id']}  {one['title']}  {one['url']}")
        return
    found = receipts(record)
    if as_json:
        print(json.dumps(asdict(found), indent=1))
        return
    print(f"{'':<36} not opened  opened  receipt")
    counted = {"sources": found.sources} | found.rows | (found.cases if by_case else {})
    for name, counts in counted.items():
        print(f"{name:<36} {counts['open']:>10} {counts['opened']:>7} {counts['receipt']:>8}")


def _print_counts(record: "RawRecord") -> None:
    from forecasting.record.overlays import hashes_line

    hashes = hashes_line(record) if record.overlays else f"sha256 {record.sha256}"
    cases, events = (len(record.tables[name].cells) for name in ("cases", "events"))
    print(f"no faults: {cases} cases, {events} events up to {record.data_end}; {hashes}")
    causes = record.tables["outcomes"].cells.pivot(index="case_id", columns="target", values="cause")
    unbound = causes[(causes["concluded"] == "formalized") & (causes["in_force"] != "formalized")]
    print(f"concluded but not seen in force: {len(unbound)} cases ({', '.join(unbound.index)})")
