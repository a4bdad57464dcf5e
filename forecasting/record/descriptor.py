"""The descriptor of a record, `datapackage.json` (Data Package v2): made from the schema of the tables, held to it."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from forecasting.record.forms import SLUG, Column, Table
from forecasting.record.schema import TABLES
from forecasting.store.errors import Fault, shown

FILE: Final = "datapackage.json"
REMEDY: Final = "make it anew with: forecasting data describe --data DIR"
PROFILES: Final = "https://datapackage.org/profiles/2.0"
TITLE: Final = "Informal arms-control arrangements and how they ended, 1817-2026"
AUTHOR: Final = "The forecasting maintainers"
DESCRIPTION: Final = (
    "Limits on arms that states keep or offer without a binding text in force: how each arrangement began, what was "
    "done about it day by day, how it ended, and when each fact could be known."
)
LICENCE: Final = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0 International",
}
KEYWORDS: Final = ("arms control", "informal agreements", "treaties", "forecasting", "event history")
TYPES: Final = {"day": "date", "integer": "integer", "number": "number", "flag": "integer", "probability": "number"}

Files = Mapping[str, Sequence[str]]


def files_of(folder: Path, table: Table) -> list[str]:
    """Files of a table in a folder, as paths from there in order; empty if there is none."""
    found = (path for path in folder.glob(table.path) if not path.name.startswith("."))
    return sorted(path.relative_to(folder).as_posix() for path in found)


def datapackage(data_end: str, version: str, files: Files | None = None) -> dict[str, Any]:
    """Data Package descriptor of a record, made from `TABLES`.

    Parameters
    ----------
    data_end : str
        Last day that the record covers.
    version : str
        Version of the data.
    files : mapping of str to sequence of str, optional
        Files of the tables that may have several; by default the one that is shipped.

    Returns
    -------
    dict
        Content of `datapackage.json`.
    """
    return {
        "$schema": f"{PROFILES}/datapackage.json",
        "name": "informal-arms-control-arrangements",
        "title": TITLE,
        "description": DESCRIPTION,
        "version": version,
        "data_end": data_end,
        "keywords": list(KEYWORDS),
        "contributors": [{"title": AUTHOR, "roles": ["author", "maintainer"]}],
        "licenses": [LICENCE],
        "resources": [resource(table, (files or {}).get(table.name)) for table in TABLES.values()],
    }


def resource(table: Table, files: Sequence[str] | None = None) -> dict[str, Any]:
    """Entry of a table in the descriptor; `files` are its files where it may have several."""
    links = [column for column in table.columns if column.link and column.kind == "slug"]
    several = "*" in table.path
    return {
        "name": table.name,
        "type": "table",
        "path": list(files or [table.path.replace("*", "hand_coded")]) if several else table.path,
        "description": table.about,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": [_field(column) for column in table.columns],
            "missingValues": [""],
            "primaryKey": list(table.key),
            "foreignKeys": [
                {
                    "fields": [column.name],
                    "reference": {"resource": column.link, "fields": [TABLES[column.link].key[0]]},
                }
                for column in links
            ],
        },
    }


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {
        "name": column.name,
        "type": TYPES.get(column.kind, "string"),
        "description": column.about,
    }
    if column.unit:
        field["unit"] = column.unit
    if column.kind in ("choices", "keys"):
        field["separator"] = ";"
    if limits := _limits(column):
        field["constraints"] = limits
    return field


def _limits(column: Column) -> dict[str, Any]:
    limits: dict[str, Any] = {"required": True} if column.required else {}
    if column.kind == "choice":
        limits["enum"] = list(column.choices)
    elif column.kind in ("integer", "number"):
        limits |= {"minimum": column.minimum, "maximum": column.maximum}
    elif column.kind in ("flag", "probability"):
        limits |= {"minimum": 0, "maximum": 1}
    elif column.kind == "hash":
        limits["pattern"] = "[0-9a-f]{64}"
    elif column.kind == "slug" and not column.link:
        limits |= {"pattern": SLUG, "maxLength": 80}
    return limits


def descriptor_faults(descriptor: Mapping[str, Any], folder: Path) -> list[Fault]:
    """The first place of each table at which the descriptor says something else than the schema and the folder."""
    told = descriptor.get("resources")
    listed = [one for one in told if isinstance(one, dict)] if isinstance(told, list) else []
    faults = []
    for name, table in TABLES.items():
        found = next((one for one in listed if one.get("name") == name), None)
        if found is None:
            faults.append(Fault(FILE, 0, "", f"a resource {name}", "none", REMEDY))
        elif unlike := next(_differences(resource(table, files_of(folder, table)), found, name), None):
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
