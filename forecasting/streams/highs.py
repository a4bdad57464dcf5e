"""Blocks of days with more events between the parties of a case than any before, since anyone last looked."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from forecasting.record.history import History
from forecasting.streams.coverage import COVERED, covered_shares, day_number
from forecasting.streams.expressions import CONFLICT, COOPERATION
from forecasting.streams.store import Store

BLOCK: Final = 30
BLOCKS_BEFORE: Final = 36
FEWEST_BLOCKS: Final = 12
FEWEST_EVENTS: Final = 5
MEASURES: Final = {"all": ("n",), "conflict": CONFLICT, "cooperation": COOPERATION}


@dataclass(frozen=True)
class High:
    """A block of days with more events of a kind than each before; see `unusual.Unusual` for the fields."""

    what: str
    first: date
    last: date
    n: int
    before: float
    most_before: int
    n_before: int


def blocks(daily: ir.Table, cases: ir.Table, as_of_day: int) -> ir.Table:
    """Events of each case by block, 0 the last one before the day, as known at the end of the block.

    Parameters
    ----------
    daily : ibis table
        Columns of `expressions.DAILY`.
    cases : ibis table
        `case_id`, `dyad`, and `length` of a block in days.
    as_of_day : int
        The day, since 1970-01-01.

    Returns
    -------
    ibis table
        `case_id`, `block`, and a count for each of `MEASURES`.
    """
    met = cases.join(daily, "dyad")
    met = met.filter(met.event_day <= as_of_day)
    met = met.mutate(block=((as_of_day - met.event_day) // met.length).cast("int64"))
    known = met.filter(met.known_day <= as_of_day - met.block * met.length)
    sums = {what: sum(known[_column(name)] for name in names) for what, names in MEASURES.items()}
    return known.group_by("case_id", "block").aggregate(
        **{what: value.sum().cast("int64") for what, value in sums.items()}
    )


def _column(name: str) -> str:
    return name if name == "n" else f"n_{name}"


def block_length(history: History, case: str) -> int:
    """Days of a block: 30, or fewer if somebody looked later than that; 0 if until the day itself."""
    return min(BLOCK, (history.as_of - history.case(case).looked_until).days)


def highs(store: Store, history: History, case: str, counted: pd.DataFrame) -> list[High] | None:
    """The kinds of events of which a block since the last look has more than every one before; None if not assessed.

    `counted`: rows of `blocks` of the case, by block.
    """
    length, looked, today = block_length(history, case), history.case(case).looked_until, day_number(history.as_of)
    n_since = (history.as_of - looked).days // length
    every = np.arange(n_since + BLOCKS_BEFORE + 1)
    covered = covered_shares(store.spans(), today - every * length, length) >= COVERED
    since = every[:n_since][covered[:n_since]]
    # the block in which the last look lies belongs to neither side
    first_before = n_since + bool((history.as_of - looked).days % length)
    before = every[first_before:][covered[first_before:]][:BLOCKS_BEFORE]
    if not len(since) or len(before) < FEWEST_BLOCKS:
        return None
    found = []
    for what in MEASURES:
        n = counted[what].reindex(every, fill_value=0)
        peak = since[int(np.argmax(n[since].to_numpy()))]
        most = int(n[before].max())
        if n[peak] >= FEWEST_EVENTS and n[peak] > most:
            last = history.as_of - timedelta(days=int(peak) * length)
            first = last - timedelta(days=length - 1)
            found.append(High(what, first, last, int(n[peak]), float(n[before].median()), most, len(before)))
    return found
