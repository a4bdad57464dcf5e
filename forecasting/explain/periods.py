"""Periods of the forecast day, and how many cases that began in one came to an ending."""

from dataclasses import dataclass
from datetime import date
from typing import Final

import pandas as pd

from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, TARGETS

PERIODS: Final = {"before 1970": 0, "1970-1989": 1970, "1990-2010": 1990, "since 2011": 2011}
"""Periods by name, each with its first year (`data/REGISTRATION.md`); a period ends where the next begins."""


@dataclass(frozen=True)
class PeriodCount:
    """Cases that began in a period, and how many of them ended in one way.

    Attributes
    ----------
    period : str
        Name out of `PERIODS`.
    n, n_ended : int
        Prospectively sampled core cases known on the day, and those of them known to have ended by the cause.
    """

    period: str
    n: int
    n_ended: int


def period_of(day: date) -> str:
    """Period of a day.

    Parameters
    ----------
    day : date
        The day.

    Returns
    -------
    str
        Name out of `PERIODS`.

    Examples
    --------
    >>> period_of(date(1969, 12, 31)), period_of(date(2026, 2, 5))
    ('before 1970', 'since 2011')
    """
    return [name for name, first in PERIODS.items() if day.year >= first][-1]


def period_count(history: History, target: str = TARGETS[0], cause: str = CAUSES[0]) -> PeriodCount:
    """Cases that began in the period of the history's day, by what was known on that day.

    Parameters
    ----------
    history : History
        The record as of the day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    cause : {"formalized", "collapsed", "faded"}
        The ending.

    Returns
    -------
    PeriodCount
        The counts.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = period_count(load_history(as_of="2026-02-05"))
    >>> found.period, found.n_ended <= found.n
    ('since 2011', True)
    """
    period = period_of(history.as_of)
    known = spells(history, target)
    began = pd.to_datetime(known.starts["start_date"]).dt.year.to_numpy() >= PERIODS[period]
    ended = known.cause == CAUSES.index(cause) + 1
    return PeriodCount(period, int(began.sum()), int((began & ended).sum()))
