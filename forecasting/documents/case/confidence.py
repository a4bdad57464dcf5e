"""Analytic confidence in a forecast, by a written rule, apart from its probability."""

from typing import Any, Final, NamedTuple

from forecasting.backtest.multiverse.shares import REST
from forecasting.documents.blocks import Cell, Link, Section, Text
from forecasting.documents.compose import section, table, text
from forecasting.documents.quantities import chance, count, day, interval, points
from forecasting.documents.values import Content, Fields
from forecasting.documents.wording import years
from forecasting.record.history import History


class Bar(NamedTuple):
    """Requirements of a level of confidence: cases in the risk set, half the spread, and the model's skill."""

    word: str
    fewest: int
    spread: float
    skill: float


BARS: Final = (Bar("high", 60, 0.05, 0.08), Bar("moderate", 30, 0.10, 0.03))
ANCHOR: Final = "rests-on"
SMALLEST_SHARE: Final = 0.01
NOT_ASSESSED: Final = (
    "Confidence in this forecast is not assessed: it was not yet made again under other defensible choices."
)
RULE: Final = (
    "Confidence is high only where at least 60 arrangements had lasted as long, four in five other defensible choices "
    "put the model's number within 5 points of their middle, and its skill on past days is at least 8 %; moderate from "
    "30 arrangements, 10 points and 3 %; else low."
)
CHOICES: Final = {
    "codings": "how arguable cases are coded",
    "target": "what counts as formal",
    "learned_from": "which cases are trained on",
    "collapse": "what counts as a collapse",
    "fading": "whether fading is an ending",
    "ceasefire_like": "ceasefire-like cases in or out",
    "pledges_of_use": "pledges of use in or out",
    "low_confidence": "cases coded with low confidence in or out",
    "first_year": "from which year on",
    "ongoing_until": "how long silent cases count as ongoing",
    "covariates": "which covariates the model has",
    "slope_sd": "how strongly its slopes are shrunk",
    "weights": "how forecasts are weighted",
    REST: "codings drawn at random, and choices together",
}


def confidence(
    history: History, case_id: str, n_at_risk: int, skills: list[float], found: dict[str, Any] | None
) -> Content:
    """The level of confidence, and its basis; `found`: summary of the multiverse, `skills`: the model's, by design."""
    own = found["cases"].get(case_id) if found else None
    if found is None or own is None or not skills:
        return {"word": "not assessed", "assessed": False}
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


def confidence_words(content: Fields) -> Text:
    """The sentence of the first screen."""
    found = content["confidence"]
    if not found["assessed"]:
        return text(f"**{NOT_ASSESSED}**")
    spread = found["spread"]
    return text(
        "**Confidence in this forecast is {word}:** other defensible codings, definitions and settings put the model's "
        "number anywhere from {lower} to {upper} (four in five of {n}; {link}).",
        word=found["word"],
        lower=chance(spread["lower"]),
        upper=chance(spread["upper"]),
        n=count(found["n_specifications"]),
        link=Link(words="what it rests on", to="#rests-on"),
    )


def sensitivity(content: Fields) -> Section:
    """Sensitivity of the model's number to other choices, by choice, and the rule of confidence."""
    found = content["confidence"]
    if not found["assessed"]:
        return section(text(f"{NOT_ASSESSED} {RULE}", ANCHOR))
    shares: list[list[Cell]] = [
        [CHOICES[name], chance(share)] for name, share in found["shares"].items() if share >= SMALLEST_SHARE
    ]
    moved: list[list[Cell]] = [
        [text("{case}: {why}", case=item["case"], why=item["reason"]), points(item["change"])]
        for item in found["codings"]
    ]
    return section(
        _spread(found),
        table("Where the spread of the model's number comes from", ["Choice", "Share of the spread"], shares),
        table("The codings that move this case most", ["Another coding, by itself", "Points"], moved),
    )


def _spread(found: Fields) -> Text:
    """Spread of the model's number and of its skill, in words, and the rule."""
    spread, skill = found["spread"], found["skill_spread"]
    return text(
        "As of {as_of} the model was fitted and scored again under {n} combinations of other choices, without its "
        f"recalibration. For a formal agreement within {years(found['months'])} it gave {{registered}} as registered, "
        "and {most_of_them} under four in five of the others (all: {all}). Its skill over the base rate, {skill} as "
        f"registered, lay between {{skill_lower}} and {{skill_upper}} points under four in five. {RULE}",
        ANCHOR,
        as_of=day(found["as_of"]),
        n=count(found["n_specifications"]),
        registered=chance(spread["registered"]),
        most_of_them=interval("chance", spread["lower"], spread["upper"]),
        all=interval("chance", spread["least"], spread["most"]),
        skill=chance(skill["registered"]),
        skill_lower=points(skill["lower"]),
        skill_upper=points(skill["upper"]),
    )
