import json
import os
import re
import subprocess
import sys

import pytest

from forecasting import commands, forecast
from forecasting.errors import SchemaError, UsageError
from forecasting.schema import FORECAST_COLUMNS

CASE = "new-start-post-expiry-2026"
CALLS = {
    "forecast": ["forecast", CASE, "--as-of", "2026-02-05", "--json"],
    "path for a case": ["forecast", "../../etc/passwd"],
    "missing record": ["forecast", CASE, "--data", "nowhere"],
    "unknown option": ["forecast", CASE, "--colour"],
}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Each call run by a Python of its own, two at a time: exit code, standard output and standard error."""
    folder = tmp_path_factory.mktemp("elsewhere")
    names, finished = list(CALLS), {}
    for pair in (names[i : i + 2] for i in range(0, len(names), 2)):
        started = {
            name: subprocess.Popen(
                [sys.executable, "-W", "error", "-m", "forecasting", *CALLS[name]],
                cwd=folder,
                env={**os.environ, "NO_COLOR": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
            )
            for name in pair
        }
        for name, process in started.items():
            out, err = process.communicate(timeout=60)
            finished[name] = (process.returncode, out, err)
    return finished


def ask(**options):
    """What the forecast command does with these options, in this process."""
    given = {
        "case": CASE,
        "as_of": None,
        "horizons": None,
        "target": "concluded",
        "population": "forward",
        "models": None,
    }
    commands.print_forecast(**{**given, "data": None, "as_json": False, **options})


def test_a_forecast_is_printed_as_json(runs, history):
    code, out, err = runs["forecast"]
    assert (code, err) == (0, "")
    rows = json.loads(out)
    assert tuple(rows[0]) == FORECAST_COLUMNS
    expected = forecast(history.at(history.case(CASE).start_date), CASE)["probability"]
    assert [row["probability"] for row in rows] == pytest.approx(list(expected), abs=1e-12)


@pytest.mark.parametrize(
    ("name", "code", "message"),
    [
        (
            "path for a case",
            2,
            "UsageError: wanted the case_id of a case in the record; came '../../etc/passwd'; nearest: ",
        ),
        ("missing record", 1, "SchemaError: nowhere: wanted a folder with the record; came no such folder\n"),
    ],
)
def test_a_faulty_call_says_so_in_one_line_and_prints_nothing_else(runs, name, code, message):
    assert runs[name][:2] == (code, "")
    assert runs[name][2].startswith(message)
    assert runs[name][2].count("\n") == 1
    assert "Traceback" not in runs[name][2]


def test_an_unknown_option_is_a_usage_error(runs):
    code, out, err = runs["unknown option"]
    assert (code, out) == (2, "")
    assert "No such option: --colour" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"case": "<script>"}, "wanted the case_id of a case in the record; came '<script>'; nearest: "),
        ({"case": ""}, "wanted the case_id of a case in the record; came ''; nearest: "),
        ({"case": "a\nb"}, r"wanted the case_id of a case in the record; came 'a\nb'; nearest: "),
        ({"case": "new-start-2026"}, f"wanted the case_id of a case in the record; came 'new-start-2026'; nearest: {CASE}, "),
        ({"horizons": "10000"}, "wanted horizons from 1 to 120 months; came [10000]"),
        ({"horizons": "0"}, "wanted horizons from 1 to 120 months; came [0]"),
        ({"horizons": "abc"}, "wanted horizons as whole months, for example 6,12,24; came 'abc'"),
        ({"horizons": ""}, "wanted horizons as whole months, for example 6,12,24; came ''"),
        ({"as_of": "yesterday"}, "wanted a day as YYYY-MM-DD, for example 2026-02-05; came 'yesterday'"),
        ({"as_of": "2026-02-04"}, f"wanted a day from 2026-02-05 on, when {CASE} became known; came 2026-02-04"),
        ({"as_of": "0001-01-01"}, f"wanted a day from 2026-02-05 on, when {CASE} became known; came 0001-01-01"),
        ({"as_of": "2026-09-01"}, "wanted a day up to 2026-08-31, where the record ends (data_end); came 2026-09-01"),
        ({"target": "ratified"}, "wanted a target out of concluded, in_force; came 'ratified'"),
        ({"population": "all"}, "wanted a population out of forward, pooled; came 'all'"),
        ({"case": "salt2-observance-1979"}, "wanted a case that goes on; salt2-observance-1979 collapsed on 1986-05-27, known since 1986-05-27: ask as of an earlier day"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_answered_is_refused(few_cases, capsys, options, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}") as refused:
        ask(data=few_cases, **options)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    assert capsys.readouterr().out == ""


def test_a_forecast_is_printed_as_a_table(capsys):
    ask(as_of="2026-02-05", horizons="12,6", target="in_force")
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == list(FORECAST_COLUMNS)
    assert [row.split()[3:5] for row in rows[:8:4]] == [["6", "formalized"], ["12", "formalized"]]
    assert all(re.search(r" 0\.\d{3} +0\.\d{3} +0\.\d{3} +0\.800 +all$", row) for row in rows)


def test_a_faulty_record_is_no_usage_error(small_copy):
    small_copy.edit("cases", CASE, type="treaty")
    with pytest.raises(SchemaError) as refused:
        ask(data=small_copy.folder)
    assert refused.value.exit_code == 1


def test_the_check_of_the_shipped_record_counts_it(capsys, record):
    assert commands.check(None, as_json=False) == 0
    counts, unbound = capsys.readouterr().out.splitlines()
    n_events = len(record.tables["events"].cells)
    assert counts == f"no faults: 291 cases, {n_events} events up to 2026-08-31; sha256 {record.sha256}"
    assert unbound.startswith("concluded but not seen in force: 10 cases (croatia-fry-prevlaka-1992, ")


def test_the_check_of_a_sound_record_is_an_empty_list_in_json(capsys):
    assert commands.check(None, as_json=True) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_check_prints_each_fault_and_their_number(capsys, small_copy):
    small_copy.edit("cases", CASE, type="treaty", matched="loosely")
    assert commands.check(small_copy.folder, as_json=False) == 1
    *faults, total = capsys.readouterr().out.splitlines()
    assert faults == small_copy.faults()
    assert total == f"2 faults in {small_copy.folder}"


def test_the_check_gives_faults_as_json(capsys, small_copy):
    small_copy.rewrite("cases.csv", lambda old: b"")
    assert commands.check(small_copy.folder, as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == [
        {"file": "cases.csv", "row": 0, "case_id": "", "wanted": "a header and rows", "came": "an empty file"}
    ]


def test_a_new_case_is_told_file_by_file(capsys, tmp_path):
    commands.add_case("my-case-2026", tmp_path / "mine")
    *files, advice = capsys.readouterr().out.splitlines()
    assert files[0] == str(tmp_path / "mine" / "cases.csv")
    assert advice == (
        f"Fill every '?' in the rows of my-case-2026, then run: forecasting check --data {tmp_path / 'mine'}"
    )


def test_a_case_asked_twice_in_one_report_is_refused(tmp_path):
    with pytest.raises(UsageError, match=f"^wanted each case once; came {CASE} {CASE}$"):
        commands.report([CASE, CASE], None, None, "concluded", None, tmp_path, as_json=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("2026-03-01", "2026-02-05", "wanted two days, the earlier one first; came 2026-03-01 and 2026-02-05"),
        ("soon", "2026-02-05", "wanted a day as YYYY-MM-DD, for example 2026-02-05; came 'soon'"),
        (
            "2026-02-05",
            "2026-09-01",
            "wanted a day up to 2026-08-31, where the record ends (data_end); came 2026-09-01",
        ),
        ("2026-01-01", "2026-03-01", f"wanted a day from 2026-02-05 on, when {CASE} became known; came 2026-01-01"),
    ],
)
def test_changes_between_days_that_cannot_be_compared_are_refused(few_cases, capsys, since, until, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        commands.print_changes(CASE, since, until, "concluded", few_cases, as_json=False)
    assert capsys.readouterr().out == ""


def test_changes_are_printed_as_json(capsys):
    commands.print_changes(CASE, "2026-02-05", "2026-03-01", "concluded", None, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["from"], found["to"], found["horizon"], found["state"]) == (
        "2026-02-05",
        "2026-03-01",
        60,
        "formalized",
    )
    assert sum(row["points"] for row in found["rows"]) == pytest.approx(found["after"] - found["before"], abs=1e-9)
    acts = {act["event_id"] for row in found["rows"] for act in row["events"]}
    assert {f"{CASE}-e09", f"{CASE}-e13"} <= acts


def test_forecasts_of_folds_are_not_kept(tmp_path):
    with pytest.raises(UsageError, match="^wanted --design rolling to keep forecasts with --out; came 'cluster'$"):
        commands.backtest("cluster", "concluded", 1, None, tmp_path / "kept.csv", as_json=False)
    assert list(tmp_path.iterdir()) == []
