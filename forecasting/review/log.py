"""The log of sign-offs of a folder: a line for each, of pages and cards alike; added under one lock, never changed."""

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
    """A line of the log.

    `document`: the page or card, named relative to the folder; `sha256`: of its bytes; `at`: when, in UTC; `section`:
    what of the document is meant, by default all; `answers`: the number (from 1) of the line that this one answers.
    """

    document: str
    sha256: str
    by: str
    at: str
    decision: Decision
    comment: str = ""
    section: str | None = None
    answers: int | None = None

    @model_validator(mode="before")
    @classmethod
    def _as_first_written(cls, line: Any) -> Any:
        """Lines kept from the time when pages and cards had a form each: no line is ever changed, so they are read."""
        if not isinstance(line, dict) or "document" in line:
            return line
        implied = {"decision": "approved"} if "report" in line else {}
        return implied | {FORMER_NAMES.get(key, key): value for key, value in line.items()}


def sign_offs(folder: Path) -> list[SignOff]:
    """Every line of a folder's log, oldest first; empty where there is none.

    Raises
    ------
    ForeignFileError
        The log cannot be read, or a line of it, which is named, is no sign-off.
    """
    path = folder / APPROVALS
    return LOG.lines(path, SignOff) if path.is_symlink() or path.exists() else []


def append(folder: Path, compose: Callable[[list[SignOff]], tuple[SignOff, Mapping[Path, bytes]]]) -> SignOff:
    """Add a sign-off to the log of a folder, with the files that tell of it, while nobody else does.

    Parameters
    ----------
    folder
        Where the log stands.
    compose
        Makes the sign-off, and what is to be written beside it, from the lines before it. It is called with the lock
        held, so that what it reads is what is signed; whatever it raises is raised, and then nothing is written.

    Raises
    ------
    UsageError
        The log is faulty, another writer does not end, or the folder cannot be written.
    """
    with locked(folder):
        line, beside = compose(sign_offs(folder))
        log = folder / APPROVALS
        old = log.read_bytes() if log.exists() else b""
        ended = old if not old or old.endswith(b"\n") else old + b"\n"
        # the log comes first: what tells of a sign-off never stands without its line
        write_whole({log: ended + _encoded(line), **beside}, "--out")
    return line


def now() -> str:
    """The time of a sign-off."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def require_name(by: str) -> None:
    """`UsageError` for a name that is none."""
    if not by.strip() or not by.isprintable():
        raise UsageError(f"expected the name of who approves, got {shown(by)}; give it with --by NAME")


def require_comment(comment: str, is_needed: bool) -> None:
    """`UsageError` for a comment that cannot be printed or is too long, or for none where one is needed."""
    plain = comment.replace("\n", " ").replace("\t", " ")
    if not plain.isprintable() or len(comment) > LONGEST_COMMENT:
        raise UsageError(
            f"expected a comment of at most {LONGEST_COMMENT} printable characters, got {shown(comment)}; shorten it, "
            "or take out what cannot be printed"
        )
    if is_needed and not comment.strip():
        raise UsageError("expected what is to be changed, or the answer, got none; say it with --comment TEXT")


def decision_of(before: list[SignOff], answers: int | None, request_changes: bool) -> Decision:
    """What is decided: an approval, unless changes are requested or a remark before is answered."""
    if answers is None:
        return "changes requested" if request_changes else "approved"
    if request_changes:
        raise UsageError("expected either --request-changes or --answers, got both; leave one out")
    if not 1 <= answers <= len(before) or before[answers - 1].decision == ANSWERED:
        raise UsageError(f"expected the number of a remark, got {answers}; the document shows the numbers")
    return "answered"


def _encoded(line: SignOff) -> bytes:
    return (json.dumps(line.model_dump(exclude_none=True), ensure_ascii=False) + "\n").encode()
