"""Fingerprint of a report: one hash of its template, its parameters, the record and the code."""

import hashlib
import json
import sys
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from forecasting.artefacts.session import content_hash
from forecasting.publish.parameters import Parameters
from forecasting.store import package_data as places

PACKAGE = Path(__file__).parents[1]
SHIPPED = PACKAGE / "shipped"
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "statsmodels", "matplotlib", "nbconvert", "jinja2")


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
    folders = {name: getattr(asked, name) for name in type(asked).model_fields if name not in ("data", "artefacts")}
    parts = {
        "template": hashlib.sha256(notebook.read_bytes()).hexdigest(),
        "parameters": values,
        "record": content_hash(asked.data or places.shipped("data")),
        "folders": {name: files_hash(value) for name, value in folders.items() if isinstance(value, Path)},
        "beside": {name: files_hash((asked.data or places.shipped("data")) / name) for name in asked.beside},
        "code": code_hash(),
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def code_hash() -> str:
    """The sha256 of the package's files, the version of Python, and those of the libraries that compute and draw."""
    libraries = [f"{name} {version(name)}" for name in LIBRARIES]
    return hashlib.sha256("\n".join([files_hash(PACKAGE), sys.version, *libraries]).encode()).hexdigest()


def files_hash(folder: Path) -> str:
    """The sha256 of names and bytes of a file, or of files below a folder but compiled modules and shipped copies."""
    digest = hashlib.sha256()
    for path in [folder] if folder.is_file() else sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != ".pyc" and SHIPPED not in path.parents:
            digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
