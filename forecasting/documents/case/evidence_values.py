"""What is known of a case, as plain values: acts, appointments, precedents, stockpiles and sources."""

from forecasting.documents.values import Content
from forecasting.explain.precedents import Precedent, nearest_precedents
from forecasting.record.cases import Dossier, Event
from forecasting.record.history import History
from forecasting.record.series import stockpiles


def evidence_values(history: History, view: Dossier, target: str) -> Content:
    """The evidence of a case report as of the history's day; JSON types only."""
    names = history.parties.set_index("code")["name"].to_dict()
    return {
        "stockpiles": _stockpiles(history, view),
        "n_acts": len(view.events),
        "n_unconfirmed_acts": sum(event.standing != "confirmed" for event in view.events),
        "timeline": [_event(event, names) for event in view.events],
        "calendar": [
            {
                "announced": item.announced_date.isoformat(),
                "scheduled": item.scheduled_date.isoformat(),
                "what": item.what,
                "sources": list(item.sources),
            }
            for item in view.calendar
            if item.scheduled_date > history.as_of
        ],
        "precedents": [_precedent(found) for found in nearest_precedents(history, view, target=target)],
        "sources": _sources(history, view),
    }


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


def _event(event: Event, names: dict[str, str]) -> Content:
    return {
        "event_id": event.event_id,
        "date": event.event_date.isoformat(),
        "precision": event.date_precision,
        "known": event.known_date.isoformat(),
        "standing": event.standing,
        "kind": event.kind,
        "actors": [names.get(code, code) for code in event.actors],
        "summary": event.summary,
        "confidence": event.confidence,
        "sources": list(event.sources),
    }


def _sources(history: History, view: Dossier) -> list[Content]:
    """Every source that a visible fact cites, and the case's own sources published by the as-of day."""
    cited = {source for event in view.events for source in event.sources}
    cited |= {source for item in view.calendar for source in item.sources}
    own = history.case_sources.loc[history.case_sources["case_id"] == view.case_id, "source_id"]
    dated = history.sources[history.sources["published"].between("1", history.as_of.isoformat())]
    cited |= set(own) & set(dated["source_id"])
    held = _stockpiles(history, view)
    cited |= set(held["sources"]) if held else set()
    rows = history.sources[history.sources["source_id"].isin(cited)]
    day = history.as_of.isoformat()
    return [
        {
            "source_id": row.source_id,
            "title": row.title,
            "publisher": row.publisher,
            "url": row.url,
            "seen": row.seen == 1,
            "written_later": bool(row.published) and row.published > day[: len(row.published)],
        }
        for row in rows.itertuples()
    ]
