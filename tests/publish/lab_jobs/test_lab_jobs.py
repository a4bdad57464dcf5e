"""A job's status is what became of it."""

import contextlib
import re
import subprocess
import sys
from datetime import UTC, datetime

import nbformat
import pytest
from jupyter_scheduler import handlers
from jupyter_scheduler.models import CountJobsQuery, CreateJob, ListJobsQuery
from jupyter_scheduler.orm import Job, create_session

from forecasting.publish.lab_jobs import ReportEnvironment, ReportExecution, ReportScheduler
from forecasting.publish.lab_jobs.calendar import NEVER
from forecasting.publish.lab_jobs.refusals import AnsweredError, RefusedJobError
from forecasting.publish.lab_jobs.scheduler import LOST
from forecasting.publish.schedule.times import cron_line, latest_first

ASKED = {"input_uri": "t.ipynb", "input_filename": "t.ipynb", "runtime_environment_name": "forecasting", "name": "n"}


def added(database, **columns):
    """The id of a job put into the database."""
    with create_session(database)() as session:
        job = Job(
            **{key: value for key, value in ASKED.items() if key != "input_uri"}, output_formats=["html"], **columns
        )
        session.add(job)
        session.commit()
        return job.job_id


def scheduler(database, folder):
    return ReportScheduler(root_dir=str(folder), environments_manager=ReportEnvironment(), db_url=database)


def executed(database, notebook, folder, **columns):
    """The job after its process has done its work in this one, started in `folder`."""
    job_id = added(database, **columns)
    staged = {"input": str(notebook), "html": str(folder / "staged.html")}
    with contextlib.chdir(folder):
        ReportExecution(job_id=job_id, root_dir="/elsewhere", db_url=database, staging_paths=staged).process()
    return scheduler(database, folder).get_job(job_id, job_files=False)


def test_a_job_whose_notebook_fails_is_failed_and_says_where(tmp_path, template, few_cases, database):
    job = executed(database, template("1 / 0"), tmp_path, parameters={"data": str(few_cases), "as_of": ""})
    assert job.status == "FAILED"
    assert job.status_message.startswith(
        "expected data_quality to run for data-quality as of 2026-08-31, got ZeroDivisionError in cell 4: "
    )
    assert job.end_time >= job.start_time
    assert not (tmp_path / "staged.html").exists()
    assert [path.name for path in (tmp_path / "reports").rglob("*.*")] == ["2026-08-31.failed.ipynb"]


def test_a_job_that_stands_unchanged_says_so_and_has_its_files(tmp_path, template, few_cases, database):
    notebook, given = template(), {"data": str(few_cases)}
    said = [executed(database, notebook, tmp_path, parameters=given).status_message for _ in range(2)]
    page = "reports/data-quality/2026-08-31.html"
    assert said == [f"rendered: {page}", f"unchanged: {page}"]
    assert (tmp_path / "staged.html").read_bytes() == (tmp_path / page).read_bytes()


def test_a_recurring_job_that_can_no_longer_be_answered_fails_by_name(tmp_path, template, database):
    job = executed(database, template(), tmp_path, parameters={"data": "gone"}, job_definition_id="some-definition")
    assert (job.status, job.status_message) == (
        "FAILED", f"{tmp_path / 'gone'}: expected a folder with the record, got no such folder"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"),
    [("QUEUED", "FAILED"), ("IN_PROGRESS", "FAILED"), ("STOPPING", "STOPPED"), ("COMPLETED", "COMPLETED")],
)
def test_a_job_whose_process_is_gone_is_not_at_work(tmp_path, database, before, after):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    job_id = added(database, status=before, pid=gone.pid)
    kept = scheduler(database, tmp_path)
    assert kept.count_jobs(CountJobsQuery(status=after)) == 1
    (job,) = kept.list_jobs(ListJobsQuery()).jobs
    assert (job.job_id, job.status, job.status_message) == (job_id, after, None if after == before else LOST)


