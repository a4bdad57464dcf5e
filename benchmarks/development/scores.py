"""Skill over the base rate on the half's windows, with component bootstrap."""

import numpy as np

CAUSES = ("formalized", "collapsed", "faded")
N_DRAWS = 2000


def brier(values, states):
    """Four-state (halved) and single-cause Brier scores, (m, h) by name; `values` (m, k, h)."""
    came = np.stack([states == k for k in range(len(CAUSES))], axis=1)
    square = (values - came) ** 2
    ongoing = (1.0 - values.sum(axis=1) - (states == len(CAUSES))) ** 2
    return {"states": (square.sum(axis=1) + ongoing) / 2, **{c: square[:, k] for k, c in enumerate(CAUSES)}}


def by_forecast(scores, states, horizon=None):
    """Mean over a forecast's scored horizons, NaN where it has none."""
    scored = states >= 0
    if horizon is not None:
        scored = scored & (np.arange(states.shape[1]) == horizon)
    count = scored.sum(axis=1)
    return np.where(count > 0, (scores * scored).sum(axis=1) / np.maximum(count, 1), np.nan)


def draws(component, seed=1):
    """Times that each component is drawn, (n_draws, n_components), and each row's component."""
    names, code = np.unique(component, return_inverse=True)
    n = len(names)
    return np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), N_DRAWS).astype(float), code


def skill(model, base, drawn, code, keep):
    """Skill and its draws."""
    use = keep & np.isfinite(model)
    n = drawn.shape[1]
    top, bottom = np.bincount(code[use], model[use], n), np.bincount(code[use], base[use], n)
    return 1 - top.sum() / bottom.sum(), 1 - (drawn @ top) / (drawn @ bottom)


def slope(model, base, states, cause, drawn, code):
    """Slope of (outcome - base) on (forecast - base) through the origin, over all windows, and its draws."""
    scored = states >= 0
    x, y = (model[:, cause] - base[:, cause]) * scored, ((states == cause) - base[:, cause]) * scored
    n = drawn.shape[1]
    top, bottom = np.bincount(code, (x * y).sum(axis=1), n), np.bincount(code, (x * x).sum(axis=1), n)
    return top.sum() / bottom.sum(), (drawn @ top) / (drawn @ bottom)
