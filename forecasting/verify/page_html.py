"""A page as printed beside the page that the record gives: figures by their pointers, the rest byte by byte."""

import re
from html import unescape
from typing import Final

from forecasting.documents.difference import Difference
from forecasting.publish.rerun import TOP

FIGURE: Final = re.compile(
    r'(?P<tag><(?P<name>\w+)(?: [^<>]*)? data-at="(?P<pointer>[^"<>]*)">)'
    r"(?P<shown>[^<]*</(?P=name)>(?: <small>[^<]*</small>)?)"
)
HEADING: Final = re.compile(r"<h[1-3][^>]*>(.*?)</h[1-3]>", re.S)
TAG: Final = re.compile(r"<[^<>]*>")
BLANK: Final = "\0"
BEFORE, AFTER = 30, 50


def page_differences(said: str, found: str) -> list[Difference]:
    """Differences of a page from the one that the record gives.

    Parameters
    ----------
    said
        HTML of the page as printed.
    found
        HTML of the page derived again, in which every figure names its pointer (`data-at`).

    Returns
    -------
    list of Difference
        Every figure that is shown otherwise, with its interval; then the first byte that differs in the rest of the
        page, figures that are not the same ones or stand elsewhere included. Each names the heading above it. Empty
        only for the same page.
    """
    pages = [said, found]
    one, other = (list(FIGURE.finditer(page)) for page in pages)
    differences: list[Difference] = []
    if [figure["pointer"] for figure in one] == [figure["pointer"] for figure in other]:
        differences = [
            Difference(
                unescape(own["pointer"]), _place(found, own.start()), _words(printed["shown"]), _words(own["shown"])
            )
            for printed, own in zip(one, other, strict=True)
            if printed["shown"] != own["shown"]
        ]
        pages = [FIGURE.sub(rf"\g<tag>{BLANK}", page) for page in pages]
    if pages[0] != pages[1]:
        at = next((i for i, (a, b) in enumerate(zip(*pages, strict=False)) if a != b), min(map(len, pages)))
        around = (page[max(at - BEFORE, 0) : at + AFTER].replace(BLANK, "...") for page in pages)
        differences.append(Difference("", f"{_place(pages[1], at)}, beside its figures", *around))
    return differences


def _place(page: str, at: int) -> str:
    """The heading in which or below which a character of a page stands."""
    above = [heading[1] for heading in HEADING.finditer(page) if heading.start() <= at]
    return f"page, {_words(above[-1]) if above else TOP}"


def _words(html: str) -> str:
    return " ".join(unescape(TAG.sub("", html)).split())
