"""Index page and Atom feed of a folder of reports, usable without a server and without scripts."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from html import escape
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import quote

from forecasting.documents.html import rendered
from forecasting.documents.wording import day_words, percent, years
from forecasting.publish.parameters import TEMPLATES
from forecasting.publish.revisions import ENDS, dated
from forecasting.record.vocabulary import CAUSES
from forecasting.review import APPROVALS, APPROVED, DRAFT, EDITED, Headline, read_sidecar, review_of
from forecasting.review.log import LOG
from forecasting.review.sidecar import PAGE
from forecasting.store.errors import UsageError
from forecasting.store.files import require_writable, write_whole
from forecasting.store.foreign import Foreign

INDEX, FEED = "index.html", "feed.xml"
LONGEST_FEED = 200
OLD_FEED = Foreign("the feed of an earlier publication", "remove it")
FEED_ID = re.compile(r"<id>(urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})</id>")
BASE = re.compile(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
ENDINGS = {"formalized": "formal agreement", "collapsed": "collapse", "faded": "fading"}
NEWER_DRAFT = "a newer draft exists"


@dataclass(frozen=True)
class Published:
    """A report in a folder: its page (relative to it), subject, as_of day, main forecast and sign-off status."""

    page: Path
    template: str
    subject: str
    name: str
    variant: str
    day: str
    revision: int
    chances: dict[str, float]
    horizon: int | None
    review: dict[str, Any]
    sha256: str
    changed: datetime
    has_newer_draft: bool = False
    was_signed: bool = False

    @property
    def series(self) -> tuple[str, str]:
        """The reports of which this is one: those of one folder, by day and revision."""
        return self.template, self.page.parent.as_posix()

    @property
    def place(self) -> tuple[str, int]:
        """Its place in its series."""
        return self.day, self.revision


def publish(reports: Path, out: Path, require_approval: bool = False, base: str | None = None) -> list[str]:
    """Publish a folder of reports: copy them, and write `index.html` and `feed.xml`.

    Parameters
    ----------
    reports
        The folder of all reports.
    out
        The public folder, which may be `reports` itself.
    require_approval
        Publish only pages whose present content is approved.
    base
        Address under which `out` is served, for absolute links in the feed; None: the links are relative.

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
    _require_no_link(out)
    address = _checked_base(base)
    found = reports_in(reports)
    shown = shown_of(found, require_approval)
    if out.resolve() != reports.resolve():
        if reports.resolve() in out.resolve().parents or out.resolve() in reports.resolve().parents:
            raise UsageError(f"expected a public folder apart from {reports}, got {out}; choose another with --out")
        _copy(reports, out, shown)
    write_whole({out / FEED: feed(shown, feed_id(out, address), address).encode(), out / INDEX: index(shown).encode()})
    copied = {one.page for one in shown}
    return [f"{one.page.as_posix()}: {one.review['status']}" for one in found if one.page not in copied]


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
    latest_first = sorted(found, key=lambda one: one.place, reverse=True)
    return sorted(latest_first, key=lambda one: (order.index(one.template), one.name, one.subject, one.series))


def _changed(page: Path, review: dict[str, Any]) -> datetime:
    """When a page was last rendered or signed off."""
    written = datetime.fromtimestamp(page.stat().st_mtime, UTC)
    try:
        signed = datetime.fromisoformat(str(review.get("approved")))
    except ValueError:
        return written
    return max(written, signed) if signed.tzinfo is not None else written


def _chances(top: Headline) -> dict[str, float]:
    """Probability of each ending within the headline's horizon; of formalization alone on older pages."""
    if top.horizon is None or top.probability is None:
        return {}
    found: dict[str, float] = {cause: top.states[cause].probability for cause in CAUSES if cause in top.states}
    return found or {CAUSES[0]: top.probability}


def _variant(place: Path, home: Path) -> str:
    """The folders between the subject's own and the page: the parameters that are not its default."""
    return ", ".join(place.parent.relative_to(home).parts) if home in place.parents else ""


