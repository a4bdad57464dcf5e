"""The first screen of a case report: masthead and bottom line."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.blocks import Block, Cell, Heading, Link, Note, Section, Summary, Table, Text, Title
from forecasting.documents.case.confidence import confidence_words
from forecasting.documents.case.ended import ended_already
from forecasting.documents.case.hazard_model import first_model_row
from forecasting.documents.case.input_words import LEG_WORDS, change_name
from forecasting.documents.case.verdict import verdict
from forecasting.documents.compose import items, joined, section, table, text
from forecasting.documents.quantities import chance, count, day, interval, name, percent, points
from forecasting.documents.values import Fields
from forecasting.documents.wording import (
    EXTRAPOLATES,
    LADDER_NAMES,
    MODEL_NAMES,
    PER_CENT,
    WIDENED,
    change_words,
    counted,
    estimative,
    level_words,
    limit_words,
    years,
)
from forecasting.documents.wording import percent as percent_words
from forecasting.record.vocabulary import CAUSES, SAME_OUTCOME_TYPES, STATES

EARLIER_HORIZONS: Final = (6, 12)
MOST_CONTESTED: Final = 4
LEAST_MOVED: Final = 0.005
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
            above=text("Forecast as of {as_of}", as_of=day(content["as_of"])),
            title=text("{name}", name=case["name"]),
            below=text(
                f"Will this informal arrangement be followed by a formal agreement {goal}, "
                "will it collapse, or will it fade? Parties at the start: {parties}.",
                parties=", ".join(case["parties"]),
            ),
        )
    )


def bottom_line(content: Fields) -> Section:
    """The number and its word, what stands under it, the verdict, what has ended already, and the arguable codings."""
    top = content["headline"]
    doubts = [_basis(top), _limit(content), _both_ends(content), _since(content), _unconfirmed(content)]
    blocks: list[Block | None] = [
        ended_already(content),
        _answer(content),
        models_beside(content),
        Heading(words="What to believe, and why", level=2, quiet=True),
        *verdict(content),
        confidence_words(content),
        Heading(words="What the number rests on", level=2, quiet=True),
        items(doubt for doubt in doubts if doubt is not None),
        Heading(words="What is contested about the case itself", level=2, quiet=True),
        items(_contested(content)),
        Heading(words="What was reported", level=2, quiet=True),
        text("{summary}", summary=content["case"]["summary"]),
        _last_observed(content),
    ]
    return section(
        Summary(
            label="Bottom line",
            number=chance(top["probability"]),
            word=text("{word}", word=top["word"]),
            note=text(f"80{PER_CENT} interval {{range}}", range=interval("chance", top["lower"], top["upper"])),
            blocks=tuple(block for block in blocks if block is not None),
        )
    )


def headline_rows(content: Fields, state: str) -> list[Fields]:
    """Marginal rows of the headline for a state, by horizon."""
    model = content["headline"]["model"]
    return [row for row in content["forecast"] if (row["model"], row["cause"], row["given"]) == (model, state, "all")]


def _answer(content: Fields) -> Text:
    """The headline in a sentence: nearer horizons, and the other endings."""
    top = content["headline"]
    horizons = [horizon for horizon in EARLIER_HORIZONS if horizon != top["horizon"]]
    sooner = [
        text(
            f"; within {years(row['horizon'])}, {{p}} ({estimative(row['probability'])})",
            p=chance(row["probability"]),
        )
        for row in headline_rows(content, "formalized")
        if row["horizon"] in horizons
    ]
    states = top["states"]
    return text(
        f"A formal agreement within {years(top['horizon'])}, by {{deadline}}, is **{{word}} ({{p}})**{{sooner}}. "
        "By the same day it collapses with {collapsed}, fades with {faded}, and stays as it is with {ongoing}.",
        deadline=day(top["deadline"]),
        word=top["word"],
        p=chance(top["probability"]),
        sooner=joined(sooner, ""),
        **{state: chance(states[state]["probability"]) for state in STATES[1:]},
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
            *(chance(row["probability"], row["lower"], row["upper"]) for row in map(found.get, _states(model)) if row),
        ]
        for model in (top["model"], *MODELS_UNDER)
        if (model, CAUSES[0]) in found
    ]
    rows.append([MODEL_NAMES["primary"].capitalize(), *first_model_row(content)])
    return table(f"Within {years(top['horizon'])}, with 80{PER_CENT} intervals", HEAD, rows)


def _states(model: str) -> list[tuple[str, str]]:
    return [(model, state) for state in STATES]


def _basis(top: Fields) -> Text:
    """What the number is pooled of, the sample, and the risk set at the case's age."""
    return text(
        "The number is {model} of a model of how such arrangements move towards a text that binds, and {base} of how "
        "often they ended so at all; both learned from {n} arrangements. {at_risk} of them were observed for as long "
        "as this one has lasted.",
        model=percent(1.0 - top["base_share"]),
        base=percent(top["base_share"]),
        n=count(top["n"]),
        at_risk=count(top["n_at_risk"]),
    )


