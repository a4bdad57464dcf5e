"""What the sign-offs of a document come to: its status, and the remarks that are shown with it."""

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
    """A sign-off as a document shows it: its number in the log, whether it is of these very bytes, its answers."""

    number: int
    line: SignOff
    is_of_these_bytes: bool
    answers: tuple[SignOff, ...]


@dataclass(frozen=True)
class SignOffStatus:
    """`status`: draft, approved, changes requested, or edited after approval.

    `remarks`: those made on this version, and open ones of earlier versions.
    """

    status: str
    remarks: tuple[Remark, ...] = ()


def sign_off_status(
    lines: Sequence[SignOff], document: str, sha256: str, is_earlier: Callable[[str], bool]
) -> SignOffStatus:
    """The sign-off status of a document of this name and hash.

    Parameters
    ----------
    lines
        The whole log of its folder, oldest first.
    document
        Its name in the log.
    sha256
        Of its bytes as they stand.
    is_earlier
        Whether a name is that of an earlier version of the document.
    """
    remarks = _remarks(lines, document, sha256, is_earlier)
    return SignOffStatus(_status(lines, document, sha256), tuple(remarks))


def _status(lines: Sequence[SignOff], document: str, sha256: str) -> str:
    """By the last decision of each reviewer on the whole document."""
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
    """Whether something was said that nobody answered, and that its author did not follow up in the same section."""
    later = [one for one in lines[number:] if one.by == line.by and one.section == line.section]
    return bool(line.comment) and not any(one.answers == number for one in lines) and not later
