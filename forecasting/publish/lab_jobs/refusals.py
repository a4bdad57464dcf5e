"""Refusals of job requests as what they are: the fault of the request (4xx), not of the server (500)."""

import sys
from traceback import walk_tb
from typing import Any, TypeGuard

import jupyter_scheduler.handlers
from jupyter_scheduler.exceptions import InputUriError, SchedulerError
from jupyter_scheduler.pydantic_v1 import ValidationError
from sqlalchemy.exc import NoResultFound
from tornado.web import HTTPError

from forecasting.store.errors import first_line

BAD_REQUEST, NOT_FOUND, SERVER_ERROR = 400, 404, 500


class RefusedJobError(SchedulerError):
    """A request for a job that cannot be answered; the message says what was expected."""


class AnsweredError(HTTPError):
    """Error of a handler of jupyter-scheduler, with the status code that its cause deserves.

    Those handlers answer every refusal with 500. They make this error while they handle its cause.
    """

    def __init__(
        self, status_code: int = SERVER_ERROR, log_message: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        cause = sys.exc_info()[1]
        if status_code == SERVER_ERROR and isinstance(cause, RefusedJobError | InputUriError | ValidationError):
            status_code, log_message = BAD_REQUEST, str(cause)
        elif status_code == SERVER_ERROR and isinstance(cause, NoResultFound):
            status_code, log_message = (
                NOT_FOUND,
                "expected the id of a job or job definition, got one that there is not; see the list of jobs",
            )
        elif status_code == SERVER_ERROR and _is_of_the_request(cause):
            got = first_line(cause)
            status_code, log_message = BAD_REQUEST, f"expected a request of the job form, got: {got}; correct it"
        super().__init__(status_code, (log_message or "").replace("%", "%%"), *args, **kwargs)


def _is_of_the_request(cause: BaseException | None) -> TypeGuard[KeyError | TypeError]:
    """Whether an error comes from taking the request apart, which the handlers do themselves; else it is the server's.

    A JSON body that is no object, or that lacks a key, raises one of these in a function of the handlers' own module.
    """
    if not isinstance(cause, KeyError | TypeError) or cause.__traceback__ is None:
        return False
    *_, (innermost, _) = walk_tb(cause.__traceback__)
    return innermost.f_globals.get("__name__") == jupyter_scheduler.handlers.__name__


def answer_refusals() -> None:
    """Let the handlers of this process answer with these codes."""
    jupyter_scheduler.handlers.HTTPError = AnsweredError
