"""Rows of one's own lie over a record that stays as it is, and are held to its rules."""

from datetime import date, timedelta

import pytest
from overlays import ACT, CASE, LOOK, MINE, RUNG, SOURCE, written
from records import RecordCopy

from forecasting import SchemaError, UsageError, load_history
from forecasting.record.checks import record_faults
from forecasting.record.history import require_no_overlay
from forecasting.record.overlay_checks import overlay_faults
from forecasting.record.overlays import hashes_told, laid_over, read_overlay
from forecasting.record.own_rows import set_learning
from forecasting.record.reading import read_record

TO_COME = (date.today() + timedelta(days=40)).isoformat()


def refused(folder, data):
    with pytest.raises(SchemaError) as error:
        load_history(data, overlay=folder)
    return [str(fault) for fault in error.value.faults]


def test_rows_of_ones_own_lie_over_the_record(few_cases, tmp_path):
    before, history = load_history(few_cases), load_history(few_cases, overlay=written(tmp_path / "mine", MINE))
    assert (before.as_of.isoformat(), history.as_of.isoformat()) == ("2026-08-31", "2026-10-02")
    assert [event.event_id for event in history.case(CASE).events][-1] == ACT["event_id"]
    assert history.case(CASE).on_ladder("formalization").level == 2
    assert history.record_sha256 == before.sha256 != history.sha256
    assert history.record.overlays[0].folder == tmp_path / "mine"
    assert hashes_told(history.record) == {
        "record_sha256": before.sha256,
        "overlays": [{"folder": str(tmp_path / "mine"), "sha256": history.record.overlays[0].sha256, "learns": False}],
    }
    assert hashes_told(before.record) == {}
    looked = history.outcomes.set_index(["case_id", "target"])["looked_until"]
    was = before.outcomes.set_index(["case_id", "target"])["looked_until"]
    assert set(looked[looked != was].index.get_level_values("case_id")) == {CASE}


def test_a_later_edition_of_the_record_arrives_with_the_rows_kept(small_copy, tmp_path):
    folder = written(tmp_path / "mine", MINE)
    old = load_history(small_copy.folder, overlay=folder)
    small_copy.edit("cases", "salt2-observance-1979", name="Another name")
    new = load_history(small_copy.folder, overlay=folder)
    assert new.case("salt2-observance-1979").start["name"] == "Another name"
    assert ACT["event_id"] in {event.event_id for event in new.case(CASE).events}
    assert old.record.overlays == new.record.overlays and old.record_sha256 != new.record_sha256


def test_a_row_that_the_record_has_by_now_changes_nothing_and_one_that_differs_is_told(small_copy, tmp_path):
    folder = written(tmp_path / "mine", MINE)
    for name in ("sources", "events"):
        for row in MINE[name]:
            small_copy.append(name, **row)
    end = (
        (small_copy.folder / "datapackage.json")
        .read_text()
        .replace('"data_end": "2026-08-31"', '"data_end": "2026-10-31"')
    )
    (small_copy.folder / "datapackage.json").write_text(end)
    events = load_history(small_copy.folder, overlay=folder).events
    assert (events["event_id"] == ACT["event_id"]).sum() == 1
    small_copy.edit("events", ACT["event_id"], actor="RUS", target="USA")
    row = small_copy.row_of("events", ACT["event_id"])
    assert refused(folder, small_copy.folder) == [
        f"{folder}/events/own.csv row 2 ({CASE}): expected event_id {ACT['event_id']} as in events/hand_coded.csv row "
        f"{row}: actor='RUS', target='USA', got actor='USA', target='RUS'; drop the row, give it a key of its own, or "
        "say with `forecasting correct` what the record has wrong"
    ]


