"""Revisions of a page: a path that was signed off holds the signed page for good, and what comes later lies beside it.

The first rendering of a report is `<day>.html`. Once that is approved, a rendering that differs becomes
`<day>.r2.html`, a draft, which later renderings replace until it is approved in its turn; then comes `<day>.r3.html`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from forecasting.record.months import parse_day
from forecasting.review import sign_offs
from forecasting.store.errors import UsageError

STEM = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.r([1-9]\d{0,3}))?")
ENDS = (".html", ".json", ".ipynb", ".pdf")


@dataclass(frozen=True)
class Revision:
    """One revision of a page: its path, its number from 1, and the sha256 of every page approved under that path."""

    page: Path
    number: int
    signed: frozenset[str]


def dated(page: Path) -> tuple[date, int]:
    """The as_of day of a page and the number of its revision, by its name.

    Parameters
    ----------
    page
        Path of the page.

    Raises
    ------
    UsageError
        It is not named like one.

    Examples
    --------
    >>> dated(Path("portfolio/2026-02-05.html")), dated(Path("2026-02-05.r3.html"))
    ((datetime.date(2026, 2, 5), 1), (datetime.date(2026, 2, 5), 3))
    """
    found = STEM.fullmatch(page.stem)
    number = int(found[2] or 1) if found else 0
    if found is None or (number < 2 and found[2] is not None):
        raise UsageError(f"expected a page named after its day, as 2026-02-05.html, got {page.name}; rename it")
    return parse_day(found[1]), number


def numbered(page: Path, number: int) -> Path:
    """Path of a revision, from that of the first.

    Examples
    --------
    >>> numbered(Path("2026-02-05.html"), 1).name, numbered(Path("2026-02-05.html"), 2).name
    ('2026-02-05.html', '2026-02-05.r2.html')
    """
    return page if number == 1 else page.with_name(f"{page.stem}.r{number}.html")


def day_before(page: Path) -> date | None:
    """The as_of day of the last page in its folder before a page; None where there is none.

    Parameters
    ----------
    page
        Path of the page, which need not be there.

    Examples
    --------
    >>> day_before(Path("no folder/2026-02-05.html")) is None
    True
    """
    own, _ = dated(page)
    names = (path for path in page.parent.glob("*.html") if STEM.fullmatch(path.stem))
    return max((day for day, _ in map(dated, names) if day < own), default=None)


def signed_pages(folder: Path) -> dict[str, frozenset[str]]:
    """Hashes approved under each path of a folder of reports, by its log of sign-offs."""
    found: dict[str, frozenset[str]] = {}
    for line in sign_offs(folder):
        if line.is_approval:
            found[line.document] = found.get(line.document, frozenset()) | {line.sha256}
    return found


def revisions(folder: Path, page: Path) -> list[Revision]:
    """The revisions of a page that are there or were signed off, the earliest first.

    Parameters
    ----------
    folder
        The folder of all reports.
    page
        Path of the first revision, below `folder`.
    """
    signed = signed_pages(folder)
    names = {path.name for path in page.parent.glob(f"{page.stem}*.html")}
    names |= {Path(name).name for name in signed if (folder / name).parent == page.parent}
    found = []
    for name in names:
        path = page.with_name(name)
        try:
            day, number = dated(path)
        except UsageError:
            continue
        if day.isoformat() == page.stem:
            found.append(Revision(path, number, signed.get(path.relative_to(folder).as_posix(), frozenset())))
    return sorted(found, key=lambda one: one.number)


def last_signed(found: Iterable[Revision]) -> Revision | None:
    """The latest revision that was signed off; None if none was."""
    return max((one for one in found if one.signed), key=lambda one: one.number, default=None)


def remove(page: Path) -> None:
    """Remove the files of a page."""
    for end in ENDS:
        page.with_suffix(end).unlink(missing_ok=True)
