"""Discrimination: whether cases that end by a cause get higher probabilities of it than those that do not."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_chances, check_horizons, check_outcomes, check_weights

Floats = NDArray[np.float64]


def auc(probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Area under the ROC curve: P(p_i > p_j) + P(p_i = p_j) / 2 over pairs y_i = 1, y_j = 0; higher is better.

    `probabilities` p (n,), `outcomes` y (n,) of 0 or 1; a pair weighs w_i w_j, `weights` (n,), default 1. In [0, 1],
    1/2 for a forecast that says nothing (Hanley & McNeil 1982, Radiology 143:29-36). Blind to calibration, hence no
    proper score and never reported alone.

    >>> auc([0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1])
    0.875
    """
    p = check_chances(probabilities)
    y, w = check_outcomes(outcomes, len(p)), check_weights(weights, len(p))
    with_it, without = w * y, w * (1.0 - y)
    if with_it.sum() <= 0.0 or without.sum() <= 0.0:
        raise ValueError(f"wanted outcomes of both kinds; all are {y[w > 0.0][0]:g}")
    values, codes = np.unique(p, return_inverse=True)
    cases, controls = (np.bincount(codes, part, len(values)) for part in (with_it, without))
    below = np.cumsum(controls) - controls
    return float(cases @ (below + controls / 2.0) / (cases.sum() * controls.sum()))


def cause_auc(probabilities: ArrayLike, states: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Time-dependent `auc` of each state at each horizon, over the windows fully observed; (n_states, n_horizons).

    `probabilities` (n, n_states, n_horizons): NaN in every state where a window is not fully observed; `states`
    (n, n_horizons) at its end: anything there. Cases are those in the state, controls all others, those ended by
    another cause among them (Blanche, Dartigues & Jacqmin-Gadda 2013, Stat. Med. 32:5381-5397, without the censoring
    weights, which full windows make needless). NaN where all or none are in the state. Higher is better.

    >>> cause_auc([[[0.1], [0.9]], [[0.4], [0.6]], [[0.8], [0.2]]], [[1], [1], [0]]).tolist()
    [[1.0], [1.0]]
    """
    p, came, is_scored = check_horizons(probabilities, states)
    w = check_weights(weights, len(p))
    areas = np.full(p.shape[1:], np.nan)
    for state, horizon in np.ndindex(areas.shape):
        rows = is_scored[:, horizon] & (w > 0.0)
        is_in_state = came[rows, horizon] == state
        if is_in_state.any() and not is_in_state.all():
            areas[state, horizon] = auc(p[rows, state, horizon], is_in_state, w[rows])
    return areas
