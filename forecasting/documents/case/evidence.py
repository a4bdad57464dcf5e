"""The evidence behind a case report: facts, arguable codings, timeline, calendar, precedents and sources."""

from collections.abc import Iterator, Sequence
from datetime import date

from forecasting.documents.blocks import Act, Cell, Fold, Link, Marks, Section, Text, Timeline
from forecasting.documents.compose import aside, badge, items, joined, section, table, text
from forecasting.documents.quantities import chance, code, count, day, name, quote
from forecasting.documents.standing import live_sentence
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import FACT_NAMES, PAST, change_words, coarse_day, fact_words, percent, years

CONTESTED = "contested"
BRIEF = 12


def marks(content: Fields, sources: Sequence[str]) -> Marks:
    """Numbers of the sources of a statement, with links to them."""
    order = {source["source_id"]: number for number, source in enumerate(content["sources"], start=1)}
    return Marks(numbers=tuple(order[source] for source in sources if source in order))


def facts(content: Fields) -> Section:
    """Facts of the case as known at its start, and the warheads of its parties."""
    rows = [[FACT_NAMES[fact], fact_words(fact, value)] for fact, value in content["case"]["facts"].items()]
    return section(table("The case at its start", ["Fact", "As coded"], rows), _stockpiles(content))


def _stockpiles(content: Fields) -> Text | None:
    """Warheads of the parties, and of outsiders that refused to join."""
    held = content["stockpiles"]
    if not held:
        return None
    parties = [text("{party} {n}", party=party, n=count(n)) for party, n in held["parties"].items()]
    total = text(
        f"Stockpiled warheads at the last count, {held['year']}, without retired ones: {{parties}} of {{world}} in the "
        "world, {share}.{marks}",
        parties=joined(parties, ", "),
        world=count(held["world"]),
        share=chance(held["share"]),
        marks=marks(content, held["sources"]),
    )
    return joined([total, *_outsiders(held["others"])], " ")


def _outsiders(others: Fields) -> Iterator[Text]:
    for outsider, other in others.items():
        each = other["parties_have_for_each"]
        ratio = text(", one for every {each} of theirs", each=count(each)) if each else text("")
        yield text(
            "{outsider}, which refused to join, has {n}{ratio}.",
            outsider=outsider,
            n=count(other["warheads"]),
            ratio=ratio,
        )


def contested(content: Fields) -> Section:
    """Every arguable coding and its effect on the forecast."""
    rows = [[change_words(item["changes"]), quote(item["reason"]), _effect(item)] for item in content["contested"]]
    if not rows:
        return section(text("No other coding of this case has been argued.", CONTESTED))
    head = ["Other coding", "Why it can be argued", "What it would do"]
    return section(table("Arguable codings known by the day", head, rows, CONTESTED))


def _effect(item: Fields) -> Cell:
    """Effect on the chance of a formal agreement: of the base rate of its class, and of the forecast."""
    if item["closes"]:
        return "the question would be closed"
    if item["before"] is None:
        base = text("no change of the base rate, which does not use it")
    else:
        base = _moves("base rate of its class", item, item["horizon"])
    if item["model"] is None:
        return base
    return joined([base, _moves("forecast", item["model"], item["horizon"])], "; ")


def _moves(what: str, numbers: Fields, horizon: int) -> Text:
    within = years(horizon)
    if percent(numbers["before"]) == percent(numbers["after"]):
        return text(f"{what}: {{after}} within {within} either way", after=chance(numbers["after"]))
    return text(
        f"{what}: {{before}} to {{after}} within {within}",
        before=chance(numbers["before"]),
        after=chance(numbers["after"]),
    )


