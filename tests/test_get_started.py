"""The page for a newcomer is true: its lines of Python print what it shows, its commands run, in its order."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from calling import call

import forecasting

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "get_started.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.M | re.S)
OWN = "mine"


def blocks():
    """Kind and text of each fenced block, in order."""
    return BLOCK.findall(PAGE)


def steps():
    """Kind and text of every step: each command by itself, each block of Python whole; the installation apart."""
    for kind, text in blocks()[1:]:
        yield from ((kind, one) for one in (text.strip().splitlines() if kind == "console" else [text]))


def fits(text):
    """Whether a step fits models, which takes its time."""
    return re.search(r"fc\.forecast\(|^forecasting (forecast|changes|step) ", text) is not None


def run(chosen):
    """Run steps in the current folder, with the package imported; returns how many commands and examples ran."""
    names, n_run = {"fc": forecasting}, 0
    for kind, text in chosen:
        if kind == "python":
            example = doctest.DocTestParser().get_doctest(text, names, "get_started.md", "get_started.md", 0)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
            assert runner.run(example, clear_globs=False).failed == 0
            names, n_run = example.globs, n_run + len(example.examples)
        else:
            program, *words = shlex.split(text)
            assert program == "forecasting" and call(*words) == 0, text
            n_run += 1
    return n_run


def test_the_first_command_is_the_one_of_the_readme():
    kind, text = blocks()[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert kind == "console" and any(line.startswith(text.strip() + " && ") for line in readme.splitlines())


def test_the_page_has_no_block_that_is_not_run():
    assert PAGE.count("```") == 2 * len(blocks())


def test_the_first_forecast_is_the_one_that_the_readme_shows():
    """Its test runs it every time."""
    text = next(text for kind, text in blocks() if kind == "python" and fits(text))
    assert text in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_case_of_ones_own_is_added_and_checked_as_the_page_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run([step for step in steps() if not fits(step[1])]) == 3
    assert (tmp_path / OWN / "cases.csv").is_file()


@pytest.mark.long
def test_the_whole_page_runs_from_an_empty_folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert run(steps()) > 8
    assert "formalized" in capsys.readouterr().out


def test_a_line_that_prints_something_else_is_seen(capsys):
    with pytest.raises(AssertionError):
        run([("python", ">>> 1 + 1\n3\n")])
    assert "Expected:" in capsys.readouterr().out
