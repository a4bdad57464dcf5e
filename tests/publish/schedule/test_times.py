from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from forecasting.publish.schedule.times import cron_line, latest_first, missed_since, moment, window
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
