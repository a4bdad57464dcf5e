"""The situation of the case on the day: talks, offers, charges, words by party, verification, contacts and linkage."""

from collections.abc import Sequence

from forecasting.documents.blocks import Cell, Section, Text
from forecasting.documents.case.evidence import marks, stockpiles
from forecasting.documents.compose import badge, items, joined, section, table, text
from forecasting.documents.quantities import chance, count, day, name
from forecasting.documents.values import Fields
from forecasting.documents.wording import fact_words

MOST = 1
MOST_CLAIMS = 1
ANSWERED = "answered by a later act"
UNANSWERED = "which no confirmed act has answered"


def situation(content: Fields) -> Section:
    """A table of what a specialist would look at, each row with the acts behind it."""
    found = content["situation"]
    rows: list[list[Cell]] = [
        ["Talks in the last year", _acts(content, found["talks"], "none known")],
        ["Offers without a formal answer", _offers(content)],
        ["Charges of violation", _charges(content)],
        ["Words of officials, last two years", _signals(content)],
        ["Verification", _verification(content)],
        ["Military contact", _contact(content)],
        ["Tied to other dossiers", _acts(content, found["linkage"], "to none, in the last two years")],
    ]
    return section(
        table("The situation on the day", ["What", "As known"], rows),
        items(map(_claim, found["claims"][:MOST_CLAIMS])) if found["claims"] else None,
        stockpiles(content),
    )


def _claim(claim: Fields) -> Text:
    return text(
        f"{{n}} {'act rests' if claim['acts'] == 1 else 'acts rest'} on one unconfirmed claim, counted as {{p}} "
        "likely: {what}",
        n=count(claim["acts"]),
        p=chance(claim["probability"]),
        what=claim["what"],
    )


def _acts(content: Fields, acts: Sequence[Fields], otherwise: str = "none") -> Text:
    """The last few acts in words, the latest first; `otherwise` where there are none."""
    if not acts:
        return text("{otherwise}", otherwise=otherwise)
    told = [_act(content, act) for act in acts[: -MOST - 1 : -1]]
    return joined([*told, *_more(len(acts))], "; ")


def _more(n: int) -> list[Text]:
    """That there are earlier ones than those told."""
    return [text("{n} earlier", n=count(n - MOST))] if n > MOST else []


def _act(content: Fields, act: Fields) -> Text:
    return text(
        "{by}: {kind}, {day} {standing}{marks}",
        by=" and ".join(act["by"]),
        kind=name(act["kind"]),
        day=day(act["date"]),
        standing=badge(act["standing"], act["standing"]),
        marks=marks(content, act["sources"]),
    )


def _offers(content: Fields) -> Cell:
    offers = content["situation"]["open_offers"]
    told = [
        text("{act}: {months} months old", act=_act(content, offer), months=count(offer["months"]))
        for offer in offers[: -MOST - 1 : -1]
    ]
    return joined([*told, *_more(len(offers))], "; ") if told else "none"


def _charges(content: Fields) -> Cell:
    listed = content["situation"]["charges"]
    if not listed:
        return "none in the last three years"
    return joined(
        [
            text(f"{{act}}, {ANSWERED if charge['answered_by'] else UNANSWERED}", act=_act(content, charge))
            for charge in listed[: -MOST - 1 : -1]
        ]
        + _more(len(listed)),
        "; ",
    )


def _signals(content: Fields) -> Cell:
    told = [
        text(
            "{party} {n} for, {m} against",
            party=side["party"],
            n=count(side["favourable"]),
            m=count(side["unfavourable"]),
        )
        for side in content["situation"]["signals"]
    ]
    return joined(told, "; ") if told else "none"


def _verification(content: Fields) -> Cell:
    found = content["situation"]["verification"]
    start = text("at the start: {means}", means=fact_words("verification", found["at_start"]))
    if not found["stopped"]:
        return start
    return text("{start}; stopped before: {acts}", start=start, acts=_acts(content, found["stopped"]))


def _contact(content: Fields) -> Cell:
    found = content["situation"]["military_contact"]
    state = "present" if found["present"] else "none known, or cut off"
    return text(f"{state}: {{acts}}", acts=_acts(content, found["acts"])) if found["acts"] else state
