"""What is due is made once: missed runs are made up, a clock moved back publishes nothing twice, one process at a time."""

import fcntl
import json
import sys
from pathlib import Path

import pytest
from calling import call

from forecasting.publish.engine import Limits
from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.plan import Plan, read_plan
from forecasting.publish.schedule.run import due_of, run_due
from forecasting.publish.schedule.times import moment
from forecasting.review import approve
from forecasting.store.errors import UsageError

ENTRY = {"name": "record", "template": "data-quality", "every": "daily", "catch_up": "3 days"}


def plan(few_cases, notify=None, **changes):
    entry = {**ENTRY, "parameters": {"data": str(few_cases)}, **changes}
    return Plan(report=[entry], notify=notify)


def states(outcome):
    return [(line["due"][:10], line["status"], line["made_up"], line["counts"]) for line in outcome.runs]


def lines(out):
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def test_what_is_due():
    entry = Plan(report=[ENTRY]).report[0]
    now = moment("2026-03-05T12:00")

    def owed(closed):
        due, missed = due_of(entry, {moment(day): status for day, status in closed.items()}, now)
        return (due and (due.when.date().isoformat(), due.made_up)), missed and missed.when.date().isoformat()

    assert owed({}) == (("2026-03-05", 0), None)
    assert owed({"2026-03-05": "done"}) == (None, None)
    assert owed({"2026-03-05": "failed"}) == (("2026-03-05", 0), None)
    assert owed({"2026-03-01": "done"}) == (("2026-03-05", 3), None)


def test_a_time_missed_longer_ago_than_the_window_is_told_once(tmp_path, template, few_cases):
    template()
    monthly = plan(few_cases, every="monthly", catch_up="1 day")
    assert states(run_due(monthly, tmp_path / "out", moment("2026-03-10"))) == [], (
        "nothing before the first run is owed"
    )
    assert states(run_due(monthly, tmp_path / "out", moment("2026-04-01"))) == [
        ("2026-04-01", "done", 0, {"rendered": 1})
    ]
    late = run_due(monthly, tmp_path / "out", moment("2026-05-03"))
    assert late.failures == ("record: missed 2026-05-01T00:00:00+00:00, longer ago than 1 day",)
    assert [line["status"] for line in late.runs] == ["missed"]
    assert run_due(monthly, tmp_path / "out", moment("2026-05-03")).failures == ()


def test_a_run_is_made_once_and_missed_ones_are_made_up_by_one(tmp_path, template, few_cases):
    template()
    out, daily = tmp_path / "out", plan(few_cases)
    first = run_due(daily, out, moment("2026-03-01T06:00"))
    assert states(first) == [("2026-03-01", "done", 0, {"rendered": 1})]
    before = (out / "manifest.jsonl").read_bytes()
    assert states(run_due(daily, out, moment("2026-03-01T23:00"))) == []
    assert (out / "manifest.jsonl").read_bytes() == before
    assert states(run_due(daily, out, moment("2026-03-04T00:00"))) == [("2026-03-04", "done", 2, {"unchanged": 1})]
    report, run = lines(out)[:2]
    assert (report["kind"], report["status"], report["page"]) == ("report", "rendered", "data-quality/2026-08-31.html")
    assert {"parameters", "fingerprint", "html_sha256", "version", "seconds"} <= set(report)
    assert report["parameters"] == {"as_of": "2026-08-31", "data": str(few_cases)}, "as of the record's end"
    assert (run["kind"], run["status"], run["due"]) == ("run", "done", "2026-03-01T00:00:00+00:00")
    assert (out / "index.html").is_file() and (out / "feed.xml").is_file()


def test_a_clock_moved_back_publishes_nothing_twice_and_says_so(tmp_path, template, few_cases):
    template()
    out = tmp_path / "out"
    run_due(plan(few_cases), out, moment("2026-03-04"))
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    outcome = run_due(plan(few_cases), out, moment("2026-03-02"))
    assert outcome.runs == () and outcome.status == "failed"
    assert outcome.failures[0].startswith("the clock says 2026-03-02T00:00:00+00:00, before the last run, 2026-03-04")
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_a_failed_run_is_named_noted_told_and_tried_again(tmp_path, template, few_cases, capsys):
    template("1 / 0")
    out, told = tmp_path / "out", tmp_path / "told.json"
    notify = [sys.executable, "-c", f"import sys; open({str(told)!r}, 'w').write(sys.stdin.read())"]
    schedule = tmp_path / "schedule.toml"
    schedule.write_text(
        f"notify = {json.dumps(notify)}\n[[report]]\nname = 'record'\ntemplate = 'data-quality'\nevery = 'daily'\n"
        f"parameters = {{ data = {json.dumps(str(few_cases))} }}\n"
    )
    assert call("run", due=True, schedule=schedule, now="2026-03-01", out=out) == 1
    printed = capsys.readouterr()
    assert printed.out == "record, due 2026-03-01T00:00:00+00:00: refused (1 failed)\n", "1 / 0 does not heal by itself"
    assert printed.err.startswith(
        "record: expected data_quality to run for data-quality as of 2026-08-31, got ZeroDivisionError in cell 4: "
    )
    assert json.loads(told.read_text())["status"] == "failed"
    assert len(json.loads(told.read_text())["failures"]) == 1
    template()
    assert call("run", due=True, schedule=schedule, now="2026-03-01", out=out, json=True) == 0
    assert [line["status"] for line in json.loads(capsys.readouterr().out)["runs"]] == ["done"]
    assert json.loads(told.read_text())["failures"] == []
    assert call("run", due=True, schedule=schedule, now="2026-03-01", out=out) == 0
    assert capsys.readouterr().out == "nothing is due\n"


