import pytest

from forecasting.record.vocabulary import OBSERVANCE_KINDS

CASE = "us-china-encounters-mou-2014"
TOLD = (
    "expected last_observed_date on or after 2026-02-10, when an act of the case shows it kept, got "
    "last_observed_date='{}'; move it there, with its source, or give the act the kind that it is"
)
ACT = {
    "event_id": "planted-e01",
    "event_date": "2026-02-10",
    "known_date": "2026-02-10",
    "plover": "AGREE",
    "clears": "",
}


def faults_with(copy, **cells):
    copy.append_like("events", f"{CASE}-e05", **(ACT | cells))
    return copy.faults()


@pytest.mark.parametrize("kind", OBSERVANCE_KINDS)
def test_a_last_sight_is_not_before_an_act_that_shows_the_case_kept(plain_copy, kind):
    seen = plain_copy.cells("outcomes", f"{CASE}/concluded")["last_observed_date"]
    rows = [plain_copy.row_of("outcomes", f"{CASE}/{target}") for target in ("concluded", "in_force")]
    told = [f"outcomes.csv row {row} ({CASE}): {TOLD.format(seen)}" for row in rows]
    assert faults_with(plain_copy, kind=kind) == told
    for target in ("concluded", "in_force"):
        plain_copy.edit("outcomes", f"{CASE}/{target}", last_observed_date="2026-02-10", looked_until="2026-02-10")
    assert plain_copy.faults() == []


@pytest.mark.parametrize(
    "cells",
    [
        {"kind": "inspection_or_data_exchange", "plover": "SANCTION"},
        {"kind": "compliance_step", "standing": "reported"},
        {"kind": "moratorium_declared"},
        {"kind": "official_signal_positive"},
        {"kind": "talks_round"},
        {"kind": "test_or_deployment"},
        {"kind": "compliance_step", "event_date": "2016-02-10", "known_date": "2016-02-10"},
    ],
)
def test_other_acts_after_the_last_sight_are_no_fault(plain_copy, cells):
    assert faults_with(plain_copy, **cells) == []


def test_an_act_after_the_end_of_a_case_is_no_fault(plain_copy):
    closed = "uganda-tanzania-mogadishu-1972"
    own = {"case_id": closed, "actor": "UGA", "target": "TZA", "kind": "agreed_statement"}
    assert faults_with(plain_copy, **own) == []
