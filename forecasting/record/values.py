"""Typed values of the text of a table: days, and numbers."""

import pandas as pd

from forecasting.record.forms import Column


def days_of(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Cells as days; empty and malformed ones are missing."""
    # pandas reads an empty column in another unit than a filled one
    return pd.to_datetime(cells, format="%Y-%m-%d", errors="coerce").dt.as_unit("us")


def last_days_of(cells: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Last day that each cell of a day, month or year may mean; empty and malformed ones are missing.

    Examples
    --------
    >>> last_days_of(pd.Series(["2011-08", "2011", "2011-08-19"])).dt.strftime("%Y-%m-%d").tolist()
    ['2011-08-31', '2011-12-31', '2011-08-19']
    """
    size = cells.str.len()
    first = days_of(cells + size.map({4: "-01-01", 7: "-01"}).fillna(""))
    return interval_ends(first, size.map({4: "year", 7: "month"}).fillna("day"))


def interval_ends(days: "pd.Series[pd.Timestamp]", precision: "pd.Series[str]") -> "pd.Series[pd.Timestamp]":
    """Last day that each date of limited precision may mean, as `months.last_day_of_interval`, column by column.

    Parameters
    ----------
    days : pandas.Series of datetime64
        Dates as coded; a missing one stays missing.
    precision : pandas.Series of str
        `day`, `month` or `year`.

    Returns
    -------
    pandas.Series of datetime64
        In the same order.

    Examples
    --------
    >>> ends = interval_ends(pd.Series(pd.to_datetime(["2024-02-05", "2024-02-05"])), pd.Series(["month", "year"]))
    >>> ends.dt.strftime("%Y-%m-%d").tolist()
    ['2024-02-29', '2024-12-31']
    """
    ends = days.copy()
    for name, offset in (("month", pd.offsets.MonthEnd(0)), ("year", pd.offsets.YearEnd(0))):
        coarse = (precision == name).to_numpy()
        if coarse.any():
            ends = ends.mask(coarse, days + offset)
    return ends


def typed(cells: "pd.Series[str]", column: Column) -> pd.Series:
    """Typed values of a checked column: days, numbers or text; a missing day is NaT, a missing number NaN.

    A day of which only the month or year is told is the last day of it, so that it can only count too late.
    """
    if column.kind == "day":
        return days_of(cells)
    if column.kind == "partial day":
        return last_days_of(cells)
    if column.kind in ("flag", "probability", "integer", "number"):
        return pd.to_numeric(cells, errors="coerce").astype("float64")
    return cells
