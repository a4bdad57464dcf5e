"""Due times of schedules and of JupyterLab's jobs, to the minute, in a time zone; cron lines as Debian's cron has them.

Daylight saving, as Debian's cron has it: a time that the clock leaps over is due at the first minute after the leap; a
time that comes twice is due once, the first time. Lines with a star in the minutes or hours follow the clock itself.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    if not 1970 <= when.year <= 9000:
        raise UsageError(f"expected a time in the years 1970 to 9000, got {shown(text)}; correct it")
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def time_zone(name: str) -> ZoneInfo:
    """The time zone of a name.

    Parameters
    ----------
    name
        As in the database of the Internet Assigned Numbers Authority, such as Europe/Berlin.

    Raises
    ------
    UsageError
        There is none of that name.

    Examples
    --------
    >>> time_zone("Europe/Berlin").key
    'Europe/Berlin'
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise UsageError(f"expected a time zone such as Europe/Berlin, got {shown(name)}; correct it") from None


def latest_first(line: str, now: datetime, zone: str = "UTC") -> Iterator[datetime]:
    """The times of a cron line in a time zone up to and including `now`, latest first, in UTC.

    Examples
    --------
    >>> next(latest_first("30 6 * * *", moment("2026-07-01T12:00"), "Europe/Berlin")).isoformat()
    '2026-07-01T04:30:00+00:00'
    """
    start = _local(now.replace(second=0, microsecond=0) + timedelta(minutes=1), zone)
    return (when for time in CronSim(line, start, reverse=True) if (when := time.astimezone(UTC)) <= now)


def next_time(line: str, now: datetime, zone: str = "UTC") -> datetime:
    """The first time of a cron line in a time zone after `now`, in UTC.

    Examples
    --------
    >>> next_time("30 2 * * *", moment("2026-03-28T12:00"), "Europe/Berlin").isoformat()
    '2026-03-29T01:00:00+00:00'
    """
    after = (time.astimezone(UTC) for time in CronSim(line, _local(now, zone)))
    return next(when for when in after if when > now)


def missed_since(line: str, last: datetime, latest: datetime, zone: str = "UTC") -> int:
    """The number of times of a cron line between two, both excluded; at most 1,000, so that counting stays fast."""
    between = takewhile(lambda when: when > last, latest_first(line, latest - timedelta(minutes=1), zone))
    return sum(1 for _ in zip(between, range(MOST_MISSED), strict=False))


def _local(when: datetime, zone: str) -> datetime:
    return when.astimezone(UTC if zone == "UTC" else time_zone(zone))
