"""Laws of the site's sources that need no build: formulas have their code, names their page, links their file."""

import re
import sys
from importlib import import_module

import pytest
from docs_scripts import FOLDER

import forecasting

ROOT = FOLDER.parent
FORMULA = re.compile(r"^\$\$.+?\$\$", re.M | re.S)
CODE = re.compile(r"\{py:(func|class)\}`([\w.]+)`")
HOW = sorted((FOLDER / "how").glob("*.md"))
CODE_OF_PAGES = {
    path for page in FOLDER.rglob("*.md") for _, path in CODE.findall(page.read_text(encoding="utf-8"))
}  # names of the code on pages written by hand


def extension(name):
    """A module of `docs/extensions`."""
    sys.path.insert(0, str(FOLDER / "extensions"))
    try:
        return import_module(name)
    finally:
        sys.path.remove(str(FOLDER / "extensions"))


def named(path):
    """What a dotted name stands for: an attribute of the longest part that is a module."""
    module, _, rest = path.rpartition(".")
    try:
        return getattr(import_module(module), rest)
    except ModuleNotFoundError:
        return getattr(named(module), rest)


def formulas_without_code(text):
    """Formulas that no `Computed by` with a name of the code follows before the next heading."""
    lost = []
    for section in re.split(r"^## ", text, flags=re.M):
        last_code = max((found.start() for found in CODE.finditer(section)), default=-1)
        lost += [found[0] for found in FORMULA.finditer(section) if found.start() > last_code]
    return lost


@pytest.mark.parametrize("page", HOW, ids=lambda page: page.stem)
def test_every_formula_is_followed_by_its_source_and_its_function(page):
    text = page.read_text(encoding="utf-8")
    assert formulas_without_code(text) == []
    assert text.count("*Source: ") <= text.count("omputed by")
    assert all(callable(named(path)) for _, path in CODE.findall(text))


def test_a_formula_without_code_is_seen():
    assert formulas_without_code("## A\n\n$$x = 1$$\n\n## B\n\n$$y$$\n\n{py:func}`a.b`\n") == ["$$x = 1$$"]


def test_every_public_name_is_documented_once_and_on_a_page_that_is_there():
    found = extension("public_names").pages()
    listed = [one for groups in found.values() for entries in groups.values() for one in entries]
    paths = [one.path for one in listed]
    assert len(paths) == len(set(paths))
    assert all(callable(named(path)) for path in paths)
    public = {name for name in forecasting.__all__ if callable(getattr(forecasting, name))}
    assert public == {one.name for one in found["forecasting"]["forecasting"]}
    shown = {page.stem: page.read_text(encoding="utf-8") for page in (FOLDER / "api").glob("*.rst")}
    assert set(found) == set(shown) - {"index"}
    assert all(f".. room:: {name}\n" in shown[name] and f"   {name}\n" in shown["index"] for name in found)
    assert set(CODE_OF_PAGES) <= set(paths)


def test_a_new_function_of_a_documented_room_is_listed():
    names, module = extension("public_names"), import_module("forecasting.scores.skill")
    assert names.own_names(module) == ["Skill", "skill", "paired_bootstrap", "Slope", "slope_through_origin"]


@pytest.mark.parametrize(
    ("text", "origin", "page", "expected"),
    [
        ("[a](DATASHEET.md#x)", "data/README.md", "record/rules", "[a](datasheet.md#x)"),
        ("[a](../data/README.md)", "docs/analyst.md", "analyst", "[a](record/rules.md)"),
        ("[a](reading.md)", "docs/analyst.md", "analyst", "[a](reading.md)"),
        ("[`a`](docs/analyst.md)", "CHANGELOG.md", "releases/x", "[`a`](../analyst.md)"),
        ("[a](../data/ledger)", "docs/ledger.md", "ledger", "a"),
        ("[a](https://example.org/a.md)", "docs/ledger.md", "ledger", "[a](https://example.org/a.md)"),
        ("[a](#b)", "docs/ledger.md", "ledger", "[a](#b)"),
        ("```\n[a](nowhere.md)\n```", "docs/ledger.md", "ledger", "```\n[a](nowhere.md)\n```"),
        ("[a](cases.csv)", "data/README.md", "record/rules", "[a](../../data/cases.csv)"),
    ],
)
def test_a_link_leads_to_the_page_that_shows_its_file(text, origin, page, expected):
    assert extension("links").on_the_site(text, origin, page) == expected


def test_a_link_to_nothing_is_refused():
    with pytest.raises(ValueError, match=r"docs/a\.md: expected a link to a file of the repository, got nowhere\.md"):
        extension("links").on_the_site("[a](nowhere.md)", "docs/a.md", "a")


def test_the_files_that_pages_include_are_those_whose_links_lead_to_them():
    links = extension("links")
    included = {}
    for page in FOLDER.rglob("*.md"):
        if found := re.fullmatch(r"```\{include\} (\S+)\n```\n", page.read_text(encoding="utf-8")):
            docname = page.relative_to(FOLDER).with_suffix("").as_posix()
            included[(page.parent / found[1]).resolve().relative_to(ROOT).as_posix()] = docname
    whole = {file: page for file, page in links.PAGES.items() if page not in ("index", "licence")}
    assert included == whole


def test_every_page_is_in_a_table_of_contents():
    listed = {"index"}
    for page in [*FOLDER.rglob("*.md"), *FOLDER.rglob("*.rst")]:
        text = page.read_text(encoding="utf-8")
        for block in re.findall(r"```\{toctree\}\n(.*?)```|\.\. toctree::\n((?:   .*\n|\n)+)", text, re.S):
            entries = [line.strip() for part in block for line in part.splitlines()]
            where = page.parent.relative_to(FOLDER)
            listed |= {(where / name).as_posix() for name in entries if name and not name.startswith(":")}
    pages = {
        page.relative_to(FOLDER).with_suffix("").as_posix() for page in [*FOLDER.rglob("*.md"), *FOLDER.rglob("*.rst")]
    }
    assert listed == pages


@pytest.mark.parametrize("page", ["how_good.md", "index.md", "releases/1.0.0.md"])
def test_no_result_is_typed_on_a_page_of_results(page):
    text = (FOLDER / page).read_text(encoding="utf-8")
    words = re.sub(r"(?s)```.*?```", "", text)
    assert re.findall(r"(?<![\d.])0\.\d+|\d+(?:\.\d+)? % (?!interval)|\[-?\d", words) == []


def test_a_typed_result_is_seen():
    assert re.findall(r"(?<![\d.])0\.\d+|\d+(?:\.\d+)? % (?!interval)|\[-?\d", "skill is 18 % of it, 0.18 [0.1") != []


def test_the_size_of_the_record_on_the_start_page_is_counted(record):
    size = extension("record_size").record_size()
    assert size["n_cases"] == f"{len(record.tables['cases'].cells):,}"
    assert int(size["first_year"]) == min(int(day[:4]) for day in record.tables["cases"].cells["start_date"])
    assert "{{ n_cases }}" in (FOLDER / "index.md").read_text(encoding="utf-8")
