"""The few errors that a user can meet. Each message says what was wanted, what came, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass


class ForecastingError(Exception):
    """Base class; `exit_code` is what the command line returns: 1 for faulty data, 2 for a faulty request."""

    exit_code = 1


class UsageError(ForecastingError):
    """The request itself cannot be answered: an unknown case, a horizon out of range, an unwritable folder."""

    exit_code = 2


class LeakageError(UsageError):
    """Something later than the as-of day, or than the end of the archive, was asked for."""


class InsufficientHistoryError(UsageError):
    """Too few finished cases were known on the as-of day to say anything."""


class AbstentionError(UsageError):
    """The record cannot bear what the model would say of the case, so that there is nothing to explain."""


class ForeignFileError(UsageError):
    """A file from elsewhere is not what was expected; nothing of it was used.

    `expected` and `got`: of the message, for those who put them in one of their own.
    """

    def __init__(self, place: object, expected: str, got: str, do: str) -> None:
        self.expected, self.got = expected, got
        super().__init__(f"{place}: expected {expected}, got {got}; {do}")


class ReportError(ForecastingError):
    """A report could not be rendered; nothing was published."""


class CardError(ForecastingError):
    """A model card is not of its form, or leaves something to be filled in."""


class ArtefactError(ForecastingError):
    """An artefact of fitted models is not what was written; nothing of it was loaded."""


def unwritable(place: object, reason: str | None, options: str) -> UsageError:
    """The error for a folder or file that cannot be written; `options` choose another."""
    return UsageError(f"expected a folder that can be written, got {place}: {reason}; choose another with {options}")


def shown(value: object, longest: int = 80) -> str:
    """A value as it came, cut where it is long."""
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"


@dataclass(frozen=True, order=True)
class Fault:
    """One fault of the record: where it is, what was wanted there and what came instead."""

    file: str
    row: int
    case_id: str
    wanted: str
    came: str

    def __str__(self) -> str:
        place = f"{self.file} row {self.row}" if self.row else self.file
        owner = f" ({self.case_id})" if self.case_id else ""
        return f"{place}{owner}: wanted {self.wanted}; came {self.came}"


class SchemaError(ForecastingError):
    """The record breaks its contract. `faults` holds every fault, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class LedgerError(ForecastingError):
    """The ledger breaks its chain or its form. `faults` holds every fault, that of the earliest entry first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" ({len(faults) - 1} more: forecasting ledger verify)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}")
