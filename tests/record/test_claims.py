from datetime import date

import pandas as pd
import pytest

from forecasting import load_history
from forecasting.record.claims import BY_STANDING, WorkedOutWhenUsed, claim_probability, event_probabilities
from forecasting.record.reads import recording

CASE = "us-china-encounters-mou-2014"
ACT, OTHER, LATER = (f"{CASE}-e0{number}" for number in (5, 6, 7))


def test_an_act_counts_by_its_standing_where_no_claim_says_more():
    assert BY_STANDING == {"confirmed": 1.0, "reported": 0.6, "disputed": 0.3}
    assert [claim_probability([standing]) for standing in BY_STANDING] == [1.0, 0.6, 0.3]


@pytest.mark.parametrize("own", [0.0, 0.5, 1.0])
def test_a_probability_stated_for_the_claim_is_taken_whatever_the_standing(own):
    assert claim_probability(["disputed", "confirmed"], own) == own


def test_acts_that_rest_on_one_claim_share_its_probability():
    events = pd.DataFrame(
        {
            "event_id": ["a", "b", "c", "d", "e"],
            "standing": ["reported", "disputed", "reported", "confirmed", "reported"],
            "claim_id": ["press", "press", "", "", "leak"],
        }
    )
    claims = pd.DataFrame({"claim_id": ["press", "leak"], "probability": [float("nan"), 0.8]})
    assert event_probabilities(events, claims).to_dict() == {"a": 0.3, "b": 0.3, "c": 0.6, "d": 1.0, "e": 0.8}
    assert event_probabilities(events, claims.assign(probability=[0.1, 0.8])).to_dict()["a"] == 0.1


@pytest.fixture
def claimed(plain_copy):
    """Two acts that rest on a report, the second denied when it became known."""
    source = plain_copy.cells("events", ACT)["source_id"]
    plain_copy.append("claims", claim_id="press-report", about="What the press said.", source_id=source)
    plain_copy.edit("events", ACT, standing="reported", claim_id="press-report")
    plain_copy.edit("events", OTHER, standing="disputed", claim_id="press-report")
    assert plain_copy.faults() == []
    return plain_copy


def chance(folder, event_id, day):
    case = load_history(folder, day).case(CASE)
    return next(case.probability(event) for event in case.events if event.event_id == event_id)


def test_a_claim_is_as_likely_as_the_acts_known_on_the_day_make_it(claimed):
    first, second = (claimed.cells("events", name)["known_date"] for name in (ACT, OTHER))
    assert first < second
    known = claimed.cells("cases", CASE)["start_known_date"]
    before = max(known, first)
    assert before < second
    assert chance(claimed.folder, ACT, before) == 0.6
    assert chance(claimed.folder, ACT, second) == 0.3
    history = load_history(claimed.folder)
    assert history.dossiers().dossier(CASE, date.fromisoformat(before)).claims == {"press-report": 0.6}
    assert history.dossiers().leaving_out([OTHER]).dossier(CASE, history.as_of).claims == {"press-report": 0.6}
    table = event_probabilities(history.events, history.claims)
    assert {table[ACT], table[OTHER]} == {0.3}
    assert table[LATER] == 1.0


def test_a_claim_may_be_corrected_from_a_day_on(claimed):
    claimed.append(
        "corrections", table="claims", row_key="press-report", field="probability", value="0.05", recorded_on="2026-03-07", reason="x"
    )  # fmt: skip
    assert claimed.faults() == []
    assert [chance(claimed.folder, ACT, day) for day in ("2026-03-06", "2026-03-07")] == [0.3, 0.05]


def test_an_index_of_a_later_day_gives_a_corrected_claim_as_it_was_stated_on_each_day(claimed):
    cells = {"table": "claims", "row_key": "press-report", "field": "probability", "reason": "x"}
    claimed.append("corrections", **cells, value="0.2", recorded_on="2026-03-07")
    claimed.append("corrections", **cells, value="0.7", recorded_on="2026-02-07")
    history = load_history(claimed.folder)
    days = [date(2026, month, day) for month, day in ((2, 6), (2, 7), (3, 6), (3, 7))]
    one_index = [history.dossiers().dossier(CASE, day).claims["press-report"] for day in days]
    assert one_index == [history.at(day).case(CASE).claims["press-report"] for day in days] == [0.3, 0.7, 0.7, 0.2]
    as_before = history.dossiers().known_by(date(2026, 3, 6)).dossier(CASE, date(2026, 3, 7))
    assert as_before.claims == {"press-report": 0.7}


def test_a_claim_is_unknown_until_an_act_that_rests_on_it_is(claimed):
    first = date.fromisoformat(
        max(claimed.cells("events", ACT)["known_date"], claimed.cells("cases", CASE)["start_known_date"])
    )
    history = load_history(claimed.folder)
    earlier = first.replace(year=first.year - 1)
    assert list(history.at(first).claims["claim_id"]) == ["press-report"]
    assert history.at(earlier).claims.empty


def test_only_what_uses_the_claims_of_a_dossier_rests_on_them(claimed):
    index = load_history(claimed.folder).dossiers()
    with recording() as beside:
        found = index.dossier(CASE, index.as_of)
        assert found.events and found.acts.known.size
    with recording() as asked:
        assert found.claims == {"press-report": 0.3}
    assert ("claims", "probability") in asked.reads.columns - beside.reads.columns
    assert ("events", "claim_id") in asked.reads.columns - beside.reads.columns


def test_probabilities_are_worked_out_once_and_not_before_they_are_used():
    worked = []
    claims = WorkedOutWhenUsed(lambda: worked.append(1) or {"press": 0.6})
    assert worked == []
    assert claims["press"] == 0.6 and list(claims) == ["press"] and len(claims) == 1
    assert worked == [1]
