"""Errors that may pass by themselves, told from those that follow from the request, the record and the code."""

from forecasting.store.errors import ForecastingError, UsageError


class PassingError(UsageError):
    """The request cannot be answered now and may be later: a full disk, a folder that is locked, a writer at work."""


class AtWorkError(PassingError):
    """Another process is at work where only one may be."""


def may_pass(error: ForecastingError) -> bool:
    """Whether the same request may succeed later, with the same record and code.

    True of a passing error, and of one that was raised since the operating system refused something; any other follows
    from what was asked.

    Examples
    --------
    >>> may_pass(UsageError("no such case")), may_pass(AtWorkError("one at a time"))
    (False, True)
    """
    return isinstance(error, PassingError) or isinstance(error.__context__, OSError)
