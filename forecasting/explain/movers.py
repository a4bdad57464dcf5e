"""Movers: the acts that became known between two days and changed a covariate of a case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecasting.features import DossierIndex, feature_table
from forecasting.record.history import History


@dataclass(frozen=True)
class Mover:
    """An act of the case, or the ending of another case (kind `ending`, under that case's id).

    Attributes
    ----------
    event_id : str
        Key of the event or of the other case.
    event_date, known_date : date
        Day of it, and first day on which it could have been known.
    kind, summary : str
        Kind, and the fact in words.
    standing : {"confirmed", "reported", "disputed"}
        Evidence for it.
    """

    event_id: str
    event_date: date
    known_date: date
    kind: str
    summary: str
    standing: str


@dataclass(frozen=True)
class Moved:
    """Movers of one covariate.

    Attributes
    ----------
    movers : tuple of Mover
        The acts.
    together : bool
        Whether no act alone changed the covariate, but several together did.
    """

    movers: tuple[Mover, ...]
    together: bool


def movers_of(
    index: DossierIndex, past: History, history: History, case_id: str, names: Sequence[str], target: str
) -> dict[str, Moved]:
    """Acts known after the day of `past` that changed each named covariate as of the day of `history`.

    An act is a mover if leaving it out gives another value. Where none is, the movers are the acts each of which would
    have changed the covariate if no other had become known (`together`); there may be none of these either.
    """
    acts, endings = _acts(past, history, case_id), _endings(past, history, case_id, target)
    return _moved_by(index, history, case_id, names, acts, endings)


def behind(index: DossierIndex, history: History, case_id: str, names: Sequence[str], target: str) -> dict[str, Moved]:
    """Acts of a case and endings of other cases that determine the value of each named covariate, among all known.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the history under the target.
    history : History
        The record as of the day.
    case_id : str
        The case.
    names : sequence of str
        Features.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    dict of str to Moved
        By feature, see `movers_of`.
    """
    acts, endings = _acts(None, history, case_id), _endings(None, history, case_id, target)
    return _moved_by(index, history, case_id, names, acts, endings)


def _moved_by(
    index: DossierIndex,
    history: History,
    case_id: str,
    names: Sequence[str],
    known_acts: Sequence[Mover],
    known_endings: Sequence[Mover],
) -> dict[str, Moved]:
    if not names:
        return {}
    acts = {mover.event_id: mover for mover in known_acts}
    endings = {mover.event_id: mover for mover in known_endings}

    def values(indexes: Iterable[DossierIndex]) -> pd.DataFrame:
        rows = [feature_table(one, [(case_id, history.as_of)], names) for one in indexes]
        return pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=list(names))

    every = {**acts, **endings}
    without = values(_leaving_out(index, (event,), endings) for event in every)
    alone = values(_leaving_out(index, tuple(set(every) - {event}), endings) for event in every)
    ends = values([index, _leaving_out(index, tuple(every), endings)])
    listed = list(every.values())
    moved = {}
    for name in names:
        needed = [m for m, value in zip(listed, without[name], strict=True) if value != ends[name][0]]
        enough = [m for m, value in zip(listed, alone[name], strict=True) if value != ends[name][1]]
        moved[name] = Moved(tuple(needed or enough), not needed)
    return moved


def _leaving_out(index: DossierIndex, events: tuple[str, ...], endings: dict[str, Mover]) -> DossierIndex:
    others = [event for event in events if event in endings]
    return index.leaving_out([event for event in events if event not in endings]).without(others)


def _acts(past: History | None, history: History, case_id: str) -> list[Mover]:
    """Acts of the case that became known after the day of `past`; all of them where it is None."""
    old = {event.event_id for event in past.case(case_id).events} if past is not None else set()
    return [
        Mover(event.event_id, event.event_date, event.known_date, event.kind, event.summary, event.standing)
        for event in history.case(case_id).events
        if event.event_id not in old
    ]


def _endings(past: History | None, history: History, case_id: str, target: str) -> list[Mover]:
    """Endings of other cases that became known after the day of `past`, under the id of the case."""
    now = _ended(history, target)
    old = _ended(past, target).index if past is not None else now.index[:0]
    rows = now[~now.index.isin(old) & (now.index != case_id)]
    names = history.cases.set_index("case_id")["name"]
    return [
        Mover(
            str(row.Index),
            row.end_date.date(),
            row.end_known_date.date(),
            "ending",
            f"{names[row.Index]}: {row.cause}",
            "confirmed",
        )
        for row in rows.itertuples()
    ]


def _ended(history: History, target: str) -> pd.DataFrame:
    rows = history.outcomes
    return rows[(rows["target"] == target) & (rows["cause"] != "")].set_index("case_id")[
        ["end_date", "end_known_date", "cause"]
    ]
