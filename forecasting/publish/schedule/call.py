"""One call of a schedule from its file: what refuses the whole call is told as well."""

from datetime import datetime
from pathlib import Path

from forecasting.publish.engine import Limits
from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.notify import Item, tell, tell_once
from forecasting.publish.schedule.plan import notifier, read_plan
from forecasting.publish.schedule.run import LOCK, Outcome, run_due
from forecasting.store.errors import AtWorkError, ForecastingError
from forecasting.store.lock import locked

REFUSED = "refused: "


def run_schedule(
    schedule: Path, out: Path, now: datetime, jobs: int = 1, limits: Limits | None = None, *, trial: bool = False
) -> tuple[Outcome, ForecastingError | None]:
    """Do what is due of a schedule file; parameters as for `run_due`.

    Returns
    -------
    tuple of Outcome and ForecastingError
        The outcome, and what refused the whole call (a faulty schedule, a folder that cannot be written, another run at
        work) or None. Such an error is a failure of the outcome too, and the command that the schedule names is told
        of it once, until it is mended; of another run at work it is not told, since that run tells.
    """
    try:
        return run_due(read_plan(schedule), out, now, jobs, limits, trial=trial), None
    except ForecastingError as error:
        said = str(error)
        outcome = Outcome(now, failures=(said,))
        command = notifier(schedule)
        if command is None or isinstance(error, AtWorkError):
            return outcome, error
        manifest, items = Manifest(out), {f"{REFUSED}{said}": Item(failure=said)}
        try:
            with locked(out, LOCK, wait=0, work="run"):
                past = manifest.past(trial)
                faults = tell_once(command, manifest, past, items, lambda _: outcome.told, trial=trial, seen=REFUSED)
        except ForecastingError:  # nothing can be noted there: it is told at every call
            faults = tell(command, outcome.told)
        return Outcome(now, failures=(said, *faults)), error
