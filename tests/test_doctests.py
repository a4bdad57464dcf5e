"""Every example in the package's docstrings runs and prints what it says."""

import ast
import doctest
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import forecasting

PACKAGE = Path(forecasting.__file__).parent
EXAMPLE = re.compile(r"^ *>>> ", re.MULTILINE)
WITH_EXAMPLES = {
    ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(".__init__"): text
    for path in sorted(PACKAGE.rglob("*.py"))
    if EXAMPLE.search(text := path.read_text(encoding="utf-8"))
}
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def examples(source, name, names):
    """The doctests of a module's source; doctest's own finder passes over decorated functions."""
    parser = doctest.DocTestParser()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, DOCUMENTED) and (text := ast.get_docstring(node)):
            place = f"{name}.{getattr(node, 'name', '')}"
            test = parser.get_doctest(text, dict(names), place, name, getattr(node, "lineno", 1))
            if test.examples:
                yield test


def failures(source, name, names):
    """What the examples of a module print that they should not, and how many were run."""
    printed = []
    runner = doctest.DocTestRunner()
    for test in examples(source, name, names):
        runner.run(test, out=printed.append)
    return printed, runner.tries


HEAVY = {
    f"forecasting.{name}"
    for name in (
        "artefacts.store", "backtest.designs", "backtest.results", "backtest.tables", "explorer.comparison",
        "explorer.widgets", "forecasts.fit", "forecasts.parts", "forecasts.situation", "ledger.issue", "ledger.pool",
        "verify.ladder_lineage", "verify.lineage",
    )
}  # fmt: skip
"""Modules whose examples fit models or render pages."""


@pytest.mark.parametrize(
    "module", [pytest.param(name, marks=pytest.mark.long if name in HEAVY else ()) for name in WITH_EXAMPLES]
)
def test_the_examples_of_a_module_hold(module):
    source = WITH_EXAMPLES[module]
    printed, n_run = failures(source, module, vars(importlib.import_module(module)))
    assert not printed, "".join(printed)
    assert n_run == len(EXAMPLE.findall(source))


def test_the_heavy_modules_have_examples():
    assert set(WITH_EXAMPLES) >= HEAVY


def test_an_example_that_does_not_hold_is_seen_under_a_decorator():
    source = 'import functools\n@functools.cache\ndef double(x):\n    """Twice x.\n\n    >>> 1 + 1\n    3\n    """\n'
    printed, n_run = failures(source, "module", {})
    assert n_run == 1
    assert "Expected:\n    3\nGot:\n    2\n" in "".join(printed)


@pytest.mark.parametrize("module", [name for name in WITH_EXAMPLES if name.split(".")[1] in ("models", "scores")])
def test_beside_an_example_every_public_function_has_one(module):
    functions = [node for node in ast.parse(WITH_EXAMPLES[module]).body if isinstance(node, ast.FunctionDef)]
    public = {node.name: ast.get_docstring(node) or "" for node in functions if not node.name.startswith("_")}
    assert [name for name, text in public.items() if not EXAMPLE.search(text)] == []


def _public():
    """Functions and classes that the package and its rooms offer by name, errors apart."""
    rooms = [forecasting.__name__, *(f"forecasting.{found.name}" for found in pkgutil.iter_modules([str(PACKAGE)]))]
    offered = {
        getattr(module, name)
        for module in map(importlib.import_module, rooms)
        for name in getattr(module, "__all__", ())
        if inspect.isroutine(getattr(module, name)) or inspect.isclass(getattr(module, name))
    }
    return sorted(
        (one for one in offered if not (inspect.isclass(one) and issubclass(one, Exception))),
        key=lambda one: f"{one.__module__}.{one.__qualname__}",
    )


def missing_sections(one):
    """Sections that the docstring of a public function or class lacks."""
    text = inspect.getdoc(one) or ""
    needed = {"Examples": True}
    if inspect.isclass(one):
        needed["Attributes"] = "Parameters\n---" not in text
    else:
        signature = inspect.signature(one)
        needed["Parameters"] = bool(signature.parameters)
        needed["Returns"] = signature.return_annotation not in (None, "None") and "Yields\n---" not in text
    return [name for name, asked in needed.items() if asked and f"{name}\n---" not in text]


@pytest.mark.parametrize("one", _public(), ids=lambda one: f"{one.__module__}.{one.__qualname__}")
def test_a_public_function_or_class_has_its_sections_and_an_example(one):
    assert missing_sections(one) == []


def test_a_missing_section_is_told():
    def public(value: int) -> int:
        """Twice the value."""
        return 2 * value

    assert missing_sections(public) == ["Examples", "Parameters", "Returns"]
