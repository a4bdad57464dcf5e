"""Who moved an incidence: Aumann-Shapley shares of the terms of additive log odds along a straight path."""

import numpy as np
from numpy.typing import NDArray

from forecasting.models.newton import probabilities

Floats = NDArray[np.float64]

TOLERANCE = 1e-11
NODES = (6, 12, 24, 48, 96, 192)


def state_loading(state: int, n_causes: int) -> Floats:
    """How the incidences of the causes, (n_causes,), make up a state's probability; the last state is survival.

    Survival is 1 minus all of them, so its loading is -1 for each and its probability is 1 + loading @ incidence.
    """
    return np.eye(n_causes)[state] if state < n_causes else -np.ones(n_causes)


def incidence_slopes(log_odds: Floats, loading: Floats) -> tuple[Floats, Floats]:
    """Loading @ incidence after all months, (...), and its derivatives in the log odds, (..., n_months, n_causes).

    `log_odds` (..., n_months, n_causes) of ending by each cause in a month, against not ending; `loading` (n_causes,).
    In closed form: a month's odds act through who ends in it, S(m-1) p (c - c.p), and through who is left to end
    later, -(value of the months after m) p, where S is survival, p the hazards and c the loading.
    """
    hazard = probabilities(log_odds)
    survival, loaded = np.cumprod(1.0 - hazard @ np.ones(len(loading)), axis=-1), hazard @ loading
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    gained = np.cumsum(before * loaded, axis=-1)
    value = gained[..., -1]
    less = before * loaded + (value[..., None] - gained)
    return value, np.asarray(hazard * (before[..., None] * loading - less[..., None]))


def path_shares(
    start: Floats,
    design: Floats,
    effects: Floats,
    loading: Floats,
    weights: tuple[float, float] = (1.0, 1.0),
    tolerance: float = TOLERANCE,
) -> tuple[Floats, Floats]:
    """Shares of the terms in the change of weight x value, on the straight path from start to start + design @ effects.

    `start` (..., n_months, n_causes) log odds; `design` (n_months, p), `effects` (..., p, n_causes); the value is
    loading @ incidence; its weight runs evenly between the two `weights`. Returns the shares of the p terms, (..., p),
    and of the weight, (...). Together they are the change: Aumann-Shapley values (Aumann & Shapley 1974, Values of
    Non-Atomic Games), also known as integrated gradients (Sundararajan, Taly & Yan 2017, ICML). Gauss-Legendre
    quadrature with more nodes until the remainder is below `tolerance`; `FloatingPointError` if it never is.
    """
    step = design @ effects
    first, last = (incidence_slopes(odds, loading)[0] for odds in (start, start + step))
    change = weights[1] * last - weights[0] * first
    for n_nodes in NODES:
        slopes, mean = _path_means(start, step, loading, weights, n_nodes)
        shares = ((design.T @ slopes) * effects).sum(axis=-1)
        weighed = (weights[1] - weights[0]) * mean
        if np.abs(change - shares.sum(axis=-1) - weighed).max(initial=0.0) <= tolerance:
            return shares, weighed
    raise FloatingPointError(f"wanted shares that add up to {tolerance:g}; {NODES[-1]} nodes were not enough")


def sum_by_term(shares: Floats, terms: tuple[str, ...], names: tuple[str, ...]) -> Floats:
    """Shares of columns, (..., p), summed over the columns of each of `names`, (..., n_names)."""
    belongs = np.array([[term == name for name in names] for term in terms], dtype=np.float64)
    return shares @ belongs.reshape(len(terms), len(names))


def _path_means(
    start: Floats, step: Floats, loading: Floats, weights: tuple[float, float], n_nodes: int
) -> tuple[Floats, Floats]:
    """Means over the path of weight x slopes, (..., n_months, n_causes), and of the value, (...)."""
    places, masses = np.polynomial.legendre.leggauss(n_nodes)
    slopes, mean = np.zeros_like(start), np.zeros(start.shape[:-2])
    for t, mass in zip((places + 1.0) / 2.0, masses / 2.0, strict=True):
        value, slope = incidence_slopes(start + t * step, loading)
        slopes += mass * (weights[0] + t * (weights[1] - weights[0])) * slope
        mean += mass * value
    return slopes, mean
