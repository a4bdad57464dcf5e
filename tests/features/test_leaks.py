from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from record.planting import LATER, with_every_kind_later, with_rows, with_table

from forecasting import History
from forecasting.features import FEATURES, MODEL_FEATURES, DossierIndex, feature_table
from forecasting.record.facts import Acts

FOUNDING_CASE = "new-start-post-expiry-2026"
DAYS = [date(1978, 6, 30), date(1996, 9, 24), date(2026, 2, 5)]
EARLIER_DAYS = [date(1910, 1, 1), date(1963, 8, 5), *DAYS]
PRECEDENTS = [name for name, known in FEATURES.items() if known.family == "precedent" and known.unit == "share"]
EVERY_FOURTH = slice(None, None, 4)
BLANK = dict.fromkeys(
    ("cause", "end_date", "end_precision", "end_known_date", "fade", "concluded_date", "in_force_date", "instrument", "successor"), ""
)  # fmt: skip


def landmarks(history, which=slice(None)):
    """The history's day for its cases."""
    return [(case_id, history.as_of) for case_id in history.cases["case_id"].iloc[which]]


def share_of(day, days):
    """Cases for one of the days, such that three days in a row have every case between them."""
    return slice(days.index(day) % 3, None, 3)


def values(record, day, which=EVERY_FOURTH):
    known = History(day, record)
    return feature_table(DossierIndex(known), landmarks(known, which), FEATURES)


@pytest.fixture(scope="module")
def shipped_values(record):
    """`values` of the shipped record on a day, worked out once."""
    return cache(lambda day: values(record, day))


@pytest.fixture(scope="module")
def index(history):
    """The dossiers of the last day, each built once."""
    return DossierIndex(history)


def same(one, other):
    """Whether two dossiers, or parts of them, hold the same."""
    if is_dataclass(one):
        return all(same(getattr(one, part.name), getattr(other, part.name)) for part in fields(one))
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else one == other


def with_other_start_facts_later(record, day):
    """Corrections of start facts, recorded the day after."""
    rows = [
        {"table": "cases", "row_key": case_id, "field": field, "value": value}
        for case_id in record.tables["cases"].cells["case_id"]
        for field, value in (("leader_endorsed", "0.5"), ("adversarial", "0.5"), ("n_parties", "2"))
    ]
    recorded_on = (day + timedelta(days=1)).isoformat()
    return with_rows(record, "corrections", pd.DataFrame(rows).assign(recorded_on=recorded_on, reason="planted"))


def truncated(record, day):
    """The record without any row known after `day`; endings known later are blank."""
    limit = day.isoformat()
    cells = {name: table.cells for name, table in record.tables.items()}
    cases = cells["cases"][cells["cases"]["start_known_date"] <= limit]
    kept = {"cases": cases}
    for name in ("outcomes", "events", "calendar", "alternatives", "coding"):
        kept[name] = cells[name][cells[name]["case_id"].isin(cases["case_id"])]
    events = kept["events"]
    late = (events["known_date"] == limit) & (events["known_late"] == "1")
    kept["events"] = events[(events["known_date"] <= limit) & ~late]
    outcomes = kept["outcomes"].copy()
    outcomes.loc[outcomes["end_known_date"] > limit, list(BLANK)] = ""
    kept["outcomes"] = outcomes
    kept["warheads"] = cells["warheads"][cells["warheads"]["year"].astype(int) < day.year]
    for name, rows in kept.items():
        record = with_table(record, name, rows)
    return record


PLANTS = {**LATER, "an event of every kind": with_every_kind_later, "other start facts": with_other_start_facts_later}


@pytest.mark.parametrize("day", [DAYS[0], pytest.param(DAYS[1], marks=pytest.mark.long), DAYS[2]])
@pytest.mark.parametrize("plant", PLANTS.values(), ids=PLANTS)
def test_nothing_known_later_moves_a_feature(record, shipped_values, plant, day):
    pd.testing.assert_frame_equal(values(plant(record, day), day), shipped_values(day))


@pytest.mark.parametrize("plant", ["events", "endings", "an event of every kind", "other start facts", "series"])
def test_what_is_planted_moves_features_on_the_next_day(record, shipped_values, plant):
    day, following = date(2010, 6, 30), date(2010, 7, 1)
    moved = (values(PLANTS[plant](record, day), following) != shipped_values(following)).any()
    assert moved.any()
    own = {name for name, known in FEATURES.items() if known.family == "series"}
    assert set(moved.index[moved]) == own if plant == "series" else not moved[list(own)].any()


