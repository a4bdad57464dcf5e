"""The first screen of a case report: masthead and bottom line."""

from collections.abc import Mapping
from itertools import repeat
from typing import Final

from forecasting.documents.blocks import Block, Cell, Note, Section, Summary, Table, Text, Title
from forecasting.documents.case.confidence import confidence_words
from forecasting.documents.case.ended import over_already
from forecasting.documents.case.verdict import believe
from forecasting.documents.compose import joined, section, table, text
from forecasting.documents.quantities import chance, count, day, interval, percent
from forecasting.documents.values import Fields
from forecasting.documents.wording import EXTRAPOLATES, MODEL_NAMES, PER_CENT, WIDENED, limit_words, years
from forecasting.record.vocabulary import CAUSES, SAME_OUTCOME_TYPES, STATES

ENDING_NAMES: Final[Mapping[str, str]] = {
    "formalized": "Formal agreement",
    "collapsed": "Collapse",
    "faded": "Fading",
}
MODELS_UNDER: Final = ("ladder_model", "base_rate", "recent_base_rate", "type_base_rate")
HEAD: Final = ("Model", "Formal agreement", "Collapse", "Fading", "Still informal")
GIVEN: Final[Mapping[str, str]] = {
    "endorsed": "if leaders endorsed it",
    "not endorsed": "if they did not",
    "claims true": "if every open claim is true",
    "claims untrue": "if none is",
}


def masthead(content: Fields) -> Section:
    """Title, question and the day whose knowledge is used."""
    case = content["case"]
    goal = "concluded (signed or adopted)" if content["target"] == "concluded" else "brought into force"
    if case["facts"]["type"] in SAME_OUTCOME_TYPES:
        goal = "brought into force (for a text already signed, concluded and in force are the same ending)"
    return section(
        Title(
            above=_day_line(content),
            title=text("{name}", name=case["name"]),
            below=text(
                f"A formal agreement {goal}, collapse, or fading? {{parties}}. {{summary}}",
                parties=", ".join(case["parties"]),
                summary=case["summary"],
            ),
        )
    )


def _day_line(content: Fields) -> Text:
    """The day, when the case was last seen, and until when acts were looked for, where that is not the day."""
    case, until = content["case"], content["situation"]["ladders"]["until"]
    seen = [
        text("last observed {day}", day=day(case["last_seen"])) if case["last_seen"] != content["as_of"] else None,
        text("acts looked for until {day}", day=day(until)) if until != content["as_of"] else None,
    ]
    told = [text("Forecast as of {as_of}", as_of=day(content["as_of"])), *(part for part in seen if part is not None)]
    return joined(told, "; ")


def bottom_line(content: Fields) -> Section:
    """All endings in a sentence, those far from the base rate, whether it may be over, and what to believe and why."""
    why = [
        *believe(content),
        confidence_words(content),
        _limit(content),
    ]
    blocks: list[Block | None] = [
        *map(_stands_out, content["beside_base"]["far"], repeat(content)),
        over_already(content),
        Note(text=joined([part for part in why if part is not None], " ")),
    ]
    return section(
        Summary(
            label="Bottom line",
            word=_answer(content),
            blocks=tuple(block for block in blocks if block is not None),
        )
    )


def headline_rows(content: Fields, state: str) -> list[Fields]:
    """Marginal rows of the headline for a state, by horizon."""
    model = content["headline"]["model"]
    return [row for row in content["forecast"] if (row["model"], row["cause"], row["given"]) == (model, state, "all")]


def _answer(content: Fields) -> Text:
    """The headline in a sentence, all endings in one size."""
    top = content["headline"]
    states = top["states"]
    return text(
        "**Formal agreement by {deadline}: {word} ({p}).** An end without one: **{end} ({ended})**, collapse "
        "{collapsed}, fading {faded}. Still informal: {ongoing}.",
        deadline=day(top["deadline"]),
        word=top["word"],
        p=chance(top["probability"]),
        end=top["end_word"],
        ended=chance(top["ended"]),
        **{state: chance(states[state]["probability"]) for state in STATES[1:]},
    )


def _stands_out(cause: str, content: Fields) -> Text:
    """An ending whose chance lies far from the base rate, with both."""
    own, base = content["headline"]["states"][cause], content["beside_base"]["states"][cause]
    side = "above" if own["probability"] > base else "below"
    return text(
        f"**{ENDING_NAMES[cause]} stands out: {{p}}** (80{PER_CENT} interval {{range}}), {side} the base rate of "
        "{base}.",
        p=chance(own["probability"]),
        range=interval("chance", own["lower"], own["upper"]),
        base=chance(base),
    )


def models_beside(content: Fields) -> Table:
    """The headline and what stands under it at one horizon: its parts, other rates, the first registration's model."""
    top = content["headline"]
    found = {
        (row["model"], row["cause"]): row
        for row in content["forecast"]
        if row["horizon"] == top["horizon"] and row["given"] == "all"
    }
    rows: list[list[Cell]] = [
        [
            text("**{name}**", name=MODEL_NAMES[model].capitalize())
            if model == top["model"]
            else MODEL_NAMES[model].capitalize(),
            *(chance(row["probability"]) for row in map(found.get, _states(model)) if row),
        ]
        for model in (top["model"], *MODELS_UNDER)
        if (model, CAUSES[0]) in found
    ]
    rows.append([MODEL_NAMES["primary"].capitalize(), *first_model_row(content)])
    return table(f"Within {years(top['horizon'])}", HEAD, rows)


def first_model_row(content: Fields) -> list[Cell]:
    """The first registration's probability of each state for the horizon of the headline; empty where it abstains."""
    rows = {
        row["cause"]: row
        for row in content["hazard_model"]["forecast"]
        if (row["given"], row["horizon"]) == ("all", content["headline"]["horizon"])
    }
    return [chance(rows[state]["probability"]) if rows else "no number" for state in STATES]


def _states(model: str) -> list[tuple[str, str]]:
    return [(model, state) for state in STATES]


def basis(top: Fields) -> Text:
    """What the number is pooled of, the sample, and the risk set at the case's age."""
    return text(
        "The number is {model} of a model of how such arrangements move towards a text that binds and {base} of the "
        "base rate; both learned from {n} arrangements, {at_risk} of them observed for as long as this one has lasted.",
        model=percent(1.0 - top["base_share"]),
        base=percent(top["base_share"]),
        n=count(top["n"]),
        at_risk=count(top["n_at_risk"]),
    )


def _limit(content: Fields) -> Text | None:
    """What lies outside the training cases and moves the number by a point or more; None where nothing does."""
    why = limit_words(content["limit"])
    return text(f"{EXTRAPOLATES}: {{why}}. {WIDENED}", why=why) if why else None


def both_ends(content: Fields) -> Text | None:
    """The number at both ends of what is uncertain; None where nothing is."""
    ends = content["both_ends"]
    told = [
        text(f"{{p}} {GIVEN[given]}", p=chance(ends[given][CAUSES[0]]["probability"]))
        for given in GIVEN
        if given in ends
    ]
    return text("It averages over what is not certain: {ends}.", ends=joined(told, ", ")) if told else None


def unconfirmed(content: Fields) -> Text | None:
    """Number of known events that are not confirmed."""
    reported = content["n_unconfirmed_acts"]
    if not reported:
        return None
    return text(
        f"Of the {{n}} events known on the day, {{reported}} {'is' if reported == 1 else 'are'} reported or disputed, "
        "not confirmed.",
        n=count(content["n_acts"]),
        reported=count(reported),
    )
