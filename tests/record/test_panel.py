import itertools
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from planting import with_table

from forecasting import UsageError, case_months, spells
from forecasting.record.history import History
from forecasting.record.months import completed_months
from forecasting.record.panel import POPULATIONS, Spells, check_choice, landmarks
from forecasting.record.vocabulary import CAUSES, TARGETS

EVERY = [(target, population) for target in TARGETS for population in POPULATIONS]


def outcome_rows(history, target):
    return history.outcomes[history.outcomes["target"] == target].set_index("case_id")


@pytest.mark.parametrize(("target", "population"), EVERY)
@given(day=st.dates(date(1900, 1, 1), date(2026, 8, 31)))
@settings(max_examples=15)
def test_a_spell_runs_from_the_first_public_month_to_the_last_known(record, target, population, day):
    history = History(day, record)
    observed = spells(history, target, population)
    assert (observed.entry >= 0).all()
    assert (observed.entry < observed.exit).all()
    assert len(set(observed.case_ids)) == len(observed.case_ids)
    ages = [completed_months(start.date(), day) for start in observed.starts["start_date"]]
    assert (observed.exit <= np.array(ages) + 1).all()
    known = outcome_rows(history, target).loc[observed.case_ids, "cause"]
    assert [(*CAUSES, "")[k - 1] for k in observed.cause] == list(known)


def test_a_spell_counts_completed_months(history):
    observed = spells(history)
    line = observed.case_ids.index("salt2-observance-1979")
    start, end = date(1979, 6, 18), date(1986, 5, 27)
    assert observed.entry[line] == 0
    assert observed.exit[line] == completed_months(start, end) + 1 == 84
    assert CAUSES[observed.cause[line] - 1] == "collapsed"


def test_an_open_case_is_under_observation_to_its_last_sight(history):
    observed = spells(history)
    line = observed.case_ids.index("new-start-post-expiry-2026")
    assert (observed.entry[line], observed.exit[line], observed.cause[line]) == (0, 1, 0)


def test_a_case_that_became_public_later_enters_late_and_one_that_had_ended_does_not(history):
    everything = history.cases.merge(history.outcomes.query("target == 'concluded'"), on="case_id")
    ended_unseen = everything[everything["end_date"] < everything["start_known_date"]]["case_id"]
    observed = spells(history, population="pooled")
    assert not set(ended_unseen) & set(observed.case_ids)
    late = observed.starts["start_known_date"] - observed.starts["start_date"] >= pd.Timedelta(days=31)
    assert (observed.entry[late] > 0).all()
    assert late.any()


def test_no_spell_is_left_out_but_those_that_ended_unseen(history):
    for population in POPULATIONS:
        core = history.coding["in_core"] == 1
        if population == "forward":
            core &= history.coding["sampled_via"] == "forward"
        rows = history.cases[history.cases["case_id"].isin(history.coding.loc[core, "case_id"])]
        end = rows["case_id"].map(outcome_rows(history, "concluded")["end_date"])
        unseen = end < rows["start_known_date"]
        left_out = set(rows["case_id"]) - set(spells(history, population=population).case_ids)
        assert left_out == set(rows.loc[unseen, "case_id"])


@pytest.mark.parametrize("target", TARGETS)
def test_each_population_holds_the_one_before_it(history, target):
    populations = [spells(history, target, population) for population in POPULATIONS]
    for inner, outer in itertools.pairwise(populations):
        assert set(inner.case_ids) < set(outer.case_ids)
        lines = [outer.case_ids.index(case_id) for case_id in inner.case_ids]
        for part in ("entry", "exit", "cause"):
            assert (getattr(outer, part)[lines] == getattr(inner, part)).all()


def test_counts_of_the_headline_population(history):
    """Rows of coding.csv with in_core 1, and of these the ones sampled forward: none of them ended unseen."""
    assert len(spells(history).case_ids) == 404
    assert len(spells(history, population="pooled").case_ids) == 435


@pytest.mark.parametrize(("target", "population"), EVERY)
def test_case_months_hold_each_month_at_risk_once(history, target, population):
    observed = spells(history, target, population)
    months = case_months(observed)
    assert len(months) == (observed.exit - observed.entry).sum()
    assert not months.duplicated(["case_id", "month"]).any()
    by_case = months.groupby("case_id")["month"].agg(["min", "max"]).loc[observed.case_ids]
    assert (by_case["min"] == observed.entry + 1).all()
    assert (by_case["max"] == observed.exit).all()


@pytest.mark.parametrize(("target", "population"), EVERY)
def test_an_ended_case_ends_once_and_in_its_last_month(history, target, population):
    observed = spells(history, target, population)
    months = case_months(observed)
    endings = months[months["cause"] > 0].set_index("case_id")
    ended = observed.cause > 0
    assert sorted(endings.index) == sorted(np.array(observed.case_ids)[ended])
    assert (endings.loc[np.array(observed.case_ids)[ended], "month"] == observed.exit[ended]).all()
    assert (np.bincount(months["cause"], minlength=4)[1:] == observed.endings()).all()