def test_every_contradiction_and_day_to_come_is_told_in_one_round(few_cases, tmp_path):
    first = read_record(few_cases).tables["sources"].cells["source_id"][0]
    spoilt = {
        "sources": [SOURCE, SOURCE | {"source_id": first}],
        "events": [ACT | {"known_date": TO_COME, "known_assumed": "0"}, ACT | {"event_id": "b-own", "actor": "IRAN"}],
        "looked": [LOOK, {"case_id": "salt2-observance-1979", "looked_until": "2026-10-02"}],
    }
    folder = written(tmp_path / "mine", spoilt)
    said = refused(folder, few_cases)
    assert [line.split(":")[0] for line in said] == [
        f"{folder}/events/own.csv row 2 ({CASE})",
        f"{folder}/events/own.csv row 3 ({CASE})",
        f"{folder}/looked.csv row 3 (salt2-observance-1979)",
        f"{folder}/sources.csv row 3",
    ]
    assert f"expected known_date up to today, {date.today()}, got known_date='{TO_COME}'" in said[0]
    assert "which collapsed on 1986-05-27" in said[2]


SPOILT = {
    "nothing": {},
    "a party unknown": {"events": [ACT | {"actor": "IRAN"}]},
    "a state before its time": {"events": [ACT | {"actor": "SUN"}]},
    "an act twice": {"events": [ACT, ACT | {"event_id": f"{CASE}-own-a02"}]},
    "known before it happened": {"events": [ACT | {"known_date": "2026-10-01", "known_assumed": "0"}]},
    "an ending of a case that goes on": {"events": [ACT | {"is_ending": "1"}]},
    "a charge cleared that is none": {"events": [ACT | {"clears": f"{CASE}-own-a01"}]},
    "a claim unknown": {"events": [ACT | {"claim_id": "rumour"}]},
    "a claim on which nothing rests": {
        "claims": [{"claim_id": "rumour", "about": "Said by a paper.", "source_id": "mine-s1"}]
    },
    "a claim": {
        "claims": [{"claim_id": "rumour", "about": "Said by a paper.", "source_id": "mine-s1"}],
        "events": [ACT | {"claim_id": "rumour", "standing": "reported"}],
    },
    "an observance before the last sight told": {"events": [ACT | {"kind": "agreed_statement", "plover": "AGREE"}]},
    "an act of a case unknown": {"events": [ACT | {"case_id": "no-such-case-2026"}], "ladders": []},
    "a level too high": {"ladders": [RUNG | {"level": "6"}]},
    "a step after the last look": {"looked": []},
    "a step by an act of another case": {"ladders": [RUNG | {"events": "salt2-observance-1979-e01"}]},
    "a correction of nothing": {
        "corrections": [{"table": "events", "row_key": "x", "field": "kind", "recorded_on": "2026-10-01", "reason": "y"}]
    },
    "a correction that breaks a rule": {
        "corrections": [{"table": "outcomes", "row_key": f"{CASE}/concluded", "field": "last_observed_date",
                         "value": "2020-01-01", "recorded_on": "2026-10-01", "reason": "y"}]
    },
    "a retraction": {
        "corrections": [{"table": "events", "row_key": ACT["event_id"], "field": "standing", "value": "retracted",
                         "recorded_on": "2026-10-05", "reason": "y"}]
    },
    "a look before the sight": {"looked": [LOOK, {"case_id": "us-china-encounters-mou-2014", "looked_until": "x"}]},
    "a source twice": {"sources": [SOURCE, SOURCE]},
    "a case without its other rows": {
        "cases": [{"case_id": "mine-2026", "name": "Mine", "start_date": "2026-01-01", "start_known_date": "2026-01-01"}]
    },
    "an arguable coding": {
        "alternatives": [{"alternative_id": "mine", "case_id": CASE, "field": "matched", "value": "?", "reason": "y",
                          "known_date": "2026-10-01"}]
    },
    "an announcement back in time": {
        "calendar": [{"case_id": CASE, "announced_date": "2026-10-01", "scheduled_date": "2026-09-01", "what": "x",
                      "source_id": "mine-s1"}]
    },
    "two cases that are one": {"distinct_cases": [{"case_id": CASE, "distinct_from": CASE, "reason": "y"}]},
}  # fmt: skip


