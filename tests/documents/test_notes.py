"""Where the numbers of a page come from: every value has an origin that exists, every section a note."""

from importlib import import_module

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from forecasting.documents.compose import section, table, text
from forecasting.documents.notes import with_notes
from forecasting.documents.provenance import PROVENANCE, SETTINGS, Provenance, values_read
from forecasting.documents.report import Shown
from forecasting.documents.scorecard import REGISTERED_TABLES
from forecasting.documents.values import PointersRead, view
from forecasting.documents.wording import MODEL_NAMES
from forecasting.models import MODELS
from forecasting.record.schema import TABLES


@pytest.mark.parametrize("report", ["scorecard_report", "quality_report"])
def test_every_value_of_a_page_says_what_it_rests_on(report, request):
    made = request.getfixturevalue(report)
    said = Provenance.of(made.content)
    assert set(said) <= set(made.content) <= set(said) | SETTINGS
    for origin in said.values():
        module, _, name = origin.made_by.rpartition(".")
        assert callable(getattr(import_module(module), name))
        assert all(set(columns) <= set(TABLES[table].names) for table, columns in origin.reads.items())
        assert set(origin.models) <= set(MODELS) == set(MODEL_NAMES)
        assert origin.reads or origin.files
    for name in made.SECTIONS:
        shown = made.show(name)
        assert set(shown.values) <= set(said)
        assert shown.made_by.rpartition(".")[2] == name


def test_the_scorecard_names_the_files_that_it_read(scorecard_report):
    said = Provenance.of(scorecard_report.content)
    assert said["skill"].files == ("evaluation/skill.csv",) and said["skill"].reads == {}
    assert said["lines"].files == ("evaluation/lines.csv",) and said["coverage"].files == ("evaluation/coverage.csv",)
    assert said["peers"].files == ("benchmarks/peers/results.csv",)
    assert said["scored_record"].files == ("evaluation/skill.csv",)
    files = {f"evaluation/registration2/{name}.csv" for name in REGISTERED_TABLES}
    assert set(said["registered_tables"].files) == files


def test_the_values_read_are_those_that_have_a_provenance_and_new_ones_but_no_settings():
    reads, known = PointersRead(), ("explanation.drivers", "explanation.changes", "reference_classes")
    content = view({"as_of": "2026-01-01", "explanation": {"drivers": {"a": 1}, "changes": None}, "new": 1}, reads)
    assert content["as_of"] and content["explanation"]["drivers"]["a"] == 1 and content.get("reference_classes") is None
    assert list(values_read(reads.pointers, known)) == ["explanation.drivers"]
    assert content["new"] and list(values_read(reads.pointers, known))[-1] == "new"
    assert content["explanation"]["changes"] is None and "explanation.changes" in values_read(reads.pointers, known)


def _said(reads, files=()):
    return {"made_by": "forecasting.documents.data_quality.made", "reads": reads, "files": list(files), "models": []}


def test_marks_lead_to_notes_and_back_and_the_notebook_is_left_alone():
    content = {
        "template": "data_quality", "as_of": "2026-01-02", "record_sha256": "a" * 64, "code_sha256": "b" * 64,
        "package_version": "1",
        PROVENANCE: {
            "stale": _said({"outcomes": ["cause"]}), "assumed": _said({}, files=["<b>.csv"]),
            "sources": _said({"sources": ["seen"]}),
        },
    }  # fmt: skip
    package = "forecasting.documents.data_quality"
    sections = [
        Shown(section(table("One", ["x"], [["1"]]), table("Two", ["x"], [["2"]])), f"{package}.stale", ("stale",)),
        Shown(section(text("3"), text("4")), f"{package}.assumed", ("assumed", "sources")),
        Shown(section(text("5")), f"{package}.waits", ()),
    ]  # fmt: skip
    cells = [new_code_cell("report", outputs=[new_output("execute_result", {"application/json": content})])]
    for one in sections:
        shown = new_output("execute_result", {"text/html": one._repr_html_()})
        cells += [new_markdown_cell("## A & B\n\nText."), new_code_cell("report.show()", outputs=[shown])]
    notebook = new_notebook(cells=cells)
    before = notebook.copy()
    marked, listed = with_notes(notebook)
    assert notebook == before
    html = "".join(o["data"].get("text/html", "") for c in marked.cells for o in c.get("outputs", []))
    marks = [f'id="from-{where}" href="#note-{where[0]}"' for where in ("a-1", "a-2", "b-1")]
    assert [html.index(mark) for mark in marks] == sorted(html.index(mark) for mark in marks)
    assert html.count("doc-noteref") == 3 and "<!--" not in html and "<style" not in html
    assert '<p>3<sup class="origin">' in html and "<p>5</p>" in html
    for part in ('href="#from-a-1"', 'href="#from-b-1"', "<code>assumed</code>, <code>sources</code>", "A &amp; B",
                 "a" * 64, "b" * 64, "nothing was fitted for this page", "verify PAGE --explain NUMBER"):  # fmt: skip
        assert part in listed
    assert listed.count("<li ") == 2
