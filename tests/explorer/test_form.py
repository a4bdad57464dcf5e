"""The form: faults beside the fields, answers kept, and the forecast of what was written."""

import pytest
from answers import ANSWERS, CASE

from forecasting import CaseForm
from forecasting.explorer import words
from forecasting.explorer.outlook import MODELS
from forecasting.record.questionnaire import NAMES


def filled(folder, **changed):
    form = CaseForm(folder, artefacts=None)
    for name, answer in (ANSWERS | changed).items():
        form.answers[name].value = answer
    return form


def given(form):
    return {name: field.value for name, field in form.answers.items()}


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_bad_answers_lose_nothing_and_are_told_beside_their_fields(small_copy):
    before = contents(small_copy.folder)
    form = filled(small_copy.folder, start_date="in spring", source_title="")
    answers = given(form)
    form.keep.click()
    assert {name for name, part in form.faults.items() if part.value} == {"start_date", "source_title"}
    assert form.faults["start_date"].value == words.fault(
        ["expected start_date as a day as YYYY-MM-DD, from 1800 on, got 'in spring'"]
    )
    assert "Nothing was written." in form.result.value and form.outlook is None
    assert given(form) == answers and not form.keep.disabled
    assert contents(small_copy.folder) == before
    form.answers["source_title"].value = "A report"
    form.keep.click()
    assert {name for name, part in form.faults.items() if part.value} == {"start_date"}


def test_a_case_that_is_kept_but_cannot_be_forecast_is_told_apart(small_copy):
    form = filled(small_copy.folder)
    form.keep.click()
    assert CASE in set(small_copy.read().tables["cases"].cells["case_id"])
    assert not any(part.value for part in form.faults.values())
    assert words.kept(CASE, str(small_copy.folder)) in form.result.value
    assert "<strong>No answer:</strong> expected a day by which at least 10 endings were known" in form.result.value
    assert form.outlook is None


def test_a_faulty_record_is_told_apart_from_faulty_answers(small_copy):
    small_copy.edit("cases", "salt2-observance-1979", domain="submarines")
    form = filled(small_copy.folder)
    form.keep.click()
    assert not any(part.value for part in form.faults.values())
    assert "The record itself has faults:" in form.result.value and "submarines" in form.result.value


def test_a_folder_that_is_not_ones_own_is_refused():
    from forecasting.store.package_data import shipped

    form = filled(shipped("data"))
    form.keep.click()
    assert "the shipped record is read-only" in form.result.value


def test_a_case_of_ones_own_is_checked_kept_and_forecast(tmp_path):
    form = filled(tmp_path / "mine")
    form.keep.click()
    table = form.outlook.to_frame()
    assert set(table["case_id"]) == {CASE} and set(table["model"]) == set(MODELS)
    assert table.groupby(["model", "given", "horizon"])["probability"].sum().to_numpy() == pytest.approx(1.0)
    assert "Handshake on deep-sea arms" in form.result.value and "<svg" in form.result.value


def test_every_question_has_a_field_with_its_words():
    form = CaseForm()
    assert tuple(form.answers) == NAMES
    assert all(field.description for field in form.answers.values())
    assert dict(form.answers["type"].options)["choose"] == ""