@pytest.mark.parametrize("spoilt", SPOILT.values(), ids=SPOILT)
def test_rows_of_ones_own_meet_exactly_the_checks_of_the_record(few_cases, tmp_path, spoilt):
    """The check of the part on which an overlay bears finds what the check of the whole finds."""
    overlay = read_overlay(written(tmp_path / "mine", MINE | spoilt))
    laid, _ = laid_over(read_record(few_cases), [overlay])
    part, whole = overlay_faults(laid, [overlay]), record_faults(laid)
    looked = [fault for fault in part if fault.file.endswith("looked.csv")]
    assert [f for f in part if f not in looked] == [f for f in whole if f.file != "outcomes.csv" or not looked]
    assert bool(part) == (spoilt not in (SPOILT["nothing"], SPOILT["a claim"], SPOILT["a retraction"]))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("event.csv", "a,b\n", "expected a table out of cases.csv, "),
        ("series/warheads.csv", "a,b\n", "expected a table out of cases.csv, "),
        ("overlay.json", '{"learn": "yes"}', "expected a JSON object"),
        ("overlay.json", "[" * 5000, "expected a JSON object"),
        ("looked.csv", "case_id;looked_until\n", "expected the header case_id,looked_until,"),
        ("looked.csv", "\n", "expected a header and rows, got an empty file"),
        ("sources.csv", b"\xff\xfe", "expected text in UTF-8"),
    ],
)
def test_files_that_are_no_part_of_an_overlay_are_told(few_cases, tmp_path, name, text, said):
    path = tmp_path / "mine" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (line,) = refused(tmp_path / "mine", few_cases)
    assert line.startswith(str(path)) and said in line


@pytest.mark.parametrize("given", [7, [7], {"mine": 1}])
def test_what_is_no_folder_is_refused_in_a_sentence(few_cases, given):
    with pytest.raises(UsageError, match="^expected overlay as a folder or a list of folders, got"):
        load_history(few_cases, overlay=given)


def test_a_folder_that_is_not_there_and_one_named_twice_are_refused(few_cases, tmp_path):
    with pytest.raises(
        UsageError, match="expected the folder of an overlay, got .*no such folder; `forecasting event`"
    ):
        load_history(few_cases, overlay=tmp_path / "mine")
    with pytest.raises(UsageError, match="expected each overlay once"):
        load_history(few_cases, overlay=[tmp_path, tmp_path])


def test_several_overlays_lie_one_on_the_other(few_cases, tmp_path):
    first = written(tmp_path / "one", {"sources": [SOURCE]})
    second = written(tmp_path / "two", {"events": [ACT]})
    history = load_history(few_cases, overlay=[first, second])
    assert [one.folder for one in history.record.overlays] == [first, second]
    assert refused([second], few_cases)[0].endswith("got 'mine-s1'")


def test_models_learn_from_the_record_alone_unless_an_overlay_says_so(few_cases, tmp_path):
    folder, before = written(tmp_path / "mine", MINE), load_history(few_cases)
    history = load_history(few_cases, overlay=folder)
    assert (history.training.sha256, history.training.as_of) == (before.sha256, before.as_of)
    assert history.at(date(2026, 3, 1)).training.as_of == date(2026, 3, 1)
    set_learning(folder, True)
    learned = load_history(few_cases, overlay=folder)
    assert learned.training is learned and learned.sha256 != history.sha256
    other = written(tmp_path / "other", {"looked": [{"case_id": CASE, "looked_until": "2026-10-05"}]})
    some = load_history(few_cases, overlay=[folder, other]).training
    assert some.as_of.isoformat() == "2026-10-02" and ACT["event_id"] in set(some.events["event_id"])


def test_what_is_kept_and_compared_is_made_from_the_record_itself(few_cases, tmp_path):
    require_no_overlay(load_history(few_cases), "a backtest")
    with pytest.raises(UsageError, match="expected a backtest from the record itself, got one with rows from"):
        require_no_overlay(load_history(few_cases, overlay=written(tmp_path / "mine", MINE)), "a backtest")


def test_a_record_with_faults_of_its_own_is_refused_before_any_overlay(small_copy, tmp_path):
    RecordCopy(small_copy.folder).edit("cases", CASE, domain="submarines")
    assert "submarines" in refused(written(tmp_path / "mine", MINE), small_copy.folder)[0]