@pytest.mark.parametrize("day", DAYS)
def test_a_record_cut_off_at_the_day_gives_the_same_features(record, day):
    known = History(day, record)
    cut = DossierIndex(History(record.data_end, truncated(record, day)))
    marks = landmarks(known, share_of(day, DAYS))
    pd.testing.assert_frame_equal(
        feature_table(cut, marks, FEATURES), feature_table(DossierIndex(known), marks, FEATURES)
    )


@pytest.mark.parametrize("day", EARLIER_DAYS)
def test_an_index_of_a_later_day_serves_an_earlier_one_as_it_was(history, index, day):
    early = DossierIndex(history.at(day))
    marks = landmarks(history.at(day), share_of(day, EARLIER_DAYS))
    assert all(same(index.dossier(*mark), early.dossier(*mark)) for mark in marks)


@pytest.mark.parametrize("target", ["concluded", pytest.param("in_force", marks=pytest.mark.long)])
def test_how_a_case_itself_ended_cannot_be_seen(record, target):
    full = DossierIndex(History(record.data_end, record), target)
    cells = record.tables["outcomes"].cells
    ended = cells[(cells["cause"] != "") & (cells["target"] == target)]
    for case_id, end in zip(ended["case_id"].iloc[::32], ended["end_date"].iloc[::32], strict=True):
        changed = cells.copy()
        changed.loc[changed["case_id"] == case_id, list(BLANK)] = ""
        ongoing = DossierIndex(History(record.data_end, with_table(record, "outcomes", changed)), target)
        known = full.dossier(case_id, record.data_end).start["start_known_date"]
        for day in (max(date.fromisoformat(end), date.fromisoformat(known)), record.data_end):
            assert same(full.dossier(case_id, day), ongoing.dossier(case_id, day))


def test_the_act_that_ends_a_case_cannot_be_seen(record, history, index):
    cells = record.tables["events"].cells
    without = DossierIndex(History(record.data_end, with_table(record, "events", cells[cells["is_ending"] == "0"])))
    assert all(same(index.dossier(*mark), without.dossier(*mark)) for mark in landmarks(history))


def test_no_column_with_hindsight_reaches_a_dossier(record, history, index):
    coding = record.tables["coding"].cells.assign(sampled_via="backward", in_core="0", confidence="low", notes="")
    changed = DossierIndex(History(record.data_end, with_table(record, "coding", coding)))
    assert all(same(index.dossier(*mark), changed.dossier(*mark)) for mark in landmarks(history))


def ending_known(record, day, **cells):
    """The record in which the US-Russian moratorium on exceeding START's limits was formalized, known on `day`."""
    changed = record.tables["outcomes"].cells.copy()
    own = changed["case_id"] == same_pair(record)
    ending = {**BLANK, "cause": "formalized", "end_date": "2026-01-15", "end_known_date": day.isoformat(), **cells}
    changed.loc[own, list(ending)] = list(ending.values())
    return with_table(record, "outcomes", changed)


def same_pair(record):
    """Another US-Russian case on strategic weapons; whatever its ending was, it is replaced."""
    cases = record.tables["cases"].cells
    pair = cases[(cases["parties"] == "USA;RUS") & (cases["domain"] == "strategic_nuclear")]
    return pair[pair["case_id"] != FOUNDING_CASE]["case_id"].iloc[-1]


@pytest.mark.parametrize("name", PRECEDENTS)
def test_a_precedent_counts_from_the_day_on_which_its_ending_was_known(record, name):
    day = date(2026, 3, 1)
    mark = [(FOUNDING_CASE, day)]
    model = record.tables["cases"].cells.set_index("case_id")["type"]
    cases = record.tables["cases"].cells.copy()
    cases.loc[cases["case_id"] == same_pair(record), "type"] = model[FOUNDING_CASE]
    alike = with_table(record, "cases", cases)
    cause = "collapsed" if name == "dyad_collapse_record" else "formalized"
    unknown, later, known = (
        feature_table(DossierIndex(History(record.data_end, some)), mark, [name])[name][0]
        for some in (
            ending_known(alike, day, **BLANK),
            ending_known(alike, day + timedelta(days=1), cause=cause),
            ending_known(alike, day, cause=cause),
        )
    )
    assert later == unknown
    assert known > unknown


def test_a_precedent_withheld_in_a_fold_does_not_count(record):
    day = date(2026, 3, 1)
    mark = [(FOUNDING_CASE, day)]
    unknown = DossierIndex(History(record.data_end, ending_known(record, day, **BLANK)))
    withheld = DossierIndex(History(record.data_end, ending_known(record, day))).without([same_pair(record)])
    pd.testing.assert_frame_equal(feature_table(withheld, mark, FEATURES), feature_table(unknown, mark, FEATURES))


