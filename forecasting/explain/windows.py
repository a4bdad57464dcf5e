"""State of earlier arrangements at the end of their stated term."""

from dataclasses import dataclass

import numpy as np

from forecasting.forecasts import FittedModels
from forecasting.record.vocabulary import CAUSES, ONGOING


@dataclass(frozen=True)
class StatedTerms:
    """Arrangements with a stated term that was over or had ended: their state when the term ran out."""

    n: int
    states: dict[str, int]
    beyond: int
    """Those still observed when their term ran out and seen so for at least three months more."""


def stated_terms(fitted: FittedModels) -> StatedTerms:
    """Count, over the fitted spells with a stated term, the state at the end of the term."""
    spells = fitted.spells
    term = spells.starts["stated_horizon_months"].to_numpy(dtype=np.float64)
    decided = (term > 0) & ((spells.cause > 0) | (spells.exit > term))
    within = decided & (spells.exit <= np.ceil(term)) & (spells.cause > 0)
    states = {cause: int(np.sum(within & (spells.cause == k + 1))) for k, cause in enumerate(CAUSES)}
    states[ONGOING] = int(np.sum(decided & ~within))
    beyond = int(np.sum(decided & ~within & (spells.exit > term + 3)))
    return StatedTerms(int(decided.sum()), states, beyond)
