from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.models import refits as module
from forecasting.models.newton import Counts, fit, gradient, information, probabilities
from forecasting.models.refits import refits
from forecasting.models.uncertainty import cluster_draws

REFERENCE = Path(__file__).parents[1] / "reference"
N_GROUPS = 80


@pytest.fixture(scope="module")
def clustered():
    """The person-quarters of `tests/reference/ref_synth.R` under a prior, the cases in 80 groups: the arguments of
    `refits` up to the draws."""
    rows = pd.read_csv(REFERENCE / "synth_person_quarter.csv")
    design = np.stack([np.ones(len(rows)), rows["x1"], rows["x2"], rows["x3"], np.log(rows["period"])], axis=1)
    endings = (rows["y"].to_numpy()[:, None] == [1, 2]).astype(float)
    counts = Counts(np.ones(len(rows)), endings, np.ones(len(rows)))
    precision = 1 / np.square([10.0, 0.25, 0.25, 0.25, 0.25])
    return fit(design, counts, precision), design, counts, precision, (rows["id"].to_numpy() - 1) % N_GROUPS


def weighted(counts, weights, group):
    return Counts(counts.trials, counts.endings, counts.weight * weights[group])


def alone(clustered, weights):
    """The fit under cluster weights by Newton's method."""
    coef, design, counts, precision, group = clustered
    return fit(design, weighted(counts, weights, group), precision, start=coef)


def distance(clustered, weights, found):
    """From the optimum, in standard errors under the draw's own information."""
    _, design, counts, precision, group = clustered
    own = weighted(counts, weights, group)
    slope = gradient(found, design, own, precision).T.ravel()
    return np.sqrt(slope @ np.linalg.solve(information(found, design, own, precision), slope))


def test_each_refit_is_the_optimum_under_its_weights(clustered):
    draws = cluster_draws(N_GROUPS, 30, 4)
    for weights, found in zip(draws, refits(*clustered, draws, near_enough=1e-12), strict=True):
        np.testing.assert_allclose(found, alone(clustered, weights), atol=1e-6, rtol=0)


@pytest.mark.parametrize("near_enough", [0.1, 2e-3, 1e-6])
def test_no_refit_is_further_from_its_optimum_than_was_asked(clustered, near_enough):
    draws = cluster_draws(N_GROUPS, 60, 5)
    found = refits(*clustered, draws, near_enough=near_enough)
    far = [distance(clustered, weights, each) for weights, each in zip(draws, found, strict=True)]
    assert max(far) <= np.sqrt(2 * near_enough)


def test_a_far_start_reaches_the_same_optimum(clustered):
    _, *rest = clustered
    weights = np.ones((1, N_GROUPS))
    from_zero = refits(np.zeros_like(clustered[0]), *rest, weights, near_enough=1e-12)[0]
    np.testing.assert_allclose(from_zero, clustered[0], atol=1e-6, rtol=0)


def test_equal_weights_return_the_fit(clustered):
    found = refits(*clustered, np.ones((3, N_GROUPS)))
    np.testing.assert_allclose(found, np.broadcast_to(clustered[0], found.shape), atol=1e-9, rtol=0)


def test_weight_zero_is_a_group_left_out(clustered):
    coef, design, counts, precision, group = clustered
    kept = group >= 20
    rest = Counts(counts.trials[kept], counts.endings[kept], counts.weight[kept])
    found = refits(*clustered, (np.arange(N_GROUPS) >= 20)[None].astype(float), near_enough=1e-12)[0]
    np.testing.assert_allclose(found, fit(design[kept], rest, precision, start=coef), atol=1e-6, rtol=0)


def test_a_group_without_rows_changes_nothing(clustered):
    draws = cluster_draws(N_GROUPS, 5, 7)
    with_empty = np.hstack([draws, np.full((5, 1), 3.0)])
    np.testing.assert_array_equal(refits(*clustered, with_empty), refits(*clustered, draws))


def test_refits_are_the_same_to_the_last_bit_and_do_not_depend_on_their_batch(clustered, monkeypatch):
    draws = cluster_draws(N_GROUPS, 20, 5)
    found = refits(*clustered, draws)
    np.testing.assert_array_equal(found, refits(*clustered, draws))
    monkeypatch.setattr(module, "BATCH", 7)
    np.testing.assert_allclose(refits(*clustered, draws), found, atol=1e-9, rtol=0)


