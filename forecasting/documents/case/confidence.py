"""How much confidence a forecast deserves, by a written rule, apart from how likely it says a thing is."""

from html import escape
from typing import Any, Final, NamedTuple

from forecasting.backtest.multiverse.shares import REST
from forecasting.documents.fragments import Content, Fragment, day_words, table
from forecasting.documents.words import percent, percent_range, points, years
from forecasting.record.history import History


class Bar(NamedTuple):
    """What a word of confidence asks for: cases that had lasted as long, half the spread, and the model's skill."""

    word: str
    fewest: int
    spread: float
    skill: float


BARS: Final = (Bar("high", 60, 0.05, 0.08), Bar("moderate", 30, 0.10, 0.03))
NOT_ASSESSED: Final = "Confidence in this forecast is low: not yet assessed."
RULE: Final = (
    "Confidence is high only where at least 60 arrangements had lasted as long, four in five other defensible choices "
    "put the model's number within 5 points of their middle, and its skill on past days is at least 8 %; moderate from "
    "30 arrangements, 10 points and 3 %; else low."
)
CHOICES: Final = {
    "codings": "how arguable cases are coded",
    "target": "what counts as formal",
    "learned_from": "which cases are learned from",
    "collapse": "what counts as a collapse",
    "fading": "whether fading is an ending",
    "ceasefire_like": "ceasefire-like cases in or out",
    "pledges_of_use": "pledges of use in or out",
    "low_confidence": "cases coded with low confidence in or out",
    "first_year": "from which year on",
    "ongoing_until": "how long silent cases are taken to go on",
    "covariates": "what the model looks at",
    "slope_sd": "how hard its slopes are shrunk",
    "weights": "how forecasts are weighed",
    REST: "codings drawn at random, and choices together",
}


def confidence(
    history: History, case_id: str, n_at_risk: int, skills: list[float], found: dict[str, Any] | None
) -> Content:
    """The word, and what it rests on; `found` is a summary of the multiverse, `skills` those of the model by design."""
    own = found["cases"].get(case_id) if found else None
    if found is None or own is None or not skills:
        return {"word": "low", "assessed": False}
    spread = own["spread"]
    half = (spread["upper"] - spread["lower"]) / 2.0
    skill = min(skills)
    word = next(
        (bar.word for bar in BARS if n_at_risk >= bar.fewest and half < bar.spread and skill >= bar.skill), "low"
    )
    return {
        "word": word,
        "assessed": True,
        "n_at_risk": n_at_risk,
        "half_spread": half,
        "skill": skill,
        "as_of": found["as_of"],
        "months": found["months"],
        "n_specifications": found["n_specifications"],
        "spread": spread,
        "shares": own["shares"],
        "codings": [_coding(history, item) for item in own["codings"]],
        "skill_spread": found["skill"]["spread"],
    }


def _coding(history: History, item: Content) -> Content:
    """An arguable coding with the name of its case and the reason given for it."""
    arguable = history.alternatives.set_index("alternative_id")[["case_id", "reason"]]
    row = arguable.loc[[item["alternative_id"]]].iloc[0]
    name = history.cases.set_index("case_id").loc[row["case_id"], "name"]
    return {**item, "case": str(name), "reason": str(row["reason"])}


def confidence_words(content: Content) -> str:
    """The sentence of the first screen."""
    found = content["confidence"]
    if not found["assessed"]:
        return NOT_ASSESSED
    return (
        f"Confidence in this forecast is {found['word']}: other defensible codings, definitions and settings put the "
        f"model's number anywhere from {percent(found['spread']['lower'])} to {percent(found['spread']['upper'])} "
        f'(four in five of {found["n_specifications"]}; <a href="#rests-on">what it rests on</a>).'
    )


def rests_on(content: Content) -> Fragment:
    """How far the model's number moves under other choices, which choices move it, and the rule of the word."""
    found = content["confidence"]
    if not found["assessed"]:
        return Fragment(f'<p id="rests-on">{NOT_ASSESSED} {RULE}</p>')
    spread, skill = found["spread"], found["skill_spread"]
    said = (
        f"As of {day_words(found['as_of'])} the model was fitted and scored again under {found['n_specifications']} "
        f"combinations of other choices, without its recalibration. For a formal agreement within "
        f"{years(found['months'])} it said {percent(spread['registered'])} as registered, and "
        f"{percent_range(spread['lower'], spread['upper'])} under four in five of the others (all: "
        f"{percent_range(spread['least'], spread['most'])}). Its skill over the base rate, "
        f"{percent(skill['registered'])} as registered, lay between {points(skill['lower'])} and "
        f"{points(skill['upper'])} points under four in five. {RULE}"
    )
    shares = [[CHOICES[name], percent(share)] for name, share in found["shares"].items() if share >= 0.01]
    moved = [[f"{escape(item['case'])}: {escape(item['reason'])}", points(item["change"])] for item in found["codings"]]
    return Fragment(
        f'<p id="rests-on">{said}</p>'
        + table(["Choice", "Share of the spread"], shares, "Where the spread of the model's number comes from")
        + table(["Another coding, by itself", "Points"], moved, "The codings that move this case most")
    )
