"""A news text from a file: bounded, plain, in English; else one clear sentence."""

import re
from pathlib import Path

from forecasting.store.foreign import Foreign

MOST_BYTES = 200_000
TEXT = Foreign("a news text", "save the article's words as a plain text file and name that", MOST_BYTES)
_MARKUP = re.compile(r"<(?:!doctype|html|head|body|div|p|span|br|a|script|table)\b[^<>]{0,400}>", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_ENGLISH = frozenset((
    "the", "of", "and", "to", "in", "a", "is", "that", "it", "for", "on", "was", "with", "as", "by", "at", "from",
    "has", "have", "had", "be", "not", "are", "its", "said", "he", "they", "an", "this", "will", "would", "which",
    "but", "or", "were", "been", "their", "who",
))  # fmt: skip
LEAST_ENGLISH = 0.16
ENOUGH_WORDS = 12


def text_of(path: str | Path) -> str:
    """The text in a file.

    Parameters
    ----------
    path
        A regular file in UTF-8 with at most 200,000 bytes of plain English text.

    Raises
    ------
    ForeignFileError
        It is something else: too long, binary, marked up, empty, or in another language.
    """
    path = Path(path)
    content = TEXT.content(path)
    if b"\0" in content[:100_000]:
        raise TEXT.error(path, "a news text", "binary content")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TEXT.error(path, "text in UTF-8", f"byte 0x{error.object[error.start]:02x}") from None
    return checked(text, path)


def checked(text: str, place: object = "text") -> str:
    """The same text, if it is plain English; `place` names it in the message.

    Raises
    ------
    ForeignFileError
        As by `text_of`.

    Examples
    --------
    >>> checked("   ")
    Traceback (most recent call last):
    forecasting.store.errors.ForeignFileError: text: expected a news text, got no words; save the article's words as \
a plain text file and name that
    """
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        raise TEXT.error(str(place), f"at most {MOST_BYTES} bytes", "more")
    if sum(not (char.isprintable() or char in "\n\r\t\f") for char in text) > len(text) / 100:
        raise TEXT.error(str(place), "a news text", "binary content")
    if len(_MARKUP.findall(text[:20_000])) >= 3:
        raise TEXT.error(str(place), "plain text", "HTML")
    words = [word.lower() for word in _WORD.findall(text)]
    if not words:
        raise TEXT.error(str(place), "a news text", "no words")
    share = sum(word in _ENGLISH for word in words) / len(words)
    if len(words) >= ENOUGH_WORDS and share < LEAST_ENGLISH:
        raise TEXT.error(str(place), "a text in English", "one in another language, or no running text")
    return text
