"""API reference: every public name once, under the name by which it is imported, from its docstring."""

import inspect
import pkgutil
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

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


class Room(SphinxDirective):
    """`.. room:: NAME`: the documented names of a page."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Nodes that autodoc makes of every name."""
        lines = [line for kind, name in pages()[self.arguments[0]] for line in (f".. {kind}:: {name}", "")]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, "rooms"), 0, node)
        return node.children


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive."""
    app.add_directive("room", Room)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
