"""Probabilities that others published: those in force on the day and no later ones, each fault with its file and row."""

from datetime import date

import pytest
from bodies import issue_body, put
from calling import call

from forecasting.ledger import export, hub_opinions, metaculus_opinions, read_chain
from forecasting.ledger.entries import Added
from forecasting.store.errors import UsageError

DAY = date(2026, 2, 5)
HEAD = "Question ID,Forecaster ID,Forecaster Username,Start Time,End Time,Forecaster Count,Probability Yes"
ROWS = (
    "7,,recency_weighted,2026-01-31 10:00:00+00:00,2026-02-05 09:00:00+00:00,12,0.08",
    "7,,recency_weighted,2026-02-05 09:00:00+00:00,2026-02-06 00:30:00+00:00,14,0.12",
    "7,,recency_weighted,2026-02-06 00:30:00+00:00,,15,0.9",
    "7,41,reader,2026-01-01 10:00:00+00:00,,,0.3",
    "8,,unweighted,2026-01-01 10:00:00+00:00,,,0.4",
)


def exported(folder, rows=ROWS, head=HEAD, asked="7,a-1990,12,formalized"):
    (folder / "forecast_data.csv").write_text("\n".join([head, *rows]) + "\n")
    questions = folder / "questions.csv"
    questions.write_text(f"question_id,case_id,horizon,cause\n{asked}\n")
    return folder, questions


def test_the_probability_at_the_end_of_the_day_is_taken_and_no_later_one(tmp_path):
    said = metaculus_opinions(*exported(tmp_path), DAY)
    assert said == [{"case_id": "a-1990", "horizon": 12, "cause": "formalized", "probability": 0.12}]
    assert metaculus_opinions(*exported(tmp_path), date(2026, 2, 6))[0]["probability"] == 0.9
    assert metaculus_opinions(*exported(tmp_path), date(2026, 2, 4))[0]["probability"] == 0.08


def test_a_person_is_named_and_an_anonymous_export_is_read(tmp_path):
    assert metaculus_opinions(*exported(tmp_path), DAY, "reader")[0]["probability"] == 0.3
    rows = [row.replace(",,recency_weighted", ",recency_weighted") for row in ROWS[:2]]
    head = HEAD.replace("Forecaster ID,Forecaster Username", "Forecaster (Anonymized)")
    assert metaculus_opinions(*exported(tmp_path, rows, head), DAY)[0]["probability"] == 0.12


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"asked": "8,a-1990,12,formalized"}, r"questions.csv row 2: expected one probability by recency_weighted in force at the end of 2026-02-05 for question '8', got 0"),
        ({"asked": "7,a-1990,twelve,formalized"}, "forecast_data.csv row 3: expected .*got 'twelve'"),
        ({"rows": [ROWS[0].replace("2026-01-31 10:00:00+00:00", "31 January")]}, "row 2: expected a time with its zone, .*got '31 January'"),
        ({"rows": [ROWS[0].replace("10:00:00+00:00", "10:00:00")]}, "row 2: expected a time with its zone"),
        ({"rows": [ROWS[1].replace("0.12", "")]}, "row 2: expected .*got ''"),
        ({"rows": [ROWS[1].replace("0.12", "1.2")]}, "row 2: expected .*got '1.2'"),
        ({"rows": [ROWS[1], ROWS[1]]}, "got 2 in"),
        ({"rows": [ROWS[1] + ",9"]}, "row 2: expected 7 cells, got 8 cells"),
        ({"head": HEAD.replace("End Time", "Until")}, "row 1: expected the columns Question ID, Start Time, End Time"),
        ({"head": HEAD.replace("Forecaster Username", "Who")}, r"Forecaster Username or Forecaster \(Anonymized\)"),
    ],
)  # fmt: skip
def test_a_faulty_export_is_refused_with_its_place(tmp_path, changes, match):
    with pytest.raises(UsageError, match=match):
        metaculus_opinions(*exported(tmp_path, **changes), DAY)


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    put(folder, issue_body(("a-1990", "b-1991"), as_of=date(2000, 1, 1)))
    return folder


def test_what_the_export_of_the_ledger_holds_is_read_back(tmp_path, ledger):
    export(ledger, tmp_path / "hub")
    said = hub_opinions(tmp_path / "hub", "forecasting-primary_replay", date(2000, 1, 1), "concluded")
    assert len(said) == 2 * 2 * 4
    assert {(one["cause"], one["probability"]) for one in said} == {
        ("formalized", 0.1),
        ("collapsed", 0.2),
        ("faded", 0.3),
        ("ongoing", 0.4),
    }
    with pytest.raises(UsageError, match="expected rows as of 2000-01-01 under in_force, got none"):
        hub_opinions(tmp_path / "hub", "forecasting-primary_replay", date(2000, 1, 1), "in_force")


def test_another_output_and_a_model_outside_the_folder_are_refused(tmp_path, ledger):
    export(ledger, tmp_path / "hub")
    path = next((tmp_path / "hub" / "model-output").rglob("*.csv"))
    path.write_text(path.read_text().replace("pmf", "median", 1))
    with pytest.raises(UsageError, match="row 2: expected the output_type pmf, got 'median'; leave the row out"):
        hub_opinions(tmp_path / "hub", path.parent.name, date(2000, 1, 1), "concluded")
    with pytest.raises(UsageError, match="expected the name of a folder below model-output, got '../x'"):
        hub_opinions(tmp_path / "hub", "../x", date(2000, 1, 1), "concluded")


def test_both_enter_the_ledger_by_the_command(tmp_path, ledger):
    export(ledger, tmp_path / "hub")
    folder, questions = exported(
        tmp_path, [ROWS[0].replace("2026-01-31", "1999-12-31").replace("2026-02-05", "2001-02-05")]
    )
    day = ("--as-of", "2000-01-01", "--ledger", str(ledger))
    assert call("ledger", "add", "--by", "Metaculus", "--metaculus", folder, "--questions", questions, *day) == 0
    named = ("--hub", tmp_path / "hub", "--model", "forecasting-primary_replay")
    assert call("ledger", "add", "--by", "hub", *named, *day) == 0
    added = [link.entry for link in read_chain(ledger).links if isinstance(link.entry, Added)]
    assert [(one.by, len(one.opinions)) for one in added] == [("Metaculus", 1), ("hub", 16)]
    with pytest.raises(
        UsageError, match="expected --metaculus, --questions, --as-of together, got none of --questions"
    ):
        call("ledger", "add", "--by", "Metaculus", "--metaculus", folder, *day)
