"""Discrimination: areas under the ROC curve."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_chances, check_horizons, check_outcomes, check_weights

Floats = NDArray[np.float64]


def auc(probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Area under the ROC curve: P(p_i > p_j) + P(p_i = p_j) / 2 over pairs with y_i = 1 and y_j = 0; higher is better.

    It is blind to calibration, hence no proper score and never reported alone.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities p of the outcome.
    outcomes : array_like of shape (n,)
        Outcomes y, 0 or 1.
    weights : array_like of shape (n,), optional
        Weights w, by default 1 each; a pair weighs w_i w_j.

    Returns
    -------
    float
        In [0, 1]; 1/2 for a forecast without information.

    Raises
    ------
    ValueError
        Where shapes differ, a number is out of its range, or only one outcome has a weight.

    References
    ----------
    Hanley and McNeil 1982, Radiology 143:29-36.

    Examples
    --------
    >>> auc([0.1, 0.4, 0.4, 0.9], [0, 0, 1, 1])
    0.875
    """
    p = check_chances(probabilities)
    y, w = check_outcomes(outcomes, len(p)), check_weights(weights, len(p))
    case_weight, control_weight = w * y, w * (1.0 - y)
    if case_weight.sum() <= 0.0 or control_weight.sum() <= 0.0:
        raise ValueError(f"expected outcomes of both kinds, got only {y[w > 0.0][0]:g}; score more forecasts")
    values, codes = np.unique(p, return_inverse=True)
    cases, controls = (np.bincount(codes, part, len(values)) for part in (case_weight, control_weight))
    below = np.cumsum(controls) - controls
    return float(cases @ (below + controls / 2.0) / (cases.sum() * controls.sum()))


def cause_auc(probabilities: ArrayLike, states: ArrayLike, weights: ArrayLike | None = None) -> Floats:
    """Time-dependent `auc` of each state at each horizon, over the fully observed windows; higher is better.

    Cases are the forecasts whose state is observed, controls all others, those that ended by another cause included.
    Over fully observed windows no censoring weights are needed.

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states, n_horizons)
        Distributions over states; NaN in every state where the window is not fully observed.
    states : array_like of shape (n, n_horizons)
        Number of the state at the end of the window; any value where it is not fully observed.
    weights : array_like of shape (n,), optional
        Weights, by default 1 each.

    Returns
    -------
    numpy.ndarray of shape (n_states, n_horizons)
        Areas; NaN where all or none of the forecasts with a weight are in the state.

    Raises
    ------
    ValueError
        As `check_horizons` and `check_weights`.

    References
    ----------
    Blanche, Dartigues and Jacqmin-Gadda 2013, Stat. Med. 32:5381-5397.

    Examples
    --------
    >>> cause_auc([[[0.1], [0.9]], [[0.4], [0.6]], [[0.8], [0.2]]], [[1], [1], [0]]).tolist()
    [[1.0], [1.0]]
    """
    p, observed, is_scored = check_horizons(probabilities, states)
    w = check_weights(weights, len(p))
    areas = np.full(p.shape[1:], np.nan)
    for state, horizon in np.ndindex(areas.shape):
        rows = is_scored[:, horizon] & (w > 0.0)
        is_in_state = observed[rows, horizon] == state
        if is_in_state.any() and not is_in_state.all():
            areas[state, horizon] = auc(p[rows, state, horizon], is_in_state, w[rows])
    return areas
