"""The visible text of a page, and the first word in which two pages differ."""

from html.parser import HTMLParser

from forecasting.documents.difference import Difference

HEADS = ("h1", "h2", "h3")
UNSEEN = ("style", "script", "title")
AROUND = 6


class _Text(HTMLParser):
    """Words of a page, each with the heading above it."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[tuple[str, str]] = []
        self._open: list[str] = []
        self._heading = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a heading, or something that is not seen; a text that stands for a picture is seen."""
        if tag in (*HEADS, *UNSEEN):
            self._open.append(tag)
        if tag in HEADS:
            self._heading = ""
        for name, value in attrs:
            if name in ("aria-label", "alt", "title") and value:
                self.handle_data(value)

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in self._open:
            self._open.remove(tag)

    def handle_data(self, data: str) -> None:
        """Take the words of a text."""
        if any(tag in UNSEEN for tag in self._open):
            return
        words = data.split()
        if any(tag in HEADS for tag in self._open):
            self._heading = " ".join([self._heading, *words]).strip()
        self.words += [(word, self._heading) for word in words]


def first_difference(said: str, found: str) -> Difference:
    """Where a page first differs from the one that was found, in its text if it can, else in what draws it."""
    pages = [_words(said), _words(found)]
    n = next((i for i, (a, b) in enumerate(zip(*pages, strict=False)) if a[0] != b[0]), min(map(len, pages)))
    if n < max(map(len, pages)):
        page = pages[0] if n < len(pages[0]) else pages[1]
        return Difference("", f"text of the page, {page[n][1] or 'its head'}", *(_near(words, n) for words in pages))
    place = next((i for i, (a, b) in enumerate(zip(said, found, strict=False)) if a != b), min(len(said), len(found)))
    heading = _words(said[:place])[-1:] or [("", "")]
    around = [page[max(place - 30, 0) : place + 50] for page in (said, found)]
    return Difference("", f"what draws the page, {heading[0][1] or 'its head'}", *around)


def _words(page: str) -> list[tuple[str, str]]:
    parser = _Text()
    parser.feed(page)
    parser.close()
    return parser.words


def _near(words: list[tuple[str, str]], n: int) -> str:
    return " ".join(word for word, _ in words[max(n - AROUND, 0) : n + AROUND])
