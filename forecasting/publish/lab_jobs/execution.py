"""What the process of a job does: what `forecasting report` does, with an honest status."""

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
    """Renders the report of a job into `reports` where the server was started, and copies its files into the job.

    Folders given as relative paths are below that place too, as they are for the command.
    """

    said = ""

    def execute(self) -> None:
        """Render; raises what says why it could not be done, and nothing was published then."""
        job = self.model
        template, asked = job_request(Path(self.staging_paths["input"]), job.parameters)
        done = render(template, asked, REPORTS)
        wanted = {form: done.page.with_suffix(f".{form}") for form in job.output_formats or ()}
        write_whole({Path(self.staging_paths[form]): path.read_bytes() for form, path in wanted.items()})
        self.said = f"{done.status}: {done.page.as_posix()}"

    def on_failure(self, e: Exception) -> None:
        """FAILED, with what was said."""
        self._close(Status.FAILED, str(e) or type(e).__name__)

    def on_complete(self) -> None:
        """COMPLETED, with the page and whether it was rendered or stood unchanged."""
        self._close(Status.COMPLETED, self.said)

    def _close(self, status: Status, said: str) -> None:
        with self.db_session() as session:
            session.query(Job).filter(Job.job_id == self.job_id).update(
                {"status": status, "status_message": said, "end_time": get_utc_timestamp()}
            )
            session.commit()

    @staticmethod
    def supported_features(_: Any = None) -> dict[JobFeature, bool]:
        """What of the job form is heeded."""
        return {feature: feature.value in SUPPORTED for feature in JobFeature}

    @staticmethod
    def validate(_: Any, input_path: str) -> bool:
        """True for any notebook; `ReportScheduler` has checked it, and says in words what is wrong."""
        del input_path
        return True
