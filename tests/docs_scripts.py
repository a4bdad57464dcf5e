"""Scripts of `docs/`, which is no package."""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).parents[1] / "docs"


def docs_script(name: str) -> ModuleType:
    """A script of `docs/` as a module."""
    sys.path.insert(0, str(FOLDER))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(FOLDER))
