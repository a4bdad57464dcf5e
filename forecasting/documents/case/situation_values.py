"""Where a case stands on the day, as plain values: charges, offers, signals, verification, contacts and linkage.

Only confirmed acts answer a charge or an offer here; acts that are reported or disputed are listed with their standing.
The registered hazard model reads every act alike, so that a driver of its number can differ from these values.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any, Final

from forecasting.documents.case.material import Material
from forecasting.documents.values import Content
from forecasting.features import FEATURES
from forecasting.features.climate import CONTACT, CONTACT_CUT, LINKAGE, LINKAGE_LIFE
from forecasting.features.tempo import (
    ACCUSATION_LIFE,
    ACCUSED,
    ANSWERS,
    BALANCE_MONTHS,
    FAVOURABLE,
    INSPECTIONS_ENDED,
    LEADERS,
    PROPOSAL_LIFE,
    PROPOSED,
    TALKS,
    TALKS_LIFE,
    UNFAVOURABLE,
)
from forecasting.record.cases import Event
from forecasting.record.facts import KIND_BY_CATEGORY, KINDS, Flags, kind_of
from forecasting.record.months import calendar_months, months_between
from forecasting.record.vocabulary import LADDERS

CONFIRMED: Final = "confirmed"


def ladders(found: Material) -> Content:
    """Known changes on both ladders, what each rests on, and the day until which somebody looked."""
    view = found.view
    events = {event.event_id: event for event in view.events}
    rows: dict[str, list[Content]] = {ladder: [] for ladder in LADDERS}
    for rung in view.rungs:
        acts = [events[one] for one in rung.events if one in events]
        sources = dict.fromkeys(source for act in acts for source in act.sources) or dict.fromkeys(rung.sources)
        rows[rung.ladder].append(
            {
                "date": rung.day.isoformat(),
                "level": rung.level,
                "status": rung.status,
                "evidence": rung.evidence,
                "confidence": rung.confidence,
                "unconfirmed": any(act.standing != CONFIRMED for act in acts),
                "sources": list(sources),
            }
        )
    return {"rows": rows, "until": min(view.as_of, view.looked_until).isoformat()}


def claims(found: Material) -> list[Content]:
    """Unconfirmed reports on which acts of the case rest, with their probability as of the day."""
    counts = Counter(event.claim_id for event in found.view.events if event.claim_id)
    about = found.history.claims.set_index("claim_id")["about"]
    return [
        {
            "claim_id": claim,
            "about": str(about[claim]),
            "what": first_sentence(str(about[claim])),
            "probability": found.view.claims[claim],
            "acts": n,
        }
        for claim, n in counts.items()
    ]


def first_sentence(words: str) -> str:
    """What a claim says, without the grounds of its probability.

    >>> first_sentence("That they met. One outlet.")
    'That they met.'
    """
    return words.partition(". ")[0].rstrip(".") + "."


def charges(found: Material) -> list[Content]:
    """Charges of violation in the last 36 months, each with the confirmed act that is coded as its answer, if any."""
    events, names = found.view.events, _names(found)
    cleared = {charge: event.event_id for event in events if event.standing == CONFIRMED for charge in event.clears}
    return [
        _told(event, names)
        | {"months": calendar_months(event.event_date, found.view.as_of), "answered_by": cleared.get(event.event_id)}
        for event in _recent(_of(events, ACCUSED), found.view.as_of, ACCUSATION_LIFE)
    ]


def open_offers(found: Material) -> list[Content]:
    """Proposals of the last 36 months without a formal answer by another party, with their age in months.

    A leader's word to the press is not a formal answer; talks, a text or a moratorium are, once confirmed.
    """
    names = _names(found)
    answers = [event for event in _of(found.view.events, ANSWERS & ~LEADERS) if event.standing == CONFIRMED]
    offers = (event for event in found.view.events if event.kind == KINDS[PROPOSED])
    return [
        _told(offer, names) | {"months": calendar_months(offer.event_date, found.view.as_of)}
        for offer in _recent(offers, found.view.as_of, PROPOSAL_LIFE)
        if not any(
            answer.event_date >= offer.event_date and set(answer.actors) - set(offer.actors) for answer in answers
        )
    ]


def talks(found: Material) -> list[Content]:
    """Talks of the last 12 months, with their standing."""
    return _listed(found, TALKS, TALKS_LIFE)


def signals(found: Material) -> list[Content]:
    """Confirmed words of leaders and officials for and against, by party, in the last 24 months."""
    names, recent = _names(found), list(_recent(found.view.events, found.view.as_of, BALANCE_MONTHS))
    words = [event for event in recent if event.standing == CONFIRMED]
    return [
        {
            "party": names.get(party, party),
            "favourable": sum(party in event.actors for event in _of(words, FAVOURABLE)),
            "unfavourable": sum(party in event.actors for event in _of(words, UNFAVOURABLE)),
        }
        for party in found.view.parties
    ]


def verification(found: Material) -> Content:
    """Verification at work at the start, and the acts by which inspections or exchanges stopped."""
    return {"at_start": found.view.start["verification"], "stopped": _listed(found, INSPECTIONS_ENDED)}


def military_contact(found: Material) -> Content:
    """Whether the armed forces are in contact (see `features.climate.military_contact`), and its last acts."""
    dossier = found.index.dossier(found.case_id, found.history.as_of)
    acts = _listed(found, CONTACT | CONTACT_CUT)
    return {"present": bool(FEATURES["military_contact"].measure(dossier)), "acts": acts[-2:]}


def linkage(found: Material) -> list[Content]:
    """Acts of the last 24 months that tied the case to another dossier."""
    return _listed(found, LINKAGE, LINKAGE_LIFE)


def _names(found: Material) -> dict[str, str]:
    return {str(code): str(name) for code, name in found.history.parties.set_index("code")["name"].items()}


def _of(events: Iterable[Event], kinds: Flags) -> Iterator[Event]:
    """Acts of these kinds; the PLOVER category is read only of a kind of which it decides whether it is among them."""
    named = {name for name, flag in zip(KINDS, kinds, strict=True) if flag}
    split = {kind for (kind, _), other in KIND_BY_CATEGORY.items() if (kind in named) != (other in named)}
    return (
        event for event in events if (kind_of(event.kind, event.plover) if event.kind in split else event.kind) in named
    )


def _recent(events: Iterable[Event], as_of: date, life: float) -> Iterator[Event]:
    return (event for event in events if months_between(event.event_date, as_of) <= life)


def _listed(found: Material, kinds: Flags, life: float | None = None) -> list[Content]:
    names, events = _names(found), _of(found.view.events, kinds)
    return [_told(event, names) for event in (events if life is None else _recent(events, found.view.as_of, life))]


def _told(event: Event, names: dict[str, str]) -> Content:
    return {
        "event_id": event.event_id,
        "date": event.event_date.isoformat(),
        "precision": event.date_precision,
        "by": [names.get(code, code) for code in event.actors],
        "kind": event.kind,
        "standing": event.standing,
        "sources": list(event.sources),
    }


SITUATION: Final[dict[str, Callable[[Material], Any]]] = {
    "ladders": ladders,
    "claims": claims,
    "talks": talks,
    "open_offers": open_offers,
    "charges": charges,
    "signals": signals,
    "verification": verification,
    "military_contact": military_contact,
    "linkage": linkage,
}
