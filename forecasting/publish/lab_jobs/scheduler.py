"""Backend of jupyter-scheduler for reports: validated before they start, settled if their process dies."""

import multiprocessing
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
from jupyter_scheduler.exceptions import InputUriError
from jupyter_scheduler.models import (
    CountJobsQuery,
    CreateJob,
    CreateJobDefinition,
    CreateJobFromDefinition,
    DescribeJob,
    DescribeJobDefinition,
    ListJobsQuery,
    ListJobsResponse,
    Status,
    UpdateJobDefinition,
)
from jupyter_scheduler.orm import Job
from jupyter_scheduler.scheduler import Scheduler
from traitlets import Type

from forecasting.publish.lab_jobs.calendar import next_run
from forecasting.publish.lab_jobs.environment import FORMATS
from forecasting.publish.lab_jobs.job_request import job_request
from forecasting.publish.lab_jobs.refusals import RefusedJobError, answer_refusals
from forecasting.publish.schedule.times import cron_line
from forecasting.store.errors import ForecastingError, shown

ENVIRONMENT, LONGEST_NAME = "forecasting", 120
LOST = "expected the result of the job, got none: its process was killed, or the machine stopped; run it again"


class ReportScheduler(Scheduler):
    """Validates template, parameters and times of a new job, and settles jobs whose process has died."""

    execution_manager_class = Type(
        default_value="forecasting.publish.lab_jobs.execution.ReportExecution",
        klass="jupyter_scheduler.executors.ExecutionManager",
        config=True,
        help="What the process of a job does.",
    )
    task_runner_class = Type(
        allow_none=True,
        default_value="forecasting.publish.lab_jobs.calendar.ReportRunner",
        klass="jupyter_scheduler.task_runner.BaseTaskRunner",
        config=True,
        help="What starts recurring jobs.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        answer_refusals()
        super().__init__(*args, **kwargs)

    def create_job(self, model: CreateJob) -> str:
        """Start a job; `RefusedJobError` for a request that cannot be answered.

        A job of a definition is always started, since nobody is there to read the error: its status reports a fault.
        """
        if model.job_definition_id:
            _require_plain(model)
            self._require_own_notebook(model.job_definition_id, model.input_uri)
        else:
            self._require_answerable(model, model.parameters)
        job_id = str(super().create_job(model))
        self._change(job_id, Status.STOPPED, Status.QUEUED)
        return job_id

    def create_job_definition(self, model: CreateJobDefinition) -> str:
        """Add a recurring job; `RefusedJobError` for one that cannot be answered, or that would never run."""
        self._require_answerable(model, model.parameters)
        model.schedule = _times(model.schedule, model.timezone)
        return str(super().create_job_definition(model))

    def update_job_definition(self, job_definition_id: str, model: UpdateJobDefinition) -> None:
        """Change a recurring job; validated as a new one is."""
        kept = self.get_job_definition(job_definition_id)
        given = kept.parameters if model.parameters is None else model.parameters
        if model.input_uri:
            self._require_answerable(model, given)
        else:
            _require_plain(model)
            self._require_request(Path(self.get_staging_paths(kept)["input"]), given)
        model.schedule = _times(model.schedule, model.timezone or kept.timezone)
        super().update_job_definition(job_definition_id, model)

    def create_job_from_definition(self, job_definition_id: str, model: CreateJobFromDefinition) -> str:
        """Start a job of a definition now, with other parameters if given; validated as a new one is."""
        kept = self.get_job_definition(job_definition_id)
        given = kept.parameters if model.parameters is None else model.parameters
        self._require_request(Path(self.get_staging_paths(kept)["input"]), given)
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

    def get_staging_paths(self, model: DescribeJob | DescribeJobDefinition) -> dict[str, str]:
        """Paths of a job's files in the staging folder, and never outside it, whatever the database says."""
        if not model:
            return {}
        own = {"output_formats": _known(model.output_formats), "input_filename": _own_name(model.input_filename)}
        return dict(super().get_staging_paths(model.copy(update=own)))

    def add_job_files(self, model: DescribeJob) -> None:
        """Add the files of a job; formats that there are not have none, so that one bad job never hides the list."""
        model.output_formats = _known(model.output_formats)
        model.input_filename = _own_name(model.input_filename)
        super().add_job_files(model)

    def _require_answerable(self, model: Any, parameters: Mapping[str, str] | None) -> None:
        """Refuse a notebook that is not below the root of the server, and a request that cannot be answered."""
        notebook = str(model.input_uri)
        root = Path(self.root_dir).expanduser().resolve()
        place = (root / notebook).resolve() if "\0" not in notebook else root
        if Path(notebook).is_absolute() or root not in place.parents:
            got = shown(notebook)
            raise RefusedJobError(f"expected a notebook below the folder of the server, got {got}; copy it there")
        _require_plain(model)
        if not place.is_file():
            raise InputUriError(notebook)
        self._require_request(place, parameters)

    def _require_request(self, place: Path, parameters: Mapping[str, str] | None) -> None:
        try:
            job_request(place, parameters)[1].checked()
        except ForecastingError as error:
            raise RefusedJobError(str(error)) from None

    def _require_own_notebook(self, job_definition_id: str, notebook: str) -> None:
        """Refuse a job that says it is of a definition, and is not of that definition's notebook."""
        own = self.get_staging_paths(self.get_job_definition(job_definition_id))["input"]
        if Path(notebook) != Path(own):
            raise RefusedJobError(
                f"expected the notebook of the job definition, got {shown(notebook)}; run the definition"
            )

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
    """The cron line of a recurring job; `RefusedJobError` for one that never occurs or an unknown time zone."""
    if schedule is None:
        return None
    try:
        line = cron_line(schedule)
        next_run(line, timezone, datetime.now(UTC))
    except ForecastingError as error:
        raise RefusedJobError(f"schedule: {error}") from None
    return line


def _require_plain(model: Any) -> None:
    """Refuse formats that there are not, and names that would lead out of a job's own folder."""
    if unknown := [form for form in model.output_formats or () if form not in FORMATS]:
        raise RefusedJobError(
            f"expected output_formats out of {', '.join(FORMATS)}, got {shown(unknown[0])}; leave it out"
        )
    name = getattr(model, "input_filename", None)
    if name is not None and (name != _own_name(name) or not name.endswith(".ipynb")):
        raise RefusedJobError(
            f"expected an input_filename that is a plain name ending in .ipynb, got {shown(name)}; rename it"
        )
    template = getattr(model, "output_filename_template", None)
    if template is not None and _own_name(template) != template:
        raise RefusedJobError(
            f"expected an output_filename_template without folders, got {shown(template)}; leave them out"
        )
    environment = getattr(model, "runtime_environment_name", None)
    if environment not in (None, ENVIRONMENT):
        raise RefusedJobError(f"expected the runtime environment {ENVIRONMENT}, got {shown(environment)}; choose it")
    if getattr(model, "package_input_folder", None):
        raise RefusedJobError("expected a job of the notebook alone, got package_input_folder; leave it out")


def _known(formats: list[str] | None) -> list[str]:
    return [form for form in formats or () if form in FORMATS]


def _own_name(name: str | None) -> str:
    """The last part of a path, if it is a printable name of a file; else a name of our own."""
    last = Path(name or "").name
    is_plain = last.isprintable() and last not in ("", ".", "..") and len(last) <= LONGEST_NAME and "\\" not in last
    return last if is_plain else "notebook.ipynb"


def _at_work(pid: int) -> bool:
    """Whether the process of a job is alive; a later process with the same id does not count."""
    try:
        process = psutil.Process(pid)
        return process.status() != psutil.STATUS_ZOMBIE and any("multiprocessing" in part for part in process.cmdline())
    except psutil.Error:
        return False
