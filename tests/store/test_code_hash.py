"""The one hash of code: words change nothing, numbers do, and only modules that are reached count."""

import ast
import re

import pytest

from forecasting.store.code_hash import (
    LIBRARIES,
    imported,
    library_versions,
    modules,
    modules_sha256,
    reachable,
    written,
)

FIT = '''"""How it is fitted."""

from house.models.rate import rate  # the only one
import house.words as words


class FitError(Exception):
    """It cannot be fitted."""


def fit(n: int) -> float:
    """Fit."""
    if n < 10:
        raise FitError(f"expected 10 endings, got {n}; take a later day")
    error = FitError("expected a number, got " + str(n))
    return rate(n) + 0.5 * n if n != 13 else error.args[0]
'''
FILES = {
    "__init__.py": '__version__ = "1"\n',
    "fit.py": FIT,
    "words.py": "A = 'a'\n",
    "page.py": "import house.fit\n",
    "models/__init__.py": "",
    "models/rate.py": "def rate(n):\n    return 1 / n\n",
    "models/other.py": "B = 1\n",
}


@pytest.fixture
def house(tmp_path):
    """A small package."""
    for name, text in FILES.items():
        path = tmp_path / "house" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    return tmp_path / "house"


def hash_with(house, name, old, new, **options):
    """The hash of what `house.fit` reaches after a change of one file, which is then undone."""
    path = house / name
    text = path.read_bytes()
    assert old.encode() in text
    path.write_bytes(text.replace(old.encode(), new.encode()))
    try:
        return modules_sha256(["house.fit"], house, **options)
    finally:
        path.write_bytes(text)


CHANGES_NOTHING = {
    "docstring of the module": ("fit.py", '"""How it is fitted."""\n', ""),
    "docstring of a class": ("fit.py", "It cannot be fitted.", "It was not fitted."),
    "docstring of a function": ("fit.py", '    """Fit."""\n', ""),
    "text of a raised error": ("fit.py", "expected 10 endings, got {n}; take a later day", "too few: {n + 1}"),
    "text of an error made": ("fit.py", "expected a number, got ", "no number: "),
    "comment": ("fit.py", "  # the only one", ""),
    "line ends": ("fit.py", "\n", "\r\n"),
    "layout": ("models/rate.py", "1 / n", "(1\n    / n)"),
}
CHANGES_SOMETHING = {
    "number": ("fit.py", "0.5", "0.6"),
    "kind of number": ("models/rate.py", "1 / n", "1.0 / n"),
    "operator": ("fit.py", "+ 0.5", "- 0.5"),
    "name": ("fit.py", "rate(n) +", "abs(n) +"),
    "condition of an error": ("fit.py", "n < 10", "n < 11"),
    "kind of an error": ("fit.py", "raise FitError", "raise ValueError"),
    "text that is no message": ("words.py", "'a'", "'b'"),
    "order": ("fit.py", "0.5 * n", "n * 0.5"),
    "module newly imported": ("fit.py", "import house.words as words", "import house.words as words, house.models.other"),
    "module no longer imported": ("fit.py", "import house.words as words\n", ""),
    "__init__ of a room": ("models/__init__.py", "", "C = 1\n"),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES_NOTHING.values(), ids=CHANGES_NOTHING)
def test_words_and_layout_change_nothing(house, change):
    assert hash_with(house, *change) == modules_sha256(["house.fit"], house)


@pytest.mark.parametrize("change", CHANGES_SOMETHING.values(), ids=CHANGES_SOMETHING)
def test_what_may_change_a_number_changes_the_hash(house, change):
    assert hash_with(house, *change) != modules_sha256(["house.fit"], house)


@pytest.mark.parametrize("what", CHANGES_NOTHING)
def test_with_words_docstrings_and_messages_count_and_layout_does_not(house, what):
    plain = what in ("comment", "line ends", "layout")
    same = hash_with(house, *CHANGES_NOTHING[what], words=True) == modules_sha256(["house.fit"], house, words=True)
    assert same == plain


def test_only_what_is_reached_counts(house):
    whole = modules_sha256(["house.fit"], house)
    for name in ("page.py", "models/other.py", "__init__.py"):
        assert hash_with(house, name, FILES[name], FILES[name] + "D = 2\n") == whole
    (house / "new.py").write_text("E = 1\n")
    assert modules_sha256(["house.fit"], house) == whole != modules_sha256(["house.page"], house)
    assert list(reachable(["house.page"], house)) == [
        "house.page", "house.fit", "house.words", "house.models.rate", "house.models",
    ]  # fmt: skip


def test_the_package_itself_counts_where_a_module_imports_from_it(house):
    (house / "words.py").write_text("from house import __version__\n")
    assert "house" in reachable(["house.fit"], house)


def test_a_relative_import_is_refused():
    with pytest.raises(ValueError, match=re.escape("expected imports by full name, got a relative one on line 2; ")):
        list(imported(ast.parse("\nfrom . import a\n")))


def test_trees_are_written_alike_whatever_fields_a_python_adds():
    tree = ast.parse("def f(a=None, *, b): return {**a}")
    plain = written(tree)
    function = tree.body[0]
    function._fields, function.type_params = (*function._fields, "type_params"), []
    assert written(tree) == plain
    function.type_params = [ast.Name("T")]
    assert written(tree) != plain


def test_every_module_of_the_package_can_be_read_and_is_named_as_it_is_imported():
    assert "forecasting.store.code_hash" in modules()
    assert set(reachable(modules())) == set(modules())


def test_versions_are_of_the_libraries_that_the_numbers_come_from():
    assert tuple(library_versions()) == LIBRARIES
    assert all(re.match(r"\d", version) for version in library_versions().values())
