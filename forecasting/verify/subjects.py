"""What can be verified: each kind is told by its look and has a function of its own. A new kind is one line."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting.store.errors import UsageError
from forecasting.store.foreign import parsed_json
from forecasting.verify.cards import is_card, verify_card
from forecasting.verify.entries import is_entry, split_line, verify_entries
from forecasting.verify.pages import is_page, verify_page
from forecasting.verify.verification import SUBJECT, Trusted, Verification


@dataclass(frozen=True)
class Subject:
    """A kind of thing: its name, whether a path (and the JSON in it, if any) is one, and what derives it again."""

    name: str
    is_one: Callable[[Path, Any], bool]
    verify: Callable[[Path, Trusted], Verification]


SUBJECTS = (
    Subject("an entry or the folder of a ledger", is_entry, verify_entries),
    Subject("a model card (card-X.Y.Z.json)", is_card, verify_card),
    Subject("a page of a report or the JSON file beside it", is_page, verify_page),
)


def verify(place: str | Path, trusted: Trusted | None = None) -> Verification:
    """Derive what stands at a path (`PATH`, or `PATH:LINE` of an entry) again from record and code.

    Raises `UsageError` for what is none of `SUBJECTS`, `LedgerError` for a broken ledger, and what forecasts raise
    where they cannot be made.
    """
    path, line = split_line(str(place))
    trusted = trusted or Trusted()
    if line is not None:
        return verify_entries(path, trusted, line)
    return subject_at(path).verify(path, trusted)


def subject_at(path: Path) -> Subject:
    """The kind of thing at a path; `UsageError` where it is none."""
    if not path.exists():
        raise UsageError(f"expected {expected()}, got {path}: no such file")
    held = _held(path)
    for subject in SUBJECTS:
        if subject.is_one(path, held):
            return subject
    raise UsageError(f"expected {expected()}, got {path}: none of these")


def expected() -> str:
    """The kinds, in words."""
    return ", or ".join(subject.name for subject in SUBJECTS)


def _held(path: Path) -> Any:
    if path.suffix != ".json" or path.is_dir():
        return None
    try:
        return parsed_json(SUBJECT.content(path))
    except ValueError:
        return None