def _limit(content: Fields) -> Text | None:
    """What lies outside the training cases and moves the number by a point or more; None where nothing does."""
    why = limit_words(content["limit"])
    return text(f"{EXTRAPOLATES}: {{why}}. {WIDENED}", why=why) if why else None


def _both_ends(content: Fields) -> Text | None:
    """The number at both ends of what is uncertain; None where nothing is."""
    ends = content["both_ends"]
    told = [
        text(f"{{p}} {GIVEN[given]}", p=chance(ends[given][CAUSES[0]]["probability"]))
        for given in GIVEN
        if given in ends
    ]
    return text("It averages over what is not certain: {ends}.", ends=joined(told, ", ")) if told else None


def _since(content: Fields) -> Text | None:
    """The number of the earlier day, and the rungs that became known since; None without an earlier day."""
    found = content["since"]
    if found is None:
        return None
    formal = found["states"][CAUSES[0]]
    kind = content["case"]["facts"]["type"]
    rungs = [
        text(
            f"{LADDER_NAMES[rung['ladder']]}, level {{level}} ({level_words(rung['ladder'], rung['level'], kind)}), "
            "{status}, from {date}",
            level=count(rung["level"]),
            status=name(rung["status"]),
            date=day(rung["date"]),
        )
        for rung in found["rungs"]
    ]
    known = [text(" Since then it became known: {rungs}.", rungs=joined(rungs))] if rungs else []
    learned = joined([*known, *_moved_most(content)], "") if known or _moved_most(content) else text("")
    if percent_words(formal["before"]) == percent_words(formal["after"]):
        return text(
            "On {since} the forecast was the same, {p}.{learned}",
            since=day(found["from"]),
            p=chance(formal["before"]),
            learned=learned,
        )
    return text(
        "On {since} the forecast was {before}; now it is {after}.{learned}",
        since=day(found["from"]),
        before=chance(formal["before"]),
        after=chance(formal["after"]),
        learned=learned,
    )


def _moved_most(content: Fields) -> list[Text]:
    """The part of the change that moved the chance of any ending most; nothing where none moved it by half a point."""
    found = content["explanation"]["changes"]
    rows = found["rows"] if found is not None else []
    sizes = [max(abs(row["points"][cause]) for cause in CAUSES) for row in rows]
    if not sizes or max(sizes) < LEAST_MOVED:
        return []
    row = rows[sizes.index(max(sizes))]
    told = {cause: points(row["points"][cause]) for cause in CAUSES}
    words = f"{change_name(row['leg'], row['name'])}, {LEG_WORDS[row['leg']]}"
    return [
        text(
            f" What moved it most: {words} ({{formalized}} points for a formal agreement, {{collapsed}} for collapse, "
            "{faded} for fading).",
            **told,
        )
    ]


def _unconfirmed(content: Fields) -> Text | None:
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


def _contested(content: Fields) -> list[Text]:
    """Other codings that could be argued: those that would close the question, or else the first of the others."""
    closing = [item for item in content["contested"] if item["closes"]]
    open_ones = [item for item in content["contested"] if not item["closes"]]
    doubts = [text("**Arguably there is nothing left to forecast:** {why}.", why=item["reason"]) for item in closing]
    doubts += [
        text("**{changes}**, arguably: {why}.", changes=change_words(item["changes"]), why=item["reason"])
        for item in open_ones[: 0 if closing else MOST_CONTESTED]
    ]
    more = len(content["contested"]) - len(doubts)
    if more > 0:
        listed = counted(more, "more arguable coding is", "more arguable codings are")
        doubts.append(text("{link} below.", link=Link(words=f"{listed} listed", to="#contested")))
    return doubts or [text("No other coding of this case has been argued.")]


def _last_observed(content: Fields) -> Note | None:
    """Day of the last observation; None where it was observed on the day."""
    case = content["case"]
    if case["last_seen"] == content["as_of"]:
        return None
    return Note(text=text("Last observed on {day}.", day=day(case["last_seen"])))
