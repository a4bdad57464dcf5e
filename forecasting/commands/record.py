"""The record: checking it, its features, a case of one's own."""

import json
from dataclasses import asdict
from pathlib import Path


def check(data: Path | None, as_json: bool) -> int:
    """Print every fault of the record; 1 if there is one, else 0."""
    from forecasting.record.checks import record_faults
    from forecasting.record.reading import read_record
    from forecasting.store.errors import SchemaError
    from forecasting.store.package_data import shipped

    folder = data or shipped("data")
    try:
        record = read_record(folder)
        faults = record_faults(record)
    except SchemaError as error:
        record, faults = None, list(error.faults)
    if as_json:
        print(json.dumps([asdict(fault) for fault in faults], indent=1))
    else:
        for fault in faults:
            print(fault)
        if record is not None and not faults:
            cases, events = (len(record.tables[name].cells) for name in ("cases", "events"))
            print(f"no faults: {cases} cases, {events} events up to {record.data_end}; sha256 {record.sha256}")
            causes = record.tables["outcomes"].cells.pivot(index="case_id", columns="target", values="cause")
            unbound = causes[(causes["concluded"] == "formalized") & (causes["in_force"] != "formalized")]
            print(f"concluded but not seen in force: {len(unbound)} cases ({', '.join(unbound.index)})")
        elif faults:
            print(f"{len(faults)} fault{'s' if len(faults) > 1 else ''} in {folder}")
    return 1 if faults else 0


def add_case(case: str, data: Path) -> None:
    """Add a template and say which files it touched."""
    from forecasting.record import new_case as template

    for path in template.add_case(case, data):
        print(path)
    print(f"Fill every '?' in the rows of {case}, then run: forecasting check --data {data}")


def print_features(as_json: bool) -> None:
    """Print the catalogue of features, by family."""
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
