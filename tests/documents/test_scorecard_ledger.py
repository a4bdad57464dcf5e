"""The ledger on the scorecard: live and replay apart, every denominator, and names as text."""

import json
import shutil
from datetime import date

import pytest
from ledger.bodies import issue_body, put, resolution_body

from forecasting.documents.html import section_html
from forecasting.documents.ledger_section import ledger, ledger_values
from forecasting.documents.values import view
from forecasting.store.errors import LedgerError

NAME = "<script>alert(1)</script> & Co"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("kept") / "ledger"
    put(
        place,
        issue_body(["a-1990", "b-1991"]),
        issue_body(["a-1990"], date(2026, 8, 31), kind="live"),
        {"entry": "added", "by": NAME, "kind": "replay", "target": "concluded", "as_of": date(2000, 1, 1),
         "beside": "000001-replay-2000-01-01-concluded-primary.json",
         "opinions": [{"case_id": "a-1990", "horizon": 12, "cause": "faded", "probability": 0.5}]},
        resolution_body([(date(2000, 1, 1), "a-1990", [12], "faded"), (date(2000, 1, 1), "b-1991", [12], "void")]),
    )  # fmt: skip
    return place


def test_live_and_replay_stand_apart_with_every_denominator(folder):
    found = ledger_values(folder)
    json.dumps(found, allow_nan=False)
    assert [(one["kind"], one["entries"], one["first"]) for one in found["issued"]] == [
        ("live", 1, "2026-08-31"),
        ("replay", 1, "2000-01-01"),
    ]
    rows = {(row["kind"], row["horizon"]): row for row in found["forecasts"]}
    row = rows["replay", "12"]
    names = ("issued", "pending", "matured", "unseen", "resolved", "void", "scored", "skill")
    assert [row[name] for name in names] == [2, 0, 2, 0, 1, 1, 1, None]
    assert rows["live", "12"]["pending"] == rows["live", "12"]["issued"] == 1


def test_a_skill_of_too_few_is_not_printed_and_a_name_never_becomes_markup(folder):
    html = section_html(ledger(view({"ledger": ledger_values(folder)})))
    assert html.index("<h3>Live</h3>") < html.index("<h3>Replay</h3>")
    assert "too few" in html and "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in html


def test_without_a_ledger_the_page_says_so_and_a_broken_one_stops_it(folder, tmp_path):
    assert ledger_values(tmp_path / "none") is None
    assert "There is no ledger beside this record" in section_html(ledger(view({"ledger": None})))
    broken = shutil.copytree(folder, tmp_path / "ledger")
    path = broken / "000001-replay-2000-01-01-concluded-primary.json"
    path.write_bytes(path.read_bytes().replace(b"0.1", b"0.2", 1))
    with pytest.raises(LedgerError, match="^000001-replay-2000-01-01-concluded-primary.json: expected "):
        ledger_values(broken)
