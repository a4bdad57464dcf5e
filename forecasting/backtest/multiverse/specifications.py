"""Factors of the multiverse, and the specifications drawn from their levels."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np

FACTORS: Final[dict[str, tuple[str, ...]]] = {
    "codings": ("as recorded", "drawn"),
    "target": ("concluded", "in_force"),
    "learned_from": ("prospectively sampled core cases", "core cases"),
    "collapse": ("any", "by a party's own act"),
    "fading": ("an ending", "the end of observation"),
    "ceasefire_like": ("kept", "left out"),
    "pledges_of_use": ("kept", "left out"),
    "low_confidence": ("kept", "left out"),
    "first_year": ("1817", "1945", "1970"),
    "ladders": ("of the record", "first coding", "second coding"),
    "rungs": ("all", "of high confidence", "six months late"),
    "known_dates": ("as coded", "every act on its own day"),
    "unconfirmed": ("by their probability", "at face value"),
    "half_life": ("none", "20 years"),
    "detection": ("1 - 0.8^years", "0.1", "0.2", "0.5"),
    "covariates": ("registered", "none", "with the pair's collapses"),
    "slope_scales": ("mixture", "0.25", "0.5"),
    "base_share": ("0.25", "0", "0.5"),
}
SEED: Final = 20260205
CODINGS_ALONE: Final = 0.2


@dataclass(frozen=True)
class Specification:
    """One level of each of `FACTORS`; the defaults are the registered ones. `draw` seeds the codings drawn."""

    codings: str = "as recorded"
    target: str = "concluded"
    learned_from: str = "prospectively sampled core cases"
    collapse: str = "any"
    fading: str = "an ending"
    ceasefire_like: str = "kept"
    pledges_of_use: str = "kept"
    low_confidence: str = "kept"
    first_year: str = "1817"
    ladders: str = "of the record"
    rungs: str = "all"
    known_dates: str = "as coded"
    unconfirmed: str = "by their probability"
    half_life: str = "none"
    detection: str = "1 - 0.8^years"
    covariates: str = "registered"
    slope_scales: str = "mixture"
    base_share: str = "0.25"
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
