"""Facts of one's own become rows that are checked and written whole, or nothing is written and every fault is told."""

import threading
from datetime import date, timedelta

import pytest
from planting import with_table

from forecasting import SchemaError, UsageError, load_history
from forecasting.record.own_facts import (
    RefusedError,
    accepted_rows,
    correction_rows,
    event_rows,
    looked_rows,
    retraction_rows,
    step_rows,
)
from forecasting.record.own_rows import keep_rows

CASE, URL = "new-start-post-expiry-2026", "https://example.org/a"
ACT = {"case_id": CASE, "date": "2026-10-05", "kind": "talks_opened", "actor": "USA", "target": "RUS", "source": URL}


@pytest.fixture
def keep(few_cases, tmp_path):
    """Keeps rows in one overlay on the record of five cases, and gives the record with them."""
    return lambda make: keep_rows(make, tmp_path / "mine", few_cases)


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_act_becomes_a_row_with_its_source(keep, few_cases, tmp_path):
    kept = keep(lambda record: event_rows(record, **ACT))
    (event,), (source,) = kept.rows["events"], kept.rows["sources"]
    assert event["event_id"] == f"{CASE}-own-a01" and event["source_id"] == source["source_id"] == f"{CASE}-own-s01"
    assert (event["plover"], event["known_date"], event["known_assumed"]) == ("CONSULT", "2026-10-05", "1")
    assert event["summary"] == "Talks opened by United States towards Russia."
    assert (source["publisher"], source["published"], source["seen"]) == ("example.org", "", "0")
    assert "looked" not in kept.rows
    assert sorted(contents(tmp_path / "mine")) == ["events/own.csv", "sources.csv"]
    again = keep(lambda record: event_rows(record, **ACT | {"date": "2026-10-06", "known": "2026-10-08"}))
    assert again.rows["events"][0]["event_id"] == f"{CASE}-own-a02" and again.rows["sources"] == []
    history = load_history(few_cases, overlay=tmp_path / "mine")
    assert history.as_of == date(2026, 10, 8)
    assert {f"{CASE}-own-a01", f"{CASE}-own-a02"} <= set(history.events["event_id"])


def test_a_confirmed_act_that_shows_it_kept_moves_the_last_sight_and_a_reported_one_does_not(keep):
    act = ACT | {"kind": "agreed_statement", "date": "2026-10"}
    reported = keep(lambda record: event_rows(record, **act | {"standing": "reported", "actor": "RUS"}))
    assert "looked" not in reported.rows
    kept = keep(lambda record: event_rows(record, **act))
    assert (kept.rows["events"][0]["event_date"], kept.rows["events"][0]["date_precision"]) == ("2026-10-31", "month")
    row = kept.after.tables["outcomes"].cells.query("case_id == @CASE and target == 'concluded'").iloc[0]
    assert row["last_observed_date"] == row["looked_until"] == "2026-10-31"
    assert row["last_observed_source"] == f"{CASE}-own-s01"


TO_COME = (date.today() + timedelta(days=400)).isoformat()
DOOR = [
    ({"case_id": "no-such-case"}, "case", "expected the case_id of a case in the record, got 'no-such-case'; did you mean"),
    ({"case_id": "salt2-observance-1979"}, "case", "expected a case that goes on, got salt2-observance-1979, which collapsed"),
    ({"date": "2026-02-04"}, "date", "expected date from 2026-02-05 on, when the case began, got 2026-02-04"),
    ({"date": TO_COME}, "date", f"expected date up to today, {date.today()}, got {TO_COME}; enter it once it has happened"),
    ({"date": "5 October"}, "date", "expected date as YYYY-MM-DD, YYYY-MM or YYYY, got '5 October'"),
    ({"date": 7}, "date", "expected date as YYYY-MM-DD, YYYY-MM or YYYY, got 7"),
    ({"known": "2026-10-01"}, "known", "expected known on or after date, 2026-10-05, got 2026-10-01"),
    ({"known": TO_COME}, "known", "expected known up to today"),
    ({"kind": "talks"}, "kind", "expected kind as one of proposal, "),
    ({"kind": None}, "kind", "expected kind as one of proposal, "),
    ({"actor": "Iran"}, "actor", "expected actor as codes of parties.csv, got 'Iran'; did you mean IRN (Iran)?"),
    ({"target": ["USA", "Atlantis"]}, "target", "expected target as codes of parties.csv, got 'Atlantis'; "),
    ({"standing": "sure"}, "standing", "expected standing as one of confirmed, reported, disputed, got 'sure'"),
    ({"source": "a friend"}, "source", "expected source as the address of a page, https://..., or a source_id"),
    ({"source": "javascript:alert(1)"}, "source", "expected source as the address of a page, https://..."),
    ({"confidence": 1}, "confidence", "expected confidence as one of high, medium, low, got 1"),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "field", "said"), DOOR, ids=[str(changed)[:40] for changed, *_ in DOOR])
