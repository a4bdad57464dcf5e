"""The files of a record that are made from the schema: descriptor, Croissant metadata, codebook."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from forecasting.record import codebook, croissant, descriptor
from forecasting.record.files import FILE
from forecasting.record.schema import TABLES
from forecasting.store.errors import ForeignFileError, UsageError
from forecasting.store.foreign import parsed_json

OWN: Final = ("name", "title", "description", "version", "data_end", "keywords", "contributors", "licenses")
"""What a record may say of itself in its descriptor; the rest is made from the schema."""


def described(folder: Path, version: str | None = None) -> dict[str, Any]:
    """Descriptor of the record in a folder, with what it says of itself and the rest made anew.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    version : str, optional
        Version of the data; by default as it stands.

    Returns
    -------
    dict
        Content of `datapackage.json`.
    """
    old = _read(folder)
    files = {name: descriptor.files_of(folder, table) for name, table in TABLES.items()}
    made = descriptor.datapackage(str(old["data_end"]), version or str(old.get("version", "1")), files)
    return made | {name: old[name] for name in OWN if name in old and (name != "version" or version is None)}


def made_files(folder: Path, version: str | None = None) -> dict[str, bytes]:
    """Content of every file of a record that is made from the schema.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    version : str, optional
        Version of the data; by default as it stands.

    Returns
    -------
    dict of str to bytes
        By name: the descriptor, the Croissant metadata, the codebook, and the page `README.md` if it has a place for
        the list of tables.

    Raises
    ------
    UsageError
        For a folder without a descriptor that can be read, or without a file of a table.
    """
    told = described(folder, version)
    for table in TABLES.values():
        if not descriptor.files_of(folder, table):
            raise UsageError(f"expected {table.path} in {folder}, got no such file; add it, if only with its header")
    made = {
        descriptor.FILE: as_json(told),
        croissant.FILE: as_json(croissant.croissant(folder, told)),
        codebook.FILE: codebook.codebook().encode(),
    }
    readme = folder / codebook.README
    if readme.is_file():
        made[codebook.README] = codebook.with_list_of_tables(FILE.text(readme)).encode()
    return made


def as_json(document: Mapping[str, Any]) -> bytes:
    """A document as it is written to a file."""
    return (json.dumps(document, indent=1, ensure_ascii=False) + "\n").encode()


def _read(folder: Path) -> dict[str, Any]:
    place = folder / descriptor.FILE
    try:
        old = parsed_json(FILE.content(place))
        if not isinstance(old.get("data_end"), str):
            raise TypeError("no data_end")
    except (ForeignFileError, ValueError, TypeError, AttributeError) as error:
        raise UsageError(
            f"expected a descriptor with data_end at {place}, got {error}; name the folder of a record with --data"
        ) from None
    return dict(old)
