"""Numbers in words: percentages, days, and the estimative language of ICD 203."""

from datetime import date
from itertools import pairwise

MINUS = "\N{MINUS SIGN}"
PER_CENT = "\N{NO-BREAK SPACE}%"
ESTIMATIVE = (
    (0.05, "almost no chance"),
    (0.20, "very unlikely"),
    (0.45, "unlikely"),
    (0.55, "roughly even"),
    (0.80, "likely"),
    (0.95, "very likely"),
    (1.01, "almost certain"),
)
PAST = {"formalized": "formalized", "collapsed": "collapsed", "faded": "faded", "ongoing": "still observed"}


def percent(probability: float) -> str:
    """A probability as a whole percentage; below one and above 99 per cent it is said so."""
    if probability < 0.005:
        return f"under 1{PER_CENT}"
    if probability > 0.995:
        return f"over 99{PER_CENT}"
    return f"{100 * probability:.0f}{PER_CENT}"


def percent_range(lower: float, upper: float) -> str:
    """An interval of probabilities in whole per cent."""
    return f"{100 * lower:.0f} to {100 * upper:.0f}{PER_CENT}"


def estimative(probability: float) -> str:
    """The word of Intelligence Community Directive 203 (2015, section D.6.e.2) for a probability."""
    return next(word for bound, word in ESTIMATIVE if probability < bound)


def band(probability: float) -> tuple[float, float]:
    """The range of probabilities, lower bound in and upper bound out, that share this one's word."""
    bounds = [0.0, *(bound for bound, _ in ESTIMATIVE)]
    return next((low, high) for low, high in pairwise(bounds) if probability < high)


def points(difference: float) -> str:
    """A difference of probabilities in percentage points, signed, with one decimal."""
    amount = f"{abs(100 * difference):.1f}"
    return amount if amount == "0.0" else f"{'+' if difference > 0 else MINUS}{amount}"


def verdict(probability: float, lower: float, upper: float) -> str:
    """The word for the point; where the interval spans three words or more, that they cannot be told apart."""
    words = [word for _, word in ESTIMATIVE]
    low, high = estimative(lower), estimative(upper)
    if words.index(high) - words.index(low) >= 2:
        return f"somewhere from {low} to {high}"
    return estimative(probability)


def long_day(day: date) -> str:
    """A day in words, such as 5 February 2026."""
    return f"{day.day} {day:%B %Y}"


def coarse_day(day: date, precision: str) -> str:
    """A day, month or year in words, as precisely as it is known."""
    return {"day": long_day(day), "month": f"{day:%B %Y}", "year": f"{day:%Y}"}[precision]


def years(months: int) -> str:
    """A horizon in words: months below two years, whole years from there."""
    numbers = {12: "one year", 24: "two years", 36: "three years", 60: "five years", 120: "ten years"}
    return numbers.get(months, f"{months} months" if months > 1 else "one month")


def counted(number: int, one: str, several: str) -> str:
    """A number with the noun that fits it."""
    return f"{number} {one if number == 1 else several}"


def label(code: str) -> str:
    """A code of the vocabulary as words."""
    return code.replace("_", " ")