def test_what_cannot_be_meant_is_refused_at_the_door_by_its_field(keep, tmp_path, changed, field, said):
    with pytest.raises(RefusedError) as refused:
        keep(lambda record: event_rows(record, **ACT | changed))
    assert list(refused.value.by_field) == [field] and refused.value.by_field[field].startswith(said)
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_wrong_is_told_at_once(keep):
    with pytest.raises(RefusedError) as refused:
        keep(lambda record: event_rows(record, **ACT | {"kind": "nod", "actor": "Iran", "source": "x"}))
    assert list(refused.value.by_field) == ["kind", "actor", "source"]


def test_an_act_that_contradicts_the_record_leaves_the_overlay_as_it_was(keep, tmp_path):
    keep(lambda record: event_rows(record, **ACT))
    before = contents(tmp_path / "mine")
    with pytest.raises(SchemaError, match="expected an act once: another row of the case has the same date, kind"):
        keep(lambda record: event_rows(record, **ACT))
    with pytest.raises(SchemaError, match="expected claim_id as a key of claims.csv or empty, got 'rumour'"):
        keep(lambda record: event_rows(record, **ACT | {"date": "2026-10-07", "claim": "rumour"}))
    assert contents(tmp_path / "mine") == before


def test_markup_stays_text(keep):
    said = "<script>alert(1)</script> & 'so on'"
    kept = keep(lambda record: event_rows(record, **ACT, summary=said, title="<b>x</b>"))
    events = kept.after.tables["events"].cells.set_index("event_id")
    assert events.loc[f"{CASE}-own-a01", "summary"] == said


def test_a_step_says_that_somebody_looked_until_then(keep):
    step = {"case_id": CASE, "ladder": "formalization", "level": 2, "status": "active", "date": "2026-10-05"}
    kept = keep(lambda record: step_rows(record, **step, evidence="Talks began.", source=URL))
    assert [row["looked_until"] for row in kept.rows["looked"]] == ["2026-10-05"]
    early = step | {"ladder": "strain", "status": "live", "level": "1", "date": "2026-05-05"}
    assert "looked" not in keep(lambda record: step_rows(record, **early, evidence="Quiet.", source=URL)).rows


@pytest.mark.parametrize(
    ("case", "ladder", "bottom"),
    [
        (CASE, "formalization", ("2026-02-05", "0", "none", "low")),
        (CASE, "strain", ("2026-02-05", "0", "live", "low")),
        ("ctbt-signed-1996", "formalization", ("1996-09-24", "1", "active", "low")),
    ],
)
def test_a_step_on_a_ladder_without_rows_comes_after_its_bottom(record, case, ladder, bottom):
    step = {"ladder": ladder, "level": 2, "date": "2026-10-05", "evidence": "It moved.", "source": URL}
    step["status"] = "active" if ladder == "formalization" else "live"
    rows = step_rows(record, case, **step)["ladders"]
    assert [row["level"] for row in rows] == ["2"], "the record has rows of it"
    cells = record.tables["ladders"].cells
    first, second = step_rows(with_table(record, "ladders", cells[cells["case_id"] != case]), case, **step)["ladders"]
    assert tuple(first[name] for name in ("date", "level", "status", "confidence")) == bottom and second == rows[0]
    on_the_day = step_rows(
        with_table(record, "ladders", cells[cells["case_id"] != case]), case, **step | {"date": bottom[0]}
    )
    assert len(on_the_day["ladders"]) == 1, "the step is the first row itself"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ladder": "height"}, "ladder"),
        ({"level": 6}, "level"),
        ({"status": "live"}, "status"),
        ({"date": "2026-02-01"}, "date"),
        ({"evidence": " "}, "evidence"),
        ({"source": ""}, "source"),
    ],
)
def test_a_step_that_cannot_be_meant_is_refused(keep, changed, field):
    step = {"case_id": CASE, "ladder": "formalization", "level": 2, "status": "active", "date": "2026-10-05",
            "evidence": "Talks began.", "source": URL}  # fmt: skip
    with pytest.raises(RefusedError) as refused:
        keep(lambda record: step_rows(record, **step | changed))
    assert list(refused.value.by_field) == [field]


