"""When an entry is due: in UTC, to the minute. Cron lines are read as Debian's cron reads them."""

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
    """The cron line of `every`: daily, weekly, monthly, or a line of five fields that comes to pass."""
    line = NAMED.get(every, every)
    wanted = "daily, weekly, monthly, or a cron line of five fields, for example '0 6 1 * *'"
    if len(line.split()) != 5:
        raise UsageError(f"expected {wanted}, got {shown(every)}")
    try:
        next(CronSim(line, datetime(2026, 1, 1, tzinfo=UTC)))
    except CronSimError as error:
        raise UsageError(f"expected {wanted}, got {shown(every)}: {str(error).lower()}") from None
    except StopIteration:
        raise UsageError(f"expected {wanted}, got {shown(every)}, which never comes to pass") from None
    return line


def window(catch_up: str) -> timedelta:
    """The length of time for which a missed run is made up, such as '36 hours' or '7 days'; at most 366 days."""
    number, _, unit = catch_up.strip().partition(" ")
    hours = UNITS.get(unit.strip().removesuffix("s"), 0) * (int(number) if number.isascii() and number.isdigit() else 0)
    if not 0 < hours <= LONGEST_HOURS:
        raise UsageError(f"expected 1 to 366 days, as '36 hours', '7 days' or '2 weeks', got {shown(catch_up)}")
    return timedelta(hours=hours)


def moment(text: str) -> datetime:
    """A day or a minute as a time in UTC: 2026-09-01 (its first minute), or 2026-09-01T06:30."""
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"expected a day or a minute, as 2026-09-01 or 2026-09-01T06:30, got {shown(text)}") from None
    return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)


def latest_first(line: str, now: datetime) -> Iterator[datetime]:
    """The times of a cron line up to and with `now`, latest first."""
    times = CronSim(line, now.replace(second=0, microsecond=0) + timedelta(minutes=1), reverse=True)
    return (when for when in times if when <= now)


def missed_since(line: str, last: datetime, latest: datetime) -> int:
    """How many times lie between two, both left out; counted up to 1,000."""
    between = takewhile(lambda when: when > last, latest_first(line, latest - timedelta(minutes=1)))
    return sum(1 for _ in zip(between, range(MOST_MISSED), strict=False))
