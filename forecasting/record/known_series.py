"""Figures of the series about the principal parties of a case, as known on a day."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations
from math import ceil
from typing import Any, Final

import numpy as np

from forecasting.record.tables import KnownTables

STATE_WITH_SENATE: Final = "USA"
STALE_YEARS: Final = 15
"""Years after which the latest published figure tells nothing about the day."""
WINDOW_YEARS: Final = 10
TEST_YEARS: Final = 2
EPOCH: Final = date(1970, 1, 1).toordinal()

Figures = dict[str, float]
Pair = frozenset[str]


class SeriesIndex:
    """Series of a record, from which the figures about some states are cut as of a day.

    A year's figure counts from the day by which it was published, a leader from the first day in power, a vote from its
    day, a division of the Senate from the day of the count. A former state counts as its successor.

    Parameters
    ----------
    tables : KnownTables
        Tables as known on a day.
    lineage : mapping of str to str
        Each code with the last state in its line of successors.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history()
    >>> index = SeriesIndex(history, {code: code for code in history.parties["code"]})
    >>> sorted(index.figures(("CHN", "USA"), history.as_of.toordinal()))[:3]
    ['capability_balance', 'dispute_years', 'election_on']
    """

    def __init__(self, tables: KnownTables, lineage: Mapping[str, str]) -> None:
        self._tables, self._lineage = tables, lineage
        self._leaders = self._days("leaders", "start_date")
        self._elections = self._days("elections", "date")
        senate = self._rows("us_senate", "counted_on", "democrats", "republicans", "others", "president_party")
        self._senate = sorted((known, _wanting(*division)) for known, *division in senate)
        self._tests: dict[tuple[str, int], list[tuple[int, bool]]] = defaultdict(list)
        for known, code, year, tests in self._rows("nuclear_tests", "published", "code", "year", "tests"):
            self._tests[code, int(year)].append((known, tests > 0))
        self._rivals: dict[Pair, list[tuple[int, bool]]] = defaultdict(list)
        for known, code, other, end in self._rows("rivalries", "published", "code", "other", "end_year"):
            self._rivals[frozenset((code, other))].append((known, bool(np.isnan(end))))
        self._disputes: dict[Pair, list[tuple[int, int]]] = defaultdict(list)
        for known, code, other, year in self._rows("disputes", "published", "code", "other", "year"):
            self._disputes[frozenset((code, other))].append((known, int(year)))
        self._dispute_years_covered = _last_years(
            (known, year) for own in self._disputes.values() for known, year in own
        )
        self._votes = _Yearly(self._rows("nuclear_votes", "published", "code", "year", "ideal_point"), mean=True)
        self._cinc = _Yearly(self._rows("capabilities", "published", "code", "year", "cinc"), mean=False)

    def figures(self, states: Sequence[str], day: int) -> Figures:
        """Figures about some states known on a day.

        Parameters
        ----------
        states : sequence of str
            Codes, a former state under that of its successor.
        day : int
            An ordinal.

        Returns
        -------
        dict of str to float
            `leader_since` and `election_on` as ordinals; `votes_wanting` as a share of the seats of the Senate;
            `tested` and `rivals` as 0 or 1; `dispute_years`, `vote_distance` and `capability_balance` as shares. A name
            is missing where nothing was known.
        """
        year, pairs = date.fromordinal(day).year, [frozenset(pair) for pair in combinations(set(states), 2)]
        found = {
            "leader_since": _latest(self._leaders, states, day),
            "election_on": _latest(self._elections, states, day),
            "votes_wanting": self._votes_wanting(day) if STATE_WITH_SENATE in states else None,
            "tested": self._tested(states, year, day),
            "rivals": self._rivals_known(pairs, day),
            "dispute_years": self._dispute_years(pairs, year, day),
            "vote_distance": self._vote_distance(states, year, day),
            "capability_balance": self._capability_balance(states, year, day),
        }
        return {name: float(value) for name, value in found.items() if value is not None}

    def _rows(self, name: str, known: str, *others: str) -> Iterator[tuple[Any, ...]]:
        """Rows of a series: the day from which each counts as an ordinal, then these columns."""
        rows = self._tables.series(name)
        days = (rows[known].to_numpy().astype("datetime64[D]").astype(np.int64) + EPOCH).tolist()
        columns = [
            [self._lineage[code] for code in rows[column]] if column in ("code", "other") else rows[column].tolist()
            for column in others
        ]
        return zip(days, *columns, strict=True)

    def _days(self, name: str, column: str) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for day, code in sorted(self._rows(name, column, "code")):
            found[code].append(day)
        return found

    def _votes_wanting(self, day: int) -> float | None:
        place = bisect_right(self._senate, (day, 1.0))
        return self._senate[place - 1][1] if place else None

    def _tested(self, states: Sequence[str], year: int, day: int) -> float | None:
        years = range(year - TEST_YEARS, year + 1)
        told = [
            tested
            for state in states
            for one in years
            for known, tested in self._tests.get((state, one), ())
            if known <= day
        ]
        return float(any(told)) if told else None

    def _rivals_known(self, pairs: Sequence[Pair], day: int) -> float | None:
        told = [goes_on for pair in pairs for known, goes_on in self._rivals.get(pair, ()) if known <= day]
        return float(any(told)) if told else None

    def _dispute_years(self, pairs: Sequence[Pair], year: int, day: int) -> float | None:
        """Share of the last ten years covered in which two of the states were in a dispute."""
        last = _last_by(self._dispute_years_covered, day)
        if last is None or last < year - STALE_YEARS or not pairs:
            return None
        own = {
            one for pair in pairs for known, one in self._disputes.get(pair, ())
            if known <= day and last - WINDOW_YEARS < one <= last
        }  # fmt: skip
        return len(own) / WINDOW_YEARS

    def _vote_distance(self, states: Sequence[str], year: int, day: int) -> float | None:
        """Largest distance between two of the states, as a share of that between the outermost of all states."""
        every = self._votes.last(year, day)
        own = [every[state] for state in states if state in every]
        span = max(every.values()) - min(every.values()) if every else 0.0
        return (max(own) - min(own)) / span if len(own) > 1 and span > 0 else None

    def _capability_balance(self, states: Sequence[str], year: int, day: int) -> float | None:
        """Index of the second strongest of the states as a share of the strongest's."""
        every = self._cinc.last(year, day)
        own = sorted(every[state] for state in states if state in every)
        return own[-2] / own[-1] if len(own) > 1 and own[-1] > 0 else None