def test_corrections_and_retractions_count_from_their_day(keep, few_cases, tmp_path):
    keep(lambda record: event_rows(record, **ACT))
    keep(lambda record: retraction_rows(record, f"{CASE}-own-a01", "It never happened.", "2026-11-05"))
    keep(lambda record: correction_rows(record, "cases", CASE, "leader_endorsed", "0.5", "Looked up.", "2026-11-05"))
    history = load_history(few_cases, overlay=tmp_path / "mine")
    assert history.as_of == date(2026, 11, 5) and history.case(CASE).fact("leader_endorsed") == 0.5
    assert f"{CASE}-own-a01" not in set(history.events["event_id"])
    earlier = history.at(date(2026, 11, 4))
    assert f"{CASE}-own-a01" in set(earlier.events["event_id"])
    assert earlier.case(CASE).fact("leader_endorsed") != 0.5


@pytest.mark.parametrize(
    ("changed", "fields"),
    [
        ({"table": "sources"}, ["table"]),
        ({"key": "new-start"}, ["key"]),
        ({"field": "case_id"}, ["field"]),
        ({"reason": ""}, ["reason"]),
    ],
)
def test_a_correction_of_what_is_not_there_is_refused(keep, changed, fields):
    given = {"table": "cases", "key": CASE, "field": "leader_endorsed", "value": "0.5", "reason": "Looked up."}
    with pytest.raises(RefusedError) as refused:
        keep(lambda record: correction_rows(record, **given | changed))
    assert list(refused.value.by_field) == fields


def test_a_retraction_of_no_act_is_refused(keep):
    with pytest.raises(UsageError, match="expected the event_id of an act in the record, got 'x'; did you mean"):
        keep(lambda record: retraction_rows(record, "x", "It never happened."))


def test_a_look_goes_on_from_the_last_one(keep):
    keep(lambda record: looked_rows(record, CASE, "2026-10-01"))
    kept = keep(lambda record: looked_rows(record, CASE, "2026-11-01", "2026-10-20", URL))
    row = kept.after.tables["outcomes"].cells.query("case_id == @CASE and target == 'concluded'").iloc[0]
    assert (row["looked_until"], row["last_observed_date"]) == ("2026-11-01", "2026-10-20")
    assert len(kept.files) == 2 and len(kept.files[1].read_text().splitlines()) == 2
    with pytest.raises(RefusedError, match="expected until from 2026-11-01 on, until when it is looked at already"):
        keep(lambda record: looked_rows(record, CASE, "2026-10-30"))


def test_acts_accepted_from_a_text_get_ids_and_the_source(keep):
    row = {"case_id": CASE, "event_date": "2026-10-05", "date_precision": "day", "known_date": "2026-10-05",
           "known_assumed": "0", "known_late": "0", "standing": "reported", "actor": "USA", "target": "RUS",
           "kind": "proposal", "plover": "REQUEST", "summary": "A proposal.", "confidence": "low", "is_ending": "0",
           "added_for_ladder": "0"}  # fmt: skip
    rows = {"events": [row, row | {"actor": "RUS", "target": "USA"}], "calendar": []}
    kept = keep(lambda record: accepted_rows(record, rows, URL, title="News"))
    assert [one["event_id"] for one in kept.rows["events"]] == [f"{CASE}-own-a01", f"{CASE}-own-a02"]
    with pytest.raises(RefusedError, match="expected acts of one case to keep, got none"):
        keep(lambda record: accepted_rows(record, {"events": []}, URL))


def test_two_writers_at_once_lose_no_row(few_cases, tmp_path):
    def add(day):
        keep_rows(lambda record: event_rows(record, **ACT | {"date": day}), tmp_path / "mine", few_cases)

    workers = [threading.Thread(target=add, args=(f"2026-10-0{number}",)) for number in (1, 2, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    events = load_history(few_cases, overlay=tmp_path / "mine").events
    assert sorted(events["event_id"][events["event_id"].str.contains("-own-")]) == [
        f"{CASE}-own-a0{number}" for number in (1, 2, 3)
    ]
