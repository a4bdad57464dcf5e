"""Features of real cases, worked out by hand from the rows of the record."""

import math
from datetime import date

import pandas as pd
import pytest

from forecasting.features import FEATURES, DossierIndex, feature_table
from forecasting.record.months import DAYS_PER_MONTH

FOUNDING_CASE = "new-start-post-expiry-2026"
# Words counted in its balance, by the ends of their event_id. For: 32 33 37 02 38 03 07 54 44 47 by 5 February, 15 by the
# 6th, 57 17 58 by 1 March. Against: 29 39 05 04 40 53 06 41 46 by 5 February, 09 12 14 by the 6th, 56 16 51 52 59 60 by
# 1 March. What China said (36 49 55 61) is no word of a party.
BY_HAND = {
    (FOUNDING_CASE, "2026-02-05"): {
        "text_exists": 1,
        "has_stated_term": 1,
        "verification_level": 1 / 3,
        "bilateral": 1,
        "adversarial": 1,
        "third_party_objection": 1,
        "leader_endorsed": 0.3,
        "talks_under_way": 1,
        "accusation_stands": 0,
        "signal_balance": (10 - 9) / 20,
        "warhead_share": (4309 + 3700) / 9614,
        "refusing_stockpile_share": 600 / (600 + 4309 + 3700),
        "military_contact": 1,
        "inspections_running": 0,
        "months_past_stated_term": 0,
    },
    (FOUNDING_CASE, "2026-02-06"): {"leader_endorsed": 0, "signal_balance": (11 - 12) / 24, "accusation_stands": 1},
    (FOUNDING_CASE, "2026-03-01"): {
        "leader_endorsed": 0,
        "talks_under_way": 1,
        "accusation_stands": 1,
        "signal_balance": (14 - 18) / 33,
        "dyad_agreement_age": math.log1p(24 / DAYS_PER_MONTH),
    },
    ("salt2-observance-1979", "1979-12-01"): {"text_exists": 1, "consent_moving": 1, "talks_under_way": 0},
    ("salt2-observance-1979", "1980-01-03"): {"consent_moving": 0, "crisis_recent": 1, "leader_endorsed": 1},
    ("salt2-observance-1979", "1982-06-30"): {"talks_under_way": 1, "signal_balance": 2 / 3, "accusation_stands": 0},
    ("salt2-observance-1979", "1984-06-30"): {"talks_under_way": 0, "accusation_stands": 1},
    ("salt2-observance-1979", "1985-06-11"): {"talks_under_way": 1, "accusation_stands": 0},
    ("salt2-observance-1979", "1986-03-31"): {"months_past_stated_term": math.log1p(103 / DAYS_PER_MONTH)},
    ("vladivostok-1974", "1976-06-30"): {"observed_now": 0, "leader_endorsed": 1, "talks_under_way": 1},
    ("vladivostok-1974", "1977-03-31"): {"leader_endorsed": 0, "talks_under_way": 0, "signal_balance": -1 / 2},
    ("vladivostok-1974", "1977-05-20"): {"leader_endorsed": 0, "talks_under_way": 1, "leader_changed_recently": 1},
    ("inf-moratorium-2019", "2019-10-01"): {
        "separate_declarations": 1,
        "leader_endorsed": 1,
        "accusation_stands": 1,
        "unanswered_proposal": 1,
        "unanswered_proposal_age": math.log1p(13 / DAYS_PER_MONTH),
    },
    ("inf-moratorium-2019", "2022-01-01"): {"accusation_stands": 0, "signal_balance": 0},
    ("india-pakistan-test-moratoria-1998", "1998-06-11"): {"talks_under_way": 1, "third_party_objection": 0},
    ("india-pakistan-test-moratoria-1998", "1998-06-30"): {"talks_under_way": 0, "armed_conflict": 1},
    ("iran-joint-plan-of-action-2013", "2014-12-01"): {
        "leader_endorsed": 1,
        "extension_signed": 1,
        "inspections_running": 1,
        "months_past_stated_term": math.log1p(191 / DAYS_PER_MONTH),
    },
    ("mtcr-1987", "1992-06-01"): {"informal_regime": 1, "bilateral": 0, "accusation_stands": 1},
    # The charge of 31 July 1998 (e14) stands for 36 months; that of August 1993 was worked off in October 1994 (e09).
    ("mtcr-1987", "1998-07-30"): {"accusation_stands": 0, "talks_under_way": 0},
    ("mtcr-1987", "2000-01-01"): {"accusation_stands": 1, "talks_under_way": 0},
    ("mtcr-1987", "2001-08-01"): {"accusation_stands": 0},
}


