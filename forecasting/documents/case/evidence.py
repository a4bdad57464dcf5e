"""The evidence behind a case report: facts, arguable codings, timeline, calendar, precedents and sources."""

from collections.abc import Iterator, Sequence
from datetime import date

from forecasting.documents.blocks import Act, Cell, Link, Marks, Section, Text, Timeline
from forecasting.documents.compose import badge, items, joined, section, table, text
from forecasting.documents.quantities import chance, code, count, day, name, quote
from forecasting.documents.standing import live_sentence
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import PAST, change_words, coarse_day, percent

CONTESTED = "contested"
BRIEF = 12
MOST_ACTS = 4
MOST_MARKS = 1
MOST_CODINGS = 3
MOST_PRECEDENTS = 3


def marks(content: Fields, sources: Sequence[str]) -> Marks:
    """Numbers of the first sources of a statement, with links to them; the JSON file has all."""
    order = {source["source_id"]: number for number, source in enumerate(content["sources"], start=1)}
    return Marks(numbers=tuple(order[source] for source in sources if source in order)[:MOST_MARKS])


def stockpiles(content: Fields) -> Text | None:
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
    """Arguable codings: those that would close the question, then those that move the forecast most."""
    listed = sorted(content["contested"], key=_weight)
    rows = [[change_words(one["changes"]), quote(one["brief"]), _effect(one)] for one in listed[:MOST_CODINGS]]
    if not rows:
        return section(text("No other coding of this case has been argued.", CONTESTED))
    head = ["Other coding", "Why it can be argued", "What it would do"]
    more = len(listed) - len(rows)
    left = f"; {more} that move it less are in the JSON file" if more else ""
    return section(table(f"Arguable codings known by the day{left}", head, rows, CONTESTED))


def _weight(item: Fields) -> tuple[bool, float]:
    model = item["model"]
    return not item["closes"], -abs(model["after"] - model["before"]) if model is not None else 0.0


def _effect(item: Fields) -> Cell:
    """Effect on the chance of a formal agreement by the forecast."""
    if item["closes"]:
        return "the question would be closed"
    if item["model"] is None:
        return "not computed"
    before, after = item["model"]["before"], item["model"]["after"]
    if percent(before) == percent(after):
        return text("{after} either way", after=chance(after))
    return text("{before} to {after}", before=chance(before), after=chance(after))


def timeline(content: Fields) -> Section:
    """The latest events known by the day, the latest first; reported and disputed ones are marked."""
    events = list(reversed(content["timeline"]))
    if not events:
        return section(text("No event that bears on the case was known on the day."))
    recent, more = events[:MOST_ACTS], len(events) - MOST_ACTS
    left = text(
        f"{{n}} earlier {'act is' if more == 1 else 'acts are'} in the JSON file; {{command}} prints them all.",
        n=count(more),
        command=code(f"forecasting acts {content['case']['case_id']} --as-of {content['as_of']}"),
    )
    return section(Timeline(acts=tuple(_act(content, event) for event in recent)), left if more > 0 else None)


def _act(content: Fields, event: Fields) -> Act:
    exact = event["precision"] == "day"
    when = day(event["date"]) if exact else quote(coarse_day(date.fromisoformat(event["date"]), event["precision"]))
    known = text(" (known {known})", known=day(event["known"]))
    doubt = (
        text("{likely} likely: ", likely=chance(event["probability"])) if event["standing"] != "confirmed" else text("")
    )
    return Act(
        when=text("{when}{known}", when=when, known=known if exact and event["known"] != event["date"] else text("")),
        standing=plain(event["standing"]),
        what=text("{kind}", kind=name(event["kind"])),
        text=text(
            "{doubt}{summary}{marks}", doubt=doubt, summary=event["brief"], marks=marks(content, event["sources"])
        ),
    )


def precedents(content: Fields) -> Section:
    """The most similar earlier arrangements and their outcomes."""
    found = content["precedents"][:MOST_PRECEDENTS]
    if not found:
        return section(text("No earlier case had ended."))
    head = ["Earlier arrangement", "How it ended", "After", "Alike in"]
    return section(table("The most similar earlier arrangements", head, map(_precedent, found)))


def _precedent(found: Fields) -> list[Cell]:
    formal = found["cause"] == "formalized" and found["instrument"]
    return [
        text(f"{{name}} ({found['start'][:4]})", name=found["name"]),
        text(
            "{ended} {end}{instrument}",
            ended=badge(found["cause"], PAST[found["cause"]]),
            end=day(found["end"]),
            instrument=text(", {instrument}", instrument=found["instrument"]) if formal else text(""),
        ),
        text("{months} months", months=count(found["months"])),
        chance(found["likeness"]),
    ]


def sources(content: Fields) -> Section:
    """The numbered sources of what the page shows."""
    listed = [
        text(
            f"{{title}}. {{publisher}}{'' if source['seen'] else ' (not opened by a coder)'}.",
            f"source-{number}",
            title=Link(
                words="page published after the day" if source["written_later"] else plain(source["title"]),
                to=plain(source["url"]),
            ),
            publisher=source["publisher"],
        )
        for number, source in enumerate(content["sources"], start=1)
        if source["is_cited"]
    ]
    return section(items(listed, "sources"))


def provenance(content: Fields) -> Section:
    """What became of forecasts issued live, what the models are, and how sure the coding of the case is."""
    key = content["artefact"]
    models = (
        text("models from artefact {key}, taken as given", key=code(key[:BRIEF])) if key else text("models refitted")
    )
    return section(
        live_sentence(content["live"]),
        text(
            "Record to {end}; target {target}; {models}; case coded with {confidence} confidence.",
            end=day(content["data_end"]),
            target=name(content["target"]),
            models=models,
            confidence=content["case"]["confidence"],
        ),
    )
