"""Breakdowns and tables: the parts are the whole's, and nothing is printed from too little."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest import SCORED, WEIGHTS, skill_table
from forecasting.backtest.breakdown import BREAKDOWNS, FEWEST_CASES, FEWEST_ENDINGS, skill_by
from forecasting.backtest.calibration import calibration_table, period_table, reliability_curve
from forecasting.backtest.origins import SAMPLES
from forecasting.backtest.tables import power_table, result_tables, write_tables
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.calibration import calibration_in_the_large
from forecasting.store.errors import UsageError

SHA = "0123456789abcdef" * 4


@pytest.mark.parametrize("by", BREAKDOWNS)
@pytest.mark.parametrize("weights", WEIGHTS)
def test_nothing_is_printed_from_too_little(drawn, by, weights):
    found = skill_by(drawn, by, weights=weights)
    few = (found["n_cases"] < FEWEST_CASES) | (found["n_endings"] < FEWEST_ENDINGS)
    assert (found["skill"].isna() == few).all()
    assert (found.loc[~few, "lower"] <= found.loc[~few, "skill"]).all()
    assert (found["n_endings"] <= found["n_cases"]).all() and (found["n_cases"] <= found["n"]).all()
    if weights == "start":
        assert (found["n"] == found["n_cases"]).all()


@pytest.mark.parametrize("by", ["type", "period", "confidence"])
def test_the_parts_of_a_trait_make_the_whole(drawn, by):
    found, whole = skill_by(drawn, by), skill_by(drawn, "all").iloc[0]
    assert found["n"].sum() == whole["n"]
    weight, score, reference = drawn.origins.weights(), drawn.score("ladder"), drawn.score("base_rate")
    rows, trait = weight > 0, drawn.origins.traits[by].to_numpy()
    saved = [np.sum((weight * (reference - score))[rows & (trait == part)]) for part in found["part"]]
    assert np.sum(saved) / np.sum((weight * reference)[rows]) == pytest.approx(whole["skill"])
    for part, share in zip(found["part"], saved, strict=True):
        skill = found.set_index("part")["skill"][part]
        if skill == skill:
            assert skill == pytest.approx(share / np.sum((weight * reference)[rows & (trait == part)]))


def test_the_horizons_and_the_whole_are_those_of_the_registered_skill(drawn):
    by_horizon = skill_by(drawn, "horizon").set_index("part")
    for horizon in (None, *SCORED):
        known = drawn.skill("ladder", horizon=horizon)
        found = skill_by(drawn, "all").iloc[0] if horizon is None else by_horizon.loc[str(horizon)]
        assert (found["skill"], found["lower"], found["upper"]) == (known.value, known.lower, known.upper)
        assert (found["n"], found["n_groups"]) == (known.n, known.n_groups)


def test_scores_by_cause_add_up_to_twice_the_four_state_score_with_that_of_going_on(drawn):
    ongoing, states = drawn.probabilities["ladder"][:, 3], drawn.origins.states
    got = np.where(states >= 0, (ongoing - (states == 3)) ** 2, np.nan)
    scored = (states >= 0).any(axis=1)
    parts = sum(drawn.cause_score("ladder", cause)[scored] for cause in CAUSES) + np.nanmean(got[scored], axis=1)
    np.testing.assert_allclose(parts, 2 * drawn.score("ladder")[scored], atol=1e-12)


def test_a_perfect_forecast_is_perfect_in_every_part(perfect):
    for by in BREAKDOWNS:
        found = skill_by(perfect, by).dropna()
        assert len(found) > 0
        np.testing.assert_allclose(found["skill"], 1.0, atol=1e-12)
    assert not perfect.ending_score("ladder").any()


def test_a_score_of_an_ending_counts_its_endings_alone(drawn):
    one, every = skill_by(drawn, "all", score="faded").iloc[0], skill_by(drawn, "all").iloc[0]
    assert 0 < one["n_endings"] < every["n_endings"] and one["n"] == every["n"]
    assert one["lower95"] <= one["lower"] <= one["skill"] <= one["upper"] <= one["upper95"]
    with pytest.raises(UsageError, match="^expected a score out of states, formalized, .*, got 'median'$"):
        skill_by(drawn, "all", score="median")


def test_the_skill_table_has_every_sample_and_the_headline_all_its_parts(drawn):
    table = skill_table(drawn)
    assert set(table["sample"]) == set(SAMPLES) and set(table["weights"]) == set(WEIGHTS)
    head = table[(table["model"] == "ladder") & (table["reference"] == "base_rate") & (table["weights"] == "forecast")]
    for score in ("states", *CAUSES):
        assert set(head.loc[(head["score"] == score) & (head["sample"] == "reserved"), "by"]) == set(BREAKDOWNS)
    assert not (table["model"] == table["reference"]).any() and set(table["model"]) == set(drawn.probabilities) - {
        "base_rate"
    }
    assert not table.duplicated(["sample", "weights", "model", "reference", "score", "by", "part"]).any()


def test_calibration_is_of_the_windows_of_its_horizon_and_its_parts_make_the_score(drawn):
    table = calibration_table(drawn, weights="forecast", n_replicates=50).set_index(["cause", "horizon"])
    assert len(table) == len(CAUSES) * len(SCORED)
    states, column = drawn.origins.states, SCORED.index(60)
    rows = states[:, column] >= 0
    p, y = drawn.probabilities["ladder"][rows, 1, column], states[rows, column] == 1
    found = table.loc[("collapsed", 60)]
    assert (found["difference"], found["ratio"]) == pytest.approx(calibration_in_the_large(p, y.astype(float)))
    assert (found["mean_forecast"], found["observed"], found["n"]) == pytest.approx((p.mean(), y.mean(), rows.sum()))
    np.testing.assert_allclose(table["mcb"] - table["dsc"] + table["unc"], table["brier"], atol=1e-12)


def test_a_reliability_curve_has_both_ends_of_each_step(drawn):
    curve = reliability_curve(drawn, "collapsed")
    assert (np.diff(curve["observed"]) >= 0).all() and (np.diff(curve["share"]) > 0).all()
    assert (curve["lower"] <= curve["upper"]).all() and curve["share"].iloc[-1] == pytest.approx(1.0)
    column = SCORED.index(60)
    rows = drawn.origins.states[:, column] >= 0
    p = drawn.probabilities["ladder"][rows, 1, column]
    assert (curve["forecast"].iloc[0], curve["forecast"].iloc[-1]) == (p.min(), p.max())


def test_periods_hold_every_scored_window_once_and_tell_what_came(drawn):
    table = period_table(drawn)
    for (cause, horizon), rows in table.groupby(["cause", "horizon"]):
        state = drawn.origins.states[:, SCORED.index(horizon)]
        assert rows["n"].sum() == (state >= 0).sum()
        came = (rows["n"] * rows["observed"]).sum()
        assert came == pytest.approx((state == CAUSES.index(cause)).sum())
    chosen = np.arange(len(drawn.origins.group)) < 30
    few = period_table(
        replace(
            drawn,
            origins=drawn.origins.select(chosen),
            probabilities={name: values[chosen] for name, values in drawn.probabilities.items()},
        )
    )
    assert (few["n_endings"] < FEWEST_ENDINGS).any() and few["mean_forecast"].notna().all()


def test_the_power_table_turns_round_with_its_models(drawn):
    table = power_table(drawn).set_index(["model", "against"])
    skill = drawn.skill("ladder", score="formalized").value
    assert table.loc[("ladder", "base_rate"), "difference"] == pytest.approx(skill)
    for model, other in table.index:
        assert table.loc[(model, other), "difference"] == pytest.approx(-table.loc[(other, model), "difference"])
    tiers = table.groupby(level="model", sort=False)["tier"].agg(["min", "max"])
    assert (tiers["min"] == tiers["max"]).all() and tiers["min"].min() == 1
    assert tiers["min"].idxmin() == table.groupby(level="model")["difference"].mean().idxmax()


def test_tables_keep_other_designs_and_records_and_replace_their_own(drawn, tmp_path):
    fresh = {"power": power_table(drawn), "skill": skill_by(drawn, "period")}
    paths = write_tables(fresh, SHA, "rolling", tmp_path)
    assert [path.name for path in paths] == ["power.csv", "skill.csv"]
    first = {path: path.read_text() for path in paths}
    write_tables(fresh, SHA, "cluster", tmp_path)
    write_tables(fresh, SHA[::-1], "cluster", tmp_path)
    write_tables(fresh, SHA, "rolling", tmp_path)
    for path, table in zip(paths, fresh.values(), strict=True):
        found = pd.read_csv(path, dtype={"record": str})
        kept = found[["record", "design"]].drop_duplicates().to_numpy().tolist()
        own, other = SHA[:12], SHA[::-1][:12]
        assert kept == [[own, "cluster"], [own, "rolling"], [other, "cluster"]]
        assert len(found) == 3 * len(table)
        lines = path.read_text().splitlines()
        assert [line for line in lines if ",rolling," in line] == first[path].splitlines()[1:]
    paths[1].write_text("a,b\n1,2\n")
    before = paths[0].read_text()
    with pytest.raises(
        UsageError,
        match=r"^expected .*skill.csv with the columns record,design,.*, got a,b; write the tables to another folder$",
    ):
        write_tables(fresh, SHA, "era", tmp_path)
    assert (paths[0].read_text(), paths[1].read_text()) == (before, "a,b\n1,2\n")


@pytest.mark.long
def test_tables_of_the_fresh_designs_are_of_the_fresh_cases_and_those_of_others_of_all(drawn):
    """Every fresh case and a sixth of the others, for two models: as good for the law, and sooner resampled."""
    part = drawn.origins.traits["part"].to_numpy()
    some = (part == "fresh") | (np.unique(drawn.origins.group, return_inverse=True)[1] % 6 == 0)
    values = {model: drawn.probabilities[model][some] for model in ("ladder", "base_rate")}
    drawn, part = replace(drawn, origins=drawn.origins.select(some), probabilities=values), part[some]
    fresh = result_tables(replace(drawn, design="fresh"))
    rest = result_tables(drawn)
    for horizon, rows in fresh["periods"].query("cause == 'formalized'").groupby("horizon"):
        scored = drawn.origins.states[:, SCORED.index(horizon)] >= 0
        assert rows["n"].sum() == (scored & (part == "fresh")).sum() > 0
        every = rest["periods"].query("cause == 'formalized' and horizon == @horizon")
        assert every["n"].sum() == scored.sum()
    assert fresh["power"]["n"].iloc[0] < rest["power"]["n"].iloc[0]
    assert fresh["calibration"]["n"].max() < rest["calibration"]["n"].max()


def test_a_sample_is_shown_where_a_forecast_of_each_of_its_parts_is_scored(drawn):
    assert drawn.origins.samples() == tuple(SAMPLES)
    part = drawn.origins.traits["part"].to_numpy()
    without = drawn.origins.select(part != "fresh")
    assert without.samples() == ("all", "development", "reserved") and without.fresh_cases() == ()
    pooled = drawn.origins.weights("forecast", None, "reserved and fresh")
    parts = [drawn.origins.weights("forecast", None, sample) for sample in ("reserved", "fresh")]
    np.testing.assert_array_equal(pooled, sum(parts))
