"""A list of cases to look at: more events between the parties than ever before, since anyone last looked. Unvalidated.

Whether more events in the news mean that something happens to an arrangement has not been tested, and a new high comes
by chance alone once in every 37 blocks of 30 days where nothing changes.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import ibis.expr.types as ir
import numpy as np
import pandas as pd

from forecasting.record.history import History, checked_day, load_history
from forecasting.store.errors import UsageError, shown
from forecasting.streams.case_days import dyads_of
from forecasting.streams.coverage import COVERED, covered_shares, day_number
from forecasting.streams.engine import embedded, frame, literal, small_table
from forecasting.streams.expressions import CONFLICT, COOPERATION
from forecasting.streams.store import Store, open_store
from forecasting.streams.tables import cameo

UNVALIDATED: Final = (
    "A list of cases to look at, not a finding: that more events in the news say anything about an arrangement has "
    "not been tested."
)
BLOCK: Final = 30
BLOCKS_BEFORE: Final = 36
FEWEST_BLOCKS: Final = 12
FEWEST_EVENTS: Final = 5
MOST_SHOWN: Final = 10
MEASURES: Final = {"all": ("n",), "conflict": CONFLICT, "cooperation": COOPERATION}
_SOUGHT: Final = {"case_id": "string", "dyad": "string", "length": "int64"}


@dataclass(frozen=True)
class Behind:
    """An event behind unusual activity.

    Attributes
    ----------
    day : date
        Of the event.
    source, target : str
        Codes of parties, a former state under its successor.
    act : str
        Title of the act.
    n_sources : int
        Number of sources.
    reference : str
        Address or name of a source; empty where the file has none.
    """

    day: date
    source: str
    target: str
    act: str
    n_sources: int
    reference: str


@dataclass(frozen=True)
class Unusual:
    """A case with unusual activity.

    Attributes
    ----------
    case_id : str
        The case.
    looked_until : date
        Last day until which somebody looked.
    what : {"all", "conflict", "cooperation"}
        Which events.
    first, last : date
        The block of days with most of them since then.
    n : int
        Events in it.
    before : float
        Median of the blocks before.
    most_before : int
        Most in one of them.
    n_before : int
        Number of blocks before, 12 to 36.
    events : tuple of Behind
        Events of the block, those with most sources first.
    """

    case_id: str
    looked_until: date
    what: str
    first: date
    last: date
    n: int
    before: float
    most_before: int
    n_before: int
    events: tuple[Behind, ...]


@dataclass(frozen=True)
class Looked:
    """The list and what it leaves out.

    Attributes
    ----------
    as_of : date
        The day.
    unusual : tuple of Unusual
        The largest rise first.
    usual : tuple of str
        Cases without unusual activity.
    not_assessed : tuple of str
        Cases for which the files do not cover enough days, that name fewer than two states, or that somebody looked at
        until the day.
    """

    as_of: date
    unusual: tuple[Unusual, ...]
    usual: tuple[str, ...]
    not_assessed: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """The list as a table, a row for each case and kind of event."""
        names = ["case_id", "what", "looked_until", "first", "last", "n", "before", "most_before"]
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.unusual], columns=names)


def unusual_activity(store: str | Path, as_of: str | date | None = None, data: str | Path | None = None) -> Looked:
    """Open cases with more events between their parties than ever before, since anyone last looked. Unvalidated.

    The days back from `as_of` are cut into blocks of 30 days (fewer, if somebody looked later than that). A case is
    listed if a block after `looked_until` has at least 5 events and more than each of the 12 to 36 blocks before.
    Events count in a block if they were known by its end.

    Parameters
    ----------
    store : str or Path
        Folder of `forecasting streams build`, by default its `--out` with `.store` at the end.
    as_of : date or str, optional
        The day; by default the last one that the files cover, or the record's end if that is earlier.
    data : str or Path, optional
        Folder of the record; by default the one shipped.

    Returns
    -------
    Looked
        The list, with the events behind it.

    Raises
    ------
    UsageError
        The store holds nothing, or the day is not covered.

    Examples
    --------
    >>> unusual_activity("news.store")
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected a store of event files, got nothing in news.store; make one with \
`streams build`
    """
    asked = checked_day(as_of)
    if not isinstance(store, str | Path):
        raise UsageError(f"expected the folder of `forecasting streams build` as a path, got {shown(store)}")
    held = open_store(Path(store))
    if not held.spans():
        raise UsageError(f"expected a store of event files, got nothing in {store}; make one with `streams build`")
    first, last = min(start for start, _ in held.spans()), max(end for _, end in held.spans())
    history = load_history(data)
    day = asked or min(last, history.as_of)
    if not first <= day <= last:
        raise UsageError(f"expected a day that the files cover, {first} to {last}, got {day}; choose another --as-of")
    return _looked(held, history.at(day))


def _looked(store: Store, history: History) -> Looked:
    day = history.as_of
    lengths = {case: _length(history, case) for case in history.open_case_ids()}
    dyads = {case: dyads_of(history, case) for case, length in lengths.items() if length}
    sought = [(case, dyad, lengths[case]) for case in dyads for dyad in dyads[case]]
    with embedded() as engine:
        columns = {name: [row[k] for row in sought] for k, name in enumerate(_SOUGHT)}
        cases = small_table(engine, "sought", columns, _SOUGHT)
        daily = engine.read_parquet([str(path) for path in store.paths("days")], table_name="daily")
        counted = frame(blocks(daily, cases, day_number(day)))
        found, usual, left_out = list[Unusual](), list[str](), [case for case in lengths if not dyads.get(case)]
        for case in filter(dyads.get, dyads):
            rows = counted[counted["case_id"] == case].set_index("block")
            highs = _highs(store, history, case, lengths[case], rows)
            if highs is None:
                left_out.append(case)
            elif not highs:
                usual.append(case)
            found += [_with_events(engine, store, dyads[case], high) for high in highs or ()]
    order = sorted(found, key=lambda one: ((one.before + 1) / (one.n + 1), one.case_id, one.what))
    return Looked(day, tuple(order), tuple(sorted(usual)), tuple(sorted(left_out)))


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


def _length(history: History, case: str) -> int:
    """Days of a block: 30, or fewer if somebody looked later than that; 0 if until the day itself."""
    return min(BLOCK, (history.as_of - history.case(case).looked_until).days)


def _highs(store: Store, history: History, case: str, length: int, counted: pd.DataFrame) -> list[Unusual] | None:
    """The kinds of events of which a block since the last look has more than every one before; None if not assessed."""
    looked, today = history.case(case).looked_until, day_number(history.as_of)
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
            middle = float(n[before].median())
            found.append(Unusual(case, looked, what, first, last, int(n[peak]), middle, most, len(before), ()))
    return found


def _with_events(engine: Any, store: Store, dyads: list[str], high: Unusual) -> Unusual:
    """The same with the events behind it."""
    kinds = "" if high.what == "all" else f"and quad in ({', '.join(map(literal, MEASURES[high.what]))})"
    rows = engine.raw_sql(f"""
        select event_date, source, target, act, sources, coalesce(reference, '')
        from read_parquet([{", ".join(literal(path) for path in store.paths("events"))}])
        where dyad in ({", ".join(map(literal, dyads))}) {kinds}
            and event_date between date '{high.first}' and date '{high.last}' and known_date <= date '{high.last}'
        order by sources desc, event_date desc, event_id limit {MOST_SHOWN}
    """).fetchall()
    known = cameo()
    events = tuple(
        Behind(day, source, target, known[act].name if act in known else act.lower(), n, said)
        for day, source, target, act, n, said in rows
    )
    return replace(high, events=events)
