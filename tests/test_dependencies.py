"""The declared dependencies are true: what is imported is declared, and what is declared is imported or has a reason."""

import ast
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path

from forecasting.store.code_hash import imported, modules

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
OPTIONAL = PROJECT["optional-dependencies"]
UNDER_AN_EXTRA = {
    "forecasting.publish.lab_jobs": "schedule",
    "forecasting.streams": "streams",
    "forecasting.streams.spark": "spark",
    "forecasting.store.executor": "scale",
}
PART_OF = {"pydantic-core": "pydantic"}
NOT_IMPORTED = {
    "jupyterlab": "`forecasting lab` starts it as a process",
    "nbclient": "the engine relies on what papermill's client inherits from it",
    "ipykernel": "kernels",
}


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(requirements):
    return {normal(re.match(r"[\w.-]+", one).group()) for one in requirements}


@cache
def homes_of_imports():
    return packages_distributions()


def third_party(path):
    """Distributions that a module imports."""
    names = {name.split(".")[0] for name in imported(ast.parse(path.read_bytes()))}
    homes = homes_of_imports()
    found = {normal(homes.get(name, [name])[0]) for name in names - sys.stdlib_module_names - {"forecasting"}}
    return {PART_OF.get(name, name) for name in found}


def allowed(module):
    """Distributions that a module may import: what the package depends on, and the extra that its room is under."""
    extras = [extra for place, extra in UNDER_AN_EXTRA.items() if module.startswith(place)]
    return declared(PROJECT["dependencies"] + [one for extra in extras for one in OPTIONAL[extra]])


def test_what_a_module_imports_is_declared():
    undeclared = {module: third_party(path) - allowed(module) for module, path in modules().items()}
    assert {module: names for module, names in undeclared.items() if names} == {}


def test_what_is_declared_is_imported_or_has_a_reason():
    found = set().union(*(third_party(path) for path in modules().values()))
    assert declared(PROJECT["dependencies"] + OPTIONAL["schedule"]) - found <= set(NOT_IMPORTED)
    assert set(NOT_IMPORTED) <= declared(PROJECT["dependencies"])


def test_an_import_that_is_not_declared_is_seen(tmp_path):
    module = tmp_path / "module.py"
    module.write_text("import os\n\n\ndef fit():\n    from pytest import fixture\n    import hypothesis.strategies\n")
    assert third_party(module) == {"pytest", "hypothesis"}
    assert third_party(module) - allowed("forecasting.models.module") == {"pytest", "hypothesis"}


def test_every_declared_dependency_has_a_lowest_version_and_a_pinned_one():
    lowest = subprocess.run([sys.executable, ROOT / ".ci/lowest.py"], capture_output=True, text=True, check=True).stdout
    every = PROJECT["dependencies"] + [one for extra in OPTIONAL.values() for one in extra]
    assert declared(lowest.splitlines()) == declared(every) - {"forecasting"}
    assert all(re.fullmatch(r"[\w-]+==\d+(\.\d+)+", line) for line in lowest.splitlines())
    assert declared(every) - {"forecasting"} <= declared((ROOT / "constraints.txt").read_text().splitlines())


def table_of_reasons(text):
    """Package, what brings it and the reason, from the rows of the documentation."""
    rows = re.findall(r"^\| `([\w-]+)` \| (.+?) \| (.+?) \|$", text, re.M)
    return {normal(name): (set(re.findall(r"\w+", brought)), reason) for name, brought, reason in rows}


def brought_by():
    """Extras that bring each package; `always` for what the package itself needs."""
    found = {name: {"always"} for name in declared(PROJECT["dependencies"])}
    for extra, requirements in OPTIONAL.items():
        for name in declared(requirements) - {"forecasting"}:
            found.setdefault(name, set()).add(extra)
    return found


def test_every_dependency_stands_with_its_reason_in_the_documentation():
    told = table_of_reasons((ROOT / "docs/dependencies.md").read_text(encoding="utf-8"))
    assert {name: extras for name, (extras, _) in told.items()} == brought_by()
    assert all(len(reason.split()) > 1 for _, reason in told.values())


def test_a_dependency_without_a_row_is_seen():
    told = table_of_reasons("| `numpy` | always | arrays everywhere |\n| `ruff` | `dev` | style |\n")
    assert told == {"numpy": ({"always"}, "arrays everywhere"), "ruff": ({"dev"}, "style")}
    assert set(brought_by()) - set(told) != set()
