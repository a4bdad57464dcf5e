"""Short names for the parts of a section, and how a value reads."""

import math
from typing import Any

from forecasting.documents.card.form import Figure, Items, Table, Text, Unit
from forecasting.documents.wording import MINUS, PER_CENT, label, long_day
from forecasting.record.months import parse_day

SIGNIFICANT = 6
NOT_MEASURED = "not measured"
TOO_FEW = "too few"
SMALLEST_P = 0.001
FORMS: dict[str, tuple[int, str, str]] = {
    "share": (100, ".1f", PER_CENT),
    "percent": (100, ".0f", PER_CENT),
    "points": (100, "+.1f", ""),
    "count": (1, ",.0f", ""),
    "number": (1, ".1f", ""),
    "ratio": (1, ".2f", ""),
    "p": (1, ".3f", ""),
    "log odds": (1, "+.2f", ""),
}


def figure(unit: Unit, value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A value of a unit, to six significant digits; not measured where it is None or not a number."""
    return Figure(unit=unit, value=_plain(value), lower=_plain(lower), upper=_plain(upper))


def share(value: Any, lower: Any = None, upper: Any = None) -> Figure:
    """A fraction of one, shown as a percentage."""
    return figure("share", value, lower, upper)


def percent(value: Any) -> Figure:
    """A fraction of one that is known to be whole per cent."""
    return figure("percent", value)


def count(value: Any) -> Figure:
    """A whole number of things."""
    return figure("count", None if value is None else int(value))


def quote(value: Any) -> Figure:
    """Words from elsewhere, such as a name in the record."""
    return figure("quote", str(value))


def code(value: Any) -> Figure:
    """A hash, a version or a file's name."""
    return figure("code", str(value))


def day(value: Any) -> Figure:
    """A day as YYYY-MM-DD."""
    return figure("day", str(value))


def name(value: str) -> Figure:
    """A code of the vocabulary, shown as words."""
    return figure("name", value)


def text(said: str, **values: Figure) -> Text:
    """A paragraph with its values."""
    return Text(said=said, values=values)


def items(*said: str | Text) -> Items:
    """A list of paragraphs."""
    return Items(items=tuple(one if isinstance(one, Text) else text(one) for one in said))


def table(caption: str, head: tuple[str, ...], rows: Any) -> Table:
    """A table."""
    return Table(caption=caption, head=head, rows=tuple(tuple(row) for row in rows))


def shown_figure(found: Figure) -> str:
    """A value as it reads on a page, before anything is escaped."""
    if found.value is None:
        return NOT_MEASURED
    if found.lower is None or found.upper is None:
        return _one(found.unit, found.value)
    bounds = (_one(found.unit, bound).removesuffix(PER_CENT) for bound in (found.lower, found.upper))
    return f"{_one(found.unit, found.value)} [{', '.join(bounds)}]"


def _one(unit: Unit, value: Any) -> str:
    if unit == "day":
        return long_day(parse_day(value))
    if unit == "name":
        return label(value)
    if isinstance(value, str):
        return value
    if unit == "p" and 0 < value < SMALLEST_P:
        return f"under {SMALLEST_P}"
    factor, form, end = FORMS[unit]
    return f"{factor * value:{form}}{end}".replace("-", MINUS)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value
    number = float(value)
    return float(f"{number:.{SIGNIFICANT}g}") if math.isfinite(number) else None
