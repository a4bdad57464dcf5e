"""The first screen of a case report: masthead and bottom line."""

from forecasting.documents.blocks import Block, Heading, Link, Note, Section, Summary, Text, Title
from forecasting.documents.case.confidence import confidence_words
from forecasting.documents.case.hazard_model import second_opinion
from forecasting.documents.case.incidence import base_rate_rows
from forecasting.documents.compose import items, joined, section, text
from forecasting.documents.quantities import chance, count, day, figure, interval, points
from forecasting.documents.values import Fields
from forecasting.documents.wording import (
    PER_CENT,
    change_words,
    counted,
    estimative,
    percent,
    term_name,
    years,
)
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES

EARLIER_HORIZONS = (6, 12)
MOST_MOVED = 3
MOST_CONTESTED = 4


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
    """The number, its verbal probability, the base rate's n and interval, the confidence, and the arguable codings."""
    top = content["headline"]
    doubts = [_basis(top), second_opinion(content), _moved(content), _unconfirmed(content)]
    blocks: list[Block | None] = [
        _answer(content),
        confidence_words(content),
        Heading(words="What to doubt", level=2, quiet=True),
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


def _answer(content: Fields) -> Text:
    """The headline in a sentence, and the same for nearer horizons."""
    top = content["headline"]
    horizons = [horizon for horizon in EARLIER_HORIZONS if horizon != top["horizon"]]
    sooner = [
        text(
            f"; within {years(row['horizon'])}, {{p}} ({estimative(row['probability'])})",
            p=chance(row["probability"]),
        )
        for row in base_rate_rows(content, "formalized")
        if row["horizon"] in horizons
    ]
    return text(
        f"A formal agreement within {years(top['horizon'])}, by {{deadline}}, is **{{word}} ({{p}})**{{sooner}}.",
        deadline=day(top["deadline"]),
        word=top["word"],
        p=chance(top["probability"]),
        sooner=joined(sooner, ""),
    )


def _basis(top: Fields) -> Text:
    """The basis of the number: the sample, and the risk set at the case's age."""
    n, at_risk, unmoved = count(top["n"]), count(top["n_at_risk"]), " It does not respond to the news."
    if top["n_at_risk"] > 0.95 * top["n"]:
        return text(
            "This is the base rate: how often {n} informal arms-control arrangements since 1817, this one included, "
            f"were formalized within that time.{unmoved}",
            n=n,
        )
    thin = ": **too few to say much**, so ages with as few are pooled." if top["thin"] else ", this one included."
    return text(
        "This is the base rate: how often informal arms-control arrangements since 1817 were formalized within that "
        "time once they had lasted as long as this one. {at_risk} of {n} were observed for so long"
        f"{thin}{unmoved}",
        at_risk=at_risk,
        n=n,
    )


def _moved(content: Fields) -> Text | None:
    """Change of the hazard model since the earlier day, and the events that contributed most."""
    found = content["explanation"]["changes"]
    if found is None or percent(found["before"]) == percent(found["after"]):
        return None
    rows = sorted((row for row in found["rows"] if row["leg"] == "events"), key=lambda row: -abs(row["points"]))
    most = [
        text("{name} ({points} points)", name=_inside(term_name(row["name"])), points=points(row["points"]))
        for row in rows[:MOST_MOVED]
    ]
    return text(
        f"Since {{since}} the hazard model went from {{before}} to {{after}}{', mostly through: ' if most else ''}"
        "{most} ({link}).",
        since=day(found["from"]),
        before=chance(found["before"]),
        after=chance(found["after"]),
        most=joined(most),
        link=Link(words="the events behind it", to="#changes"),
    )


def _inside(name: str) -> str:
    """A name as written inside a sentence."""
    return name[:1].lower() + name[1:]


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
    """Time since the last observation, and probabilities of an unseen end; None where it was observed on the day."""
    case, unseen = content["case"], content["unseen"]
    if case["last_seen"] == content["as_of"]:
        return None
    months = case["months_unseen"]
    ago = text("{n} months", n=figure("number", months)) if months < 24 else text(f"{months / 12:.0f} years")
    past = text("")
    if unseen and case["stale"]:
        past = text(
            " **Much of the number is about the past:** by the base rate it had already been formalized unobserved "
            "with probability {formalized}, collapsed with {collapsed}, faded with {faded}, and still stood with "
            "{ongoing}.",
            **{state: chance(unseen[state]) for state in ("formalized", "collapsed", "faded", "ongoing")},
        )
    return Note(
        text=text(
            "Last observed {ago} ago, on {day}. The forecast starts from that day and counts the time since then as "
            "time in which it may have ended unobserved.{past}",
            ago=ago,
            day=day(case["last_seen"]),
            past=past,
        )
    )
