"""Index page and Atom feed of a folder of reports, usable without a server and without scripts."""

import hashlib
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forecasting.documents.html import rendered
from forecasting.documents.wording import day_words, percent, years
from forecasting.publish.parameters import TEMPLATES
from forecasting.record.months import parse_day
from forecasting.review import APPROVALS, APPROVED, DRAFT, EDITED, Headline, read_sidecar, review_of
from forecasting.store.errors import UsageError
from forecasting.store.files import require_writable, write_whole

INDEX, FEED = "index.html", "feed.xml"
LONGEST_FEED = 200
ENDS = (".html", ".json", ".ipynb", ".pdf")


@dataclass(frozen=True)
class Published:
    """A report in a folder: its page (relative to it), subject, as_of day, main forecast and sign-off status."""

    page: Path
    template: str
    subject: str
    name: str
    day: str
    chance: float | None
    horizon: int | None
    review: dict[str, Any]
    sha256: str
    changed: datetime


def publish(reports: Path, out: Path, require_approval: bool = False) -> list[str]:
    """Publish a folder of reports: copy them, and write `index.html` and `feed.xml`.

    Parameters
    ----------
    reports
        The folder of all reports.
    out
        The public folder, which may be `reports` itself.
    require_approval
        Publish only pages whose present content is approved.

    Returns
    -------
    list of str
        The pages left out, each with its sign-off status.

    Raises
    ------
    UsageError
        There is no such folder, `out` cannot be written, or one folder is inside the other.
    """
    if not reports.is_dir():
        raise UsageError(f"expected a folder of reports, got {reports}: no such folder; name it with --reports")
    require_writable(out)
    found = reports_in(reports)
    shown = [one for one in found if one.review["status"] == APPROVED or not require_approval]
    if out.resolve() != reports.resolve():
        if reports.resolve() in out.resolve().parents or out.resolve() in reports.resolve().parents:
            raise UsageError(f"expected a public folder apart from {reports}, got {out}; choose another with --out")
        _copy(reports, out, shown)
    write_whole({out / FEED: feed(shown).encode(), out / INDEX: index(shown).encode()})
    return [f"{one.page.as_posix()}: {one.review['status']}" for one in found if one not in shown]


def reports_in(reports: Path) -> list[Published]:
    """The reports below a folder: pages with a sidecar.

    Parameters
    ----------
    reports
        The folder of all reports.

    Returns
    -------
    list of Published
        By template, name and subject, the latest day first.
    """
    found = []
    for home in (reports / kind.home() for kind in TEMPLATES.values()):
        found += [one for page in sorted(home.rglob("*.html")) if (one := _published(reports, page)) is not None]
    order = [kind.command for kind in TEMPLATES.values()]
    latest_first = sorted(found, key=lambda one: one.day, reverse=True)
    return sorted(latest_first, key=lambda one: (order.index(one.template), one.name, one.subject))


def _published(reports: Path, page: Path) -> Published | None:
    try:
        sidecar, _ = read_sidecar(page)
        html = page.read_bytes()
        kind, day = TEMPLATES[sidecar.template], parse_day(page.stem).isoformat()
    except (OSError, KeyError, UsageError):
        return None
    place = page.relative_to(reports)
    sha256 = hashlib.sha256(html).hexdigest()
    case, top = sidecar.case, sidecar.headline or Headline()
    review = review_of(reports, place.as_posix(), sha256)
    if sha256 != sidecar.rendering.html_sha256:
        review = {"status": EDITED if review["status"] != DRAFT else "edited by hand"}
    return Published(
        page=place,
        template=kind.command,
        subject=case.case_id if case else kind.command,
        name=case.name if case else (sidecar.title or kind.command).split(" - ")[0],
        day=day,
        chance=top.probability,
        horizon=top.horizon,
        review=review,
        sha256=sha256,
        changed=datetime.fromtimestamp(page.stat().st_mtime, UTC),
    )


def _copy(reports: Path, out: Path, shown: list[Published]) -> None:
    """Copy the reports shown, and remove those that an earlier publication copied and this one does not show."""
    copied: set[Path] = set()
    for one in shown:
        files = [path for end in ENDS if (path := (reports / one.page).with_suffix(end)).is_file()]
        copied |= {path.relative_to(reports) for path in files}
        write_whole({out / path.relative_to(reports): path.read_bytes() for path in reversed(files)})  # the page last
    for old in reports_in(out):
        for end in ENDS:
            if (gone := old.page.with_suffix(end)) not in copied:
                (out / gone).unlink(missing_ok=True)
    if (reports / APPROVALS).is_file():
        shutil.copyfile(reports / APPROVALS, out / APPROVALS)


def index(reports: Iterable[Published]) -> str:
    """The index page: the latest report of each subject, with its earlier ones folded below it."""
    subjects = [
        [_row(one) for one in group] for _, group in groupby(reports, key=lambda one: (one.template, one.subject))
    ]
    return rendered("index.html.j2", subjects=subjects, feed=FEED)


def _row(one: Published) -> dict[str, str]:
    """The cells of a report in the index, as text."""
    status = str(one.review["status"])
    return {
        "name": one.name,
        "address": quote(one.page.as_posix()),
        "day": day_words(one.day),
        "chance": "" if one.chance is None else _number(one),
        "tone": "confirmed" if status == APPROVED else "reported",
        "status": status,
        "by": str(one.review["by"]) if status == APPROVED else "",
    }


def feed(reports: Iterable[Published]) -> str:
    """Atom feed (RFC 4287) of at most 200 reports, newest first, each with the change since the report before it."""
    listed = list(reports)
    before = {
        later.page: earlier
        for later, earlier in pairwise(listed)
        if (later.template, later.subject) == (earlier.template, earlier.subject)
    }
    newest = sorted(listed, key=lambda one: (one.changed, one.page.as_posix()), reverse=True)[:LONGEST_FEED]
    entries = "".join(_entry(one, before.get(one.page)) for one in newest)
    updated = newest[0].changed if newest else datetime.fromtimestamp(0, UTC)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Reports</title>'
        f"<id>{uuid.uuid5(uuid.NAMESPACE_URL, 'forecasting/reports').urn}</id><updated>{_stamp(updated)}</updated>"
        '<author><name>forecasting</name></author><link rel="self" href="feed.xml"/><link href="index.html"/>'
        f"{entries}</feed>\n"
    )


def _entry(one: Published, earlier: Published | None) -> str:
    was = f" (was {percent(earlier.chance)} as of {earlier.day})" if earlier and earlier.chance is not None else ""
    number = f"Formal agreement: {_number(one)}{was}. " if one.chance is not None else ""
    said = f"{number}{str(one.review['status']).capitalize()}."
    return (
        f"<entry><title>{escape(one.name)}, as of {one.day}</title><link href={_attribute(one)}/>"
        f"<id>{uuid.uuid5(uuid.NAMESPACE_URL, f'forecasting/{one.page.as_posix()}').urn}</id>"
        f"<updated>{_stamp(one.changed)}</updated><summary>{escape(said)}</summary></entry>"
    )


def _stamp(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat()


def _attribute(one: Published) -> str:
    return f'"{quote(one.page.as_posix())}"'


def _number(one: Published) -> str:
    assert one.horizon is not None
    return f"{percent(one.chance or 0.0)} within {years(one.horizon)}"
