"""Answers become a case of one's own that the record's gate lets through, or nothing is written and every fault is told."""

import re

import pytest
from answers import ANSWERS, CASE

from forecasting import UsageError, load_history
from forecasting.record.questionnaire import NAMES, QUESTIONS, TELLS_THE_ENDING, AnswersError, case_from_answers
from forecasting.record.schema import TABLES
from forecasting.store.package_data import shipped


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def told(answers, folder, data):
    with pytest.raises(AnswersError) as refused:
        case_from_answers(answers, folder, data)
    assert not folder.exists()
    return refused.value.by_question


def test_answers_become_a_case_without_faults(few_cases, tmp_path):
    before = contents(few_cases)
    assert case_from_answers(ANSWERS, tmp_path / "mine", few_cases) == CASE
    tables = {name: raw.cells for name, raw in load_history(few_cases, overlay=tmp_path / "mine").record.tables.items()}
    case = tables["cases"].set_index("case_id").loc[CASE]
    assert case["leader_endorsed"] == "0.3" and case["observed_now"] == "1" and case["n_parties"] == "2"
    assert case["summary"] == "Two delegations told the press that they would keep to the numbers."
    assert case["start_known_date"] == "2025-03-01"
    (event,) = tables["events"].query("case_id == @CASE").to_dict(orient="records")
    assert (event["kind"], event["plover"]) == ("agreed_statement", "AGREE")
    assert event["event_date"] == event["known_date"] == "2025-03-01"
    seen = tables["outcomes"].query("case_id == @CASE")["last_observed_date"]
    assert list(seen) == ["2025-03-01", "2025-03-01"]
    assert contents(few_cases) == before
    assert len((tmp_path / "mine" / "cases.csv").read_text().splitlines()) == 2


def test_every_fault_stands_beside_the_question_that_caused_it_in_its_words(few_cases, tmp_path):
    bad = {
        "case_id": "Not a slug",
        "type": "handshake",
        "parties": "USA;Iran",
        "start_date": "2025-3-1",
        "leader_endorsed": "2",
        "first_act": "nod",
        "source_title": "",
    }
    faults = told(ANSWERS | bad, tmp_path / "mine", few_cases)
    assert set(faults) == set(bad)
    assert faults["case_id"] == (
        "expected a case_id of lower-case words joined by hyphens, at most 70 characters, such as my-case-2026, "
        "got 'Not a slug'",
    )
    assert faults["parties"] == ("expected who keeps it as codes of parties.csv, got 'Iran'; did you mean IRN (Iran)?",)
    assert faults["start_date"] == ("expected the day it began as a day as YYYY-MM-DD, from 1800 on, got '2025-3-1'",)
    assert faults["source_title"] == ("expected the title of the source as text, got no answer",)
    assert faults["leader_endorsed"] == (
        "expected whether a leader endorsed it as a number from 0 to 1 (1 yes, 0 no), got '2'",
    )
    assert faults["first_act"][0].startswith("expected the kind of act that began it as one of proposal, ")


def test_without_answers_only_the_required_ones_are_asked_for(few_cases, tmp_path):
    needed = {
        question.name
        for question in QUESTIONS
        if question.column.required and not question.default and not question.same_as and question.name != "n_parties"
    }
    assert set(told({}, tmp_path / "mine", few_cases)) == needed


