import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.uncertainty import cluster_weights, interval

GROUPS = st.lists(st.integers(-3, 9), min_size=1, max_size=40)


@given(GROUPS, st.integers(0, 2**32))
def test_groups_are_drawn_whole_and_as_many_as_there_are(groups, seed):
    weights = cluster_weights(groups, 7, seed)
    names, first = np.unique(groups, return_index=True)
    assert weights.shape == (7, len(groups))
    for name, line in zip(names, first, strict=True):
        assert (weights[:, np.array(groups) == name] == weights[:, [line]]).all()
    assert (weights[:, first].sum(axis=1) == len(names)).all()
    assert (weights == np.floor(weights)).all()


def test_each_group_is_drawn_once_on_average_and_its_draws_vary_as_poisson():
    weights = cluster_weights(np.arange(50), 20_000, 1)
    np.testing.assert_allclose(weights.mean(axis=0), 1, atol=0.05)
    np.testing.assert_allclose(weights.var(axis=0), 1 - 1 / 50, atol=0.06)


def test_the_seed_decides_and_the_names_of_groups_do_not():
    groups = np.array([3, 3, 1, 2])
    np.testing.assert_array_equal(cluster_weights(groups, 20, 5), cluster_weights(groups, 20, 5))
    np.testing.assert_array_equal(cluster_weights(groups, 20, 5), cluster_weights(["c", "c", "a", "b"], 20, 5))
    assert (cluster_weights(groups, 20, 5) != cluster_weights(groups, 20, 6)).any()


@pytest.mark.parametrize(("level", "bounds"), [(0.8, (10, 90)), (0.5, (25, 75)), (0.98, (1, 99))])
def test_an_interval_leaves_the_same_share_outside_at_both_ends(level, bounds):
    draws = np.arange(101.0)[:, None] * np.array([1.0, 2.0])
    lower, upper = interval(draws, level)
    np.testing.assert_allclose(lower, [bounds[0], 2 * bounds[0]])
    np.testing.assert_allclose(upper, [bounds[1], 2 * bounds[1]])
