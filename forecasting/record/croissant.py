"""Croissant metadata of a record, `croissant.json` (MLCommons Croissant 1.0), made from the schema of the tables."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forecasting.record.descriptor import AUTHOR, DESCRIPTION, KEYWORDS, LICENCE, files_of
from forecasting.record.files import FILE as RECORD_FILE
from forecasting.record.forms import Column, Table
from forecasting.record.schema import TABLES

FILE: Final = "croissant.json"
TYPES: Final = {
    "day": "sc:Date", "integer": "sc:Integer", "number": "sc:Float", "flag": "sc:Integer", "probability": "sc:Float",
}  # fmt: skip
CONTEXT: Final[dict[str, Any]] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def croissant(folder: Path, descriptor: Mapping[str, Any]) -> dict[str, Any]:
    """Croissant metadata of the record in a folder.

    Parameters
    ----------
    folder : Path
        Folder of the record; the files of its tables are hashed.
    descriptor : mapping of str to object
        Content of its `datapackage.json`.

    Returns
    -------
    dict
        Content of `croissant.json`.
    """
    files = {table.name: files_of(folder, table) for table in TABLES.values()}
    title, version = descriptor["title"], descriptor["version"]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": descriptor["name"],
        "alternateName": title,
        "description": DESCRIPTION,
        "version": version,
        "datePublished": descriptor["data_end"],
        "license": LICENCE["path"],
        "creator": {"@type": "sc:Organization", "name": AUTHOR},
        "keywords": list(KEYWORDS),
        "inLanguage": "en",
        "isLiveDataset": False,
        "citeAs": f"{AUTHOR}, {title}, version {version}.",
        "distribution": [_file(folder, path) for paths in files.values() for path in paths],
        "recordSet": [
            _records(table, path, table.name if number == 0 else f"{table.name}_{number + 1}")
            for table in TABLES.values()
            for number, path in enumerate(files[table.name])
        ],
    }


def _file(folder: Path, path: str) -> dict[str, str]:
    content = RECORD_FILE.content_in(folder, path)
    return {
        "@type": "cr:FileObject",
        "@id": path,
        "name": path,
        "contentUrl": path,
        "contentSize": f"{len(content)} B",
        "encodingFormat": "text/csv",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _records(table: Table, path: str, name: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": table.about,
        "key": [{"@id": f"{name}/{column}"} for column in table.key],
        "field": [_field(column, path, name) for column in table.columns],
    }


def _field(column: Column, path: str, records: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"{records}/{column.name}",
        "name": f"{records}/{column.name}",
        "description": column.about,
        "dataType": TYPES.get(column.kind, "sc:Text"),
        "source": {"fileObject": {"@id": path}, "extract": {"column": column.name}},
    }
    if column.link and column.kind == "slug":
        field["references"] = {"field": {"@id": f"{column.link}/{TABLES[column.link].key[0]}"}}
    return field
