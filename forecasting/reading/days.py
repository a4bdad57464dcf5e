"""Days that a sentence tells, relative to the dateline of its text."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NUMBERS = ("a", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_MONTH = r"(?P<month>Jan(?:uary|\.)?|Feb(?:ruary|\.)?|Mar(?:ch|\.)|Apr(?:il|\.)|May|June?|July?|Aug(?:ust|\.)?|"
_MONTH += r"Sept?(?:ember|\.)?|Oct(?:ober|\.)?|Nov(?:ember|\.)?|Dec(?:ember|\.)?)"
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?P<year>1[89]\d\d|20\d\d)"
_AMOUNT = rf"(?P<amount>an|\d{{1,3}}|{'|'.join(NUMBERS)})"
_FORMS = {
    # a month and a day, with or without the year; of a range, the last day
    "full": rf"\b{_MONTH}\s+(?:[0-3]?\d\s?[-–]\s?)?{_DAY}(?:\s*,?\s+{_YEAR})?\b|"
    rf"\b(?:[0-3]?\d\s?[-–]\s?)?{_DAY.replace('day', 'day2')}\s+(?:of\s+)?{_MONTH.replace('month', 'month2')}"
    rf"(?:\s*,?\s+{_YEAR.replace('year', 'year2')})?\b",
    "month": rf"\b(?:in|since|during|of|from|by|until|late|early|mid)[\s-]+"
    rf"(?P<which>last\s+|next\s+)?{_MONTH}(?:\s*,?\s+{_YEAR})?\b|"
    rf"\b{_MONTH.replace('month', 'month2')}\s+{_YEAR.replace('year', 'year2')}\b",
    "weekday": rf"\b(?P<which>last|next|this|coming)?\s*\b(?P<weekday>{'|'.join(WEEKDAYS)})\b(?!'s)",
    "ago": rf"\b(?:{_AMOUNT}\s+(?P<unit>day|week|month|year)s?\s+(?:ago|earlier)|(?P<unit2>decade)s? ago)\b",
    "near": r"\b(?P<near>today|yesterday|tomorrow|tonight|this week|past 24 hours|last 24 hours|last week|"
    r"next week|this month|last month|"
    r"next month|this year|last year|next year|the previous year|last weekend|the weekend)\b",
    "year": rf"\b(?:in|since|during|of|from|until|by|back in|for)\s+"
    rf"(?:(?:the\s+)?(?:summer|autumn|fall|winter|spring)(?:\s+of)?\s+|late\s+|early\s+)?{_YEAR}\b"
    rf"|\bthe\s+{_YEAR.replace('year', 'year2')}(?=\s+(?:\w+\s+)?(?:attacks?|invasion|war|tests?|crisis|coup)\b)",
}
_FOUND = {
    name: re.compile(pattern, re.IGNORECASE if name != "month" and name != "full" else 0)
    for name, pattern in _FORMS.items()
}


@dataclass(frozen=True)
class Told:
    """A day that a sentence tells: the last day it may be, its precision, and where in the sentence it stands.

    Attributes
    ----------
    day : date
        The day; the end of a month, a year or a week that is told as a whole.
    precision : str
        `day`, `month` or `year`.
    at : int
        Offset of the expression in the sentence.
    words : str
        The expression.
    """

    day: date
    precision: str
    at: int
    words: str


def told_days(sentence: str, dateline: date, ahead: bool = False) -> list[Told]:
    """Every day that a sentence tells, in its order.

    Parameters
    ----------
    sentence
        One sentence of a news text.
    dateline
        The day of the text. A weekday without `last` or `next` is the latest one up to it.
    ahead
        The sentence tells of days to come: a weekday or month is then the first one from the dateline on.

    Examples
    --------
    >>> [(str(told.day), told.precision) for told in told_days("It met on Tuesday and last month.", date(2026, 3, 11))]
    [('2026-03-10', 'day'), ('2026-02-28', 'month')]
    >>> [str(told.day) for told in told_days("They will meet on Friday.", date(2026, 3, 11), ahead=True)]
    ['2026-03-13']
    """
    found: list[Told] = []
    taken: list[tuple[int, int]] = []
    for form, pattern in _FOUND.items():
        for match in pattern.finditer(sentence):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            named = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
            if not ahead and named.get("near", "").lower() in ("this month", "this year"):
                continue  # not over yet: it dates nothing
            got = _READERS[form](named, dateline, ahead)
            if got is not None:
                found.append(Told(got[0], got[1], match.start(), match.group().strip()))
                taken.append(match.span())
    return sorted(found, key=lambda told: told.at)


def _month_number(name: str) -> int:
    return next(number for number, full in enumerate(MONTHS, 1) if full.startswith(name.rstrip(".")[:3]))


def _end_of_month(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])


def _full(named: dict[str, str], dateline: date, ahead: bool) -> tuple[date, str] | None:
    month, day = _month_number(named["month"]), int(named["day"])
    year = int(named["year"]) if "year" in named else dateline.year
    if not 1 <= day <= monthrange(year, month)[1]:
        return None
    if "year" in named:
        return date(year, month, day), "day"
    near = [date(one, month, day) for one in (year - 1, year, year + 1) if day <= monthrange(one, month)[1]]
    coming = [one for one in near if one >= dateline] if ahead else near
    return min(coming, key=lambda one: abs((one - dateline).days)), "day"


def _month(named: dict[str, str], dateline: date, ahead: bool) -> tuple[date, str]:
    month = _month_number(named["month"])
    year = int(named["year"]) if "year" in named else dateline.year
    if "year" not in named:
        if ahead and month < dateline.month:
            year += 1
        elif not ahead and month > dateline.month:
            year -= 1
    return _end_of_month(year, month), "month"


def _weekday(named: dict[str, str], dateline: date, ahead: bool) -> tuple[date, str]:
    back = (dateline.weekday() - WEEKDAYS.index(named["weekday"].capitalize())) % 7
    which = named.get("which", "").lower()
    if which in ("next", "coming") or (ahead and which != "last"):
        forward = (7 - back) % 7
        return dateline + timedelta(days=forward or (7 if which == "next" else 0)), "day"
    return dateline - timedelta(days=back or (7 if which == "last" else 0)), "day"


def _ago(named: dict[str, str], dateline: date, _ahead: bool) -> tuple[date, str] | None:
    if "amount" not in named:
        return None
    amount = named["amount"].lower()
    number = int(amount) if amount.isdigit() else 1 if amount == "an" else NUMBERS.index(amount) + 1
    unit = named["unit"].lower()
    if unit in ("day", "week"):
        return dateline - timedelta(days=number * (1 if unit == "day" else 7)), "day"
    if unit == "month":
        months = dateline.year * 12 + dateline.month - 1 - number
        return _end_of_month(months // 12, months % 12 + 1), "month"
    return date(dateline.year - number, 12, 31), "year"


def _near(named: dict[str, str], dateline: date, _ahead: bool) -> tuple[date, str]:
    words, day = named["near"].lower(), timedelta(days=1)
    sunday = dateline - day * (dateline.weekday() + 1)
    months = dateline.year * 12 + dateline.month - 1
    fixed = {
        "yesterday": (dateline - day, "day"),
        "tomorrow": (dateline + day, "day"),
        "last week": (sunday, "day"),
        "last weekend": (sunday, "day"),
        "the weekend": (sunday, "day"),
        "next week": (sunday + 14 * day, "day"),
        "last month": (dateline.replace(day=1) - day, "month"),
        "this month": (_end_of_month(dateline.year, dateline.month), "month"),
        "next month": (_end_of_month((months + 1) // 12, (months + 1) % 12 + 1), "month"),
        "last year": (date(dateline.year - 1, 12, 31), "year"),
        "the previous year": (date(dateline.year - 1, 12, 31), "year"),
        "this year": (date(dateline.year, 12, 31), "year"),
        "next year": (date(dateline.year + 1, 12, 31), "year"),
    }
    return fixed.get(words, (dateline, "day"))


def _year(named: dict[str, str], _dateline: date, _ahead: bool) -> tuple[date, str]:
    return date(int(named["year"]), 12, 31), "year"


_READERS = {"full": _full, "month": _month, "weekday": _weekday, "ago": _ago, "near": _near, "year": _year}
_HEAD = re.compile(
    rf"^\W*(?:(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,?\s+)?"
    rf"(?:[A-Z][\w .,]{{0,40}}[,:]\s+)?(?:{_MONTH}\s+{_DAY},?\s+{_YEAR}|"
    rf"{_DAY.replace('day', 'day2')}\s+{_MONTH.replace('month', 'month2')},?\s+{_YEAR.replace('year', 'year2')})"
)
_ISO = re.compile(r"(?:^|[\s(:|])((?:19|20)\d\d-[01]\d-[0-3]\d)(?=$|[\sT),|])")


def head_day(lines: list[str]) -> date | None:
    """The dateline that the first lines of a text begin with, if one of them does.

    Examples
    --------
    >>> head_day(["Moscow speaks", "June 12, 1985|By a reporter", "MOSCOW - It is said ..."])
    datetime.date(1985, 6, 12)
    """
    for line in lines[:8]:
        short = line[:120]
        if (iso := _ISO.search(short)) and len(line) < 200:
            try:
                return date.fromisoformat(iso.group(1))
            except ValueError:
                continue
        if (match := _HEAD.match(short)) and len(line) < 200:
            named = {name.rstrip("2"): value for name, value in match.groupdict().items() if value}
            got = _full(named, date(int(named["year"]), 12, 31), ahead=False)
            if got is not None:
                return got[0]
    return None
