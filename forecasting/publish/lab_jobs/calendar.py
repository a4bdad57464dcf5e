"""When recurring jobs run: by the calendar of schedules, so that a cron line means the same in both."""

from datetime import UTC, datetime

from jupyter_scheduler.task_runner import TaskRunner
from jupyter_scheduler.utils import get_utc_timestamp

from forecasting.publish.schedule.times import cron_line, next_time
from forecasting.store.errors import UsageError

NEVER = int(datetime(9999, 1, 1, tzinfo=UTC).timestamp() * 1000)


def next_run(schedule: str, timezone: str | None, now: datetime) -> int:
    """The next time of a recurring job, in milliseconds since 1970; `UsageError` for a faulty line or time zone."""
    return int(next_time(cron_line(schedule), now, timezone or "UTC").timestamp() * 1000)


class ReportRunner(TaskRunner):
    """Starts recurring jobs at the times of `schedule.times`."""

    def compute_next_run_time(self, schedule: str, timezone: str | None = None) -> int:
        """The next time in milliseconds; never for a line that no version of this package would have taken."""
        try:
            return next_run(schedule, timezone, datetime.now(UTC))
        except UsageError as error:  # one such row would else stop all recurring jobs
            self.log.error("a recurring job never runs: %s", error)
            return NEVER

    def compute_time_diff(self, queue_run_time: int, timezone: str | None) -> int:
        """Milliseconds since a time of the queue, which is the same in every time zone."""
        del timezone
        return int(get_utc_timestamp() - queue_run_time)
