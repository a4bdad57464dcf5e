"""Acts that the rules find in a sentence, with actor, target, day, form and standing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecasting.reading.actors import Mention
from forecasting.reading.cues import (
    by_an_outsider,
    clause_end,
    clause_start,
    form_of,
    is_averted,
    is_conditional,
    looks_ahead,
    standing_of,
    told_as_past,
)
from forecasting.reading.days import Told, told_days
from forecasting.reading.sides import codes_of, sides
from forecasting.reading.tables import Rule, rules

MOST_ACTS = 4
FARTHEST = 170
"""Characters between words and their day, a coarse day counted as 60 farther."""
NEEDS_ACTOR = ("subject", "speaker", "place", "leader", "quoted")
JOINT_NEEDS_TWO = ("met", "visit", "crisis-1", "talks-round-4", "talks-round-7", "call", "talks-promised-2")
CALENDAR_KINDS = frozenset(
    [
        "talks_opened",
        "talks_round",
        "talks_resumed",
        "summit",
        "signature",
        "ratification_step",
        "entry_into_force",
        "extension",
        "inspection_or_data_exchange",
        "lapse",
        "agreed_statement",
        "military_dialogue",
        "calendar",
        "suspension",
        "test_or_deployment",
    ]
)
MEETINGS = ("summit", "talks_opened", "talks_resumed", "talks_round", "military_dialogue")


@dataclass(frozen=True)
class Act:
    """What one rule finds in one sentence.

    Attributes
    ----------
    rule : Rule
        The rule.
    kind : str
        The record's kind of event, or `calendar`.
    actor, target : tuple of str
        Codes of parties.
    told : Told or None
        The day the sentence tells for it; None if it tells none.
    form : str
        `act`, `hedged`, `denied` or `calendar`.
    standing : str
        `confirmed`, `reported` or `disputed`.
    looks_back : bool
        The sentence looks back, so that without a day of its own the act has none.
    """

    rule: Rule
    kind: str
    actor: tuple[str, ...]
    target: tuple[str, ...]
    told: Told | None
    form: str
    standing: str
    looks_back: bool


def acts_of(sentence: str, mentions: Sequence[Mention], dateline: date, quoted: bool = False) -> list[Act]:
    """The acts in a sentence, at most four, in the order of the rules.

    Parameters
    ----------
    sentence
        One sentence.
    mentions
        The actors it names.
    dateline
        The day of its text.
    quoted
        It has quotation marks, which `plain` takes away.
    """
    found: list[Act] = []
    taken: list[tuple[int, int]] = []
    for rule in rules():
        match = rule.found.search(sentence)
        if match is None or any(match.start() < end and start < match.end() for start, end in taken):
            continue
        act = _act(rule, sentence, match.span(), mentions, dateline, quoted)
        if act is not None and not any(_repeats(act, other) for other in found):
            found.append(act)
            taken.append(match.span())
        if len(found) == MOST_ACTS:
            break
    return [
        act
        for act in found
        if act.kind != "calendar" or not any(one.form == "calendar" for one in found if one is not act)
    ]


def _lies_ahead(told: Told, dateline: date) -> bool:
    """True if a day, or the whole of a month or year, is still to come."""
    if told.precision == "day":
        return told.day > dateline
    parts = ("year",) if told.precision == "year" else ("year", "month")
    return [getattr(told.day, part) for part in parts] > [getattr(dateline, part) for part in parts]


def _repeats(act: Act, other: Act) -> bool:
    """The same kind and actors again, or the round of talks that a meeting already told of is."""
    met = act.kind == "talks_round" and other.kind in MEETINGS and (not act.told or act.told == other.told)
    return (act.kind == other.kind or met) and (act.actor == other.actor or met)


def _act(
    rule: Rule, sentence: str, span: tuple[int, int], mentions: Sequence[Mention], dateline: date, quoted: bool
) -> Act | None:
    start, end = span
    form = form_of(sentence, start, end, rule.standing, rule.negative)
    actors, targets = sides(rule, sentence, span, mentions, quoted)
    if rule.direction in NEEDS_ACTOR and not actors:
        return None
    codes = codes_of(actors)
    if rule.name in JOINT_NEEDS_TWO and len(codes) < 2:
        return None
    if (
        rule.direction == "joint"
        and not codes
        and rule.kind in ("signature", "summit", "talks_round", "extension", "talks_opened")
    ):
        return None
    kind = _kind(rule, actors)
    if is_conditional(sentence, start) or (kind == "crisis_or_conflict" and is_averted(sentence, start)):
        return None
    if kind.startswith(("official_", "leader_", "proposal")) and by_an_outsider(sentence, start):
        return None
    if form != "act" and rule.name in ("plus", "minus"):
        return None
    if form == "calendar" and kind not in CALENDAR_KINDS:
        form = "hedged" if kind != "proposal" else "act"
    if form == "act" and kind == "summit" and looks_ahead(sentence, start):
        form = "calendar"
    told = _told(sentence, span, dateline, form == "calendar")
    if form == "calendar" and told is not None and told.day <= dateline:
        form = "act"
    if form in ("act", "hedged") and told is not None and _lies_ahead(told, dateline):
        form = "calendar" if kind in CALENDAR_KINDS else "hedged"
    standing = standing_of(sentence)
    target = tuple(code for code in codes_of(targets) if code not in codes)
    return Act(rule, kind, codes, target, told, form, standing, told_as_past(sentence, start))


def _kind(rule: Rule, actors: Sequence[Mention]) -> str:
    leads = bool(actors) and actors[0].role == "leader"
    if rule.name == "visit" and not (actors and actors[0].role == "leader"):
        return "talks_round"
    if rule.name in ("met", "call") and actors and all(actor.role == "leader" for actor in actors):
        return "summit"
    if rule.name == "endorse-1" and len(codes_of(actors)) > 1:
        return "agreed_statement"
    signals = {"official_signal_positive": "leader_endorsement", "official_signal_negative": "leader_rejection"}
    return signals.get(rule.kind, rule.kind) if leads else rule.kind


def _told(sentence: str, span: tuple[int, int], dateline: date, ahead: bool) -> Told | None:
    days = told_days(sentence, dateline, ahead)
    if not days:
        return None
    start, end = span
    first, last = clause_start(sentence, start), clause_end(sentence, end)
    if not ahead:
        days = [told for told in days if told.day <= dateline] or days
    own = [told for told in days if first <= told.at < last]
    own = [told for told in own if _distance(told, sentence, start, end) <= FARTHEST] if len(days) > 1 else own
    if own:
        return min(own, key=lambda told: _distance(told, sentence, start, end))
    # a day of another clause is the day of saying, unless the words look back from it
    return None if told_as_past(sentence, start) else days[-1 if days[-1].at < first else 0]


def _distance(told: Told, sentence: str, start: int, end: int) -> int:
    """How far a day stands from the words found; farther for a coarse one, farther still for one that names a text."""
    apart = told.at - end if told.at >= end else max(start - told.at, 0)
    coarse = 0 if told.precision == "day" else 60
    names_a_text = 200 if re.search(r"\bthe\s+$", sentence[: told.at]) and told.precision == "day" else 0
    return apart + coarse + names_a_text
