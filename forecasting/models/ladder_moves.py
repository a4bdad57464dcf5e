"""How arrangements move along the ladder: a Markov chain over level and status, month by month, from few moves."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

LEVELS: Final = 6
STATUSES: Final = ("active", "stalled", "broken")
"""Statuses of a state of the chain; `none`, level 0 without any effort, is counted with `active`."""
ACTIVE, STALLED, BROKEN = range(len(STATUSES))
N_STATES: Final = LEVELS * len(STATUSES)
UNKNOWN: Final = -1
PSEUDO_EXITS: Final = 3.0
PSEUDO_MOVES: Final = 2.0
LARGEST_EXIT: Final = 0.95


def state_number(level: ArrayLike, status: ArrayLike) -> Integers:
    """Number of the state of a level and a status.

    Parameters
    ----------
    level : array_like of int
        Level on the ladder, from 0 to 5.
    status : array_like of int
        Position in `STATUSES`.

    Returns
    -------
    numpy.ndarray of int
        level x 3 + status, from 0 to 17.

    Examples
    --------
    >>> state_number([0, 3], [ACTIVE, BROKEN]).tolist()
    [0, 11]
    """
    return np.asarray(level, dtype=np.int64) * len(STATUSES) + np.asarray(status, dtype=np.int64)


def level_of(state: ArrayLike) -> Integers:
    """Level of numbered states, from 0 to 5.

    >>> level_of([0, 11]).tolist()
    [0, 3]
    """
    return np.asarray(state, dtype=np.int64) // len(STATUSES)


def status_of(state: ArrayLike) -> Integers:
    """Position in `STATUSES` of the status of numbered states.

    >>> status_of([0, 11]).tolist()
    [0, 2]
    """
    return np.asarray(state, dtype=np.int64) % len(STATUSES)


@dataclass(frozen=True)
class Moves:
    """Monthly moves between the states of the ladder.

    Attributes
    ----------
    exits : numpy.ndarray of shape (18,)
        Probability of leaving each state within a month, in [0, 1).
    destinations : numpy.ndarray of shape (18, 18)
        Distribution of the next state given that a state is left; a row of zeros where no move out of it was ever seen.
    months, moves : numpy.ndarray of shape (18,)
        Person-months in each state, and moves out of it, that the estimates rest on.

    Examples
    --------
    >>> chain = ladder_moves([[0, 0, 3, 3, 3]], [5])
    >>> chain.matrix.sum(axis=1).round(12).tolist() == [1.0] * N_STATES
    True
    """

    exits: Floats
    destinations: Floats
    months: Floats
    moves: Floats

    @property
    def matrix(self) -> Floats:
        """Transition matrix of one month, (18, 18), whose rows sum to 1."""
        return self.exits[:, None] * self.destinations + np.diag(1.0 - self.exits)


def ladder_moves(
    states: ArrayLike,
    stop: ArrayLike,
    weight: ArrayLike | None = None,
    pseudo_exits: float = PSEUDO_EXITS,
    pseudo_moves: float = PSEUDO_MOVES,
) -> Moves:
    """Monthly moves, each state's shrunk to those of all states with its status.

    Parameters
    ----------
    states : array_like of int, shape (n, w)
        State of each of n cases at the beginning of each month of age, month 1 first; `UNKNOWN` before a case was
        known.
    stop : array_like of int, shape (n,)
        Last month of each case in which coding ran, counted from 1: a move from one month to the next counts if both
        are at most this. For a case that ended it is the month of the ending; for one that goes on, the last that
        somebody looked at.
    weight : array_like of shape (n,), optional
        Weights of the cases, at least 0; by default 1.
    pseudo_exits : float
        Moves that the pooled rate is worth, above 0.
    pseudo_moves : float
        Moves that the pooled distribution of destinations is worth, above 0.

    Returns
    -------
    Moves
        The chain.

    Raises
    ------
    ValueError
        For states outside -1 to 17, or a `stop` of another length or beyond the last month.

    Notes
    -----
    With n_s moves in T_s months of state s and the pooled rate r_a of its status a (all its moves over all its months),
    the monthly probability of an exit is

        (n_s + c) / (T_s + c / r_a),

    the mean of a gamma posterior whose prior has mean r_a and shape c = `pseudo_exits`. The destination is Dirichlet:

        q_s(d) = (n_sd + m p_s(d)) / (n_s + m),

    with m = `pseudo_moves` and p_s the pooled moves out of a: their new status and change of level, as far as the
    level stays from 0 to 5. The chain has no memory: how long a state has lasted adds nothing to what it is.

    References
    ----------
    Andersen and Keiding 2002, Stat. Methods Med. Res. 11:91-115 (multi-state models).

    Examples
    --------
    One move, from level 0 to level 1, in four months at level 0; all active states together have 1 move in 6 months:

    >>> chain = ladder_moves([[0, 0, 0, 0, 3, 3, 3]], [7])
    >>> float(chain.exits[0]), float(chain.destinations[0, 3])
    (0.18181818181818182, 1.0)
    """
    grid, last = np.asarray(states, dtype=np.int64), np.asarray(stop, dtype=np.int64)
    mass = np.ones(len(grid)) if weight is None else np.asarray(weight, dtype=np.float64)
    _check(grid, last, mass)
    months, counts = _counted(grid, last, mass)
    exits_by_status = np.array([counts[_of(a)].sum() for a in range(len(STATUSES))])
    months_by_status = np.array([months[_of(a)].sum() for a in range(len(STATUSES))])
    moves = counts.sum(axis=1)
    rate = np.divide(exits_by_status, months_by_status, out=np.zeros(len(STATUSES)), where=months_by_status > 0)
    pooled = _pooled_destinations(counts)
    own = rate[status_of(np.arange(N_STATES))]
    prior_months = np.divide(pseudo_exits, own, out=np.full(N_STATES, np.inf), where=own > 0)
    exits = np.where((own > 0) & (pooled.sum(axis=1) > 0), (moves + pseudo_exits) / (months + prior_months), 0.0)
    destinations = (counts + pseudo_moves * pooled) / (moves + pseudo_moves)[:, None]
    total = destinations.sum(axis=1, keepdims=True)
    destinations = np.divide(destinations, total, out=np.zeros_like(destinations), where=total > 0)
    return Moves(np.minimum(exits, LARGEST_EXIT), destinations, months, moves)


def _of(status: int) -> slice:
    """The states of a status."""
    return slice(status, None, len(STATUSES))


def _check(states: Integers, stop: Integers, weight: Floats) -> None:
    if states.ndim != 2 or len(stop) != len(states) or len(weight) != len(states):
        raise ValueError(
            f"expected states by case and month with one stop and weight a case, got shapes {states.shape}, "
            f"{stop.shape} and {weight.shape}"
        )
    wrong = np.flatnonzero(((states < UNKNOWN) | (states >= N_STATES)).any(axis=1))
    if len(wrong):
        raise ValueError(
            f"expected states from {UNKNOWN} to {N_STATES - 1}, got {states[wrong[0]].min()} to "
            f"{states[wrong[0]].max()} in row {wrong[0]}; number them with state_number"
        )
    late = np.flatnonzero((stop < 0) | (stop > states.shape[1]))
    if len(late):
        raise ValueError(
            f"expected a last month from 0 to {states.shape[1]}, got {stop[late[0]]} in row {late[0]}; "
            "give a state to every month up to it"
        )


def _counted(states: Integers, stop: Integers, weight: Floats) -> tuple[Floats, Floats]:
    """Months from which a move could be seen, (18,), and moves by origin and destination, (18, 18)."""
    now, after = states[:, :-1], states[:, 1:]
    month = np.arange(2, states.shape[1] + 1)
    seen = (now >= 0) & (after >= 0) & (month <= stop[:, None])
    origin, arrival, mass = now[seen], after[seen], np.broadcast_to(weight[:, None], now.shape)[seen]
    months = np.bincount(origin, mass, N_STATES).astype(np.float64)
    moved = origin != arrival
    pairs = np.bincount(origin[moved] * N_STATES + arrival[moved], mass[moved], N_STATES**2).astype(np.float64)
    return months, pairs.reshape(N_STATES, N_STATES)


def _pooled_destinations(counts: Floats) -> Floats:
    """Destinations of each state by the pooled moves of its status, (18, 18): new status and change of level."""
    level, status = level_of(np.arange(N_STATES)), status_of(np.arange(N_STATES))
    change = level[None, :] - level[:, None]
    pooled = np.zeros_like(counts)
    for a in range(len(STATUSES)):
        own = status == a
        for b in range(len(STATUSES)):
            for step in range(-LEVELS + 1, LEVELS):
                pairs = own[:, None] & (status == b)[None, :] & (change == step)
                pooled[pairs] = counts[pairs].sum()
    total = pooled.sum(axis=1, keepdims=True)
    return np.divide(pooled, total, out=np.zeros_like(pooled), where=total > 0)
