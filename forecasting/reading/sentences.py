"""Sentences of a news text, in order; bullets, headings and the page's own furniture are told apart."""

import re
from importlib import import_module

from forecasting.reading.tables import cue
from forecasting.store.errors import UsageError

LONGEST_LINE = 4_000
LONGEST_SENTENCE = 800
_BULLET = re.compile(r"^[\s•*·▪>–—-]+(?=[^\s•*·▪>–—-])")
_OPEN_END = re.compile(r"[\w,;:’'–—-]$")
_END = re.compile(r"[.!?)][”\"'’)]*$")


_QUOTES = re.compile(r"[“”\"]|``|''|(?<!\w)[‘'`]|[’'](?!\w)")
_SHORT = (
    (re.compile(r"\b(w)on['’]t\b", re.IGNORECASE), r"\1ill not"),
    (re.compile(r"\bcan['’]t\b", re.IGNORECASE), "cannot"),
    (re.compile(r"(?<=\w)n['’]t\b"), " not"),
    (re.compile(r"['’]ve\b"), " have"),
    (re.compile(r"’"), "'"),
)
_INSIDE = re.compile(r"(?<=[a-z]{3}[.!?])\s+(?=[A-Z“\"])")  # the splitter keeps a quotation of several sentences whole
_WRAPPED = (40, 90)


def plain(sentence: str) -> tuple[str, bool]:
    """A sentence without quotation marks and contractions, as the rules read it, and whether it had quotation marks.

    Examples
    --------
    >>> plain("“We won’t test,” he said.")
    ('We will not test, he said.', True)
    """
    quoted = bool(_QUOTES.search(sentence))
    words = _QUOTES.sub("", sentence)
    for found, instead in _SHORT:
        words = found.sub(instead, words)
    return " ".join(words.split()), quoted


def lines_of(text: str) -> list[str]:
    """Lines of a text without bullets and blank lines; a paragraph broken into short lines is joined again."""
    lines: list[str] = []
    ended = True
    text = "".join(char if char.isprintable() or char in "\n\r" else " " for char in text)
    lengths = [len(raw.strip()) for raw in text.splitlines() if raw.strip()]
    wrapped = len(lengths) > 5 and sum(_WRAPPED[0] <= one <= _WRAPPED[1] for one in lengths) > 0.6 * len(lengths)
    for raw in text.splitlines():
        line = " ".join(_BULLET.sub("", raw).split())
        if not line or cue("furniture").match(line):
            ended = True
            continue
        goes_on = not ended and len(lines[-1]) < LONGEST_LINE
        open_end = goes_on and (
            (line[0].islower() and _OPEN_END.search(lines[-1])) or (wrapped and not _END.search(lines[-1]))
        )
        if open_end:
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
            pieces = [piece for part in parts for piece in (_INSIDE.split(part) if _QUOTES.search(part) else [part])]
            found += [piece.strip()[:LONGEST_SENTENCE] for piece in pieces if re.search(r"\w", piece)]
    return found
