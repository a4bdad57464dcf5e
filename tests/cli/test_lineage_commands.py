"""The commands that list models, pool what was said, compare entries and make one again by its code."""

import json
from datetime import date

import pytest
from calling import call
from ledger.bodies import issue_body, put

from forecasting.store.errors import UsageError

CASE = "us-china-encounters-mou-2014"
DAYS = ("2019-01-01", "2020-01-01")


@pytest.fixture(scope="module")
def entries(tmp_path_factory):
    """Files of two entries of the base rate."""
    ledger = tmp_path_factory.mktemp("commands") / "ledger"
    for day in DAYS:
        call("ledger", "issue", CASE, as_of=day, horizons="12", models="base_rate", ledger=ledger)
    return sorted(ledger.glob("*.json"))


def test_models_are_listed_in_words_and_as_json(capsys):
    assert call("models") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[:3] == ["model", "status", "registered"]
    assert lines[1].startswith("ladder ")
    assert " headline " in lines[1]
    assert call("models", json=True) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == [line.split()[0] for line in lines[1:]]
    assert set(listed[0]) == {"name", "status", "what", "registration", "card", "formalization"}


@pytest.mark.long
def test_two_entries_are_compared(entries, capsys):
    assert call("changes", CASE, "--entries", *entries, "--horizon", 12) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"base_rate: {CASE} formalized within 12 months\n")
    assert call("changes", CASE, "--entries", *entries, "--horizon", 12, json=True) == 0
    found = json.loads(capsys.readouterr().out)
    assert [part["name"] for part in found["parts"]] == ["base rate", "time", "rounding"]
    assert sum(part["points"] for part in found["parts"]) == pytest.approx(found["after"] - found["before"], abs=1e-9)
    assert found["days"] == list(DAYS)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "expected --from and --to, or --entries, got neither whole; give one of the two"),
        (("--from", "2019-01-01"), "expected --from and --to, or --entries, got neither whole; give one of the two"),
        (("--from", "2019-01-01", "--entries", "a", "b"), "expected two days or two entries, got both; give --from or --reports and --to, or --entries"),
        (("--reports", "r", "--entries", "a", "b"), "expected two days or two entries, got both; give --from or --reports and --to, or --entries"),
        (("--reports", "r", "--from", "2019-01-01"), "expected the earlier day from --from or --reports, got both; leave one out"),
        (("--reports", "r", "--from", "2019-01-01", "--to", "2019-06-01"), "expected the earlier day from --from or --reports, got both; leave one out"),
    ],
)  # fmt: skip
def test_days_or_entries_are_needed_and_not_both(words, message):
    with pytest.raises(UsageError) as refused:
        call("changes", CASE, *words)
    assert str(refused.value) == message


def test_what_was_said_is_pooled(tmp_path, capsys):
    ledger = tmp_path / "ledger"
    (name,) = put(ledger, issue_body(model="ladder"))
    said = {"case_id": "a-1990", "horizon": 12, "cause": "formalized", "probability": 0.5}
    added = {
        "entry": "added", "by": "A. Reader", "kind": "replay", "target": "concluded", "as_of": date(2000, 1, 1),
        "beside": name, "opinions": [said],
    }  # fmt: skip
    put(ledger, added)
    capsys.readouterr()
    arguments = ("ledger", "pool", "a-1990", "--of", "ladder", "--of", "A. Reader", "--ledger", ledger, "--json")
    assert call(*arguments) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["probability"] == pytest.approx(0.3)
    assert call(*arguments, "--weight", 3, "--weight", 1) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert row["probability"] == pytest.approx(0.2)


def test_options_of_the_code_of_an_entry(entries):
    with pytest.raises(UsageError) as refused:
        call("verify", entries[0], commit="main")
    assert str(refused.value) == "expected --code-of-entry with --commit, got it alone; add it"
    with pytest.raises(UsageError) as refused:
        call("verify", entries[0], code_of_entry=True, explain="0.1")
    assert str(refused.value) == "expected either --explain or --code-of-entry, got both; ask one after the other"