class _Yearly:
    """Figures by year and state; several of one state in a year are summed, or their mean taken."""

    def __init__(self, rows: Iterator[tuple[int, str, float, float]], mean: bool) -> None:
        self._mean = mean
        self._rows: dict[int, list[tuple[int, str, float]]] = defaultdict(list)
        for known, code, year, figure in rows:
            self._rows[int(year)].append((known, code, figure))
        self._last = _last_years((known, year) for year, own in self._rows.items() for known, *_ in own)
        self._whole = {year: self._figures(year, max(own)[0]) for year, own in self._rows.items()}

    def last(self, year: int, day: int) -> Mapping[str, float]:
        """Figures known on a day of the latest year of which there were any; none if it lies too far back."""
        last = _last_by(self._last, day)
        if last is None or last < year - STALE_YEARS:
            return {}
        return self._whole[last] if day >= max(self._rows[last])[0] else self._figures(last, day)

    def _figures(self, year: int, day: int) -> dict[str, float]:
        own: dict[str, list[float]] = defaultdict(list)
        for known, code, figure in self._rows[year]:
            if known <= day:
                own[code].append(figure)
        return {code: sum(every) / (len(every) if self._mean else 1) for code, every in own.items()}


def _wanting(democrats: float, republicans: float, others: float, president_party: str) -> float:
    """Votes that a president needs beyond the own party for two thirds of the Senate, as a share of its seats."""
    seats = democrats + republicans + others
    own = democrats if president_party.startswith("Democrat") else republicans
    return max(ceil(2 * seats / 3) - own, 0.0) / seats


def _latest(days: Mapping[str, list[int]], states: Sequence[str], day: int) -> float | None:
    """Latest of the days of these states by a day."""
    own = [known[place - 1] for state in states if (known := days.get(state)) and (place := bisect_right(known, day))]
    return float(max(own)) if own else None


def _last_years(published: Iterator[tuple[int, int]]) -> list[tuple[int, int]]:
    """Days from which on a later year was known, each with that year."""
    found: list[tuple[int, int]] = []
    for known, year in sorted(published):
        if not found or year > found[-1][1]:
            found.append((known, year))
    return found


def _last_by(years: list[tuple[int, int]], day: int) -> int | None:
    place = bisect_right(years, (day, 10_000))
    return years[place - 1][1] if place else None
