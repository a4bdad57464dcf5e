from datetime import date, timedelta

import pytest
from planting import PLANTED, with_later_claims, with_later_ladders, with_later_retractions

from forecasting import LeakageError, UsageError, load_history
from forecasting.features.registry import FEATURES, names_of
from forecasting.record.history import History
from forecasting.record.ladders import Position, Rung, position
from forecasting.record.reads import recording
from forecasting.record.recoding import recoded
from forecasting.record.vocabulary import LADDER_LEVELS, LADDER_STATUSES, LADDERS

CASE = "us-china-encounters-mou-2014"
SIGNED = "salt2-observance-1979"
KNOWN = "2014-11-12"
ACT = f"{CASE}-e05"
NEW = {"evidence": "x", "confidence": "low", "precision": "day"}
ROW = NEW | {"case_id": CASE, "ladder": "formalization", "date": KNOWN, "known_date": KNOWN, "level": "0", "status": "none"}  # fmt: skip


def rung(day, level, ladder="formalization", status="active"):
    return Rung(ladder, day, day, "day", level, status, (), (), "", "low")


def test_the_levels_and_statuses_are_those_of_the_protocol():
    assert LADDER_LEVELS == {"formalization": 5, "strain": 4}
    assert LADDER_STATUSES == {
        "formalization": ("none", "active", "stalled", "broken"),
        "strain": ("live", "dormant"),
    }
    assert tuple(LADDER_STATUSES) == LADDERS


def test_the_last_row_up_to_the_day_counts_whatever_their_order():
    rungs = [rung(date(2001, 1, 1), 3), rung(date(2000, 1, 1), 1), rung(date(2000, 6, 1), 4, "strain", "dormant")]
    levels = {
        day: position(rungs, "formalization", day, "political_commitment").level
        for day in (date(2000, 1, 1), date(2000, 12, 31), date(2001, 1, 1), date(2020, 1, 1))
    }
    assert list(levels.values()) == [1, 1, 3, 3]
    strain = position(rungs, "strain", date(2000, 6, 1), "political_commitment")
    assert (strain.level, strain.status, strain.rung) == (4, "dormant", rungs[2])


@pytest.mark.parametrize(
    ("ladder", "case_type", "expected"),
    [
        ("formalization", "political_commitment", Position(0, "none")),
        ("formalization", "signed_unratified", Position(1, "active")),
        ("formalization", "provisional_application", Position(1, "active")),
        ("strain", "signed_unratified", Position(0, "live")),
    ],
)
@pytest.mark.parametrize(
    "later", [[], [rung(date(2001, 1, 1), 4, "formalization"), rung(date(2001, 1, 1), 4, "strain")]]
)
def test_before_the_first_row_that_is_kept_no_later_row_reaches_back(ladder, case_type, expected, later):
    assert position(later, ladder, date(2000, 12, 31), case_type) == expected


def test_another_ladder_is_an_error():
    with pytest.raises(UsageError, match=r"^expected a ladder out of formalization, strain, got 'promise'$"):
        position([], "promise", date(2000, 1, 1), "signed_unratified")


@pytest.mark.parametrize("day", [date(1995, 6, 30), date(2026, 2, 5)])
def test_a_change_is_known_from_its_known_day(record, day):
    planted = with_later_ladders(record, day)
    before, after = History(day, planted), History(day + timedelta(days=1), planted)
    case_id = before.open_case_ids()[-1]
    shipped = History(day, record).case(case_id).rungs
    assert (before.ladders["known_date"] <= str(day)).all()
    assert (after.ladders["evidence"] == PLANTED).groupby(after.ladders["case_id"]).any().all()
    assert before.case(case_id).rungs == shipped
    new = [each for each in after.case(case_id).rungs if each.evidence == PLANTED]
    assert [each.known_date for each in new] == [after.as_of] * 2
    assert after.case(case_id).on_ladder("formalization", day).rung in new
    assert before.case(case_id).on_ladder("formalization").rung not in new
    assert after.dossiers().dossier(case_id, day).rungs == shipped
    with pytest.raises(
        LeakageError, match=f"^expected a day up to {day}, the as-of day of this dossier, got 2026-08-31$"
    ):
        before.case(case_id).on_ladder("strain", date(2026, 8, 31))


@pytest.mark.parametrize("role", ["model", "hindsight"])
def test_no_registered_feature_reads_the_new_tables(record, role):
    day = date(2026, 2, 5)
    planted = with_later_claims(with_later_ladders(record, day), day)
    dossier = History(day + timedelta(days=1), planted).case("new-start-post-expiry-2026")
    with recording() as heard:
        for name in names_of(role):
            FEATURES[name].measure(dossier)
    read = heard.reads.by_table()
    assert {"ladders", "claims"} & set(read) == set()
    assert {"known_assumed", "claim_id", "clears", "added_for_ladder"} & set(read.get("events", ())) == set()
    assert {"looked_until", "last_observed_source"} & set(read.get("outcomes", ())) == set()


def test_what_is_read_of_a_ladder_is_noted(record):
    day = date(2026, 2, 5)
    dossier = History(day + timedelta(days=1), with_later_ladders(record, day)).case("new-start-post-expiry-2026")
    with recording() as heard:
        dossier.on_ladder("strain")
    assert {"date", "level", "status", "ladder", "known_date"} <= set(heard.reads.by_table()["ladders"])


