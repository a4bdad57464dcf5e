"""Do intervals hold the true probability? A small version of `benchmarks/development/coverage.py`."""

import numpy as np
import pytest
from ladders import deviations, simulated

from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.linear_pool import linear_pool, mixture_interval

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
    """Whether the truth is within the interval of the mixture, and within that of draws pooled one by one."""
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
        bounds = (mixture_interval(ours, theirs, 0.8), np.quantile(linear_pool(ours, theirs), [0.1, 0.9], axis=0))
        found.append([(low <= came) & (came <= high) for low, high in bounds])
    return np.array(found).swapaxes(0, 1)


def test_intervals_of_the_headline_cover(held):
    mixture = held[0]
    assert 0.75 <= mixture.mean() <= 0.95
    assert mixture.mean(axis=(0, 1)).min() >= 0.6


def test_draws_pooled_one_by_one_cover_less(held):
    mixture, pooled = held
    assert pooled.mean() < mixture.mean() - 0.03
