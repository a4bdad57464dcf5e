"""Answers become a case that the record's gate lets through, or nothing is written and every fault is told."""

import json

import pytest
from answers import ANSWERS, CASE

from forecasting import UsageError
from forecasting.record.questionnaire import NAMES, QUESTIONS, AnswersError, case_from_answers
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES
from forecasting.store.package_data import shipped


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(answers, folder):
    before = contents(folder)
    with pytest.raises(AnswersError) as refused:
        case_from_answers(answers, folder)
    assert contents(folder) == before
    return refused.value.by_question


def test_answers_become_a_case_without_faults(small_copy):
    assert case_from_answers(ANSWERS, small_copy.folder) == CASE
    assert small_copy.faults() == []
    tables = {name: raw.cells for name, raw in small_copy.read().tables.items()}
    case = tables["cases"].set_index("case_id").loc[CASE]
    assert case["leader_endorsed"] == "0.3" and case["observed_now"] == "1" and case["n_parties"] == "2"
    assert case["summary"] == "Two delegations told the press that they would keep to the numbers."
    assert case["start_known_date"] == "2025-03-01"
    (event,) = tables["events"].query("case_id == @CASE").to_dict(orient="records")
    assert (event["kind"], event["plover"]) == ("agreed_statement", "AGREE")
    assert event["event_date"] == event["known_date"] == "2025-03-01"
    seen = tables["outcomes"].query("case_id == @CASE")["last_observed_date"]
    assert list(seen) == ["2025-03-01", "2025-03-01"]


def test_a_record_that_is_not_there_is_made_from_the_shipped_one(tmp_path):
    before = contents(shipped("data"))
    case_from_answers(ANSWERS, tmp_path / "mine")
    tables = read_record(tmp_path / "mine").tables
    assert list(tables["cases"].cells["case_id"])[-1] == CASE
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert contents(shipped("data")) == before


def test_every_fault_stands_beside_the_question_that_caused_it(small_copy):
    bad = {
        "case_id": "Not a slug",
        "type": "handshake",
        "parties": "USA;XXX",
        "start_date": "2025-3-1",
        "leader_endorsed": "2",
        "first_act": "nod",
        "source_title": "",
        "data_end": "soon",
    }
    faults = told(ANSWERS | bad, small_copy.folder)
    assert set(faults) == set(bad)
    assert faults["case_id"] == (
        "expected a case_id of lower-case words joined by hyphens, at most 70 characters, such as my-case-2026, "
        "got 'Not a slug'",
    )
    assert faults["start_date"] == ("expected start_date as a day as YYYY-MM-DD, from 1800 on, got '2025-3-1'",)
    assert faults["source_title"] == ("expected title as text, got no answer",)
    assert faults["leader_endorsed"] == ("expected leader_endorsed as a number from 0 to 1 (1 yes, 0 no), got '2'",)
    assert faults["data_end"] == ("expected a day as YYYY-MM-DD, for example 2026-02-05, got 'soon'",)


def test_without_answers_only_the_required_ones_are_asked_for(small_copy):
    needed = {
        question.name
        for question in QUESTIONS
        if question.column is not None
        and question.column.required
        and not question.default
        and not question.same_as
        and question.name != "n_parties"
    }
    assert set(told({}, small_copy.folder)) == needed


@pytest.mark.parametrize(
    ("changed", "question", "text"),
    [
        (
            {"start_known_date": "2025-02-01", "last_observed_date": "2025-06-01"},
            "start_known_date",
            "expected start_known_date on or after start_date, "
            "got start_date='2025-03-01', start_known_date='2025-02-01'",
        ),
        (
            {"start_date": "2099-01-01", "case_id": "atlantis-lemuria-2099"},
            "start_date",
            "expected a start known by data_end 2026-08-31, which stands in datapackage.json, "
            "got start_known_date='2099-01-01'",
        ),
        (
            {"last_observed_date": "2024-01-01"},
            "last_observed_date",
            "expected last_observed_date on or after the start, got last_observed_date='2024-01-01'",
        ),
        (
            {"data_end": "2020-01-01"},
            "data_end",
            "expected a day after 2026-08-31, where the record ends, got '2020-01-01'",
        ),
        (
            {"n_parties": "1"},
            "n_parties",
            "expected n_parties at least the number of parties listed, got n_parties='1'",
        ),
        (
            {"case_id": "salt2-observance-1979"},
            "case_id",
            "expected a case_id that the record in {} does not have, got 'salt2-observance-1979'",
        ),
    ],
)
def test_answers_that_do_not_go_together_are_told_where_they_were_given(small_copy, changed, question, text):
    faults = told(ANSWERS | changed, small_copy.folder)
    assert faults[question][0].startswith(text.format(small_copy.folder))
    assert "" not in faults


def test_a_later_case_moves_the_end_of_the_record(small_copy):
    later = {"case_id": "atlantis-lemuria-2026", "start_date": "2026-10-01", "data_end": "2026-10-31"}
    case_from_answers(ANSWERS | later, small_copy.folder)
    assert small_copy.read().data_end.isoformat() == "2026-10-31"
    old = json.loads((shipped("data") / "datapackage.json").read_text(encoding="utf-8"))
    new = json.loads((small_copy.folder / "datapackage.json").read_text(encoding="utf-8"))
    told = {resource["name"]: resource["path"] for resource in new.pop("resources")}
    assert told["events"] == ["events/atlantis-lemuria-2026.csv", "events/hand_coded.csv"]
    assert new == {name: value for name, value in old.items() if name != "resources"} | {"data_end": "2026-10-31"}


def test_faults_that_no_answer_caused_are_told_as_the_records_own(small_copy):
    small_copy.edit("cases", "salt2-observance-1979", domain="submarines")
    faults = told(ANSWERS, small_copy.folder)
    row = small_copy.row_of("cases", "salt2-observance-1979")
    assert set(faults) == {""} and faults[""][0].startswith(
        f"cases.csv row {row} (salt2-observance-1979): expected domain"
    )


def test_an_unknown_question_is_refused(small_copy):
    with pytest.raises(UsageError, match="expected answers to case_id, name, .*, got \\['colour'\\]"):
        case_from_answers(ANSWERS | {"colour": "red"}, small_copy.folder)


def test_the_shipped_record_is_refused():
    before = contents(shipped("data"))
    with pytest.raises(UsageError, match="the shipped record is read-only"):
        case_from_answers(ANSWERS, shipped("data"))
    assert contents(shipped("data")) == before


def test_every_question_fills_cells_that_are_there():
    assert len(set(NAMES)) == len(NAMES)
    for question in QUESTIONS[:-1]:
        assert [TABLES[table].column(column).name for table, column in question.cells]
