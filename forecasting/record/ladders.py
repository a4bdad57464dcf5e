"""Where an arrangement stands: dated levels of the way to a binding text, and of the strain on it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.vocabulary import LADDERS, SAME_OUTCOME_TYPES
from forecasting.store.errors import UsageError, shown

READING: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9] [a-z]+")
"""Value of an alternative reading of a ladder: day, level and status."""


@dataclass(frozen=True)
class Rung:
    """A change of level or status on a ladder, as known on the as-of day.

    Attributes
    ----------
    ladder : {"formalization", "strain"}
        The way to a binding text, or the strain on the arrangement.
    day, known_date : date
        Day of the change, and first day on which an outsider could have known of it.
    precision : {"day", "month", "year"}
        Precision of `day`; a coarse date is the last day of its month or year.
    level : int
        From 0 to 5 on the way to a binding text, from 0 to 4 for strain.
    status : str
        `none`, `active`, `stalled` or `broken`; for strain `live` or `dormant`.
    events, sources : tuple of str
        Ids of the acts that moved it, and of the sources where no act is named.
    evidence : str
        What could be known on that day.
    confidence : {"high", "medium", "low"}
        Confidence in fact and date.

    Examples
    --------
    >>> day = date(2026, 2, 5)
    >>> Rung("formalization", day, day, "day", 1, "active", ("a-e01",), (), "Talks are promised.", "high").level
    1
    """

    ladder: str
    day: date
    known_date: date
    precision: str
    level: int
    status: str
    events: tuple[str, ...]
    sources: tuple[str, ...]
    evidence: str
    confidence: str


@dataclass(frozen=True)
class Position:
    """Level and status on a ladder on a day.

    Attributes
    ----------
    level : int
        From 0.
    status : str
        One of the statuses of the ladder.
    rung : Rung or None
        The row that says so; None before the first.

    Examples
    --------
    >>> Position(0, "none").rung is None
    True
    """

    level: int
    status: str
    rung: Rung | None = None


def position(rungs: Iterable[Rung], ladder: str, day: date, case_type: str) -> Position:
    """Level and status of a case on a day, as coded.

    Parameters
    ----------
    rungs : iterable of Rung
        Rows of the case that are kept, on both ladders, in any order.
    ladder : {"formalization", "strain"}
        The ladder.
    day : date
        The day.
    case_type : str
        Type of the case.

    Returns
    -------
    Position
        By the last row up to the day. Before the first: level 0, but 1 on the way to a binding text for a text that is
        signed already; never that of a later row.

    Raises
    ------
    UsageError
        For another ladder.

    Examples
    --------
    >>> first = date(2026, 2, 5)
    >>> rung = Rung("formalization", first, first, "day", 2, "active", (), (), "Talks have a date.", "low")
    >>> position([rung], "formalization", date(2026, 3, 1), "political_commitment").level
    2
    >>> position([rung], "formalization", date(2026, 2, 4), "signed_unratified")
    Position(level=1, status='active', rung=None)
    """
    if ladder not in LADDERS:
        raise UsageError(f"expected a ladder out of {', '.join(LADDERS)}, got {shown(ladder)}")
    past = [rung for rung in rungs if rung.ladder == ladder and rung.day <= day]
    if past:
        last = max(past, key=lambda rung: rung.day)
        return Position(last.level, last.status, last)
    if ladder == "strain":
        return Position(0, "live")
    return Position(1, "active") if case_type in SAME_OUTCOME_TYPES else Position(0, "none")


def rung_of(row: Any, acts: tuple[str, ...]) -> Rung:
    """A row of `ladders.csv`, typed, that rests on these acts."""
    return Rung(
        ladder=row.ladder,
        day=row.date.date(),
        known_date=row.known_date.date(),
        precision=row.precision,
        level=int(row.level),
        status=row.status,
        events=acts,
        sources=tuple(row.source_id.split(";")) if row.source_id else (),
        evidence=row.evidence,
        confidence=row.confidence,
    )


def readings(alternatives: pd.DataFrame) -> pd.DataFrame:
    """Rows of `ladders.csv` that alternative readings stand for.

    Parameters
    ----------
    alternatives : pandas.DataFrame of n rows
        Rows of `alternatives.csv`, as text, whose `field` is a ladder and whose `value` is well formed.

    Returns
    -------
    pandas.DataFrame of n rows
        The same readings, as text: known when they could be argued, of low confidence.
    """
    parsed = [value.split(" ") for value in alternatives["value"]]
    rows = {
        "case_id": alternatives["case_id"].tolist(),
        "ladder": alternatives["field"].tolist(),
        "date": [day for day, _, _ in parsed],
        "precision": "day",
        "known_date": alternatives["known_date"].tolist(),
        "level": [level for _, level, _ in parsed],
        "status": [status for _, _, status in parsed],
        "events": "",
        "source_id": "",
        "evidence": alternatives["reason"].tolist(),
        "confidence": "low",
    }
    return pd.DataFrame(rows, index=range(len(parsed)), dtype="str")


def with_readings(ladders: RawTable, alternatives: pd.DataFrame) -> RawTable:
    """Ladders under alternative readings, each in place of the row of its day or beside the others.

    Parameters
    ----------
    ladders : RawTable
        Rows of `ladders.csv`.
    alternatives : pandas.DataFrame
        As for `readings`.

    Returns
    -------
    RawTable
        The recorded rows that are kept, then the readings, which have no file.
    """
    key, rows = list(ladders.table.key), readings(alternatives)
    replaced = pd.MultiIndex.from_frame(ladders.cells[key]).isin(pd.MultiIndex.from_frame(rows[key]))
    kept = ladders.select(~replaced)
    return RawTable(
        ladders.table,
        pd.concat([kept.cells, rows], ignore_index=True),
        np.append(kept.files, [""] * len(rows)),
        np.append(kept.rows, [0] * len(rows)),
    )
