"""Where the case of each origin stands, as known on the day on which it was last seen: one row a reading."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.origins import Origins
from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    KeepRungs,
    all_rungs,
    both_endorsements,
    covariate_table,
    read_paths,
    stated_term,
)
from forecasting.models.dated_rate import Seen
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_standings import Standings
from forecasting.record.dossiers import DossierIndex
from forecasting.record.history import History
from forecasting.record.panel import case_key
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Known:
    """The record as of a day, with the index of its dossiers."""

    history: History
    index: DossierIndex

    def at(self, day: date, target: str) -> "Known":
        """The same as of an earlier day."""
        earlier = self.history.at(day)
        return Known(earlier, DossierIndex(earlier, target))


@dataclass(frozen=True)
class OriginStandings:
    """Standings of n origins.

    Attributes
    ----------
    line : numpy.ndarray of int, shape (r,)
        Origin of each row.
    weight : numpy.ndarray of shape (r,)
        Probability of the row's reading; those of an origin sum to 1.
    at : Standings
        r rows.
    types : numpy.ndarray of str, shape (n,)
        Type of each origin's case, as known.
    """

    line: Integers
    weight: NDArray[np.float64]
    at: Standings
    types: NDArray[np.str_]

    def of(self, lines: Integers) -> "OriginStandings":
        """Rows of these origins, numbered by their place among them."""
        place = np.full(max(int(self.line.max(initial=0)), int(lines.max(initial=0))) + 1, -1)
        place[lines] = np.arange(len(lines))
        rows = np.flatnonzero(place[self.line] >= 0)
        return OriginStandings(place[self.line[rows]], self.weight[rows], self.at.select(rows), self.types[lines])


class UncorrectedRecords:
    """The record with only the corrections recorded by a day, read once for each day between corrections.

    Parameters
    ----------
    whole : Known
        The record as of its end.
    target : {"concluded", "in_force"}
        What counts as formalized.
    """

    def __init__(self, whole: Known, target: str) -> None:
        self._known, self._target = {whole.history.as_of: whole}, target
        self._end = whole.history.as_of
        recorded = whole.history.record.tables["corrections"].cells["recorded_on"]
        self._recorded = sorted({date.fromisoformat(day) for day in recorded})

    def days(self, days: Iterable[date]) -> list[date]:
        """For each day, the last one by which no further correction was recorded: the record's end if there is none."""
        ends = [*(day - timedelta(days=1) for day in self._recorded), self._end]
        return [min(ends[bisect_right(self._recorded, day)], self._end) for day in days]

    def at(self, day: date) -> Known:
        """The record as of one of those days."""
        if day not in self._known:
            self._known[day] = self._known[self._end].at(day, self._target)
        return self._known[day]


def origin_standings(records: UncorrectedRecords, origins: Origins, keep: KeepRungs = all_rungs) -> OriginStandings:
    """Standings of origins.

    Parameters
    ----------
    records : UncorrectedRecords
        The record that the origins are of.
    origins : Origins
        n origins.
    keep : callable
        Rows of the ladders that count.

    Returns
    -------
    OriginStandings
        State and covariates as known on the day of the last sight. Readings of reports are mixed in the state; an
        uncertain endorsement has a row for either side.
    """
    lines = origins.lines
    n = len(lines)
    start, term = np.zeros((n, N_STATES)), np.zeros(n, dtype=np.int64)
    table, types = np.zeros((n, len(COVARIATES))), [""] * n
    through = records.days(lines["seen"])
    for day in dict.fromkeys(through):
        index = records.at(day).index
        own = [line for line, other in enumerate(through) if other == day]
        marks = list(zip(lines["case_id"].iloc[own], lines["seen"].iloc[own], strict=True))
        table[own] = covariate_table(index, marks, COVARIATES, keep)
        for line, mark in zip(own, marks, strict=True):
            dossier = index.dossier(*mark)
            term[line], types[line] = stated_term(dossier), str(dossier.start["type"])
            for path, weight in read_paths(dossier, np.array([mark[1].toordinal()]), keep):
                start[line, path[0]] += weight
    values, shares, row = both_endorsements(table, COVARIATES)
    at = Standings(
        key=np.array([case_key(case) for case in lines["case_id"]], dtype=np.int64)[row],
        age=lines["age_months"].to_numpy(np.int64)[row],
        gap=lines["gap_months"].to_numpy(np.int64)[row],
        looked=lines["looked_months"].to_numpy(np.float64)[row],
        form=np.isin(types, list(SAME_OUTCOME_TYPES)).astype(np.int64)[row],
        term=term[row],
        start=start[row],
        covariates=values,
    )
    return OriginStandings(row, shares, at, np.array(types, dtype=str))


def seen_cases(lines: pd.DataFrame, types: NDArray[np.str_]) -> Seen:
    """The cases of origins, of these types, as the base rates see them."""
    return Seen(
        lines["age_months"].to_numpy(np.int64),
        lines["gap_months"].to_numpy(np.int64),
        lines["looked_months"].to_numpy(np.float64),
        types,
    )
