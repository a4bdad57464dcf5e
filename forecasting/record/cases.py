"""A case as known on a day. A dossier has plain values and arrays only: no outcome can be reached from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from forecasting.record.claims import BY_STANDING
from forecasting.record.facts import Acts, Changes, Endings, Flags
from forecasting.record.ladders import Position, Rung, position
from forecasting.record.months import calendar_months_between, completed_months
from forecasting.store.errors import LeakageError


@dataclass(frozen=True)
class Event:
    """A dated act, as known on the as-of day.

    Attributes
    ----------
    event_id : str
        Key of the event.
    event_date, known_date : date
        Day of the act, and first day on which an outsider could have known of it.
    date_precision : {"day", "month", "year"}
        Precision of `event_date`; a coarse date is the last day of its month or year.
    known_late : bool
        Whether it became public late on `known_date`, so that it counts from the next day.
    standing : {"confirmed", "reported", "disputed"}
        Evidence for the act.
    actors, targets : tuple of str
        Codes of `parties.csv`.
    kind, plover : str
        Kind of the act, and its category in the PLOVER ontology.
    summary : str
        The fact in words.
    sources : tuple of str
        Source ids.
    confidence : {"high", "medium", "low"}
        Confidence in fact and date.
    known_assumed : bool
        Whether `known_date` was set equal to `event_date` for want of better evidence.
    claim_id : str
        The unconfirmed report on which the act rests, or empty.
    clears : tuple of str
        Ids of the accusations that the act answers.
    added_for_ladder : bool
        Whether it was coded because a level of a ladder needed its act.

    Examples
    --------
    >>> day = date(2026, 2, 5)
    >>> event = Event("a-e01", day, "day", day, False, "confirmed", ("USA",), (), "summit", "CONSULT", "", (), "high")
    >>> event.kind
    'summit'
    """

    event_id: str
    event_date: date
    date_precision: str
    known_date: date
    known_late: bool
    standing: str
    actors: tuple[str, ...]
    targets: tuple[str, ...]
    kind: str
    plover: str
    summary: str
    sources: tuple[str, ...]
    confidence: str
    known_assumed: bool = False
    claim_id: str = ""
    clears: tuple[str, ...] = ()
    added_for_ladder: bool = False


@dataclass(frozen=True)
class Appointment:
    """An act announced for a later day; not an event until it happens.

    Attributes
    ----------
    announced_date, scheduled_date : date
        Day of the announcement, and the day announced.
    what : str
        The act in words.
    sources : tuple of str
        Source ids.
    """

    announced_date: date
    scheduled_date: date
    what: str
    sources: tuple[str, ...]


UNKNOWN_AFTER_MONTHS: Final = 24
"""Months after its last sight from which on a case counts as one whose state is unknown: it stands apart in lists."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case as known on a day, without its ending.

    Attributes
    ----------
    case_id : str
        Key of the case.
    as_of, start_date : date
        The day of the knowledge, and the first day of the arrangement.
    last_seen : date
        Last day, not after `as_of`, with positive evidence of observance.
    parties, principals : tuple of str
        Codes of the case; and the states among them that are named one by one, a former state under the code of its
        successor.
    start : mapping of str to str, float or None
        Columns of `cases.csv`; a missing number is None.
    events, calendar : tuple of Event, tuple of Appointment
        Those of the case.
    acts, dyad : Acts
        Acts coded under the case itself; and acts between its principal parties in any case, each act once.
    leadership : Changes
        Changes of a principal party's leader.
    endings : Endings
        Endings of other cases.
    warheads : mapping of str to float
        Share of each state in the world's stockpiled warheads, in [0, 1].
    looked_until : date
        Last day, not after `as_of`, until which somebody looked for acts and for an ending.
    rungs : tuple of Rung
        Changes on the ladders, by date.
    claims : mapping of str to float
        Probability, in [0, 1], of each claim on which an act of the case rests.
    series : mapping of str to float
        Figures of the series about the principal parties, see `known_series.SeriesIndex`; none of an unknown one.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.record.dossiers import DossierIndex
    >>> index = DossierIndex(load_history(as_of="2026-02-05"), "concluded")
    >>> index.dossier("new-start-post-expiry-2026", index.as_of).start["stated_horizon_months"]
    6.0
    """

    case_id: str
    as_of: date
    start_date: date
    last_seen: date
    parties: tuple[str, ...]
    start: Mapping[str, str | float | None]
    events: tuple[Event, ...]
    calendar: tuple[Appointment, ...]
    principals: tuple[str, ...]
    acts: Acts
    dyad: Acts
    leadership: Changes
    endings: Endings
    warheads: Mapping[str, float]
    looked_until: date
    rungs: tuple[Rung, ...]
    claims: Mapping[str, float]
    series: Mapping[str, float]

    @property
    def age_months(self) -> int:
        """Completed months from the start to the last day seen observed."""
        return completed_months(self.start_date, self.last_seen)

    @property
    def gap_months(self) -> int:
        """Completed months of age from the last day seen observed to the as-of day."""
        return completed_months(self.start_date, self.as_of) - self.age_months

    @property
    def months_unseen(self) -> float:
        """Calendar months, with their fraction, from the last day seen observed to the as-of day."""
        return calendar_months_between(self.last_seen, self.as_of)

    @property
    def is_state_known(self) -> bool:
        """Whether the case was seen observed within `UNKNOWN_AFTER_MONTHS` of the as-of day."""
        return self.months_unseen <= UNKNOWN_AFTER_MONTHS

    @property
    def today(self) -> int:
        """The as-of day as an ordinal."""
        return self.as_of.toordinal()

    @property
    def start_day(self) -> int:
        """The day of the start as an ordinal."""
        return self.start_date.toordinal()

    def fact(self, name: str) -> float:
        """Number coded for the start, such as a probability in [0, 1]; 0 where it is missing."""
        value = self.start[name]
        return value if isinstance(value, float) else 0.0

    def probability(self, event: Event) -> float:
        """Probability of an act of the case, in [0, 1]: that of its claim, or by its standing."""
        return self.claims[event.claim_id] if event.claim_id else BY_STANDING[event.standing]

    def on_ladder(self, ladder: str, day: date | None = None) -> Position:
        """Level and status on a ladder as known, on the as-of day or an earlier one; see `record.ladders.position`."""
        if day is not None and day > self.as_of:
            raise LeakageError(f"expected a day up to {self.as_of}, the as-of day of this dossier, got {day}")
        return position(self.rungs, ladder, day or self.as_of, str(self.start["type"]))

    def last(self, expected: Flags) -> float:
        """Day (ordinal) of the last act of these kinds in the case or between its principal parties; or `NEVER`."""
        return max(self.acts.last(expected), self.dyad.last(expected))
