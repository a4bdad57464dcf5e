"""Sentences of a news text, in order; bullets, headings and the page's own furniture are told apart."""

import re
from importlib import import_module

from forecasting.store.errors import UsageError

LONGEST_LINE = 4_000
LONGEST_SENTENCE = 800
_BULLET = re.compile(r"^[\s•*·▪>–—-]+(?=[^\s•*·▪>–—-])")
_OPEN_END = re.compile(r"[\w,;:’'–—-]$")
_FURNITURE = re.compile(
    r"^(?:advertisement|share|- share via|get link|other apps|comments?|post a comment|sign up\b.*|more to read|see also|"
    r"photo:.*|post new comment|you may .*newsletters?.*|subscribe.*|read more.*|all rights reserved.*|click here.*|follow us.*)$",
    re.IGNORECASE,
)


def lines_of(text: str) -> list[str]:
    """Lines of a text without bullets and blank lines; a paragraph broken into short lines is joined again."""
    lines: list[str] = []
    ended = True
    for raw in text.splitlines():
        line = " ".join(_BULLET.sub("", raw).split())
        if not line or _FURNITURE.match(line):
            ended = True
            continue
        if not ended and line[0].islower() and len(lines[-1]) < LONGEST_LINE and _OPEN_END.search(lines[-1]):
            lines[-1] += f" {line}"
        else:
            lines.append(line)
        ended = False
    return lines


def sentences_of(text: str) -> list[str]:
    """The sentences of a text.

    Parameters
    ----------
    text
        A news text; a line ends a sentence unless the next one goes on with a small letter.

    Raises
    ------
    UsageError
        The optional dependency is not installed.

    Examples
    --------
    >>> sentences_of("- Gen. Lee met Sen. Nunn on Feb. 5. They agreed.")
    ['Gen. Lee met Sen. Nunn on Feb. 5.', 'They agreed.']
    """
    try:
        segment = import_module("sentencex").segment
    except ImportError:
        raise UsageError(
            "expected the library sentencex, which splits a text into sentences, got none; "
            "install it with: pip install 'forecasting[reading]'"
        ) from None
    found: list[str] = []
    for line in lines_of(text):
        # the splitter's time grows with the square of a line's quotation marks
        for start in range(0, len(line), LONGEST_LINE):
            parts = segment("en", line[start : start + LONGEST_LINE])
            found += [part.strip()[:LONGEST_SENTENCE] for part in parts if re.search(r"\w", part)]
    return found
