"""Names that the API reference documents, by page: each object once, below the module from which it is imported."""

import inspect
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

import forecasting

WHOLE = ("explain", "models", "scores")
"""Rooms whose modules are documented whole: the mathematics, and the explanations, which the guides call by module."""
MODULES = {"record": ("claims", "export", "months"), "reading": ("proposals", "reader", "steps")}
"""Modules of other rooms that the guides name."""


@dataclass(frozen=True)
class Name:
    """A documented function or class: the directive of autodoc for it, and where it is defined."""

    directive: str
    module: str
    name: str

    @property
    def path(self) -> str:
        """The dotted path, which is how other pages refer to it."""
        return f"{self.module}.{self.name}"


@cache
def pages() -> dict[str, dict[str, tuple[Name, ...]]]:
    """By page and module from which to import, the names that a page documents; each object where it is met first.

    The page `forecasting` has what the package offers; each room has what its `__all__` offers, rooms of `WHOLE` the
    public functions and classes of all their modules.
    """
    seen: set[int] = set()
    found = {"forecasting": {"forecasting": _of(forecasting, forecasting.__all__, seen)}}
    for room in _rooms():
        module = import_module(f"forecasting.{room}")
        groups = {module.__name__: _of(module, getattr(module, "__all__", ()), seen)}
        whole = sorted(part.name for part in pkgutil.iter_modules(module.__path__)) if room in WHOLE else ()
        for part in MODULES.get(room, whole):
            inner = import_module(f"{module.__name__}.{part}")
            groups[inner.__name__] = _of(inner, own_names(inner), seen)
        if any(groups.values()):
            found[room] = {name: entries for name, entries in groups.items() if entries}
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


def _of(module: ModuleType, names: Iterable[str], seen: set[int]) -> tuple[Name, ...]:
    found = []
    for name in names:
        value = getattr(module, name)
        if not (inspect.isclass(value) or inspect.isroutine(value)) or id(value) in seen:
            continue
        seen.add(id(value))
        directive = "autofunction"
        if inspect.isclass(value):
            directive = "autoexception" if issubclass(value, Exception) else "autoclass"
        found.append(Name(directive, value.__module__, value.__qualname__))
    return tuple(found)
