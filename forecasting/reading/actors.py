"""Who is named in a sentence: parties by name, people, capital, office or leader of the day."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from forecasting.reading.tables import any_name, cue, names

PLACES = ("state", "capital")
_TOWARDS = re.compile(r"\b(?:to|for|of|by)\s+$", re.IGNORECASE)
_TITLED = re.compile(r"^\s+(?:\w+\s+){0,3}$")
_SIDES = "sides|countries|governments|nations|parties|leaders|presidents|ministers|foreign ministers|participants|"
_SIDES += "delegations|negotiators|states|allies"
_PAIR = re.compile(
    rf"\b((?:both|(?:the |all )?(?:two|three|four|five|six)|all) (?:{_SIDES})|the (?:{_SIDES}|two)|each other|"
    r"(?<=^)they|(?<=\s)they)\b",
    re.IGNORECASE,
)
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
    people: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

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
        if cue("sponsor").match(sentence[match.end() :]):
            continue
        actors = [name for name in names()[match.group()] if name.since <= day <= name.until] or [
            name for name in names()[match.group()] if name.since <= day and name.role in ("leader", "official")
        ]
        if not actors:
            continue
        actor, before = actors[-1], sentence[: match.start()]
        place = (
            actor.role in PLACES
            and bool(cue("at").search(before))
            and not re.match(r"['’]s\b", sentence[match.end() :])
        )
        place |= actor.role == "capital" and bool(_TOWARDS.search(before))
        place |= actor.role == "people" and bool(cue("town").match(sentence[match.end() :]))
        role = (
            "leader"
            if actor.role in ("state", "people") and cue("leader").match(sentence[match.end() :])
            else actor.role
        )
        found.append(Mention(actor.codes, role, match.start(), match.end(), place))
    _learn(sentence, found, thread)
    found += _known(sentence, found, thread)
    found += _implied(sentence, found, thread)
    return _joined(sentence, sorted(found, key=lambda mention: mention.start))


_NAME = r"(?:[A-Z][\w'’-]+\s+|[A-Z]\.\s*){1,3}(?P<surname>[A-Z][a-z’'-]{2,}[\w-]*)"
_OFFICES = (
    "president|prime minister|premier|chancellor|supreme leader|leader|foreign minister|defen[cs]e minister|minister|"
    "foreign secretary|secretary|negotiator|"
    "envoy|ambassador|spokes(?:man|woman|person)|official|delegate|director|representative|aide|adviser|advisor|chief|head|general|marshal|admiral|king|"
    "commissioner|diplomat|chairman|security chief|delegation"
)
_TITLE_NAME = re.compile(rf"^(?:['’]s)?\s+(?:[\w.'’-]+\s+){{0,4}}?(?P<title>(?i:{_OFFICES})),?\s+{_NAME}")
_NAME_TITLE = re.compile(rf"(?:^|[\s“\"—–-]){_NAME},\s+(?:the\s+)?$")
_TITLE_AFTER = re.compile(rf"^['’]s\s+(?:[\w'’-]+\s+){{0,3}}?(?P<title>(?i:{_OFFICES}))")
_AMERICAN = re.compile(rf"\b(?P<title>Secretary of (?:State|Defense)|Defense Secretary|Vice President)\s+{_NAME}")
_LEADS = re.compile(r"^(?:supreme leader|leader|president|prime minister|premier|chancellor|king)$", re.IGNORECASE)


def _learn(sentence: str, found: Sequence[Mention], thread: Thread) -> None:
    """Keep who is introduced by office and name, so that the surname alone is understood later in the text."""
    for mention in found:
        after = _TITLE_NAME.match(sentence[mention.end :])
        before = _NAME_TITLE.search(sentence[: mention.start]) if mention.role in PLACES else None
        title = _TITLE_AFTER.match(sentence[mention.end :]) if before else None
        for name, office in ((after, after), (before, title)):
            if name and office:
                role = "leader" if _LEADS.match(office.group("title")) else "official"
                thread.people.setdefault(name.group("surname"), (mention.codes, role))
    for match in _AMERICAN.finditer(sentence):
        thread.people.setdefault(match.group("surname"), (("USA",), "official"))


def _known(sentence: str, found: Sequence[Mention], thread: Thread) -> list[Mention]:
    known = []
    for surname, (codes, role) in thread.people.items():
        for match in re.finditer(rf"\b{re.escape(surname)}\b", sentence):
            if not any(one.start <= match.start() < one.end for one in found):
                known.append(Mention(codes, role, match.start(), match.end()))
    return known


def _implied(sentence: str, found: Sequence[Mention], thread: Thread) -> list[Mention]:
    implied = []
    if thread.pair:
        implied += [Mention(thread.pair, "pair", match.start(), match.end()) for match in _PAIR.finditer(sentence)]
    if (
        thread.last
        and (match := cue("pronoun").search(sentence))
        and not any(one.start <= match.start(1) for one in found if not one.place)
    ):
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
        elif (
            before
            and cue("between").match(between)
            and before.place == mention.place
            and mention.role != "leader" == before.role
        ):
            joined[-1] = replace(before, codes=_union(before.codes, mention.codes), end=mention.end)
        elif before and cue("between").match(between) and before.place == mention.place:
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
