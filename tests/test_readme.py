"""README and docs/ say what the product does: examples run, numbers, links and commands are true."""

import doctest
import json
import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from docs_scripts import docs_script

from forecasting.store.package_data import shipped

ROOT = Path(__file__).parents[1]
REGISTERED = shipped("data") / "evaluation/registration2"
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / ".github").rglob("*.md"))]
ROWS = {
    "formal agreement": ("formalized", "all"),
    "- reserved half": ("formalized", "reserved"),
    "all four states": ("states", "all"),
    "collapse": ("collapsed", "all"),
    "fading": ("faded", "all"),
}  # fmt: skip


def test_the_python_example_prints_what_the_readme_shows():
    flags = doctest.NORMALIZE_WHITESPACE
    example = doctest.DocTestParser().get_doctest(README, {}, "README.md", "README.md", 0)
    assert len(example.examples) == 4
    runner = doctest.DocTestRunner(optionflags=flags)
    runner.run(example)
    assert runner.summarize(verbose=False).failed == 0


def test_the_skill_table_is_the_registered_one_and_that_of_the_fresh_test():
    rows = pd.read_csv(REGISTERED / "skill.csv", dtype={"part": str})
    rows = rows.query("weights == 'forecast' and model == 'ladder' and reference == 'base_rate' and by == 'all'")
    # the fresh line stands there twice: as it was tested, and on the rows completed afterwards, which tests nothing
    tested = json.loads((shipped("data") / "evaluation/fresh.json").read_text(encoding="utf-8"))["record_sha256"]
    rows = rows[(rows["design"] != "fresh") | (rows["record"] == tested[:12])]
    rows = rows.set_index(["design", "score", "sample"]).sort_index()
    assert rows.index.is_unique
    for words, (score, sample) in ROWS.items():
        asked = [("cluster", sample), ("rolling", sample), ("fresh", "fresh")]
        cells = [
            interval(rows.loc[(design, score, part)].squeeze()) if (part == "fresh") <= (sample == "all") else ""
            for design, part in asked
        ]
        assert " ".join(f"| {words} | {' | '.join(cells)} |".split()) in " ".join(README.split())


def test_the_lowest_line_is_that_of_the_tables():
    lines = pd.read_csv(REGISTERED / "lines.csv", dtype={"part": str})
    own = lines.query("kind == 'hindsight' and sample == 'all' and part == 'all'")
    assert f"is {interval(own.loc[own['skill'].idxmin()])}." in README


def interval(row):
    skill, lower, upper = (round(100 * row[name]) for name in ("skill", "lower95", "upper95"))
    return f"{skill} % [{lower}, {upper}]"


@pytest.mark.long
def test_the_picture_is_drawn_from_the_shipped_record(two_days):
    made = docs_script("make_figures")
    assert (made.IMAGES / "new-start-2026-02-05.svg").read_text(encoding="utf-8") == made.founding_case(two_days)


def test_the_size_of_the_record_and_of_the_fresh_test_is_what_they_hold(record):
    assert f"{len(record.tables['cases'].cells)} such arrangements" in README
    rows = pd.read_csv(REGISTERED / "slope.csv").query(
        "design == 'fresh' and sample == 'fresh' and cause == 'formalized'"
    )
    assert f"(slope of outcome on forecast {rows['slope'].item():.1f})" in " ".join(README.split())
    assert 7000 <= len(record.tables["events"].cells) < 8000 and "seven thousand dated acts" in " ".join(README.split())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_to_a_file_leads_somewhere(page):
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (page.parent / link).exists()] == []


def test_every_command_is_in_the_documentation_and_the_other_way_round():
    shown = subprocess.run([sys.executable, "-m", "forecasting", "--help"], capture_output=True, text=True, check=True)
    commands = set(re.findall(r"^[ │]+([a-z][a-z-]*) {2,}", shown.stdout, re.M))
    page = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `forecasting (([a-z-]+)(?: [^ `]+)?)", page, re.M)
    assert {command for _, command in rows} == commands
    assert len(dict(rows)) == len(rows), "each form of a command has one row"
    named = {word for page in PAGES for word in re.findall(r"`forecasting ([a-z-]+)", page.read_text(encoding="utf-8"))}
    assert named <= commands


def test_the_readme_is_short():
    assert 600 <= len(README.split()) <= 800