def last_page(reports: Path, case_id: str, before: date) -> Published:
    """The last page of a case, with all defaults, as of a day before another; `UsageError` where there is none."""
    pages = [one for one in reports_in(reports) if one.template == "case" and one.subject == case_id]
    earlier = [one for one in pages if not one.variant and one.day < before.isoformat()]
    if not earlier:
        raise UsageError(
            f"expected a page of {case_id} as of a day before {before} in {reports}, got none; name the day with --from"
        )
    return earlier[0]


def shown_of(found: Iterable[Published], require_approval: bool) -> list[Published]:
    """The reports that are published, with a mark on those of which a newer draft is not."""
    if not require_approval:
        return list(found)
    found = list(found)
    drafts = [one for one in found if one.review["status"] != APPROVED]
    return [
        replace(one, has_newer_draft=any(d.series == one.series and d.place > one.place for d in drafts))
        for one in found
        if one not in drafts
    ]


def _published(reports: Path, page: Path) -> Published | None:
    try:
        sidecar, _ = read_sidecar(page)
        sha256 = PAGE.sha256(page)
        kind, (day, revision) = TEMPLATES[sidecar.template], dated(page)
    except (OSError, KeyError, UsageError):
        return None
    place = page.relative_to(reports)
    case, top = sidecar.case, sidecar.headline or Headline()
    review = review_of(reports, place.as_posix(), sha256)
    was_signed = review["status"] != DRAFT
    if sha256 != sidecar.rendering.html_sha256:
        review = {"status": EDITED if review["status"] != DRAFT else "edited by hand"}
    return Published(
        page=place,
        template=kind.command,
        subject=case.case_id if case else kind.command,
        name=case.name if case else (sidecar.title or kind.command).split(" - ")[0],
        variant=_variant(place, Path(kind.home(), case.case_id) if case else Path(kind.home())),
        day=day.isoformat(),
        revision=revision,
        chances=_chances(top),
        horizon=top.horizon,
        review=review,
        sha256=sha256,
        changed=_changed(page, review),
        was_signed=was_signed,
    )


def _copy(reports: Path, out: Path, shown: list[Published]) -> None:
    """Copy the reports shown, and remove those that an earlier publication copied and this one does not show."""
    copied: set[Path] = set()
    for one in shown:
        files = [path for end in ENDS if (path := (reports / one.page).with_suffix(end)).is_file()]
        copied |= {path.relative_to(reports) for path in files}
        write_whole({out / path.relative_to(reports): PAGE.content(path) for path in reversed(files)})  # the page last
    for old in reports_in(out):
        for end in ENDS:
            if (gone := old.page.with_suffix(end)) not in copied:
                (out / gone).unlink(missing_ok=True)
    if (reports / APPROVALS).is_file():
        write_whole({out / APPROVALS: LOG.content(reports / APPROVALS)})


def _require_no_link(out: Path) -> None:
    """`UsageError` for a link in the public folder: what is written or removed there would lie elsewhere."""
    if out.is_dir() and (links := sorted(path for path in out.rglob("*") if path.is_symlink())):
        raise UsageError(f"expected a public folder without symbolic links, got {links[0]}; remove it")


def index(reports: Iterable[Published]) -> str:
    """The index page: the latest report of each subject, with its earlier ones folded below it."""
    listed = list(reports)
    before = _earlier(listed)
    subjects = [
        [_row(one, before.get(one.page)) for one in group] for _, group in groupby(listed, key=lambda one: one.series)
    ]
    return rendered("index.html.j2", subjects=subjects, feed=FEED, endings=[ENDINGS[cause] for cause in CAUSES])


def _earlier(listed: list[Published]) -> dict[Path, Published]:
    """The page before each one in its series."""
    return {later.page: earlier for later, earlier in pairwise(listed) if later.series == earlier.series}


