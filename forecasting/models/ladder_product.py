"""Incidence of the endings from a state of the ladder: the product of monthly survival and moves over all states."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def forward_incidence(
    start: ArrayLike, hazard: ArrayLike, moves: ArrayLike, stretch: ArrayLike, marks: Sequence[int], still: int = 0
) -> Floats:
    """Cumulative incidence at some months, as the state moves on.

    Parameters
    ----------
    start : array_like of shape (s,) or (b, s)
        Distribution of the state at the beginning of the first month.
    hazard : array_like of shape (b, n_stretches, k, s)
        Monthly hazards by replicate, stretch of months, cause and state.
    moves : array_like of shape (s, s)
        Transition matrix of a month; rows sum to 1.
    stretch : array_like of int, shape (n_months,)
        Position of the stretch of each month, 1 first, at least up to the last mark.
    marks : sequence of int
        Ascending months, from 1, at which the incidence is wanted.
    still : int
        First months in which the state is known not to move.

    Returns
    -------
    numpy.ndarray of shape (b, k, n_marks)
        With the state's distribution p_m(s) among those that have not ended, a month adds

            I_k += sum over s of p_m(s) h_k(s, m),    p_{m+1} = [p_m (1 - sum over k of h_k)] moves.

    Raises
    ------
    ValueError
        Unless the marks ascend from 1 on and the shapes agree.

    Examples
    --------
    Two states, of which only the second ever ends, half of it each month; it is entered from the first as often:

    >>> hazard = np.array([[[[0.0, 0.5]]]])
    >>> forward_incidence([1.0, 0.0], hazard, [[0.5, 0.5], [0.0, 1.0]], [0] * 3, [1, 2, 3]).round(4).tolist()
    [[[0.0, 0.25, 0.5]]]
    """
    chance, step = np.asarray(hazard, dtype=np.float64), np.asarray(moves, dtype=np.float64)
    b, n_stretches, k, s = chance.shape
    months = np.asarray(marks, dtype=np.int64)
    if not len(months) or months[0] < 1 or (np.diff(months) < 1).any():
        raise ValueError(f"expected months that ascend from 1 on, got {list(marks)}")
    if step.shape != (s, s):
        raise ValueError(f"expected moves among {s} states, got shape {step.shape}")
    at = np.broadcast_to(np.asarray(start, dtype=np.float64), (b, s)).copy()
    own = np.asarray(stretch, dtype=np.int64)
    if len(own) < months[-1]:
        raise ValueError(f"expected a stretch for each of {months[-1]} months, got {len(own)}")
    parts = [np.ascontiguousarray(chance[:, number]) for number in range(n_stretches)]
    stay = [1.0 - part.sum(axis=1) for part in parts]
    wanted = set(months.tolist())
    total, occupied = np.zeros((b, k)), np.zeros((b, s))
    found, spare = np.empty((b, k, len(months))), np.empty((b, s))
    number = 0
    for month in range(1, int(months[-1]) + 1):
        number_of = int(own[month - 1])
        occupied += at
        is_last_of_stretch = month == months[-1] or own[month] != number_of
        if month in wanted or is_last_of_stretch:
            total += np.einsum("bs,bks->bk", occupied, parts[number_of])
            occupied[:] = 0.0
            if month in wanted:
                found[:, :, number] = total
                number += 1
        at *= stay[number_of]
        if month > still:
            np.matmul(at, step, out=spare)
            at, spare = spare, at
    return found
