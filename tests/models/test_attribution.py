"""Shares of an incidence: slopes are derivatives, shares add up, and the axioms of Aumann and Shapley hold."""

from itertools import permutations

import numpy as np
import pytest

from forecasting.models.attribution import incidence_slopes, path_shares, state_loading, sum_by_term
from forecasting.models.incidence import cumulative_incidence
from forecasting.models.newton import probabilities

STATES = range(4)
MONTHS, TERMS, CAUSES = 40, 5, 3


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def toy(rng):
    """Log odds of 40 months, what five terms are worth in each, and their effects, large enough to bend the path."""
    start = rng.normal(-4.0, 0.5, (MONTHS, CAUSES))
    return start, rng.normal(size=(MONTHS, TERMS)), rng.normal(0.0, 0.8, (TERMS, CAUSES))


def value(log_odds, loading):
    return cumulative_incidence(probabilities(log_odds).T)[:, -1] @ loading


@pytest.mark.parametrize("state", STATES)
def test_slopes_are_the_derivatives_of_the_value(toy, state):
    start, loading, step = toy[0], state_loading(state, CAUSES), 1e-6
    found, slopes = incidence_slopes(start, loading)
    assert found == pytest.approx(value(start, loading), abs=1e-15)
    for month, cause in ((0, 0), (0, 2), (17, 1), (MONTHS - 1, 0), (MONTHS - 1, 2)):
        moved = np.zeros_like(start)
        moved[month, cause] = step
        numeric = (value(start + moved, loading) - value(start - moved, loading)) / (2 * step)
        assert slopes[month, cause] == pytest.approx(numeric, abs=1e-9)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("weights", [(1.0, 1.0), (0.3, 0.0), (0.2, 0.9)])
def test_shares_add_up_to_the_change(toy, state, weights):
    start, design, effects = toy
    loading = state_loading(state, CAUSES)
    shares, weighed = path_shares(start, design, effects, loading, weights)
    change = weights[1] * value(start + design @ effects, loading) - weights[0] * value(start, loading)
    assert shares.sum() + weighed == pytest.approx(change, abs=1e-11)
    assert (weighed == 0.0) == (weights[0] == weights[1])


def test_shares_of_the_states_cancel(toy):
    start, design, effects = toy
    shares = [path_shares(start, design, effects, state_loading(state, CAUSES))[0] for state in STATES]
    np.testing.assert_allclose(np.sum(shares, axis=0), 0.0, atol=1e-12)


def test_a_term_that_moves_no_odds_has_no_share(toy):
    start, design, effects = toy
    design[:, 1], effects[3] = 0.0, 0.0
    shares, _ = path_shares(start, design, effects, state_loading(0, CAUSES))
    assert shares[1] == shares[3] == 0.0
    assert np.abs(np.delete(shares, [1, 3])).min() > 1e-6


def test_terms_that_do_the_same_have_the_same_share_and_their_order_does_not_matter(toy):
    start, design, effects = toy
    design[:, 4], effects[4] = design[:, 2], effects[2]
    shares, _ = path_shares(start, design, effects, state_loading(0, CAUSES))
    assert shares[4] == pytest.approx(shares[2], abs=1e-14)
    order = [3, 0, 4, 1, 2]
    other, _ = path_shares(start, design[:, order], effects[order], state_loading(0, CAUSES))
    np.testing.assert_allclose(other, shares[order], atol=1e-13)


def shapley(start, design, effects, loading):
    """Exact Shapley values: a term's addition to those before it, averaged over every order."""
    orders = list(permutations(range(design.shape[1])))
    shares = np.zeros(design.shape[1])
    for order in orders:
        reached = start
        for term in order:
            gone = reached + design[:, [term]] @ effects[[term]]
            shares[term] += (value(gone, loading) - value(reached, loading)) / len(orders)
            reached = gone
    return shares


def test_shares_differ_from_exact_shapley_values_only_by_third_order_terms(toy):
    """The two agree on every sum and product of two terms, so halving the path divides what they differ in by eight."""
    start, design, effects = toy[0], toy[1][:, :3], toy[2][:3]
    loading = state_loading(0, CAUSES)
    apart = []
    for scale in (0.2, 0.1, 0.05):
        shares, _ = path_shares(start, design, scale * effects, loading)
        apart.append(np.abs(shares - shapley(start, design, scale * effects, loading)).max())
    assert apart[0] > 1e-9
    assert 5.0 < apart[0] / apart[1] < 12.0
    assert 6.0 < apart[1] / apart[2] < 10.0


def test_a_single_term_has_the_whole_change(toy):
    start, design, effects = toy[0], toy[1][:, :1], toy[2][:1]
    loading = state_loading(1, CAUSES)
    np.testing.assert_allclose(
        path_shares(start, design, effects, loading)[0], shapley(start, design, effects, loading), atol=1e-12
    )


def test_replicates_are_worked_out_together(toy, rng):
    start, design, effects = toy
    several = effects + rng.normal(0.0, 0.1, (4, TERMS, CAUSES))
    starts = start + rng.normal(0.0, 0.1, (4, MONTHS, CAUSES))
    together, _ = path_shares(starts, design, several, state_loading(0, CAUSES))
    for i in range(4):
        alone, _ = path_shares(starts[i], design, several[i], state_loading(0, CAUSES))
        np.testing.assert_allclose(together[i], alone, atol=1e-11)


def test_a_path_that_no_quadrature_can_follow_is_refused(toy):
    start, design, effects = toy
    message = (
        "expected shares that add up to within 1e-11, got a larger remainder with 192 nodes; "
        "shorten the path or raise the tolerance"
    )
    with pytest.raises(FloatingPointError, match=f"^{message}$"):
        path_shares(start, design, 1e5 * effects, state_loading(0, CAUSES))


def test_columns_are_summed_by_the_term_they_belong_to():
    shares = np.array([[1.0, 2.0, 4.0, 8.0]])
    np.testing.assert_array_equal(sum_by_term(shares, ("a", "b", "b", "frame"), ("b", "a", "none")), [[6.0, 1.0, 0.0]])
