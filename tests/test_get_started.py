"""The page for a newcomer is true: its lines of Python print what it shows, its commands run, in its order."""

import doctest
import re
import shlex
from pathlib import Path

import pytest
from calling import call

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "get_started.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(console|python)\n(.*?)^```$", re.M | re.S)
OWN = "my-record"


def blocks():
    """Kind and text of each fenced block, in order."""
    return BLOCK.findall(PAGE)


def asks_of_own_case(text):
    """Whether a block needs models fitted on the record of one's own."""
    return OWN in text and "forecast" in text.replace("forecasting", "")


def run_blocks(chosen):
    """Run blocks in the current folder; returns how many commands and examples ran."""
    names, n_run = {}, 0
    for kind, text in chosen:
        if kind == "python":
            example = doctest.DocTestParser().get_doctest(text, names, "get_started.md", "get_started.md", 0)
            runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
            assert runner.run(example, clear_globs=False).failed == 0
            names, n_run = example.globs, n_run + len(example.examples)
        else:
            for line in text.strip().splitlines():
                program, *words = shlex.split(line)
                assert program == "forecasting" and call(*words) == 0, line
                n_run += 1
    return n_run


def test_the_first_command_is_the_one_of_the_readme():
    kind, text = blocks()[0]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert kind == "console" and any(line.startswith(text.strip() + " && ") for line in readme.splitlines())


def test_the_page_has_no_block_that_is_not_run():
    assert PAGE.count("```") == 2 * len(blocks())


def test_commands_and_lines_of_python_do_what_the_page_says(tmp_path, monkeypatch, two_days, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "artefacts").symlink_to(two_days)
    chosen = [block for block in blocks()[1:] if not asks_of_own_case(block[1])]
    assert run_blocks(chosen) > 5
    assert (tmp_path / OWN / "cases.csv").is_file()
    assert "formalized" in capsys.readouterr().out


@pytest.mark.long
def test_the_whole_page_runs_from_an_empty_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run_blocks(blocks()[1:]) > 8


def test_a_line_that_prints_something_else_is_seen(capsys):
    with pytest.raises(AssertionError):
        run_blocks([("python", ">>> 1 + 1\n3\n")])
    assert "Expected:" in capsys.readouterr().out
