"""Every guard that the documentation names is a test that there is."""

import ast
import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "failure_modes.md"


def guards():
    """Each guard as the page names it: the file, and the test in it, where one is named."""
    last = ""
    for named in re.findall(r"`((?:[\w/]+\.py)?(?:::\w+(?:\.\.\.)?)?)`", PAGE.read_text(encoding="utf-8")):
        file, _, test = named.partition("::")
        last = file or last
        if last:
            yield last, test


def test_every_row_has_a_guard_or_says_that_it_is_open():
    rows = [
        row.strip().strip("|").split("|")
        for row in PAGE.read_text(encoding="utf-8").partition("\n## A soak")[0].splitlines()
        if row.startswith("| ")
    ]
    for wrong, cure, guard in rows:
        assert guard.strip() or "*open*" in cure or "by choice" in cure, wrong


@pytest.mark.parametrize(("file", "test"), sorted(set(guards())))
def test_every_guard_is_there(file, test):
    found = [path for path in TESTS.rglob(Path(file).name) if path.as_posix().endswith(file)]
    assert len(found) == 1, file
    names = [
        node.name for node in ast.parse(found[0].read_text(encoding="utf-8")).body if isinstance(node, ast.FunctionDef)
    ]
    assert not test or [name for name in names if name == test or (test.endswith("...") and name.startswith(test[:-3]))]


def test_every_finding_of_the_reviews_has_a_row():
    keys = {
        key
        for found in re.findall(r"^\| \*\*([UA\d, ]+)\*\*", PAGE.read_text(encoding="utf-8"), re.M)
        for key in found.split(", ")
    }
    assert keys == {f"U{number}" for number in range(1, 10)} | {f"A{number}" for number in range(1, 8)}
