"""Words of numbers, days and codes: values by unit, the estimative language of ICD 203, coded facts."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

from forecasting.features import FEATURES
from forecasting.forecasts.applicability import distinct_digits
from forecasting.forecasts.training import ERA_YEARS
from forecasting.record.schema import CASES, CODING, OUTCOMES
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES

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
NOT_MEASURED: Final = "not measured"
TOO_FEW: Final = "too few"
SMALLEST_P: Final = 0.001
FORMS: Final[Mapping[str, tuple[int, str, str]]] = {
    "share": (100, ".1f", PER_CENT),
    "percent": (100, ".0f", PER_CENT),
    "count": (1, ",.0f", ""),
    "number": (1, ".1f", ""),
    "ratio": (1, ".2f", ""),
    "score": (1, ".4f", ""),
    "p": (1, ".3f", ""),
    "log odds": (1, "+.2f", ""),
}
YES_NO = {1.0: "yes", 0.0: "no"}
FACT_NAMES = {
    "type": "Form",
    "domain": "Domain",
    "limit_object": "Object of the limits",
    "prior_instrument": "Continues",
    "stated_horizon_months": "Stated term",
    "leader_endorsed": "Endorsed by a leader in person",
    "matched": "Matched by the other side",
    "negotiation_underway": "Talks on a binding text under way",
    "formal_target": "Formal agreement aimed at",
    "ratification_required": "A binding text needs a legislature",
    "verification": "Verification working",
    "third_party_objection": "Tied to a third party's joining",
    "adversarial": "Between main rivals",
    "armed_conflict": "War between principal parties or their clients",
    "background_treaty": "Wider treaty behind it",
}
FIELD_NAMES = {
    **FACT_NAMES,
    "start_date": "Start",
    "cause": "Ended",
    "end_date": "On",
    "fade": "How it faded",
    "instrument": "Binding text",
    "last_observed_date": "Last observed",
    "in_core": "Counts as a case",
    "sampled_via": "Sampled",
    "formalization": "Way to a binding text",
    "strain": "Strain",
}

TERM_NAMES = {
    "strain": "Strain, as a share of its highest level",
    "level": "Level on the way to a binding text",
    "age_months": "Age in months when last seen",
    "base_rate": "Base rate at its age",
    "average_case": "An average new case in the forecast, minus the base rate",
    "age": "Its age in months",
    "rung": "Where it stands on the way to a binding text",
    "term_clock": "Clock of its stated term",
    "gap": "Months since it was last seen",
    "claims": "How likely a report is",
    "corrections": "A correction of the record",
    "text_exists": "A binding text exists: signed, applied or expired",
    "separate_declarations": "Rests on separate declarations",
    "informal_regime": "A standing regime of more than two states",
    "observed_now": "A limit was kept from the first day",
    "has_stated_term": "The parties named a term",
    "verification_level": "Strength of the verification at its start",
    "bilateral": "Between exactly two states",
    "adversarial": "Between main rivals",
    "armed_conflict": "War between principal parties or their clients",
    "third_party_objection": "Tied to an outsider, or an outsider refuses",
    "dyad_record": "Share of the same parties' other cases that became formal",
    "formalization_climate": "Share of all cases that became formal, last 15 years",
    "leader_endorsed": "A leader stands behind it",
    "talks_under_way": "Talks under way",
    "accusation_stands": "An accusation of violation stands",
    "signal_balance": "Balance of leaders' and officials' words, last two years",
    "type": "Its form",
    "dyad": "Its parties or family",
    "era": "Its quarter of a century",
}
COUNTED: Final = ("level", "age_months")
"""Terms in whole numbers."""

MODEL_NAMES: Final[Mapping[str, str]] = {
    "ladder": "forecast by the ladder",
    "ladder_model": "model of the ladder alone",
    "base_rate": "base rate",
    "recent_base_rate": "base rate, recent years weighing more",
    "type_base_rate": "base rate by type",
    "rivalry_base_rate": "base rate by type and rivalry",
    "primary": "hazard model of the first registration",
}
"""Every model in words; the first is the headline."""
POOL_NAME: Final = "pool of models and people"

EXTRAPOLATES: Final = "The number reaches beyond the cases that its model learned from"
WIDENED: Final = "Its interval is widened to contain the base rate's."
"""Of a headline that is limited: before its reasons, and after them."""

LADDER_NAMES: Final = {"formalization": "Way to a binding text", "strain": "Strain"}
LEVEL_WORDS: Final[Mapping[str, tuple[str, ...]]] = {
    "formalization": (
        "nobody of weight proposes one",
        "called for, or talks promised without a date",
        "mandate, date or opening of talks; no common draft",
        "sessions on a draft or on concrete terms",
        "main parameters agreed in principle",
        "text complete, signature expected within months",
    ),
    "ratification": (
        "signed, nothing submitted",
        "signed, nothing submitted",
        "submitted to the decisive legislatures",
        "in hearings, or the first of several has ratified",
        "all but one have ratified, or the decisive vote is scheduled",
        "all consents given, deposit pending",
    ),
    "strain": (
        "no public doubt",
        "officials doubt its worth or the others' conduct; minor lapses",
        "a formal charge, or a warning that it may be ended",
        "part suspended, a condition with a deadline, or a grave crisis",
        "a date for ending, an excess without repudiation, or rescue talks",
    ),
}


def level_words(ladder: str, level: int, case_type: str) -> str:
    """A level of a ladder in words; for a signed text what remains is entry into force."""
    signed = ladder == "formalization" and case_type in SAME_OUTCOME_TYPES
    return LEVEL_WORDS["ratification" if signed else ladder][level]


def shown(unit: str, value: float | str | None) -> str:
    """A value of a unit (`blocks.Unit`) as a document shows it; `NOT_MEASURED` for None."""
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return {"day": day_words, "name": label}.get(unit, str)(value)
    if unit in ("chance", "points"):
        return percent(value) if unit == "chance" else points(value)
    if unit == "p" and 0 < value < SMALLEST_P:
        return f"under {SMALLEST_P}"
    factor, form, end = FORMS[unit]
    return f"{factor * value:{form}}{end}".replace("-", MINUS)


def shown_interval(unit: str, lower: float, upper: float) -> str:
    """An interval of a unit as a document shows it."""
    if unit == "chance":
        return percent_range(lower, upper)
    if unit == "points":
        return f"{points(lower)} to {points(upper)}"
    low, high = (shown(unit, bound).removesuffix(PER_CENT) for bound in (lower, upper))
    return f"[{low},\N{NO-BREAK SPACE}{high}]"


def percent(probability: float) -> str:
    """A probability as a whole percentage; "under 1 %" and "over 99 %" near zero and one."""
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
    """The verbal probability of the point; a range of words where the interval spans three or more."""
    words = [word for _, word in ESTIMATIVE]
    low, high = estimative(lower), estimative(upper)
    if words.index(high) - words.index(low) >= 2:
        return f"between {low} and {high}"
    return estimative(probability)


def long_day(day: date) -> str:
    """A day in words, such as 5 February 2026."""
    return f"{day.day} {day:%B %Y}"


def day_words(text: str) -> str:
    """An ISO day in words."""
    return long_day(date.fromisoformat(text))


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


def term_name(name: str) -> str:
    """A term of the hazard model, in words."""
    return TERM_NAMES.get(name, label(name))


def term_words(name: str, value: float | str | None, average: bool = False) -> str:
    """The value of a covariate, of a group or of an age in words; `average`: it is a mean over cases."""
    if value is None:
        return ""
    if isinstance(value, str):
        era = f"{value} to {int(value) + ERA_YEARS - 1}" if name == "era" else ""
        return era or (label(value) if name == "type" else value.replace(";", ", "))
    unit = FEATURES[name].unit if name in FEATURES else "months"
    if unit == "0/1" or (unit == "probability" and (average or value in YES_NO)):
        return f"yes in {percent(value)}" if average else YES_NO[value]
    if unit in ("probability", "share"):
        return percent(value)
    return f"{value:.0f}" if unit == "months" else f"{value:.2f}".replace("-", MINUS)


def limit_words(limit: Mapping[str, Any]) -> str:
    """Reasons why a model abstains or its interval is widened, as a clause; empty where there are none."""
    return "; ".join(_reason_words(reason) for reason in limit["reasons"])


def _reason_words(reason: Mapping[str, Any]) -> str:
    name, value = reason["name"], reason["value"]
    if reason["lower"] is None:
        return f"no other training case has the same {FACT_NAMES.get(name, name).lower()} ({label(value)})"
    if reason["upper"] is None:
        few = counted(int(value), "case was", "cases were") if value else "no case was"
        return f"{few} under observation at its age, and fewer than {reason['lower']:.0f} are too few"
    numbers = float(value), reason["lower"], reason["upper"]
    told = [f"{number:.0f}" for number in numbers] if name in COUNTED else distinct_digits(*numbers)
    got, lower, upper = (word.replace("-", MINUS) for word in told)
    said = f"“{term_name(name)}” is {got} here and was {lower} to {upper} in the other training cases"
    effect = reason.get("effect")
    return said if effect is None else f"{said} of its form, which moves the forecast by {signed_points(effect)} points"


def shared_words(reasons: Sequence[Mapping[str, Any]]) -> str:
    """What all open cases of a day have in common, said once in a report; empty where there is nothing."""
    if not reasons:
        return ""
    return f"For all open cases of this day: {limit_words({'reasons': reasons})}."


def signed_points(change: float) -> str:
    """A change of a probability in points, with its sign.

    >>> signed_points(-0.031)
    '−3.1'
    """
    return f"{100 * change:+.1f}".replace("-", MINUS)


def fact_words(name: str, value: str | float | None) -> str:
    """The value of a fact in words."""
    if value is None or value == "":
        return "none stated" if name in ("stated_horizon_months", "formal_target") else "none"
    if name == "stated_horizon_months":
        return f"{float(value):.0f} months"
    if isinstance(value, float):
        return YES_NO.get(value, f"reported, not confirmed: counted as {percent(value)} likely")
    return str(value) if name in ("formal_target", "prior_instrument") else label(str(value))


def change_words(changes: Mapping[str, str]) -> str:
    """Another coding in words: its visible changes."""
    told = [
        f"{FIELD_NAMES[name]}: {_cell_words(name, value)}"
        for name, value in changes.items()
        if name in FIELD_NAMES and (value or name != "last_observed_date")
    ]
    return "; ".join(told) or ", ".join(label(name) for name in changes)


def _cell_words(name: str, value: str) -> str:
    """A coded cell, as text, in words."""
    if name in LADDER_NAMES:
        when, level, status = value.split(" ")
        return f"level {level}, {status}, from {day_words(when)}"
    kind = next(t.column(name) for t in (CASES, OUTCOMES, CODING) if name in t.names).kind
    if kind == "day":
        return day_words(value) if value else "none"
    return fact_words(name, float(value) if value and kind in ("probability", "flag", "integer") else value)
