"""What a score asks of its arrays: shapes, ranges, and probabilities that sum to one."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE = 1e-9


def check_distributions(probabilities: ArrayLike) -> Floats:
    """Probabilities of states, shape (n, n_states): each in [0, 1], each row's sum one, to 1e-9."""
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2:
        raise ValueError(f"wanted probabilities of shape (n, n_states); came {p.shape}")
    _check_range(p)
    total = p.sum(axis=1)
    off = np.flatnonzero(np.abs(total - 1.0) > TOLERANCE)
    if len(off):
        raise ValueError(f"wanted probabilities that sum to one; row {off[0]} sums to {total[off[0]]:.12g}")
    return p


def check_horizons(probabilities: ArrayLike, states: ArrayLike) -> tuple[Floats, Integers, NDArray[np.bool_]]:
    """Probabilities (n, n_states, n_horizons) with states (n, n_horizons), and which are scored, (n, n_horizons).

    Not scored: NaN in every state; its state is -1. The rest as in `check_distributions` and `check_states`, with rows
    counted among what is scored, forecast by forecast.
    """
    p, came = np.asarray(probabilities, dtype=np.float64), np.asarray(states, dtype=np.float64)
    if p.ndim != 3:
        raise ValueError(f"wanted probabilities of shape (n, n_states, n_horizons); came {p.shape}")
    if came.shape != (p.shape[0], p.shape[2]):
        raise ValueError(f"wanted states of shape ({p.shape[0]}, {p.shape[2]}); came {came.shape}")
    is_scored = np.asarray(~np.isnan(p).all(axis=1))
    n_scored, n_states = check_distributions(p.transpose(0, 2, 1)[is_scored]).shape
    codes: Integers = np.full(came.shape, -1, dtype=np.int64)
    codes[is_scored] = check_states(came[is_scored], n_scored, n_states)
    return p, codes, is_scored


def check_chances(probabilities: ArrayLike) -> Floats:
    """Probabilities of one thing happening, shape (n,): each in [0, 1], to 1e-9, and cut back to it."""
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"wanted probabilities of shape (n,); came {p.shape}")
    _check_range(p)
    return np.clip(p, 0.0, 1.0)


def check_states(states: ArrayLike, n: int, n_states: int) -> Integers:
    """What happened, as the number of a state from 0, shape (n,)."""
    came = check_shape("states", states, n)
    off = np.flatnonzero(~np.isin(came, np.arange(n_states)))
    if len(off):
        raise ValueError(f"wanted states from 0 to {n_states - 1}; came {came[off[0]]:g} in row {off[0]}")
    return came.astype(np.int64)


def check_outcomes(outcomes: ArrayLike, n: int) -> Floats:
    """Whether it happened, 0 or 1, shape (n,)."""
    came = check_shape("outcomes", outcomes, n)
    off = np.flatnonzero(~np.isin(came, (0.0, 1.0)))
    if len(off):
        raise ValueError(f"wanted outcomes of 0 or 1; came {came[off[0]]:g} in row {off[0]}")
    return came


def check_weights(weights: ArrayLike | None, n: int) -> Floats:
    """Weights of n forecasts, at least one above zero; None for 1 each."""
    came = np.ones(n) if weights is None else check_shape("weights", weights, n)
    off = np.flatnonzero(~(np.isfinite(came) & (came >= 0.0)))
    if len(off):
        raise ValueError(f"wanted weights of 0 or more; came {came[off[0]]:g} in row {off[0]}")
    if not came.any():
        raise ValueError("wanted at least one forecast with a weight above 0; came none")
    return came


def check_scores(name: str, scores: ArrayLike, n: int) -> Floats:
    """Scores of n forecasts, all finite."""
    came = check_shape(name, scores, n)
    off = np.flatnonzero(~np.isfinite(came))
    if len(off):
        raise ValueError(f"wanted finite {name}; came {came[off[0]]:g} in row {off[0]}")
    return came


def check_shape(name: str, values: ArrayLike, n: int) -> Floats:
    """Numbers of shape (n,)."""
    came = np.asarray(values, dtype=np.float64)
    if came.shape != (n,):
        raise ValueError(f"wanted {name} of shape ({n},); came {came.shape}")
    return came


def _check_range(p: Floats) -> None:
    off = np.argwhere(~((p >= -TOLERANCE) & (p <= 1.0 + TOLERANCE)))
    if len(off):
        raise ValueError(f"wanted probabilities between 0 and 1; came {p[tuple(off[0])]:g} in row {off[0][0]}")
