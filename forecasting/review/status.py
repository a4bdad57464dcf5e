"""Sign-off status of a document, and the remarks shown with it, from the log."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from forecasting.review.log import ANSWERED, SignOff

DRAFT: Final = "draft"
APPROVED: Final = "approved"
EDITED: Final = "edited after approval"
CHANGES_REQUESTED: Final = "changes requested"


@dataclass(frozen=True)
class Remark:
    """A sign-off as shown in a document: its number in the log, whether it is of the present bytes, and its answers.

    Attributes
    ----------
    number : int
        Number of its line in the log, from 1.
    line : SignOff
        The sign-off.
    is_of_these_bytes : bool
        Whether it is of the document as it is now.
    answers : tuple of SignOff
        Answers to it, in order.

    Examples
    --------
    >>> line = {"document": "case.html", "sha256": "0" * 64, "by": "A. Reader", "at": "2026-02-06T09:00:00Z"}
    >>> Remark(1, SignOff(**line, decision=APPROVED), True, ()).line.by
    'A. Reader'
    """

    number: int
    line: SignOff
    is_of_these_bytes: bool
    answers: tuple[SignOff, ...]


@dataclass(frozen=True)
class SignOffStatus:
    """Sign-off status of a document.

    Parameters
    ----------
    status
        Draft, approved, changes requested, or edited after approval.
    remarks
        Remarks on this version, and open remarks on earlier versions.

    Examples
    --------
    >>> SignOffStatus(DRAFT).remarks
    ()
    """

    status: str
    remarks: tuple[Remark, ...] = ()


def sign_off_status(
    lines: Sequence[SignOff], document: str, sha256: str, is_earlier: Callable[[str], bool]
) -> SignOffStatus:
    """The sign-off status of a document.

    Parameters
    ----------
    lines
        All sign-offs of the log, oldest first.
    document
        Name of the document in the log.
    sha256
        Hash of its present bytes.
    is_earlier
        Whether a name is that of an earlier version of the document.

    Returns
    -------
    SignOffStatus
        By the last decision of each reviewer on the whole document: changes requested if any reviewer's last decision
        requests them; approved if any approves the present bytes; else edited after approval, or a draft.

    Examples
    --------
    >>> sign_off_status([], "card.json", "0" * 64, lambda name: False)
    SignOffStatus(status='draft', remarks=())
    """
    remarks = _remarks(lines, document, sha256, is_earlier)
    return SignOffStatus(_status(lines, document, sha256), tuple(remarks))


def _status(lines: Sequence[SignOff], document: str, sha256: str) -> str:
    """The status by the last decision of each reviewer on the whole document."""
    last = {
        line.by: line for line in lines
        if line.document == document and line.section is None and line.decision != ANSWERED
    }  # fmt: skip
    signed = [line for line in last.values() if line.decision == APPROVED]
    if len(signed) < len(last):
        return CHANGES_REQUESTED
    if any(line.sha256 == sha256 for line in signed):
        return APPROVED
    return EDITED if signed else DRAFT


def _remarks(
    lines: Sequence[SignOff], document: str, sha256: str, is_earlier: Callable[[str], bool]
) -> Iterator[Remark]:
    for number, line in enumerate(lines, start=1):
        is_carried_on = is_earlier(line.document) and _is_open(number, line, lines)
        if line.decision != ANSWERED and (line.document == document or is_carried_on):
            answers = tuple(one for one in lines if one.answers == number)
            yield Remark(number, line, line.sha256 == sha256, answers)


def _is_open(number: int, line: SignOff, lines: Sequence[SignOff]) -> bool:
    """Whether a remark has no answer, and no later sign-off of its author on the same section."""
    later = [one for one in lines[number:] if one.by == line.by and one.section == line.section]
    return bool(line.comment) and not any(one.answers == number for one in lines) and not later
