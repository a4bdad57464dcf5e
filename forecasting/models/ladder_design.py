"""Columns of the ladder's hazard and their priors: a covariate states for which endings it has a reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.models.episodes import DURATION_EDGES
from forecasting.models.ladder_moves import ACTIVE, BROKEN, LEVELS, N_STATES, STALLED, level_of, status_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

N_STEPS: Final = len(DURATION_EDGES) + 1
N_FORMS: Final = 2
LEVEL_SD: Final = 10.0
STEP_SD: Final = 0.5
TIGHT_SD: Final = 0.03


@dataclass(frozen=True)
class Term:
    """A column of the hazard.

    Attributes
    ----------
    name : str
        Name.
    scale : float
        What counts as one unit of it for the prior, in its own units, above 0: 0.5 for a fact that is or is not, about
        a standard deviation for a number. It is declared, not estimated, so that no other case changes it.
    causes : tuple of str
        Endings for which it has a reason.

    Examples
    --------
    >>> Term("bilateral", 0.5, ("formalized",)).scale
    0.5
    """

    name: str
    scale: float
    causes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.scale > 0.0:
            raise ValueError(f"expected a scale above 0 for {self.name}, got {self.scale}")


FORMALIZED: Final = ("formalized",)
LADDER_TERMS: Final = (
    Term("level_unsigned", 0.25, FORMALIZED),
    Term("level_signed", 0.25, FORMALIZED),
    Term("level_idle", 0.25, FORMALIZED),
    Term("broken", 0.5, FORMALIZED),
    Term("parameters_agreed", 0.5, FORMALIZED),
    Term("draft_tabled", 0.5, FORMALIZED),
)
"""The ladder's columns: level / 5 while active, of a text yet to be signed and of one that is signed; level / 5 while
idle (stalled or broken); talks broken off; level 4 or 5 while active; level 3 while active."""


ENDS: Final = ("collapsed", "faded")
TERM_TERMS: Final = (
    Term("term_ahead", 0.5, ENDS),
    Term("term_due", 0.5, ENDS),
    Term("term_over", 0.5, ENDS),
)
"""The stated term's columns, a clock that is known beforehand: it has not ended; it ends in a month or ended at most 24
months ago; it ended earlier. What falls due is met, missed or let go: a reason for both endings without a text."""
DUE_FROM: Final = -1
DUE_TO: Final = 24
N_PHASES: Final = len(TERM_TERMS) + 1


def term_phase(month: ArrayLike, term: ArrayLike) -> Integers:
    """Phase of the stated term in a month of age.

    Parameters
    ----------
    month : array_like of int
        Month of age, from 1.
    term : array_like of int
        Months of age at which the stated term ends; 0 for none.

    Returns
    -------
    numpy.ndarray of int
        0 without a term, else 1 while it is ahead, 2 while it is due, 3 when it is over (`TERM_TERMS`).

    Examples
    --------
    >>> term_phase([1, 11, 36, 37], 12).tolist(), term_phase(5, 0).tolist()
    ([1, 2, 2, 3], 0)
    """
    after = np.asarray(month, dtype=np.int64) - np.asarray(term, dtype=np.int64)
    phase = 1 + (after >= DUE_FROM) + (after > DUE_TO)
    return np.where(np.asarray(term) > 0, phase, 0).astype(np.int64)


def term_columns() -> Floats:
    """Values of `TERM_TERMS` in each phase, (4, 3).

    >>> term_columns()[[0, 2]].tolist()
    [[0.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    """
    return np.eye(N_PHASES)[:, 1:]


def ladder_columns() -> Floats:
    """Values of `LADDER_TERMS` in each state, for both forms of the ladder.

    Returns
    -------
    numpy.ndarray of shape (2, 18, 6)
        By form (0: a text yet to be signed, 1: a signed one that is to enter into force), state and column.

    Examples
    --------
    >>> ladder_columns()[0, 3 * 3].tolist()
    [0.6, 0.0, 0.0, 0.0, 0.0, 1.0]
    """
    state = np.arange(N_STATES)
    share, status = level_of(state) / (LEVELS - 1), status_of(state)
    active = status == ACTIVE
    both = [
        active * share,
        active * share,
        np.isin(status, (STALLED, BROKEN)) * share,
        status == BROKEN,
        active & (level_of(state) >= 4),
        active & (level_of(state) == 3),
    ]
    columns = np.stack([np.stack(both, axis=1)] * N_FORMS).astype(np.float64)
    columns[1, :, 0] = columns[0, :, 1] = 0.0
    return columns


def duration_columns(bins: ArrayLike) -> Floats:
    """Cumulative indicators of the bins of age, whose coefficients are steps from each bin to the next.

    Parameters
    ----------
    bins : array_like of int, shape (n,)
        Bins of age (`episodes.duration_bin`).

    Returns
    -------
    numpy.ndarray of shape (n, 6)
        1 up to the bin.

    Examples
    --------
    >>> duration_columns([1]).tolist()
    [[1.0, 1.0, 0.0, 0.0, 0.0, 0.0]]
    """
    return (np.asarray(bins)[:, None] >= np.arange(N_STEPS)).astype(np.float64)


def prior_precision(terms: Sequence[Term], causes: Sequence[str], slope_sd: float) -> Floats:
    """Precision of the prior of every coefficient, all normal with mean 0.

    Parameters
    ----------
    terms : sequence of Term
        Columns after the duration steps.
    causes : sequence of str
        Names of the k causes.
    slope_sd : float
        Standard deviation of the effect of one scale, in log odds, on endings for which the column has a reason; on
        others it is 0.03.

    Returns
    -------
    numpy.ndarray of shape (6 + n_terms, k)
        1 / variance. The first duration has a standard deviation of 10, the steps 0.5.

    Raises
    ------
    ValueError
        Where a term names another cause.

    Examples
    --------
    >>> prior_precision([Term("bilateral", 0.5, ("formalized",))], ("formalized", "faded"), 0.5)[-1].round(6).tolist()
    [1.0, 277.777778]
    """
    for term in terms:
        for cause in term.causes:
            if cause not in causes:
                raise ValueError(f"expected causes out of {', '.join(causes)}, got {cause!r} for {term.name}")
    sd = np.empty((N_STEPS + len(terms), len(causes)))
    sd[0], sd[1:N_STEPS] = LEVEL_SD, STEP_SD
    for row, term in enumerate(terms, start=N_STEPS):
        sd[row] = [(slope_sd if cause in term.causes else TIGHT_SD) / term.scale for cause in causes]
    return np.asarray(1.0 / sd**2)