def test_a_job_whose_process_lives_is_left_alone_and_a_taken_over_number_is_not_it(tmp_path, database):
    worker = subprocess.Popen([sys.executable, "-c", "input()", "multiprocessing"], stdin=subprocess.PIPE)
    other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ids = [added(database, status="IN_PROGRESS", pid=process.pid) for process in (worker, other)]
    try:
        found = [scheduler(database, tmp_path).get_job(one, job_files=False).status for one in ids]
    finally:
        for process in (worker, other):
            process.communicate(b"\n")
    assert found == ["IN_PROGRESS", "FAILED"]


def test_a_template_is_known_by_its_cells_not_by_its_name(tmp_path, template, few_cases, database):
    executed_before = nbformat.read(template(), 4)
    executed_before.cells[1].outputs = [nbformat.v4.new_output("stream", text="of an earlier run")]
    nbformat.write(executed_before, tmp_path / "copy of mine.ipynb")
    assert (
        executed(database, tmp_path / "copy of mine.ipynb", tmp_path, parameters={"data": str(few_cases)}).status
        == "COMPLETED"
    )
    assert CreateJob(**{**ASKED, "parameters": {"as_of": 1}}).parameters == {"as_of": "1"}


@pytest.mark.parametrize(
    "line", ["0 0 */10 * 1", "0 0 8-9 * 0#2", "0 0 1 * */2", "0 0 31 2 0", "0 0 LW * *", "30 2 * * *"]
)
def test_a_cron_line_means_the_same_in_the_job_form_and_in_a_schedule(database, tmp_path, line):
    now, runner = datetime.now(UTC), scheduler(database, tmp_path).task_runner
    for zone in ("UTC", "Europe/Berlin", None):
        found = datetime.fromtimestamp(runner.compute_next_run_time(line, zone) / 1000, UTC)
        back = next(latest_first(cron_line(line), found, zone or "UTC"))
        assert found == back > now, "the time to come is one that a schedule looks back at"


def test_a_recurring_job_that_no_reader_takes_stops_no_other(database, tmp_path):
    assert scheduler(database, tmp_path).task_runner.compute_next_run_time("0 0 30 2 *", "UTC") == NEVER
    assert scheduler(database, tmp_path).task_runner.compute_next_run_time("daily", "Mars/Olympus") == NEVER


@pytest.mark.parametrize(
    ("module", "work", "code"),
    [
        (handlers.__name__, "dict(**payload)", 400),
        (handlers.__name__, "payload['status']", 400),
        ("forecasting.publish.lab_jobs.scheduler", "dict(**payload)", 500),
        ("sqlalchemy.orm", "{}['job_id']", 500),
        (handlers.__name__, "1 / 0", 500),
    ],
)
def test_only_what_a_handler_finds_wrong_with_the_request_is_the_fault_of_the_request(module, work, code):
    """The handlers take the request apart themselves; the same error out of other code is the server's."""
    names = {"__name__": module}
    exec(f"def answer(payload): return {work}", names)
    try:
        names["answer"]([1])
    except Exception:
        answered = AnsweredError(500, "Unexpected error occurred")
    assert answered.status_code == code
    assert answered.log_message.startswith("expected a request of the job form, got: ") == (code == 400)


def test_every_refusal_of_the_form_says_what_to_do(tmp_path, database):
    whole = dict(ASKED, input_uri="t.ipynb")
    (tmp_path / "t.ipynb").write_text("{}")
    said = []
    for change in (
        {"output_formats": ["exe"]}, {"input_filename": "../t.ipynb"}, {"output_filename_template": "../x"},
        {"runtime_environment_name": "other"}, {"package_input_folder": True}, {"input_uri": "/etc/passwd"},
    ):  # fmt: skip
        with pytest.raises(RefusedJobError) as refused:
            scheduler(database, tmp_path).create_job(CreateJob(**(whole | change)))
        said.append(str(refused.value))
    assert all(re.fullmatch(r"expected .+, got .+; .+", one) for one in said), said
