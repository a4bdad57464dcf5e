"""What is published is registered: issued once, found again with its hash, counted to its score; one setting for all."""

import json
import os
from datetime import date
from typing import ClassVar

import pytest
from bodies import issue_body, put, resolution_body
from calling import call

from forecasting.documents.blocks import Section
from forecasting.documents.ledger_section import ledger_values
from forecasting.documents.report import Report, by_name
from forecasting.documents.standing import live_sentence, live_values, registration
from forecasting.documents.text import said, section_text
from forecasting.documents.values import view
from forecasting.ledger import replay, verify
from forecasting.ledger.issue import issued_cases
from forecasting.ledger.live import live_record
from forecasting.ledger.place import SETTING, ledger_folder, ledger_read
from forecasting.ledger.registration import entries_of, headline_entries, issue_once
from forecasting.publish.funnel import funnel
from forecasting.publish.parameters import checked_parameters
from forecasting.publish.schedule.entries import worked
from forecasting.publish.schedule.plan import Task
from forecasting.store.errors import UsageError

CASE, OTHER = "new-start-post-expiry-2026", "us-china-encounters-mou-2014"
DAY = date(2026, 8, 31)


def of_headline(*cases, **changes):
    return issue_body(cases, DAY, kind="live", model="ladder", **changes)


def test_forecasts_are_issued_once_however_often_it_is_asked_for(tmp_path, history, capsys):
    first = issue_once(history, tmp_path, models=["base_rate"], cases=[CASE])
    assert len(first.paths) == 1
    before = [path.read_bytes() for path in sorted(tmp_path.iterdir())]
    assert issue_once(history, tmp_path, models=["base_rate"], cases=[CASE]).paths == ()
    assert [path.read_bytes() for path in sorted(tmp_path.iterdir())] == before
    (more,) = issue_once(history, tmp_path, models=["base_rate"], cases=[CASE, OTHER]).paths
    assert [each["case_id"] for each in json.loads(more.read_text())["forecasts"]] == [OTHER], "what was missing"
    assert call("ledger", "issue", CASE, models="base_rate", ledger=tmp_path) == 0
    assert "nothing to issue that was not issued before as of 2026-08-31" in capsys.readouterr().err


def test_a_replay_does_not_stand_for_a_live_forecast_and_a_live_one_needs_no_replay(tmp_path, history):
    def issued(day):
        return [path.name for path in issue_once(history, tmp_path, models=["base_rate"], cases=[CASE], issued_on=day).paths]  # fmt: skip

    body = issue_body([CASE], DAY, model="base_rate")
    del body["forecasts"][0]["reference"]
    put(tmp_path, body, issued_on=date(2026, 9, 1))
    assert issued(date(2026, 9, 2)) == ["000002-live-2026-08-31-concluded-base_rate.json"]
    assert issued(date(2026, 9, 3)) == issued(date(2027, 9, 1)) == []
    chain = entries_of(tmp_path)
    assert issued_cases(chain, "concluded", "live") == {(DAY, "base_rate"): {CASE: chain.last}}
    assert list(issued_cases(chain, "concluded", "replay").values()) == [{CASE: chain.links[0].name}]
    assert issued_cases(chain, "in_force", "live") == {}


def test_issuing_and_resolving_can_be_scheduled(tmp_path):
    issue = Task(name="issue", every="daily", do="issue", models=["base_rate"], cases=[CASE])
    counts, line = worked(issue, str(tmp_path))
    assert counts == {"issued": 1} and line["entries"][0]["entry"].endswith("-concluded-base_rate.json")
    assert worked(issue, str(tmp_path)) == ({"unchanged": 1}, {"entries": []})
    resolve = Task(name="resolve", every="daily", do="resolve")
    assert worked(resolve, str(tmp_path)) == ({"unchanged": 1}, {"entries": []})
    assert worked(resolve, str(tmp_path / "not-begun")) == ({"unchanged": 1}, {"entries": []})