def _row(one: Published, earlier: Published | None) -> dict[str, Any]:
    """The cells of a report in the index, as text."""
    status = str(one.review["status"])
    return {
        "name": f"{one.name} ({one.variant})" if one.variant else one.name,
        "address": quote(one.page.as_posix()),
        "day": day_words(one.day) + (f", revision {one.revision}" if one.revision > 1 else ""),
        "note": NEWER_DRAFT if one.has_newer_draft else "",
        "chances": [percent(one.chances[cause]) if cause in one.chances else "" for cause in CAUSES],
        "within": years(one.horizon) if one.chances and one.horizon is not None else "",
        "moved": _moved(one, earlier),
        "tone": "confirmed" if status == APPROVED else "reported",
        "status": status,
        "by": str(one.review["by"]) if status == APPROVED else "",
    }


def feed_id(out: Path, base: str) -> uuid.UUID:
    """The id of a feed: its address where it has one, else the one that it got when it was first published."""
    if base:
        return uuid.uuid5(uuid.NAMESPACE_URL, base + FEED)
    try:
        kept = FEED_ID.search(OLD_FEED.text(out / FEED))
    except UsageError:
        kept = None
    return uuid.UUID(kept[1]) if kept else uuid.uuid4()


def _checked_base(base: str | None) -> str:
    """The address with a slash at its end; empty for none, `UsageError` for what is no address of the web."""
    if base is None:
        return ""
    if not BASE.fullmatch(base):
        raise UsageError(f"expected an address such as https://example.org/reports/, got {base!r}; correct --base")
    return base.rstrip("/") + "/"


def feed(reports: Iterable[Published], own: uuid.UUID, base: str = "") -> str:
    """Atom feed (RFC 4287) of at most 200 reports, newest first, each with the change since the report before it.

    Parameters
    ----------
    reports
        The reports.
    own
        Id of the feed, from which those of the entries are made: another installation has others.
    base
        Address that relative links are put after, with a slash at its end.
    """
    listed = list(reports)
    before = _earlier(listed)
    newest = sorted(listed, key=lambda one: (one.changed, one.page.as_posix()), reverse=True)[:LONGEST_FEED]
    entries = "".join(_entry(one, before.get(one.page), own, base) for one in newest)
    updated = newest[0].changed if newest else datetime.fromtimestamp(0, UTC)
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Reports</title>'
        f"<id>{own.urn}</id><updated>{_stamp(updated)}</updated>"
        "<author><name>forecasting</name></author>"
        f'<link rel="self" href="{escape(base)}{FEED}"/><link href="{escape(base)}{INDEX}"/>'
        f"{entries}</feed>\n"
    )


def _entry(one: Published, earlier: Published | None, own: uuid.UUID, base: str) -> str:
    told = [f"{ENDINGS[cause].capitalize()}: {percent(chance)}" for cause, chance in one.chances.items()]
    within = f" within {years(one.horizon)}" if told and one.horizon is not None else ""
    number = f"{'; '.join(told)}{within}. " if told else ""
    moved = f"Since {earlier.day}: {_moved(one, earlier)}. " if earlier is not None and one.chances else ""
    said = f"{number}{moved}{str(one.review['status']).capitalize()}."
    return (
        f"<entry><title>{escape(one.name)}, as of {one.day}</title>"
        f'<link href="{escape(base)}{quote(one.page.as_posix())}"/>'
        f"<id>{uuid.uuid5(own, one.page.as_posix()).urn}</id>"
        f"<updated>{_stamp(one.changed)}</updated><summary>{escape(said)}</summary></entry>"
    )


def _stamp(when: datetime) -> str:
    return when.replace(microsecond=0).isoformat()


def _moved(one: Published, earlier: Published | None) -> str:
    """What moved since the page before, by ending; empty where there is none, or no number on both."""
    if earlier is None or earlier.horizon != one.horizon:
        return ""
    both = [cause for cause in one.chances if cause in earlier.chances]
    moved = [
        f"{ENDINGS[cause]} {percent(earlier.chances[cause])} to {percent(one.chances[cause])}"
        for cause in both
        if percent(earlier.chances[cause]) != percent(one.chances[cause])
    ]
    return ", ".join(moved) or ("nothing moved by a point" if both else "")
