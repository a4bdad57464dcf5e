"""Arrays of dated facts, ordered by the day on which each became known. Days are ordinals."""

from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.record.months import DAYS_PER_MONTH
from forecasting.record.vocabulary import CAUSES, EVENT_KINDS

Days = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS: Final = (*EVENT_KINDS, "inspection_stopped", "crisis_ended")
KIND_BY_CATEGORY: Final = {
    ("inspection_or_data_exchange", "SANCTION"): "inspection_stopped",
    ("crisis_or_conflict", "RETREAT"): "crisis_ended",
}
NEVER: Final = -np.inf


def kind_of(kind: str, plover: str) -> str:
    """The kind of an act out of `KINDS`: a stop of inspections, or the end of a crisis, by its PLOVER category.

    Parameters
    ----------
    kind : str
        Kind of the event, out of `vocabulary.EVENT_KINDS`.
    plover : str
        Category of the event in the PLOVER ontology.

    Returns
    -------
    str
        One of `KINDS`.

    Examples
    --------
    >>> kind_of("inspection_or_data_exchange", "SANCTION"), kind_of("summit", "CONSULT")
    ('inspection_stopped', 'summit')
    """
    return KIND_BY_CATEGORY.get((kind, plover), kind)


def kinds(*names: str) -> Flags:
    """A set of kinds of act, as flags.

    Parameters
    ----------
    *names : str
        Names out of `KINDS`.

    Returns
    -------
    numpy.ndarray of bool, shape (n_kinds,)
        Read-only; true for the named ones of `KINDS`.

    Raises
    ------
    ValueError
        For another name.

    Examples
    --------
    >>> int(kinds("talks_opened", "summit").sum())
    2
    """
    chosen = np.zeros(len(KINDS), dtype=bool)
    chosen[[KINDS.index(name) for name in names]] = True
    chosen.flags.writeable = False
    return chosen


def months_from(day: float, today: int) -> float:
    """Months, with their fraction, from `day` to `today`.

    Parameters
    ----------
    day : float
        An ordinal, or `NEVER`.
    today : int
        An ordinal.

    Returns
    -------
    float
        In months of 30.4375 days; infinite where `day` is `NEVER`.

    Examples
    --------
    >>> months_from(735_600, 735_600 + 487)
    16.0
    """
    return (today - day) / DAYS_PER_MONTH


def in_effect(begun: float, ended: float, today: int, life: float) -> bool:
    """True if a state is in effect: it began recently enough, and has not ended since.

    Parameters
    ----------
    begun, ended : float
        Days of the last act that began it and of the last that ended it, as ordinals or `NEVER`. An end on the day of
        the beginning counts.
    today : int
        An ordinal.
    life : float
        Months, from 0, after which a state not begun anew is no longer in effect.

    Returns
    -------
    bool
        True if `begun` is after `ended` and at most `life` months before `today`.

    Examples
    --------
    >>> in_effect(735_600, NEVER, 735_700, life=12.0), in_effect(735_600, 735_650, 735_700, life=12.0)
    (True, False)
    """
    return begun > ended and months_from(begun, today) <= life


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """n facts: `known` (n,) is the first day on which each counts, in ascending order."""

    known: Days

    def until(self, day: int) -> Self:
        """Copies of what counts by `day`: views would keep later facts within reach."""
        n = int(np.searchsorted(self.known, day, side="right"))
        return type(self)(*(_cut(getattr(self, field.name), n) for field in fields(self)))

    def __eq__(self, other: object) -> bool:
        """Equality of the facts and of their order."""
        return type(other) is type(self) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    def where(self, kept: Flags) -> Self:
        """The facts flagged by `chosen` (n,)."""
        return type(self)(*(getattr(self, field.name)[kept] for field in fields(self)))


@dataclass(frozen=True, slots=True, eq=False)
class Changes(Facts):
    """n changes of leader, by the `day` (n,) of each."""

    day: Days


@dataclass(frozen=True, slots=True, eq=False)
class Acts(Facts):
    """n dated acts.

    Attributes
    ----------
    known : numpy.ndarray of int, shape (n,)
        First day on which each counts, in ascending order.
    day : numpy.ndarray of int, shape (n,)
        Day of the act.
    kind : numpy.ndarray of int, shape (n,)
        Position in `KINDS`.
    actor : numpy.ndarray of object, shape (n,)
        Codes of the actors, former states as their successors.
    inside : numpy.ndarray of bool, shape (n,)
        False where all actors are named states and none is a principal party; true for all in a case of `MULTI`.

    Examples
    --------
    >>> talks = KINDS.index("talks_opened")
    >>> acts = Acts(np.array([5, 9]), np.array([4, 8]), np.array([talks] * 2), np.array(["USA"] * 2), np.ones(2, bool))
    >>> acts.until(5).last(kinds("talks_opened"))
    4.0
    """

    day: Days
    kind: NDArray[np.int64]
    actor: NDArray[np.object_]
    inside: Flags

    def last(self, expected: Flags) -> float:
        """Day of the last act of these kinds; `NEVER` if there was none."""
        days = self.day[expected[self.kind]]
        return float(days.max()) if len(days) else NEVER

    def number_since(self, day: float, expected: Flags) -> int:
        """Number of acts of these kinds by the parties after `day`.

        For balances and shares alone: a count grows with how closely a case was covered, see `features.coverage`.
        """
        return int(np.count_nonzero(expected[self.kind] & self.inside & (self.day > day)))


@dataclass(frozen=True, slots=True, eq=False)
class Endings(Facts):
    """n endings of other cases.

    Attributes
    ----------
    known : numpy.ndarray of int, shape (n,)
        First day on which each counts, in ascending order.
    cause : numpy.ndarray of int, shape (n,)
        Position in `CAUSES`.
    same_dyad, same_type, same_domain : numpy.ndarray of bool, shape (n,)
        Whether the case shares at least two principal parties, its type, or its domain with the case in question.

    Examples
    --------
    >>> flags = np.array([True, False])
    >>> endings = Endings(np.array([5, 9]), np.array([0, 1]), flags, flags, flags)
    >>> endings.number("formalized", endings.same_dyad), endings.number("collapsed", endings.same_dyad)
    (1, 0)
    """

    cause: NDArray[np.int64]
    same_dyad: Flags
    same_type: Flags
    same_domain: Flags

    def number(self, cause: str, among: Flags | None = None) -> int:
        """Number of endings by this cause, by default among all, else among those flagged by `among` (n,)."""
        hits = self.cause == CAUSES.index(cause)
        return int(np.count_nonzero(hits if among is None else hits & among))


def _cut(values: NDArray[Any], n: int) -> NDArray[Any]:
    part = values[:n].copy()
    part.flags.writeable = False
    return part
