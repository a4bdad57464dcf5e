"""Where a case stands on the day: what answers a charge or an offer, whose words count, and what is only reported."""

import shutil
from datetime import date

import pytest
from records import RecordCopy

from forecasting.documents.case.material import Material
from forecasting.documents.case.situation_values import SITUATION
from forecasting.record.history import History
from forecasting.store.package_data import shipped

CASE, DAY = "new-start-post-expiry-2026", date(2026, 2, 5)
HANDSHAKE, CHARGE, OFFER = f"{CASE}-e43", f"{CASE}-e30", f"{CASE}-e01"
ANSWER = {"event_id": f"{CASE}-e99", "event_date": "2026-02-01", "known_date": "2026-02-01", "standing": "confirmed"}


@pytest.fixture
def copy(tmp_path):
    """The record of the founding case and a few others."""
    found = RecordCopy(shutil.copytree(shipped("data"), tmp_path / "record", copy_function=shutil.copyfile))
    found.keep_cases({CASE, "new-start-suspension-2023", "nsg-1978"})
    return found


def situation(copy, *names):
    """The named values of the founding case on the day of the report."""
    material = Material(History(DAY, copy.read()), CASE, (12, 60), "concluded")
    found = tuple(SITUATION[name](material) for name in names)
    return found[0] if len(found) == 1 else found


def test_a_charge_is_answered_only_by_a_confirmed_act_that_names_it(copy):
    charge = situation(copy, "charges")[-1]
    assert (charge["event_id"], charge["months"], charge["answered_by"]) == (CHARGE, 12, None)
    copy.edit("events", HANDSHAKE, clears=CHARGE)
    assert situation(copy, "charges")[-1]["answered_by"] is None, "a report settles nothing"
    copy.edit("events", HANDSHAKE, standing="confirmed", clears="")
    assert situation(copy, "charges")[-1]["answered_by"] is None, "an act that is not coded as its answer is none"
    copy.edit("events", HANDSHAKE, clears=CHARGE)
    assert situation(copy, "charges")[-1]["answered_by"] == HANDSHAKE


@pytest.mark.parametrize(("name", "event"), [("open_offers", OFFER), ("charges", CHARGE)])
def test_months_that_are_told_are_calendar_months(copy, name, event):
    """A year on the very day is twelve months, a day less eleven; by months of one length both are eleven."""
    for day, months in (("2025-02-05", 12), ("2025-02-06", 11)):
        copy.edit("events", event, event_date=day, known_date=day)
        assert {one["event_id"]: one["months"] for one in situation(copy, name)}[event] == months


def test_an_offer_is_open_until_another_party_answers_it_formally(copy):
    assert [(one["event_id"], one["months"]) for one in situation(copy, "open_offers")] == [(OFFER, 4)]
    copy.append_like("events", HANDSHAKE, **ANSWER, kind="leader_rejection", plover="REJECT", actor="USA")
    assert [one["event_id"] for one in situation(copy, "open_offers")] == [OFFER], "a word to the press is no answer"
    copy.edit("events", ANSWER["event_id"], kind="agreed_statement", plover="AGREE", actor="RUS")
    assert [one["event_id"] for one in situation(copy, "open_offers")] == [OFFER], "its author cannot answer it"
    copy.edit("events", ANSWER["event_id"], actor="USA")
    assert situation(copy, "open_offers") == []


def test_words_are_counted_by_the_party_that_spoke_and_only_if_confirmed(copy):
    before = {one["party"]: one["favourable"] for one in situation(copy, "signals")}
    words = {"kind": "official_signal_positive", "plover": "SUPPORT", "actor": "RUS"}
    copy.append_like("events", HANDSHAKE, **{**ANSWER, "standing": "reported"}, **words)
    assert {one["party"]: one["favourable"] for one in situation(copy, "signals")} == before
    copy.edit("events", ANSWER["event_id"], standing="confirmed")
    after = {one["party"]: one["favourable"] for one in situation(copy, "signals")}
    assert after == before | {"Russia": before["Russia"] + 1}


def test_what_stopped_and_what_was_restored_is_told_in_order(copy):
    verification, contact = situation(copy, "verification", "military_contact")
    assert verification["at_start"] == "national_technical_means"
    assert [one["date"][:4] for one in verification["stopped"]] == ["2020", "2022", "2023", "2023", "2023"]
    assert contact["present"] and [one["kind"] for one in contact["acts"]] == [
        "military_dialogue_suspended",
        "military_dialogue",
    ]
    copy.drop("events", f"{CASE}-e10")
    assert not situation(copy, "military_contact")["present"]


def test_talks_and_linkage_say_what_is_only_reported(copy):
    talks, linkage = situation(copy, "talks", "linkage")
    assert {one["standing"] for one in talks} == {"reported"}
    assert [one["standing"] for one in linkage][-1] == "reported" and "confirmed" in {o["standing"] for o in linkage}
