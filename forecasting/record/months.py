"""The only date arithmetic: the month grid, ages, horizons and deadlines."""

import calendar
from collections.abc import Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.store.errors import UsageError, shown

# 365.25 / 12, the mean month of the Julian calendar: ages and durations are counted in months of one length, so that an
# age depends on the number of days alone. Deadlines, which people read off a calendar, are in calendar months.
DAYS_PER_MONTH = 30.4375
HORIZONS = (6, 12, 24, 36, 60, 120)
LONGEST_HORIZON = HORIZONS[-1]


def parse_day(text: str) -> date:
    """The day written as YYYY-MM-DD; anything else is a `UsageError`."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError(f"expected a day as YYYY-MM-DD, for example 2026-02-05, got {shown(text)}")
    return day


def parse_horizons(text: str) -> tuple[int, ...]:
    """Horizons in months from a comma-separated list, sorted, without repeats."""
    cells = [cell.strip() for cell in text.split(",")]
    if not all(cell.isascii() and cell.isdigit() and len(cell) <= 9 for cell in cells):
        raise UsageError(f"expected horizons as whole months, for example 6,12,24, got {shown(text)}")
    return check_horizons(tuple(int(cell) for cell in cells))


def check_horizons(horizons: Sequence[int]) -> tuple[int, ...]:
    """The same horizons in order; `UsageError` if there is none or one lies outside 1 to 120 months."""
    listed = isinstance(horizons, Sequence) and not isinstance(horizons, str)
    months = list(horizons) if listed else []
    if not months or not all(type(month) is int and 1 <= month <= LONGEST_HORIZON for month in months):
        raise UsageError(
            f"expected horizons from 1 to {LONGEST_HORIZON} months, got {shown(months if listed else horizons)}"
        )
    return tuple(sorted(set(months)))


def last_day_of_interval(day: date, precision: str) -> date:
    """The last day that a date of this precision (day, month or year) may mean."""
    if precision == "year":
        return date(day.year, 12, 31)
    if precision == "month":
        return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    return day


def deadline(as_of: date, horizon: int) -> date:
    """The day that many calendar months after `as_of`; the last day of the month where that day does not exist."""
    year, month = divmod(as_of.month - 1 + horizon, 12)
    year, month = as_of.year + year, month + 1
    return date(year, month, min(as_of.day, calendar.monthrange(year, month)[1]))


def completed_months(start: date, day: date) -> int:
    """Age in completed months of 30.4375 days from `start` to `day` (0 on the first day)."""
    return int((day - start).days // DAYS_PER_MONTH)


def months_between(start: date, day: date) -> float:
    """Months, with their fraction, from `start` to `day`."""
    return (day - start).days / DAYS_PER_MONTH


def completed_months_array(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Completed months for an array of day counts; the month of age is this plus one."""
    return np.floor_divide(days, DAYS_PER_MONTH).astype(np.int64)
