"""Periods of the forecast day, and how many cases that began in one came to an ending."""

from dataclasses import dataclass

import pandas as pd

from forecasting.backtest.origins import PERIODS, period_name
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.vocabulary import CAUSES, TARGETS


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
    period = period_name(history.as_of.year)
    known = spells(history, target)
    began = pd.to_datetime(known.starts["start_date"]).dt.year.to_numpy() >= PERIODS[period]
    ended = known.cause == CAUSES.index(cause) + 1
    return PeriodCount(period, int(began.sum()), int((began & ended).sum()))