def test_a_page_prints_the_entry_and_the_hash_that_hold_its_number(tmp_path, history):
    put(tmp_path, of_headline(OTHER))
    content = registration(history, tmp_path, "concluded", CASE)
    assert content == {"registered": []} and registration(history, None, "concluded", CASE) == {}
    (name,) = put(tmp_path, of_headline(CASE))
    put(tmp_path, issue_body([CASE], DAY, kind="live"))
    (found,) = headline_entries(tmp_path, DAY, "concluded", CASE)
    assert found.entry == name and found.kind == "live"
    assert headline_entries(tmp_path, DAY, "in_force", CASE) == []

    def masthead(_):
        return Section(blocks=())

    class Page(Report):
        SECTIONS = by_name([masthead])
        content: ClassVar = {"provenance": {}, **registration(history, tmp_path, "concluded", CASE)}

    Page.content = {"provenance": {}, **registration(history, tmp_path, "concluded", CASE)}
    words = " ".join(section_text(Page().show("masthead").section).split())
    assert words == f"Issued in the ledger (live): entry {name}, sha256 {found.sha256}."
    Page.content = {"provenance": {}, **content}
    assert "not issued in the ledger" in section_text(Page().show("masthead").section)


@pytest.mark.parametrize("later", [of_headline(OTHER), issue_body([CASE], DAY, kind="live"),
                                   resolution_body([(DAY, OTHER, (6,), "ongoing")], date(2028, 9, 1))])  # fmt: skip
@pytest.mark.parametrize("is_named", [True, False])
def test_a_later_entry_makes_no_page_an_old_one_and_that_of_the_page_does(tmp_path, monkeypatch, later, is_named):
    monkeypatch.setenv(SETTING, str(tmp_path))
    asked = checked_parameters("case", {"case_id": CASE} | ({"ledger": str(tmp_path)} if is_named else {}))
    put(tmp_path, of_headline(OTHER, horizons=(6,)))
    before, counted = asked.files_read(), live_record(tmp_path)
    put(tmp_path, later)
    assert asked.files_read() == before and live_record(tmp_path)["last"] != counted["last"]
    put(tmp_path, of_headline(CASE))
    assert (asked.files_read() != before) == is_named


def test_a_ledger_is_read_as_it_was_up_to_the_entry_that_a_page_names(tmp_path, history):
    nothing = live_values(tmp_path, tmp_path)
    put(tmp_path, of_headline(OTHER))
    then = live_values(tmp_path, tmp_path)
    put(tmp_path, of_headline(CASE), resolution_body([(DAY, OTHER, (12,), "ongoing")], date(2028, 9, 1)))
    now = live_values(tmp_path, tmp_path)
    assert [one["issued"] for one in (nothing, then, now)] == [0, 2, 4] and now["resolved"] == 1
    for one in (nothing, then, now):
        assert live_values(tmp_path, tmp_path, one["head"]) == one
    page = registration(history, tmp_path, "concluded", CASE, then["head"])
    assert page == {"registered": []} != registration(history, tmp_path, "concluded", CASE, now["head"])
    assert ledger_values(tmp_path, then["head"])["entries"] == 1 and ledger_values(tmp_path)["entries"] == 3
    assert ledger_values(tmp_path, nothing["head"]) is None
    with pytest.raises(UsageError, match=r"^expected a ledger with the entry of sha256 'ffff.*, up to which "):
        live_values(tmp_path, tmp_path, "f" * 64)


