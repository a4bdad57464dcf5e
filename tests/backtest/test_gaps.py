"""Gaps of the live list: drawn without a look at what came, and scored by what was known on the forecast day."""

import numpy as np
import pandas as pd
import pytest

from forecasting.backtest.gaps import age_band, donor, live_gaps, with_gaps
from forecasting.backtest.standings import Known, UncorrectedRecords, origin_standings
from forecasting.forecasts.ladder_rows import read_paths
from forecasting.models.ladder_moves import N_STATES
from forecasting.record.dossiers import DossierIndex
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


def test_in_its_gap_a_case_stands_where_it_was_last_seen(history, gapped):
    """Of the cases of which a rung became known in the gap: their rung is that of the last sight."""
    index = DossierIndex(history, "concluded")
    ladders = history.ladders.query("ladder == 'formalization'")[["case_id", "known_date"]]
    met = gapped.lines.reset_index().merge(ladders, on="case_id")
    within = (met["known_date"].dt.date > met["seen"]) & (met["known_date"].dt.date <= met["day"])
    chosen = np.isin(np.arange(len(gapped.lines)), met.loc[within, "index"].unique()[:40])
    few = gapped.select(chosen)
    assert len(few.lines) == 40
    found = origin_standings(UncorrectedRecords(Known(history, index), "concluded"), few)
    own, later = (
        [levels(index, case, seen) for case, seen in zip(few.lines["case_id"], few.lines[name], strict=True)]
        for name in ("seen", "day")
    )
    stood = [found.at.start[np.flatnonzero(found.line == line)[0]] for line in range(len(few.lines))]
    np.testing.assert_allclose(stood, own, atol=1e-12)
    assert sum((one != other).any() for one, other in zip(own, later, strict=True)) > 20


def levels(index, case, day):
    """Probability of each state of the way to a binding text, as known on a day."""
    start = np.zeros(N_STATES)
    for path, weight in read_paths(index.dossier(case, day), np.array([day.toordinal()])):
        start[path[0]] += weight
    return start
