"""A case as it was known on a day. A dossier holds plain values and arrays only: no outcome can be reached from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from forecasting.record.facts import Acts, Changes, Endings, Flags
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


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case as known on a day; how it ended is nowhere in it.

    `start` maps the columns of `cases.csv` to values (missing numbers are None). `last_seen` is the last day,
    not after `as_of`, with positive evidence of observance. `parties` are the codes of the case; `principals` the
    states among them named one by one, a state that ceased under the code of its successor. `events` and `calendar`
    are those of the case. As arrays for features: `acts` bear on the case itself; `dyad` are acts between its
    principal parties in any case, an act once; `leadership` are changes of a principal party's leader; `endings` are
    those of other cases; `warheads` maps states to their share of the world's stockpile.
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

    @property
    def today(self) -> int:
        """The as-of day as an ordinal."""
        return self.as_of.toordinal()

    @property
    def start_day(self) -> int:
        """The day of the start as an ordinal."""
        return self.start_date.toordinal()

    def fact(self, name: str) -> float:
        """A number of the start; 0 where none was stated."""
        value = self.start[name]
        return value if isinstance(value, float) else 0.0

    def last(self, expected: Flags) -> float:
        """Day of the last act of these kinds that bears on the case or passed between its principal parties."""
        return max(self.acts.last(expected), self.dyad.last(expected))
