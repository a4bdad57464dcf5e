"""Requests and records made to break things: each ends in one clear error, and nothing is left behind."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from forecasting import forecast, load_history
from forecasting.__main__ import main
from forecasting.publish.notebook import render_report
from forecasting.record.history import History
from forecasting.store.errors import PassingError, SchemaError, UsageError
from forecasting.store.files import write_whole

CASE = "new-start-post-expiry-2026"


@pytest.mark.parametrize(
    ("cases", "options", "message"),
    [
        ([], {}, "expected one case or more, each once, got []"),
        ([CASE, CASE], {}, f"expected one case or more, each once, got ['{CASE}', '{CASE}']"),
        (CASE, {"horizons": 6}, "expected horizons from 1 to 120 months, got 6"),
        (CASE, {"horizons": [True]}, "expected horizons from 1 to 120 months, got [True]"),
        ("x" * 500, {}, f"expected the case_id of a case in the record, got '{'x' * 79}... (502 characters)"),
    ],
)
def test_a_request_in_python_is_refused_in_words(history, cases, options, message):
    with pytest.raises(UsageError) as error:
        forecast(history, cases, **options)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("day", ["foo", "20260205", 20260205])
def test_a_day_that_is_none_is_refused(day):
    with pytest.raises(UsageError, match="^expected a day"):
        load_history(as_of=day)


def test_a_correction_is_held_against_the_contract_on_every_day_it_holds(record_copy):
    cells = {"table": "cases", "row_key": CASE, "field": "limit_object", "reason": "x"}
    record_copy.append("corrections", **cells, value="nonsense", recorded_on="2026-03-01")
    record_copy.append("corrections", **cells, value="numbers", recorded_on="2026-04-01")
    row = record_copy.row_of("cases", CASE)
    assert record_copy.faults() == [
        f"cases.csv row {row} ({CASE}): expected with corrections.csv to 2026-03-01: limit_object as one of numbers, deployment, testing, production, transfer, use, transparency, demilitarization, got 'nonsense'"
    ]


@pytest.mark.long
def test_a_case_whose_start_is_corrected_to_a_later_day_is_not_known_before_it(record_copy):
    record_copy.append(
        "corrections",
        table="cases",
        row_key=CASE,
        field="start_known_date",
        value="2026-04-01",
        recorded_on="2026-03-01",
        reason="x",
    )
    cells = record_copy.read().tables["ladders"].cells
    early = cells[(cells["case_id"] == CASE) & (cells["date"] < "2026-04-01")]
    assert len(early) == len(record_copy.faults()) == 5
    for ladder, day in zip(early["ladder"], early["date"], strict=True):
        record_copy.drop("ladders", f"{CASE}/{ladder}/{day}")
    history = load_history(record_copy.folder)
    assert isinstance(history, History)
    with pytest.raises(
        UsageError, match=f"expected a day from 2026-04-01 on, when {CASE} became known, got 2026-03-15"
    ):
        history.at(history.as_of.replace(month=3, day=15)).case(CASE)


def test_a_record_without_cases_is_one_fault(record_copy):
    record_copy.rewrite("cases.csv", lambda old: old.split(b"\n")[0] + b"\n")
    assert record_copy.faults() == ["cases.csv row 1: expected at least one case, got a header alone"]


def test_a_deep_descriptor_is_a_fault_and_a_path_that_is_too_long_is_refused(record_copy):
    record_copy.rewrite("datapackage.json", lambda old: b"[" * 100_000)
    with pytest.raises(SchemaError, match="expected a Data Package descriptor"):
        record_copy.read()
    with pytest.raises(UsageError, match=r"^expected the path of a folder, got 'xxx.*: File name too long$"):
        load_history("x" * 5000)
    with pytest.raises(UsageError, match=r"^expected the path of a folder, got 'xxx.*: File name too long$"):
        load_history(overlay="x" * 5000)


def test_hidden_files_beside_the_events_are_not_read(record_copy):
    (record_copy.folder / "events" / "._hand_coded.csv").write_bytes(b"\x00\xff")
    assert record_copy.faults() == []


def test_digits_of_another_script_are_no_date(record_copy):
    record_copy.edit("cases", CASE, start_known_date="٢٠٢٦-02-05")
    row = record_copy.row_of("cases", CASE)
    assert record_copy.faults() == [
        f"cases.csv row {row} ({CASE}): expected start_known_date as a day as YYYY-MM-DD, from 1800 on, got '٢٠٢٦-02-05'"
    ]


def test_files_are_written_all_or_none(tmp_path):
    (tmp_path / "out" / "page.html").mkdir(parents=True)
    with pytest.raises(UsageError, match=r"page\.html: Is a directory"):
        write_whole({tmp_path / "out" / "a.json": b"1", tmp_path / "out" / "page.html": b"2"})
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["page.html"]


def test_every_case_is_checked_before_the_first_report_is_written(few_cases, tmp_path, monkeypatch, capsys):
    asked = [CASE, "nope", "--data", str(few_cases), "--out", str(tmp_path / "out")]
    monkeypatch.setattr(sys, "argv", ["forecasting", "report", *asked])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith("UsageError: expected the case_id of a case in the record, got 'nope'")
    assert not (tmp_path / "out").exists()


def test_a_full_output_is_one_line(few_cases):
    command = [sys.executable, "-m", "forecasting", "check", "--data", str(few_cases)]
    with Path("/dev/full").open("w") as full:
        run = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert run.returncode == 1
    assert (
        run.stderr
        == "OSError: expected to write the output, got No space left on device; send it elsewhere or make room\n"
    )


def test_a_killed_kernel_publishes_nothing(tmp_path, template, few_cases, monkeypatch, capsys):
    template("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)")
    out = tmp_path / "out"
    asked = ["--template", "data-quality", "--data", str(few_cases), "--out", str(out)]
    monkeypatch.setattr(sys, "argv", ["forecasting", "report", *asked])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 1
    stderr = capsys.readouterr().err
    assert stderr.strip().splitlines()[-1].startswith("ReportError: expected data_quality to run for")
    assert "Traceback" not in stderr
    assert {path.name for path in out.rglob("*.*")} == {"2026-08-31.failed.ipynb"}


def test_no_room_for_temporary_files_is_one_error(tmp_path, monkeypatch, few_cases):
    nowhere = tmp_path.parents[-2] / "no-such-folder"  # a longer path would be passed over for /tmp
    monkeypatch.setattr(tempfile, "tempdir", str(nowhere))
    with pytest.raises(PassingError, match="expected a folder for temporary files"):
        render_report("data_quality", {"data": few_cases}, tmp_path / "out")
    assert not (tmp_path / "out").exists()
