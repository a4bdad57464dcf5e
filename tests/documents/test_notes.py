"""Where the numbers of a page come from: every value has an origin that exists, every section a note."""

from importlib import import_module

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from forecasting.documents.compose import section, table, text
from forecasting.documents.data_quality import QualityReport
from forecasting.documents.notes import MODEL_NAMES, with_notes
from forecasting.documents.origins import HAZARD, ORIGINS, SETTINGS
from forecasting.documents.report import Shown, values_read
from forecasting.documents.scorecard import ScorecardReport
from forecasting.documents.values import Reads, view
from forecasting.features import MODEL_FEATURES, DossierIndex, feature_table
from forecasting.models import MODELS
from forecasting.record.schema import TABLES

EVERY = [(template, value) for template, known in ORIGINS.items() for value in known]


@pytest.mark.parametrize(("template", "value"), EVERY)
def test_an_origin_names_a_function_columns_and_models_that_exist(template, value):
    origin = ORIGINS[template][value]
    module, _, name = origin.made_by.rpartition(".")
    assert callable(getattr(import_module(module), name))
    for table_name, columns in origin.reads.items():
        if columns:
            assert set(columns) <= set(TABLES[table_name].names)
        else:
            assert table_name in TABLES or "." in table_name or table_name in ("every table", "ledger")
    assert set(origin.models) <= set(MODELS) == set(MODEL_NAMES)


@pytest.mark.parametrize("report", [ScorecardReport, QualityReport])
def test_every_value_of_a_page_has_an_origin(report):
    made = report()
    known = ORIGINS[made.content["template"]]
    assert {value.partition(".")[0] for value in known} | SETTINGS >= set(made.content)
    for name in report.SECTIONS:
        shown = made.show(name)
        assert set(shown.values) <= set(known)
        assert shown.made_by.rpartition(".")[2] == name


def test_what_the_hazard_model_reads_of_the_start_is_what_its_origin_says(history):
    read = set()

    class Noted(dict):
        def __getitem__(self, name):
            read.add(name)
            return super().__getitem__(name)

    class Index(DossierIndex):
        def dossier(self, case_id, day):
            found = super().dossier(case_id, day)
            object.__setattr__(found, "start", Noted(found.start))
            return found

    feature_table(Index(history), [("new-start-post-expiry-2026", history.as_of)], MODEL_FEATURES)
    assert "verification" in read and read <= set(HAZARD["cases"])


def test_the_values_read_are_those_that_have_an_origin_and_new_ones_but_no_settings():
    reads, known = Reads(), ORIGINS["case_report"]
    content = view({"as_of": "2026-01-01", "explained": {"drivers": {"a": 1}, "changes": None}, "new": 1}, reads)
    assert content["as_of"] and content["explained"]["drivers"]["a"] == 1 and content.get("ladder") is None
    assert list(values_read(reads.pointers, known)) == ["explained.drivers"]
    assert content["new"] and list(values_read(reads.pointers, known))[-1] == "new"


def test_marks_lead_to_notes_and_back_and_the_notebook_is_left_alone():
    content = {
        "template": "data_quality", "as_of": "2026-01-02", "record_sha256": "a" * 64, "code_sha256": "b" * 64,
        "package_version": "1",
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
    for part in ('href="#from-a-1"', 'href="#from-a-2"', 'href="#from-b-1"', 'href="#code-2"', "A &amp; B.", "a" * 64,
                 "b" * 64, "outcomes.csv", "nothing was fitted for this page", 'id="value-sources"'):  # fmt: skip
        assert part in listed
    assert listed.count("<li ") == 2
