"""The form of an entry: each rule with its message, for what is read and for what is to be written."""

import json
from datetime import date

import pytest
from bodies import ISSUED_ON, forged, issue_body, put

from forecasting.ledger.chain import ORIGIN
from forecasting.ledger.entries import decoded
from forecasting.store.errors import LedgerError, UsageError

NAME, CONTENT = forged(issue_body(), 1, ORIGIN)
FORECAST = issue_body()["forecasts"][0]
ADDED = {
    "entry": "added", "by": "somebody", "kind": "replay", "target": "concluded", "as_of": date(2000, 1, 1), "beside": NAME,
}  # fmt: skip


def edited(**changes):
    held = json.loads(CONTENT) | changes
    return json.dumps({name: value for name, value in held.items() if value != "dropped"}).encode()


def opinions(*said):
    return [{"case_id": "a-1990", "horizon": 12, "cause": cause, "probability": p} for cause, p in said]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "expected an entry as JSON, got EOF while parsing a value at line 1 column 0"),
        (b"[" * 100_000, "expected an entry as JSON, got "),
        (b"[]", "expected a valid dictionary or object to extract fields from, got []"),
        (edited(colour="red"), "expected only known keys, got the unknown key colour"),
        (edited(level="dropped"), "expected the key level, got none"),
        (edited(entry="prophecy"), "expected 'entry' out of 'issue', 'conditional', 'added', 'resolution', 'retraction', got 'prophecy'"),
        (edited(model="../../etc"), "expected model: pattern '^[a-z0-9]+(_[a-z0-9]+)*$', got '../../etc'"),
        (edited(level=1.0), "expected level: less than 1, got 1.0"),
        (edited(horizons=[24, 12]), "expected horizons in order, each once, got (24, 12)"),
        (edited(deadlines=["2001-01-01", "2002-01-02"]), "expected deadlines that run from as_of, got 2001-01-01, 2002-01-02"),
        (edited(states=["faded"]), "expected states formalized, collapsed, faded, ongoing, got faded"),
        (edited(kind="live"), "expected a live forecast within 120 days of as_of, got 9824 days"),
        (edited(forecasts=[]), "expected at least one case, got []"),
        (CONTENT.replace(b"0.2,0.3,0.4]", b"0.2,0.3,0.5]"), "expected probabilities of a-1990 that sum to 1, got 1.1"),
        (CONTENT.replace(b'"probability":[[0.1', b'"probability":[[NaN'), "expected an entry as JSON, got expected value at line 7 column 107"),
        (CONTENT + b"\n", "expected the canonical encoding of an entry, with sorted keys, got another encoding of it"),
        (edited(), "expected the canonical encoding of an entry, with sorted keys, got another encoding of it"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_exactly_an_entry_is_refused(content, message):
    with pytest.raises(LedgerError) as refused:
        decoded(content, NAME)
    assert str(refused.value).startswith(f"{NAME}: {message}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (issue_body(as_of=date(2027, 1, 1)), f"expected an as_of day up to {ISSUED_ON}, the day of issue, got 2027-01-01"),
        (issue_body(as_of=date(2026, 8, 30), kind="live"), "expected a live as_of at the record's end, got 2026-08-30"),
        (issue_body(["b-1991", "a-1990"]), "expected cases in order, each once, got ['b-1991', 'a-1990']"),
        (issue_body(["../../x"]), "expected forecasts.0.case_id: pattern '^[a-z0-9]+(-[a-z0-9]+)*$', got '../../x'"),
        (issue_body(forecasts=[FORECAST | {"upper": [(0, 1, 1, 1)] * 2}]), "expected probabilities of a-1990 within their bounds, got (0.1, 0.2, 0.3, 0.4) (0.1, 0.2, 0.3, 0.4) (0.0, 1.0, 1.0, 1.0)"),
        (issue_body(forecasts=[FORECAST | {"upper": [(1, 1, 1)] * 2}]), "expected 2 rows of 4 for a-1990, got [(2, 3), (2, 4)]"),
        (issue_body(forecasts=[{k: v for k, v in FORECAST.items() if k != "reference"}]), "expected a reference beside any other model than itself, got none for a-1990"),
        (issue_body(model="base_rate"), "expected a reference beside any other model than itself, got one for a-1990"),
        (ADDED | {"opinions": []}, "expected opinions: at least 1 item after validation, not 0, got []"),
        (ADDED | {"opinions": opinions(("faded", 0.7), ("collapsed", 0.4))}, "expected probabilities that sum to 1 at most, got 1.1 for a-1990 at 12 months"),
        (ADDED | {"opinions": opinions(("faded", 0.2), ("collapsed", 0.2), ("ongoing", 0.2), ("formalized", 0.2))}, "expected probabilities of all states that sum to 1, got 0.8 for a-1990 at 12 months"),
        (ADDED | {"by": "a\nb", "opinions": opinions(("faded", 0.7))}, "expected by: pattern "),
        ({"entry": "retraction", "retracts": NAME, "reason": "\ud800"}, "expected reason: a valid string, unable to parse raw data as a unicode string, got "),
        ({"entry": "retraction", "retracts": NAME, "reason": "  "}, "expected reason: pattern "),
    ],
)  # fmt: skip
def test_an_entry_that_breaks_a_rule_is_not_written(tmp_path, body, message):
    with pytest.raises(UsageError) as refused:
        put(tmp_path / "ledger", body)
    assert str(refused.value).startswith(message)
    assert list((tmp_path / "ledger").iterdir()) == []
