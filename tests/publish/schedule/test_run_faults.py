"""A run that is cut off, a full disk, a locked folder: nothing is half made, and the next call makes it good."""

import json
import os
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from calling import call
from meeting import Meeting

from forecasting.publish.schedule.manifest import Manifest
from forecasting.publish.schedule.plan import read_plan
from forecasting.publish.schedule.run import run_due
from forecasting.publish.schedule.times import moment
from forecasting.store.errors import ReportError, UsageError

DAYS = ("2026-05-01", "2026-06-01", "2026-07-01")
NOW = moment("2026-03-01T06:00")
RUN = """
import sys
from pathlib import Path
from forecasting.cli import app
from forecasting.store import package_data as places
from forecasting.publish import notebook
notebook.shipped = lambda name: Path(sys.argv[1]) / name if name == "notebooks" else places.shipped(name)
app(["run", "--due", "--schedule", sys.argv[2], "--now", "2026-03-01T06:00", "--out", sys.argv[3]])
"""


def schedule(path, few_cases, days=DAYS):
    """A schedule with one report for each of some days."""
    entry = "[[report]]\nname = 'day-{0}'\ntemplate = 'data-quality'\nevery = 'daily'\nparameters = {{ data = {1}, as_of = '{0}' }}\n"
    path.write_text("".join(entry.format(day, json.dumps(str(few_cases))) for day in days))
    return path


def sound(out):
    """Days whose page, notebook and sidecar are whole and belong together."""
    pages = sorted((out / "data-quality").glob("*.html"))
    for page in pages:
        sidecar = json.loads(page.with_suffix(".json").read_text())
        assert sidecar["rendering"]["html_sha256"] == sha256(page.read_bytes()).hexdigest()
        assert json.loads(page.with_suffix(".ipynb").read_text())["cells"]
    return tuple(page.stem for page in pages)


@pytest.mark.long
def test_a_run_keeps_others_out_and_one_that_is_killed_is_completed_by_the_next(tmp_path, template, few_cases):
    meeting = Meeting(tmp_path)
    template(meeting.cell)
    plan, out = schedule(tmp_path / "schedule.toml", few_cases), tmp_path / "out"
    first = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path), str(plan), str(out)], stdout=subprocess.DEVNULL)
    meeting.kernel(first)
    meeting.let_go()
    meeting.kernel(first)
    with pytest.raises(
        UsageError, match=f"^expected one run at a time in {out}, got process {first.pid} at work there; wait"
    ):
        run_due(read_plan(plan), out, NOW)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    meeting.end()
    assert sound(out) == DAYS[:1]
    assert not (out / "index.html").exists()
    outcome = run_due(read_plan(plan), out, NOW, trial=True)
    assert outcome.failures == ()
    assert [line["counts"] for line in outcome.runs][-2:] == [{"rendered": 1}, {"rendered": 1}]
    assert sound(out) == DAYS
    assert all(f"data-quality/{day}.html" in (out / "index.html").read_text() for day in DAYS)
    closed = [line for line in Manifest(out).lines() if line["kind"] == "run"]
    assert [(line["entry"], line["status"]) for line in closed] == [(f"day-{day}", "done") for day in DAYS]
    assert run_due(read_plan(plan), out, NOW, trial=True).runs == ()


def test_an_index_that_a_run_cut_off_did_not_renew_is_renewed_by_the_next(tmp_path, template, few_cases):
    template()
    plan, out = read_plan(schedule(tmp_path / "schedule.toml", few_cases, DAYS[:1])), tmp_path / "out"
    run_due(plan, out, NOW)
    whole = (out / "index.html").read_bytes()
    (out / "index.html").unlink()
    assert run_due(plan, out, NOW).runs == ()
    assert (out / "index.html").read_bytes() == whole
    (out / "index.html").write_text("old")
    os.utime(out / "index.html", ns=(0, Manifest(out).path.stat().st_mtime_ns - 1))
    run_due(plan, out, NOW)
    assert (out / "index.html").read_bytes() == whole


def test_a_full_disk_fails_by_name_and_is_made_good_once_there_is_room(tmp_path, template, few_cases, disk, capsys):
    template("print('x' * 2**19)")
    out = disk("size=256k")
    plan = schedule(tmp_path / "schedule.toml", few_cases, DAYS[:2])
    assert call("run", due=True, schedule=plan, now="2026-03-01T06:00", out=out) == 1
    printed = capsys.readouterr()
    assert printed.out.count(": failed (1 failed)") == 2
    assert printed.err.count("No space left on device") == 2
    assert sound(out) == ()
    assert not [path for path in (out / "data-quality").rglob("*") if path.is_file()]
    assert call("report", template="data-quality", data=few_cases, out=out) == 1
    assert "No space left on device" in capsys.readouterr().err
    subprocess.run(["mount", "-o", "remount,size=8m", out], check=True)
    assert call("run", due=True, schedule=plan, now="2026-03-01T06:00", out=out) == 0
    assert sound(out) == DAYS[:2]


def test_a_manifest_without_room_is_an_error_and_no_line_is_half_kept(tmp_path, template, few_cases, disk):
    template()
    out = disk("size=16k")
    (out / "filler").write_bytes(b"x" * 12 * 1024)
    line = {"kind": "run", "entry": "a", "due": "2026-03-01T00:00:00+00:00", "status": "done", "said": "x" * 3000}
    Manifest(out).append(line)
    with pytest.raises(
        ReportError, match=r"^expected to add a line to .*manifest\.jsonl, got No space left on device; call again"
    ):
        Manifest(out).append(line)
    assert len(list(Manifest(out).lines())) == 1
    (out / "filler").unlink()
    Manifest(out).append({**line, "status": "failed"})
    assert [one["status"] for one in Manifest(out).lines()] == ["done", "failed"]


def test_a_locked_folder_is_refused_before_anything_runs(tmp_path, template, few_cases, disk):
    template("1 / 0")
    locked = disk("size=64k,ro")
    plan = read_plan(schedule(tmp_path / "schedule.toml", few_cases))
    expected = f"^expected a folder that can be written, got {locked}: not writable; choose another with --out$"
    with pytest.raises(UsageError, match=expected):
        run_due(plan, locked, NOW)
    with pytest.raises(UsageError, match=expected):
        run_due(plan, locked / "below", NOW)
    with pytest.raises(UsageError, match=expected):
        call("report", template="data-quality", data=few_cases, out=locked)
    assert list(Path(locked).iterdir()) == []
