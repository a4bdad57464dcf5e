"""Execution of a job in its process: rendering as by `forecasting report`, with the true result as its status."""

from pathlib import Path
from typing import Any

from jupyter_scheduler.executors import ExecutionManager
from jupyter_scheduler.models import JobFeature, Status
from jupyter_scheduler.orm import Job
from jupyter_scheduler.utils import get_utc_timestamp

from forecasting.publish.lab_jobs.job_request import job_request
from forecasting.publish.notebook import render
from forecasting.store.files import write_whole

REPORTS = "reports"
SUPPORTED = frozenset({"job_name", "parameters", "output_formats", "job_definition", "idempotency_token", "stop_job",
                       "delete_job"})  # fmt: skip


class ReportExecution(ExecutionManager):
    """Renders the report of a job into `reports` in the server's working directory, and copies its files into the job.

    Relative paths in parameters start from that directory too, as for the command.
    """

    said = ""

    def execute(self) -> None:
        """Render the report; `UsageError` or `ReportError` if that fails, and then nothing is published."""
        job = self.model
        template, asked = job_request(Path(self.staging_paths["input"]), job.parameters)
        done = render(template, asked, REPORTS)
        files = {form: done.page.with_suffix(f".{form}") for form in job.output_formats or ()}
        write_whole({Path(self.staging_paths[form]): path.read_bytes() for form, path in files.items()})
        self.said = f"{done.status}: {done.page.as_posix()}"

    def on_failure(self, e: Exception) -> None:
        """Set the status FAILED, with the message of the error."""
        self._close(Status.FAILED, str(e) or type(e).__name__)

    def on_complete(self) -> None:
        """Set the status COMPLETED, with the page and whether it was rendered or unchanged."""
        self._close(Status.COMPLETED, self.said)

    def _close(self, status: Status, said: str) -> None:
        with self.db_session() as session:
            session.query(Job).filter(Job.job_id == self.job_id).update(
                {"status": status, "status_message": said, "end_time": get_utc_timestamp()}
            )
            session.commit()

    @staticmethod
    def supported_features(_: Any = None) -> dict[JobFeature, bool]:
        """The fields of the job form that have an effect."""
        return {feature: feature.value in SUPPORTED for feature in JobFeature}

    @staticmethod
    def validate(_: Any, input_path: str) -> bool:
        """True: `ReportScheduler` has validated the notebook already, with a message for each fault."""
        del input_path
        return True
