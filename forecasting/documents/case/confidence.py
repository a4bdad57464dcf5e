"""Analytic confidence in a forecast, by a written rule, apart from its probability."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from forecasting.backtest.multiverse.shares import REST
from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.documents.blocks import Block, Link, Text
from forecasting.documents.compose import joined, text
from forecasting.documents.kept import MOST_MOVED, has_moved
from forecasting.documents.quantities import chance, count, day, interval, points
from forecasting.documents.values import Content, Fields
from forecasting.documents.wording import years
from forecasting.record.files import results_table
from forecasting.record.history import History
from forecasting.record.reads import note_file
from forecasting.record.schema import EVALUATION


class Bar(NamedTuple):
    """Requirements of a level of confidence.

    `skill` is the least of the designs; `spread` and `error` are half widths in log odds: of four in five other
    choices, and of the forecast's 80 % interval.
    """

    word: str
    skill: float
    spread: float
    error: float


# A skill from 0.10 on is called good, from 0.05 on fair (the second registration); 0.5 and 1.1 in log odds are odds
# within a factor of 1.6 and of 3 on either side, whatever the size of the probability.
BARS: Final = (Bar("high", 0.10, 0.5, 0.5), Bar("moderate", 0.05, 1.1, 1.1))
DESIGNS: Final = ("cluster", "rolling")
ASKED: Final = {
    "sample": "all", "weights": "forecast", "reference": "base_rate", "score": "formalized", "by": "all",
}  # fmt: skip
SKILL: Final = ("design", "skill", "lower95")
SMALLEST: Final = 0.001
"""Probabilities are cut off at a tenth of a point from 0 and 1 before their log odds are taken."""
ANCHOR: Final = "rests-on"
SMALLEST_SHARE: Final = 0.01
MOST_CHOICES: Final = 4
UNASSESSED: Final = "not assessed"
WHY_NOT: Final[Mapping[str, str]] = {
    "skill": "the skill on this ending was not measured on this record",
    "choices": "it was not yet made again under other defensible choices",
    "moved": (
        f"it has moved by more than {100 * MOST_MOVED:.0f} points since it was last made again under other defensible "
        "choices"
    ),
}
RULE: Final = (
    "Confidence is high only with a shown skill of at least 10 % on this ending, and where four in five other choices "
    "and the 80 % interval keep the odds within a factor of 1.6; moderate from 5 % and a factor of 3; else low."
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
    "ladders": "who coded the ladders",
    "rungs": "which rows of the ladders count, and when",
    "known_dates": "when acts became known",
    "unconfirmed": "how reported acts count",
    "half_life": "how recent the base rate is",
    "detection": "how surely a quiet end is noticed",
    "covariates": "which covariates the model has",
    "slope_scales": "how strongly its slopes are shrunk",
    "base_share": "how much the base rate weighs",
    REST: "codings drawn at random, and choices together",
}


def confidence(
    history: History,
    case_id: str,
    forecast: Mapping[str, float],
    skills: Sequence[Mapping[str, Any]],
    found: dict[str, Any] | None,
) -> Content:
    """The level of confidence in a forecast, and its basis.

    Parameters
    ----------
    history : History
        The record as of the day.
    case_id : str
        The case.
    forecast : mapping
        `probability`, `lower` and `upper` (80 % interval) of formalization at the multiverse's horizon.
    skills : sequence of mapping
        Rows of `skill.csv` of the forecast on that ending over the base rate, all cases and horizons: `design`, `skill`
        and `lower95`.
    found : dict, optional
        Summary of the multiverse.

    Returns
    -------
    dict
        `word` (high, moderate, low, or not assessed), `assessed`, and `why` it is not, or what it rests on. A kept
        result is withheld where the forecast has moved by more than 2 points since its day.
    """
    own = found["cases"].get(case_id) if found else None
    by_design = {str(row["design"]): row for row in skills}
    if found is None or own is None:
        return _unassessed("choices")
    if not set(DESIGNS) <= set(by_design):
        return _unassessed("skill")
    if has_moved(forecast["probability"], own["point"]):
        return _unassessed("moved") | {"as_of": found["as_of"], "point": own["point"]}
    spread, rows = own["spread"], [by_design[name] for name in DESIGNS]
    half, error = half_width(spread["lower"], spread["upper"]), half_width(forecast["lower"], forecast["upper"])
    skill, is_shown = min(float(row["skill"]) for row in rows), all(float(row["lower95"]) > 0.0 for row in rows)
    meets = (bar.word for bar in BARS if is_shown and skill >= bar.skill and half <= bar.spread and error <= bar.error)
    return {
        "word": next(meets, "low"),
        "assessed": True,
        "half_spread": half,
        "error": error,
        "skill": skill,
        "is_shown": is_shown,
        "as_of": found["as_of"],
        "point": own["point"],
        "months": found["months"],
        "n_specifications": found["n_specifications"],
        "spread": spread,
        "shares": own["shares"],
        "codings": [_coding(history, item) for item in own["codings"]],
        "skill_spread": found["skill"]["spread"],
    }


def ending_skills(folder: Path, record_sha256: str, model: str = "ladder") -> list[dict[str, Any]]:
    """Rows of `skill.csv` that the rule reads: of a model on formalization over the base rate, by registered design.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    record_sha256 : str
        Hash of the record.
    model : str
        The model.

    Returns
    -------
    list of dict
        `design`, `skill` and `lower95`; none without results of this record.
    """
    file = f"{EVALUATION}/skill.csv"
    note_file(file)
    path = folder / file
    rows = results_table(path) if path.is_file() else pd.DataFrame()
    if not {"record", "model", *ASKED, *SKILL} <= set(rows.columns):
        return []
    asked = (rows["record"] == record_sha256[:RECORD_DIGITS]) & (rows["model"] == model) & rows["design"].isin(DESIGNS)
    for name, value in ASKED.items():
        asked &= rows[name] == value
    return [{str(k): v for k, v in row.items()} for row in rows.loc[asked, list(SKILL)].to_dict(orient="records")]


def half_width(lower: float, upper: float) -> float:
    """Half the width of an interval of probabilities in log odds.

    >>> round(half_width(0.2, 0.5), 4), round(half_width(0.0, 0.001), 4)
    (0.6931, 0.0)
    """
    bounds = np.clip([lower, upper], SMALLEST, 1.0 - SMALLEST)
    low, high = np.log(bounds / (1.0 - bounds))
    return float(high - low) / 2.0


def _unassessed(why: str) -> Content:
    return {"word": UNASSESSED, "assessed": False, "why": why}


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
        return text(f"**{not_assessed(found['why'])}**")
    spread = found["spread"]
    return text(
        "**Confidence in this forecast is {word}:** made again under other defensible codings, definitions and "
        "settings on {as_of}, when it was {point}, it lay anywhere from {lower} to {upper} (four in five of {n}; "
        "{link}).",
        word=found["word"],
        as_of=day(found["as_of"]),
        point=chance(found["point"]),
        lower=chance(spread["lower"]),
        upper=chance(spread["upper"]),
        n=count(found["n_specifications"]),
        link=Link(words="what it rests on", to="#rests-on"),
    )


def not_assessed(why: str) -> str:
    """The sentence where there is no level.

    >>> not_assessed("choices")
    'Confidence in this forecast is not assessed: it was not yet made again under other defensible choices.'
    """
    return f"Confidence in this forecast is {UNASSESSED}: {WHY_NOT[why]}."


def sensitivity(content: Fields) -> list[Block]:
    """Sensitivity of the forecast to other choices: the spread, the choices and codings behind it, and the rule."""
    found = content["confidence"]
    if not found["assessed"]:
        return [text(f"{not_assessed(found['why'])} {RULE}", ANCHOR)]
    shares = [text(f"{CHOICES[name]} {{share}}", share=chance(share)) for name, share in _largest(found["shares"])]
    return [_spread(found), text("The spread comes from: {shares}.", shares=joined(shares, ", ")), *_most_moving(found)]


def _most_moving(found: Fields) -> list[Block]:
    """The arguable coding that by itself moves the case most."""
    if not found["codings"]:
        return []
    most = found["codings"][0]
    told = "Of the arguable codings one moves it most, by {points} points: {case}, {why}."
    return [text(told, points=points(most["change"]), case=most["case"], why=most["reason"])]


def _largest(shares: Fields) -> list[tuple[str, float]]:
    """The choices with the largest shares of the spread."""
    known = sorted(shares.items(), key=lambda one: -float(one[1]))
    return [(name, share) for name, share in known if share >= SMALLEST_SHARE][:MOST_CHOICES]


def _spread(found: Fields) -> Text:
    """Spread of the forecast and of its skill, in words, and the rule."""
    spread, skill = found["spread"], found["skill_spread"]
    return text(
        "On {as_of}, when this forecast was {point}, it was fitted again under {n} combinations of other choices, "
        f"without recalibration: a formal agreement within {years(found['months'])} had {{registered}} as registered, "
        "{most_of_them} under four in five of the others (all: {all}); its skill, {skill} as registered, lay from "
        f"{{skill_lower}} to {{skill_upper}} points. {RULE}",
        ANCHOR,
        as_of=day(found["as_of"]),
        point=chance(found["point"]),
        n=count(found["n_specifications"]),
        registered=chance(spread["registered"]),
        most_of_them=interval("chance", spread["lower"], spread["upper"]),
        all=interval("chance", spread["least"], spread["most"]),
        skill=chance(skill["registered"]),
        skill_lower=points(skill["lower"]),
        skill_upper=points(skill["upper"]),
    )
