"""Stated terms: the end of a case's own, and the state of earlier arrangements at the end of theirs."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from forecasting.record.cases import Dossier
from forecasting.record.months import deadline, last_day_of_interval
from forecasting.record.panel import Spells
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


def term_end(dossier: Dossier) -> date | None:
    """Last day of the term that the parties stated; None where they stated none.

    Parameters
    ----------
    dossier : Dossier
        The case.

    Returns
    -------
    date or None
        Counted from the last day of a start known only to the month or year.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.record.dossiers import DossierIndex
    >>> index = DossierIndex(load_history(as_of="2026-02-05"), "concluded")
    >>> term_end(index.dossier("new-start-post-expiry-2026", index.as_of)).isoformat()
    '2026-08-05'
    """
    months = dossier.start["stated_horizon_months"]
    if not isinstance(months, float) or months <= 0:
        return None
    return deadline(last_day_of_interval(dossier.start_date, str(dossier.start["start_precision"])), int(months))


def stated_terms(known: Spells) -> StatedTerms:
    """States of spells at the end of their stated term.

    Parameters
    ----------
    known : Spells
        Spells known on a day.

    Returns
    -------
    StatedTerms
        Counts over the spells with a stated term.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.record.panel import spells
    >>> found = stated_terms(spells(load_history(as_of="2026-02-05")))
    >>> found.n == sum(found.states.values())
    True
    """
    term = known.starts["stated_horizon_months"].to_numpy(dtype=np.float64)
    decided = (term > 0) & ((known.cause > 0) | (known.exit > term))
    within = decided & (known.exit <= np.ceil(term)) & (known.cause > 0)
    states = {cause: int(np.sum(within & (known.cause == k + 1))) for k, cause in enumerate(CAUSES)}
    states[ONGOING] = int(np.sum(decided & ~within))
    beyond = int(np.sum(decided & ~within & (known.exit > term + 3)))
    return StatedTerms(int(decided.sum()), states, beyond)
