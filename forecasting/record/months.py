"""The only date arithmetic: the month grid, ages, horizons and deadlines."""

import calendar
import operator
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
    """A day from its text.

    Parameters
    ----------
    text : str
        YYYY-MM-DD.

    Returns
    -------
    date
        The day.

    Raises
    ------
    UsageError
        For any other text.

    Examples
    --------
    >>> parse_day("2026-02-05")
    datetime.date(2026, 2, 5)
    """
    try:
        day = date.fromisoformat(text)
    except (TypeError, ValueError):
        day = None
    if day is None or day.isoformat() != text:
        raise UsageError(f"expected a day as YYYY-MM-DD, for example 2026-02-05, got {shown(text)}")
    return day


def parse_horizons(text: str) -> tuple[int, ...]:
    """Horizons from a comma-separated list.

    Parameters
    ----------
    text : str
        Whole months from 1 to 120, separated by commas.

    Returns
    -------
    tuple of int
        Months, ascending, without repeats.

    Raises
    ------
    UsageError
        For any other text.

    Examples
    --------
    >>> parse_horizons("24, 12, 12")
    (12, 24)
    """
    cells = [cell.strip() for cell in text.split(",")]
    if not all(cell.isascii() and cell.isdigit() and len(cell) <= 9 for cell in cells):
        raise UsageError(f"expected horizons as whole months, for example 6,12,24, got {shown(text)}")
    return check_horizons(tuple(int(cell) for cell in cells))


def check_horizons(horizons: Sequence[int]) -> tuple[int, ...]:
    """Checked horizons.

    Parameters
    ----------
    horizons : sequence of int
        One or more, from 1 to 120 months.

    Returns
    -------
    tuple of int
        Months, ascending, without repeats.

    Raises
    ------
    UsageError
        For none, or one outside the range.

    Examples
    --------
    >>> check_horizons([60, 12])
    (12, 60)
    """
    listed = isinstance(horizons, Sequence | np.ndarray) and not isinstance(horizons, str)
    months = list(horizons) if listed else []
    whole = [_whole(month) for month in months]
    known = [month for month in whole if month is not None and 1 <= month <= LONGEST_HORIZON]
    if not months or len(known) < len(months):
        raise UsageError(
            f"expected horizons from 1 to {LONGEST_HORIZON} months, got {shown(months if listed else horizons)}"
        )
    return tuple(sorted(set(known)))


def _whole(number: object) -> int | None:
    """A whole number, of Python or numpy, as that of Python; None for anything else, True and False among it."""
    try:
        return None if isinstance(number, bool) else operator.index(number)  # type: ignore[arg-type]
    except TypeError:
        return None


def last_day_of_interval(day: date, precision: str) -> date:
    """Last day that a date of limited precision may mean.

    Parameters
    ----------
    day : date
        The date as coded.
    precision : {"day", "month", "year"}
        Its precision.

    Returns
    -------
    date
        The day itself, or the last day of its month or year.

    Examples
    --------
    >>> last_day_of_interval(date(2026, 2, 5), "month")
    datetime.date(2026, 2, 28)
    """
    if precision == "year":
        return date(day.year, 12, 31)
    if precision == "month":
        return date(day.year, day.month, calendar.monthrange(day.year, day.month)[1])
    return day


def deadline(as_of: date, horizon: int) -> date:
    """Last day of a horizon in calendar months.

    Parameters
    ----------
    as_of : date
        The forecast day.
    horizon : int
        Calendar months.

    Returns
    -------
    date
        The same day of the later month, or the last day of that month where it is shorter.

    Examples
    --------
    >>> deadline(date(2026, 1, 31), 1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(as_of.month - 1 + horizon, 12)
    year, month = as_of.year + year, month + 1
    return date(year, month, min(as_of.day, calendar.monthrange(year, month)[1]))


def calendar_months(start: date, day: date) -> int:
    """Calendar months from one day to another, as they are told and drawn: the inverse of `deadline`.

    Parameters
    ----------
    start, day : date
        First and last day, in either order.

    Returns
    -------
    int
        Completed months; negative where the last day is the earlier one.

    Examples
    --------
    >>> first = date(2026, 2, 5)
    >>> calendar_months(first, deadline(first, 6)), calendar_months(first, date(2026, 1, 1))
    (6, -1)
    """
    if day < start:
        return -calendar_months(day, start)
    months = 12 * (day.year - start.year) + day.month - start.month
    return months if deadline(start, months) <= day else months - 1


def calendar_months_between(start: date, day: date) -> float:
    """Calendar months from one day to a later one, with their fraction.

    Parameters
    ----------
    start, day : date
        First and last day.

    Returns
    -------
    float
        Whole on each anniversary month by month; between two of them by days.

    Examples
    --------
    >>> first = date(2026, 6, 1)
    >>> calendar_months_between(first, date(2026, 12, 1)), calendar_months_between(first, date(2026, 6, 16))
    (6.0, 0.5)
    """
    whole = calendar_months(start, day)
    since, until = deadline(start, whole), deadline(start, whole + 1)
    return whole + (day - since).days / (until - since).days


def completed_months(start: date, day: date) -> int:
    """Completed months of 30.4375 days between two days.

    Parameters
    ----------
    start, day : date
        First and last day.

    Returns
    -------
    int
        0 on the first day.

    Examples
    --------
    >>> completed_months(date(2026, 1, 1), date(2026, 2, 1))
    1
    """
    return int((day - start).days // DAYS_PER_MONTH)


def months_between(start: date, day: date) -> float:
    """Months of 30.4375 days, with their fraction, between two days."""
    return (day - start).days / DAYS_PER_MONTH


def completed_months_array(days: NDArray[np.int64]) -> NDArray[np.int64]:
    """Completed months of 30.4375 days from numbers of days.

    Parameters
    ----------
    days : numpy.ndarray of int, shape (n,)
        Numbers of days, from 0.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Completed months; the month of age is one more.

    Examples
    --------
    >>> completed_months_array(np.array([0, 30, 31])).tolist()
    [0, 0, 1]
    """
    return np.floor_divide(days, DAYS_PER_MONTH).astype(np.int64)
