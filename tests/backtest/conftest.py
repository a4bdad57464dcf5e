"""Backtests without a fit: forecasts that are perfect, or drawn."""

import numpy as np
import pytest

from forecasting.backtest import SCORED_MODELS, Backtest, origins


@pytest.fixture(scope="session")
def every_origin(history):
    return origins(history)


@pytest.fixture(scope="session")
def perfect(every_origin):
    """A backtest in which the ladder forecast is always right and the rest never know more than a quarter each."""
    known = every_origin.select((every_origin.states >= 0).all(axis=1))
    right = np.eye(4)[known.states].transpose(0, 2, 1)
    flat = np.full_like(right, 0.25)
    return Backtest("cluster", known, {model: right if model == "ladder" else flat for model in SCORED_MODELS})


@pytest.fixture(scope="session")
def drawn(every_origin):
    """A backtest of every origin, with forecasts that never fall with the horizon and know a little of what came."""
    rng = np.random.default_rng(20260205)
    n, n_horizons = every_origin.states.shape
    values = {}
    for model in SCORED_MODELS:
        odds = rng.dirichlet((1.0, 1.5, 1.0, 8.0), n)[:, :3]
        ended = every_origin.cause > 0
        odds[np.arange(n)[ended], every_origin.cause[ended] - 1] += 0.05 * (model == "ladder")
        reached = np.linspace(0.3, 0.9, n_horizons)
        chance = odds[:, :, None] * reached
        states = np.concatenate([chance, 1 - chance.sum(axis=1, keepdims=True)], axis=1)
        values[model] = np.where((every_origin.states < 0)[:, None, :], np.nan, states)
    return Backtest("rolling", every_origin, values)
