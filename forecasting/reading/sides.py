"""Who acts and who is acted upon: the actors named around the words that a rule found."""

import re
from collections.abc import Sequence

from forecasting.reading.actors import Mention, we
from forecasting.reading.cues import clause_start
from forecasting.reading.tables import Rule, cue


def codes_of(mentions: Sequence[Mention]) -> tuple[str, ...]:
    """Codes of several mentions, each once."""
    return tuple(dict.fromkeys(code for mention in mentions for code in mention.codes))


def sides(
    rule: Rule, sentence: str, span: tuple[int, int], mentions: Sequence[Mention], quoted: bool
) -> tuple[list[Mention], list[Mention]]:
    """The mentions of who acts and of who is acted upon, by the direction of a rule.

    Parameters
    ----------
    rule
        The rule.
    sentence
        The sentence, as `plain` gives it.
    span
        Where the words found stand.
    mentions
        The actors named.
    quoted
        The sentence has quotation marks.
    """
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
    group += partner[:1] if len(codes_of(group)) < 2 or not group else []
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