def test_an_entry_that_fails_does_not_stop_the_next_nor_a_case_that_ended_the_others(
    tmp_path, template, few_cases, small_copy
):
    template()
    small_copy.edit("cases", "salt2-observance-1979", type="treaty")
    entries = [
        {**ENTRY, "name": "faulty", "template": "case", "cases": ["x"], "parameters": {"data": str(small_copy.folder)}},
        {
            **ENTRY,
            "name": "ended",
            "template": "case",
            "cases": ["salt2-observance-1979"],
            "parameters": {"data": str(few_cases)},
        },
        {**ENTRY, "name": "sound", "parameters": {"data": str(few_cases)}},
    ]
    outcome = run_due(Plan(report=entries), tmp_path / "out", moment("2026-03-01"))
    assert [status for _, status, *_ in states(outcome)] == ["refused", "refused", "done"]
    assert outcome.failures[0].startswith("faulty: x: cases.csv row ")
    assert outcome.failures[1].startswith(
        "ended: salt2-observance-1979: expected a case that goes on, got salt2-observance-1979, which collapsed"
    )


def test_a_notifier_that_cannot_be_told_is_a_failure(tmp_path, template, few_cases):
    template()
    missing = run_due(plan(few_cases, notify=["/nowhere/mail"]), tmp_path / "a", moment("2026-03-01"))
    assert missing.failures == (
        "notify: expected /nowhere/mail to run, got [Errno 2] No such file or directory: '/nowhere/mail'; "
        "correct notify in the schedule",
    )
    grumpy = [sys.executable, "-c", "import sys; sys.exit('no')"]
    assert run_due(plan(few_cases, notify=grumpy), tmp_path / "a", moment("2026-03-02")).failures == (
        f"notify: expected {sys.executable} to exit with 0, got 1: no; see that command",
    )


def test_two_at_once_are_one(tmp_path, template, few_cases):
    template()
    out = tmp_path / "out"
    out.mkdir()
    with (out / ".schedule.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711")
        held.flush()
        with pytest.raises(
            UsageError,
            match=f"^expected one run at a time in {out}, got process 4711 at work there; wait until it has ended$",
        ):
            run_due(plan(few_cases), out, moment("2026-03-01"))
    assert [path.name for path in out.iterdir()] == [".schedule.lock"]
    assert len(run_due(plan(few_cases), out, moment("2026-03-01")).runs) == 1


def test_only_the_latest_reports_are_kept_and_approved_ones_always(tmp_path, template, few_cases):
    template()
    out = tmp_path / "out"
    for n, day in enumerate(("2026-05-01", "2026-06-01", "2026-07-01", "2026-08-01"), start=1):
        run_due(
            plan(few_cases, keep=2, parameters={"data": str(few_cases), "as_of": day}), out, moment(f"2026-03-0{n}")
        )
        if n == 1:
            approve(out / "data-quality" / "2026-05-01.html", "Ada", out)
    left = sorted(path.name for path in (out / "data-quality").iterdir())
    assert left == sorted(
        f"{day}.{end}" for day in ("2026-05-01", "2026-07-01", "2026-08-01") for end in ("html", "ipynb", "json")
    )
    assert lines(out)[-1]["removed"] == ["data-quality/2026-06-01.html"]


def test_a_line_cut_short_by_a_crash_is_taken_away(tmp_path):
    manifest = Manifest(tmp_path)
    manifest.append({"kind": "run", "entry": "a", "due": "2026-03-01T00:00:00+00:00", "status": "done"})
    with manifest.path.open("a") as file:
        file.write('{"kind": "run", "entr')
    assert {due: line["status"] for due, line in manifest.past().of("a").items()} == {moment("2026-03-01"): "done"}
    manifest.append({"kind": "run", "entry": "a", "due": "2026-03-02T00:00:00+00:00", "status": "failed"})
    assert [line["status"] for line in lines(tmp_path)] == ["done", "failed"]
    manifest.path.write_text("[]\n" + manifest.path.read_text())
    with pytest.raises(
        UsageError, match=r"manifest\.jsonl row 1: expected a JSON object, got '\[\]'; correct or remove that line$"
    ):
        list(manifest.lines())


def test_limits_and_jobs_are_checked(tmp_path, few_cases):
    with pytest.raises(UsageError, match="expected --jobs from 1 to 64, got 0; choose another"):
        run_due(plan(few_cases), tmp_path / "out", moment("2026-03-01"), jobs=0, limits=Limits())
    assert not (tmp_path / "out").exists()


def test_the_example_in_the_documentation_is_a_schedule(tmp_path):
    page = (Path(__file__).parents[3] / "docs" / "scheduler.md").read_text(encoding="utf-8")
    (tmp_path / "schedule.toml").write_text(page.split("```toml\n")[1].split("```")[0], encoding="utf-8")
    assert len(read_plan(tmp_path / "schedule.toml").report) >= 2
