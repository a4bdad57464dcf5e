"""What a ledger says of one case: the latest word of each, as of the day and not later, and nothing that was taken back."""

from datetime import date

import pytest
from ledger.bodies import issue_body, put

from forecasting.ledger import add, retract
from forecasting.ledger.of_case import said_of_case

CASE, OTHER = "a-1990", "b-1991"
FIRST, LATER = date(2000, 1, 1), date(2001, 1, 1)


def opinion(probability, case=CASE, horizon=12, cause="formalized"):
    return {"case_id": case, "horizon": horizon, "cause": cause, "probability": probability}


@pytest.fixture
def ledger(tmp_path):
    folder = tmp_path / "ledger"
    put(folder, *(issue_body((CASE, OTHER), day) for day in (FIRST, LATER)))
    add(
        folder,
        [opinion(0.2), opinion(0.4, horizon=24), opinion(0.9, case=OTHER)],
        "A. Reader",
        as_of=FIRST,
        note="Talks <b>.",
    )
    return folder


def said(folder, case=CASE, day=LATER, target="concluded", until=None):
    return said_of_case(folder, case, target, day, until)["opinions"]


def test_each_horizon_of_the_case_is_told_with_day_and_note(ledger):
    first, second = said(ledger)
    assert (first["by"], first["horizon"], first["states"]) == ("A. Reader", 12, {"formalized": 0.2})
    assert (first["as_of"], first["deadline"], first["kind"]) == ("2000-01-01", "2001-01-01", "replay")
    assert first["note"] == "Talks <b>." and second["states"] == {"formalized": 0.4}
    assert [one["states"]["formalized"] for one in said(ledger, OTHER)] == [0.9]
    assert said(ledger, target="in_force") == said(ledger, "c-1992") == []


def test_nothing_as_of_a_later_day_is_told_and_the_latest_word_counts(ledger):
    add(ledger, [opinion(0.7)], "A. Reader", as_of=LATER)
    assert [one["states"]["formalized"] for one in said(ledger)] == [0.7, 0.4]
    assert [one["states"]["formalized"] for one in said(ledger, day=date(2000, 12, 31))] == [0.2, 0.4]
    assert said(ledger, day=date(1999, 12, 31)) == []


def test_what_was_taken_back_is_not_told(ledger):
    entry = said(ledger)[0]["entry"]
    retract(ledger, entry, "a slip")
    assert said(ledger) == []


def test_a_ledger_is_read_up_to_an_entry(ledger):
    assert said(ledger, until="0" * 64) == [] and len(said(ledger)) == 2
