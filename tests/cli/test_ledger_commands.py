"""The command line of the ledger, from one issue to the end."""

import json
from datetime import date

import pytest
from ledger.bodies import issue_body, put, resolution_body
from typer.testing import CliRunner

from forecasting.cli.ledger import app
from forecasting.ledger import read_chain
from forecasting.store.errors import UsageError

CASE = "new-start-post-expiry-2026"


def run(*arguments):
    """Exit code and output of a call; what it raises is raised."""
    result = CliRunner().invoke(app, [str(argument) for argument in arguments], catch_exceptions=False)
    return result.exit_code, result.stdout


@pytest.fixture
def ledger(tmp_path):
    put(
        tmp_path / "ledger",
        issue_body(["a-1990"]),
        resolution_body([(date(2000, 1, 1), "a-1990", [12], "faded")]),
    )
    return tmp_path / "ledger"


def test_a_case_is_issued_resolved_scored_and_verified(tmp_path):
    ledger = tmp_path / "ledger"
    code, out = run(
        "issue", CASE, "--models", "base_rate", "--as-of", "2026-02-05", "--horizons", "6,12", "--ledger", ledger
    )
    assert (code, out) == (0, f"{ledger}/000001-replay-2026-02-05-concluded-base_rate.json\n")
    code, out = run("resolve", "--ledger", ledger)
    assert out in (f"{path}\n" for path in ledger.glob("000002-resolution-*.json"))
    card = json.loads(run("score", "--json", "--ledger", ledger)[1])
    assert card["settled_on"] == "2026-08-31"
    assert {row["horizon"]: (row["issued"], row["matured"]) for row in card["forecasts"]} == {
        "all": (1, 0), "6": (1, 1), "12": (1, 0),
    }  # fmt: skip
    chain = read_chain(ledger)
    assert run("verify", "--ledger", ledger) == (0, f"no faults: 2 entries; head {chain.head} {chain.last}\n")
    assert run("head", "--ledger", ledger) == (0, f"{chain.head}  {chain.last}\n")


def test_a_broken_ledger_is_told_fault_by_fault(ledger):
    (ledger / "000001-replay-2000-01-01-concluded-primary.json").unlink()
    assert run("verify", "--ledger", ledger) == (
        1,
        "000001-*.json: expected entry 1 before 000002-resolution-2026-11-24.json, got no such file\n"
        f"1 fault in {ledger}, that of the earliest file first\n",
    )


def test_a_head_known_before_is_asked_for(ledger):
    code, out = run("verify", "--head", "f" * 64, "--ledger", ledger)
    assert code == 1
    assert out.startswith(
        f"HEAD: expected an entry with the sha256 {'f' * 64}, a head known before, got none in the chain"
    )


def test_a_score_prints_its_denominators(ledger):
    code, out = run("score", "--ledger", ledger)
    assert code == 0
    assert out.startswith("resolved from a record up to 2026-08-31\n\nforecasts\n")
    assert "too few: 1 forecasts in 1 clusters; expected 30 and 10 at least" in out


def test_others_are_entered_and_entries_retracted(ledger, tmp_path):
    one = ("--case", "a-1990", "--cause", "faded", "--horizon", "24", "--probability", "0.3")
    assert run("add", *one, "--by", "somebody", "--ledger", ledger)[0] == 0
    (tmp_path / "said.csv").write_text("case_id,horizon,cause,probability\na-1990,24,faded,0.4\n")
    assert run("add", tmp_path / "said.csv", "--by", "another", "--ledger", ledger)[0] == 0
    assert run("retract", "3", "--reason", "a slip", "--ledger", ledger)[0] == 0
    assert [link.entry.entry for link in read_chain(ledger).links] == [
        "issue", "resolution", "added", "added", "retraction",
    ]  # fmt: skip


def test_the_hub_layout_is_written(ledger, tmp_path):
    code, out = run("export", "--out", tmp_path / "hub", "--ledger", ledger)
    assert (code, out.splitlines()[-1]) == (0, f"{tmp_path}/hub/hub-config/tasks.json")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("issue",), "expected cases or --all, got neither; give one of them"),
        (("issue", CASE, "--all"), "expected cases or --all, got both; give one of them"),
        (("issue", CASE, "--as-of", "soon"), "expected a day as YYYY-MM-DD, for example 2026-02-05, got 'soon'"),
        (("add", "--by", "x"), "expected a FILE, --metaculus, --hub, or --case, --cause, --horizon and --probability together, got neither; give one of them whole"),
        (("add", "--by", "x", "--case", "a-1990"), "expected a FILE, --metaculus, --hub, or --case, --cause, --horizon and --probability together, got --case; give one of them whole"),
        (("add", "said.csv", "--by", "x", "--case", "a-1990"), "expected a FILE, --metaculus, --hub, or --case, --cause, --horizon and --probability together, got FILE and --case; give one of them whole"),
        (("score", "--ledger", "nowhere"), "expected the folder of a ledger, got 'nowhere': no such folder; name it with --ledger, or issue a forecast first"),
        (("resolve", "--ledger", "nowhere"), "expected the folder of a ledger, got 'nowhere': no such folder; name it with --ledger, or issue a forecast first"),
        (("retract", "1", "--reason", "x", "--ledger", "nowhere"), "expected the folder of a ledger, got 'nowhere': no such folder; name it with --ledger, or issue a forecast first"),
    ],
)  # fmt: skip
def test_a_request_that_cannot_be_answered_is_refused(tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as refused:
        run(*arguments)
    assert str(refused.value) == message
    assert list(tmp_path.iterdir()) == []