def days_of(start, known, entry, exit_):
    starts = pd.DataFrame({"start_date": [pd.Timestamp(start)], "start_known_date": [pd.Timestamp(known)]})
    none = np.zeros(1, dtype=np.int64)
    marks = landmarks(Spells(none + entry, none + exit_, none, none, starts))
    return list(zip(marks.age.tolist(), [day.item() for day in marks.day], strict=True))


def test_an_anniversary_is_the_first_day_on_which_its_months_are_completed():
    """Twelve months are 365.25 days and 48 are 1,461: only every fourth anniversary falls on a whole day."""
    start = date(1979, 6, 18)
    assert days_of(start, start, 0, 62) == [
        (0, start),
        (12, start + timedelta(days=366)),
        (24, start + timedelta(days=731)),
        (36, start + timedelta(days=1096)),
        (48, start + timedelta(days=1461)),
        (60, start + timedelta(days=1827)),
    ]
    assert start + timedelta(days=1461) == date(1983, 6, 18)


def test_there_is_no_anniversary_in_the_month_of_the_end_nor_before_a_case_became_public():
    start, known = date(1979, 6, 18), date(1980, 9, 1)
    assert [age for age, _ in days_of(start, start, 0, 49)] == [0, 12, 24, 36, 48]
    assert [age for age, _ in days_of(start, start, 0, 48)] == [0, 12, 24, 36]
    assert days_of(start, known, 14, 30) == [(14, known), (24, start + timedelta(days=731))]


@pytest.mark.parametrize("population", POPULATIONS)
def test_on_its_day_a_landmark_is_as_old_as_it_says_and_a_day_earlier_it_was_not(history, population):
    observed = spells(history, population=population)
    marks = landmarks(observed)
    starts = observed.starts.iloc[marks.case]
    whole = 0
    for start, known, age, day in zip(
        starts["start_date"], starts["start_known_date"], marks.age, marks.day.tolist(), strict=True
    ):
        assert completed_months(start.date(), day) == age
        assert day == known.date() or completed_months(start.date(), day - timedelta(days=1)) == age - 1
        whole += age > 0 and age * 30.4375 == (day - start.date()).days
    assert whole > 100


def test_cases_that_share_a_cluster_or_an_instrument_share_a_group(history):
    observed = spells(history, population="pooled")
    instrument = outcome_rows(history, "concluded").loc[observed.case_ids, "instrument"].to_numpy()
    rows = pd.DataFrame({"group": observed.group, "cluster": observed.starts["cluster_id"], "instrument": instrument})
    assert (rows.groupby("cluster")["group"].nunique() == 1).all()
    assert (rows[rows["instrument"] != ""].groupby("instrument")["group"].nunique() == 1).all()


def test_a_chain_of_shared_clusters_and_instruments_is_one_group(record):
    cases = record.tables["cases"].cells.copy()
    ids = ["france-libya-chad-withdrawal-1984", "uganda-tanzania-mogadishu-1972", "cienfuegos-understanding-1970"]
    apart = spells(History(record.data_end, record))
    groups = {case_id: apart.group[apart.case_ids.index(case_id)] for case_id in ids}
    assert len(set(groups.values())) == 3
    cases.loc[cases["case_id"].isin(ids[:2]), "cluster_id"] = "planted-cluster"
    chained = with_table(record, "cases", cases)
    outcomes = record.tables["outcomes"].cells.copy()
    outcomes.loc[outcomes["case_id"].isin(ids[1:]), "instrument"] = "Planted Treaty"
    together = spells(History(record.data_end, with_table(chained, "outcomes", outcomes)))
    assert len({together.group[together.case_ids.index(case_id)] for case_id in ids}) == 1


def test_cases_alone_in_cluster_and_instrument_are_groups_of_their_own(record):
    cases = record.tables["cases"].cells.assign(cluster_id=lambda rows: rows["case_id"])
    outcomes = record.tables["outcomes"].cells.assign(instrument="")
    apart = with_table(with_table(record, "cases", cases), "outcomes", outcomes)
    observed = spells(History(record.data_end, apart))
    assert len(set(observed.group)) == len(observed.case_ids)


def test_before_the_first_case_there_is_no_spell(record):
    observed = spells(History(date(1800, 1, 1), record))
    assert len(observed.case_ids) == 0
    assert len(case_months(observed)) == 0
    assert list(observed.endings()) == [0, 0, 0]


@pytest.mark.parametrize(
    ("target", "population", "message"),
    [
        ("ratified", "forward", "expected a target out of concluded, in_force, got 'ratified'"),
        ("concluded", "all", "expected a population out of forward, pooled, every, got 'all'"),
    ],
)
def test_an_unknown_target_or_population_is_refused(history, target, population, message):
    for ask in (lambda: spells(history, target, population), lambda: check_choice(target, population)):
        with pytest.raises(UsageError) as refused:
            ask()
        assert str(refused.value) == message
