"""The descriptor of a record, `datapackage.json`, against the schema of the tables."""

from collections.abc import Iterator, Mapping
from typing import Any

from forecasting.record.schema import TABLES, resource
from forecasting.store.errors import Fault, shown

FILE = "datapackage.json"
REMEDY = "take resources from the descriptor of the shipped record"


def descriptor_faults(descriptor: Mapping[str, Any]) -> list[Fault]:
    """The first place of each table at which the descriptor says something else than the schema."""
    told = descriptor.get("resources")
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    faults = []
    for name, table in TABLES.items():
        found = next((one for one in listed if one.get("name") == name), None)
        if found is None:
            faults.append(Fault(FILE, 0, "", f"a resource {name}", "none", REMEDY))
        elif unlike := next(_differences(resource(table), found, name), None):
            faults.append(Fault(FILE, 0, "", *unlike, REMEDY))
    return faults


def _differences(expected: Any, got: Any, place: str) -> Iterator[tuple[str, str]]:
    """Places at which two documents differ, each with the expected and the actual value."""
    if isinstance(expected, dict) and isinstance(got, dict):
        for key in dict.fromkeys([*expected, *got]):
            if key not in got or key not in expected:
                here, there = (shown(one[key]) if key in one else "none" for one in (expected, got))
                yield f"{place}.{key} {here}", there
            else:
                yield from _differences(expected[key], got[key], f"{place}.{key}")
    elif isinstance(expected, list) and isinstance(got, list) and len(expected) == len(got):
        for number, (one, other) in enumerate(zip(expected, got, strict=True)):
            label = one["name"] if isinstance(one, dict) and "name" in one else number
            yield from _differences(one, other, f"{place}.{label}")
    elif expected != got or type(expected) is not type(got):
        both = [f"{len(one)} entries" if isinstance(one, list) else shown(one) for one in (expected, got)]
        yield f"{place} {both[0]}", both[1]