@pytest.mark.parametrize(
    ("bodies", "counts", "words"),
    [
        ([], (0, 0, 0), "No forecast has been issued live: there is no live track record."),
        ([issue_body()], (0, 0, 0), "No forecast has been issued live up to entry 000001-replay-2000-01-01-concluded-primary.json of the ledger: there is no live track record."),
        ([of_headline(CASE)], (2, 0, 0), "There is no live track record yet: up to entry 000001-live-2026-08-31-concluded-ladder.json of the ledger, none of 2 forecasts issued live is resolved; the first is due on 31 August 2027."),
        ([of_headline(CASE, OTHER), issue_body([CASE], DAY, kind="live"), resolution_body([(DAY, CASE, (12, 24), "ongoing"), (DAY, OTHER, (12,), "void")], date(2028, 9, 1))],
         (4, 3, 2), "Live track record: up to entry 000003-resolution-2026-11-24.json of the ledger, of 4 forecasts issued live, 3 are resolved and 2 are scored; the scorecard has their scores."),
    ],
)  # fmt: skip
def test_what_is_said_of_the_live_record_is_what_the_ledger_holds(tmp_path, bodies, counts, words):
    put(tmp_path, *bodies)
    found = live_record(tmp_path)
    assert (found["issued"], found["resolved"], found["scored"]) == counts
    told = live_values(tmp_path / "no-record", tmp_path)
    assert said(live_sentence(view(told))) == words


def test_the_funnel_counts_from_the_page_to_the_score(tmp_path, capsys):
    reports, ledger = tmp_path / "reports", tmp_path / "ledger"
    for case in (CASE, OTHER):
        folder = reports / "cases" / case
        folder.mkdir(parents=True)
        (folder / "2026-08-31.html").write_text(case)
        content = {
            "template": "case_report",
            "case": {"case_id": case, "name": case},
            "target": "concluded",
            "horizons": [12, 24],
        }
        (folder / "2026-08-31.json").write_text(json.dumps(content))
    assert funnel(reports, ledger).told == {"published": 4, "issued": 0, "matured": 0, "scored": 0}
    put(ledger, issue_body([CASE, OTHER], DAY, kind="live"))
    assert funnel(reports, ledger).issued == 0, "of another model"
    put(ledger, of_headline(CASE))
    assert funnel(reports, ledger).told == {"published": 4, "issued": 2, "matured": 0, "scored": 0}
    put(ledger, resolution_body([(DAY, CASE, (12,), "ongoing")], date(2027, 9, 1)))
    assert funnel(reports, ledger).told == {"published": 4, "issued": 2, "matured": 1, "scored": 1}
    assert call("ledger", "score", ledger=ledger, reports=reports) == 0
    assert "4 published, 2 issued, 1 matured, 1 scored" in capsys.readouterr().out


def test_one_setting_says_where_the_ledger_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    record = tmp_path / "record"
    assert ledger_folder().as_posix() == "ledger" and ledger_read(record) == record / "ledger"
    put(tmp_path / "ledger", of_headline(CASE))
    assert ledger_read(record).as_posix() == "ledger", "that which was issued to here is read"
    monkeypatch.setenv(SETTING, str(tmp_path / "set"))
    assert ledger_folder() == ledger_read(record) == tmp_path / "set"
    assert ledger_folder("mine") == ledger_read(record, "mine")
    (name,) = put(tmp_path / "set", of_headline(OTHER))
    assert call("ledger", "head") == 0
    assert name in capsys.readouterr().out


def test_a_head_that_is_no_file_is_a_fault_and_no_wait(tmp_path):
    put(tmp_path, of_headline(CASE))
    for make in (os.mkfifo, lambda path: path.symlink_to("/dev/zero"), lambda path: path.write_bytes(b"0" * 2000)):
        (tmp_path / "HEAD").unlink()
        make(tmp_path / "HEAD")
        assert verify(tmp_path).faults[0].file == "HEAD"


@pytest.mark.parametrize(("first", "last"), [(-5, 9), (1, 2), (1990, 9999), (2027, 2027)])
def test_a_replay_of_years_that_no_record_holds_is_refused(tmp_path, history, first, last):
    with pytest.raises(UsageError, match=r"^expected years from 1800 to 2026, got "):
        list(replay(history, tmp_path, first, last, models=["base_rate"]))
