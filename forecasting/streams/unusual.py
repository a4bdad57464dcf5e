"""A list of cases to look at: more events between the parties than ever before, since anyone last looked. Unvalidated.

Whether more events in the news mean that something happens to an arrangement has not been tested, and a new high comes
by chance alone once in every 37 blocks of 30 days where nothing changes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.record.history import History, checked_day, load_history
from forecasting.store.errors import UsageError, shown
from forecasting.streams.case_days import dyads_of
from forecasting.streams.coverage import day_number
from forecasting.streams.engine import embedded, frame, literal, small_table
from forecasting.streams.highs import MEASURES, High, block_length, blocks, highs
from forecasting.streams.store import Store, open_store
from forecasting.streams.tables import cameo

UNVALIDATED: Final = (
    "A list of cases to look at, not a finding: that more events in the news say anything about an arrangement has "
    "not been tested."
)
MOST_SHOWN: Final = 10
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
    held = filled_store(store)
    first, last = held.covered()
    history = load_history(data)
    day = asked or min(last, history.as_of)
    if not first <= day <= last:
        raise UsageError(f"expected a day that the files cover, {first} to {last}, got {day}; choose another --as-of")
    return activity_of(held, history.at(day))


def filled_store(folder: str | Path) -> Store:
    """The store of event files in a folder; `UsageError` if it holds none."""
    if not isinstance(folder, str | Path):
        raise UsageError(f"expected the folder of `forecasting streams build` as a path, got {shown(folder)}")
    held = open_store(Path(folder))
    if not held.spans():
        raise UsageError(f"expected a store of event files, got nothing in {folder}; make one with `streams build`")
    return held


def activity_of(store: Store, history: History, cases: Sequence[str] | None = None) -> Looked:
    """Unusual activity as of the history's day, which the store covers; `cases`: by default all that are open."""
    day = history.as_of
    asked = history.open_case_ids() if cases is None else cases
    lengths = {case: block_length(history, case) for case in asked}
    dyads = {case: dyads_of(history, case) for case, length in lengths.items() if length}
    sought = [(case, dyad, lengths[case]) for case in dyads for dyad in dyads[case]]
    with embedded() as engine:
        columns = {name: [row[k] for row in sought] for k, name in enumerate(_SOUGHT)}
        listed = small_table(engine, "sought", columns, _SOUGHT)
        daily = engine.read_parquet([str(path) for path in store.paths("days")], table_name="daily")
        counted = frame(blocks(daily, listed, day_number(day)))
        found, usual, left_out = list[Unusual](), list[str](), [case for case in lengths if not dyads.get(case)]
        for case in filter(dyads.get, dyads):
            own = highs(store, history, case, counted[counted["case_id"] == case].set_index("block"))
            if own is None:
                left_out.append(case)
            elif not own:
                usual.append(case)
            looked = history.case(case).looked_until
            found += [
                Unusual(case, looked, **asdict(high), events=_behind(engine, store, dyads[case], high))
                for high in own or ()
            ]
    order = sorted(found, key=lambda one: ((one.before + 1) / (one.n + 1), one.case_id, one.what))
    return Looked(day, tuple(order), tuple(sorted(usual)), tuple(sorted(left_out)))


def _behind(engine: Any, store: Store, dyads: list[str], high: High) -> tuple[Behind, ...]:
    """The events of a block, those with most sources first."""
    kinds = "" if high.what == "all" else f"and quad in ({', '.join(map(literal, MEASURES[high.what]))})"
    rows = engine.raw_sql(f"""
        select event_date, source, target, act, sources, coalesce(reference, '')
        from read_parquet([{", ".join(literal(path) for path in store.paths("events"))}])
        where dyad in ({", ".join(map(literal, dyads))}) {kinds}
            and event_date between date '{high.first}' and date '{high.last}' and known_date <= date '{high.last}'
        order by sources desc, event_date desc, event_id limit {MOST_SHOWN}
    """).fetchall()
    known = cameo()
    return tuple(
        Behind(day, source, target, known[act].name if act in known else act.lower(), n, said)
        for day, source, target, act, n, said in rows
    )
