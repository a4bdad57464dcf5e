"""Past cases on a rung: what counts is what was known, on complete windows, once a landmark, without the case's kin."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting import load_history
from forecasting.explain.nearest_on_rung import nearest_on_rung
from forecasting.explain.rung_shares import FEWEST_LANDMARKS, RungShare, rung_shares
from forecasting.explain.rungs import (
    FEWEST_CASES,
    NEVER,
    LadderState,
    PastRungs,
    cases_that_moved,
    first_rise,
    past_rungs,
    related_cases,
    rung_of,
)
from forecasting.models.ladder_moves import level_of, state_number
from forecasting.record.history import History

FIRST = date(2000, 1, 1).toordinal()
LOW = LadderState(0, 0, "active")
OLD, DAY = "salt2-observance-1979", date(1985, 1, 1)


def past(days, rise, end=NEVER, cause=0, state=0, form=0):
    """One past case with landmarks on these days after the first, all in one state."""
    marks = FIRST + np.array(days)
    zeros = np.zeros(len(marks), dtype=np.int64)
    one = np.array([0])
    return PastRungs(
        ("a",), one + form, one + cause, one + end, zeros, marks, zeros, zeros + state, zeros,
        np.broadcast_to(rise, marks.shape), one, one + FIRST, one + state,
    )  # fmt: skip


def share(found, as_of=date(2020, 1, 1), rung=LOW, months=12):
    (one,) = rung_shares(found, rung, as_of, [months])
    return one.n, one.went_on, one.formalized, one.collapsed, one.faded


@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), min_size=1, max_size=8, unique_by=lambda each: each[0])
)
def test_the_first_rise_is_the_first_later_day_on_a_higher_level(steps):
    day, level = np.array(sorted(steps)).T
    on = np.arange(day[0], 45)
    then = level[np.searchsorted(day, on, side="right") - 1]
    found = first_rise(day, level, on, then)
    for place, mark in enumerate(on):
        later = [other for other in range(place + 1, len(on)) if then[other] > then[place]]
        assert found[place] == (on[later[0]] if later else NEVER), mark


def test_a_window_counts_once_it_is_over_whatever_came():
    found = past([0], FIRST + 10)
    over = date(2001, 1, 1)
    assert share(found, over) == (1, 1, 0, 0, 0)
    assert share(found, over - timedelta(days=1)) == (0, 0, 0, 0, 0)


def test_only_what_came_within_the_window_counts():
    assert share(past([0], FIRST + 366)) == (1, 1, 0, 0, 0)
    assert share(past([0], FIRST + 367)) == (1, 0, 0, 0, 0)
    assert share(past([0], NEVER, FIRST + 366, 1)) == (1, 1, 1, 0, 0)
    assert share(past([0], NEVER, FIRST + 367, 1)) == (1, 0, 0, 0, 0)


@pytest.mark.parametrize(("cause", "counts"), [(1, (1, 1, 1, 0, 0)), (2, (1, 0, 0, 1, 0)), (3, (1, 0, 0, 0, 1))])
def test_a_formal_agreement_is_going_on_and_another_ending_is_not(cause, counts):
    assert share(past([0], NEVER, FIRST + 100, cause)) == counts


def test_every_landmark_counts_once_and_every_case_once():
    (one,) = rung_shares(past([0, 366, 731], NEVER), LOW, date(2020, 1, 1), [12])
    assert (one.n, one.n_cases) == (3, 1)


@pytest.mark.parametrize(
    "other", [LadderState(1, 0, "active"), LadderState(0, 1, "active"), LadderState(0, 0, "stalled")]
)
def test_another_form_level_or_status_is_another_rung(other):
    assert share(past([0], FIRST + 10), rung=other) == (0, 0, 0, 0, 0)
    found = past([0], FIRST + 10, state=other.state, form=other.form)
    assert share(found, rung=other) == (1, 1, 0, 0, 0)


def test_a_share_needs_ten_landmarks_and_five_cases():
    enough = RungShare(12, FEWEST_LANDMARKS, FEWEST_CASES, 1, 0, 0, 0)
    assert not enough.is_thin
    assert replace(enough, n=FEWEST_LANDMARKS - 1).is_thin and replace(enough, n_cases=FEWEST_CASES - 1).is_thin


def test_a_case_moved_only_if_it_came_from_a_rung_as_low():
    case, state = [0, 0, 1, 1, 2], [state_number(level, 0) for level in (0, 2, 1, 2, 2)]
    two = int(state_number(2, 0))
    assert cases_that_moved(case, state, two) == (3, 2)
    assert cases_that_moved(case, state, two, from_level=1) == (3, 2)
    assert cases_that_moved(case, state, two, from_level=0) == (3, 1)
    assert cases_that_moved([0, 0], [two, 0], two, from_level=0) == (1, 0), "down is not up"
    assert cases_that_moved([], [], two) == (0, 0)


@pytest.fixture(scope="module")
def known():
    return load_history(as_of=DAY)


@pytest.fixture(scope="module")
def rungs(known):
    return past_rungs(known, known.dossiers())


def test_states_are_those_of_the_dossier_of_each_landmark(known, rungs):
    index = known.dossiers()
    for mark in range(0, len(rungs.day), 17):
        view = index.dossier(rungs.case_ids[rungs.case[mark]], date.fromordinal(int(rungs.day[mark])))
        assert rung_of(view).state == rungs.state[mark]
        assert view.on_ladder("strain").level == rungs.strain[mark]


def test_the_cases_of_its_own_component_are_left_out(known, rungs):
    kin = related_cases(known, OLD)
    assert OLD in kin and OLD in rungs.case_ids
    others = past_rungs(known, known.dossiers(), left_out=kin)
    assert set(rungs.case_ids) - set(others.case_ids) == kin & set(rungs.case_ids)
    assert OLD not in {near.case_id for near in nearest_on_rung(known, others, known.case(OLD), LOW, n=1000)}


def test_cases_without_a_row_are_left_out(small_copy):
    before = past_rungs(*history_of(small_copy))
    drop_ladder(small_copy, "us-china-encounters-mou-2014")
    after = past_rungs(*history_of(small_copy))
    assert set(before.case_ids) - set(after.case_ids) == {"us-china-encounters-mou-2014"}


def test_what_becomes_known_after_the_day_is_not_there(history):
    """The past as of a day is the same, whatever the record says of later days."""
    early, late = history.at(DAY), history
    one, two = (past_rungs(each, each.dossiers()) for each in (early, late))
    assert set(one.case_ids) <= set(two.case_ids)
    assert (one.day <= DAY.toordinal()).all() and (two.day > DAY.toordinal()).any()
    assert (one.step_day <= DAY.toordinal()).all() and (one.rise[one.rise < NEVER] <= DAY.toordinal()).all()
    assert (one.end[one.cause == 0] == NEVER).all() and (one.end[one.cause > 0] <= DAY.toordinal()).all()
    same = [two.case_ids.index(name) for name in one.case_ids]
    assert (two.cause[same] > 0).sum() > (one.cause > 0).sum()


def test_the_nearest_come_first_by_age_and_strain_then_by_parties_and_type(known, rungs):
    case = known.case(OLD)
    here = rung_of(case)
    near = nearest_on_rung(known, rungs, case, here, n=1000)
    marks = rungs.on(here)
    assert len(near) == len({rungs.case_ids[rungs.case[mark]] for mark in marks}) == len({one.case_id for one in near})
    assert near[0].case_id == OLD and near[0].same_parties and near[0].same_type, "nothing is nearer than itself"
    assert nearest_on_rung(known, rungs, case, here, n=2) == near[:2]
    assert all(one.highest >= here.level and (one.rise is None) == (one.highest == here.level) for one in near)


def test_a_rung_on_which_nobody_stood_has_no_shares_and_no_cases(known, rungs):
    empty = LadderState(1, 5, "broken")
    assert nearest_on_rung(known, rungs, known.case(OLD), empty) == []
    assert all(one.n == 0 and one.is_thin for one in rung_shares(rungs, empty, DAY))


def test_a_record_without_cases_has_no_landmarks(known):
    nobody = past_rungs(known, known.dossiers(), left_out=set(known.cases["case_id"]))
    assert nobody.case_ids == () and len(nobody.day) == len(nobody.step_day) == 0
    assert [one.n for one in rung_shares(nobody, LOW, DAY)] == [0, 0, 0]


def test_a_signed_text_has_rungs_of_its_own(known):
    signed = next(name for name, kind in zip(known.cases["case_id"], known.cases["type"], strict=True)
                  if kind == "signed_unratified")  # fmt: skip
    assert rung_of(known.case(signed)).form == 1
    assert rung_of(replace(known.case(signed), rungs=())) == LadderState(1, 1, "active")
    assert int(level_of(LadderState(1, 4, "broken").state)) == 4


def history_of(copy):
    known = History(date(2026, 3, 1), copy.read())
    return known, known.dossiers()


def drop_ladder(copy, case_id):
    for key in [key for key in copy._keys("ladders") if key.startswith(f"{case_id}/")]:
        copy.drop("ladders", key)
