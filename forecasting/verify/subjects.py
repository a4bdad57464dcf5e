"""Kinds of document that can be verified. A new kind is one line of `SUBJECTS`."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forecasting.store.errors import UsageError, shown
from forecasting.store.files import found_at
from forecasting.store.foreign import parsed_json
from forecasting.verify.cards import is_card, verify_card
from forecasting.verify.entries import is_entry, split_line, verify_entries
from forecasting.verify.pages import is_page, verify_page
from forecasting.verify.verification import SUBJECT, Trusted, Verification


@dataclass(frozen=True)
class Subject:
    """A kind of document.

    Parameters
    ----------
    name
        The kind in words.
    is_one
        Whether a path, with the JSON in it or None, is of this kind.
    verify
        Derives a document of this kind again.

    Examples
    --------
    >>> [subject.name for subject in SUBJECTS][1]
    'a model card (card-X.Y.Z.json)'
    """

    name: str
    is_one: Callable[[Path, Any], bool]
    verify: Callable[[Path, Trusted], Verification]


SUBJECTS = (
    Subject("an entry or the folder of a ledger", is_entry, verify_entries),
    Subject("a model card (card-X.Y.Z.json)", is_card, verify_card),
    Subject("a page of a report or the JSON file beside it", is_page, verify_page),
)


def verify(place: str | Path, trusted: Trusted | None = None) -> Verification:
    """Derive a document again from record and code, and compare it with what is printed.

    Parameters
    ----------
    place
        Path of the document, or `PATH:LINE` for one forecast of a ledger entry.
    trusted
        Record and fitted models to derive it from; None for the shipped record and models fitted anew.

    Returns
    -------
    Verification
        Every value that differs.

    Raises
    ------
    UsageError
        The file is of none of the kinds, or the page was made from a record of its own and none is given.
    LedgerError
        The chain of the ledger is broken.
    ForecastingError
        The forecasts cannot be made.

    Examples
    --------
    >>> import tempfile
    >>> from forecasting import load_history
    >>> from forecasting.ledger import issue, open_forecasts
    >>> history = load_history()
    >>> table, _ = open_forecasts(history, ["base_rate"], cases=["new-start-post-expiry-2026"], horizons=[12])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     entry = issue(table, folder, history, as_replay=True, issued_on=history.as_of).paths[0]
    ...     verify(entry).differences
    ()
    """
    path, line = split_line(str(place))
    trusted = trusted or Trusted()
    if line is not None:
        return verify_entries(path, trusted, line)
    return subject_at(path).verify(path, trusted)


def subject_at(path: Path) -> Subject:
    """The kind of the document at a path; `UsageError` where it is none."""
    if (found := found_at(path, "file")) not in ("a folder", "a file"):
        raise UsageError(f"expected {expected()}, got {shown(str(path))[1:-1]}: {found}; name one that is there")
    held = _held(path)
    for subject in SUBJECTS:
        if subject.is_one(path, held):
            return subject
    raise UsageError(f"expected {expected()}, got {path}: none of these; name one")


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
