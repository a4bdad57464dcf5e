"""The form: faults beside the fields, answers kept, and the forecast of what was written."""

import pytest
from answers import ANSWERS, CASE

from forecasting import CaseForm
from forecasting.explorer import words
from forecasting.explorer.outlook import MODELS
from forecasting.record.questionnaire import NAMES


def filled(folder, data=None, **changed):
    form = CaseForm(folder, artefacts=None, data=data)
    for name, answer in (ANSWERS | changed).items():
        form.answers[name].value = answer
    return form


def given(form):
    return {name: field.value for name, field in form.answers.items()}


def test_bad_answers_lose_nothing_and_are_told_beside_their_fields(few_cases, tmp_path):
    form = filled(tmp_path / "mine", few_cases, start_date="in spring", source_title="")
    answers = given(form)
    form.keep.click()
    assert {name for name, part in form.faults.items() if part.value} == {"start_date", "source_title"}
    assert form.faults["start_date"].value == words.fault(
        ["expected the day it began as a day as YYYY-MM-DD, from 1800 on, got 'in spring'"]
    )
    assert "Nothing was written." in form.result.value and form.outlook is None
    assert given(form) == answers and not form.keep.disabled
    assert not (tmp_path / "mine").exists()
    form.answers["source_title"].value = "A report"
    form.keep.click()
    assert {name for name, part in form.faults.items() if part.value} == {"start_date"}


def test_a_case_that_is_kept_but_cannot_be_forecast_is_told_apart(few_cases, tmp_path):
    form = filled(tmp_path / "mine", few_cases, name="<b>Handshake</b> & more")
    form.keep.click()
    assert CASE in (tmp_path / "mine" / "cases.csv").read_text()
    assert not any(part.value for part in form.faults.values())
    assert words.kept(CASE, str(tmp_path / "mine")) in form.result.value
    assert "<strong>No answer:</strong> expected a day by which at least 10 endings were known" in form.result.value
    assert form.outlook is None


def test_other_rows_with_faults_are_told_apart_from_faulty_answers(few_cases, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "event.csv").write_text("a,b\n")
    form = filled(tmp_path / "mine", few_cases)
    form.keep.click()
    assert not any(part.value for part in form.faults.values())
    assert "Other rows have faults:" in form.result.value and "event.csv" in form.result.value


def test_a_folder_that_is_not_ones_own_is_refused():
    from forecasting.store.package_data import shipped

    form = filled(shipped("data"))
    form.keep.click()
    assert "the shipped record is read-only" in form.result.value


def test_a_case_of_ones_own_is_checked_kept_and_forecast(tmp_path):
    form = filled(tmp_path / "mine", name="Handshake on <i>deep-sea</i> arms")
    form.keep.click()
    table = form.outlook.to_frame()
    assert set(table["case_id"]) == {CASE} and set(table["model"]) == set(MODELS)
    assert table.groupby(["model", "given", "horizon"])["probability"].sum().to_numpy() == pytest.approx(1.0)
    assert "Handshake on &lt;i&gt;deep-sea&lt;/i&gt; arms" in form.result.value and "<svg" in form.result.value


def test_every_question_has_a_field_with_its_words():
    form = CaseForm()
    assert tuple(form.answers) == NAMES
    assert all(field.description for field in form.answers.values())
    assert dict(form.answers["type"].options)["choose"] == ""
