"""Attribution of a change in cumulative incidence to covariates: Aumann-Shapley values along a straight path."""

import numpy as np
from numpy.typing import NDArray

from forecasting.models.newton import probabilities

Floats = NDArray[np.float64]

TOLERANCE = 1e-11
# Nodes of the quadrature are doubled until the shares add up: a small step needs few, a large one many.
NODES = (6, 12, 24, 48, 96, 192)


def state_loading(state: int, n_causes: int) -> Floats:
    """Coefficients of the causes' incidences in the probability of a state.

    Parameters
    ----------
    state : int
        Number of a cause from 0, or `n_causes` for survival, the last state.
    n_causes : int
        Number of causes.

    Returns
    -------
    numpy.ndarray of shape (n_causes,)
        The unit vector of a cause. For survival -1 everywhere: its probability is 1 + loading @ incidence.

    Examples
    --------
    >>> state_loading(1, 3).tolist(), state_loading(3, 3).tolist()
    ([0.0, 1.0, 0.0], [-1.0, -1.0, -1.0])
    """
    return np.eye(n_causes)[state] if state < n_causes else -np.ones(n_causes)


def incidence_slopes(log_odds: Floats, loading: Floats) -> tuple[Floats, Floats]:
    """Loaded incidence at the end of the last month and its derivatives in the monthly log odds, in closed form.

    Parameters
    ----------
    log_odds : numpy.ndarray of shape (..., n_months, n_causes)
        Log odds of ending by each cause in a month, against not ending.
    loading : numpy.ndarray of shape (n_causes,)
        Coefficients of the incidences (`state_loading`).

    Returns
    -------
    value : numpy.ndarray of shape (...)
        loading @ incidence.
    slopes : numpy.ndarray of shape (..., n_months, n_causes)
        Derivative of the value in each log odds.

    Notes
    -----
    With hazards p, loading c and survival S, the log odds of month m change who ends in it, by S(m-1) p (c - c.p), and
    who is left to end later, by -(value of the months after m) p.

    Examples
    --------
    >>> value, slopes = incidence_slopes(np.zeros((1, 1)), np.ones(1))
    >>> float(value), slopes.tolist()
    (0.5, [[0.25]])
    """
    hazard = probabilities(log_odds)
    survival, loaded = np.cumprod(1.0 - hazard @ np.ones(len(loading)), axis=-1), hazard @ loading
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    cumulative = np.cumsum(before * loaded, axis=-1)
    value = cumulative[..., -1]
    lost = before * loaded + (value[..., None] - cumulative)
    return value, np.asarray(hazard * (before[..., None] * loading - lost[..., None]))


def path_shares(
    start: Floats,
    design: Floats,
    effects: Floats,
    loading: Floats,
    weights: tuple[float, float] = (1.0, 1.0),
    tolerance: float = TOLERANCE,
) -> tuple[Floats, Floats]:
    """Aumann-Shapley shares of the design's columns in the change of weight x loaded incidence.

    The path runs straight from log odds `start` to `start` + `design` @ `effects`, while the weight runs linearly
    from the first to the second of `weights`.

    Parameters
    ----------
    start : numpy.ndarray of shape (..., n_months, n_causes)
        Monthly log odds at the start of the path. Leading axes are replicates.
    design : numpy.ndarray of shape (n_months, p)
        Covariates by month.
    effects : numpy.ndarray of shape (..., p, n_causes)
        Change of the log odds per unit of each covariate.
    loading : numpy.ndarray of shape (n_causes,)
        Coefficients of the incidences (`state_loading`).
    weights : tuple of float
        Weight of the value at the start and at the end of the path.
    tolerance : float
        Largest absolute difference allowed between the change and the sum of its shares.

    Returns
    -------
    shares : numpy.ndarray of shape (..., p)
        Share of each column.
    weight_share : numpy.ndarray of shape (...)
        Share of the change in weight. All shares together add up to the change.

    Raises
    ------
    FloatingPointError
        If Gauss-Legendre quadrature with 192 nodes does not reach `tolerance`.

    References
    ----------
    Aumann and Shapley 1974, Values of Non-Atomic Games. Sundararajan, Taly and Yan 2017, ICML, "Axiomatic attribution
    for deep networks" (the same values, as integrated gradients).

    Examples
    --------
    Of two columns of which the second has no effect, the first has the whole change from 1/2 to 3/4:

    >>> effects = np.array([[np.log(3.0)], [0.0]])
    >>> shares, _ = path_shares(np.zeros((1, 1)), np.ones((1, 2)), effects, np.ones(1))
    >>> shares.round(9).tolist()
    [0.25, 0.0]
    """
    step = design @ effects
    first, last = (incidence_slopes(odds, loading)[0] for odds in (start, start + step))
    change = weights[1] * last - weights[0] * first
    for n_nodes in NODES:
        slopes, mean_value = _path_means(start, step, loading, weights, n_nodes)
        shares = ((design.T @ slopes) * effects).sum(axis=-1)
        weight_share = (weights[1] - weights[0]) * mean_value
        if np.abs(change - shares.sum(axis=-1) - weight_share).max(initial=0.0) <= tolerance:
            return shares, weight_share
    raise FloatingPointError(
        f"expected shares that add up to within {tolerance:g}, got a larger remainder with {NODES[-1]} nodes; "
        "shorten the path or raise the tolerance"
    )


def sum_by_term(shares: Floats, terms: tuple[str, ...], names: tuple[str, ...]) -> Floats:
    """Shares of columns, summed over the columns of each term.

    Parameters
    ----------
    shares : numpy.ndarray of shape (..., p)
        Shares of the columns.
    terms : tuple of str, length p
        Term that each column belongs to.
    names : tuple of str
        Terms to sum for; columns of other terms are left out.

    Returns
    -------
    numpy.ndarray of shape (..., n_names)
        Share of each of `names`.

    Examples
    --------
    >>> sum_by_term(np.array([1.0, 2.0, 4.0]), ("type", "era", "type"), ("type", "era")).tolist()
    [5.0, 2.0]
    """
    belongs = np.array([[term == name for name in names] for term in terms], dtype=np.float64)
    return shares @ belongs.reshape(len(terms), len(names))


def _path_means(
    start: Floats, step: Floats, loading: Floats, weights: tuple[float, float], n_nodes: int
) -> tuple[Floats, Floats]:
    """Means over the path of weight x slopes, (..., n_months, n_causes), and of the value, (...)."""
    nodes, node_weights = np.polynomial.legendre.leggauss(n_nodes)
    slopes, mean_value = np.zeros_like(start), np.zeros(start.shape[:-2])
    # Nodes and weights on [-1, 1] are carried to [0, 1].
    for t, node_weight in zip((nodes + 1.0) / 2.0, node_weights / 2.0, strict=True):
        value, slope = incidence_slopes(start + t * step, loading)
        slopes += node_weight * (weights[0] + t * (weights[1] - weights[0])) * slope
        mean_value += node_weight * value
    return slopes, mean_value
