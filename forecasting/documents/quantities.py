"""Figures of a document, one constructor for each unit, from plain values or from views that know their place."""

import math
from typing import Any

from forecasting.documents.blocks import (
    Figure,
    Interval,
    Unit,
)
from forecasting.documents.values import plain, pointer_of


def figure(unit: Unit, value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A value of a unit with its interval.

    Parameters
    ----------
    unit : Unit
        How the value is shown, one of `blocks.Unit`.
    value : object
        Number, text or None; a number that is not finite was not measured, and becomes None.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value; values from a view of the content bring their JSON pointers along.

    Examples
    --------
    >>> from forecasting.documents.values import view
    >>> content = view({"skill": 0.071})
    >>> figure("share", content["skill"]).pointer
    '/skill'
    >>> figure("ratio", float("nan")).value is None
    True
    """
    return Figure(
        unit=unit,
        value=_measured(value),
        lower=_measured(lower),
        upper=_measured(upper),
        pointer=pointer_of(value),
        lower_pointer=pointer_of(lower),
        upper_pointer=pointer_of(upper),
    )


def _measured(value: Any) -> Any:
    found = plain(value)
    return None if isinstance(found, float) and not math.isfinite(found) else found


def chance(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    r"""A probability, in whole per cent and never as certainty.

    Parameters
    ----------
    value : object
        Probability from 0 to 1; None or a number that is not finite means that nothing was measured.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(chance(0.142, 0.1, 0.18))
    '14\xa0% (10 to 18\xa0%)'
    """
    return figure("chance", value, lower, upper)


def share(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    r"""A fraction of one, such as an observed frequency or a skill, as a percentage with one decimal.

    Parameters
    ----------
    value : object
        Fraction of one; None or a number that is not finite means that nothing was measured.
    lower, upper : object, optional
        Bounds of its interval, in the same unit.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(share(75 / 75))
    '100.0\xa0%'
    """
    return figure("share", value, lower, upper)


def percent(value: Any) -> Figure:
    r"""A fraction of one that is whole per cent by definition, such as a level of confidence.

    Parameters
    ----------
    value : object
        Fraction of one; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(percent(0.8))
    '80\xa0%'
    """
    return figure("percent", value)


def points(value: Any) -> Figure:
    """A difference of fractions of one, in percentage points.

    Parameters
    ----------
    value : object
        Difference of fractions of one; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(points(0.015))
    '+1.5'
    """
    return figure("points", value)


def count(value: Any) -> Figure:
    """A whole number of things.

    Parameters
    ----------
    value : object
        Whole number from 0; None or a number that is not finite means that nothing was measured.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(count(1984))
    '1,984'
    """
    return figure("count", value)


def quote(value: Any) -> Figure:
    """Text from elsewhere, such as a name in the record, shown literally.

    Parameters
    ----------
    value : str or number
        The text; a number is shown as it is written.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(quote("Vladivostok 1974"))
    'Vladivostok 1974'
    """
    return figure("quote", value)


def code(value: Any) -> Figure:
    """A hash, a version or a file's name, set as code.

    Parameters
    ----------
    value : str
        The text.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(code("62302f0e"))
    '62302f0e'
    """
    return figure("code", value)


def day(value: Any) -> Figure:
    """A day in words.

    Parameters
    ----------
    value : str
        The day, written YYYY-MM-DD.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(day("2026-02-05"))
    '5 February 2026'
    """
    return figure("day", value)


def name(value: Any) -> Figure:
    """A code of the vocabulary as words.

    Parameters
    ----------
    value : str
        The code.

    Returns
    -------
    Figure
        The value, with its JSON pointer where it was read from a view of the content.

    Examples
    --------
    >>> from forecasting.documents.text import figure as words
    >>> words(name("lapsed_treaty"))
    'lapsed treaty'
    """
    return figure("name", value)


def interval(unit: Unit, lower: Any, upper: Any) -> Interval:
    r"""An interval without its point.

    Parameters
    ----------
    unit : Unit
        How the bounds are shown, one of `blocks.Unit`.
    lower, upper : float
        The bounds, in the unit.

    Returns
    -------
    Interval
        The bounds, with their JSON pointers where they were read from a view.

    Examples
    --------
    >>> from forecasting.documents.text import inline
    >>> inline(interval("chance", 0.1, 0.18))
    '10 to 18\xa0%'
    """
    return Interval(
        unit=unit,
        lower=plain(lower),
        upper=plain(upper),
        lower_pointer=pointer_of(lower),
        upper_pointer=pointer_of(upper),
    )
