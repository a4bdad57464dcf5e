"""The backtest: every forecast is out of sample, and every model is scored on the same windows."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from forecasting.backtest import (
    BURN_IN,
    ONGOING_STATE,
    SCORED,
    SCORED_MODELS,
    Fold,
    backtest,
    check_design,
    folds,
    forecast_folds,
    without,
)
from forecasting.backtest.designs import drawn_folds
from forecasting.backtest.jobs import map_in_jobs
from forecasting.backtest.origins import era_name
from forecasting.backtest.results import assemble
from forecasting.features import DossierIndex
from forecasting.forecasts.training import training_set
from forecasting.record.months import deadline
from forecasting.record.panel import spells
from forecasting.record.successors import Successors
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import UsageError


@pytest.fixture(scope="module")
def clusters(history, every_origin):
    return folds(history, every_origin, "cluster")


@pytest.fixture(scope="module")
def years(history, every_origin):
    return folds(history, every_origin, "rolling", only=["1985", "1999", "2025"])


def test_origins_are_the_first_day_and_anniversaries_of_observed_spells(history, every_origin):
    core = spells(history)
    assert set(every_origin.lines["case_id"]) == set(core.case_ids)
    last = dict(zip(core.case_ids, core.exit, strict=True))
    assert all(every_origin.lines["age_months"] < every_origin.lines["case_id"].map(last))
    later = every_origin.lines[every_origin.lines.duplicated("case_id")]
    assert (later["age_months"] % 12 == 0).all()


def test_a_state_is_what_is_on_record_of_a_window_that_is_over(history, every_origin):
    core = spells(history)
    end = every_origin.lines["case_id"].map(dict(zip(core.case_ids, core.exit, strict=True))).to_numpy()
    cause = every_origin.lines["case_id"].map(dict(zip(core.case_ids, core.cause, strict=True))).to_numpy()
    for column, horizon in enumerate(SCORED):
        over = np.array([deadline(day, horizon) <= history.as_of for day in every_origin.lines["day"]])
        ended = (cause > 0) & (end <= every_origin.lines["age_months"].to_numpy() + horizon)
        state = every_origin.states[:, column]
        assert (state[~over] == -1).all()
        assert (state[over & ~ended] == ONGOING_STATE).all()
        assert (state[over & ended] == cause[over & ended] - 1).all()
        assert (over & ~ended & (cause == 0)).any() and (~over & (cause > 0)).any()


def test_every_forecast_weighs_one_or_only_that_of_the_first_day_and_halves_make_the_whole(every_origin):
    scored = (every_origin.states >= 0).any(axis=1)
    np.testing.assert_array_equal(every_origin.weights(), scored)
    first = every_origin.weights("start")
    assert (first <= scored).all() and not first[every_origin.lines["case_id"].duplicated()].any() and first.any()
    halves = [every_origin.weights("forecast", 12, sample) for sample in ("development", "reserved", "fresh")]
    np.testing.assert_array_equal(sum(halves), every_origin.weights("forecast", 12))
    assert all(half.any() for half in halves)
    part = every_origin.traits["part"].to_numpy()
    of_halves = [set(every_origin.group[part == half]) for half in ("development", "reserved")]
    assert not set.intersection(*of_halves) and set.intersection(
        *of_halves[1:], set(every_origin.group[part == "fresh"])
    )


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("case",), "^expected weights out of forecast, start, got 'case'$"),
        (
            ("forecast", None, "pilot"),
            "^expected a sample out of all, development, reserved, fresh, reserved and fresh, got 'pilot'$",
        ),
    ],
)
def test_other_weights_and_samples_are_refused(every_origin, asked, message):
    with pytest.raises(UsageError, match=message):
        every_origin.weights(*asked)


@pytest.mark.parametrize("design", ["cluster", "gap", "era", "dyad"])
def test_no_component_straddles_a_fold(history, every_origin, design):
    core = spells(history, population="pooled")
    component = dict(zip(core.case_ids, core.group, strict=True))
    parts = folds(history, every_origin, design)
    assert sorted(np.concatenate([fold.lines for fold in parts])) == list(range(len(every_origin.group)))
    assert len({fold.name for fold in parts}) == len(parts) > 5
    for fold in parts:
        assert set(every_origin.lines["case_id"].iloc[fold.lines]) <= set(fold.held_out)
        assert fold.day == history.as_of
        assert {component[case] for case in fold.held_out}.isdisjoint(
            {group for case, group in component.items() if case not in fold.held_out}
        )


def test_an_era_is_left_out_whole(history, every_origin):
    core = spells(history, population="pooled")
    era = {case: era_name(day.year) for case, day in zip(core.case_ids, core.starts["start_date"], strict=True)}
    for fold in folds(history, every_origin, "era"):
        assert {case for case in era if era[case] == fold.name} <= set(fold.held_out)
        assert {era[case] for case in every_origin.lines["case_id"].iloc[fold.lines]} == {fold.name}


def test_a_dyad_is_left_out_whole_and_a_state_that_ceased_counts_as_its_successor(history, every_origin):
    core = spells(history, population="pooled")
    dyad = dict(zip(core.case_ids, Successors(history.parties).dyads(core.starts), strict=True))
    parties = core.starts.set_index("case_id")["parties"]
    rivals = {case for case, both in parties.items() if set(both.split(";")) in ({"USA", "SUN"}, {"USA", "RUS"})}
    assert {dyad[case] for case in rivals} == {"RUS;USA"}
    assert {"SUN;USA", "USA;SUN"} & set(parties) and {"RUS;USA", "USA;RUS"} & set(parties)
    for fold in folds(history, every_origin, "dyad"):
        assert {case for case in dyad if dyad[case] == fold.name} <= set(fold.held_out)


def test_training_without_a_component_holds_nothing_of_it(history, clusters):
    held = max((fold.held_out for fold in clusters), key=len)
    learned = without(training_set(history, DossierIndex(history).without(held), ["dyad_record"], "concluded"), held)
    assert set(learned.landmarks["case_id"]).isdisjoint(held)
    assert len(learned.landmarks) == len(learned.group) == len(learned.outcome[0])


def test_rolling_models_are_older_than_the_forecasts_and_have_burnt_in(history, every_origin, years):
    for fold in years:
        assert fold.held_out == ()
        assert all(day >= fold.day and day.year == fold.day.year for day in every_origin.lines["day"].iloc[fold.lines])
        assert spells(history.at(fold.day)).endings().sum() >= BURN_IN
    with pytest.raises(
        UsageError, match="^expected names of folds of the design rolling, got '1950', which it does not have$"
    ):
        folds(history, every_origin, "rolling", only=["1950"])
    assert spells(history.at(date(1950, 1, 1))).endings().sum() < BURN_IN


def test_both_at_once_hold_the_component_out_and_know_only_the_past(history, every_origin):
    year = folds(history, every_origin, "rolling", only=["1999"])[0]
    core = spells(history, population="pooled")
    group = dict(zip(core.case_ids, core.group.tolist(), strict=True))
    names = [f"{year.name} {group[case]:03d}" for case in every_origin.lines["case_id"].iloc[year.lines]]
    parts = folds(history, every_origin, "rolling_cluster", only=list(dict.fromkeys(names)))
    assert {fold.day for fold in parts} == {year.day}
    assert sorted(np.concatenate([fold.lines for fold in parts])) == sorted(year.lines)
    for fold in parts:
        assert set(every_origin.lines["case_id"].iloc[fold.lines]) <= set(fold.held_out)
    by_name = folds(history, every_origin, "rolling_cluster", only=[parts[0].name])
    assert [fold.name for fold in by_name] == [parts[0].name] and by_name[0].held_out == parts[0].held_out


@pytest.mark.long
def test_a_rolling_fold_gives_probabilities_of_every_state(history, every_origin, years):
    found = forecast_folds(history, every_origin, "concluded", years[:1])[0]
    assert tuple(found) == SCORED_MODELS
    for states in found.values():
        assert states.shape == (len(years[0].lines), len(CAUSES) + 1, len(SCORED))
        np.testing.assert_allclose(states.sum(axis=1), 1.0)
        assert (states >= 0).all()
    np.testing.assert_allclose(found["ladder"], 0.75 * found["ladder_model"] + 0.25 * found["base_rate"])
    alone = forecast_folds(history, every_origin, "concluded", years[:1], models=["ladder_model"])[0]
    assert list(alone) == ["ladder_model"]
    np.testing.assert_array_equal(alone["ladder_model"], found["ladder_model"])


def test_a_perfect_forecast_has_skill_one_and_the_reference_none(perfect):
    assert perfect.skill("ladder").value == 1.0
    nothing = perfect.skill("primary")
    assert (nothing.value, nothing.lower, nothing.upper) == (0.0, 0.0, 0.0)
    assert (perfect.skill("ladder").level, perfect.skill("ladder", level=0.95).level) == (0.8, 0.95)
    np.testing.assert_allclose(perfect.score("base_rate"), 0.375)


def test_the_slope_is_one_of_a_perfect_forecast_and_half_where_it_goes_twice_too_far(perfect):
    assert perfect.slope("formalized").value == pytest.approx(1.0)
    flat = perfect.probabilities["base_rate"]
    bold = replace(perfect, probabilities={"base_rate": flat, "ladder": 2 * perfect.probabilities["ladder"] - flat})
    assert bold.slope("formalized").value == pytest.approx(0.5)


def test_the_folds_of_a_backtest_are_put_back_in_the_order_of_the_origins(every_origin):
    n = len(every_origin.group)
    few = np.flatnonzero(np.arange(n) % 3 != 0)
    parts = [Fold(str(k), few[k::2], date(2026, 1, 1), ()) for k in range(2)]
    values = np.arange(n * 20, dtype=float).reshape(n, 4, 5)
    scored = assemble("cluster", every_origin, parts, [{"m": values[fold.lines]} for fold in parts])
    expected = np.where((every_origin.states < 0)[:, None], np.nan, values)[few]
    np.testing.assert_array_equal(scored.probabilities["m"], expected)
    np.testing.assert_array_equal(scored.origins.states, every_origin.states[few])


def test_a_record_too_young_for_a_fold_is_refused(history):
    with pytest.raises(
        UsageError, match="^expected at least one fold of the design rolling, got none; `rolling` starts"
    ):
        backtest(history.at(date(1920, 1, 1)), "rolling")


def test_drawn_folds_keep_components_whole_and_repeat():
    group = np.repeat(np.arange(50), 3)
    folds_of_cases = drawn_folds(group, 5, 1)
    assert set(np.bincount(folds_of_cases)) == {30}
    assert (folds_of_cases.reshape(-1, 3) == folds_of_cases[::3, None]).all()
    np.testing.assert_array_equal(folds_of_cases, drawn_folds(group, 5, 1))
    assert not np.array_equal(folds_of_cases, drawn_folds(group, 5, 2))


@pytest.mark.parametrize(("n", "jobs"), [(5, 1), (5, 2), (1, 2)])
def test_shares_of_work_come_back_in_order(n, jobs):
    assert map_in_jobs(sorted, range(n), jobs) == list(range(n))


@pytest.mark.parametrize(
    ("design", "jobs", "message"),
    [
        (
            "random",
            1,
            "expected a design out of cluster, rolling, rolling_cluster, gap, fresh, fresh_rolling, era, dyad, got 'random'",
        ),
        ("cluster", 0, "expected at least one job, got 0; 1 runs in this process"),
    ],
)
def test_an_impossible_backtest_is_refused(design, jobs, message):
    with pytest.raises(UsageError) as error:
        check_design(design, jobs)
    assert str(error.value) == message


def test_no_fold_of_the_fresh_designs_learns_from_a_fresh_case_and_every_other_design_does(history, every_origin):
    fresh = set(every_origin.fresh_cases())
    lines = every_origin.lines
    one = next(i for i, day in enumerate(lines["day"]) if day.year == 1990 and lines["case_id"][i] in fresh)
    named = [f"1990 {every_origin.group[one]:03d}"]
    for fold in [*folds(history, every_origin, "fresh"), *folds(history, every_origin, "fresh_rolling", only=named)]:
        assert fresh | set(lines["case_id"].iloc[fold.lines]) <= set(fold.held_out)
    for fold in folds(history, every_origin, "cluster"):
        assert fresh - set(fold.held_out)
