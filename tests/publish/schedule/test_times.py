from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from forecasting.publish.schedule.times import (
    cron_line,
    latest_first,
    missed_since,
    moment,
    next_time,
    time_zone,
    window,
)
from forecasting.store.errors import UsageError


@pytest.mark.parametrize(
    ("every", "now", "latest"),
    [
        ("daily", "2026-03-05T00:00", "2026-03-05T00:00"),
        ("daily", "2026-03-05T23:59", "2026-03-05T00:00"),
        ("weekly", "2026-03-05", "2026-03-02T00:00"),
        ("monthly", "2026-03-05", "2026-03-01T00:00"),
        ("30 6 * * 1-5", "2026-03-08", "2026-03-06T06:30"),
        ("0 0 29 2 *", "2026-03-05", "2024-02-29T00:00"),
        ("0 0 L * *", "2026-03-05", "2026-02-28T00:00"),
    ],
)
def test_the_latest_time_up_to_now(every, now, latest):
    assert next(latest_first(cron_line(every), moment(now))) == moment(latest)


def test_times_come_latest_first_and_the_missed_lie_between():
    days = list(islice(latest_first(cron_line("daily"), moment("2026-03-05T12:00")), 3))
    assert days == [moment("2026-03-05"), moment("2026-03-04"), moment("2026-03-03")]
    assert missed_since(cron_line("daily"), moment("2026-03-01"), moment("2026-03-05")) == 3
    assert missed_since(cron_line("daily"), moment("2026-03-04"), moment("2026-03-05")) == 0
    assert missed_since("* * * * *", moment("2020-03-04"), moment("2026-03-05")) == 1000


@pytest.mark.parametrize(
    "every", ["0 0 30 2 *", "0 0 31 4,6,9,11 *", "hourly", "", "* * * * * *", "61 * * * *", "0 0 * * 9", "a b c d e"]
)
def test_a_cron_line_that_never_fires_is_refused(every):
    with pytest.raises(
        UsageError, match="expected daily, weekly, monthly, or a cron line of five fields, for example '0 6 1"
    ) as refused:
        cron_line(every)
    assert repr(every) in str(refused.value)


def test_windows():
    assert window("36 hours") == timedelta(hours=36)
    assert window("1 day") == timedelta(days=1)
    assert window("2 weeks") == timedelta(days=14)


@pytest.mark.parametrize("text", ["0 days", "-1 days", "367 days", "7", "days", "1 year", "1.5 days", ""])
def test_a_window_that_is_none_is_refused(text):
    with pytest.raises(UsageError, match="expected 1 to 366 days, as '36 hours', '7 days' or '2 weeks', got "):
        window(text)


def test_moments_are_utc():
    assert moment("2026-09-01") == datetime(2026, 9, 1, tzinfo=UTC)
    assert moment("2026-09-01T06:30+02:00") == datetime(2026, 9, 1, 4, 30, tzinfo=UTC)
    with pytest.raises(UsageError, match="expected a day or a minute, as 2026-09-01 or 2026-09-01T06:30, got 'soon'"):
        moment("soon")


@pytest.mark.parametrize(
    ("line", "days", "times"),
    [
        ("30 2 * * *", ("2026-03-28T12:00", "2026-03-29T12:00"), ["29T01:00"]),
        ("30 2 * * *", ("2026-10-24T12:00", "2026-10-25T12:00"), ["25T00:30"]),
        ("0 3 * * *", ("2026-10-24T12:00", "2026-10-25T12:00"), ["25T02:00"]),
        ("*/30 2 * * *", ("2026-10-24T12:00", "2026-10-25T12:00"), ["25T00:00", "25T00:30", "25T01:00", "25T01:30"]),
        ("0 6 * * *", ("2026-03-28T12:00", "2026-03-30T12:00"), ["29T04:00", "30T04:00"]),
    ],
)
def test_daylight_saving(line, days, times):
    """A time leapt over is due right after the leap, one that comes twice the first time; stars follow the clock."""
    first, last = map(moment, days)
    back = [when for when in islice(latest_first(line, last, "Europe/Berlin"), 10) if when > first][::-1]
    assert [when.strftime("%dT%H:%M") for when in back] == times
    ahead, when = [], first
    while (when := next_time(line, when, "Europe/Berlin")) <= last:
        ahead.append(when)
    assert ahead == back, "looking ahead and looking back are one calendar"


def test_a_time_zone_moves_what_is_due():
    assert next(latest_first("0 6 * * *", moment("2026-07-01T12:00"))) == moment("2026-07-01T06:00")
    assert next(latest_first("0 6 * * *", moment("2026-07-01T12:00"), "Asia/Tokyo")) == moment("2026-06-30T21:00")
    for name in ("Mars/Olympus", "", "../etc/passwd", "a" * 300):
        with pytest.raises(UsageError, match="expected a time zone such as Europe/Berlin, got "):
            time_zone(name)


@pytest.mark.parametrize("text", ["9999-12-31T23:59", "0001-01-01", "1969-12-31"])
def test_a_clock_far_away_is_refused(text):
    with pytest.raises(UsageError, match="expected a time in the years 1970 to 9000, got "):
        moment(text)
