"""One case as it was known on a day. A view holds plain values only, so an outcome cannot be reached from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecasting.record.months import completed_months, months_between


@dataclass(frozen=True)
class Event:
    """A dated act, as known. `sources` are source ids; `actors` and `targets` are codes."""

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


@dataclass(frozen=True)
class Appointment:
    """Something announced for a later day; not an event until it happens."""

    announced_date: date
    scheduled_date: date
    what: str
    sources: tuple[str, ...]


@dataclass(frozen=True)
class CaseView:
    """A case as of a day: its start, the events known, what was on the calendar, and when it was last seen observed.

    `start` maps the columns of `cases.csv` to values (missing numbers are None). `last_seen` is the last day,
    not after `as_of`, with positive evidence of observance.
    """

    case_id: str
    as_of: date
    start_date: date
    last_seen: date
    parties: tuple[str, ...]
    start: Mapping[str, str | float | None]
    events: tuple[Event, ...]
    calendar: tuple[Appointment, ...]

    @property
    def age_months(self) -> int:
        """Completed months from the start to the day it was last seen observed."""
        return completed_months(self.start_date, self.last_seen)

    @property
    def gap_months(self) -> int:
        """Completed months of age gained between the last sight and the as-of day."""
        return completed_months(self.start_date, self.as_of) - self.age_months

    @property
    def months_unseen(self) -> float:
        """Months from the last sight to the as-of day."""
        return months_between(self.last_seen, self.as_of)
