"""Reports asked for through the REST interface that JupyterLab's job form uses."""

import json
import time
from hashlib import sha256

import nbformat
import pytest

pytestmark = pytest.mark.long  # test_lab_jobs.py asks the same of the jobs without a server

CASE = "new-start-post-expiry-2026"
TEMPLATE = "templates/data_quality.ipynb"
FOLDER = "a\"'; raise SystemExit #\n\"\"\"'''\n1 \\ 0"


def test_what_can_be_asked_is_told_with_types(server):
    code, (environment,) = server.ask("GET", "runtime_environments")
    assert (code, environment["name"]) == (200, "forecasting")
    assert [form["name"] for form in environment["output_formats"]] == ["html", "ipynb", "json"]
    schema = json.loads(environment["metadata"]["case_report"])
    assert schema["required"] == ["case_id"]
    assert schema["properties"]["target"]["enum"] == ["concluded", "in_force"]
    features = server.ask("GET", "config")[1]["supported_features"]
    assert features["parameters"] and features["stop_job"] and not features["timeout_seconds"]


def test_a_job_is_a_report_and_a_parameter_never_becomes_code(server):
    (server.home / "record").rename(server.home / FOLDER)
    try:
        given = {"data": FOLDER, "as_of": "2026-05-01"}
        code, made = server.ask("POST", "jobs", server.job(TEMPLATE, given))
        assert code == 200, made
        job = server.seen(made["job_id"], "COMPLETED", "FAILED", "STOPPED")
    finally:
        (server.home / FOLDER).rename(server.home / "record")
    page = server.home / "reports" / "data-quality" / "2026-05-01.html"
    assert (job["status"], job["status_message"]) == ("COMPLETED", "rendered: reports/data-quality/2026-05-01.html")
    assert job["start_time"] <= job["end_time"]
    sidecar = json.loads(page.with_suffix(".json").read_text())
    assert sidecar["rendering"]["html_sha256"] == sha256(page.read_bytes()).hexdigest()
    assert sidecar["rendering"]["parameters"] == {"as_of": "2026-05-01", "data": str(server.home / FOLDER)}
    injected = [
        cell
        for cell in nbformat.read(page.with_suffix(".ipynb"), 4).cells
        if "injected-parameters" in cell.metadata.get("tags", ())
    ]
    names = {}
    exec(injected[0].source, names)
    assert names["data"] == str(server.home / FOLDER)
    staged = next(server.home.glob(f"data/scheduler_staging_area/{made['job_id']}/*.html"))
    assert staged.read_bytes() == page.read_bytes()
    assert server.ask("GET", f"jobs/{made['job_id']}/download_files")[0] == 204
    downloaded = server.once(made["job_id"], lambda job: job["downloaded"])["job_files"]
    assert {file["display_name"] for file in downloaded} == {"Report", "Every number of the report", "Input"}
    assert (server.folder / downloaded[0]["file_path"]).read_bytes() == page.read_bytes()


@pytest.mark.parametrize(
    ("notebook", "parameters", "said"),
    [
        (TEMPLATE, {"as_of": "soon"}, "data_quality: as_of: expected a day as YYYY-MM-DD, for example 2026-02-05, got 'soon'"),
        (TEMPLATE, {"as_of = 1; x": "1"}, "data_quality: expected keys out of as_of, data, overlay, record_age, lost_acts, got the unknown key as_of = 1; x"),
        (TEMPLATE, {"data": "nowhere"}, "nowhere: expected a folder with the record, got no such folder"),
        ("templates/case_report.ipynb", {"horizons": "6,x", "case_id": CASE}, "case_report: horizons: expected horizons as whole months, for example 6,12,24, got '6,x'"),
        ("templates/case_report.ipynb", {"case_id": "__import__('os')", "data": "record"}, "expected the case_id of a case in the record, got \"__import__('os')\""),
        ("templates/portfolio.ipynb", {"period_months": "0"}, "portfolio: period_months: expected months since the last period, 1 to 120, got 0"),
        ("mine.ipynb", {}, "expected a notebook with the cells of a report template (case_report, brief, portfolio, scorecard, data_quality) as shipped, got mine.ipynb; copy the template again"),
        ("broken.ipynb", {}, "expected a notebook, got broken.ipynb: "),
        ("missing.ipynb", {}, "Input path 'missing.ipynb' does not exist."),
    ],
)  # fmt: skip
def test_a_bad_job_is_refused_by_name_before_it_starts(server, notebook, parameters, said):
    edited = nbformat.read(server.folder / TEMPLATE, 4)
    edited.cells[-1].source += "\n1 / 0"
    nbformat.write(edited, server.folder / "mine.ipynb")
    (server.folder / "broken.ipynb").write_text("{")
    before = server.ask("GET", "jobs")[1]["total_count"]
    code, answer = server.ask("POST", "jobs", server.job(notebook, parameters))
    assert code == 400
    assert said in answer["message"]
    assert server.ask("GET", "jobs")[1]["total_count"] == before


