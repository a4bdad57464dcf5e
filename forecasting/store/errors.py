"""Exceptions of the package. Each message says what was expected, what was found, and what to do."""

from collections.abc import Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import dataclass
from typing import Final


class ForecastingError(Exception):
    """Base class of all errors; `exit_code` is that of the command line: 1 for faulty data, 2 for a faulty request."""

    exit_code = 1


class UsageError(ForecastingError):
    """The request cannot be answered: an unknown case, a horizon out of range, a folder that cannot be written."""

    exit_code = 2


class LeakageError(UsageError):
    """The request reaches past the as_of day, or past the end of the record."""


class InsufficientHistoryError(UsageError):
    """Fewer ended cases were known on the as_of day than a model needs to be fitted."""


class AbstentionError(UsageError):
    """The case lies outside the applicability domain of the model, which abstains: there is nothing to explain."""


class PassingError(UsageError):
    """The request cannot be answered now and may be later: a full disk, a folder that is locked, a writer at work."""


class AtWorkError(PassingError):
    """Another process is at work where only one may be."""


OF_THE_MACHINE: Final = (OSError, MemoryError, BrokenExecutor, KeyboardInterrupt, PassingError)
"""Errors, with their subclasses, that come from the machine and not from request, record and code: they may pass."""


class ForeignFileError(UsageError):
    """A foreign file is not of the expected form; nothing of it was used.

    Parameters
    ----------
    place
        The file, and where needed the row in it.
    expected, got
        The two halves of the message, kept as attributes for callers that word a message of their own.
    do
        The remedy.

    Examples
    --------
    >>> print(ForeignFileError("notes.json", "a note as JSON", "a folder", "name another file"))
    notes.json: expected a note as JSON, got a folder; name another file
    """

    def __init__(self, place: object, expected: str, got: str, do: str) -> None:
        self.expected, self.got = expected, got
        super().__init__(f"{place}: expected {expected}, got {got}; {do}")


class ReportError(ForecastingError):
    """A report could not be rendered; nothing was published."""


class CardError(ForecastingError):
    """A model card is not of its form, or has a section left empty."""


class ArtefactError(ForecastingError):
    """An artefact of fitted models is not as it was written; nothing of it was loaded."""


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed later, with the same record and code.

    Examples
    --------
    >>> may_pass(UsageError("no such case")), may_pass(AtWorkError("one at a time")), may_pass(FileExistsError())
    (False, True, True)
    """
    return isinstance(error, OF_THE_MACHINE)


def may_pass_by_name(name: str) -> bool:
    """The same of an error in another process, of which only the name of its class is told.

    Examples
    --------
    >>> may_pass_by_name("FileNotFoundError"), may_pass_by_name("AtWorkError"), may_pass_by_name("ValueError")
    (True, True, False)
    """
    return any(kind.__name__ == name for root in OF_THE_MACHINE for kind in _below(root))


def _below(kind: type[BaseException]) -> Iterator[type[BaseException]]:
    """A class and all classes derived from it that are loaded."""
    yield kind
    for derived in kind.__subclasses__():
        yield from _below(derived)


def unwritable(place: object, reason: str | None, options: str) -> PassingError:
    """The error for a folder or file that cannot be written.

    Parameters
    ----------
    place
        The folder or file.
    reason
        Why not, in the operating system's words.
    options
        The command line's options that choose another.
    """
    return PassingError(f"expected a folder that can be written, got {place}: {reason}; choose another with {options}")


def shown(value: object, longest: int = 80) -> str:
    """The representation of a value for a message, shortened if it is long.

    Parameters
    ----------
    value
        Any value.
    longest
        Length from which the text is cut, in characters.

    Examples
    --------
    >>> shown("treaty")
    "'treaty'"
    >>> shown("x" * 100, longest=6)
    "'xxxxx... (102 characters)"
    """
    text = repr(value)
    return text if len(text) <= longest else f"{text[:longest]}... ({len(text)} characters)"


def require_text(name: str, value: object) -> None:
    """Raise `UsageError` for a value that is no text.

    Examples
    --------
    >>> require_text("case_id", ["mtcr-1987"])
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected case_id as text, got ['mtcr-1987']
    """
    if not isinstance(value, str):
        raise UsageError(f"expected {name} as text, got {shown(value)}")


def first_line(error: BaseException) -> str:
    r"""The first line of an error's message, or the name of its class if the message is empty.

    Examples
    --------
    >>> first_line(ValueError("no such cell\nat line 3")), first_line(TimeoutError())
    ('no such cell', 'TimeoutError')
    """
    return (str(error).strip().splitlines() or [type(error).__name__])[0]


def error_words(error: BaseException) -> str:
    """What an error says: that of the operating system in its own words, without path and number.

    Examples
    --------
    >>> error_words(OSError(36, "File name too long", "xxx")), error_words(ValueError("embedded null byte"))
    ('File name too long', 'embedded null byte')
    """
    return getattr(error, "strerror", None) or first_line(error)


@dataclass(frozen=True, order=True)
class Fault:
    """A fault of a record or ledger: its file, row (0: the whole file) and case, expected and actual value, remedy."""

    file: str
    row: int
    case_id: str
    expected: str
    got: str
    do: str = ""

    def __str__(self) -> str:
        place = f"{self.file} row {self.row}" if self.row else self.file
        owner = f" ({self.case_id})" if self.case_id else ""
        remedy = f"; {self.do}" if self.do else ""
        return f"{place}{owner}: expected {self.expected}, got {self.got}{remedy}"


class SchemaError(ForecastingError):
    """The record breaks its schema or rules. `faults` holds all faults in order, not only the first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(sorted(faults))
        super().__init__("\n".join(map(str, self.faults)))


class LedgerError(ForecastingError):
    """The ledger breaks its chain or the form of its entries. `faults` holds all faults, the earliest entry's first."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        more = f" ({len(faults) - 1} more: forecasting ledger verify)" if len(faults) > 1 else ""
        super().__init__(f"{faults[0]}{more}")
