from datetime import date

import pytest

import forecasting as fc

CASE = "new-start-post-expiry-2026"
TEXT = (
    "Russia proposed talks on Tuesday. Moscow could suspend the accord. <b>Trump</b> met Putin in Helsinki on Monday."
)


@pytest.fixture
def reader():
    made = fc.NewsReader(CASE, "2026-02-11", source_id="s0001")
    made.text.value = TEXT
    made.read.click()
    return made


def test_what_is_told_as_done_is_ticked_and_comes_out_as_rows(reader):
    assert [(line.kind.value, line.accept.value) for line in reader.lines] == [
        ("proposal", True),
        ("suspension", False),
        ("summit", True),
    ]
    events = reader.rows()["events"]
    assert [(row["kind"], row["event_date"], row["source_id"]) for row in events] == [
        ("proposal", "2026-02-10", "s0001"),
        ("summit", "2026-02-09", "s0001"),
    ]


def test_edits_and_rejections_reach_the_rows(reader):
    first, hedged, last = reader.lines
    first.accept.value, last.accept.value = False, True
    last.actor.value, last.day.value, last.kind.value = "USA; RUS", date(2026, 2, 8), "talks_round"
    assert [(row["kind"], row["actor"], row["event_date"], row["plover"]) for row in reader.rows()["events"]] == [
        ("talks_round", "USA;RUS", "2026-02-08", "CONSULT")
    ]
    hedged.accept.value, last.accept.value = True, False
    assert [row["standing"] for row in reader.rows()["events"]] == ["reported"]
    hedged.standing.value = "confirmed"
    assert [row["standing"] for row in reader.rows()["events"]] == ["confirmed"]


def test_markup_in_a_text_is_shown_as_text(reader):
    shown = reader.lines[2].box.children[-1].value
    assert "&lt;b&gt;Trump&lt;/b&gt;" in shown


def test_a_faulty_text_is_told_and_leaves_no_rows(reader):
    reader.text.value = "   "
    reader.read.click()
    assert reader.status.value.startswith("text: expected a news text, got no words")
    assert (reader.reading, reader.lines, dict(reader.rows())) == (None, [], {"events": [], "calendar": []})
    reader.as_of.value = None
    reader.read.click()
    assert reader.status.value == "expected a day, got none; choose the day of the text"


def test_an_unknown_case_is_refused_at_once():
    with pytest.raises(fc.UsageError, match="^expected the case_id of a case in the record, got 'new-start'"):
        fc.NewsReader("new-start")
