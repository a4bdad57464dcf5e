"""Nothing stops in silence: what keeps a due report from being made is told, once, and a monitor can ask."""

import json
import sys

import pytest
from calling import call

from forecasting.publish.schedule.call import run_schedule
from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.plan import Plan
from forecasting.publish.schedule.run import run_due
from forecasting.publish.schedule.status import standings
from forecasting.publish.schedule.times import moment
from forecasting.review import approve

ENDED = "salt2-observance-1979"


@pytest.fixture
def told(tmp_path):
    """A command to notify, and what it was told."""
    log = tmp_path / "told.jsonl"
    command = [sys.executable, "-c", f"import sys; open({str(log)!r}, 'a').write(sys.stdin.read() + '\\n')"]
    return command, lambda: [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


def entry(data, name="record", template="data-quality", **changes):
    parameters = {"data": str(data), **changes.pop("parameters", {})}
    return {"name": name, "template": template, "every": "daily", "parameters": parameters, **changes}


def statuses(outcome):
    return {line["entry"]: line["status"] for line in outcome.runs}


def test_two_entries_that_would_write_one_page_are_refused_before_anything_runs(tmp_path, template, few_cases, told):
    template()
    command, heard = told
    other = {**entry(few_cases, "other", parameters={"as_of": "2026-08-31"}), "every": "monthly"}
    sound = entry(few_cases, "sound", parameters={"as_of": "2026-05-01"})
    plan = Plan(report=[entry(few_cases), other, sound], notify=command)
    outcome = run_due(plan, tmp_path / "out", moment("2026-03-01"))
    assert statuses(outcome) == {"record": "refused", "other": "refused", "sound": "done"}
    said = "expected each page from one entry, got data-quality/2026-08-31.html from record and other; neither is run"
    assert all(said in failure for failure in outcome.failures) and len(outcome.failures) == 2
    assert [path.name for path in (tmp_path / "out/data-quality").glob("*.html")] == ["2026-05-01.html"]
    assert heard()[0]["failures"] == list(outcome.failures)
    alone = Plan(report=[entry(few_cases), sound])
    assert run_due(alone, tmp_path / "out", moment("2026-03-02")).failures == ()


def test_a_trial_never_blocks_the_real_clock_and_a_wrong_clock_is_told_of_once(tmp_path, template, few_cases, told):
    template()
    command, heard = told
    out, plan = tmp_path / "out", Plan(report=[entry(few_cases, oldest_record=999)], notify=command)
    assert statuses(run_due(plan, out, moment("2036-11-10"), trial=True)) == {"record": "done"}
    assert statuses(run_due(plan, out, moment("2026-03-01"))) == {"record": "done"}, "the trial does not count"
    assert statuses(run_due(plan, out, moment("2036-11-10"))) == {"record": "done"}, "nor does it stand for the day"
    before = len(heard())
    for _ in range(2):
        back = run_due(plan, out, moment("2026-03-02"))
        assert (back.status, back.runs, len(back.failures)) == ("failed", (), 1), "it fails at every call"
        assert "before the last run, 2036-11-10" in back.failures[0]
    assert len(heard()) == before + 1, "and is told once"


def test_what_cannot_heal_is_told_once_and_tried_again_once_its_inputs_change(tmp_path, few_cases, small_copy, told):
    command, heard = told
    schedule, out = tmp_path / "schedule.toml", tmp_path / "out"

    def write(cases):
        schedule.write_text(
            f"notify = {json.dumps(command)}\n[[report]]\nname = 'cases'\ntemplate = 'case'\nevery = 'monthly'\n"
            f"catch_up = '31 days'\ncases = {json.dumps(cases)}\nparameters = {{ data = {json.dumps(str(small_copy.folder))} }}\n"
        )

    write([ENDED])
    first, _ = run_schedule(schedule, out, moment("2026-03-01T00:00"))
    assert statuses(first) == {"cases": "refused"} and "which collapsed" in first.failures[0]
    for minute in (15, 30, 45):
        again, _ = run_schedule(schedule, out, moment(f"2026-03-01T00:{minute}"))
        assert (again.runs, again.failures) == ((), ())
    assert len(heard()) == 1
    write([ENDED, "no-such-case"])
    changed, _ = run_schedule(schedule, out, moment("2026-03-01T01:00"))
    assert len(changed.failures) == 2 and len(heard()) == 2, "another schedule is another try"
    small_copy.edit("cases", ENDED, summary="Looked at.")
    assert statuses(run_schedule(schedule, out, moment("2026-03-01T01:15"))[0]) == {"cases": "refused"}
    assert len(heard()) == 2, "nothing new was said"


def test_what_can_heal_is_tried_again_and_told_once(tmp_path, template, few_cases, told):
    template("from forecasting.store.errors import AtWorkError\nraise AtWorkError('one at a time')")
    command, heard = told
    plan, out = Plan(report=[entry(few_cases)], notify=command), tmp_path / "out"
    for _ in range(2):
        assert statuses(run_due(plan, out, moment("2026-03-01"))) == {"record": "failed"}
    assert len(heard()) == 1
    template()
    assert statuses(run_due(plan, out, moment("2026-03-01"))) == {"record": "done"}
    assert [one["status"] for one in heard()] == ["failed", "done"]


def test_a_fault_that_is_mended_and_back_again_is_told_again(tmp_path, few_cases, told):
    command, heard = told
    schedule, out = tmp_path / "schedule.toml", tmp_path / "out"

    def run(minute, notify=command, **changes):
        held = {"name": "'cases'", "template": "'case'", "every": "'monthly'", "cases": json.dumps([ENDED])} | changes
        lines = [f"{name} = {value}" for name, value in held.items()]
        data = f"parameters = {{ data = {json.dumps(str(few_cases))} }}"
        schedule.write_text("\n".join([f"notify = {json.dumps(notify)}", "[[report]]", *lines, data]))
        return run_schedule(schedule, out, moment(f"2026-03-01T00:{minute}"))[0]

    def last():
        return len(heard()), heard()[-1]["failures"][0]

    run(10)
    assert last()[0] == 1 and "which collapsed" in last()[1]
    for minute, every, n in ((11, "'never'", 2), (12, "'never'", 2), (13, "'monthly'", 2), (14, "'never'", 3)):
        run(minute, every=every)
        assert last()[0] == n, "what stands is told once, and the same fault again where it came back"
    assert "every: expected daily, weekly" in last()[1]
    run(15, cases='["no-such-case"]')
    assert last()[0] == 4 and "no-such-case" in last()[1]
    run(16)
    run(17)
    assert last()[0] == 5 and "which collapsed" in last()[1]


def test_what_this_call_has_mended_is_not_told_as_a_failure(tmp_path, template, few_cases, told):
    command, heard = told
    template("raise MemoryError('full')")
    broken = Plan(report=[entry(few_cases)], notify=[sys.executable, "-c", "import sys; sys.exit('no line')"])
    assert statuses(run_due(broken, tmp_path / "out", moment("2026-03-01"))) == {"record": "failed"}
    template()
    run_due(Plan(report=[entry(few_cases)], notify=command), tmp_path / "out", moment("2026-03-01"))
    assert [(one["status"], one["failures"]) for one in heard()] == [("done", [])]


def test_what_the_notified_command_missed_is_told_by_the_next_call(tmp_path, few_cases, told):
    command, heard = told
    plan = [entry(few_cases, template="case", cases=[ENDED])]
    broken = Plan(report=plan, notify=[sys.executable, "-c", "import sys; sys.exit('no line')"])
    first = run_due(broken, tmp_path / "out", moment("2026-03-01"))
    assert first.failures[-1].endswith("exit with 0, got 1: no line; see that command")
    assert run_due(Plan(report=plan, notify=command), tmp_path / "out", moment("2026-03-01T01:00")).runs == ()
    assert "which collapsed" in heard()[0]["failures"][0]


def test_pruning_goes_on_beside_a_failure_and_takes_nothing_signed(tmp_path, template, few_cases):
    template()
    out = tmp_path / "out"
    days = ("2026-05-01", "2026-06-01", "2026-07-01")
    for n, day in enumerate(days, start=1):
        run_due(Plan(report=[entry(few_cases, parameters={"as_of": day})]), out, moment(f"2026-02-0{n}"))
    approve(out / "data-quality/2026-05-01.html", "Ann", out)
    template("1 / 0")
    plan = Plan(report=[entry(few_cases, keep=1, parameters={"as_of": "2026-08-01"})])
    outcome = run_due(plan, out, moment("2026-02-10"))
    assert statuses(outcome) == {"record": "refused"}
    assert outcome.runs[0]["removed"] == ["data-quality/2026-06-01.html"]
    assert sorted(path.name for path in (out / "data-quality").glob("*.html")) == ["2026-05-01.html", "2026-07-01.html"]


def test_what_needs_signing_again_is_named(tmp_path, template, few_cases, told, capsys):
    command, heard = told
    template()
    out, plan = tmp_path / "out", Plan(report=[entry(few_cases)], notify=command)
    run_due(plan, out, moment("2026-03-01"))
    approve(out / "data-quality/2026-08-31.html", "Ann", out)
    assert run_due(plan, out, moment("2026-03-02")).to_sign == ()
    template("from IPython.display import HTML\nHTML('<p>other</p>')")
    outcome = run_due(plan, out, moment("2026-03-03"))
    assert outcome.to_sign == ("data-quality/2026-08-31.r2.html",) and outcome.failures == ()
    assert heard()[-1]["to_sign"] == ["data-quality/2026-08-31.r2.html"]
    assert run_due(plan, out, moment("2026-03-04")).to_sign == outcome.to_sign, "until it is signed"


def test_a_plan_with_nothing_left_to_report_says_so(tmp_path, small_copy):
    small_copy.keep_cases([ENDED])
    plan = Plan(report=[entry(small_copy.folder, "open", "case", cases="all")])
    outcome = run_due(plan, tmp_path / "out", moment("2026-03-01"))
    assert statuses(outcome) == {"open": "refused"}
    assert (
        "open: expected a case that goes on as of 2026-08-31, got none: nothing is planned any more"
        in outcome.failures[0]
    )


def test_an_old_record_and_lost_acts_fail_above_their_thresholds(tmp_path, template, small_copy):
    template()
    out = tmp_path / "out"

    def run(day, **limits):
        return run_due(Plan(report=[entry(small_copy.folder, **limits)]), out, moment(day))

    fresh = run("2026-09-01")
    assert statuses(fresh) == {"record": "done"} and fresh.runs[0]["record"]["acts"] > 30
    assert statuses(run("2027-06-01")) == {"record": "done"}, "nine months are said on the page only"
    report = [line for line in Manifest(out).lines() if line["kind"] == "report"][-1]
    assert report["parameters"]["record_age"] == 9 and "lost_acts" not in report["parameters"]
    old = run("2027-10-01")
    made = [line for line in Manifest(out).lines() if line["kind"] == "report"][-1]
    assert statuses(old) == {"record": "refused"} and made["parameters"]["record_age"] == 13, "and is made all the same"
    assert (made["status"], made["page"]) == ("rendered", report["page"])
    assert "ends at most 12 months before the run, got 2026-08-31, 13 months before" in old.failures[0]
    for path in (small_copy.folder / "events").glob("*.csv"):
        path.write_text("".join(path.read_text().splitlines(keepends=True)[:-25]))
    lost = run("2027-10-02", oldest_record=99)
    assert "lost at most 20 acts since the last run, got 25 fewer" in lost.failures[0]
    assert run("2027-10-03", oldest_record=99, most_lost_acts=25).failures == ()


def test_whatever_refuses_a_whole_call_reaches_exit_code_json_and_notify(tmp_path, told, capsys):
    command, heard = told
    schedule = tmp_path / "schedule.toml"
    schedule.write_text(
        f"notify = {json.dumps(command)}\n[[report]]\nname = 'x'\ntemplate = 'nothing'\nevery = 'daily'\n"
    )
    for _ in range(2):
        with pytest.raises(Exception, match="expected a template out of"):
            call("run", due=True, schedule=schedule, out=tmp_path / "out", json=True)
        outcome = json.loads(capsys.readouterr().out)
        assert outcome["status"] == "failed" and "expected a template out of" in outcome["failures"][0]
    assert len(heard()) == 1 and heard()[0]["failures"] == outcome["failures"]
    (tmp_path / "file").write_text("")
    _, error = run_schedule(schedule, tmp_path / "file", moment("2026-03-01"))
    assert error is not None and len(heard()) == 2


def test_status_says_when_each_entry_last_succeeded_and_fails_when_one_is_overdue(tmp_path, capsys):
    schedule, out = tmp_path / "schedule.toml", tmp_path / "out"
    out.mkdir()
    schedule.write_text("[[report]]\nname = 'record'\ntemplate = 'data-quality'\nevery = 'daily'\n")
    plan = Plan(report=[{"name": "record", "template": "data-quality", "every": "daily"}])

    def status(now):
        code = call("run", status=True, schedule=schedule, out=out, now=now)
        return code, capsys.readouterr().out.splitlines()[0]

    assert status("2026-03-01T01:00") == (
        0,
        "record: due; last success never; due 2026-03-01T00:00:00+00:00; next 2026-03-02T00:00:00+00:00",
    )
    assert status("2026-03-01T03:00")[0] == 1
    manifest = Manifest(out)
    line = {"kind": "run", "entry": "record", "due": "2026-03-01T00:00:00+00:00", "now": "2026-03-01T00:05:00+00:00"}
    manifest.append({**line, "status": "done", "trial": True})
    assert status("2026-03-01T03:00")[0] == 1, "a trial is no success"
    manifest.append({**line, "status": "done"})
    code, said = status("2026-03-01T23:00")
    assert code == 0 and said.startswith("record: current; last success 2026-03-01T00:05:00+00:00; due 2026-03-01")
    code, said = status("2026-03-02T03:00")
    assert code == 1 and said.startswith("record: overdue; last success 2026-03-01T00:05:00+00:00; due 2026-03-02")
    manifest.append({**line, "due": "2026-03-02T00:00:00+00:00", "status": "refused", "failures": ["record: no"]})
    manifest.append({**line, "entry": "gone", "status": "done"})
    found = {one.name: one for one in standings(plan, manifest, moment("2026-03-02T00:10"))}
    assert (found["record"].status, found["record"].said, found["record"].is_bad) == ("refused", ("record: no",), True)
    assert (found["gone"].status, found["gone"].is_bad) == ("no longer planned", False)
    assert call("run", status=True, schedule=schedule, out=out, now="2026-03-02T00:10", json=True) == 1
    assert json.loads(capsys.readouterr().out)[0]["last_success"] == "2026-03-01T00:05:00+00:00"


@pytest.mark.parametrize("text", ["{}", '{"kind": "run"}', '{"kind": "run", "entry": "a", "due": "x", "status": "done"}', '{"kind": "report", "entry": "a", "status": "rendered"}', "7"])  # fmt: skip
def test_a_manifest_line_of_somebody_else_is_named(tmp_path, text):
    (tmp_path / "manifest.jsonl").write_text(text + "\n")
    with pytest.raises(Exception, match=r"manifest\.jsonl row 1: expected a "):
        Manifest(tmp_path).past()
