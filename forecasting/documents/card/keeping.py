"""Cards on disk: written whole, checked against what is there, signed off."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from forecasting.documents.card.content import card_content
from forecasting.documents.card.form import Card, card_bytes, read_signed, schema_bytes
from forecasting.documents.card.home import NAME, SCHEMA, STEWARDS, file_name, home_of, latest
from forecasting.documents.card.markdown import card_markdown
from forecasting.documents.card.page import card_html
from forecasting.documents.card.standing import (
    ANSWERED,
    Decision,
    Mismatch,
    Remark,
    Standing,
    made_anew,
    mismatches,
    other_versions,
    remark_line,
    remarks,
    require_section,
    standing,
)
from forecasting.record.history import History
from forecasting.review.sign_off import APPROVALS, APPROVED
from forecasting.store.errors import UsageError, shown
from forecasting.store.files import require_writable, write_whole
from forecasting.store.lock import locked

LONGEST_COMMENT: Final = 4000


def make_card(history: History, out: Path, version: str | None = None, artefacts: Path | None = None) -> list[Path]:
    """Make the card of a history and write its JSON, page, Markdown and the schema of its form into `out`.

    Earlier versions, sign-offs and stewards are those of `out` where it has any, else those beside the record. Raises
    `UsageError` for a folder that cannot be written and `CardError` for a section that says nothing; none is written.
    """
    require_writable(out)
    home = home_for(out, history.record.folder)
    card = card_content(history, home, version, artefacts)
    content = card_bytes(card)
    stands = standing(card, _sha256(content), home, ())
    place = out / file_name(card.version)
    pages = _pages(place, card, stands)
    write_whole({out / SCHEMA: schema_bytes(), place: content, **pages}, "--out")
    return [place, *pages]


def home_for(out: Path, record_folder: Path) -> Path:
    """The folder whose versions, sign-offs and stewards a card written to `out` goes on from."""
    return out if (out / STEWARDS).is_file() or list(out.glob("card-*.json")) else home_of(record_folder)


def show_card(path: Path, record_folder: Path, out: Path) -> tuple[list[Path], Standing]:
    """Write the pages of a kept card into `out`, with its standing: stale where a hash differs."""
    require_writable(out)
    card, stands = _read(path, record_folder)
    pages = _pages(out / path.name, card, stands)
    write_whole(pages, "--out")
    return list(pages), stands


def check_card(history: History, home: Path, fresh: Card | None = None) -> tuple[Path, list[str], list[str]]:
    """The latest card of a folder, what is wrong with it (nothing, if it is current), and what else is to be said.

    Each hash that differs is named; where none does, the card is made anew and compared value by value, and so are its
    Markdown and the schema beside it. `fresh`: the card of this history and home, if it is made anew already.
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
    pages = {path.with_suffix(".md"): card_markdown(card, standing(card, sha256, home, stale)).encode()}
    for place, wanted in {**pages, home / SCHEMA: schema_bytes()}.items():
        if not place.is_file() or place.read_bytes() != wanted:
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
) -> Remark:
    """Append a sign-off of exactly the bytes of a card to `approvals.jsonl` beside it, and write its pages anew.

    Raises `UsageError`, and writes nothing, for a card that does not lie in `root`, a name or comment that is none, a
    section or remark that does not exist, a request without a comment, and an approval of a stale card.
    """
    _require_words(by, comment, request_changes or answers is not None)
    place = _inside(path, root)
    with locked(place.parent):
        card, sha256 = read_signed(place)
        require_section(card, section)
        before = remarks(place.parent)
        asked = _asked(before, answers, request_changes)
        stale = mismatches(card, record_folder, place.parent)
        if asked == APPROVED and stale:
            raise UsageError(f"wanted a card of the record and code that are here; came a stale one: {stale[0]}")
        line = Remark(
            card=place.name, sha256=sha256, by=by.strip(), at=datetime.now(UTC).isoformat(timespec="seconds"),
            decision=asked, comment=comment.strip(), section=section, answers=answers,
        )  # fmt: skip
        log = place.parent / APPROVALS
        old = log.read_bytes() if log.is_file() else b""
        write_whole(
            {log: old + (b"\n" if old and not old.endswith(b"\n") else b"") + remark_line(line).encode()}, "--out"
        )
        stands = standing(card, sha256, place.parent, stale)
        write_whole(_pages(place, card, stands, only_there=True), "--out")
    return line


def _asked(before: list[Remark], answers: int | None, request_changes: bool) -> Decision:
    if answers is None:
        return "changes requested" if request_changes else "approved"
    if request_changes:
        raise UsageError("wanted either --request-changes or --answers; came both")
    if not 1 <= answers <= len(before) or before[answers - 1].decision == ANSWERED:
        raise UsageError(f"wanted the number of a remark on the card; came {answers}")
    return "answered"


def _require_words(by: str, comment: str, is_wanted: bool) -> None:
    if not by.strip() or not by.isprintable():
        raise UsageError(f"wanted the name of who approves, --by NAME; came {shown(by)}")
    plain = comment.replace("\n", " ").replace("\t", " ")
    if not plain.isprintable() or len(comment) > LONGEST_COMMENT:
        raise UsageError(f"wanted a comment of at most {LONGEST_COMMENT} printable characters; came {shown(comment)}")
    if is_wanted and not comment.strip():
        raise UsageError("wanted what is to be changed, or the answer: --comment TEXT; came none")


def _inside(path: Path, root: Path) -> Path:
    """The path of a card that lies in `root` itself and is no link; else a `UsageError`."""
    if path.is_symlink() or path.resolve().parent != root.resolve() or not NAME.fullmatch(path.name):
        raise UsageError(f"wanted a card-X.Y.Z.json in {root} (another folder: --out); came {shown(str(path))}")
    return path.resolve()


def _read(path: Path, record_folder: Path) -> tuple[Card, Standing]:
    card, sha256 = read_signed(path)
    stale: tuple[Mismatch, ...] = mismatches(card, record_folder, path.parent)
    return card, standing(card, sha256, path.parent, stale)


def _pages(place: Path, card: Card, stands: Standing, only_there: bool = False) -> dict[Path, bytes]:
    """The pages of a card as they belong beside it; with `only_there` those that stand there already."""
    pages = {".md": card_markdown, ".html": card_html}
    chosen = {place.with_suffix(end): page for end, page in pages.items()}
    return {path: page(card, stands).encode() for path, page in chosen.items() if path.is_file() or not only_there}


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
