"""Readings of unconfirmed reports: which of them are true, with the probability of each combination."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

MOST_ENUMERATED: Final = 6
N_DRAWN: Final = 1000


@dataclass(frozen=True)
class Readings:
    """Combinations of true and untrue claims.

    Attributes
    ----------
    truth : numpy.ndarray of bool, shape (r, n_claims)
        Whether each claim is true in each reading.
    weight : numpy.ndarray of shape (r,)
        Probabilities, which sum to 1.
    """

    truth: NDArray[np.bool_]
    weight: NDArray[np.float64]


def readings(probability: ArrayLike, seed: int = 20260205) -> Readings:
    """All readings of up to six open claims, or a thousand drawn ones of more.

    Parameters
    ----------
    probability : array_like of shape (n_claims,)
        Probability of each claim, independent of the others; all acts that rest on one claim share it. Those with 0 or
        1 are not open.
    seed : int
        Seed of the draws.

    Returns
    -------
    Readings
        Distinct readings.

    Raises
    ------
    ValueError
        For a probability outside [0, 1].

    Examples
    --------
    >>> found = readings([0.25, 1.0])
    >>> found.truth.tolist(), found.weight.tolist()
    ([[True, True], [False, True]], [0.25, 0.75])
    """
    chance = np.asarray(probability, dtype=np.float64)
    wrong = np.flatnonzero(~((chance >= 0.0) & (chance <= 1.0)))
    if len(wrong):
        raise ValueError(f"expected probabilities from 0 to 1, got {chance[wrong[0]]} for claim {wrong[0]}")
    is_open = (chance > 0.0) & (chance < 1.0)
    n_open = int(is_open.sum())
    if n_open <= MOST_ENUMERATED:
        truth = np.broadcast_to(chance == 1.0, (2**n_open, len(chance))).copy()
        truth[:, is_open] = np.array(list(product([True, False], repeat=n_open)), dtype=bool).reshape(2**n_open, n_open)
        weight = np.where(truth, chance, 1.0 - chance).prod(axis=1)
        return Readings(truth, weight)
    drawn = np.random.default_rng(seed).random((N_DRAWN, len(chance))) < chance
    truth, count = np.unique(drawn, axis=0, return_counts=True)
    return Readings(truth, count / N_DRAWN)