def timeline(content: Fields) -> Section:
    """Events known by the day, the latest first; reported and disputed ones are marked."""
    since = date(date.fromisoformat(content["as_of"]).year - 1, 1, 1)
    events = list(reversed(content["timeline"]))
    recent = tuple(_act(content, event) for event in events if date.fromisoformat(event["date"]) >= since)
    older = tuple(_act(content, event) for event in events if date.fromisoformat(event["date"]) < since)
    if not events:
        return section(text("No event that bears on the case was known on the day."))
    earlier = Fold(
        summary=f"{len(older)} earlier {'event' if len(older) == 1 else 'events'}",
        blocks=(Timeline(acts=older),),
        opened=not recent,
    )
    return section(Timeline(acts=recent) if recent else None, earlier if older else None)


def _act(content: Fields, event: Fields) -> Act:
    exact = event["precision"] == "day"
    when = day(event["date"]) if exact else quote(coarse_day(date.fromisoformat(event["date"]), event["precision"]))
    known = text(" (known {known})", known=day(event["known"]))
    who = " and ".join(event["actors"])
    doubt = (
        text(", {likely} likely", likely=chance(event["probability"])) if event["standing"] != "confirmed" else text("")
    )
    return Act(
        when=text("{when}{known}", when=when, known=known if exact and event["known"] != event["date"] else text("")),
        standing=plain(event["standing"]),
        what=text(f"{{who}}{': ' if who else ''}{{kind}}{{doubt}}", who=who, kind=name(event["kind"]), doubt=doubt),
        text=text("{summary}{marks}", summary=event["summary"], marks=marks(content, event["sources"])),
    )


def calendar(content: Fields) -> Section:
    """Announcements for later days; none of them is used as if it had happened."""
    rows: list[list[Cell]] = [
        [
            day(item["scheduled"]),
            text("{what}{marks}", what=item["what"], marks=marks(content, item["sources"])),
            day(item["announced"]),
        ]
        for item in content["calendar"]
    ]
    if not rows:
        return section(text("Nothing dated had been announced."))
    return section(table("On the calendar", ["Set for", "What", "Announced by"], rows))


def precedents(content: Fields) -> Section:
    """The most similar earlier arrangements and their outcomes."""
    if not content["precedents"]:
        return section(text("No earlier case had ended."))
    return section(items(map(_precedent, content["precedents"]), "precedents"))


def _precedent(found: Fields) -> Text:
    formal = found["cause"] == "formalized" and found["instrument"]
    return text(
        f"**{{name}}** ({found['start'][:4]}): {{ended}}{{instrument}} on {{end}}, after {{months}} months. Alike at "
        "the start in {likeness} of what was compared: {shared}.\n{summary}",
        name=found["name"],
        ended=badge(found["cause"], PAST[found["cause"]]),
        instrument=text(" in the {instrument}", instrument=found["instrument"]) if formal else text(""),
        end=day(found["end"]),
        months=count(found["months"]),
        likeness=chance(found["likeness"]),
        shared=", ".join(found["shared"]),
        summary=aside("{summary}", summary=found["summary"]),
    )


def sources(content: Fields) -> Section:
    """The numbered sources."""
    listed = [
        text(
            f"{{title}}. {{publisher}}{'' if source['seen'] else ' (page not opened by a coder)'}.",
            f"source-{number}",
            title=Link(
                words="page published after the day" if source["written_later"] else plain(source["title"]),
                to=plain(source["url"]),
            ),
            publisher=source["publisher"],
        )
        for number, source in enumerate(content["sources"], start=1)
    ]
    return section(items(listed, "sources"))


def provenance(content: Fields) -> Section:
    """Record, models and code of the page."""
    key = content["artefact"]
    models = (
        text("models from artefact {key}, taken as given", key=code(key[:BRIEF])) if key else text("models refitted")
    )
    return section(
        live_sentence(content["live"]),
        text(
            "Record to {end}, sha256 {record}; package {version}; target {target}; {models}; case coded with "
            "{confidence} confidence. Every number on this page is in the JSON file beside it.",
            end=day(content["data_end"]),
            record=code(content["record_sha256"]),
            version=content["package_version"],
            target=name(content["target"]),
            models=models,
            confidence=content["case"]["confidence"],
        ),
    )
