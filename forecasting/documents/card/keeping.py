"""Cards on disk: written whole, checked against record and code, signed off."""

import hashlib
from datetime import date
from pathlib import Path

from forecasting.documents.card.content import card_content
from forecasting.documents.card.document import card_html, card_markdown
from forecasting.documents.card.form import CARD, Card, card_bytes, read_signed, schema_bytes
from forecasting.documents.card.home import NAME, SCHEMA, STEWARDS, file_name, home_of, latest, status_of, stewards
from forecasting.documents.card.staleness import Mismatch, made_anew, mismatches, other_versions
from forecasting.record.history import History
from forecasting.record.months import parse_day
from forecasting.review import APPROVED, SignOff, SignOffStatus, append, sign_offs
from forecasting.review.log import decision_of, now, require_comment, require_name
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import require_writable, write_whole


def make_card(history: History, out: Path, version: str | None = None, artefacts: Path | None = None) -> list[Path]:
    """Make the card of a history and write its JSON, page, Markdown and the schema of its form into `out`.

    Earlier versions, sign-offs and stewards are those of `out` where it has any, else those beside the record. Raises
    `UsageError` for a folder that cannot be written and `CardError` for a section that says nothing; none is written.
    """
    require_writable(out)
    home = home_for(out, history.record.folder)
    card = card_content(history, home, version, artefacts)
    content = card_bytes(card)
    status = status_of(card, hashlib.sha256(content).hexdigest(), sign_offs(home))
    place = out / file_name(card.version)
    _require_unsigned(place, content)
    pages = pages_of(place, card, status, ())
    write_whole({out / SCHEMA: schema_bytes(), place: content, **pages}, "--out")
    return [place, *pages]


def _require_unsigned(place: Path, content: bytes) -> None:
    """`UsageError` where other bytes of this version were approved: what was signed stays."""
    signed = {line.sha256 for line in sign_offs(place.parent) if line.document == place.name and line.is_approval}
    if signed and hashlib.sha256(content).hexdigest() not in signed:
        raise UsageError(
            f"expected a new version beside the approved {place}, got other values for the same one; give it a number "
            "of its own with --version"
        )


def home_for(out: Path, record_folder: Path) -> Path:
    """The folder whose versions, sign-offs and stewards a card written to `out` continues."""
    return out if (out / STEWARDS).is_file() or list(out.glob("card-*.json")) else home_of(record_folder)


def show_card(path: Path, record_folder: Path, out: Path) -> tuple[list[Path], tuple[Mismatch, ...]]:
    """Write the pages of a stored card into `out`, with its sign-off status; also returns its reasons for staleness."""
    require_writable(out)
    card, sha256 = read_signed(path)
    stale = mismatches(card, record_folder, path.parent)
    pages = pages_of(out / path.name, card, status_of(card, sha256, sign_offs(path.parent)), stale)
    write_whole(pages, "--out")
    return list(pages), stale


def check_card(
    history: History, home: Path, fresh: Card | None = None, today: date | None = None
) -> tuple[Path, list[str], list[str]]:
    """The latest card of a folder, its faults (none, if it is current), and remarks.

    Each hash that differs is named; where none does, the card is made anew and compared value by value, and so are its
    Markdown and the schema beside it. A day of the next review that is past is a fault. `fresh`: the card of this
    history and home, if it is made anew already; `today`: default: the clock's.
    """
    path = latest(home)
    card, sha256 = read_signed(path)
    stale = mismatches(card, history.record.folder, home, history.sha256)
    found, said = [f"stale: {one}" for one in stale], []
    others = other_versions(card, history)
    if others:
        told = "; ".join(f"{name} {versions}" for name, versions in others.items())
        said.append(f"made with other libraries ({told}): not made anew")
    elif not stale:
        found += [f"edited: {one}" for one in made_anew(card, history, home, fresh)]
    who = stewards(home)
    if who is not None and parse_day(who.next_review) < (today or date.today()):
        found.append(
            f"overdue: the next review was to be by {who.next_review}; review it, and name the next day in {STEWARDS}"
        )
    status = status_of(card, sha256, sign_offs(home))
    expected = {path.with_suffix(".md"): card_markdown(card, status, stale).encode(), home / SCHEMA: schema_bytes()}
    for place, content in expected.items():
        if not place.is_file() or CARD.content(place) != content:
            found.append(f"{place.name}: not what the card makes of it")
    return path, found, said


def sign_card(
    path: Path,
    by: str,
    root: Path,
    record_folder: Path,
    *,
    request_changes: bool = False,
    comment: str = "",
    section: str | None = None,
    answers: int | None = None,
) -> SignOff:
    """Add a sign-off of exactly the bytes of a card to the log beside it, and write its pages anew.

    Raises `UsageError`, and writes nothing, for a card that does not lie in `root`, a name or comment that is none, a
    section or remark that does not exist, a request without a comment, and an approval of a stale card.
    """
    require_name(by)
    require_comment(comment, request_changes or answers is not None)
    place = _inside(path, root)

    def compose(before: list[SignOff]) -> tuple[SignOff, dict[Path, bytes]]:
        card, sha256 = read_signed(place)
        _require_section(card, section)
        decision = decision_of(before, answers, request_changes)
        stale = mismatches(card, record_folder, place.parent)
        if decision == APPROVED and stale:
            raise UsageError(
                f"expected a card of the record and code that are here, got a stale one: {stale[0]}; make it anew with "
                "`forecasting card`"
            )
        line = SignOff(
            document=place.name, sha256=sha256, by=by.strip(), at=now(), decision=decision, comment=comment.strip(),
            section=section, answers=answers,
        )  # fmt: skip
        pages = pages_of(place, card, status_of(card, sha256, [*before, line]), stale)
        return line, {page: content for page, content in pages.items() if page.is_file()}

    return append(place.parent, compose)


def _require_section(card: Card, section: str | None) -> None:
    """`UsageError` for a section that the card does not have."""
    if section is not None and section not in card.sections:
        raise UsageError(
            f"expected a section out of {', '.join(card.sections)}, got {shown(section)}; leave --section out to mean "
            "the whole card"
        )


def _inside(path: Path, root: Path) -> Path:
    """The path of a card that lies in `root` itself and is no link; else a `UsageError`."""
    if path.is_symlink() or path.resolve().parent != root.resolve() or not NAME.fullmatch(path.name):
        raise UsageError(
            f"expected a card-X.Y.Z.json in {root}, got {shown(str(path))}; name another folder with --out"
        )
    return path.resolve()


def pages_of(place: Path, card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...]) -> dict[Path, bytes]:
    """The pages of a card as they belong beside it."""
    pages = {".md": card_markdown, ".html": card_html}
    return {place.with_suffix(end): page(card, status, stale).encode() for end, page in pages.items()}
