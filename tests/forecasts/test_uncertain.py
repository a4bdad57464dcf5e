"""Forecasts when one fact is uncertain."""

import numpy as np
import pandas as pd
import pytest

from forecasting.forecasts.uncertain import (
    ENDORSED,
    MARGINAL,
    NOT_ENDORSED,
    both_values,
    marginal_and_conditional,
    marginal_probabilities,
)
from forecasting.models.hazard import HazardModel

HORIZONS = (12, 60)


@pytest.fixture(scope="module")
def model():
    """A model that has seen endorsed cases end formally, and the others collapse, over and over."""
    rng = np.random.default_rng(5)
    n = 400
    endorsed = rng.integers(0, 2, n).astype(float)
    exit_ = rng.geometric(np.where(endorsed == 1, 0.05, 0.01))
    lines = pd.DataFrame({"leader_endorsed": endorsed, "case": np.arange(n), "weight": 1.0, "backward": 0.0})
    lines = lines.assign(age_months=0, gap_months=0)
    y = (np.zeros(n, dtype=int), exit_, np.where(endorsed == 1, 1, 2))
    return HazardModel(statics=("leader_endorsed",), intercepts=(), n_replicates=50).fit(lines, y)


def line(**cells):
    return pd.DataFrame([{"leader_endorsed": 0.3, "backward": 0.0, "age_months": 0, "gap_months": 0} | cells])


@pytest.mark.parametrize("fact", [0.0, 1.0])
def test_a_certain_fact_has_one_side(model, fact):
    assert set(marginal_and_conditional(model, line(leader_endorsed=fact), "leader_endorsed", HORIZONS, 0.8)) == {
        MARGINAL
    }


def test_an_uncertain_fact_is_averaged_over_and_shown_either_way(model):
    sides = marginal_and_conditional(model, line(), "leader_endorsed", HORIZONS, 0.8)
    assert set(sides) == {MARGINAL, ENDORSED, NOT_ENDORSED}
    np.testing.assert_allclose(
        sides[MARGINAL].point, 0.3 * sides[ENDORSED].point + 0.7 * sides[NOT_ENDORSED].point, atol=1e-12
    )
    for chance, side in ((1.0, ENDORSED), (0.0, NOT_ENDORSED)):
        certain = marginal_and_conditional(model, line(leader_endorsed=chance), "leader_endorsed", HORIZONS, 0.8)[
            MARGINAL
        ]
        np.testing.assert_allclose(sides[side].point, certain.point, atol=1e-12)


def test_a_case_that_has_lasted_was_likelier_one_that_lasts(model):
    """Endorsed cases end sooner here, so an old case was likelier not endorsed than its coded chance says."""
    sides = marginal_and_conditional(model, line(age_months=60), "leader_endorsed", HORIZONS, 0.8)
    weight = (sides[MARGINAL].point - sides[NOT_ENDORSED].point)[0] / (
        sides[ENDORSED].point - sides[NOT_ENDORSED].point
    )[0]
    assert (weight < 0.3).all()
    born = line(leader_endorsed=[1.0]).explode("leader_endorsed")
    lasted = [
        model.predict_cumulative_incidence(born.assign(leader_endorsed=float(side)), (60,)).survival[0, 0]
        for side in (1, 0)
    ]
    np.testing.assert_allclose(weight, 0.3 * lasted[0] / (0.3 * lasted[0] + 0.7 * lasted[1]), atol=1e-9)


def test_every_side_is_a_distribution_inside_its_bounds(model):
    for states in marginal_and_conditional(model, line(gap_months=7), "leader_endorsed", HORIZONS, 0.8).values():
        np.testing.assert_allclose(states.point.sum(axis=0), 1.0)
        assert (states.lower <= states.point).all()
        assert (states.point <= states.upper).all()


@pytest.mark.parametrize("fact", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("age", [0, 60])
def test_what_is_expected_is_the_mean_over_both_ways(model, fact, age):
    asked = line(leader_endorsed=fact, age_months=age)
    both, weights = both_values(model, asked, "leader_endorsed")
    assert list(both["leader_endorsed"]) == [1.0, 0.0]
    assert weights.sum() == pytest.approx(1.0, abs=1e-12)
    assert (weights[0] in (0.0, 1.0)) == (fact in (0.0, 1.0))
    point = marginal_probabilities(model, asked, "leader_endorsed", HORIZONS)
    told = marginal_and_conditional(model, asked, "leader_endorsed", HORIZONS, 0.8)[MARGINAL].point
    np.testing.assert_allclose(point, told, atol=1e-12)


def test_without_such_a_fact_there_is_one_way(model):
    alone, weights = both_values(model, line(), "no such fact")
    assert len(alone) == len(weights) == 1
