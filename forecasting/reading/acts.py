"""Acts that the rules find in a sentence, with actor, target, day, form and standing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from forecasting.reading.actors import Mention, we
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
from forecasting.reading.tables import Rule, cue, rules

MOST_ACTS = 4
FARTHEST = 170
"""Characters between words and their day, a coarse day counted as 60 farther."""
NEEDS_ACTOR = ("subject", "speaker", "owner", "object", "place", "leader", "quoted")
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
    actors, targets = _sides(rule, sentence, span, mentions, quoted)
    if rule.direction in NEEDS_ACTOR and not actors:
        return None
    codes = _codes(actors)
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
    target = tuple(code for code in _codes(targets) if code not in codes)
    return Act(rule, kind, codes, target, told, form, standing, told_as_past(sentence, start))


def _kind(rule: Rule, actors: Sequence[Mention]) -> str:
    leads = bool(actors) and actors[0].role == "leader"
    if rule.name == "visit" and not (actors and actors[0].role == "leader"):
        return "talks_round"
    if rule.name in ("met", "call") and actors and all(actor.role == "leader" for actor in actors):
        return "summit"
    if rule.name == "endorse-1" and len(_codes(actors)) > 1:
        return "agreed_statement"
    signals = {"official_signal_positive": "leader_endorsement", "official_signal_negative": "leader_rejection"}
    return signals.get(rule.kind, rule.kind) if leads else rule.kind


def _codes(mentions: Sequence[Mention]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code for mention in mentions for code in mention.codes))


def _sides(
    rule: Rule, sentence: str, span: tuple[int, int], mentions: Sequence[Mention], quoted: bool
) -> tuple[list[Mention], list[Mention]]:
    start, end = span
    acting = [mention for mention in mentions if not mention.place]
    before = [mention for mention in acting if mention.start <= start]
    inside = [mention for mention in acting if start < mention.start < end]
    after = [mention for mention in acting if mention.start >= end]
    places = [mention for mention in mentions if mention.place and mention.role == "state"]
    if rule.direction == "none":
        return [], []
    if rule.direction == "joint":
        return _together(sentence, start, before, inside, after), []
    if rule.direction == "place":
        return (before[-1:] or inside[:1] or after[:1] or [m for m in mentions if m.role == "state"][:1]), []
    if rule.direction == "leader":
        return [mention for mention in before[-1:] if mention.role == "leader"], []
    if rule.direction == "object":
        return after[:1], []
    if rule.direction == "quoted" and not quoted:
        return [], []
    if rule.direction in ("speaker", "quoted"):
        speaker = _speaker(sentence, span, acting, quoted)
        if speaker is not None:
            return [speaker], [mention for mention in inside + after + before if mention is not speaker][:1]
    if rule.direction == "quoted":
        return [], []
    by = re.match(r"[^,;]{0,60}?\bby\s+(?:the\s+)?$", sentence[end : after[0].start]) if after else None
    if by:
        return after[:1], before[-1:]
    nearest = _subject(sentence, start, before)
    if nearest:
        rest = [mention for mention in inside + after if mention.codes != nearest[0].codes]
        return nearest, rest[:1] or [m for m in places if m.start > start][:1]
    after_said = [mention for mention in after if cue("say").search(sentence[end : mention.end + 40])]
    return after_said[:1], []


def _subject(sentence: str, start: int, before: Sequence[Mention]) -> list[Mention]:
    """The nearest actor before a place, in its clause if there is one; the first of the clause before a preposition."""
    before = [mention for mention in before if mention.role != "adjective"]
    asides = [match.span() for match in cue("aside").finditer(sentence, 0, start)]
    before = [one for one in before if not any(first <= one.start < last for first, last in asides)] or before
    own = [mention for mention in before if mention.start >= clause_start(sentence, start)]
    candidates = own or before
    owners = [mention for mention in candidates if re.match(r"['’]s?\s+(?:\w+\s+)?$", sentence[mention.end : start])]
    free = owners or [
        mention
        for mention in candidates
        if not re.search(
            r"\b(?:with|against|to|on|of|for|by|than|about|towards?)\s+(?:the\s+)?(?:\w+\s+)?$",
            sentence[: mention.start],
        )
    ]
    return (free or candidates)[-1:]


def _together(
    sentence: str, start: int, before: Sequence[Mention], inside: Sequence[Mention], after: Sequence[Mention]
) -> list[Mention]:
    own = [mention for mention in before if mention.start >= clause_start(sentence, start)] or list(before[-1:])
    group = own + list(inside)
    partner = [
        mention
        for mention in after
        if re.search(
            r"\b(?:with|between|of|and|among)\s+(?:the\s+)?(?:\S+\s+){0,3}?$|^\s*$", sentence[start : mention.start]
        )
        or mention.start - start < 25
    ]
    group += partner[:1] if len(_codes(group)) < 2 or not group else []
    return group or list(after[:1])


def _speaker(sentence: str, span: tuple[int, int], acting: Sequence[Mention], quoted: bool) -> Mention | None:
    """Who says it: the actor beside a verb of saying; with *we* in the words found, also one that follows."""
    start, end = span
    asides = [match.span() for match in cue("aside").finditer(sentence)]
    acting = [one for one in acting if not any(first <= one.start < last < start for first, last in asides)] or acting
    best: tuple[int, Mention] | None = None
    for say in cue("say").finditer(sentence):
        for mention in acting:
            if mention.end <= say.start() and say.start() - mention.end < 70:
                distance = say.start() - mention.end
            elif mention.start >= say.end() and mention.start - say.end() < 4 and quoted:
                distance = mention.start - say.end()
            else:
                continue
            distance += 0 if mention.end <= start or quoted or we(sentence, 0, end) else 60
            if best is None or distance < best[0]:
                best = (distance, mention)
    return best[1] if best else None


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
    """How far a day stands from the words found; a coarse one counts as farther, one that names a text farther still."""
    apart = told.at - end if told.at >= end else max(start - told.at, 0)
    coarse = 0 if told.precision == "day" else 60
    names_a_text = 200 if re.search(r"\bthe\s+$", sentence[: told.at]) and told.precision == "day" else 0
    return apart + coarse + names_a_text