def test_a_correction_counts_from_the_day_on_which_it_was_recorded(record):
    row = {"table": "cases", "row_key": FOUNDING_CASE, "field": "leader_endorsed", "value": "0.6", "reason": "planted"}
    corrected = with_rows(record, "corrections", pd.DataFrame([{**row, "recorded_on": "2026-02-10"}]))
    mark = [(FOUNDING_CASE, date(2026, 2, 5))]
    values = [
        feature_table(DossierIndex(History(day, corrected)), mark)["leader_endorsed"][0]
        for day in (date(2026, 2, 5), date(2026, 2, 9), date(2026, 2, 10))
    ]
    assert values == [0.3, 0.3, 0.6]


LASTING = {
    name for name, known in FEATURES.items()
    if known.family in ("arrangement", "precedent") and known.unit != "log months"
} | {"bilateral", "adversarial", "armed_conflict", "third_party_objection", "warhead_share", "leader_endorsed",
     "inspections_running", "post_1991",
     *(name for name, known in FEATURES.items() if known.family == "series")}  # fmt: skip


def fifty_years_on(history, index):
    """What each feature of each case would be if the last day moved on by fifty years with nothing new."""
    dossiers = [index.dossier(*mark) for mark in landmarks(history)]
    later = [replace(one, as_of=one.as_of + timedelta(days=18_262)) for one in dossiers]
    return dossiers, later


def test_every_state_lapses_and_every_clock_ticks_without_a_new_event(history, index):
    for one, later in zip(*fifty_years_on(history, index), strict=True):
        for name, known in FEATURES.items():
            now, then = known.measure(one), known.measure(later)
            if known.unit == "log months":
                term = name == "months_past_stated_term" and one.start["stated_horizon_months"] is not None
                assert then == known.maximum if now > 0 or term else then in (0.0, known.maximum)
            elif name not in LASTING:
                assert then == 0.0


def test_a_clock_ticks_from_day_to_day(history, index):
    for mark in landmarks(history):
        one = index.dossier(*mark)
        later = replace(one, as_of=one.as_of + timedelta(days=1))
        for known in FEATURES.values():
            if known.unit == "log months" and 0 < known.measure(one) < known.maximum:
                assert known.measure(later) > known.measure(one)


def test_an_age_of_treaties_passes_out_of_the_climate(history, index):
    one = index.dossier(FOUNDING_CASE, history.as_of)
    later = replace(one, as_of=one.as_of + timedelta(days=18_262))
    climate, endings = FEATURES["formalization_climate"].measure, one.endings
    overall = (endings.number("formalized") + 1) / (len(endings.known) + 3)
    assert climate(later) == pytest.approx(overall)
    assert climate(one) != pytest.approx(overall)


def test_no_state_or_clock_of_the_model_grows_with_how_often_an_act_is_told(history, index):
    for mark in landmarks(history):
        one = index.dossier(*mark)
        thrice = replace(one, acts=Acts(*(np.repeat(getattr(one.acts, part.name), 3) for part in fields(Acts))))
        for name in set(MODEL_FEATURES) - {"signal_balance"}:
            assert FEATURES[name].measure(thrice) == FEATURES[name].measure(one)


def test_a_balance_keeps_its_sign_and_bounds_however_often_its_acts_are_told(history, index):
    for mark in landmarks(history):
        one = index.dossier(*mark)
        thrice = replace(one, acts=Acts(*(np.repeat(getattr(one.acts, part.name), 3) for part in fields(Acts))))
        for name in ("signal_balance", "tone"):
            once, more = FEATURES[name].measure(one), FEATURES[name].measure(thrice)
            assert np.sign(once) == np.sign(more)
            assert abs(once) <= abs(more) < 1


@pytest.mark.parametrize(
    ("column", "moved"), [("name", False), ("summary", False), ("cluster_id", False), ("type", True)]
)
def test_no_feature_reads_how_a_case_is_called_or_grouped(history, index, column, moved):
    dossiers = [index.dossier(case_id, history.as_of) for case_id in history.cases["case_id"]]
    for dossier in dossiers:
        other = replace(dossier, start=MappingProxyType({**dossier.start, column: "informal_regime"}))
        one, another = ([known.measure(each) for known in FEATURES.values()] for each in (dossier, other))
        assert one == another or moved
    assert (one != another) == moved
