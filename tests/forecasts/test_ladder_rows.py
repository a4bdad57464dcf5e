"""What the ladder's model learns from. Rows of the reserved half of the cases are not looked at."""

import csv
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    STATUS_NUMBERS,
    both_endorsements,
    covariate_table,
    follow_ups,
    landmark_lines,
    month_days,
    read_paths,
    stated_term,
)
from forecasting.models.ladder_moves import state_number
from forecasting.record.cases import Event
from forecasting.record.ladders import Rung
from forecasting.record.panel import Spells, component_keys, landmarks, spells

HALVES = Path(__file__).parents[2] / "data/evaluation/split.csv"
FIRST = date(2000, 1, 1)


@pytest.fixture(scope="module")
def half():
    with HALVES.open() as file:
        return {row["case_id"] for row in csv.DictReader(file) if row["half"] == "pilot"}


@pytest.fixture(scope="module")
def core(history, half):
    return some(spells(history), lambda name: name in half)


@pytest.fixture(scope="module")
def followed(history, core):
    return follow_ups(history.dossiers(), core)


def some(known, wanted):
    kept = np.array([wanted(name) for name in known.case_ids])
    starts = known.starts[kept].reset_index(drop=True)
    return Spells(known.entry[kept], known.exit[kept], known.cause[kept], known.group[kept], starts)


def rung(day, level, status="active", acts=(), known=0, ladder="formalization"):
    return Rung(ladder, day, day + timedelta(known), "day", level, status, acts, (), "", "high")


def act(name, standing="confirmed", claim=""):
    return Event(name, FIRST, "day", FIRST, False, standing, (), (), "talks_round", "CONSULT", "", (), "high",
                 claim_id=claim)  # fmt: skip


@pytest.fixture
def blank(history, core):
    return replace(history.case(core.case_ids[0]), rungs=(), events=(), claims={})


