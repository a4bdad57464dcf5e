"""Checks of the arrays that scores take: shapes, ranges, and probabilities that sum to 1."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Rounding that a probability or a sum of probabilities may show.
TOLERANCE = 1e-9
# Sums and squares of scores and weights up to here are finite.
LARGEST = 1e100


def check_distributions(probabilities: ArrayLike) -> Floats:
    """Probabilities of all states, checked.

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states)
        Each in [0, 1], each row with the sum 1, to 1e-9.

    Returns
    -------
    numpy.ndarray of shape (n, n_states)
        The probabilities as they are.

    Raises
    ------
    ValueError
        Where the shape, a probability or a sum is another.

    Examples
    --------
    >>> check_distributions([[0.25, 0.75]]).shape
    (1, 2)
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 2:
        raise ValueError(
            f"expected probabilities of shape (n, n_states), got {p.shape}; give one row of states per forecast"
        )
    _check_range(p)
    total = p.sum(axis=1)
    invalid = np.flatnonzero(np.abs(total - 1.0) > TOLERANCE)
    if len(invalid):
        row = invalid[0]
        raise ValueError(
            f"expected probabilities that sum to 1, got {total[row]:.12g} in row {row}; "
            "give the probability of every state"
        )
    return p


def check_horizons(probabilities: ArrayLike, states: ArrayLike) -> tuple[Floats, Integers, NDArray[np.bool_]]:
    """Probabilities of all states at several horizons with the states observed, checked.

    Parameters
    ----------
    probabilities : array_like of shape (n, n_states, n_horizons)
        Distributions over states; NaN in every state where a horizon is not scored.
    states : array_like of shape (n, n_horizons)
        Number of the state observed, from 0; any value where the horizon is not scored.

    Returns
    -------
    probabilities : numpy.ndarray of shape (n, n_states, n_horizons)
        The probabilities as they are.
    states : numpy.ndarray of int, shape (n, n_horizons)
        The states; -1 where the horizon is not scored.
    is_scored : numpy.ndarray of bool, shape (n, n_horizons)
        Whether the horizon is scored.

    Raises
    ------
    ValueError
        As `check_distributions` and `check_states`; rows are numbered among the scored pairs of forecast and horizon.

    Examples
    --------
    >>> nan = float("nan")
    >>> _, states, is_scored = check_horizons([[[0.5, nan], [0.5, nan]]], [[1, 0]])
    >>> states.tolist(), is_scored.tolist()
    ([[1, -1]], [[True, False]])
    """
    p, values = np.asarray(probabilities, dtype=np.float64), np.asarray(states, dtype=np.float64)
    if p.ndim != 3:
        raise ValueError(
            f"expected probabilities of shape (n, n_states, n_horizons), got {p.shape}; "
            "give one table of states by horizons per forecast"
        )
    if values.shape != (p.shape[0], p.shape[2]):
        raise ValueError(
            f"expected states of shape ({p.shape[0]}, {p.shape[2]}), got {values.shape}; "
            "give one state per forecast and horizon"
        )
    is_scored = np.asarray(~np.isnan(p).all(axis=1))
    n_scored, n_states = check_distributions(p.transpose(0, 2, 1)[is_scored]).shape
    codes: Integers = np.full(values.shape, -1, dtype=np.int64)
    codes[is_scored] = check_states(values[is_scored], n_scored, n_states)
    return p, codes, is_scored


def check_chances(probabilities: ArrayLike) -> Floats:
    """Probabilities of one outcome, checked.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Each in [0, 1], to 1e-9.

    Returns
    -------
    numpy.ndarray of shape (n,)
        The probabilities, clipped to [0, 1].

    Raises
    ------
    ValueError
        Where the shape or a probability is another.

    Examples
    --------
    >>> check_chances([0.5, 1.0 + 1e-12]).tolist()
    [0.5, 1.0]
    """
    p = np.asarray(probabilities, dtype=np.float64)
    if p.ndim != 1:
        raise ValueError(f"expected probabilities of shape (n,), got {p.shape}; give one probability per forecast")
    _check_range(p)
    return np.clip(p, 0.0, 1.0)


def check_states(states: ArrayLike, n: int, n_states: int) -> Integers:
    """Observed states, checked.

    Parameters
    ----------
    states : array_like of shape (n,)
        Numbers of states, from 0.
    n, n_states : int
        Number of forecasts and of states.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        The states.

    Raises
    ------
    ValueError
        Where the shape is another, or a number is not that of a state.

    Examples
    --------
    >>> check_states([1.0, 0.0], n=2, n_states=2).tolist()
    [1, 0]
    """
    values = check_shape("states", states, n)
    invalid = np.flatnonzero(~np.isin(values, np.arange(n_states)))
    if len(invalid):
        row = invalid[0]
        raise ValueError(
            f"expected states from 0 to {n_states - 1}, got {values[row]:g} in row {row}; "
            "number the states as the columns of the probabilities"
        )
    return values.astype(np.int64)


