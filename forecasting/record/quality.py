"""Counts for the data-quality report: assumed days, unopened sources, verdicts of the audit, rows of the ladders."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from forecasting.record.history import History
from forecasting.record.vocabulary import CONFIDENCES, TARGETS


@dataclass(frozen=True)
class Part:
    """A part of a whole: `n` of `of` units.

    Attributes
    ----------
    n, of : int
        Numbers of units, 0 <= `n` <= `of`.

    Examples
    --------
    >>> Part(1, 4).share
    0.25
    """

    n: int
    of: int

    @property
    def share(self) -> float | None:
        """The share in [0, 1]; None where the whole is empty."""
        return self.n / self.of if self.of else None


def assumed_days(history: History) -> dict[str, Part]:
    """Number of knowledge dates that were assumed, not looked up, by column.

    An assumed date is the day of the event itself, the earliest possible one: a forecast may then use the event too
    early. Endings are counted under the first target only, since most cases have the same ending under both.

    Parameters
    ----------
    history : History
        The record; its whole content is counted, whatever the day.

    Returns
    -------
    dict of str to Part
        By `start_known_date` (of all cases) and `end_known_date` (of ended cases).
    """
    cases, outcomes = (history.record.tables[name].cells for name in ("cases", "outcomes"))
    ended = outcomes[(outcomes["target"] == TARGETS[0]) & (outcomes["cause"] != "")]
    return {
        "start_known_date": _part(cases["start_known_assumed"] == "1"),
        "end_known_date": _part(ended["end_known_assumed"] == "1"),
    }


def unopened_sources(history: History) -> Part:
    """Number of sources whose page no coder opened.

    Parameters
    ----------
    history : History
        The record.

    Returns
    -------
    Part
        Of all sources.
    """
    return _part(history.sources["seen"] != 1)


def audit_verdicts(history: History) -> dict[str, int]:
    """Number of audited facts by verdict.

    Parameters
    ----------
    history : History
        The record.

    Returns
    -------
    dict of str to int
        By verdict, the most frequent first.
    """
    verdicts = history.record.tables["audit"].cells["verdict"]
    counts = verdicts.groupby(verdicts, sort=False).size().sort_values(ascending=False, kind="stable")
    return {str(verdict): int(n) for verdict, n in counts.items()}


@dataclass(frozen=True)
class LadderSupport:
    """What the rows of a ladder rest on.

    Attributes
    ----------
    rows, cases : int
        Number of rows, and of cases that have one.
    by_act, by_source, by_neither : int
        Rows that name an act, a source alone, or neither; the last are of low confidence.
    high, medium, low : int
        Rows by confidence.
    """

    rows: int
    cases: int
    by_act: int
    by_source: int
    by_neither: int
    high: int
    medium: int
    low: int


def ladder_support(history: History, ladder: str) -> LadderSupport:
    """What the rows of a ladder rest on.

    Parameters
    ----------
    history : History
        The record.
    ladder : {"formalization", "strain"}
        The ladder.

    Returns
    -------
    LadderSupport
        Counts over its rows.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = ladder_support(load_history(), "strain")
    >>> found.by_act + found.by_source + found.by_neither == found.rows
    True
    """
    rows = history.ladders[history.ladders["ladder"] == ladder]
    named, sourced = rows["events"] != "", rows["source_id"] != ""
    return LadderSupport(
        rows=len(rows),
        cases=int(rows["case_id"].nunique()),
        by_act=int(named.sum()),
        by_source=int((~named & sourced).sum()),
        by_neither=int((~named & ~sourced).sum()),
        **{name: int((rows["confidence"] == name).sum()) for name in CONFIDENCES},
    )


def _part(flags: "pd.Series[Any]") -> Part:
    return Part(int(flags.sum()), len(flags))