@pytest.mark.parametrize("day", [date(1995, 6, 30), date(2026, 2, 5)])
def test_a_retracted_act_is_gone_from_its_day_and_there_before(record, day):
    planted = with_later_retractions(record, day)
    before, after = History(day, planted), History(day + timedelta(days=1), planted)
    assert before.events.equals(History(day, record).events)
    assert len(before.events) > 0
    assert after.events.empty
    case_id = after.open_case_ids()[-1]
    assert after.case(case_id).events == ()
    assert len(after.case(case_id).acts.day) == 0


def laddered(copy, **later):
    """A first row on the start, and a later one that rests on an act."""
    copy.append("ladders", **ROW)
    act = copy.cells("events", ACT)
    day = {"date": act["event_date"], "known_date": act["known_date"]}
    copy.append("ladders", **(ROW | day | {"level": "1", "status": "active", "events": ACT} | later))
    return date.fromisoformat(act["known_date"])


RETRACT = {"table": "events", "field": "standing", "value": "retracted", "reason": "planted"}


def test_a_level_goes_with_the_only_act_on_which_it_rested(plain_copy):
    laddered(plain_copy)
    plain_copy.append("corrections", **RETRACT, row_key=ACT, recorded_on="2026-02-05")
    assert plain_copy.faults() == []
    before, after = (load_history(plain_copy.folder, day).case(CASE) for day in ("2026-02-04", "2026-02-05"))
    assert (before.on_ladder("formalization").level, after.on_ladder("formalization").level) == (1, 0)
    assert before.on_ladder("formalization").rung.events == (ACT,)


def test_a_level_that_rests_on_another_act_too_stays(plain_copy):
    laddered(plain_copy, events=f"{ACT};{CASE}-e04")
    plain_copy.append("corrections", **RETRACT, row_key=ACT, recorded_on="2026-02-05")
    assert plain_copy.faults() == []
    found = load_history(plain_copy.folder, "2026-02-05").case(CASE).on_ladder("formalization")
    assert (found.level, found.rung.events) == (1, (f"{CASE}-e04",))


def test_a_level_of_acts_left_out_is_left_out_with_them(plain_copy):
    laddered(plain_copy)
    history = load_history(plain_copy.folder)
    without = history.dossiers().leaving_out([ACT]).dossier(CASE, history.as_of)
    assert (history.case(CASE).on_ladder("formalization").level, without.on_ladder("formalization").level) == (1, 0)


def test_an_alternative_reading_takes_the_place_of_the_row_of_its_day_or_stands_beside_it(plain_copy):
    laddered(plain_copy)
    day = plain_copy.cells("events", ACT)["event_date"]
    reading = {"alternative_id": "planted-a01", "case_id": CASE, "reason": "planted", "known_date": "2026-02-06"}
    plain_copy.append("alternatives", **reading, field="formalization", value=f"{day} 2 stalled")
    plain_copy.append("alternatives", **reading, field="strain", value="2018-02-05 1 live")
    assert plain_copy.faults() == []
    history = load_history(plain_copy.folder)
    plain, other = history.case(CASE), recoded(history, ["planted-a01"]).case(CASE)
    assert (plain.on_ladder("formalization").status, other.on_ladder("formalization").status) == ("active", "stalled")
    assert (plain.on_ladder("strain").level, other.on_ladder("strain").level) == (0, 1)
    assert len(other.rungs) == len(plain.rungs) + 1


def test_the_days_of_sight_and_look_are_known_by_then_and_keep_an_ending_unknown(plain_copy):
    closed = "uganda-tanzania-mogadishu-1972"
    source = plain_copy.cells("events", ACT)["source_id"]
    for target in ("concluded", "in_force"):
        plain_copy.edit(
            "outcomes",
            f"{CASE}/{target}",
            last_observed_date="2025-06-30",
            last_observed_source=source,
            looked_until="2026-01-31",
        )
    assert plain_copy.faults() == []
    seen = {}
    for day in ("1978-01-01", "2025-06-29", "2025-06-30", "2025-12-01", "2026-02-05"):
        history = load_history(plain_copy.folder, day)
        for case_id in set(history.cases["case_id"]) & {CASE, closed}:
            row = history.outcome(case_id)
            seen[case_id, day] = (row["last_observed_source"], row["looked_until"].date().isoformat())
        assert "last_observed_date" not in history.outcomes
    assert seen[CASE, "2025-06-29"] == ("", "2025-06-29")
    assert seen[CASE, "2025-06-30"] == (source, "2025-06-30")
    assert seen[CASE, "2025-12-01"] == (source, "2025-12-01")
    assert seen[CASE, "2026-02-05"] == (source, "2026-01-31")
    assert seen[closed, "1978-01-01"] == ("", "1978-01-01")
    assert seen[closed, "2026-02-05"] == ("", plain_copy.cells("outcomes", f"{closed}/concluded")["end_known_date"])
    assert load_history(plain_copy.folder).case(CASE).looked_until == date(2026, 1, 31)
    assert load_history(plain_copy.folder, "2025-09-01").case(CASE).looked_until == date(2025, 9, 1)


def test_the_shipped_record_says_of_every_outcome_until_when_somebody_looked(record):
    outcomes = record.tables["outcomes"].cells
    last = outcomes["last_observed_date"].where(outcomes["cause"] == "", outcomes["end_known_date"])
    assert (outcomes["looked_until"] >= last).all()
    events = record.tables["events"].cells
    assert (events.loc[events["known_assumed"] == "1", "known_date"] == events.loc[events["known_assumed"] == "1", "event_date"]).all()  # fmt: skip
