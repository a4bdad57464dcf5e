"""State of earlier arrangements at the end of their stated term."""

from dataclasses import dataclass

import numpy as np

from forecasting.forecasts import FittedModels
from forecasting.record.vocabulary import CAUSES, ONGOING


@dataclass(frozen=True)
class StatedTerms:
    """Arrangements whose state at the end of their stated term is known.

    Attributes
    ----------
    n : int
        Number of arrangements.
    states : dict of str to int
        Number of them by state at the end of the term.
    beyond : int
        Number still observed at the end of the term and for at least three months more.
    """

    n: int
    states: dict[str, int]
    beyond: int


def stated_terms(fitted: FittedModels) -> StatedTerms:
    """States of the fitted spells at the end of their stated term.

    Parameters
    ----------
    fitted : FittedModels
        Models with the spells they were fitted on.

    Returns
    -------
    StatedTerms
        Counts over the spells with a stated term.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> found = stated_terms(fit_models(load_history(as_of="2026-02-05"), ["base_rate"]))
    >>> found.n == sum(found.states.values())
    True
    """
    spells = fitted.spells
    term = spells.starts["stated_horizon_months"].to_numpy(dtype=np.float64)
    decided = (term > 0) & ((spells.cause > 0) | (spells.exit > term))
    within = decided & (spells.exit <= np.ceil(term)) & (spells.cause > 0)
    states = {cause: int(np.sum(within & (spells.cause == k + 1))) for k, cause in enumerate(CAUSES)}
    states[ONGOING] = int(np.sum(decided & ~within))
    beyond = int(np.sum(decided & ~within & (spells.exit > term + 3)))
    return StatedTerms(int(decided.sum()), states, beyond)
