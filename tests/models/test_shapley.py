"""Shapley values by stages: efficiency, symmetry, null inputs, and stages in their order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.shapley import stage_shares


def table(stages, seed):
    """A value of any combination of stages, without structure."""
    shape = tuple(stage + 1 for stage in stages)
    values = np.random.default_rng(seed).normal(size=(*shape, 3))
    return lambda at: values[at]


@given(st.lists(st.integers(1, 3), max_size=4), st.integers(0, 100))
def test_shares_sum_to_the_whole_change(stages, seed):
    value = table(stages, seed)
    shares = stage_shares(value, stages)
    assert [len(own) for own in shares] == stages
    whole = sum((part for own in shares for part in own), start=np.zeros(3))
    np.testing.assert_allclose(whole, value(tuple(stages)) - value((0,) * len(stages)), atol=1e-12)


@given(st.lists(st.integers(1, 2), min_size=1, max_size=4), st.integers(0, 100))
def test_shares_are_the_average_over_all_orders_of_the_inputs(stages, seed):
    value, shares = table(stages, seed), stage_shares(table(stages, seed), stages)
    orders = list(permutations(range(len(stages))))
    expected = [[np.zeros(3) for _ in range(last)] for last in stages]
    for order in orders:
        at = [0] * len(stages)
        for own in order:
            for stage in range(stages[own]):
                before = value(tuple(at))
                at[own] = stage + 1
                expected[own][stage] += (value(tuple(at)) - before) / len(orders)
    for own, told in zip(shares, expected, strict=True):
        np.testing.assert_allclose(own, told, atol=1e-12)


def test_an_input_without_effect_has_none_and_one_with_effect_has_some():
    (idle,), (one,), (other,) = stage_shares(lambda at: np.array(float(at[1] * at[2])), [1, 1, 1])
    assert (float(idle), float(one), float(other)) == (0.0, 0.5, 0.5)


def test_without_inputs_there_are_no_shares():
    assert stage_shares(lambda at: np.zeros(1), []) == []


def test_each_combination_is_worked_out_once():
    asked = []
    stage_shares(lambda at: (asked.append(at), np.zeros(1))[1], [2, 1])
    assert len(asked) == len(set(asked)) == 6


def test_an_input_with_stages_shares_as_a_whole_what_it_would_in_one():
    value = table([2, 1], 5)
    whole = stage_shares(lambda at: value((2 * at[0], at[1])), [1, 1])
    staged = stage_shares(value, [2, 1])
    assert sum(staged[0]) == pytest.approx(whole[0][0], abs=1e-12)
