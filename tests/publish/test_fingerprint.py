"""What makes a page stale: whatever is printed on it, and nothing that is not."""

import shutil

import pytest

from forecasting.publish.fingerprint import code_hash
from forecasting.store.code_hash import PACKAGE


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """A copy of the package, and the hash of its code."""
    folder = tmp_path_factory.mktemp("printed") / PACKAGE.name
    return shutil.copytree(PACKAGE, folder, ignore=shutil.ignore_patterns("__pycache__"))


def hash_with(package, name, old, new):
    path = package / name
    text = path.read_bytes()
    assert old in text
    path.write_bytes(text.replace(old, new, 1))
    code_hash.cache_clear()
    try:
        return code_hash(package)
    finally:
        path.write_bytes(text)
        code_hash.cache_clear()


def test_the_code_of_a_page_is_that_of_this_package(package):
    assert code_hash(package) == code_hash()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("forecasts/applicability.py", b"no other case", b"no second case"),
        ("store/errors.py", b"A report could not be rendered", b"A page could not be rendered"),
        ("models/hazard.py", b"BATCH = 500", b"BATCH = 501"),
        ("documents/templates/report/style.css", b"{", b"{ "),
    ],
)
def test_words_numbers_and_looks_make_another_page(package, name, old, new):
    assert hash_with(package, name, old, new) != code_hash()


@pytest.mark.parametrize(("name", "new"), [("explorer/form.py", b"MORE = 1\n"), ("documents/page.py", b"# remark\n")])
def test_what_no_page_shows_and_comments_make_no_other_page(package, name, new):
    assert hash_with(package, name, b"", new) == code_hash()