@pytest.fixture(scope="module")
def index(history):
    return DossierIndex(history)


@pytest.mark.parametrize(
    ("landmark", "expected"), BY_HAND.items(), ids=lambda part: " ".join(part) if len(part) == 2 else ""
)
def test_a_case_worked_out_by_hand(index, landmark, expected):
    case_id, day = landmark
    row = feature_table(index, [(case_id, date.fromisoformat(day))], expected).iloc[0]
    assert row.to_dict() == pytest.approx(expected)


def test_with_no_ending_known_every_cause_is_as_likely(index):
    first = feature_table(
        index, [("rush-bagot-lakes-1817", date(1817, 12, 2))], ["dyad_record", "formalization_climate"]
    )
    assert first.to_numpy() == pytest.approx(1 / 3)


@pytest.mark.parametrize("day", [date(1936, 1, 1), date(1977, 3, 31), date(2026, 2, 5)])
def test_the_records_of_pairs_and_times_are_shares_of_known_endings(index, history, day):
    known = history.at(day)
    case_id = known.cases["case_id"].iloc[-1]
    line = dict(zip(history.parties["code"], history.parties["successor"], strict=True))
    ours = {line[code] or code for code in known.case(case_id).parties}
    rows = known.outcomes.query("target == 'concluded' and cause != '' and case_id != @case_id")
    rows = rows.merge(known.cases[["case_id", "parties", "start_known_date"]])
    theirs = rows["parties"].map(
        lambda cell: len({line[code] or code for code in cell.split(";")} & (ours - {"MULTI"}))
    )
    formal, pair = rows["cause"] == "formalized", theirs > 1
    told = rows[["end_known_date", "start_known_date"]].max(axis=1)
    recent = told > pd.Timestamp(day) - pd.Timedelta(days=180 * DAYS_PER_MONTH)
    overall = (formal.sum() + 1) / (len(rows) + 3)
    expected = {
        "dyad_record": ((formal & pair).sum() + 4 * overall) / (pair.sum() + 4),
        "formalization_climate": ((formal & recent).sum() + 10 * overall) / (recent.sum() + 10),
    }
    assert feature_table(index, [(case_id, day)], expected).iloc[0].to_dict() == pytest.approx(expected)


def test_what_changed_for_the_founding_case_is_what_became_known(index, history):
    """Its own acts, and one collapse elsewhere, which is one more ending that did not become formal."""
    days = [date(2026, 2, 5), date(2026, 3, 1)]
    told = history.outcomes.query("target == 'concluded'").set_index("case_id")["end_known_date"]
    assert list(told.index[(told > pd.Timestamp(days[0])) & (told <= pd.Timestamp(days[1]))]) == [
        "afghanistan-pakistan-doha-2025"
    ]
    before, after = feature_table(index, [(FOUNDING_CASE, day) for day in days], FEATURES).to_numpy()
    changed = {name for name, one, other in zip(FEATURES, before, after, strict=True) if one != other}
    own = {"leader_endorsed", "accusation_stands", "signal_balance", "tone", "dyad_agreement_age"}
    formal = {"dyad_record", "formalization_climate", "type_record", "domain_record"}
    assert changed == own | formal | {"dyad_collapse_record"}
    rose = {name for name, one, other in zip(FEATURES, before, after, strict=True) if other > one}
    assert "dyad_collapse_record" in rose and not formal & rose
