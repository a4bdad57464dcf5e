"""Registered verdict on the skill of the headline, and the claim that bounds on hindsight leave of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

Size = Literal["small", "fair", "good", "very good", "extraordinary", "suspect"]
LEVEL: Final = 0.95
FAIR_FROM: Final = 0.05
SIZES: Final[tuple[tuple[float, Size], ...]] = (
    (0.10, "fair"),
    (0.15, "good"),
    (0.20, "very good"),
    (0.35, "extraordinary"),
)
"""Largest skill of each size; below `FAIR_FROM` it is small, above the last suspect."""
EXPECTED_HALF_WIDTHS: Final[Mapping[str, float]] = {"all": 0.08, "development": 0.11, "reserved": 0.12}
"""Half of the interval at `LEVEL` on formalization that was expected beforehand, by sample."""


@dataclass(frozen=True)
class Verdict:
    """What the registered rule says of a skill.

    Attributes
    ----------
    is_shown : bool
        Whether skill is shown.
    size : str
        Size of the skill, whether it is shown or not.
    """

    is_shown: bool
    size: Size


def verdict(skill: float, lower: float, reserved: float) -> Verdict:
    """Verdict of Registration 2 on formalization, design `cluster`, over the base rate.

    Parameters
    ----------
    skill : float
        Skill over all cases.
    lower : float
        Lower bound of its interval at 95 %, by components.
    reserved : float
        Skill over the reserved half.

    Returns
    -------
    Verdict
        Skill is shown if the interval lies above 0 and the reserved half agrees in sign; a number that is not finite
        shows none.

    Examples
    --------
    >>> verdict(0.12, 0.04, 0.03)
    Verdict(is_shown=True, size='good')
    >>> verdict(0.12, 0.04, -0.01).is_shown
    False
    """
    return Verdict(skill > 0.0 and lower > 0.0 and reserved > 0.0, size_of(skill))


def size_of(skill: float) -> Size:
    """The registered word for the size of a skill: under 0.05 small, to 0.10 fair, to 0.15 good, to 0.20 very good.

    Above that it is extraordinary, and above 0.35 suspect: a leak is to be looked for first.

    >>> [size_of(value) for value in (0.049, 0.05, 0.10, 0.2, 0.21, 0.36)]
    ['small', 'fair', 'fair', 'very good', 'extraordinary', 'suspect']
    """
    if not skill >= FAIR_FROM:
        return "small"
    return next((size for largest, size in SIZES if skill <= largest), "suspect")


def lowest(lines: Mapping[str, float | None]) -> str | None:
    """Name of the line that bounds hindsight with the least skill, which is what is claimed.

    Parameters
    ----------
    lines : mapping of str to float or None
        Skill under each line, the headline's own among them; None where it was not scored.

    Returns
    -------
    str or None
        The first of equals; None where no line was scored.

    Examples
    --------
    >>> lowest({"all rows": 0.25, "rows of high confidence": 0.18, "first coding": None})
    'rows of high confidence'
    """
    scored = {name: value for name, value in lines.items() if value is not None}
    return min(scored, key=lambda name: scored[name]) if scored else None


def is_above_zero(lowers: Iterable[float | None]) -> bool:
    """Whether every interval was measured and lies above 0; False without any.

    >>> is_above_zero([0.01, 0.02]), is_above_zero([0.0]), is_above_zero([None]), is_above_zero([])
    (True, False, False, False)
    """
    found = list(lowers)
    return bool(found) and all(lower is not None and lower > 0.0 for lower in found)
