"""Many reports at once: streamed, a few in work at a time, each whole or not at all, a failed one never in the way."""

from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from forecasting.publish.engine import Limits
from forecasting.publish.notebook import FailedReportError, render
from forecasting.publish.requests import Request
from forecasting.store.errors import ForecastingError, UsageError
from forecasting.store.files import require_writable

FAILED = "failed"


@dataclass(frozen=True)
class Result:
    """What became of a request: `rendered` or `unchanged` with its page, or `failed` with what was `said`."""

    request: Request
    status: str
    page: Path | None
    fingerprint: str
    seconds: float
    said: str


def check_jobs(jobs: int) -> int:
    """A number of reports at once, or a `UsageError`."""
    if not 1 <= jobs <= 64:
        raise UsageError(f"expected --jobs from 1 to 64, got {jobs}")
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
    """Render each request, `jobs` at a time; results come as they are ready, and memory does not grow with them.

    Raises `UsageError` for a folder that cannot be written or a number of jobs out of range, before any starts.
    """
    require_writable(out)
    pool = ThreadPoolExecutor(check_jobs(jobs))
    at_work: set[Future[Result]] = set()
    try:
        for request in requests:
            at_work.add(pool.submit(_result, request, out, force, pdf, limits))
            if len(at_work) > jobs:
                done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in done)
        while at_work:
            done, at_work = wait(at_work, return_when=FIRST_COMPLETED)
            yield from (future.result() for future in done)
    finally:
        pool.shutdown(cancel_futures=True)


def _result(request: Request, out: Path, force: bool, pdf: bool, limits: Limits | None) -> Result:
    """Render one; whatever goes wrong is its own failure, so that the others go on."""
    try:
        done = render(request.template, request.asked, out, force=force, pdf=pdf, limits=limits)
    except FailedReportError as error:
        return Result(request, FAILED, error.notebook, "", 0.0, str(error))
    except ForecastingError as error:
        return Result(request, FAILED, None, "", 0.0, str(error))
    except Exception as error:  # one report of a thousand must not end the others
        return Result(request, FAILED, None, "", 0.0, f"{type(error).__name__}: {error}")
    return Result(request, done.status, done.page, done.fingerprint, done.seconds, "")
