from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.record.months import (
    DAYS_PER_MONTH,
    HORIZONS,
    calendar_months,
    calendar_months_between,
    check_horizons,
    completed_months,
    completed_months_array,
    deadline,
    last_day_of_interval,
    months_between,
    parse_day,
    parse_horizons,
)
from forecasting.store.errors import UsageError

DAYS = st.dates(date(1817, 1, 1), date(2100, 12, 31))


@given(DAYS)
def test_a_day_is_read_as_it_is_written(day):
    assert parse_day(day.isoformat()) == day


@pytest.mark.parametrize("text", ["", "today", "2026-2-5", "20260205", "2026-02-30", "2026-W06-4", " 2026-02-05", "５"])
def test_anything_else_is_not_a_day(text):
    with pytest.raises(UsageError) as refused:
        parse_day(text)
    assert str(refused.value) == f"expected a day as YYYY-MM-DD, for example 2026-02-05, got {text!r}"


def test_horizons_are_sorted_without_repeats():
    assert parse_horizons("24, 6,12,6") == (6, 12, 24)
    assert check_horizons(HORIZONS) == HORIZONS


@pytest.mark.parametrize("text", ["", "abc", "6,,12", "6.5", "-6", "6;12", "٣", "6\x00"])
def test_horizons_that_are_no_whole_months_are_refused(text):
    with pytest.raises(UsageError) as refused:
        parse_horizons(text)
    assert str(refused.value) == f"expected horizons as whole months, for example 6,12,24, got {text!r}"


@pytest.mark.parametrize(
    "horizons", [np.array([24, 6, 12]), [np.int64(6), np.int32(12), 24], tuple(np.arange(6, 25, 6)), range(6, 13, 6)]
)
def test_whole_numbers_of_numpy_are_horizons(horizons):
    months = check_horizons(horizons)
    assert months == tuple(sorted({int(month) for month in horizons}))
    assert {type(month) for month in months} == {int}


@pytest.mark.parametrize(
    "horizons",
    [(), (0,), (121,), (6, 10_000), (6.0,), (True,), (np.float64(6),), (np.True_,), ("6",), (None,), np.array([[6]])],
)
def test_horizons_out_of_range_are_refused(horizons):
    with pytest.raises(UsageError) as refused:
        check_horizons(horizons)
    assert str(refused.value) == f"expected horizons from 1 to 120 months, got {list(horizons)}"


@given(DAYS, st.integers(0, 40_000))
def test_completed_months_count_whole_months_from_the_first_day(start, days):
    months = completed_months(start, start + timedelta(days=days))
    assert months * DAYS_PER_MONTH <= days < (months + 1) * DAYS_PER_MONTH
    assert months == completed_months_array(np.array([days]))[0]
    assert months_between(start, start + timedelta(days=days)) == days / DAYS_PER_MONTH


@given(DAYS, st.integers(1, 120))
def test_a_deadline_keeps_the_day_of_the_month_where_it_exists(as_of, horizon):
    last = deadline(as_of, horizon)
    assert (last.year - as_of.year) * 12 + last.month - as_of.month == horizon
    assert last.day == min(as_of.day, last_day_of_interval(last, "month").day)
    assert abs(months_between(as_of, last) - horizon) < 0.1


def test_deadlines_of_the_founding_case():
    assert [deadline(date(2026, 2, 5), horizon).isoformat() for horizon in HORIZONS] == [
        "2026-08-05", "2027-02-05", "2028-02-05", "2029-02-05", "2031-02-05", "2036-02-05",
    ]  # fmt: skip
    assert deadline(date(2026, 8, 31), 6) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("day", "precision", "last"),
    [
        (date(2024, 2, 5), "day", date(2024, 2, 5)),
        (date(2024, 2, 5), "month", date(2024, 2, 29)),
        (date(2023, 12, 1), "month", date(2023, 12, 31)),
        (date(2023, 1, 1), "year", date(2023, 12, 31)),
    ],
)
def test_a_coarse_date_may_mean_any_day_to_the_end_of_its_interval(day, precision, last):
    assert last_day_of_interval(day, precision) == last
    assert last_day_of_interval(last, precision) == last


@pytest.mark.parametrize("start", [date(2026, 2, 5), date(2024, 2, 29), date(2023, 12, 31), date(1963, 8, 5)])
def test_calendar_months_are_the_inverse_of_a_deadline(start):
    for months in range(1, 121):
        end = deadline(start, months)
        assert calendar_months(start, end) == months == calendar_months_between(start, end)
        assert calendar_months(start, end - timedelta(1)) == months - 1
        assert months - 1 < calendar_months_between(start, end - timedelta(1)) < months
        assert calendar_months(end, start) == -months
    assert completed_months(date(2026, 2, 5), date(2026, 8, 5)) == 5, "the models' grid is another"
