import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.scores.resampling import draw_groups
from forecasting.scores.skill import paired_bootstrap, skill, slope_through_origin

ROWS = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0.01, 1), st.floats(0.1, 3), st.integers(0, 5)), min_size=2, max_size=30
).filter(lambda rows: len({row[3] for row in rows}) > 1)


def columns(rows):
    score, reference, weights, groups = np.array(rows).T
    return score, reference, weights, groups


@given(ROWS)
def test_the_reference_has_no_skill_against_itself_and_no_doubt_about_it(rows):
    _, reference, weights, groups = columns(rows)
    found = paired_bootstrap(reference, reference, weights, groups, n_replicates=50)
    assert (found.value, found.lower, found.upper) == (0, 0, 0)
    assert skill(reference, reference, weights) == 0


@given(ROWS)
def test_a_perfect_model_has_all_the_skill(rows):
    _, reference, weights, groups = columns(rows)
    found = paired_bootstrap(np.zeros_like(reference), reference, weights, groups, n_replicates=50)
    np.testing.assert_allclose([found.value, found.lower, found.upper], 1, atol=1e-12)


@given(ROWS)
def test_skill_is_one_minus_the_ratio_of_weighted_means(rows):
    score, reference, weights, _ = columns(rows)
    ratio = np.average(score, weights=weights) / np.average(reference, weights=weights)
    assert skill(score, reference, weights) == pytest.approx(1 - ratio, abs=1e-12)


@given(ROWS)
def test_groups_stay_whole_in_every_replicate(rows):
    """The interval is that of samples put together by hand out of whole groups."""
    score, reference, weights, groups = columns(rows)
    names = np.unique(groups)
    by_hand = []
    for times in draw_groups(len(names), 40, 9).astype(int):
        lines = np.concatenate([np.flatnonzero(groups == name) for name in np.repeat(names, times)])
        by_hand.append(skill(score[lines], reference[lines], weights[lines]))
    found = paired_bootstrap(score, reference, weights, groups, n_replicates=40, seed=9, level=0.8)
    assert found.lower == pytest.approx(min(np.quantile(by_hand, 0.1), found.value), abs=1e-9)
    assert found.upper == pytest.approx(max(np.quantile(by_hand, 0.9), found.value), abs=1e-9)
    assert (found.n, found.n_groups, found.level) == (len(rows), len(names), 0.8)


@given(ROWS)
def test_saying_a_thing_twice_within_its_group_tells_nothing(rows):
    once = paired_bootstrap(*columns(rows), n_replicates=40)
    twice = paired_bootstrap(*columns(rows * 2), n_replicates=40)
    np.testing.assert_allclose(
        [twice.value, twice.lower, twice.upper], [once.value, once.lower, once.upper], atol=1e-9, rtol=1e-9
    )


def test_every_model_meets_the_same_draws():
    """Twice the saving in every forecast is twice the skill in every replicate, hence at both bounds."""
    rng = np.random.default_rng(4)
    reference, groups = rng.uniform(0.2, 1, 60), rng.integers(0, 12, 60)
    saved = rng.normal(0.05, 0.1, 60)
    one, two = (paired_bootstrap(reference - k * saved, reference, None, groups) for k in (1, 2))
    np.testing.assert_allclose([two.value, two.lower, two.upper], 2 * np.array([one.value, one.lower, one.upper]))
    np.testing.assert_array_equal(draw_groups(12, 30, 5), draw_groups(12, 30, 5))
    assert (draw_groups(12, 30, 5) != draw_groups(12, 30, 6)).any()


def test_forecasts_and_groups_without_weight_do_not_count():
    rng = np.random.default_rng(4)
    score, reference, groups = rng.random(20), rng.random(20), np.arange(20) // 4
    weights = np.where(groups < 3, 1.0, 0.0)
    found = paired_bootstrap(score, reference, weights, groups)
    assert found == paired_bootstrap(score[:12], reference[:12], None, groups[:12])
    assert (found.n, found.n_groups) == (12, 3)


def test_the_interval_has_the_width_that_theory_gives():
    rng = np.random.default_rng(2)
    reference = np.ones(4000)
    score = rng.normal(0.9, 0.5, 4000)
    found = paired_bootstrap(score, reference, None, np.arange(4000))
    assert found.upper - found.lower == pytest.approx(2 * 1.645 * score.std() / np.sqrt(4000), rel=0.08)


def test_a_replicate_that_the_reference_forecasts_perfectly_is_left_out():
    found = paired_bootstrap([0.2, 0.1], [0.4, 0.0], None, [0, 1], n_replicates=200)
    assert np.isfinite([found.lower, found.upper]).all()


def test_a_slope_is_that_of_least_squares_and_its_interval_comes_from_whole_groups():
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4))
    y = 0.6 * x + rng.normal(size=x.shape)
    groups = np.repeat(np.arange(20), 3)
    found = slope_through_origin(x, y, groups)
    assert found.value == pytest.approx((x * y).sum() / (x * x).sum())
    assert found.lower < found.value < found.upper and found.level == 0.95
    twice = slope_through_origin(np.concatenate([x, x]), np.concatenate([y, y]), np.concatenate([groups, groups]))
    assert (twice.value, twice.sd) == pytest.approx((found.value, found.sd))
    alone = slope_through_origin(np.concatenate([x, x]), np.concatenate([y, y]), np.arange(120))
    assert alone.sd != pytest.approx(found.sd)
    with pytest.raises(ValueError, match="^expected forecasts that differ from the reference, got none; the slope has"):
        slope_through_origin(np.zeros(4), np.ones(4), [1, 1, 2, 2])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([0.1], [0.2, 0.3], None, [0]), "expected reference scores of shape (1,), got (2,); give one per forecast"),
        (([[0.1]], [0.2], None, [0]), "expected scores of shape (1,), got (1, 1); give one per forecast"),
        (
            ([0.1, np.nan], [0.2, 0.3], None, [0, 1]),
            "expected finite scores, at most 1e+100 in size, got nan in row 1; leave out forecasts that are not scored",
        ),
        (
            ([0.1, 0.1], [0.2, 0.3], [1, -1], [0, 1]),
            "expected weights from 0 to 1e+100, got -1 in row 1; weigh a forecast left out with 0",
        ),
        (
            ([0.1, 0.1], [0.2, 0.3], [0, 0], [0, 1]),
            "expected at least one forecast with a weight above 0, got none; give forecasts to score",
        ),
        (([], [], None, []), "expected at least one forecast with a weight above 0, got none; give forecasts to score"),
        (
            ([0.1, 0.1], [0, 0], None, [0, 1]),
            "expected a reference with a mean score above 0, got 0; no skill is defined against a perfect one, choose another",
        ),
        (([0.1, 0.1], [0.2, 0.3], None, [0]), "expected groups of shape (2,), got (1,); give one per forecast"),
        (([0.1, 0.1], [0.2, 0.3], None, [7, 7]), "expected at least 2 groups to resample, got 1; score more cases"),
        (
            ([0.1, 0.1], [0.2, 0.3], None, [0, 1], 10, 1, 1.5),
            "expected a level between 0 and 1, got 1.5; give a share such as 0.01 or 0.9",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused(arguments, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        paired_bootstrap(*arguments)
