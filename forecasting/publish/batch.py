"""Batch rendering: requests are streamed and rendered concurrently, and a failed report does not stop the others."""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from pathlib import Path

from forecasting.publish.engine import Limits
from forecasting.publish.notebook import FailedReportError, render
from forecasting.publish.requests import Request
from forecasting.store.errors import ForecastingError, UsageError, may_pass
from forecasting.store.executor import pool
from forecasting.store.files import require_writable

FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """Result of a request.

    Parameters
    ----------
    request
        The request.
    status
        `rendered`, `unchanged` or `failed`.
    page
        The page; of a failed report the notebook as far as it was executed, if it was kept.
    fingerprint
        The fingerprint of the report; empty if it failed.
    seconds
        Wall time.
    said
        The message of a failure; empty otherwise.
    can_heal
        Whether a failed report may succeed from the same inputs.
    signed
        The approved revision beside which this page is a draft.
    """

    request: Request
    status: str
    page: Path | None
    fingerprint: str
    seconds: float
    said: str
    can_heal: bool = True
    signed: Path | None = None


def check_jobs(jobs: int) -> int:
    """Check the number of reports rendered at once.

    Parameters
    ----------
    jobs
        From 1 to 64.

    Raises
    ------
    UsageError
        It is out of range.

    Examples
    --------
    >>> check_jobs(4)
    4
    """
    if not 1 <= jobs <= 64:
        raise UsageError(f"expected --jobs from 1 to 64, got {jobs}; choose another")
    return jobs


def render_all(
    requests: Iterable[Request],
    out: Path,
    jobs: int = 1,
    *,
    force: bool = False,
    pdf: bool = False,
    limits: Limits | None = None,
) -> Iterator[Result]:
    """Render requests, several at a time, in constant memory; on a cluster inside `store.executor.executor`.

    Parameters
    ----------
    requests
        The requests, read as needed.
    out
        The folder of all reports.
    jobs
        Number of reports rendered at once, 1 to 64.
    force
        Render also reports whose inputs have not changed.
    pdf
        Write a PDF beside each page.
    limits
        Time and memory of each report; default: `Limits()`.

    Yields
    ------
    Result
        In the order in which the reports are ready.

    Raises
    ------
    UsageError
        The folder cannot be written, or `jobs` is out of range; nothing was started.
    """
    require_writable(out)
    at_work: set[Future[Result]] = set()
    with pool(check_jobs(jobs)) as workers:
        for request in requests:
            at_work.add(workers.submit(_result, request, out, force, pdf, limits))
            if len(at_work) > jobs:
                done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while at_work:
            done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)


def _result(request: Request, out: Path, force: bool, pdf: bool, limits: Limits | None) -> Result:
    """Render one report; any exception becomes its failure, so that the others are rendered."""
    try:
        done = render(request.template, request.asked, out, force=force, pdf=pdf, limits=limits)
    except FailedReportError as error:
        return Result(request, FAILED, error.notebook, "", 0.0, str(error), error.can_heal)
    except ForecastingError as error:
        return Result(request, FAILED, None, "", 0.0, str(error), may_pass(error))
    except Exception as error:  # one report of a thousand must not end the others
        return Result(request, FAILED, None, "", 0.0, f"{type(error).__name__}: {error}")
    return Result(request, done.status, done.page, done.fingerprint, done.seconds, "", signed=done.signed)
