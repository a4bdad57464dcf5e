import json
import os
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
from answers import ANSWERS
from answers import CASE as CASE_OF_MY_OWN
from calling import call
from ranges import of_fewer_months

import forecasting
from forecasting import forecast
from forecasting.__main__ import main
from forecasting.artefacts import save
from forecasting.models import DEFAULT
from forecasting.record.questionnaire import NAMES
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.store.errors import ArtefactError, SchemaError, UsageError

CASE = "new-start-post-expiry-2026"
REFITTED = "model: refitted; without primary (no artefact for this record, day and code in {}; `forecasting train` writes one)\n"


def ran_elsewhere(folder, *arguments):
    """A call run by a Python of its own in a folder: exit code, standard output and standard error."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "forecasting", *arguments],
        cwd=folder, env={**os.environ, "NO_COLOR": "1"}, capture_output=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    return run.returncode, run.stdout, run.stderr


@pytest.fixture
def ran(monkeypatch, capsys):
    """A call run in this process, as the program does: exit code, standard output and standard error."""

    def call(*arguments):
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setattr(sys, "argv", ["forecasting", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        return left.value.code, *capsys.readouterr()

    return call


def ask(case=CASE, artefacts="none", **options):
    """The forecast command with these options, in this process."""
    assert call("forecast", case, artefacts=artefacts, **options) == 0


def test_a_forecast_is_printed_as_json(tmp_path, monkeypatch, trained, ran):
    monkeypatch.chdir(tmp_path)
    code, out, err = ran("forecast", CASE, "--as-of", "2026-02-05", "--json")
    assert code == 0
    assert err == REFITTED.format("artefacts")
    rows = json.loads(out)
    assert tuple(rows[0]) == FORECAST_COLUMNS
    known, fitted, _ = trained
    expected = forecast(known, CASE, fitted=fitted)
    expected = expected[expected["model"].isin(DEFAULT)]
    assert [row["model"] for row in rows] == list(expected["model"])
    assert [row["probability"] for row in rows] == pytest.approx(list(expected["probability"]), abs=1e-12)


def test_a_faulty_call_says_so_in_one_line_and_prints_nothing_else(ran):
    code, out, err = ran("forecast", "../../etc/passwd")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(
        "UsageError: expected the case_id of a case in the record, got '../../etc/passwd'; did you mean "
    )


def test_a_fault_of_the_record_is_one_line_of_a_process_too(tmp_path):
    told = "SchemaError: nowhere: expected a folder with the record, got no such folder\n"
    assert ran_elsewhere(tmp_path, "forecast", CASE, "--data", "nowhere") == (1, "", told)


def test_the_version_is_printed(ran):
    assert ran("--version") == (0, f"{forecasting.__version__}\n", "")


def test_an_unknown_option_is_a_usage_error(ran):
    code, out, err = ran("forecast", CASE, "--colour")
    assert (code, out) == (2, "")
    assert "No such option: --colour" in err
    assert "Traceback" not in err


def test_a_run_without_due_is_a_usage_error(ran):
    code, out, err = ran("run")
    assert (code, out) == (2, "")
    said = " ".join(err.replace("\N{BOX DRAWINGS LIGHT VERTICAL}", " ").split())
    assert "expected --due or --status, got nothing to run; give one" in said


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"case": "<script>"}, "expected the case_id of a case in the record, got '<script>'; did you mean "),
        ({"case": ""}, "expected the case_id of a case in the record, got ''; did you mean "),
        ({"case": "a\nb"}, r"expected the case_id of a case in the record, got 'a\nb'; did you mean "),
        ({"case": "new-start-2026"}, f"expected the case_id of a case in the record, got 'new-start-2026'; did you mean {CASE}, "),
        ({"horizons": "10000"}, "expected horizons from 1 to 120 months, got [10000]"),
        ({"horizons": "0"}, "expected horizons from 1 to 120 months, got [0]"),
        ({"horizons": "abc"}, "expected horizons as whole months, for example 6,12,24, got 'abc'"),
        ({"horizons": ""}, "expected horizons as whole months, for example 6,12,24, got ''"),
        ({"as_of": "yesterday"}, "expected a day as YYYY-MM-DD, for example 2026-02-05, got 'yesterday'"),
        ({"as_of": "2026-02-04"}, f"expected a day from 2026-02-05 on, when {CASE} became known, got 2026-02-04"),
        ({"as_of": "0001-01-01"}, f"expected a day from 2026-02-05 on, when {CASE} became known, got 0001-01-01"),
        ({"as_of": "2026-09-01"}, "expected a day up to 2026-08-31, where the record ends (data_end), got 2026-09-01"),
        ({"target": "ratified"}, "expected a target out of concluded, in_force, got 'ratified'"),
        ({"population": "all"}, "expected a population out of forward, pooled, every, got 'all'"),
        ({"case": "salt2-observance-1979"}, "expected a case that goes on, got salt2-observance-1979, which collapsed on 1986-05-27, known since 1986-05-27; ask as of an earlier day"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_answered_is_refused(few_cases, capsys, options, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}") as refused:
        ask(data=few_cases, **options)
    assert refused.value.exit_code == 2
    assert "\n" not in str(refused.value)
    assert capsys.readouterr().out == ""


def test_a_forecast_is_printed_as_a_table(capsys):
    ask(as_of="2026-02-05", horizons="12,6", target="in_force", models="base_rate")
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
    assert call("check") == 0
    counts, unbound = capsys.readouterr().out.splitlines()
    n_events = len(record.tables["events"].cells)
    assert (
        counts
        == f"no faults: {len(record.tables['cases'].cells)} cases, {n_events} events up to 2026-08-31; sha256 {record.sha256}"
    )
    assert unbound.startswith("concluded but not seen in force: 14 cases (caspian-no-foreign-forces-2014, ")


def test_the_check_of_a_sound_record_is_an_empty_list_in_json(capsys):
    assert call("check", json=True) == 0
    assert json.loads(capsys.readouterr().out) == []


def test_the_check_prints_each_fault_and_their_number(capsys, small_copy):
    small_copy.edit("cases", CASE, type="treaty", matched="loosely")
    assert call("check", data=small_copy.folder) == 1
    *faults, total = capsys.readouterr().out.splitlines()
    assert faults == small_copy.faults()
    assert total == f"2 faults in {small_copy.folder}"


def test_the_check_gives_faults_as_json(capsys, small_copy):
    small_copy.rewrite("cases.csv", lambda old: b"")
    assert call("check", data=small_copy.folder, json=True) == 1
    assert json.loads(capsys.readouterr().out) == [
        {
            "file": "cases.csv",
            "row": 0,
            "case_id": "",
            "expected": "a header and rows",
            "got": "an empty file",
            "do": "",
        }
    ]


def test_questions_for_a_new_case_are_printed_filled_in_and_kept(capsys, few_cases, tmp_path):
    assert call("new-case", CASE_OF_MY_OWN) == 0
    asked = tomllib.loads(capsys.readouterr().out)
    assert ["case_id", *asked] == list(NAMES)
    filled = asked | {name: answer.replace("\n", " ") for name, answer in ANSWERS.items() if name != "case_id"}
    answers = tmp_path / "answers.toml"
    answers.write_text("".join(f"{name} = {json.dumps(answer)}\n" for name, answer in filled.items()))
    given = {"answers": answers, "overlay": tmp_path / "mine", "data": few_cases}
    assert call("new-case", CASE_OF_MY_OWN, **given) == 0
    assert CASE_OF_MY_OWN in (tmp_path / "mine" / "cases.csv").read_text()
    with pytest.raises(UsageError, match="expected a case_id that the record does not have.*\nnothing was written$"):
        call("new-case", CASE_OF_MY_OWN, **given)


def test_a_case_asked_twice_in_one_report_is_refused(tmp_path):
    with pytest.raises(UsageError, match=f"^expected each case once, got {CASE} {CASE}; leave out the repeated one$"):
        call("report", CASE, CASE, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.long
def test_a_forecast_from_the_artefact_is_that_of_a_refit_and_says_where_it_is_from(capsys, trained):
    known, fitted, folder = trained
    ask(as_of="2026-02-05", artefacts=folder.parent, json=True)
    printed = capsys.readouterr()
    assert printed.err == (
        f"model: artefact {folder.name[:12]}\n"
        "primary: interval widened to contain the base rate's: formalization_climate is 0.14, outside the 0.16 to 0.62 of "
        "the other cases\n"
    )
    expected = forecast(known, CASE, fitted=fitted)
    assert printed.out == expected.to_json(orient="records", indent=1, double_precision=15) + "\n"


def test_what_limits_the_forecast_by_the_ladder_is_told_with_its_effect_by_model(capsys, trained, tmp_path):
    """The twin is the case before, which names neither."""
    known, fitted, _ = trained
    save(of_fewer_months(fitted.only("ladder", "ladder_model")), known, tmp_path)
    ask(case="ctbt-signed-1996", as_of="2026-02-05", artefacts=tmp_path, models="ladder,ladder_model")
    noted = capsys.readouterr().err.splitlines()[1:]
    said = "interval widened to contain the base rate's: age_months is 352.00, outside the 0.00 to 150.00 of the other cases of its form"
    assert [line.split(", which moves the forecast by ")[0] for line in noted] == [
        f"ladder: {said}",
        f"ladder_model: {said}",
    ]
    assert all(re.search(r"by -\d\.\d points$", line) for line in noted)


def test_the_reason_why_a_model_abstains_is_told_apart_from_the_table(capsys, tmp_path):
    for as_json, nothing in ((True, "[\n\n]\n"), (False, "")):
        ask(case="cocom-1949", as_of="1960-01-01", artefacts=tmp_path, models="type_base_rate", json=as_json)
        printed = capsys.readouterr()
        assert printed.out == nothing
        assert printed.err.splitlines()[1] == (
            "type_base_rate: abstains, the case lies outside its applicability domain: no other case that the model "
            "learned from has the type informal_regime"
        )


def test_some_models_come_from_the_artefact_of_all_in_the_order_asked(capsys, trained):
    ask(as_of="2026-02-05", artefacts=trained[2].parent, models="type_base_rate,base_rate", json=True)
    printed = capsys.readouterr()
    assert printed.err == f"model: artefact {trained[2].name[:12]}\n"
    models = [row["model"] for row in json.loads(printed.out)]
    assert list(dict.fromkeys(models)) == ["type_base_rate", "base_rate"]


def train(artefacts, models="base_rate", **options):
    assert call("train", artefacts=artefacts, models=models, **options) == 0


def test_training_says_where_the_artefact_is_and_whether_it_was_there(capsys, tmp_path):
    train(tmp_path / "deep" / "artefacts")
    folder = next((tmp_path / "deep" / "artefacts").iterdir())
    assert capsys.readouterr().out == f"{folder}\n"
    train(tmp_path / "deep" / "artefacts")
    assert capsys.readouterr().out == f"{folder} (already there)\n"
    train(tmp_path / "deep" / "artefacts", json=True)
    assert json.loads(capsys.readouterr().out) == {"key": folder.name, "folder": str(folder), "already": True}
    assert list((tmp_path / "deep" / "artefacts").iterdir()) == [folder]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"models": "oracle"},
            "expected models out of ladder, ladder_model, base_rate, recent_base_rate, type_base_rate, "
            "rivalry_base_rate, primary, got 'oracle'",
        ),
        ({"population": "all"}, "expected a population out of forward, pooled, every, got 'all'"),
        ({"as_of": "yesterday"}, "expected a day as YYYY-MM-DD, for example 2026-02-05, got 'yesterday'"),
        (
            {"as_of": "1900-01-01"},
            "expected a day by which at least 10 endings were known, got 1900-01-01 with 1",
        ),
    ],
)
def test_a_faulty_training_writes_nothing(tmp_path, options, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}"):
        train(tmp_path / "artefacts", **options)
    assert list(tmp_path.iterdir()) == []


def test_a_broken_artefact_stops_a_forecast(capsys, tmp_path, trained):
    folder = shutil.copytree(trained[2], tmp_path / trained[2].name)
    (folder / "arrays.npz").write_bytes(b"")
    with pytest.raises(ArtefactError, match=r"arrays\.npz: expected a file with sha256") as refused:
        ask(as_of="2026-02-05", artefacts=tmp_path)
    assert refused.value.exit_code == 1
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("since", "until", "message"),
    [
        ("2026-03-01", "2026-02-05", "expected two days, the earlier one first, got 2026-03-01 and 2026-02-05"),
        ("soon", "2026-02-05", "expected a day as YYYY-MM-DD, for example 2026-02-05, got 'soon'"),
        (
            "2026-02-05",
            "2026-09-01",
            "expected a day up to 2026-08-31, where the record ends (data_end), got 2026-09-01",
        ),
        ("2026-01-01", "2026-03-01", f"expected a day from 2026-02-05 on, when {CASE} became known, got 2026-01-01"),
    ],
)
def test_changes_between_days_that_cannot_be_compared_are_refused(few_cases, capsys, since, until, message):
    with pytest.raises(UsageError, match=f"^{re.escape(message)}$"):
        call("changes", CASE, "--from", since, "--to", until, data=few_cases)
    assert capsys.readouterr().out == ""


@pytest.mark.long
def test_changes_are_printed_as_json(capsys):
    assert call("changes", CASE, "--from", "2026-02-05", "--to", "2026-03-01", json=True) == 0
    found = json.loads(capsys.readouterr().out)
    asked = ("2026-02-05", "2026-03-01", 60, "ladder")
    assert (found["from"], found["to"], found["horizon"], found["model"]) == asked
    for state, told in found["states"].items():
        moved = sum(row["points"][state] for row in found["rows"])
        assert moved == pytest.approx(told["after"] - told["before"], abs=1e-12)
    acts = {act["event_id"] for row in found["rows"] for act in row["events"]}
    assert {f"{CASE}-e09", f"{CASE}-e13"} <= acts


def test_forecasts_of_components_held_out_are_no_track_record(tmp_path):
    with pytest.raises(
        UsageError,
        match="^expected --design rolling, fresh or fresh_rolling with --out, got 'cluster'; the others know more than was known$",
    ):
        call("backtest", design="cluster", out=tmp_path / "past.csv")
    assert list(tmp_path.iterdir()) == []
