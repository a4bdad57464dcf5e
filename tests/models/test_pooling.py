import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.pooling import LARGEST_STRENGTH, SMALLEST_STRENGTH, rate_ratios, scale_hazards

COUNTS = st.lists(st.tuples(st.integers(0, 40), st.floats(0.1, 40)), min_size=1, max_size=12)
HAZARDS = st.lists(st.tuples(*[st.floats(0, 0.33, allow_subnormal=False)] * 3), min_size=1, max_size=12)
RATIOS = st.tuples(*[st.floats(0.01, 50)] * 3).map(np.array)


def simulated(strength, n_strata, expected, seed):
    """Endings counted in strata whose true ratios are gamma with mean one."""
    rng = np.random.default_rng(seed)
    ratio = rng.gamma(strength, 1 / strength, size=(n_strata, 1))
    return rng.poisson(expected * ratio), np.full((n_strata, 1), expected)


@pytest.mark.parametrize("strength", [1.0, 4.0, 20.0])
def test_the_strength_of_simulated_strata_is_recovered(strength):
    estimates = [rate_ratios(*simulated(strength, 400, 15.0, seed)).strength[0] for seed in range(8)]
    assert np.median(estimates) == pytest.approx(strength, rel=0.25)


def test_strata_that_do_not_differ_are_pooled_to_a_ratio_near_one():
    ratios = [rate_ratios(*simulated(1e6, 400, 15.0, seed)) for seed in range(8)]
    assert np.median([each.strength[0] for each in ratios]) > 100
    assert np.median([np.abs(each.mean - 1).max() for each in ratios]) < 0.2


def test_identical_strata_keep_a_ratio_of_one():
    ratios = rate_ratios(np.full((5, 2), 7), np.full((5, 2), 7.0))
    np.testing.assert_allclose(ratios.mean, 1)
    assert (ratios.strength > 0.9 * LARGEST_STRENGTH).all()


def test_a_large_stratum_keeps_its_own_rate_and_a_small_one_is_drawn_to_the_rest():
    observed, expected = np.array([[900], [3], [100], [40]]), np.array([[300.0], [1.0], [400.0], [39.0]])
    large, small = rate_ratios(observed, expected).mean[:2, 0]
    assert large == pytest.approx(3, rel=0.02)
    assert 1 < small < large


@given(COUNTS)
def test_a_ratio_lies_between_one_and_the_rate_of_the_stratum_itself(counts):
    observed, expected = (np.array(column, dtype=float)[:, None] for column in zip(*counts, strict=True))
    ratios = rate_ratios(observed, expected)
    own = observed / expected
    assert (ratios.mean > 0).all()
    assert (ratios.mean <= np.maximum(own, 1) + 1e-12).all()
    assert (ratios.mean >= np.minimum(own, 1) - 1e-12).all()
    assert SMALLEST_STRENGTH <= ratios.strength[0] <= LARGEST_STRENGTH


def test_draws_are_of_the_posterior_and_repeat_with_their_seed():
    ratios = rate_ratios([[0], [12], [30]], [[4.0], [6.0], [50.0]])
    draws = ratios.draw(40_000, np.random.default_rng(5))
    assert draws.shape == (40_000, 3, 1)
    assert (draws > 0).all()
    np.testing.assert_allclose(draws.mean(axis=0), ratios.mean, rtol=0.02)
    variance = (ratios.observed + ratios.strength) / (ratios.expected + ratios.strength) ** 2
    np.testing.assert_allclose(draws.var(axis=0), variance, rtol=0.05)
    np.testing.assert_array_equal(draws, ratios.draw(40_000, np.random.default_rng(5)))


@given(HAZARDS)
def test_a_ratio_of_one_changes_no_hazard(rows):
    hazard = np.array(rows).T
    np.testing.assert_allclose(scale_hazards(hazard, np.ones(3)), hazard, atol=1e-12)


@given(HAZARDS, RATIOS)
def test_scaled_hazards_stay_below_one_in_sum(rows, ratio):
    hazard = np.array(rows).T
    scaled = scale_hazards(hazard, ratio)
    assert (scaled >= 0).all()
    assert (scaled.sum(axis=0) <= 1).all()
    assert ((scaled == 0) == (hazard == 0)).all()


@given(HAZARDS, RATIOS)
def test_intensities_are_multiplied_cause_by_cause(rows, ratio):
    """The whole monthly intensity, -log(1 - sum), becomes the sum of the causes' own intensities times their ratios."""
    hazard = np.array(rows).T
    total, scaled = hazard.sum(axis=0), scale_hazards(hazard, ratio)
    share = np.divide(hazard, total, out=np.zeros_like(hazard), where=total > 0)
    intensity = (share * -np.log1p(-total) * ratio[:, None]).sum(axis=0)
    np.testing.assert_allclose(scaled.sum(axis=0), -np.expm1(-intensity), atol=1e-12)


def test_a_certain_ending_stays_an_ending():
    scaled = scale_hazards(np.array([[1.0], [0.0], [0.0]]), np.array([0.5, 1.0, 2.0]))
    assert scaled[0, 0] == pytest.approx(1, abs=1e-5)
    assert (scaled[1:] == 0).all()
