"""The verdict on the headline: what to believe of it, computed from its past and from the skill of its period."""

from collections.abc import Sequence
from typing import Final

from forecasting.documents.blocks import Text
from forecasting.documents.compose import joined, text
from forecasting.documents.quantities import chance, count, interval, share
from forecasting.documents.values import Fields
from forecasting.documents.wording import PER_CENT, years

DESIGNS: Final = {"cluster": "with related cases held out", "rolling": "as of each year"}
PERIOD_WORDS: Final = {
    "before 1970": "before 1970",
    "1970-1989": "from 1970 to 1989",
    "1990-2010": "from 1990 to 2010",
    "since 2011": "since 2011",
}


def believe(content: Fields) -> list[Text]:
    """Sentences of the first screen: what to believe of the number, and what became of past forecasts like it."""
    found = content["verdict"]
    return [part for part in (_believe(found), _like(found)) if part is not None]


def period(content: Fields) -> Text:
    """Sentence on the period of the day: how many cases that began in it were formalized, and the skill."""
    return _period(content["verdict"])


def _believe(found: Fields) -> Text:
    """What to believe, by what past forecasts as high as this one were worth and by the skill in its period."""
    within = years(found["horizon"])
    numbers = {"p": chance(found["probability"]), "base": chance(found["base_rate"])}
    if found["missing"]:
        return text(
            "**How far to trust {p} is not known:** {missing}. The base rate is {base}.",
            missing=found["missing"],
            **numbers,
        )
    like, beyond = found["like"], found["beyond"]
    if beyond:
        side = "higher" if beyond == "above" else "lower"
        return text(
            f"**{{p}} is {side} than every past forecast for {within}** ({{n}}, from {{least}} to {{most}}): how such "
            "a forecast fares was never seen. The base rate is {base}.",
            n=count(found["past"]["n"]),
            least=chance(found["past"]["least"]),
            most=chance(found["past"]["most"]),
            **numbers,
        )
    if like["few"]:
        return text(
            "**Too few past forecasts were as high as {p} to say how it fares.** The base rate is {base}.", **numbers
        )
    return text(f"**{_agreement(like)}** {{skill}}", p=numbers["p"], skill=_skill(found))


def _agreement(like: Fields) -> str:
    """Whether what came of past forecasts as high is what they said, with a slot for this one."""
    if like["upper"] < like["mean_forecast"]:
        return "Believe less than {p}: past forecasts as high came true less often than they said."
    if like["lower"] > like["mean_forecast"]:
        return "Believe more than {p}: past forecasts as high came true more often than they said."
    return "Past forecasts as high as {p} came true about as often as they said."


def _skill(found: Fields) -> Text:
    """Whether the forecast was better than the base rate in the period of the day, or what it said and what came."""
    rows = [row for row in found["skill"] if row["by"] == "period" and row["skill"] is not None]
    when = PERIOD_WORDS[found["period"]["name"]]
    if not rows:
        return _expected(found, when)
    worst = min(rows, key=lambda row: row["lower"])
    if worst["lower"] <= 0.0:
        said = f"It has not been shown to be better {when} than the base rate, which says {{base}}."
    else:
        said = f"It was better {when} than the base rate, which says {{base}}."
    return text(said, base=chance(found["base_rate"]))


def _expected(found: Fields, when: str) -> Text:
    """What was forecast and what came in a period with too few endings for a skill."""
    told = found["expected"]
    if told is None:
        return text(f"Whether it is better than the base rate {when} is not known for this record.")
    return text(
        f"**But of forecasts made {when}** ({{n}} cases) {{said}} were expected to be formalized within "
        f"{years(found['horizon'])}, the base rate expected {{base}}, and {{came}} were: too few to show a skill.",
        n=count(told["n_cases"]),
        said=chance(told["mean_forecast"]),
        base=chance(told["mean_reference"]),
        came=chance(told["observed"]),
    )


def _like(found: Fields) -> Text | None:
    """Past forecasts in the same range, and what came of them."""
    like = found["like"]
    if like is None or like["n"] == 0:
        return None
    when = "at a case's start" if like["at_start"] else "at an anniversary"
    forecasts = "forecast" if like["n"] == 1 else "forecasts"
    cases = "case" if like["n_cases"] == 1 else "cases"
    which = text(
        f"{{n}} past {forecasts} ({{cases}} {cases}) from {{range}}, made out of sample {when}",
        n=count(like["n"]),
        cases=count(like["n_cases"]),
        range=interval("chance", like["low"], like["high"]),
    )
    if like["few"]:
        return text("There are {which}: too few for an observed frequency.", which=which)
    return text(
        f"Of {{which}}, {{observed}} were formalized (80{PER_CENT} interval {{bounds}}); their mean was {{mean}}, that "
        "of the base rate {base}.",
        which=which,
        observed=chance(like["observed"]),
        bounds=interval("chance", like["lower"], like["upper"]),
        mean=chance(like["mean_forecast"]),
        base=chance(like["mean_base_rate"]),
    )


def _period(found: Fields) -> Text:
    """Cases that began in the period and were formalized, and the skill on formalization: of the period, of all."""
    period = found["period"]
    when = PERIOD_WORDS[period["name"]]
    number = count(period["n_formalized"]) if period["n_formalized"] else "None"
    began = text(
        f"{{number}} of {{n}} core cases that began {when} {'was' if period['n_formalized'] <= 1 else 'were'} "
        "formalized by the day.",
        number=number,
        n=count(period["n"]),
    )
    told = [
        text(
            f"{{skill}} {DESIGNS[row['design']]} ({{n}} forecasts{'' if row['by'] == 'all' else f' made {when}'})",
            skill=share(row["skill"], row["lower"], row["upper"]),
            n=count(row["n"]),
        )
        for row in _narrowest(found["skill"])
    ]
    if not told:
        return text("{began} The skill of the forecast is not known for this record.", began=began)
    return text("{began} Skill on formalization over the base rate: {skills}.", began=began, skills=joined(told))


def _narrowest(rows: Sequence[Fields]) -> list[Fields]:
    """Skill in the period of the day where it was measured, else of all forecasts."""
    known = [row for row in rows if row["skill"] is not None]
    return [row for row in known if row["by"] == "period"] or known