def check_outcomes(outcomes: ArrayLike, n: int) -> Floats:
    """Observed outcomes, checked.

    Parameters
    ----------
    outcomes : array_like of shape (n,)
        1 where the outcome was observed, else 0.
    n : int
        Number of forecasts.

    Returns
    -------
    numpy.ndarray of shape (n,)
        The outcomes.

    Raises
    ------
    ValueError
        Where the shape or an outcome is another.

    Examples
    --------
    >>> check_outcomes([True, False], n=2).tolist()
    [1.0, 0.0]
    """
    values = check_shape("outcomes", outcomes, n)
    invalid = np.flatnonzero(~np.isin(values, (0.0, 1.0)))
    if len(invalid):
        row = invalid[0]
        raise ValueError(
            f"expected outcomes of 0 or 1, got {values[row]:g} in row {row}; leave out forecasts without an outcome"
        )
    return values


def check_weights(weights: ArrayLike | None, n: int) -> Floats:
    """Weights of forecasts, checked.

    Parameters
    ----------
    weights : array_like of shape (n,), optional
        Finite and at least 0, one of them above 0; by default 1 each.
    n : int
        Number of forecasts.

    Returns
    -------
    numpy.ndarray of shape (n,)
        The weights.

    Raises
    ------
    ValueError
        Where the shape or a weight is another, or no forecast has a weight above 0.

    Examples
    --------
    >>> check_weights(None, n=2).tolist()
    [1.0, 1.0]
    """
    values = np.ones(n) if weights is None else check_shape("weights", weights, n)
    invalid = np.flatnonzero(~((values >= 0.0) & (values <= LARGEST)))
    if len(invalid):
        row = invalid[0]
        raise ValueError(
            f"expected weights from 0 to {LARGEST:g}, got {values[row]:g} in row {row}; "
            "weigh a forecast left out with 0"
        )
    if not values.any():
        raise ValueError("expected at least one forecast with a weight above 0, got none; give forecasts to score")
    return values


def check_scores(name: str, scores: ArrayLike, n: int) -> Floats:
    """Scores of forecasts, checked.

    Parameters
    ----------
    name : str
        Plural noun for the scores in messages.
    scores : array_like of shape (n,)
        Scores, at most 1e+100 in size, so that sums of them are finite.
    n : int
        Number of forecasts.

    Returns
    -------
    numpy.ndarray of shape (n,)
        The scores.

    Raises
    ------
    ValueError
        Where the shape is another, or a score is not finite or larger.

    Examples
    --------
    >>> check_scores("scores", [0.25], n=1).tolist()
    [0.25]
    """
    values = check_shape(name, scores, n)
    invalid = np.flatnonzero(~(np.abs(values) <= LARGEST))
    if len(invalid):
        row = invalid[0]
        raise ValueError(
            f"expected finite {name}, at most {LARGEST:g} in size, got {values[row]:g} in row {row}; "
            "leave out forecasts that are not scored"
        )
    return values


def check_reference(reference: Floats, weights: Floats) -> None:
    """Require scores of a reference that a skill can be a share of.

    Parameters
    ----------
    reference : numpy.ndarray of shape (n,)
        Scores of the reference.
    weights : numpy.ndarray of shape (n,)
        Weights.

    Raises
    ------
    ValueError
        Where the weighted mean score is not above 0.

    Examples
    --------
    >>> check_reference(np.array([0.25, 0.0]), np.ones(2))
    """
    total = weights @ reference
    if total <= 0.0:
        raise ValueError(
            f"expected a reference with a mean score above 0, got {total / weights.sum():g}; "
            "no skill is defined against a perfect one, choose another"
        )


def check_share(name: str, value: float) -> float:
    """Number strictly between 0 and 1, checked.

    Parameters
    ----------
    name : str
        Noun with its article for messages.
    value : float
        The number.

    Returns
    -------
    float
        The number as it is.

    Raises
    ------
    ValueError
        Where it is not above 0 and below 1.

    Examples
    --------
    >>> check_share("a level", 0.9)
    0.9
    """
    if not 0.0 < value < 1.0:
        raise ValueError(f"expected {name} between 0 and 1, got {value:g}; give a share such as 0.01 or 0.9")
    return value


def check_shape(name: str, values: ArrayLike, n: int) -> Floats:
    """One number per forecast, checked.

    Parameters
    ----------
    name : str
        Plural noun for the numbers in messages.
    values : array_like of shape (n,)
        The numbers.
    n : int
        Number of forecasts.

    Returns
    -------
    numpy.ndarray of shape (n,)
        The numbers.

    Raises
    ------
    ValueError
        Where the shape is another.

    Examples
    --------
    >>> check_shape("years", [1971, 1980], n=2).tolist()
    [1971.0, 1980.0]
    """
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.shape != (n,):
        raise ValueError(f"expected {name} of shape ({n},), got {numbers.shape}; give one per forecast")
    return numbers


def _check_range(p: Floats) -> None:
    invalid = np.argwhere(~((p >= -TOLERANCE) & (p <= 1.0 + TOLERANCE)))
    if len(invalid):
        first = tuple(invalid[0])
        raise ValueError(
            f"expected probabilities between 0 and 1, got {p[first]:g} in row {first[0]}; give shares, not per cent"
        )
