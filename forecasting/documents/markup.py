"""The markup of our own words: **bold**, *emphasis*, `code`, line breaks and {slots}, read once for all forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

Kind = Literal["words", "slot", "code", "strong", "emphasis", "break"]
MARKS: Final = re.compile(
    r"`(?P<code>[^`]+)`|\*\*(?P<strong>.+?)\*\*|\*(?P<emphasis>[\w{].*?)\*|\{(?P<slot>\w+)\}|(?P<break>\n)"
)
SLOTS: Final = re.compile(r"\{(?P<slot>\w+)\}")


@dataclass(frozen=True)
class Span:
    """A run of words: `words` as they stand or the name of a slot; marked runs hold others `inside`."""

    kind: Kind
    words: str = ""
    inside: tuple["Span", ...] = ()


@lru_cache(maxsize=4096)
def spans(said: str) -> tuple[Span, ...]:
    """The runs of our own words, in order; in `code` only slots are read."""
    return tuple(_spans(said, MARKS))


def _spans(said: str, marks: re.Pattern[str]) -> Iterator[Span]:
    at = 0
    for found in marks.finditer(said):
        if found.start() > at:
            yield Span("words", said[at : found.start()])
        at = found.end()
        yield _span(found.lastgroup, found[found.lastgroup or 0])
    if at < len(said):
        yield Span("words", said[at:])


def _span(kind: str | None, words: str) -> Span:
    if kind == "slot":
        return Span("slot", words)
    if kind == "code":
        return Span("code", inside=tuple(_spans(words, SLOTS)))
    if kind == "strong":
        return Span("strong", inside=tuple(_spans(words, MARKS)))
    if kind == "emphasis":
        return Span("emphasis", inside=tuple(_spans(words, MARKS)))
    return Span("break")
