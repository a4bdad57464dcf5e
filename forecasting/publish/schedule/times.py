"""Due times of schedule entries, in UTC to the minute; cron lines have the meaning of Debian's cron."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from cronsim import CronSim, CronSimError

from forecasting.store.errors import UsageError, shown

NAMED = {"daily": "0 0 * * *", "weekly": "0 0 * * 1", "monthly": "0 0 1 * *"}
UNITS = {"hour": 1, "day": 24, "week": 24 * 7}
LONGEST_HOURS = 24 * 366
MOST_MISSED = 1000


def cron_line(every: str) -> str:
    """The cron line of a schedule entry.

    Parameters
    ----------
    every
        `daily`, `weekly`, `monthly`, or a cron line of five fields that occurs at some time.

    Raises
    ------
    UsageError
        It is none of these.

    Examples
    --------
    >>> cron_line("monthly")
    '0 0 1 * *'
    """
    line = NAMED.get(every, every)
    expected = "daily, weekly, monthly, or a cron line of five fields, for example '0 6 1 * *'"
    if len(line.split()) != 5:
        raise UsageError(f"expected {expected}, got {shown(every)}; correct it")
    try:
        next(CronSim(line, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise UsageError(f"expected {expected}, got {shown(every)}: {str(error).lower()}; correct it") from None
    except StopIteration:
        raise UsageError(f"expected {expected}, got {shown(every)}, which never occurs; correct it") from None
    return line


def window(catch_up: str) -> timedelta:
    """The time after its due time within which a missed run is still made.

    Parameters
    ----------
    catch_up
        A number of hours, days or weeks, such as '36 hours'; at most 366 days.

    Raises
    ------
    UsageError
        It is not of this form.

    Examples
    --------
    >>> window("7 days")
    datetime.timedelta(days=7)
    """
    number, _, unit = catch_up.strip().partition(" ")
    hours = UNITS.get(unit.strip().removesuffix("s"), 0) * (int(number) if number.isascii() and number.isdigit() else 0)
    if not 0 < hours <= LONGEST_HOURS:
        raise UsageError(
            f"expected 1 to 366 days, as '36 hours', '7 days' or '2 weeks', got {shown(catch_up)}; correct it"
        )
    return timedelta(hours=hours)


def moment(text: str) -> datetime:
    """A time in UTC from text.

    Parameters
    ----------
    text
        A day, which stands for its first minute, or a minute; in UTC unless it names a time zone.

    Raises
    ------
    UsageError
        It is neither.

    Examples
    --------
    >>> moment("2026-09-01").isoformat(), moment("2026-09-01T06:30+02:00").isoformat()
    ('2026-09-01T00:00:00+00:00', '2026-09-01T04:30:00+00:00')
    """
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(
            f"expected a day or a minute, as 2026-09-01 or 2026-09-01T06:30, got {shown(text)}; correct it"
        ) from None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def latest_first(line: str, now: datetime) -> Iterator[datetime]:
    """The times of a cron line up to and including `now`, latest first."""
    times = CronSim(line, now.replace(second=0, microsecond=0) + timedelta(minutes=1), reverse=True)
    return (when for when in times if when <= now)


def missed_since(line: str, last: datetime, latest: datetime) -> int:
    """The number of times of a cron line between two, both excluded; at most 1,000, so that counting stays fast."""
    between = takewhile(lambda when: when > last, latest_first(line, latest - timedelta(minutes=1)))
    return sum(1 for _ in zip(between, range(MOST_MISSED), strict=False))
