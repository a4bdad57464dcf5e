"""A template's parameters are declared once: what lists them, checks them and takes them says the same everywhere."""

import json
from pathlib import Path

import pytest
from calling import call

from forecasting.publish import notebook
from forecasting.publish.notebook import render_report
from forecasting.publish.parameter_schema import parameters_of, schema_of
from forecasting.publish.parameters import TEMPLATES, checked_parameters
from forecasting.publish.requests import from_file
from forecasting.publish.schedule.plan import read_plan
from forecasting.store.errors import UsageError


def rendered(out, template="data-quality", **options):
    return call("report", template=template, out=out, **options)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_parameter_is_listed_with_kind_default_and_meaning(template):
    rows = {row.name: row for row in parameters_of(template)}
    assert set(rows) == set(TEMPLATES[template].model_fields)
    assert all(row.description and row.kind for row in rows.values())
    assert {name for name, row in rows.items() if row.default == "needed"} == set(
        schema_of(template).get("required", ())
    )
    given = {name: row.default for name, row in rows.items() if row.default not in ("", "needed")}
    needed = {"case_id": "x"} if "case_id" in rows else {}
    assert checked_parameters(template, given | needed) == checked_parameters(template, needed), (
        "a default as text is the default"
    )


def test_the_kinds_are_those_that_a_form_needs():
    kinds = {row.name: row.kind for row in (*parameters_of("case"), *parameters_of("portfolio"))}
    assert kinds == {
        "case_id": "text", "as_of": "date", "data": "folder", "horizons": "whole numbers", "target": "concluded or in_force",
        "artefacts": "folder", "ledger": "folder", "ledger_until": "text", "overlay": "folders", "since": "date", "record_age": "whole number", "lost_acts": "whole number",
        "period_months": "whole number", "streams": "folder",
    }  # fmt: skip


def test_the_command_lists_them_in_words_and_as_json(capsys):
    assert call("templates", "portfolio") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "portfolio"
    assert "  period_months  whole number             months since the last period, 1 to 120 [3]" in lines
    assert call("templates", json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["case", "brief", "portfolio", "scorecard", "data-quality"]
    assert told["portfolio"]["properties"]["period_months"]["maximum"] == 120
    with pytest.raises(
        UsageError, match="expected a template out of case, brief, portfolio, scorecard, data-quality, got 'x'"
    ):
        call("templates", "x")


def test_one_fault_is_told_in_the_same_words_wherever_the_parameter_is_given(tmp_path):
    said = "portfolio: period_months: expected months since the last period, 1 to 120, got 0"
    told = []
    for given in (
        lambda: render_report("portfolio", {"period_months": 0}, tmp_path / "out"),
        lambda: rendered(tmp_path / "out", "portfolio", set="period_months=0"),
    ):
        with pytest.raises(UsageError) as refused:
            given()
        told.append(str(refused.value))
    (tmp_path / "batch.csv").write_text("period_months\n0\n")
    told += [one.said for one in from_file(tmp_path / "batch.csv", "portfolio", {})()]
    entry = "[[report]]\nname = 'p'\ntemplate = 'portfolio'\nevery = 'daily'\nparameters = { period_months = 0 }\n"
    (tmp_path / "schedule.toml").write_text(entry)
    with pytest.raises(UsageError) as refused:
        read_plan(tmp_path / "schedule.toml")
    told.append(str(refused.value).removeprefix(f"{tmp_path / 'schedule.toml'}: report 'p': "))
    assert told == [said] * 4
    assert not (tmp_path / "out").exists()


def test_an_option_that_no_template_takes_is_refused_for_a_batch_too(tmp_path):
    (tmp_path / "batch.csv").write_text("as_of\n2026-05-01\n")
    with pytest.raises(
        UsageError, match=r"^expected options out of as_of, data, .*period_months, got colour; leave it out$"
    ):
        from_file(tmp_path / "batch.csv", "data-quality", {"colour": "red"})
    assert len(list(from_file(tmp_path / "batch.csv", "data-quality", {"target": "in_force"})())) == 1


def test_limits_given_on_the_command_line_hold(tmp_path, template, few_cases, capsys):
    template("import time; time.sleep(60)", "held = bytearray(2**30)")
    assert rendered(tmp_path / "out", cell_seconds=1, data=few_cases) == 1
    assert "got a failed kernel: A cell timed out" in capsys.readouterr().err
    template("held = bytearray(2**30)")
    assert rendered(tmp_path / "out", memory=200, data=few_cases) == 1
    assert "got MemoryError in cell 4: " in capsys.readouterr().err


def test_a_template_whose_notebook_is_missing_is_refused(tmp_path, template, few_cases):
    place = template()
    place.unlink()
    with pytest.raises(UsageError) as refused:
        notebook.render("data_quality", checked_parameters("data_quality", {"data": few_cases}), tmp_path / "out")
    assert (
        str(refused.value)
        == f"expected the notebook of the template data-quality, got {place}: no such file; install the package again"
    )
    assert not Path(tmp_path / "out").exists()
