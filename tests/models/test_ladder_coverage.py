"""Do intervals hold the true probability? A small version of `benchmarks/development/coverage.py`."""

import numpy as np
import pytest
from ladders import deviations, simulated

from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.linear_pool import linear_pool

HORIZONS = (12, 60, 120)
UP, STEEP, MONTHLY, EFFECT = 0.05, 2.0, (0.003, 0.006, 0.005), 0.8
SPREAD = 0.6
N_CASES, N_RECORDS = 100, 8


def truth(x, deviation):
    """True incidence at the start, (n, 3, horizons)."""
    level = np.arange(6)
    moves = np.diag(np.where(level < 5, 1 - UP, 1.0)) + np.diag(np.full(5, UP), 1)
    odds = np.empty((len(x), 1, 3, 6))
    odds[:, 0, 0] = MONTHLY[0] * np.exp(STEEP * level / 5)
    odds[:, 0, 1] = MONTHLY[1] * np.exp(EFFECT * x)[:, None]
    odds[:, 0, 2] = MONTHLY[2]
    odds *= np.exp(deviation)[:, None, :, None]
    return forward_incidence(np.eye(6)[0], odds / (1 + odds.sum(axis=2, keepdims=True)), moves, [0] * 120, HORIZONS)


@pytest.fixture(scope="module")
def held():
    """Whether the truth is within the headline's interval, that without a shared deviation, that of pooled draws."""
    found = []
    for seed in range(N_RECORDS):
        cases, lines = simulated(N_CASES, seed, UP, STEEP, MONTHLY, covariate=EFFECT, spread=SPREAD)
        x = lines.covariates[np.unique(lines.row, return_index=True)[1]]
        zero = np.zeros(N_CASES, dtype=int)
        start = np.eye(N_STATES)[zero]
        at = Standings(cases.key, zero, zero, zero * 1.0, zero, zero, start, x)
        model = LadderModel((Term("x", 1.0, ("collapsed",)),), n_draws=100, seed=seed).fit(cases, lines)
        base = DatedRate(n_draws=100, seed=seed).fit(cases, np.full(N_CASES, 120))
        ours, theirs = model.draws(at, HORIZONS), base.draws(Seen(zero, zero, zero * 1.0, zero.astype(str)), HORIZONS)
        came = truth(x[:, 0], deviations(N_CASES, seed, SPREAD))
        pooled = np.quantile(linear_pool(ours, theirs), [0.1, 0.9], axis=0)
        bounds = (headline(ours, theirs, 0.7), headline(ours, theirs, 0.0), pooled)
        found.append([(low <= came) & (came <= high) for low, high in bounds])
    return np.array(found).swapaxes(0, 1)


def headline(ours, theirs, shared_sd):
    """Bounds of the pool, (n, 3, horizons)."""
    drawn = [np.concatenate([each, 1.0 - each.sum(axis=2, keepdims=True)], axis=2) for each in (ours, theirs)]
    bounds = LadderPool(shared_sd=shared_sd).interval(*(np.moveaxis(each, 1, -1) for each in drawn), 0.8)
    return [np.moveaxis(bound, -1, 0)[:, :-1] for bound in bounds]


def test_intervals_of_the_headline_cover(held):
    shipped = held[0]
    assert 0.8 <= shipped.mean() <= 0.95
    assert shipped.mean(axis=(0, 1)).min() >= 0.75


def test_without_what_related_cases_share_they_cover_less(held):
    shipped, without, _ = held
    assert without.mean() < shipped.mean() - 0.03


def test_draws_pooled_one_by_one_cover_least(held):
    _, without, pooled = held
    assert pooled.mean() < without.mean() - 0.03
