"""Fingerprint of a report: one hash of its template, its parameters, the record and the code."""

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import Any, Final

from forecasting.artefacts.session import content_hash
from forecasting.publish.parameters import Mark, Parameters
from forecasting.store import package_data as places
from forecasting.store.code_hash import LIBRARIES, PACKAGE, library_versions, modules, modules_sha256
from forecasting.store.foreign import Foreign

SHIPPED = PACKAGE / "shipped"
DRAWING = ("matplotlib", "nbconvert", "jinja2")
BESIDE: Final = Foreign("a file that a report reads", "remove it", most_bytes=256_000_000)


def fingerprint(notebook: Path, asked: Parameters, values: dict[str, Any]) -> str:
    """The sha256 of everything on which a report depends: template, parameters, record, package and libraries.

    Artefacts of fitted models are left out: they follow from the record and the code.

    Parameters
    ----------
    notebook
        The notebook of the template.
    asked
        Its parameters.
    values
        The same as plain values, with the as_of day.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    SchemaError
        The record cannot be read.
    """
    places_given = asked.marked(Mark.PLACE)
    folders = {name: getattr(asked, name) for name in type(asked).model_fields if name not in places_given}
    parts = {
        "template": hashlib.sha256(notebook.read_bytes()).hexdigest(),
        "parameters": values,
        "record": content_hash(asked.data or places.shipped("data")),
        "overlays": [content_hash(folder) for folder in asked.overlay],
        "folders": {name: files_hash(value) for name, value in folders.items() if isinstance(value, Path)},
        "beside": {name: files_hash((asked.data or places.shipped("data")) / name) for name in asked.beside},
        "read": asked.files_read(),
        "code": code_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def code_hash(package: Path = PACKAGE, root: str = "forecasting.publish.notebook") -> str:
    """sha256 over the code and files that a page is made by, its words among them, and the versions of the libraries.

    Any module of `documents` may be what a template shows; `root`, the module that runs it and publishes
    the page, counts with all that it reaches.
    """
    documents = [name for name in modules(package) if name.startswith("forecasting.documents")]
    code = modules_sha256([root, *documents], package, words=True)
    versions = library_versions((*LIBRARIES, *DRAWING))
    drawn = files_hash(package, but=(".py", ".pyc"))
    return hashlib.sha256(json.dumps([code, drawn, sys.version, versions]).encode()).hexdigest()


def files_hash(folder: Path, but: tuple[str, ...] = (".pyc",)) -> str:
    """sha256 over the names and bytes of the files below a folder (or of one file), but some kinds and shipped ones."""
    digest = hashlib.sha256()
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if path.is_file() and path.suffix not in but and SHIPPED not in path.parents:
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(bytes.fromhex(BESIDE.sha256(path.resolve())))
    return digest.hexdigest()
