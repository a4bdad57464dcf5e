import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from forecasting.scores.discrimination import auc, cause_auc
from forecasting.scores.proper import brier_binary, brier_states
from forecasting.scores.skill import skill

REFERENCE = Path(__file__).parents[1] / "reference"
HORIZONS = (12, 24, 36, 60)
TIED = st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.7, 1.0])
ROWS = st.lists(st.tuples(TIED, st.integers(0, 1), st.floats(0.1, 3)), min_size=2, max_size=40).filter(
    lambda rows: len({row[1] for row in rows}) == 2
)


@pytest.fixture(scope="module")
def synth():
    """Simulated cases with the incidence of cause 1 forecast by R (`tests/reference/ref_synth.R`), n x 4 horizons."""
    cases = pd.read_csv(REFERENCE / "synth_cases.csv")
    forecasts = pd.read_csv(REFERENCE / "synth_csc_pred_cause1.csv")
    assert (cases["id"] == forecasts["id"]).all()
    return cases, forecasts.drop(columns="id").to_numpy()


def of_r(score, model, horizon):
    table = pd.read_csv(REFERENCE / f"synth_score_{score}.csv").set_index(["model", "times"])
    return table.loc[(model, horizon)]


def observed(cases, horizon):
    """Whether a case's window is fully observed, and whether it ended by cause 1 within it."""
    is_known = (cases["time"] > horizon) | (cases["event"] > 0)
    return is_known.to_numpy(), ((cases["event"] == 1) & (cases["time"] <= horizon)).to_numpy()


@given(ROWS)
def test_the_area_is_that_of_scikit_learn(rows):
    p, y, w = np.array(rows).T
    assert auc(p, y, w) == pytest.approx(roc_auc_score(y, p, sample_weight=w), abs=1e-12)
    assert auc(p, y) == pytest.approx(roc_auc_score(y, p), abs=1e-12)


@given(ROWS)
def test_the_area_is_the_share_of_pairs_in_order_with_ties_half(rows):
    p, y, w = np.array(rows).T
    first, second = np.nonzero((y[:, None] == 1) & (y == 0))
    in_order = (p[first] > p[second]) + 0.5 * (p[first] == p[second])
    assert auc(p, y, w) == pytest.approx(np.average(in_order, weights=w[first] * w[second]), abs=1e-12)
    assert auc(1 - p, y, w) == pytest.approx(1 - auc(p, y, w), abs=1e-12)


def test_where_nothing_is_censored_scores_are_those_of_r(synth):
    cases, forecasts = synth
    is_known, y = observed(cases, 12)
    assert is_known.all()
    ours, by_share = brier_binary(forecasts[:, 0], y), brier_binary(np.full(len(y), y.mean()), y)
    assert ours.mean() == pytest.approx(of_r("brier", "csc", 12)["Brier"], abs=1e-14)
    assert by_share.mean() == pytest.approx(of_r("brier", "Null model", 12)["Brier"], abs=1e-14)
    assert skill(ours, by_share) == pytest.approx(of_r("brier", "csc", 12)["IPA"], abs=1e-12)
    assert auc(forecasts[:, 0], y) == pytest.approx(of_r("auc", "csc", 12)["AUC"], abs=1e-14)


def censoring_weights(cases, horizon):
    """Inverse probability of not being censored: by the event, or by the horizon; 0 where censored before.

    The Kaplan-Meier of censoring leaves out of its risk set those who end at the same time, as R does.
    """
    time, event = cases["time"].to_numpy(), cases["event"].to_numpy()
    months = np.arange(1, time.max() + 1)
    at_risk = np.array([(time > m).sum() + ((time == m) & (event == 0)).sum() for m in months])
    censored = np.array([((time == m) & (event == 0)).sum() for m in months])
    kept = np.concatenate([[1.0], np.cumprod(1 - censored / np.maximum(at_risk, 1))])
    weight = np.where(time > horizon, 1 / kept[horizon], 1 / kept[np.minimum(time, horizon) - 1])
    return np.where((time > horizon) | (event > 0), weight, 0.0)


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_weighted_for_censoring_scores_are_those_of_r(synth, column):
    cases, forecasts = synth
    horizon = HORIZONS[column]
    _, y = observed(cases, horizon)
    p, w = forecasts[:, column], censoring_weights(cases, horizon)
    assert (brier_binary(p, y) * w).mean() == pytest.approx(of_r("brier", "csc", horizon)["Brier"], abs=1e-14)
    assert auc(p, y, w) == pytest.approx(of_r("auc", "csc", horizon)["AUC"], abs=1e-14)
    states = np.stack([p, 1 - p], axis=1)
    halved = brier_states(states, np.where(y, 0, 1)) * w
    assert halved.mean() == pytest.approx(of_r("brier", "csc", horizon)["Brier"], abs=1e-14)
    areas = cause_auc(states[:, :, None], np.where(y, 0, 1)[:, None], w)
    np.testing.assert_allclose(areas[:, 0], of_r("auc", "csc", horizon)["AUC"], atol=1e-14)


@pytest.mark.parametrize("column", [0, 1, 2, 3])
def test_over_fully_observed_windows_scores_are_near_the_weighted_ones_of_r(synth, column):
    cases, forecasts = synth
    horizon = HORIZONS[column]
    is_known, y = observed(cases, horizon)
    p, y = forecasts[is_known, column], y[is_known]
    assert brier_binary(p, y).mean() == pytest.approx(of_r("brier", "csc", horizon)["Brier"], abs=0.01)
    assert auc(p, y) == pytest.approx(of_r("auc", "csc", horizon)["AUC"], abs=0.02)


def test_each_cause_and_horizon_has_its_area_over_its_own_windows(synth):
    cases, forecasts = synth
    states, probabilities = [], np.stack([forecasts, 1 - forecasts], axis=1)
    for column, horizon in enumerate(HORIZONS):
        is_known, y = observed(cases, horizon)
        states.append(np.where(y, 0, 1))
        probabilities[~is_known, :, column] = np.nan
    areas = cause_auc(probabilities, np.stack(states, axis=1))
    for column, horizon in enumerate(HORIZONS):
        is_known, y = observed(cases, horizon)
        expected = roc_auc_score(y[is_known], forecasts[is_known, column])
        np.testing.assert_allclose(areas[:, column], expected, atol=1e-12)


def test_a_state_that_all_or_none_are_in_has_no_area():
    probabilities = np.full((3, 3, 1), 1 / 3)
    areas = cause_auc(probabilities, [[0], [0], [2]], [1, 1, 0])
    assert np.isnan(areas).all()
    assert cause_auc(probabilities, [[0], [0], [2]])[:, 0].tolist() == [0.5, pytest.approx(np.nan, nan_ok=True), 0.5]


def test_without_both_outcomes_there_is_no_area():
    with pytest.raises(ValueError, match="^expected outcomes of both kinds, got only 1; score more forecasts$"):
        auc([0.2, 0.3, 0.4], [1, 1, 0], [1, 1, 0])
    with pytest.raises(
        ValueError,
        match="^"
        + re.escape(
            "expected probabilities of shape (n, n_states, n_horizons), got (2, 3); give one table of states by horizons per forecast"
        )
        + "$",
    ):
        cause_auc(np.ones((2, 3)), [0, 0])
