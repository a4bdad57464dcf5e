"""Coded facts in words a reader knows."""

from html import escape

from forecasting.documents.fragments import Content, day_words
from forecasting.documents.words import MINUS, counted, label, percent
from forecasting.features import FEATURES
from forecasting.forecasts.applicability import told_apart
from forecasting.forecasts.training import ERA_YEARS
from forecasting.record.schema import CASES, CODING, OUTCOMES

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
    "last_observed_date": "Last seen observed",
    "in_core": "Counts as a case",
    "sampled_via": "Found",
}

TERM_NAMES = {
    "base_rate": "Base rate at its age",
    "average_case": "An average case of its age in the model, less the base rate",
    "record": "What other cases taught the model in between",
    "age": "Its age in months",
    "text_exists": "A binding text is drafted already",
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


def term_name(name: str) -> str:
    """What the hazard model looks at, in words."""
    return TERM_NAMES.get(name, label(name))


def term_words(name: str, value: float | str | None, average: bool = False) -> str:
    """The value of a covariate, of a group or of an age in words; `average`: it is a mean over cases."""
    if value is None:
        return ""
    if isinstance(value, str):
        years = f"{value} to {int(value) + ERA_YEARS - 1}" if name == "era" else ""
        return years or (label(value) if name == "type" else value.replace(";", ", "))
    unit = FEATURES[name].unit if name in FEATURES else "months"
    if unit == "0/1" or (unit == "probability" and (average or value in YES_NO)):
        return f"yes in {percent(value)}" if average else YES_NO[value]
    if unit in ("probability", "share"):
        return percent(value)
    return f"{value:.0f}" if unit == "months" else f"{value:.2f}".replace("-", MINUS)


def limit_words(limit: Content) -> str:
    """Why the hazard model abstains or its interval is widened, as a clause; empty where it does neither."""
    return "; ".join(_reason_words(reason) for reason in limit["reasons"])


def _reason_words(reason: Content) -> str:
    name, value = reason["name"], reason["value"]
    if reason["lower"] is None:
        return f"no other case that it learned from has the same {FACT_NAMES[name].lower()} ({label(value)})"
    if reason["upper"] is None:
        few = counted(int(value), "case was", "cases were") if value else "no case was"
        return f"{few} under observation at its age, and fewer than {reason['lower']:.0f} are too few"
    came, lower, upper = (
        word.replace("-", MINUS) for word in told_apart(float(value), reason["lower"], reason["upper"])
    )
    return f"“{term_name(name)}” is {came} here and was {lower} to {upper} in the other cases that it learned from"


def fact_words(name: str, value: str | float | None) -> str:
    """The value of a fact in words."""
    if value is None or value == "":
        return "none stated" if name in ("stated_horizon_months", "formal_target") else "none"
    if name == "stated_horizon_months":
        return f"{float(value):.0f} months"
    if isinstance(value, float):
        return YES_NO.get(value, f"reported, not confirmed: counted as {percent(value)} likely")
    return str(value) if name in ("formal_target", "prior_instrument") else label(str(value))


def change_words(changes: dict[str, str]) -> str:
    """Another coding in words, as HTML: what it changes that a reader would see."""
    told = [
        f"{FIELD_NAMES[name]}: {escape(_cell_words(name, value))}"
        for name, value in changes.items()
        if name in FIELD_NAMES and (value or name != "last_observed_date")
    ]
    return "; ".join(told) or ", ".join(label(name) for name in changes)


def _cell_words(name: str, value: str) -> str:
    """A coded cell, as text, in words."""
    kind = next(t.column(name) for t in (CASES, OUTCOMES, CODING) if name in t.names).kind
    if kind == "day":
        return day_words(value) if value else "none"
    return fact_words(name, float(value) if value and kind in ("probability", "flag", "integer") else value)
