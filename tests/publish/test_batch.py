"""Many reports: every bad row is named, every good one is made once, and no fault of one reaches another."""

import json
import os
import resource
import signal
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import nbformat
import pytest
from calling import call
from meeting import Meeting

from forecasting.publish.batch import render_all
from forecasting.publish.engine import Limits
from forecasting.publish.fingerprint import fingerprint
from forecasting.publish.notebook import render, source_of
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.requests import Refusal, each_once, from_file
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

CASE = "new-start-post-expiry-2026"
DAYS = ["2026-05-01", "2026-06-01", "2026-07-01"]


def written(path, *lines):
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def report(out, *cases, template="data-quality", **options):
    """Exit code of the command."""
    return call("report", *cases, template=template, out=out, **options)


def pages(out):
    return sorted(path.relative_to(out).as_posix() for path in Path(out).rglob("*.html"))


def resident():
    """Bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def sound(out):
    """Every page has its notebook and a sidecar that knows its hash."""
    for page in Path(out).rglob("*.html"):
        assert (
            json.loads(page.with_suffix(".json").read_text())["rendering"]["html_sha256"]
            == sha256(page.read_bytes()).hexdigest()
        )
        nbformat.read(page.with_suffix(".ipynb"), 4)
    return pages(out)


def test_bad_rows_are_named_and_the_others_run(tmp_path, template, few_cases, capsys):
    template()
    batch = written(
        tmp_path / "batch.csv", "as_of,data", f"2026-06-01,{few_cases}", "June,", f"2026-06-01,{few_cases}", "2026-06-02", "2027-01-01,", "2026-07-01,nowhere", ",",
    )  # fmt: skip
    assert report(tmp_path / "out", batch=batch) == 1
    out, err = capsys.readouterr()
    assert [line for line in err.splitlines() if line.startswith("refused")] == [
        f"refused: {batch} row 3: data_quality: as_of: expected a day as YYYY-MM-DD, for example 2026-02-05, got 'June'",
        f"refused: {batch} row 4: expected each report once, got data-quality/2026-06-01.html again, as in {batch} row 2; leave it out",
        f"refused: {batch} row 5: expected 2 cells, got 1 cells",
        f"refused: {batch} row 6: expected a day up to 2026-08-31, where the record ends, got 2027-01-01; choose an earlier one",
        f"refused: {batch} row 7: {Path('nowhere').resolve()}: expected a folder with the record, got no such folder",
    ]
    assert err.splitlines()[-1] == "2 rendered, 0 unchanged, 0 failed, 5 refused"
    assert out.splitlines() == [
        str(tmp_path / "out" / "data-quality" / f"{day}.html") for day in ("2026-06-01", "2026-08-31")
    ]
    assert sound(tmp_path / "out") == ["data-quality/2026-06-01.html", "data-quality/2026-08-31.html"]


def test_rows_of_jsonl_may_name_their_template(tmp_path):
    batch = written(
        tmp_path / "batch.jsonl", json.dumps({"case_id": CASE, "horizons": [6]}), "{", "", "[1]",
        json.dumps({"template": "data-quality"}), json.dumps({"case_id": CASE, "horizons": "x"}), json.dumps({"template": ["x"]}),
    )  # fmt: skip
    found = list(from_file(batch, "case", {"target": "in_force"})())
    assert [one.template for one in found if not isinstance(one, Refusal)] == ["case_report", "data_quality"]
    assert found[0].asked.target == "in_force"
    assert [str(one) for one in found if isinstance(one, Refusal)] == [
        f"{batch} row 2: expected a JSON object on one line, got '{{'",
        f"{batch} row 4: expected a JSON object on one line, got '[1]'",
        f"{batch} row 6: case_report: horizons: expected horizons as whole months, for example 6,12,24, got 'x'",
        f"{batch} row 7: expected a template out of case, brief, portfolio, scorecard, data-quality, got ['x']; choose one of them",
    ]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.csv", "case,as_of\nx,\n", "a.csv row 1: expected a header of parameters out of as_of, data, overlay, record_age, lost_acts, horizons, target, artefacts, ledger, ledger_until, case_id, since, each once, got case,as_of; mend it"),
        ("a.csv", "as_of,as_of\n", "each once, got as_of,as_of"),
        ("a.csv", "", "each once, got an empty file"),
        ("a.txt", "", "a.txt: expected a batch file that ends in .csv or .jsonl, got .txt; rename it"),
        (None, "", "missing.csv: expected a batch file, got No such file or directory; name one with --batch FILE"),
    ],
)  # fmt: skip
def test_a_batch_that_cannot_be_read_is_refused(tmp_path, name, text, message):
    path = written(tmp_path / name, text) if name else tmp_path / "missing.csv"
    if not text and name:
        path.write_text("")
    with pytest.raises(UsageError) as refused:
        list(from_file(path, "case", {})())
    assert message in str(refused.value)


def test_text_that_is_none_and_a_quote_without_end_are_rows_refused(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"case_id\n\xff\n")
    assert [str(one) for one in from_file(tmp_path / "a.csv", "case", {})()] == [
        f"{tmp_path / 'a.csv'}: expected text in UTF-8, got byte 0xff; no later row was read"
    ]
    (tmp_path / "b.csv").write_text(f'case_id\n{CASE}\n"never')
    assert str(list(from_file(tmp_path / "b.csv", "case", {})())[1]).startswith(
        f"{tmp_path / 'b.csv'} row 3: expected well-formed CSV"
    )


def test_a_batch_that_is_a_link_or_a_folder_is_refused_before_anything_runs(tmp_path):
    written(tmp_path / "real.csv", "case_id", CASE)
    (tmp_path / "a.csv").symlink_to(tmp_path / "real.csv")
    (tmp_path / "b.jsonl").mkdir()
    for name, got in (("a.csv", "a symbolic link"), ("b.jsonl", "a folder")):
        with pytest.raises(UsageError) as refused:
            from_file(tmp_path / name, "case", {})
        assert str(refused.value) == f"{tmp_path / name}: expected a batch file, got {got}; name one with --batch FILE"
    assert len(list(from_file(tmp_path / "real.csv", "case", {})())) == 1


def test_a_row_nested_without_end_is_refused_and_the_next_is_read(tmp_path):
    batch = written(tmp_path / "batch.jsonl", "[" * 100_000, json.dumps({"case_id": CASE}))
    first, second = from_file(batch, "case", {})()
    assert str(first).startswith(f"{batch} row 1: expected a JSON object on one line, got '[[[")
    assert second.asked.case_id == CASE


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"jobs": 0}, "expected --jobs from 1 to 64, got 0; choose another"),
        ({"case": CASE}, f"expected no case for the template data-quality, got {CASE}; leave it out"),
        ({"all": True}, "expected --all with a template about a case, got data-quality; leave --all out"),
        ({"target": "in_force"}, "expected options of the template data-quality, out of as_of, data, overlay, record_age, lost_acts, got target; leave it out"),
        ({"template": "case"}, "expected one case or more, --all or --batch FILE, got none; give one of them"),
    ],
)  # fmt: skip
def test_a_request_that_makes_no_sense_is_refused(tmp_path, options, message):
    cases = [options.pop("case")] if "case" in options else []
    with pytest.raises(UsageError) as refused:
        report(tmp_path / "out", *cases, **options)
    assert str(refused.value) == message
    assert not (tmp_path / "out").exists()


def test_all_means_every_case_that_goes_on(history):
    from forecasting.publish.requests import every_case

    asked = [request.asked.case_id for request in every_case("case", {"as_of": "2026-02-05"})()]
    rows = history.at(history.as_of.replace(month=2, day=5)).outcomes
    assert sorted(asked) == sorted(rows[(rows["target"] == "concluded") & (rows["cause"] == "")]["case_id"])
    assert CASE in asked


def test_whatever_breaks_one_report_leaves_the_others_whole(tmp_path, template, few_cases):
    template(
        "import os, signal",
        'if as_of == "2026-05-01": 1 / 0',
        'if as_of == "2026-05-02": os.kill(os.getpid(), signal.SIGKILL)',
        'while as_of == "2026-05-03": pass',
        'held = bytearray(2**40 if as_of == "2026-05-04" else 1)',
    )
    days = [f"2026-05-0{n}" for n in range(1, 6)]
    batch = written(tmp_path / "batch.csv", "as_of,data", *(f"{day},{few_cases}" for day in days))
    requests = from_file(batch, "data-quality", {})()
    results = {r.request.day.day: r for r in render_all(requests, tmp_path / "out", 2, limits=Limits(cell_seconds=2))}
    assert {day: result.status for day, result in results.items()} == {
        1: "failed",
        2: "failed",
        3: "failed",
        4: "failed",
        5: "rendered",
    }
    for day, said in enumerate(("got ZeroDivisionError in cell 5: division by zero", "got a failed kernel: Kernel died",
                                "got a failed kernel: A cell timed out", "got MemoryError in cell 8: "), start=1):  # fmt: skip
        assert said in results[day].said
        assert f"as of 2026-05-0{day}" in results[day].said
        kept = tmp_path / "out" / "data-quality" / f"2026-05-0{day}.failed.ipynb"
        assert any(cell.outputs for cell in nbformat.read(kept, 4).cells if cell.cell_type == "code")
        assert str(kept) in results[day].said
    assert sound(tmp_path / "out") == ["data-quality/2026-05-05.html"]
    template()
    render(
        "data_quality", checked_parameters("data_quality", {"as_of": "2026-05-01", "data": few_cases}), tmp_path / "out"
    )
    assert not (tmp_path / "out" / "data-quality" / "2026-05-01.failed.ipynb").exists()


def test_a_failed_report_is_named_and_makes_the_exit_code(tmp_path, template, few_cases, capsys):
    template("1 / 0")
    assert report(tmp_path / "out", data=few_cases, as_of="2026-05-01") == 1
    assert capsys.readouterr().err.startswith(
        "ReportError: expected data_quality to run for data-quality as of 2026-05-01, got ZeroDivisionError in cell 4: "
    )


def test_a_report_is_made_again_only_when_something_it_depends_on_changes(tmp_path, template, small_copy):
    source, out = template(), tmp_path / "out"
    asked = checked_parameters("data_quality", {"data": small_copy.folder, "as_of": "2026-05-01"})

    def status(**options):
        return render("data_quality", asked, out, **options).status

    assert [status(), status()] == ["rendered", "unchanged"]
    page = out / "data-quality" / "2026-05-01.html"
    whole = page.read_bytes()
    assert status(force=True) == "rendered"
    page.write_bytes(whole + b" ")
    assert [status(), page.read_bytes()] == ["rendered", whole]
    page.with_suffix(".ipynb").unlink()
    assert status() == "rendered"
    small_copy.edit("cases", CASE, summary="Another.")
    assert [status(), status()] == ["rendered", "unchanged"]
    template("# changed")
    assert source.is_file()
    assert [status(), status()] == ["rendered", "unchanged"]


@pytest.mark.parametrize(
    ("template", "about", "beside"),
    [
        ("case_report", {"case_id": CASE, "as_of": "2026-05-01"}, "multiverse/summary.json"),
        ("scorecard", {}, "REGISTRATION.md"),
        ("case_report", {"case_id": CASE, "as_of": "2026-05-01"}, "evaluation/track_record.csv"),
        ("scorecard", {}, "evaluation/skill.csv"),
    ],
)
def test_what_a_page_reads_beside_the_tables_is_in_its_fingerprint(template, about, beside, small_copy):
    asked, file = checked_parameters(template, {"data": small_copy.folder, **about}), small_copy.folder / beside
    file.parent.mkdir(exist_ok=True)
    prints = []
    for text in ("one", "another", "one"):
        file.write_text(text)
        prints.append(fingerprint(source_of(template), asked, {}))
    assert (prints[0] == prints[2], prints[0] == prints[1]) == (True, False)


def test_the_last_entry_of_the_ledger_is_in_the_fingerprint_of_the_scorecard(small_copy):
    ledger, prints = small_copy.folder / "ledger", []
    whole = {path.name: path.read_bytes() for path in ledger.iterdir()}
    *_, previous, last = sorted(name for name in whole if name != "HEAD")
    asked = checked_parameters("scorecard", {"data": small_copy.folder})
    shorter = {"HEAD": f"{sha256(whole[previous]).hexdigest()}  {previous}\n".encode()}
    for files in (whole, shorter, whole):
        (ledger / last).unlink(missing_ok=True)
        for name, content in files.items():
            (ledger / name).write_bytes(content)
        prints.append(fingerprint(source_of("scorecard"), asked, {}))
    assert (prints[0] == prints[2], prints[0] == prints[1]) == (True, False)


def test_rows_are_taken_only_as_they_are_needed(tmp_path, template, few_cases):
    template()
    days = [f"2026-03-{day:02}" for day in range(1, 6)]
    batch = written(tmp_path / "batch.csv", "as_of,data", *(f"{day},{few_cases}" for day in days))
    taken, ahead = [], []

    def counted():
        for request in from_file(batch, "data-quality", {})():
            taken.append(request)
            yield request

    for n, _ in enumerate(render_all(counted(), tmp_path / "out", 1), start=1):
        ahead.append(len(taken) - n)
    assert len(ahead) == 5
    assert max(ahead) <= 2


@pytest.mark.long
def test_ten_thousand_rows_are_checked_in_flat_memory(tmp_path, few_cases):
    days = [
        f"{year}-{month:02}-{day:02}" for year in range(1991, 2021) for month in range(1, 13) for day in range(1, 29)
    ]
    batch = written(tmp_path / "batch.csv", "as_of,data", *(f"{day},{few_cases}" for day in days[:10_000]))
    list(each_once(from_file(written(tmp_path / "one.csv", "data", str(few_cases)), "data-quality", {})()))
    before = resident()
    n = sum(not isinstance(one, Refusal) for one in each_once(from_file(batch, "data-quality", {})()))
    assert n == 10_000
    assert resident() - before < 8 * 2**20


def test_a_full_disk_leaves_nothing_half_made(tmp_path, template, few_cases):
    template(f"print('x' * {2**20})")
    asked = checked_parameters("data_quality", {"data": few_cases, "as_of": "2026-05-01"})
    batch = written(tmp_path / "batch.csv", "as_of,data", f"2026-05-01,{few_cases}", f"2026-05-02,{few_cases}")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    with_room = render("data_quality", asked, tmp_path / "before").page
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**19, hard))
    try:
        results = list(render_all(from_file(batch, "data-quality", {})(), tmp_path / "out"))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [result.status for result in results] == ["failed", "failed"]
    assert all("File too large" in result.said for result in results)
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert render("data_quality", asked, tmp_path / "out").page.read_bytes() == with_room.read_bytes()


def test_a_folder_that_cannot_be_written_is_refused_before_anything_runs(template, few_cases):
    template("1 / 0")
    with pytest.raises(UsageError, match="expected a folder that can be written, got "):
        report(Path("/dev/null/reports"), data=few_cases)


def test_a_parameter_with_quotes_and_newlines_never_becomes_code(tmp_path, template, small_copy):
    folder = small_copy.folder.rename(tmp_path / "a\"'; raise SystemExit #\n\"\"\"'''\n1 \\ 0")
    template("print(repr(data))")
    page = render("data_quality", checked_parameters("data_quality", {"data": folder}), tmp_path / "out").page
    assert nbformat.read(page.with_suffix(".ipynb"), 4).cells[-1].outputs[0].text == f"{str(folder)!r}\n"


BATCH = """
import sys
from pathlib import Path
from forecasting.cli import app
from forecasting.store import package_data as places
from forecasting.publish import notebook
notebook.shipped = lambda name: Path(sys.argv[1]) / name if name == "notebooks" else places.shipped(name)
app(["report", "--template", "data-quality", "--batch", sys.argv[2], "--out", sys.argv[3]])
"""


@pytest.mark.long  # the law of a run that is killed: publish/schedule/test_run_faults.py
def test_a_batch_that_is_killed_is_completed_by_the_next(tmp_path, template, few_cases, capsys):
    meeting = Meeting(tmp_path)
    template(meeting.cell)
    days = [f"2026-04-{day:02}" for day in range(1, 6)]
    batch = written(tmp_path / "batch.csv", "as_of,data", *(f"{day},{few_cases}" for day in days))
    command = [sys.executable, "-c", BATCH, str(tmp_path), str(batch), str(tmp_path / "out")]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(2):
        meeting.kernel(first)
        meeting.let_go()
    meeting.kernel(first)
    started = descendants(first.pid)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    meeting.end()
    made = sound(tmp_path / "out")
    assert len(made) == 2, "the third was under way"
    assert report(tmp_path / "out", batch=batch) == 0
    assert (
        capsys.readouterr().err.splitlines()[-1]
        == f"{5 - len(made)} rendered, {len(made)} unchanged, 0 failed, 0 refused"
    )
    assert len(sound(tmp_path / "out")) == 5
    assert len(started) >= 2, "a server and a kernel"
    assert not [
        pid for pid in started if Path(f"/proc/{pid}/cmdline").exists() and Path(f"/proc/{pid}/cmdline").read_text()
    ]


def descendants(pid):
    """Processes that a process has started, and those that they have."""
    own = [
        int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()
    ]
    return own + [below for child in own for below in descendants(child)]


def test_the_shipped_record_is_not_touched_by_a_report(tmp_path, template):
    template()
    before = {path: path.stat().st_mtime_ns for path in shipped("data").rglob("*")}
    assert report(tmp_path / "out") == 0
    assert {path: path.stat().st_mtime_ns for path in shipped("data").rglob("*")} == before
