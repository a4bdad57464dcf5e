"""Factors of the multiverse, and the specifications drawn from their levels."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

FACTORS: Final[dict[str, tuple[str, ...]]] = {
    "codings": ("as recorded", "drawn"),
    "target": ("concluded", "in_force"),
    "learned_from": ("core cases", "prospectively sampled core cases", "every case"),
    "collapse": ("any", "by a party's own act"),
    "fading": ("an ending", "the end of observation"),
    "ceasefire_like": ("kept", "left out"),
    "pledges_of_use": ("kept", "left out"),
    "low_confidence": ("kept", "left out"),
    "first_year": ("1817", "1945", "1970"),
    "ongoing_until": ("last seen", "the record's end"),
    "covariates": ("sixteen", "facts of the start", "with hindsight"),
    "slope_sd": ("0.25", "0.15", "0.5"),
    "weights": ("case", "forecast"),
}
SEED: Final = 20260205
CODINGS_ALONE: Final = 0.2


@dataclass(frozen=True)
class Specification:
    """One level of each of `FACTORS`; the defaults are the registered ones. `draw` seeds the codings drawn."""

    codings: str = "as recorded"
    target: str = "concluded"
    learned_from: str = "core cases"
    collapse: str = "any"
    fading: str = "an ending"
    ceasefire_like: str = "kept"
    pledges_of_use: str = "kept"
    low_confidence: str = "kept"
    first_year: str = "1817"
    ongoing_until: str = "last seen"
    covariates: str = "sixteen"
    slope_sd: str = "0.25"
    weights: str = "case"
    draw: int = 0

    def __post_init__(self) -> None:
        for name, levels in FACTORS.items():
            if getattr(self, name) not in levels:
                raise ValueError(f"expected {name} out of {', '.join(levels)}, got {getattr(self, name)!r}")


def specifications(n: int, seed: int = SEED) -> list[Specification]:
    """The registered specification, each single departure from it, and random ones.

    A fifth of the random ones draw only the codings; the rest draw every factor, its levels equally likely and
    independent of the others, so that the factor's share of the variance is identified.

    Parameters
    ----------
    n : int
        Number of specifications.
    seed : int
        Seed of the draw.

    Returns
    -------
    list of Specification
        n of them, the registered one first.

    Examples
    --------
    >>> specifications(1)[0] == Specification()
    True
    """
    chosen = [Specification(), *_single_departures()][:n]
    rng = np.random.default_rng(seed)
    left = n - len(chosen)
    alone = round(CODINGS_ALONE * left)
    chosen += [Specification(codings="drawn", draw=1 + i) for i in range(alone)]
    for i in range(left - alone):
        levels = {name: str(rng.choice(options)) for name, options in FACTORS.items()}
        chosen.append(Specification(**levels, draw=1 + alone + i))
    return chosen


def _single_departures() -> Iterator[Specification]:
    for field in fields(Specification):
        for level in FACTORS.get(field.name, ())[1:]:
            if field.name != "codings":
                change: dict[str, Any] = {field.name: level}
                yield replace(Specification(), **change)
