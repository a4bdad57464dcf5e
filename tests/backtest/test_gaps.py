"""Gaps of the live list: drawn without a look at what came, and scored by what was known on the forecast day."""

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest.gaps import age_band, donor, live_gaps, with_gaps
from forecasting.record.months import deadline
from forecasting.record.vocabulary import CAUSES


@pytest.fixture(scope="module")
def gapped(history, every_origin):
    return with_gaps(history, every_origin)


def test_the_live_gaps_are_those_of_the_open_cases(history):
    gaps = live_gaps(history)
    for row in gaps.iloc[::7].itertuples():
        case = history.case(row.case_id, "concluded")
        assert (row.gap_months, row.band) == (case.gap_months, age_band(np.array([case.age_months]))[0])
        assert 0 <= row.looked_months <= row.gap_months
    assert (gaps["gap_months"] > 0).any() and (gaps["looked_months"] < gaps["gap_months"]).any()


def test_a_donor_is_of_the_same_type_and_band_while_there_are_three_of_them():
    gaps = pd.DataFrame({"type": [*"aaabbc"], "band": [0, 0, 0, 0, 0, 1]})
    assert {donor(gaps, "a", 0, key) for key in range(60)} == {0, 1, 2}
    assert {donor(gaps, "b", 0, key) for key in range(90)} == {0, 1, 2, 3, 4}
    assert {donor(gaps, "c", 1, key) for key in range(90)} == set(range(6))


def test_a_forecast_comes_after_its_gap_and_is_scored_from_then(history, every_origin, gapped):
    lines = gapped.lines
    assert (lines["gap_months"] > 0).mean() > 0.5
    for row in lines.iloc[::97].itertuples():
        assert row.day == deadline(row.seen, row.gap_months) if row.gap_months else row.day == row.seen
    assert (lines["day"] <= history.as_of).all()
    before = every_origin.lines.assign(last=every_origin.last).set_index(["case_id", "seen"])["last"]
    pairs = list(zip(lines["case_id"], lines["seen"], strict=True))
    np.testing.assert_array_equal(gapped.last, before.loc[pairs].to_numpy() - lines["gap_months"].to_numpy())


def test_no_case_is_forecast_whose_ending_was_known_and_some_that_had_ended_unseen_are(history, every_origin, gapped):
    outcomes = history.outcomes.query("target == 'concluded'").set_index("case_id").loc[gapped.lines["case_id"]]
    pairs = zip(gapped.lines["seen"], gapped.lines["looked_months"], strict=True)
    until = [deadline(day, int(months)) if months else day for day, months in pairs]
    known = outcomes["end_known_date"].dt.date.to_numpy()
    assert not any(day == day and day <= looked for day, looked in zip(known, until, strict=True))
    had_ended = gapped.last <= 0
    assert had_ended.any()
    assert not (had_ended & (gapped.cause == CAUSES.index("formalized") + 1)).any()
    assert ((gapped.states[had_ended] != 3) | (gapped.states[had_ended] == -1)).all()
    assert len(gapped.lines) < len(every_origin.lines)
