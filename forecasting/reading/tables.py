"""The reader's tables: rules, words and actors, which are CSV files beside this module."""

import csv
import re
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
GAP = r"(?:[^\s;]+\s+){0,10}?"
_MEANT = (
    (" ... ", "\0"), (" ...", "\0"), (" ?", r"\s?"), (" ", r"\s+"), (r"\w+\s+", r"[\w'’.-]+\s+"), ("\0", rf"\s+{GAP}"),
)  # fmt: skip
NOUNS = ("tested", "launched", "attacked", "raided", "bombed", "shelled", "ended", "visited", "protested", "concerned")
"""Past tenses whose present is more often a noun: *missile tests*, *attacks*."""
IRREGULAR = {
    "met": "meets", "broke": "breaks", "withdrew": "withdraws", "left": "leaves", "shot": "shoots", "fought": "fights",
    "held": "holds", "began": "begins", "put": "puts", "gave": "gives", "sent": "sends", "cut": "cuts",
    "spoke": "speaks", "came": "comes", "went": "goes", "took": "takes", "froze": "freezes", "tore": "tears",
    "ran": "runs", "sank": "sinks", "won": "wins", "drew": "draws", "stood": "stands", "became": "becomes",
    "made": "makes",
}  # fmt: skip
_PAST = re.compile(rf"(?<![\\\w])(?:[a-z-]{{2,}}ed|{'|'.join(IRREGULAR)})\b(?![+*?\\])")
FORMS = ("", "hedged", "denied", "calendar", "commits")
DIRECTIONS = ("subject", "joint", "speaker", "place", "leader", "quoted", "earlier", "none")


_NEGATIVE = re.compile(r"\b(?:no|not|never|unable|fail\w*|without|refus\w*|declin\w*|barred|cease)\b")


@dataclass(frozen=True)
class Rule:
    """One row of `rules.csv`.

    Attributes
    ----------
    name, kind, plover, note : str
        Columns of the table; `kind` is one of the record's kinds of event, or `calendar`.
    found : re.Pattern
        The pattern, compiled.
    standing : str
        What the words themselves say: `hedged`, `denied` or `calendar`; `commits` where *will* is the act itself.
    direction : str
        Where the actors stand: see `DIRECTIONS` and the documentation.
    negative : bool
        The pattern contains a negation, which then says nothing against the act.
    """

    name: str
    found: re.Pattern[str]
    kind: str
    plover: str
    standing: str
    direction: str
    note: str
    negative: bool


@dataclass(frozen=True)
class Name:
    """Names of one actor within its years: a row of `actors.csv`."""

    codes: tuple[str, ...]
    role: str
    since: date
    until: date


def rows(table: str) -> list[dict[str, str]]:
    """Rows of one of the reader's tables, as text."""
    with (HERE / table).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def compiled(pattern: str, words: dict[str, str]) -> re.Pattern[str]:
    """A pattern of `rules.csv` as a regular expression.

    Parameters
    ----------
    pattern
        A regular expression in which `{NAME}` stands for a row of `words.csv`, ` ... ` for up to ten words, and a
        space for any white space.
    words
        The rows of `words.csv`, by name.

    Examples
    --------
    >>> bool(compiled("signed ... {PACT}", {"PACT": "treaty|accord"}).search("It signed a new treaty."))
    True
    """
    filled = re.sub(r"\{([A-Z]+)\}", lambda match: f"(?:{words[match.group(1)]})", pattern)
    tensed = _PAST.sub(_both_tenses, filled)
    gapped = (
        tensed.replace(" ... ", "\0")
        .replace(" ...", "\0")
        .replace(" ?", r"\s?")
        .replace(" ", r"\s+")
        .replace(r"\w+\s+", r"[\w'’.-]+\s+")
        .replace("\0", rf"\s+{GAP}")
    )
    return re.compile(rf"(?<![\w-]){gapped if gapped.startswith('^') else f'(?:{gapped})'}(?!\w)", re.IGNORECASE)


def _both_tenses(match: re.Match[str]) -> str:
    """A past tense with the present tense of headlines; what is no word (`signes`) does no harm."""
    word = match.group()
    if word in IRREGULAR:
        return f"(?:{word}|{IRREGULAR[word]})"
    if not word.endswith("ed") or word in NOUNS:
        return word
    stem = word[:-2]
    single = f"|{stem[:-1]}s" if len(stem) > 3 and stem[-1] == stem[-2] else ""
    return f"(?:{word}|{stem[:-1]}ies)" if stem.endswith("i") else f"(?:{word}|{stem}s|{stem}es{single})"


@cache
def rules() -> tuple[Rule, ...]:
    """The rules, in their order: of two that find overlapping words, the first counts."""
    words = {row["name"]: row["pattern"] for row in rows("words.csv")}
    return tuple(
        Rule(
            row["rule"],
            compiled(row["pattern"], words),
            row["kind"],
            row["plover"],
            row["standing"],
            row["direction"],
            row["note"],
            row["plover"] == "REJECT" or bool(_NEGATIVE.search(row["pattern"])),
        )
        for row in rows("rules.csv")
    )


@cache
def _cues() -> dict[str, re.Pattern[str]]:
    return {
        row["cue"]: re.compile(row["pattern"], 0 if row["capitals_count"] else re.IGNORECASE)
        for row in rows("cues.csv")
    }


def cue(name: str) -> re.Pattern[str]:
    """The pattern of a row of `cues.csv`: words that say whether something happened, and on whose word.

    Examples
    --------
    >>> bool(cue("negation").search("They have not agreed."))
    True
    """
    return _cues()[name]


@cache
def names() -> dict[str, tuple[Name, ...]]:
    """Each name of `actors.csv` with the actors that bore it, and when."""
    found: dict[str, list[Name]] = {}
    for row in rows("actors.csv"):
        since = date.fromisoformat(row["since"]) if row["since"] else date.min
        until = date.fromisoformat(row["until"]) if row["until"] else date.max
        for name in row["names"].split(";"):
            found.setdefault(name, []).append(Name(tuple(row["code"].split(";")), row["role"], since, until))
    return {name: tuple(actors) for name, actors in found.items()}


@cache
def any_name() -> re.Pattern[str]:
    """A pattern that finds every name of an actor, the longest first."""
    longest = sorted(names(), key=len, reverse=True)
    return re.compile(
        rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?!\w)|(?<=-)(?:{'|'.join(map(re.escape, longest))})(?!\w)"
    )
