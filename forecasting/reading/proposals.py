"""Proposals: acts of a text told once, as rows in the columns of the record's tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from forecasting.record.vocabulary import PLOVER_BY_KIND

EVENT_COLUMNS = (
    "event_id", "case_id", "event_date", "date_precision", "known_date", "known_assumed", "known_late", "standing",
    "claim_id", "actor", "target", "kind", "clears", "plover", "summary", "source_id", "confidence", "is_ending",
    "added_for_ladder",
)  # fmt: skip
CALENDAR_COLUMNS = ("case_id", "announced_date", "scheduled_date", "what", "source_id")
LADDER_COLUMNS = (
    "case_id", "ladder", "date", "precision", "known_date", "level", "status", "events", "source_id", "evidence",
    "confidence",
)  # fmt: skip
MEETINGS = ("talks_opened", "talks_round", "talks_resumed", "summit", "military_dialogue")
SIGNALS = ("official_signal_positive", "official_signal_negative", "leader_endorsement", "leader_rejection", "proposal")
STANDING_ORDER = ("disputed", "reported", "confirmed")
FORM_ORDER = ("hedged", "act", "calendar", "denied")
"""Of several tellings the most careful one counts."""


@dataclass(frozen=True)
class Proposal:
    """One act that a text tells, to accept, edit or reject.

    Attributes
    ----------
    case_id : str
        The case it would be entered for.
    kind, plover : str
        The record's kind of event, or `calendar` for a day that is no act; the category of the event ontology.
    actor, target : tuple of str
        Codes of parties.
    day : date or None
        The day told, or that of the text if it tells none; None if the text looks back without a day.
    precision : str
        `day`, `month` or `year`.
    day_told : bool
        The text itself tells the day.
    standing : str
        `confirmed`, `reported` or `disputed`.
    form : str
        `act`; `hedged` (possible, near, meant); `denied` (it did not happen); `calendar` (a day to come).
    sentence : str
        The sentence it rests on.
    number : int
        The sentence's number in the text, from 1.
    also : tuple of int
        Numbers of further sentences that tell the same.
    known : date
        The day of the text.
    rule : str
        The rule that found it.
    in_record : str
        The event of the record that it may repeat, or empty.
    """

    case_id: str
    kind: str
    plover: str
    actor: tuple[str, ...]
    target: tuple[str, ...]
    day: date | None
    precision: str
    day_told: bool
    standing: str
    form: str
    sentence: str
    number: int
    also: tuple[int, ...]
    known: date
    rule: str
    in_record: str = ""

    @property
    def is_act(self) -> bool:
        """True if the text tells it as done: then alone it is offered ticked."""
        return self.form == "act" and self.day is not None and not self.in_record

    def as_dict(self) -> dict[str, Any]:
        """The proposal as plain values, for JSON."""
        plain = asdict(self) | {"actor": list(self.actor), "target": list(self.target), "also": list(self.also)}
        return plain | {"day": self.day and self.day.isoformat(), "known": self.known.isoformat()}

    def event_row(self, source_id: str = "", summary: str = "") -> dict[str, str]:
        """A row in the columns of the record's table of events; `event_id` is left to whoever adds it.

        A denied act is entered as disputed and a hedged one as reported, never as confirmed.
        """
        told = {"denied": "disputed", "hedged": self.standing if self.standing == "disputed" else "reported"}
        return dict.fromkeys(EVENT_COLUMNS, "") | {
            "case_id": self.case_id,
            "event_date": self.day.isoformat() if self.day else "",
            "date_precision": self.precision if self.day else "",
            "known_date": max(self.known, self.day).isoformat() if self.day else self.known.isoformat(),
            "known_assumed": "0",
            "known_late": "0",
            "standing": told.get(self.form, self.standing),
            "actor": ";".join(self.actor),
            "target": ";".join(self.target),
            "kind": self.kind,
            "plover": self.plover,
            "summary": summary or self.in_words(),
            "source_id": source_id,
            "confidence": "medium" if self.day_told and self.form == "act" else "low",
            "is_ending": "0",
            "added_for_ladder": "0",
        }

    def calendar_row(self, source_id: str = "", summary: str = "") -> dict[str, str]:
        """A row in the columns of the record's calendar, for a day to come."""
        return {
            "case_id": self.case_id,
            "announced_date": self.known.isoformat(),
            "scheduled_date": self.day.isoformat() if self.day else "",
            "what": summary or self.in_words(),
            "source_id": source_id,
        }

    def in_words(self) -> str:
        """One line in our own words, which names the act and no more; the analyst writes the summary."""
        who = " and ".join(self.actor) or "nobody named"
        towards = f" towards {' and '.join(self.target)}" if self.target else ""
        form = {"act": "", "hedged": ", not certain", "denied": ", said not to have happened", "calendar": ", to come"}
        return f"{self.kind.replace('_', ' ').capitalize()} by {who}{towards}{form[self.form]}."


def told_once(proposals: Sequence[Proposal]) -> list[Proposal]:
    """The proposals of a text, each act once, with the most careful standing and form in which it is told."""
    kept: list[Proposal] = []
    for proposal in proposals:
        place = next((at for at, other in enumerate(kept) if _same(proposal, other)), None)
        if place is None:
            kept.append(proposal)
            continue
        kept[place] = _merged(kept[place], proposal)
    return kept


def _same(one: Proposal, other: Proposal) -> bool:
    if one.kind != other.kind or not (set(one.actor) & set(other.actor) or not (one.actor and other.actor)):
        return False
    if one.form != other.form and (one.kind in MEETINGS or {one.form, other.form} != {"act", "hedged"}):
        return False
    if one.kind in SIGNALS and one.rule != other.rule and not (one.day_told and one.day == other.day):
        return False
    if one.day and other.day and one.day_told and other.day_told:
        return abs((one.day - other.day).days) <= 1
    return one.day_told == other.day_told or one.day == other.day or abs(one.number - other.number) <= 2


def _merged(first: Proposal, second: Proposal) -> Proposal:
    form = min((first.form, second.form), key=FORM_ORDER.index)
    best = min((first, second), key=lambda one: (not one.day_told, not one.actor, one.number))
    standing = min((first.standing, second.standing), key=STANDING_ORDER.index)
    numbers = sorted({first.number, *first.also, second.number, *second.also} - {best.number})
    actor = tuple(dict.fromkeys(first.actor + second.actor)) if best.actor else first.actor or second.actor
    return replace(
        best,
        form=form,
        standing=standing,
        also=tuple(numbers),
        actor=best.actor or actor,
        target=tuple(code for code in best.target or first.target if code not in (best.actor or actor)),
    )


def plover_of(kind: str, plover: str) -> str:
    """The category of the event ontology: that of the rule, else that of the kind."""
    return plover or PLOVER_BY_KIND.get(kind, "NONE")


def rows_of(proposals: Sequence[Proposal], source_id: str = "") -> Mapping[str, list[dict[str, str]]]:
    """Accepted proposals as rows of the record's tables, under the tables' names.

    Parameters
    ----------
    proposals
        Those that were accepted.
    source_id
        The row of `sources.csv` that names the text.
    """
    coming = [one for one in proposals if one.form == "calendar"]
    acts = [one for one in proposals if one.form != "calendar" and one.kind != "calendar"]
    return {
        "events": [one.event_row(source_id) for one in acts],
        "calendar": [one.calendar_row(source_id) for one in coming],
    }