def paths(dossier, *days):
    found = read_paths(dossier, np.array([day.toordinal() for day in days]))
    return {tuple((path // 3).tolist()): round(weight, 12) for path, weight in found}


def test_the_state_of_a_month_is_what_was_known_at_its_beginning(history, core, followed):
    index = history.dossiers()
    for row in range(0, len(followed.spell), 9):
        name = core.case_ids[followed.spell[row]]
        now = index.dossier(name, history.as_of)
        days = month_days(now, int(followed.cases.until[row]))
        for month in range(int(core.entry[followed.spell[row]]) + 1, len(days) + 1, 17):
            day = date.fromordinal(int(days[month - 1]))
            if followed.cases.weight[row] == 1.0 and day <= history.as_of:
                then = index.dossier(name, day).on_ladder("formalization")
                expected = state_number(then.level, STATUS_NUMBERS[then.status])
                assert followed.cases.states[row, month - 1] == expected, (name, day)


def test_a_rung_counts_from_the_day_on_which_it_was_known(blank):
    known = replace(blank, rungs=(rung(FIRST, 1), rung(FIRST + timedelta(100), 2, known=50)))
    days = [FIRST, FIRST + timedelta(149), FIRST + timedelta(150)]
    assert paths(known, *days) == {(1, 1, 2): 1.0}
    # A later row, known at once, holds against an earlier one that becomes known after it.
    turned = replace(known, rungs=(*known.rungs, rung(FIRST + timedelta(120), 3)))
    assert paths(turned, *days) == {(1, 3, 3): 1.0}


def test_without_a_row_the_level_is_zero_and_one_for_a_signed_text(blank):
    pledge = replace(blank, start={**blank.start, "type": "political_commitment"})
    signed = replace(blank, start={**blank.start, "type": "signed_unratified"})
    assert paths(pledge, FIRST) == {(0,): 1.0} and paths(signed, FIRST) == {(1,): 1.0}


def test_a_rung_that_rests_on_a_doubtful_act_goes_back_to_the_row_before(blank):
    rungs = (rung(FIRST, 1, acts=("a",)), rung(FIRST + timedelta(9), 3, acts=("b",)))
    later = FIRST + timedelta(9)
    doubtful = replace(blank, rungs=rungs, events=(act("a"), act("b", "reported")))
    assert paths(doubtful, FIRST, later) == {(1, 3): 0.6, (1, 1): 0.4}
    sure = replace(doubtful, events=(act("a"), act("b")))
    assert paths(sure, FIRST, later) == {(1, 3): 1.0}
    also_sure = replace(doubtful, rungs=(rungs[0], rung(later, 3, acts=("b", "a"))))
    assert paths(also_sure, FIRST, later) == {(1, 3): 1.0}


def test_acts_on_one_claim_are_true_together(blank):
    rungs = (rung(FIRST, 1, acts=("a",)), rung(FIRST + timedelta(9), 3, acts=("b",)))
    events = (act("a", "reported", "press"), act("b", "reported", "press"))
    one = replace(blank, start={**blank.start, "type": "political_commitment"}, rungs=rungs, events=events,
                  claims={"press": 0.7})  # fmt: skip
    days = (FIRST, FIRST + timedelta(9))
    assert paths(one, *days) == {(1, 3): 0.7, (0, 0): 0.3}
    two = replace(one, events=(act("a", "reported", "press"), act("b", "reported", "radio")),
                  claims={"press": 0.7, "radio": 0.5})  # fmt: skip
    assert paths(two, *days) == {(1, 3): 0.35, (1, 1): 0.35, (0, 3): 0.15, (0, 0): 0.15}


def test_lines_of_a_landmark_sum_to_one(history, core, followed):
    marks = landmarks(core)
    days = [day.item() for day in marks.day]
    values = covariate_table(history.dossiers(), [(core.case_ids[c], d) for c, d in zip(marks.case, days, strict=True)],
                             COVARIATES)  # fmt: skip
    lines = landmark_lines(followed, marks, values, COVARIATES)
    total = {}
    for row, age, weight in zip(lines.row, lines.age, lines.weight, strict=True):
        key = int(followed.spell[row]), int(age)
        total[key] = total.get(key, 0.0) + weight * followed.cases.weight[row]
    assert len(total) == len(marks.case)
    np.testing.assert_allclose(list(total.values()), 1.0, atol=1e-12)
    assert set(np.unique(lines.covariates[:, 1])) <= {0.0, 1.0} and len(lines.row) > len(marks.case)


def test_an_endorsement_that_is_sure_is_not_split():
    values, weight, origin = both_endorsements(np.array([[0.0, 1.0]]), COVARIATES[:2])
    assert (len(values), weight.tolist(), origin.tolist()) == (1, [1.0], [0])


def test_components_are_named_by_their_cases_alone(core):
    ids, back = core.case_ids, np.arange(len(core.group))[::-1]
    keys = component_keys(ids, core.group)
    assert len(set(keys)) == len(set(core.group))
    assert component_keys([ids[i] for i in back], core.group[back] + 7).tolist() == keys[back].tolist()
    assert set(component_keys(ids, np.zeros_like(core.group))).isdisjoint(keys)


def test_cases_that_go_on_are_followed_to_the_day(history, core, followed):
    cases = followed.cases
    ended = cases.cause > 0
    assert (cases.until[ended] == cases.exit[ended]).all()
    assert (cases.until[~ended] >= cases.exit[~ended]).all() and (cases.until[~ended] > cases.exit[~ended]).any()
    assert (cases.looked <= cases.until).all()


def test_the_record_of_an_earlier_day_holds_no_later_rung(history, half):
    past = history.at(date(1975, 6, 30))
    core = some(spells(past), lambda name: name in half)
    then = follow_ups(past.dossiers(), core)
    now = follow_ups(history.dossiers(), some(spells(history), lambda name: name in set(core.case_ids)))
    for row, spell in enumerate(then.spell):
        last = int(then.cases.until[row])
        own = np.flatnonzero(now.spell == spell)
        if len(own) == 1:
            both = min(last, int(now.cases.until[own[0]]))
            assert then.cases.states[row, :both].tolist() == now.cases.states[own[0], :both].tolist()


def test_a_stated_term_is_in_months_of_age(blank):
    assert stated_term(replace(blank, start={**blank.start, "stated_horizon_months": 6.0})) == 6
    assert stated_term(replace(blank, start={**blank.start, "stated_horizon_months": None})) == 0
