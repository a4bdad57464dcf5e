"""Append-only log of the sign-offs in a folder: one line for each sign-off of a page or card, added under one lock."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import model_validator

from forecasting.store.errors import UsageError, shown
from forecasting.store.files import write_whole
from forecasting.store.foreign import Foreign
from forecasting.store.lock import locked
from forecasting.store.values import Values

APPROVALS: Final = "approvals.jsonl"
ANSWERED: Final = "answered"
LONGEST_COMMENT: Final = 4000
LOG: Final = Foreign("a sign-off", "mend that line, or put back a copy of the file")
FORMER_NAMES: Final = {"report": "document", "approved": "at", "card": "document"}
Decision = Literal["approved", "changes requested", "answered"]


class SignOff(Values):
    """One line of the log.

    Parameters
    ----------
    document
        Path of the page or card, relative to the folder of the log.
    sha256
        Hash of its bytes, as 64 hexadecimal digits.
    by
        Name of the reviewer.
    at
        Time in UTC, ISO 8601.
    decision
        The decision, or that this line answers a remark.
    comment
        Remark, at most 4,000 characters.
    section
        The section meant; None: the whole document.
    answers
        Number (from 1) of the line that this one answers.

    Examples
    --------
    >>> line = {"document": "cases/a/2026-02-05.html", "sha256": "0" * 64, "by": "A. Reviewer", "decision": "approved"}
    >>> SignOff(**line, at="2026-02-06T10:00:00+00:00").decision
    'approved'
    """

    document: str
    sha256: str
    by: str
    at: str
    decision: Decision
    comment: str = ""
    section: str | None = None
    answers: int | None = None

    @property
    def is_approval(self) -> bool:
        """Whether it approves the whole document."""
        return self.decision == "approved" and self.section is None

    @model_validator(mode="before")
    @classmethod
    def _as_first_written(cls, line: Any) -> Any:
        """Lines of the two earlier forms (of pages, of cards) in today's form: a log is never rewritten."""
        if not isinstance(line, dict) or "document" in line:
            return line
        implied = {"decision": "approved"} if "report" in line else {}
        return implied | {FORMER_NAMES.get(key, key): value for key, value in line.items()}


def sign_offs(folder: Path) -> list[SignOff]:
    """The sign-offs in the log of a folder.

    Parameters
    ----------
    folder
        The folder of the log, which need not exist.

    Returns
    -------
    list of SignOff
        Oldest first; empty if there is no log.

    Raises
    ------
    ForeignFileError
        The log cannot be read, or a row of it, which is named, is not a sign-off.

    Examples
    --------
    >>> sign_offs(Path("no-such-folder"))
    []
    """
    path = folder / APPROVALS
    return LOG.lines(path, SignOff) if path.is_symlink() or path.exists() else []


def append(folder: Path, compose: Callable[[list[SignOff]], tuple[SignOff, Mapping[Path, bytes]]]) -> SignOff:
    """Add a sign-off to the log of a folder, together with the files that report it, under the folder's lock.

    Parameters
    ----------
    folder
        The folder of the log.
    compose
        Makes the sign-off, and the contents of other files by path, from the earlier sign-offs. It is called with the
        lock held, so that the bytes it reads are those signed off. If it raises, nothing is written.

    Returns
    -------
    SignOff
        The line added.

    Raises
    ------
    UsageError
        The log is faulty, another process keeps the lock, or the folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> line = {"document": "case.html", "sha256": "0" * 64, "by": "A. Reader", "at": "2026-02-06T09:00:00Z"}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     append(Path(folder), lambda earlier: (SignOff(**line, decision="approved"), {})).by
    'A. Reader'
    """
    with locked(folder):
        line, beside = compose(sign_offs(folder))
        log = folder / APPROVALS
        old = LOG.content(log) if log.exists() else b""
        ended = old if not old or old.endswith(b"\n") else old + b"\n"
        # the log first: a page that says "approved" must never exist without the line that approves it
        write_whole({log: ended + _encoded(line), **beside}, "--out")
    return line


def now() -> str:
    """The current time in UTC, to the second, as ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def require_name(by: str) -> None:
    """`UsageError` unless the name of a reviewer is not empty and printable."""
    if not by.strip() or not by.isprintable():
        raise UsageError(f"expected the name of who approves, got {shown(by)}; give it with --by NAME")


def require_comment(comment: str, is_needed: bool) -> None:
    """`UsageError` unless a comment is printable, within the limit of length, and not empty if one is needed."""
    plain = comment.replace("\n", " ").replace("\t", " ")
    if not plain.isprintable() or len(comment) > LONGEST_COMMENT:
        raise UsageError(
            f"expected a comment of at most {LONGEST_COMMENT} printable characters, got {shown(comment)}; shorten it, "
            "or take out what cannot be printed"
        )
    if is_needed and not comment.strip():
        raise UsageError("expected what is to be changed, or the answer, got none; say it with --comment TEXT")


def decision_of(before: list[SignOff], answers: int | None, request_changes: bool) -> Decision:
    """The decision that the options stand for; `UsageError` if they exclude each other or answer no remark."""
    if answers is None:
        return "changes requested" if request_changes else "approved"
    if request_changes:
        raise UsageError("expected either --request-changes or --answers, got both; leave one out")
    if not 1 <= answers <= len(before) or before[answers - 1].decision == ANSWERED:
        raise UsageError(f"expected the number of a remark, got {answers}; the document shows the numbers")
    return "answered"


def _encoded(line: SignOff) -> bytes:
    return (json.dumps(line.model_dump(exclude_none=True), ensure_ascii=False) + "\n").encode()
