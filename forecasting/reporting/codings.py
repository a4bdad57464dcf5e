"""Coded facts in words a reader knows."""

from html import escape

from forecasting.reporting.fragments import day_words
from forecasting.reporting.words import label, percent
from forecasting.schema import CASES, CODING, OUTCOMES

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
