"""Steps on the ladder: what is known changes nothing, the law of total probability holds, and what is over has no number."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ladders import simulated

from forecasting.explain.rungs import LadderState, PastRungs
from forecasting.explain.steps_ahead import (
    STEP_WORDS,
    given_no_ending,
    possible_steps,
    standing_by,
    steps_ahead,
)
from forecasting.models.dated_rate import DatedRate
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_moves import N_STATES, STATUSES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_standings import Standings

HORIZONS = (1, 6, 12, 60)
HERE = LadderState(0, 1, "active")
ZERO = np.zeros(1, dtype=np.int64)
ONE = np.ones(1)


def past(*steps):
    """Past cases by their steps, without landmarks."""
    case = np.repeat(np.arange(len(steps)), [len(each) for each in steps])
    none, n = np.zeros(0, dtype=np.int64), np.zeros(len(steps), dtype=np.int64)
    state = np.array([LadderState(0, *each).state for own in steps for each in own], dtype=np.int64)
    names = tuple(map(str, n))
    return PastRungs(names, n, n, n, none, none, none, none, none, none, case, np.arange(len(state)), state)


def at(state=HERE.state, gap=0, age=24, looked=0.0):
    return Standings(
        ZERO + 5, ZERO + age, ZERO + gap, ONE * looked, ZERO, ZERO, np.eye(N_STATES)[[state]], np.zeros((1, 0))
    )


@pytest.fixture(scope="module")
def fitted():
    cases, lines = simulated(150, seed=3, up=0.03)
    rate = DatedRate(n_draws=20).fit(cases, np.full(150, 120))
    return LadderPool().of(LadderModel(n_draws=40).fit(cases, lines), rate)


def found(fitted, here=HERE, gap=0, deadlines=(90,), known=None, horizons=HORIZONS):
    readings = (ONE, at(here.state, gap))
    return steps_ahead(fitted, readings, here, past(((0, "active"),)) if known is None else known, horizons, deadlines)


def test_to_stand_today_where_it_stands_changes_nothing(fitted):
    model = fitted.model_
    _, same = standing_by(at(), ONE, HERE.state, 0)
    np.testing.assert_allclose(model.draws(same, HORIZONS), model.draws(at(), HORIZONS), atol=1e-15)
    _, other = standing_by(at(), ONE, LadderState(0, 3, "active").state, 0)
    assert np.abs(model.draws(other, HORIZONS) - model.draws(at(), HORIZONS)).max() > 0.01


@pytest.mark.parametrize("months", [1, 3, 6])
def test_the_forecast_is_what_ends_by_the_day_and_what_follows_from_every_state_then(fitted, months):
    """Law of total probability, in every draw."""
    model = fitted.model_
    whole = model.draws(at(), (months, 60))[:, 0]
    occupied = occupation(model, at(), months)
    after = [
        model.draws(standing_by(at(), ONE, state, months)[1], (60 - months,))[:, 0, :, 0] for state in range(N_STATES)
    ]
    total = whole[..., 0] + sum(occupied[:, [state]] * after[state] for state in range(N_STATES))
    np.testing.assert_allclose(total, whole[..., 1], atol=1e-12)


def occupation(model, one, months):
    """Probability of each state after some months without an ending, (n_draws, 18)."""
    hazard, stretch = model.hazards(one, 0, months)
    share = np.broadcast_to(one.start[0], (model.n_draws, N_STATES)).copy()
    for month in range(months):
        share = share * (1.0 - hazard[:, stretch[month]].sum(axis=1)) @ model.moves_.matrix
    return share


def test_a_higher_rung_makes_a_text_likelier_and_a_break_less_likely(fitted):
    still, *steps, broken = found(fitted)
    assert [each.rung.level for each in steps] == [2, 3, 4, 5] and broken.rung.status == "broken"
    chances = [each.then[0, -1] for each in (still, *steps)]
    assert chances == sorted(chances) and chances[-1] > chances[0] + 0.05
    assert broken.then[0, -1] < still.then[0, -1]


def test_states_sum_to_one_and_bounds_hold_the_point(fitted):
    for each in found(fitted, deadlines=(30, 90, 180)):
        left = ~np.isnan(each.then[0])
        np.testing.assert_allclose(each.then.sum(axis=0)[left], 1.0, atol=1e-12)
        np.testing.assert_allclose(each.before.sum(axis=0)[left], 1.0, atol=1e-12)
        assert (each.lower <= each.then)[:, left].all() and (each.then <= each.upper)[:, left].all()
        move = each.then - each.before
        assert (each.move_lower <= move)[:, left].all() and (move <= each.move_upper)[:, left].all()


@pytest.mark.parametrize(("days", "over"), [(30, 1), (90, 1), (180, 2), (0, 0)])
def test_horizons_that_are_over_by_the_day_have_no_number(fitted, days, over):
    for each in found(fitted, deadlines=(days,)):
        assert np.isnan(each.then).sum(axis=1).tolist() == [over] * 4
        assert not np.isnan(each.before).any() or each.rung
    assert len(found(fitted, deadlines=(180,), horizons=(1, 6))) == 6, "all over: still a row for every step"


def test_a_step_is_compared_with_going_on_and_going_on_with_now(fitted):
    still, first, *_ = found(fitted)
    np.testing.assert_array_equal(still.then, first.before)
    now, *_ = found(fitted, deadlines=(0,))
    np.testing.assert_allclose(now.before, still.before, atol=1e-12)
    np.testing.assert_allclose(now.then, now.before, atol=1e-12)
    assert np.nanmax(np.abs(still.then - still.before)) > 0.001


def test_a_gap_counts_as_lived_through_once_the_case_takes_a_step(fitted):
    _, there = standing_by(at(gap=10, looked=4.0), ONE, 6, 3)
    assert (there.age.tolist(), there.gap.tolist(), there.looked.tolist()) == ([37], [0], [0.0])
    seen, unseen = found(fitted), found(fitted, gap=10)
    assert unseen[0].before[3, 0] < seen[0].before[3, 0], "it may have ended already"
    assert unseen[0].then[3, 1] > unseen[0].before[3, 1]


def test_readings_that_differ_in_their_state_alone_are_one():
    two = Standings(
        *(np.repeat(each, 2) for each in (ZERO, ZERO, ZERO, 0.0 * ONE, ZERO, ZERO)), np.eye(N_STATES)[[0, 3]],
        np.array([[1.0], [1.0]]),
    )  # fmt: skip
    share, there = standing_by(two, np.array([0.3, 0.7]), 6, 1)
    assert share.tolist() == [1.0] and len(there.key) == 1
    share, there = standing_by(
        Standings(**{**vars(two), "covariates": np.array([[1.0], [0.0]])}), np.array([0.3, 0.7]), 6, 1
    )
    assert share.tolist() == [0.7, 0.3] and there.covariates.ravel().tolist() == [0.0, 1.0]


@pytest.mark.parametrize(("state", "months"), [(-1, 0), (N_STATES, 0), (3, -1)])
def test_other_states_and_months_are_refused(state, months):
    with pytest.raises(ValueError, match=f"expected a state from 0 to 17 and months from 0, got {state} and {months}"):
        standing_by(at(), ONE, state, months)


def test_what_fewer_than_five_cases_did_lies_outside_history(fitted):
    moved, began = ((1, "active"), (2, "active")), ((2, "active"),)
    few = found(fitted, known=past(*[moved] * 4, *[began] * 9))[1]
    enough = found(fitted, known=past(*[moved] * 5))[1]
    assert (few.n_stood, few.n_moved, few.is_outside_history) == (13, 4, True)
    assert (enough.n_stood, enough.n_moved, enough.is_outside_history) == (5, 5, False)
    np.testing.assert_array_equal(few.then, enough.then)


@given(st.integers(0, 1), st.integers(0, 5), st.sampled_from(STATUSES))
def test_a_step_leads_elsewhere_and_never_down(form, level, status):
    here = LadderState(form, level, status)
    steps = possible_steps(here)
    rungs = [rung for _, rung in steps]
    assert here not in rungs and len(set(rungs)) == len(rungs)
    assert all(rung.form == form and rung.level >= level for rung in rungs)
    assert {rung.level for rung in rungs if rung.status == "active"} >= set(range(level + 1, 6))
    assert ("broken" in {rung.status for rung in rungs}) == (status != "broken")
    assert all(words for words, _ in steps) and len(STEP_WORDS[form]) == 5


def test_given_no_ending_shares_out_what_is_left():
    incidence = np.array([[0.1, 0.2, 0.5], [0.1, 0.3, 0.3]])
    kept = given_no_ending(incidence, 1)
    assert kept[:, :2].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert kept[0, 2] == pytest.approx(0.3 / 0.5) and kept[1, 2] == 0.0
    assert given_no_ending(incidence, None) is not None and (given_no_ending(incidence, None) == incidence).all()
