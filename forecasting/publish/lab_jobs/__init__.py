"""Reports as jobs of JupyterLab (job form and REST interface); requires the extra `[schedule]`: jupyter-scheduler."""

from forecasting.publish.lab_jobs.environment import ReportEnvironment
from forecasting.publish.lab_jobs.execution import ReportExecution
from forecasting.publish.lab_jobs.job_files import ReportFiles
from forecasting.publish.lab_jobs.scheduler import ReportScheduler

__all__ = ["ReportEnvironment", "ReportExecution", "ReportFiles", "ReportScheduler"]
