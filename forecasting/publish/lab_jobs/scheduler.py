"""A backend of jupyter-scheduler whose jobs are reports: refused in words before they start, never lost in silence."""

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

LOST = "wanted the process of the job to tell how it ended; it was killed, or the machine went down. Run it again"


class ReportScheduler(Scheduler):
    """Checks a job's template, parameters and times when it is asked for, and settles jobs whose process is gone."""

    execution_manager_class = Type(
        default_value="forecasting.publish.lab_jobs.execution.ReportExecution",
        klass="jupyter_scheduler.executors.ExecutionManager",
        config=True,
        help="What the process of a job does.",
    )

    def create_job(self, model: CreateJob) -> str:
        """Start a job; `SchedulerError` for a request that cannot be answered.

        A job of a definition is started in any case: what is wrong with it by then is told by its status.
        """
        if not model.job_definition_id:
            self._require_answerable(model.input_uri, model.parameters)
        job_id = str(super().create_job(model))
        self._change(job_id, Status.STOPPED, Status.QUEUED)
        return job_id

    def create_job_definition(self, model: CreateJobDefinition) -> str:
        """Keep a recurring job; `SchedulerError` for one that cannot be answered, or that would never run."""
        self._require_answerable(model.input_uri, model.parameters)
        model.schedule = _times(model.schedule, model.timezone)
        return str(super().create_job_definition(model))

    def update_job_definition(self, job_definition_id: str, model: UpdateJobDefinition) -> None:
        """Change a recurring job; refused as a new one would be."""
        kept = self.get_job_definition(job_definition_id)
        notebook = model.input_uri or self.get_staging_paths(kept)["input"]
        self._require_answerable(notebook, kept.parameters if model.parameters is None else model.parameters)
        model.schedule = _times(model.schedule, model.timezone or kept.timezone)
        super().update_job_definition(job_definition_id, model)

    def create_job_from_definition(self, job_definition_id: str, model: CreateJobFromDefinition) -> str:
        """Start a job of a definition now, with other parameters if some are given; refused as a new one would be."""
        kept = self.get_job_definition(job_definition_id)
        given = kept.parameters if model.parameters is None else model.parameters
        self._require_answerable(self.get_staging_paths(kept)["input"], given)
        return str(super().create_job_from_definition(job_definition_id, model))

    def get_job(self, job_id: str, job_files: bool | None = True) -> DescribeJob:
        """A job with its true status."""
        self._settle()
        return super().get_job(job_id, job_files)

    def list_jobs(self, query: ListJobsQuery) -> ListJobsResponse:
        """Jobs with their true status."""
        self._settle()
        return super().list_jobs(query)

    def count_jobs(self, query: CountJobsQuery) -> int:
        """How many jobs have a status, truly."""
        self._settle()
        return int(super().count_jobs(query))

    def stop_job(self, job_id: str) -> None:
        """Kill the process of a job, and with it its kernel; one that has not begun too."""
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
        """Close jobs that say they are at work while their process is gone."""
        multiprocessing.active_children()
        ends = {Status.QUEUED: Status.FAILED, Status.IN_PROGRESS: Status.FAILED, Status.STOPPING: Status.STOPPED}
        with self.db_session() as session:
            open_jobs = session.query(Job.job_id, Job.pid, Job.status).filter(Job.status.in_(ends)).all()
        for job_id, pid, status in open_jobs:
            if pid is not None and not _at_work(pid):
                self._change(job_id, Status(status), ends[Status(status)], LOST)

    def _change(self, job_id: str, old: Status, new: Status, said: str | None = None) -> None:
        """Set a job's status where it is still `old`: its process may have set another in the meantime."""
        with self.db_session() as session:
            session.query(Job).filter(Job.job_id == job_id, Job.status == old).update(
                {"status": new, "status_message": said}
            )
            session.commit()


def _times(schedule: str | None, timezone: str | None) -> str | None:
    """The cron line of a recurring job; `SchedulerError` for one that never comes to pass or an unknown time zone."""
    if schedule is None:
        return None
    try:
        line = cron_line(schedule)
        compute_next_run_time(line, timezone)
    except ForecastingError as error:
        raise SchedulerError(f"schedule: {error}") from None
    except Exception as error:  # the two libraries underneath share no class of errors
        came = f"{shown(schedule)} in {shown(timezone)}: {type(error).__name__}"
        raise SchedulerError(
            f"schedule: expected a cron line and a time zone such as Europe/Berlin, got {came}"
        ) from None
    return line


def _at_work(pid: int) -> bool:
    """Whether the process of a job lives; a process that took its number over is not one."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and any("multiprocessing" in part for part in process.cmdline())
    except psutil.Error:
        return False