def test_a_recurring_job_is_checked_and_one_that_is_stopped_publishes_nothing(server):
    days = {"schedule": "monthly", "timezone": "UTC"}

    def asked(parameters=None, **changes):
        given = {"case_id": CASE, "as_of": "2026-03-01"} if parameters is None else parameters
        return server.job("templates/case_report.ipynb", given, **{**days, **changes})

    for changes, said in (
        ({"schedule": "0 0 30 2 *"}, "schedule: expected daily, weekly, monthly, or a cron line of five fields"),
        (
            {"timezone": "Mars/Olympus"},
            "schedule: expected a time zone such as Europe/Berlin, got 'Mars/Olympus'; correct it",
        ),
        ({"parameters": {"case_id": CASE, "as_of": "x"}}, "case_report: as_of: expected a day"),
    ):
        code, answer = server.ask("POST", "job_definitions", asked(**changes))
        assert code == 400 and said in answer["message"]
    assert server.ask("GET", "job_definitions")[1]["total_count"] == 0
    made = server.ask("POST", "job_definitions", asked())[1]
    definition = f"job_definitions/{made['job_definition_id']}"
    assert server.ask("GET", definition)[1]["schedule"] == "0 0 1 * *"
    code, answer = server.ask("PATCH", definition, {"schedule": "never"})
    assert code == 400 and "got 'never'" in answer["message"]
    code, answer = server.ask("POST", f"{definition}/jobs", {"parameters": {"colour": "red"}})
    assert code == 400 and "got the unknown key colour" in answer["message"]
    job_id = server.ask("POST", f"{definition}/jobs", {})[1]["job_id"]
    job = server.ask("GET", f"jobs/{job_id}")[1]
    assert job["status"] in ("QUEUED", "IN_PROGRESS")
    assert (job["job_definition_id"], job["parameters"]["case_id"]) == (made["job_definition_id"], CASE)
    assert server.ask("PATCH", f"jobs/{job_id}", {"status": "STOPPED"})[0] == 204
    assert server.seen(job_id, "STOPPED", "COMPLETED", "FAILED")["status"] == "STOPPED"
    time.sleep(0.5)
    assert not list((server.home / "reports").rglob(f"*{CASE}*/*"))
    assert server.ask("DELETE", definition)[0] == 204


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"output_formats": ["../../x"]}, "expected output_formats out of html, ipynb, json, got '../../x'; leave it out"),
        ({"input_filename": "../../../evil.ipynb"}, "expected an input_filename that is a plain name ending in .ipynb, got '../../../evil.ipynb'"),
        ({"input_filename": "evil.py"}, "expected an input_filename that is a plain name"),
        ({"input_uri": "/etc/passwd"}, "expected a notebook below the folder of the server, got '/etc/passwd'; copy it there"),
        ({"input_uri": "../log"}, "expected a notebook below the folder of the server, got '../log'"),
        ({"input_uri": "link.ipynb"}, "expected a notebook below the folder of the server, got 'link.ipynb'"),
        ({"output_filename_template": "../x"}, "expected an output_filename_template without folders, got '../x'"),
        ({"package_input_folder": True}, "expected a job of the notebook alone"),
        ({"runtime_environment_name": "other"}, "expected the runtime environment forecasting, got 'other'"),
        ({"name": None}, "name"),
    ],
)  # fmt: skip
def test_what_leads_out_of_the_folder_is_refused_everywhere(server, changes, said):
    link = server.folder / "link.ipynb"
    if not link.is_symlink():
        link.symlink_to(server.home / "log")
    asked = {**server.job(TEMPLATE, {"data": "record"}), **changes}
    for place, body in (("jobs", asked), ("job_definitions", {**asked, "schedule": "daily", "timezone": "UTC"})):
        code, answer = server.ask("POST", place, body)
        assert (code, said in answer["message"]) == (400, True), answer
    made = server.ask(
        "POST", "job_definitions", {**server.job(TEMPLATE, {"data": "record"}), "schedule": "daily", "timezone": "UTC"}
    )[1]
    definition = made["job_definition_id"]
    if not {"input_filename", "package_input_folder", "name"} & set(changes):
        assert server.ask("PATCH", f"job_definitions/{definition}", {**changes, "schedule": "daily"})[0] == 400
    code, answer = server.ask("POST", "jobs", {**asked, "job_definition_id": definition})
    assert code == 400, "nor by calling itself a job of a definition"
    assert server.ask("DELETE", f"job_definitions/{definition}")[0] == 204
    assert server.ask("GET", "jobs")[0] == 200
    assert not list(server.home.rglob("evil*"))


def test_a_bad_job_of_an_earlier_version_hides_no_other(server):
    from jupyter_scheduler.orm import Job, create_session

    database = next(server.home.rglob("scheduler.sqlite"))
    with create_session(f"sqlite:///{database}")() as session:
        bad = Job(
            input_filename="../../../x",
            runtime_environment_name="forecasting",
            name="bad",
            output_formats=["../../x", "html"],
            status="FAILED",
        )
        session.add(bad)
        session.commit()
        job_id = bad.job_id
    code, listed = server.ask("GET", "jobs")
    assert code == 200 and job_id in {job["job_id"] for job in listed["jobs"]}
    assert server.ask("GET", f"jobs/{job_id}")[1]["output_formats"] == ["html"]
    beside = server.home / "data" / "kept"
    beside.mkdir(parents=True, exist_ok=True)
    assert server.ask("DELETE", f"jobs/{job_id}")[0] == 204 and beside.is_dir()
    assert server.ask("GET", f"jobs/{job_id}")[0] == 404
