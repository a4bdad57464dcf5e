"""Weights of forecasts: every case counts one, whatever the number of its forecasts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.scores.weights import case_weights

LINES = st.lists(st.tuples(st.sampled_from("abcde"), st.booleans()), min_size=1, max_size=40)


@given(LINES)
def test_the_weights_of_a_case_add_up_to_one_if_any_of_its_forecasts_is_scored(lines):
    cases, scored = map(np.array, zip(*lines, strict=True))
    weights = case_weights(cases, scored)
    assert (weights[~scored] == 0).all()
    for case in set(cases):
        own = weights[cases == case]
        assert own.sum() == pytest.approx(float(scored[cases == case].any()))
        assert len(set(own[own > 0])) <= 1


@given(LINES)
def test_without_flags_every_forecast_is_scored(lines):
    cases = [case for case, _ in lines]
    np.testing.assert_array_equal(case_weights(cases), case_weights(cases, [True] * len(cases)))


def test_flags_of_another_length_are_refused():
    with pytest.raises(ValueError, match=r"scored forecasts of shape \(2,\)"):
        case_weights(["a", "b"], [True])
