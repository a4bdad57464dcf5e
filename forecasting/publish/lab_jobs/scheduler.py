"""Backend of jupyter-scheduler for reports: validated before they start, settled if their process dies."""

import multiprocessing
from collections.abc import Mapping
from pathlib import Path

import psutil
from jupyter_scheduler.exceptions import InputUriError, SchedulerError
from jupyter_scheduler.models import (
    CountJobsQuery,
    CreateJob,
    CreateJobDefinition,
    CreateJobFromDefinition,
    DescribeJob,
    ListJobsQuery,
    ListJobsResponse,
    Status,
    UpdateJobDefinition,
)
from jupyter_scheduler.orm import Job
from jupyter_scheduler.scheduler import Scheduler
from jupyter_scheduler.utils import compute_next_run_time
from traitlets import Type

from forecasting.publish.lab_jobs.job_request import job_request
from forecasting.publish.schedule.times import cron_line
from forecasting.store.errors import ForecastingError, shown

LOST = "expected the result of the job, got none: its process was killed, or the machine stopped; run it again"


class ReportScheduler(Scheduler):
    """Validates template, parameters and times of a new job, and settles jobs whose process has died."""

    execution_manager_class = Type(
        default_value="forecasting.publish.lab_jobs.execution.ReportExecution",
        klass="jupyter_scheduler.executors.ExecutionManager",
        config=True,
        help="What the process of a job does.",
    )

    def create_job(self, model: CreateJob) -> str:
        """Start a job; `SchedulerError` for a request that cannot be answered.

        A job of a definition is always started, since nobody is there to read the error: its status reports a fault.
        """
        if not model.job_definition_id:
            self._require_answerable(model.input_uri, model.parameters)
        job_id = str(super().create_job(model))
        self._change(job_id, Status.STOPPED, Status.QUEUED)
        return job_id

    def create_job_definition(self, model: CreateJobDefinition) -> str:
        """Add a recurring job; `SchedulerError` for one that cannot be answered, or that would never run."""
        self._require_answerable(model.input_uri, model.parameters)
        model.schedule = _times(model.schedule, model.timezone)
        return str(super().create_job_definition(model))

    def update_job_definition(self, job_definition_id: str, model: UpdateJobDefinition) -> None:
        """Change a recurring job; validated as a new one is."""
        kept = self.get_job_definition(job_definition_id)
        notebook = model.input_uri or self.get_staging_paths(kept)["input"]
        self._require_answerable(notebook, kept.parameters if model.parameters is None else model.parameters)
        model.schedule = _times(model.schedule, model.timezone or kept.timezone)
        super().update_job_definition(job_definition_id, model)

    def create_job_from_definition(self, job_definition_id: str, model: CreateJobFromDefinition) -> str:
        """Start a job of a definition now, with other parameters if given; validated as a new one is."""
        kept = self.get_job_definition(job_definition_id)
        given = kept.parameters if model.parameters is None else model.parameters
        self._require_answerable(self.get_staging_paths(kept)["input"], given)
        return str(super().create_job_from_definition(job_definition_id, model))

    def get_job(self, job_id: str, job_files: bool | None = True) -> DescribeJob:
        """A job, after settling those whose process has died."""
        self._settle()
        return super().get_job(job_id, job_files)

    def list_jobs(self, query: ListJobsQuery) -> ListJobsResponse:
        """Jobs, after settling those whose process has died."""
        self._settle()
        return super().list_jobs(query)

    def count_jobs(self, query: CountJobsQuery) -> int:
        """The number of jobs with a status, after settling those whose process has died."""
        self._settle()
        return int(super().count_jobs(query))

    def stop_job(self, job_id: str) -> None:
        """Kill the process of a job, begun or not, and with it its kernel."""
        self._change(job_id, Status.QUEUED, Status.IN_PROGRESS)
        super().stop_job(job_id)

    def _require_answerable(self, notebook: str, parameters: Mapping[str, str] | None) -> None:
        place = Path(self.root_dir) / notebook
        if not place.is_file():
            raise InputUriError(notebook)
        try:
            job_request(place, parameters)[1].checked()
        except ForecastingError as error:
            raise SchedulerError(str(error)) from None

    def _settle(self) -> None:
        """Set the status of jobs that are marked as open although their process has ended."""
        multiprocessing.active_children()  # collects ended children, which would else remain as zombies
        ends = {Status.QUEUED: Status.FAILED, Status.IN_PROGRESS: Status.FAILED, Status.STOPPING: Status.STOPPED}
        with self.db_session() as session:
            open_jobs = session.query(Job.job_id, Job.pid, Job.status).filter(Job.status.in_(ends)).all()
        for job_id, pid, status in open_jobs:
            if pid is not None and not _at_work(pid):
                self._change(job_id, Status(status), ends[Status(status)], LOST)

    def _change(self, job_id: str, old: Status, new: Status, said: str | None = None) -> None:
        """Set a job's status only if it is still `old`: its process may have set another in the meantime."""
        with self.db_session() as session:
            session.query(Job).filter(Job.job_id == job_id, Job.status == old).update(
                {"status": new, "status_message": said}
            )
            session.commit()


def _times(schedule: str | None, timezone: str | None) -> str | None:
    """The cron line of a recurring job; `SchedulerError` for one that never occurs or an unknown time zone."""
    if schedule is None:
        return None
    try:
        line = cron_line(schedule)
        compute_next_run_time(line, timezone)
    except ForecastingError as error:
        raise SchedulerError(f"schedule: {error}") from None
    except Exception as error:  # the two libraries underneath share no class of errors
        got = f"{shown(schedule)} in {shown(timezone)}: {type(error).__name__}"
        raise SchedulerError(
            f"schedule: expected a cron line and a time zone such as Europe/Berlin, got {got}; correct it"
        ) from None
    return line


def _at_work(pid: int) -> bool:
    """Whether the process of a job is alive; a later process with the same id does not count."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and any("multiprocessing" in part for part in process.cmdline())
    except psutil.Error:
        return False
