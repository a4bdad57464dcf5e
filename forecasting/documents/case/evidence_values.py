"""Evidence on a case, as plain values: acts, appointments, precedents, stockpiles and sources."""

from collections.abc import Callable
from textwrap import shorten
from typing import Any, Final

import pandas as pd

from forecasting.documents.case.first_screen_values import BRIEF
from forecasting.documents.case.material import Material
from forecasting.documents.values import Content
from forecasting.explain.precedents import Precedent, nearest_precedents
from forecasting.record.cases import Dossier, Event
from forecasting.record.history import History
from forecasting.record.series import stockpiles


def stockpile_values(found: Material) -> Content | None:
    """Warheads of the parties and of outsiders that refused their part; None where no party had any."""
    return _stockpiles(found.history, found.view)


def number_of_acts(found: Material) -> int:
    """Number of known acts of the case."""
    return len(found.view.events)


def number_unconfirmed(found: Material) -> int:
    """Number of known acts that are reported or disputed."""
    return sum(event.standing != "confirmed" for event in found.view.events)


def timeline(found: Material) -> list[Content]:
    """The acts of the case, in order, each with its probability by its claim or standing."""
    names = found.history.parties.set_index("code")["name"].to_dict()
    return [event_values(event, names) | {"probability": found.view.probability(event)} for event in found.view.events]


def appointments(found: Material) -> list[Content]:
    """Announced events after the as-of day."""
    return [
        {
            "announced": item.announced_date.isoformat(),
            "scheduled": item.scheduled_date.isoformat(),
            "what": item.what,
            "sources": list(item.sources),
        }
        for item in found.view.calendar
        if item.scheduled_date > found.history.as_of
    ]


def precedents(found: Material) -> list[Content]:
    """The earlier arrangements most similar to the case."""
    return [_precedent(one) for one in nearest_precedents(found.history, found.view, target=found.target)]


def sources(found: Material) -> list[Content]:
    """Every source that a visible fact cites, and the case's own sources published by the as-of day.

    A page that a visible fact cites but that was published later is listed without its title.
    """
    history, view = found.history, found.view
    cited = {source for event in view.events for source in event.sources}
    cited |= {source for item in view.calendar for source in item.sources}
    own = history.case_sources.loc[history.case_sources["case_id"] == view.case_id, "source_id"]
    day = pd.Timestamp(history.as_of)
    dated = history.sources[history.sources["published"] <= day]
    cited |= set(own) & set(dated["source_id"])
    held = stockpiles(history, view.parties)
    cited |= set(held.sources) if held else set()
    rows = history.sources[history.sources["source_id"].isin(cited)]
    return [
        {
            "source_id": row.source_id,
            "title": "" if row.published > day else row.title,
            "publisher": row.publisher,
            "url": row.url,
            "seen": row.seen == 1,
            "written_later": bool(row.published > day),
        }
        for row in rows[["source_id", "title", "publisher", "url", "seen", "published"]].itertuples()
    ]


def _precedent(found: Precedent) -> Content:
    return {
        "case_id": found.case_id,
        "name": found.name,
        "start": found.start_date.isoformat(),
        "summary": found.summary,
        "likeness": found.likeness,
        "shared": list(found.shared),
        "cause": found.cause,
        "end": found.end_date.isoformat(),
        "months": found.months,
        "instrument": found.instrument,
    }


def _stockpiles(history: History, view: Dossier) -> Content | None:
    named = {code for event in view.events if event.kind == "third_party_refusal" for code in event.actors}
    others = tuple(sorted(named - set(view.parties)))
    held = stockpiles(history, view.parties, others)
    if held is None:
        return None
    names = history.parties.set_index("code")["name"]
    total = sum(held.parties.values())
    return {
        "year": held.year,
        "parties": {str(names[code]): count for code, count in held.parties.items()},
        "others": {
            str(names[code]): {"warheads": count, "parties_have_for_each": total / count if count else None}
            for code, count in held.others.items()
        },
        "world": held.world,
        "share": held.share,
        "sources": list(held.sources),
    }


def event_values(event: Event, names: dict[str, str]) -> Content:
    """An act as JSON types, its actors by their names."""
    return {
        "event_id": event.event_id,
        "date": event.event_date.isoformat(),
        "precision": event.date_precision,
        "known": event.known_date.isoformat(),
        "standing": event.standing,
        "kind": event.kind,
        "actors": [names.get(code, code) for code in event.actors],
        "summary": event.summary,
        "brief": shorten(event.summary, BRIEF, placeholder=" ..."),
        "confidence": event.confidence,
        "sources": list(event.sources),
    }


EVIDENCE: Final[dict[str, Callable[[Material], Any]]] = {
    "stockpiles": stockpile_values,
    "n_acts": number_of_acts,
    "n_unconfirmed_acts": number_unconfirmed,
    "timeline": timeline,
    "calendar": appointments,
    "precedents": precedents,
    "sources": sources,
}
