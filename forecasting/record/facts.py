"""Small arrays of dated facts, in the order in which they became known, so that a day is a cut. Days are ordinals."""

from dataclasses import dataclass, fields
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from forecasting.record.months import DAYS_PER_MONTH
from forecasting.record.vocabulary import CAUSES, EVENT_KINDS

Days = NDArray[np.int64]
Flags = NDArray[np.bool_]

KINDS: Final = (*EVENT_KINDS, "inspection_stopped", "crisis_ended")
NEVER: Final = -np.inf


def kinds(*names: str) -> Flags:
    """A set of kinds, as one flag for each of `KINDS`; a misspelt name is a `ValueError`."""
    chosen = np.zeros(len(KINDS), dtype=bool)
    chosen[[KINDS.index(name) for name in names]] = True
    chosen.flags.writeable = False
    return chosen


def months_from(day: float, today: int) -> float:
    """Months from `day` to `today`; infinite where `day` is `NEVER`."""
    return (today - day) / DAYS_PER_MONTH


def stands(begun: float, ended: float, today: int, life: float) -> bool:
    """Whether a state holds: it began at most `life` months ago, and its end came neither on that day nor later."""
    return begun > ended and months_from(begun, today) <= life


@dataclass(frozen=True, slots=True, eq=False)
class Facts:
    """n facts: `known` (n,) is the first day on which each counts, never falling."""

    known: Days

    def until(self, day: int) -> Self:
        """Copies of what counts by `day`, not views: later facts cannot be reached through them."""
        n = int(np.searchsorted(self.known, day, side="right"))
        return type(self)(*(_cut(getattr(self, field.name), n) for field in fields(self)))

    def __eq__(self, other: object) -> bool:
        """Whether both hold the same facts in the same order."""
        return type(other) is type(self) and all(
            np.array_equal(getattr(self, field.name), getattr(other, field.name)) for field in fields(self)
        )

    def where(self, kept: Flags) -> Self:
        """Only the facts flagged, (n,)."""
        return type(self)(*(getattr(self, field.name)[kept] for field in fields(self)))

    def followed_by(self, later: Self) -> Self:
        """These facts and then the later ones, as one."""
        both = (np.concatenate([getattr(part, field.name) for part in (self, later)]) for field in fields(self))
        return type(self)(*(_cut(values, len(values)) for values in both))


@dataclass(frozen=True, slots=True, eq=False)
class Changes(Facts):
    """n changes of leader, by the `day` (n,) of each."""

    day: Days


@dataclass(frozen=True, slots=True, eq=False)
class Acts(Facts):
    """n dated acts: `day` (n,) of the act, `kind` (n,) in `KINDS`, `actor` (n,) of today's codes, `inside` (n,).

    `inside` is false where a state that is no principal party acted alone.
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
        """How many acts of these kinds the parties did after `day`; only for balances and shares, see `coverage`."""
        return int(np.count_nonzero(expected[self.kind] & self.inside & (self.day > day)))


@dataclass(frozen=True, slots=True, eq=False)
class Endings(Facts):
    """n endings of other cases: `cause` (n,) in `CAUSES`, and what each case shares with the one in question, (n,).

    `same_dyad`: at least two principal parties.
    """

    cause: NDArray[np.int64]
    same_dyad: Flags
    same_type: Flags
    same_domain: Flags

    def number(self, cause: str, among: Flags | None = None) -> int:
        """How many endings, or how many of those flagged, had this cause."""
        hits = self.cause == CAUSES.index(cause)
        return int(np.count_nonzero(hits if among is None else hits & among))


def _cut(values: NDArray[Any], n: int) -> NDArray[Any]:
    part = values[:n].copy()
    part.flags.writeable = False
    return part
