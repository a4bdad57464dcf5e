"""The chance of a step and what follows: the doubled chain as reference, total probability, and twins that differ."""

import numpy as np
import pytest
from ladders import simulated

from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_moves import ACTIVE, N_STATES, level_of, status_of
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.ladder_step import with_step

ZERO, ONE, MONTHS = np.zeros(1, dtype=np.int64), np.ones(1), (3, 6, 12, 36)
HIGHER = (level_of(np.arange(N_STATES)) >= 2) & (status_of(np.arange(N_STATES)) == ACTIVE)


@pytest.fixture(scope="module")
def model():
    return LadderModel(n_draws=20).fit(*simulated(120, seed=5, up=0.04))


def at(states=(3,), gap=0, looked=0.0):
    n = len(states)
    zero = np.zeros(n, dtype=np.int64)
    return Standings(
        zero + 5, zero + 24, zero + gap, zero + looked, zero, zero, np.eye(N_STATES)[list(states)], np.zeros((n, 0))
    )


def doubled(model, one, by, months):
    """Incidence with the step and without it from a chain of twice as many states, of which the second half has taken it."""
    hazard, stretch = model.hazards(one, 0, max(months))
    steps, taken = model.moves_.matrix, HIGHER.astype(float)
    both = np.block([[steps * (1 - taken), steps * taken], [np.zeros_like(steps), steps]])
    assert max(months) <= by, "the second half is entered in every month"
    start = np.concatenate([one.start[0] * (1 - taken), one.start[0] * taken])
    twice = np.concatenate([hazard, np.zeros_like(hazard)], axis=-1)
    return forward_incidence(start, twice, both, stretch, months)


@pytest.mark.parametrize("by", [12, 36])
def test_the_chain_with_twice_as_many_states_gives_the_same(model, by):
    months = tuple(month for month in MONTHS if month <= by)
    found = with_step(model, at(), ONE, HIGHER, by, months)
    np.testing.assert_allclose(found.whole - found.joint, doubled(model, at(), by, months), atol=1e-13)


@pytest.mark.parametrize(("gap", "looked"), [(0, 0.0), (9, 0.0), (9, 6.0)])
def test_the_branches_add_up_to_the_forecast_in_every_draw(model, gap, looked):
    one = at((3,), gap, looked)
    found = with_step(model, one, ONE, HIGHER, 6, MONTHS)
    np.testing.assert_allclose(found.whole, model.mixed_draws(one, ONE, MONTHS), atol=1e-15)
    chance = found.chance[:, None, None]
    np.testing.assert_allclose(chance * found.taken + (1 - chance) * found.not_taken, found.whole, atol=1e-14)
    assert ((found.chance > 0.0) & (found.chance < 1.0)).all()
    for branch in (found.taken, found.not_taken):
        assert (
            (branch >= 0.0).all()
            and (np.diff(branch, axis=2) >= -1e-14).all()
            and (branch.sum(axis=1) <= 1.0 + 1e-12).all()
        )


def test_a_step_that_nothing_is_has_no_chance_and_a_higher_rung_makes_a_text_likelier(model):
    never = with_step(model, at(), ONE, np.zeros(N_STATES, dtype=bool), 6, MONTHS)
    np.testing.assert_allclose(never.chance, 0.0, atol=1e-14)
    np.testing.assert_allclose(never.joint, 0.0, atol=1e-14)
    mean = with_step(model, at(), ONE, HIGHER, 6, MONTHS).averaged
    assert mean.taken[0, 0, -1] > mean.whole[0, 0, -1] > mean.not_taken[0, 0, -1]


def test_who_takes_the_step_has_not_ended_before_it(model):
    """So within months of the day those who do not take it hold all who ended at once."""
    mean = with_step(model, at(), ONE, HIGHER, 6, (1, 36)).averaged
    assert mean.taken[0, :, 0].sum() < mean.not_taken[0, :, 0].sum()


def test_who_stands_there_has_taken_it_already_and_who_may_stand_there_has_by_so_much(model):
    assert with_step(model, at((6,)), ONE, HIGHER, 6, MONTHS).chance == pytest.approx(1.0)
    low = with_step(model, at((3,)), ONE, HIGHER, 6, MONTHS).chance
    mixture = with_step(model, at((3, 6)), np.array([0.75, 0.25]), HIGHER, 6, MONTHS).chance
    np.testing.assert_allclose(mixture, 0.75 * low + 0.25, atol=1e-12)


def test_a_later_day_makes_the_step_likelier(model):
    chances = [with_step(model, at(), ONE, HIGHER, by, (12,)).chance.mean() for by in (0, 1, 6, 24, 60)]
    assert chances[0] == pytest.approx(0.0, abs=1e-12) and (np.diff(chances) > 0).all()


def test_a_step_of_another_shape_is_refused(model):
    with pytest.raises(
        ValueError, match="expected True or False for each of 18 states and a month from 0, got int64 of shape"
    ):
        with_step(model, at(), ONE, np.zeros(3, dtype=np.int64), 6, MONTHS)
