"""Names that the API reference documents, by page: each object once, under the name by which it is imported."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

import forecasting

WHOLE = ("explain", "models", "scores")
"""Rooms whose modules are documented whole: the mathematics, and the explanations, which the guides call by module."""
MODULES = {"record": ("claims", "export", "months"), "reading": ("proposals", "reader", "steps")}
"""Modules of other rooms that the guides name."""


@cache
def pages() -> dict[str, tuple[tuple[str, str], ...]]:
    """By page, the names that it documents: kind of autodoc directive and name, each object under its first name.

    The page `forecasting` has what the package offers; each room has what its `__all__` offers, rooms of `WHOLE` the
    public functions and classes of all their modules.
    """
    seen: set[int] = set()
    found = {"forecasting": _of(forecasting, forecasting.__all__, seen)}
    for room in _rooms():
        module = import_module(f"forecasting.{room}")
        entries = _of(module, getattr(module, "__all__", ()), seen)
        whole = sorted(part.name for part in pkgutil.iter_modules(module.__path__)) if room in WHOLE else ()
        for part in MODULES.get(room, whole):
            inner = import_module(f"{module.__name__}.{part}")
            entries += _of(inner, own_names(inner), seen)
        if entries:
            found[room] = entries
    return found


def _rooms() -> list[str]:
    return sorted(one.name for one in pkgutil.iter_modules(forecasting.__path__) if one.ispkg and one.name != "cli")


def own_names(module: ModuleType) -> list[str]:
    """Public functions and classes that a module defines, in the order of its source."""
    found = [
        (inspect.getsourcelines(value)[1], name)
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__ == module.__name__
    ]
    return [name for _, name in sorted(found)]


def _of(module: ModuleType, names: Any, seen: set[int]) -> tuple[tuple[str, str], ...]:
    found = []
    for name in names:
        value = getattr(module, name)
        if not (inspect.isclass(value) or callable(value)) or id(value) in seen:
            continue
        seen.add(id(value))
        kind = "autofunction"
        if inspect.isclass(value):
            kind = "autoexception" if issubclass(value, Exception) else "autoclass"
        found.append((kind, f"{module.__name__}.{name}"))
    return tuple(found)
