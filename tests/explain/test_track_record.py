"""The track record: past whole, tied to its record, and never ahead of what was known."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from results import published

from forecasting import History, UsageError, load_history
from forecasting.backtest import SCORED, Backtest, origins
from forecasting.explain.track_record import (
    COLUMNS,
    FEWEST_CASES,
    FILE,
    PastForecasts,
    headline_track_record,
    past_forecasts,
    read_track_record,
    track_record,
    write_track_record,
)
from forecasting.record.vocabulary import CAUSES, STATES


@pytest.fixture(scope="module")
def scored(history):
    """A rolling backtest in which the primary is always right and the base rate says a quarter each."""
    asked = origins(history)
    right = np.where((asked.states < 0)[:, None], np.nan, np.eye(4)[asked.states].transpose(0, 2, 1))
    flat = np.where(np.isnan(right), np.nan, 0.25)
    return Backtest(
        "rolling", asked, {**dict.fromkeys(("ladder", "ladder_model", "primary"), right), "base_rate": flat}
    )


@pytest.fixture(scope="module")
def past(scored, history):
    return past_forecasts(scored, history)


def test_one_row_for_each_scored_forecast(past, scored):
    assert tuple(past.columns) == COLUMNS
    assert len(past) == (scored.origins.states >= 0).sum()
    assert set(past["horizon"]) == set(SCORED)
    assert set(past["state"]) == set(STATES)
    for cause in CAUSES:
        assert (past[f"primary_{cause}"] == (past["state"] == cause)).all()
        assert (past[f"base_rate_{cause}"] == 0.25).all()


@pytest.mark.parametrize("day", [date(1990, 6, 1), date(2001, 1, 1), date(2012, 3, 15), date(2026, 2, 5)])
def test_on_a_past_day_a_forecast_shows_only_if_its_state_was_known_then(past, history, day):
    """The state of every forecast shown is the one that the record as of that day gives."""
    then = origins(history.at(day))
    known = {
        (case, pd.Timestamp(made), horizon): state
        for case, made, states in zip(then.lines["case_id"], then.lines["day"], then.states, strict=True)
        for horizon, state in zip(SCORED, states, strict=True)
    }
    shown = past[past["known_date"] <= pd.Timestamp(day)]
    assert len(shown) > 100
    for row in shown.itertuples():
        state = known[row.case_id, row.as_of, row.horizon]
        assert state >= 0 and STATES[state] == row.state
    passed = [
        made + pd.DateOffset(months=horizon) for made, horizon in zip(shown["as_of"], shown["horizon"], strict=True)
    ]
    assert max(passed) <= pd.Timestamp(day)


def test_what_came_later_does_not_count_on_a_past_day(past, history):
    then = history.at(date(2001, 1, 1))
    later = past["known_date"] > pd.Timestamp(then.as_of)
    spoiled = past.assign(state=past["state"].where(~later, "formalized"), primary_formalized=0.3)
    honest = past.assign(primary_formalized=0.3)
    ask = {"model": "primary", "horizon": 60, "age_months": 0, "band": (0.2, 0.45)}
    assert track_record(spoiled, then, **ask) == track_record(honest, then, **ask)
    assert track_record(spoiled, history, **ask) != track_record(honest, history, **ask)


def test_like_one_means_same_horizon_same_stage_and_same_range(past, history):
    found = track_record(past, history, "base_rate", 60, 0, (0.2, 0.45))
    known = past[(past["horizon"] == 60) & (past["known_date"] <= pd.Timestamp(history.as_of))]
    assert len(known) == (past["horizon"] == 60).sum()
    starts = known[known["age_months"] < 12]
    assert (found.n, found.n_cases) == (len(starts), starts["case_id"].nunique())
    assert found.mean_forecast == found.mean_base_rate == 0.25
    assert found.observed == pytest.approx((starts["state"] == "formalized").mean())
    assert found.lower < found.observed < found.upper and found.level == 0.8
    older = track_record(past, history, "base_rate", 60, 12, (0.2, 0.45))
    assert found.n + older.n == len(known)
    assert track_record(past, history, "base_rate", 60, 0, (0.0, 0.25)).n == 0


def test_few_cases_give_no_share(past, history):
    cases = past["case_id"].unique()[: FEWEST_CASES - 1]
    found = track_record(past[past["case_id"].isin(cases)], history, "base_rate", 12, 12, (0.2, 0.45))
    assert found.few and 0 < found.n_cases < FEWEST_CASES
    assert np.isnan([found.mean_forecast, found.mean_base_rate, found.observed, found.lower, found.upper]).all()


def test_a_file_is_read_back_as_it_was_kept(record_copy, scored, past):
    history = load_history(record_copy.folder)
    path = record_copy.folder / FILE
    write_track_record(path, scored, history)
    assert json.loads(path.with_suffix(".json").read_text())["record_sha256"] == history.sha256
    pd.testing.assert_frame_equal(read_track_record(history).lines, past, check_dtype=False)
    assert read_track_record(history, "in_force") == PastForecasts(None, "the track record is for the target concluded")
    earlier = replace(scored, probabilities={name: scored.probabilities[name] for name in ("primary", "base_rate")})
    write_track_record(path, earlier, history)
    assert read_track_record(history).lines is not None
    assert headline_track_record(history) == PastForecasts(None, "the track record has no forecasts of this model")
    path.unlink()
    assert read_track_record(history) == PastForecasts(None, "there is no track record beside this record")


def test_a_file_of_another_record_is_not_used(history):
    other = History(history.as_of, replace(history.record, sha256="0" * 64))
    assert read_track_record(other) == PastForecasts(None, "the track record is of another state of the record")


def test_of_the_fresh_designs_the_forecasts_of_fresh_cases_alone_are_kept(scored, history, tmp_path):
    part = np.resize(["fresh", "reserved"], len(scored.origins.traits))
    mixed = replace(scored, origins=replace(scored.origins, traits=scored.origins.traits.assign(part=part)))
    for design in ("fresh", "rolling"):
        write_track_record(tmp_path / f"{design}.csv", replace(mixed, design=design), history)
    fresh, whole = (pd.read_csv(tmp_path / f"{design}.csv") for design in ("fresh", "rolling"))
    chosen = set(mixed.origins.fresh_cases())
    assert set(fresh["case_id"]) == chosen & set(whole["case_id"]) and 0 < len(fresh) < len(whole)


def test_forecasts_of_other_designs_are_not_kept(scored, history, tmp_path):
    with pytest.raises(UsageError) as refused:
        write_track_record(tmp_path / "past.csv", replace(scored, design="cluster"), history)
    assert (
        str(refused.value)
        == "expected --design rolling, fresh or fresh_rolling with --out, got 'cluster'; the others know more than was known"
    )
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_file_is_of_the_shipped_record(history):
    """If this fails after a change of the record: forecasting backtest --design rolling --out data/evaluation/track_record.csv."""
    assert (
        json.loads((history.record.folder / FILE).with_suffix(".json").read_text())["record_sha256"] == history.sha256
    )
    lines = pd.read_csv(history.record.folder / FILE, parse_dates=["as_of"])
    skill = published("skill", history.sha256)
    asked = "design == 'rolling' and model == 'ladder' and reference == 'base_rate' and score == 'formalized'"
    rolling = skill.query(f"{asked} and sample == 'all' and weights == 'forecast' and by == 'horizon'")
    n_by_horizon = rolling.set_index("part")["n"]
    assert lines["horizon"].astype(str).value_counts().to_dict() == n_by_horizon.to_dict()
    got = {
        (case, pd.Timestamp(day), horizon): STATES[state]
        for case, day, states in zip(*(origins(history).lines[name] for name in ("case_id", "day")), origins(history).states, strict=True)
        for horizon, state in zip(SCORED, states, strict=True)
        if state >= 0
    }  # fmt: skip
    assert all(got[row.case_id, row.as_of, row.horizon] == row.state for row in lines.itertuples())