@pytest.mark.parametrize(
    ("changed", "question", "text"),
    [
        (
            {"start_known_date": "2025-02-01", "last_observed_date": "2025-06-01"},
            "start_known_date",
            "expected the day an outsider could first know of it on or after the day it began, got the day it began "
            "'2025-03-01', the day an outsider could first know of it '2025-02-01'",
        ),
        (
            {"start_date": "2099-01-01", "case_id": "atlantis-lemuria-2099"},
            "start_date",
            "expected the day an outsider could first know of it up to today, ",
        ),
        (
            {"last_observed_date": "2024-01-01"},
            "last_observed_date",
            "expected the day it was last seen to be kept on or after the start, got the day it was last seen to be kept "
            "'2024-01-01'",
        ),
        (
            {"n_parties": "1"},
            "n_parties",
            "expected how many states are concerned at least the number of parties listed, got how many states are "
            "concerned '1'",
        ),
        (
            {"case_id": "salt2-observance-1979"},
            "case_id",
            "expected a case_id that the record does not have, got 'salt2-observance-1979'",
        ),
        (
            {"name": "Gulf pause that failed"},
            "name",
            "expected a name that does not tell how it ends, got 'Gulf pause that failed' with 'failed'; call it what it",
        ),
    ],
)
def test_answers_that_do_not_go_together_are_told_where_they_were_given(few_cases, tmp_path, changed, question, text):
    faults = told(ANSWERS | changed, tmp_path / "mine", few_cases)
    assert faults[question][0].startswith(text)
    assert "" not in faults


def test_messages_name_no_column(few_cases, tmp_path):
    spoilt = ANSWERS | dict.fromkeys(NAMES[1:], "?")
    said = " ".join(text for texts in told(spoilt, tmp_path / "mine", few_cases).values() for text in texts)
    columns = {name for table in TABLES.values() for name in table.names if "_" in name}
    assert {name for name in columns if re.search(rf"\b{name}\b(?!-)", said.replace("leader_endorsement", ""))} <= {
        "case_id"
    }


def test_no_name_of_the_shipped_record_tells_an_ending(record):
    names = record.tables["cases"].cells["name"]
    assert [name for name in names if TELLS_THE_ENDING.search(name)] == []
    assert TELLS_THE_ENDING.search("The collapsed truce")


def test_a_later_case_moves_the_end_of_what_is_known_and_nobody_elses_look(few_cases, tmp_path):
    later = {"case_id": "atlantis-lemuria-2026", "start_date": "2026-10-01"}
    case_from_answers(ANSWERS | later, tmp_path / "mine", few_cases)
    history, before = load_history(few_cases, overlay=tmp_path / "mine"), load_history(few_cases)
    assert (history.as_of.isoformat(), before.as_of.isoformat()) == ("2026-10-01", "2026-08-31")
    others = history.outcomes[history.outcomes["case_id"] != later["case_id"]]
    assert list(others["looked_until"]) == list(before.outcomes["looked_until"])


def test_faults_that_no_answer_caused_are_told_apart(few_cases, tmp_path):
    folder = tmp_path / "mine"
    case_from_answers(ANSWERS, folder, few_cases)
    cases = folder / "cases.csv"
    cases.write_text(cases.read_text().replace(",naval,", ",submarines,"))
    before = contents(folder)
    with pytest.raises(AnswersError) as refused:
        case_from_answers(ANSWERS | {"case_id": "another-2025"}, folder, few_cases)
    assert set(refused.value.by_question) == {""}
    assert refused.value.by_question[""][0].startswith(f"{cases} row 2 ({CASE}): expected domain")
    assert contents(folder) == before


def test_an_unknown_question_is_refused(tmp_path):
    with pytest.raises(UsageError, match="expected answers to case_id, name, .*, got \\['colour'\\]"):
        case_from_answers(ANSWERS | {"colour": "red"}, tmp_path / "mine")


def test_the_shipped_record_and_any_other_is_refused(few_cases):
    before = contents(few_cases)
    with pytest.raises(UsageError, match="the shipped record is read-only"):
        case_from_answers(ANSWERS, shipped("data"))
    with pytest.raises(UsageError, match="expected a folder for an overlay, got .*, which holds a whole record"):
        case_from_answers(ANSWERS, few_cases)
    assert contents(few_cases) == before


def test_every_question_fills_cells_that_are_there():
    assert len(set(NAMES)) == len(NAMES)
    for question in QUESTIONS:
        assert [TABLES[table].column(column).name for table, column in question.cells]
        assert question.told
