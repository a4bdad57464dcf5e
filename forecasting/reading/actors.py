"""Who is named in a sentence: parties by name, people, capital, office or leader of the day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from forecasting.reading.tables import any_name, names

PLACES = ("state", "capital")
_AT = re.compile(r"\b(?:in|at|near|from|outside|over|around|across|into|between the lines)\s+(?:the\s+)?$", re.IGNORECASE)
_TOWARDS = re.compile(r"\b(?:to|for|of|by)\s+$", re.IGNORECASE)
_BETWEEN = re.compile(r"^(?:'s|’s)?(?:\s*,\s*(?:and\s+)?|\s+(?:and|with|or)\s+|\s*[-–/&]\s*)(?:the\s+)?$", re.IGNORECASE)
_TITLED = re.compile(r"^\s+(?:\w+\s+){0,3}$")
_PRONOUN = re.compile(r"(?:^|[“\"‘`]+|,\s)(?:but |and |earlier,? |later,? )?(it|he|she|they|the president|the ministry|the statement|the prime minister)\b", re.IGNORECASE)
_PAIR = re.compile(r"\b(both (?:sides|countries|governments|nations|parties)|(?:the )?two (?:sides|countries|governments|nations|leaders|presidents)|the (?:parties|sides|negotiators|delegations|two)|each other)\b", re.IGNORECASE)
_LEADER = re.compile(r"^(?:['’]s)?\s+(?:supreme )?(?:president|prime minister|leader|chancellor|premier)\b(?!ial| of the (?:senate|parliament))", re.IGNORECASE)
_WE = re.compile(r"\b(we|our)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Mention:
    """Actors named together at one place of a sentence.

    Attributes
    ----------
    codes : tuple of str
        Codes of the record's parties.
    role : str
        As in `actors.csv`: `state`, `people`, `capital`, `voice`, `house`, `leader`, `official`, `body` and so on.
    start, end : int
        Where in the sentence.
    place : bool
        A place where something happens, rather than somebody who acts.
    """

    codes: tuple[str, ...]
    role: str
    start: int
    end: int
    place: bool = False


@dataclass
class Thread:
    """Who was spoken of before: what *it*, *both sides* and *the president* stand for in the next sentence."""

    last: tuple[str, ...] = ()
    role: str = ""
    pair: tuple[str, ...] = ()
    korean: bool = False
    fixed: bool = False

    def heard(self, mentions: Sequence[Mention]) -> None:
        """Go on to the next sentence."""
        acting = [mention for mention in mentions if not mention.place]
        if acting:
            self.last, self.role = acting[0].codes, acting[0].role
        for mention in acting:
            if len(mention.codes) > 1 and not self.fixed:
                self.pair = mention.codes


def mentions_of(sentence: str, day: date, thread: Thread) -> list[Mention]:
    """Every mention of an actor in a sentence, those named in one breath together.

    Parameters
    ----------
    sentence
        One sentence.
    day
        The day of the text, which says who holds an office.
    thread
        Who was spoken of before.

    Examples
    --------
    >>> found = mentions_of("U.S. and Russian envoys met in Geneva.", date(2026, 2, 23), Thread())
    >>> [(mention.codes, mention.place) for mention in found]
    [(('USA', 'RUS'), False)]
    """
    found: list[Mention] = []
    for match in any_name().finditer(sentence):
        if match.group() in ("the North", "the South") and not thread.korean:
            continue
        actors = [name for name in names()[match.group()] if name.since <= day <= name.until] or [
            name for name in names()[match.group()] if name.since <= day and name.role in ("leader", "official")
        ]
        if not actors:
            continue
        actor, before = actors[-1], sentence[: match.start()]
        place = actor.role in PLACES and bool(_AT.search(before)) and not re.match(r"['’]s\b", sentence[match.end() :])
        place |= actor.role == "capital" and bool(_TOWARDS.search(before))
        role = "leader" if actor.role in ("state", "people") and _LEADER.match(sentence[match.end() :]) else actor.role
        found.append(Mention(actor.codes, role, match.start(), match.end(), place))
    found += _implied(sentence, found, thread)
    return _joined(sentence, sorted(found, key=lambda mention: mention.start))


def _implied(sentence: str, found: Sequence[Mention], thread: Thread) -> list[Mention]:
    implied = []
    if thread.pair:
        implied += [Mention(thread.pair, "pair", match.start(), match.end()) for match in _PAIR.finditer(sentence)]
    if thread.last and (match := _PRONOUN.search(sentence)) and not any(one.start <= match.start(1) for one in found if not one.place):
        role = thread.role if match.group(1).lower() in ("he", "she", "the president", "it") else "state"
        implied.append(Mention(thread.last, role, match.start(1), match.end(1)))
    return implied


def _joined(sentence: str, mentions: list[Mention]) -> list[Mention]:
    joined: list[Mention] = []
    for mention in mentions:
        before = joined[-1] if joined else None
        between = sentence[before.end : mention.start] if before else ""
        if before and _TITLED.match(between) and before.codes == mention.codes and not before.place:
            # "Russian President Vladimir Putin", "Kremlin spokesperson Peskov": one actor, in the later role
            joined[-1] = replace(mention, start=before.start, place=False)
        elif before and _BETWEEN.match(between) and before.place == mention.place and mention.role != "leader" == before.role:
            joined[-1] = replace(before, codes=_union(before.codes, mention.codes), end=mention.end)
        elif before and _BETWEEN.match(between) and before.place == mention.place:
            role = before.role if before.role == mention.role else "state"
            joined[-1] = replace(before, codes=_union(before.codes, mention.codes), end=mention.end, role=role)
        else:
            joined.append(mention)
    return joined


def _union(first: tuple[str, ...], second: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(first + second))


def we(sentence: str, start: int, end: int) -> bool:
    """True if *we* or *our* stands between two places of a sentence."""
    return bool(_WE.search(sentence[start:end]))


def codes_on(codes: Sequence[str], day: date, years: Mapping[str, tuple[date, date, str]]) -> tuple[str, ...]:
    """Codes as of a day: that of the state before, where the day lies in its years.

    Parameters
    ----------
    codes
        Codes of parties.
    day
        The day of the act.
    years
        First day, last day and successor of each code.

    Examples
    --------
    >>> codes_on(("RUS",), date(1986, 5, 27), {"SUN": (date(1922, 12, 30), date(1991, 12, 26), "RUS")})
    ('SUN',)
    """
    changed = []
    for code in codes:
        before = [old for old, (first, last, heir) in years.items() if heir == code and first <= day < last]
        after = [heir for old, (_, last, heir) in years.items() if old == code and day >= last and heir]
        changed.append((before or after or [code])[0])
    return tuple(dict.fromkeys(changed))