def test_the_order_of_rows_and_the_numbers_of_groups_do_not_matter(clustered):
    coef, design, counts, precision, group = clustered
    draws = cluster_draws(N_GROUPS, 10, 6)
    order, rename = np.random.default_rng(3).permutation(len(group)), np.random.default_rng(4).permutation(N_GROUPS)
    shuffled = Counts(counts.trials[order], counts.endings[order], counts.weight[order])
    renamed = refits(coef, design[order], shuffled, precision, np.argsort(rename)[group[order]], draws[:, rename])
    np.testing.assert_allclose(renamed, refits(*clustered, draws), atol=1e-9)


def test_a_draw_that_is_not_done_in_time_is_fitted_by_itself(clustered, monkeypatch):
    draws = cluster_draws(N_GROUPS, 4, 8)
    monkeypatch.setattr(module, "MOST_STEPS", 1)
    found = refits(*clustered, draws)
    for weights, each in zip(draws, found, strict=True):
        np.testing.assert_array_equal(each, alone(clustered, weights))


def test_draws_that_are_never_near_enough_are_fitted_by_themselves_beside_others_that_are(clustered):
    draws = np.vstack([np.ones((1, N_GROUPS)), cluster_draws(N_GROUPS, 3, 8)])
    found = refits(*clustered, draws, near_enough=1e-24)
    for weights, each in zip(draws, found, strict=True):
        np.testing.assert_allclose(each, alone(clustered, weights), atol=1e-9, rtol=0)


def test_rows_in_small_pieces_give_the_same_sums(clustered, monkeypatch):
    draws = cluster_draws(N_GROUPS, 10, 9)
    found = refits(*clustered, draws)
    monkeypatch.setattr(module, "CELLS", 2_000)
    np.testing.assert_allclose(refits(*clustered, draws), found, atol=1e-9, rtol=0)


def test_frequent_endings_by_several_causes_are_fitted_as_exactly():
    rng = np.random.default_rng(11)
    design = np.stack([np.ones(600), rng.standard_normal(600)], axis=1)
    eta = design @ np.array([[1.0, 0.5, 0.0], [0.8, -0.8, 0.3]])
    chance = np.exp(eta) / (1.0 + np.exp(eta).sum(axis=1, keepdims=True))
    drawn = (rng.random(600)[:, None] > np.cumsum(chance, axis=1)).sum(axis=1)
    counts = Counts(np.ones(600), (drawn[:, None] == np.arange(3)).astype(float), np.ones(600))
    precision, group = 1 / np.square([10.0, 0.25]), np.arange(600) % 40
    clustered = fit(design, counts, precision), design, counts, precision, group
    draws = cluster_draws(40, 30, 12)
    found = refits(*clustered, draws)
    assert max(distance(clustered, *pair) for pair in zip(draws, found, strict=True)) <= np.sqrt(2 * module.NEAR_ENOUGH)


def test_the_information_is_at_least_its_share_of_that_within_causes(clustered):
    coef, design, counts, _, _ = clustered
    p, k = coef.shape
    full = information(coef, design, counts, np.zeros(p))
    within = full * np.kron(np.eye(k), np.ones((p, p)))
    share = module._share_within(probabilities(design @ coef).T)
    assert 0.0 < share < 1.0
    assert np.linalg.eigvalsh(full - share * within).min() > -1e-9
    assert np.linalg.eigvalsh(full - 1.001 * within).min() < 0.0


def test_separation_within_draws_does_not_blow_up_under_the_prior():
    x = np.repeat([-1.0, 1.0], 200)
    design = np.stack([np.ones(400), x], axis=1)
    endings = np.stack([x > 0, np.zeros(400)], axis=1).astype(float)
    counts, precision = Counts(np.ones(400), endings, np.ones(400)), 1 / np.square([10.0, 0.25])
    group, draws = np.arange(400) // 40, cluster_draws(10, 50, 1)
    coef = fit(design, counts, precision)
    found = refits(coef, design, counts, precision, group, draws)
    assert (np.abs(found) < 60).all()
