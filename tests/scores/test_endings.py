import itertools
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.scores.endings import INTERVAL_FLOOR, censored_log_score
from forecasting.scores.proper import log_score

REFERENCE = Path(__file__).parents[1] / "reference"
STEPS = 5
TIMES = np.array([12, 24])
# masses of (cause 1, cause 2) in each of two intervals, and of going on beyond both
MASSES = np.array([g for g in itertools.product(range(1, STEPS), repeat=5) if sum(g) == 2 * STEPS]) / (2 * STEPS)


def incidence(masses):
    """Incidences (n, 2 causes, 2 times) of masses (n, 5), ordered by interval, then cause."""
    return np.cumsum(masses[:, :4].reshape(-1, 2, 2), axis=1).transpose(0, 2, 1)


def likelihood(masses, horizons_seen):
    """Every (last, cause) that can be observed if sight is lost after that many horizons, and its probability, (n,)."""
    seen = {}
    for interval, cause in itertools.product(range(2), (1, 2)):
        if interval < horizons_seen:
            seen[(12 * interval + 6, cause)] = masses[:, 2 * interval + cause - 1]
    seen[(12 * horizons_seen + 6, 0)] = 1 - sum(seen.values(), start=np.zeros(len(masses)))
    return seen


@pytest.mark.parametrize("horizons_seen", [0, 1, 2])
def test_wherever_sight_is_lost_no_forecast_beats_the_truth(horizons_seen):
    told = incidence(MASSES)
    expected = np.zeros((len(MASSES), len(MASSES)))
    for (last, cause), chance in likelihood(MASSES, horizons_seen).items():
        score = censored_log_score(told, TIMES, np.full(len(told), last), np.full(len(told), cause))
        expected += score[:, None] * chance[None, :]
    assert (expected.min(axis=0) >= np.diag(expected) - 1e-12).all()
    others = expected + np.diag(np.full(len(expected), np.inf))
    strict = others.min(axis=0) > np.diag(expected) + 1e-9
    assert strict.all() == (horizons_seen == 2)


def test_summed_over_every_period_it_is_the_likelihood_of_r():
    models = pd.read_csv(REFERENCE / "synth_person_quarter_models.csv").query("model == 'multinom'")
    rows = pd.read_csv(REFERENCE / "synth_person_quarter.csv")
    last = rows.groupby("id").agg(first=("period", "min"), last=("period", "max"), cause=("y", "max"))
    static = rows.groupby("id")[["x1", "x2", "x3"]].first()
    times = np.arange(1, int((last["last"] - last["first"]).max()) + 2)
    period = last["first"].to_numpy()[:, None] + times - 1
    odds = []
    for _, coef in models.groupby("cause"):
        beta = coef.set_index("term")["coef"]
        linear = beta["(Intercept)"] + static @ beta[["x1", "x2", "x3"]]
        odds.append(np.exp(linear.to_numpy()[:, None] + beta["log(period)"] * np.log(period)))
    hazard = np.stack(odds, axis=1) / (1 + sum(odds))[:, None, :]
    survived = np.cumprod(1 - hazard.sum(axis=1), axis=1)
    before = np.concatenate([np.ones((len(survived), 1)), survived[:, :-1]], axis=1)
    # a quarter without an ending counts as survived in R, so the last sight lies in the next one
    sight = (last["last"] - last["first"] + 1 + (last["cause"] == 0)).to_numpy()
    found = censored_log_score(np.cumsum(before[:, None, :] * hazard, axis=2), times, sight, last["cause"], floor=1e-12)
    assert -found.sum() == pytest.approx(models["loglik"].iloc[0], abs=1e-6)


def test_with_one_time_and_nothing_censored_it_is_the_log_score():
    chances = np.array([[0.2, 0.3, 0.5], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]])
    found = censored_log_score(chances[:, :2, None], [12], [12, 3, 13], [2, 1, 0])
    np.testing.assert_allclose(found, log_score(chances, [1, 0, 2]), atol=1e-15)


def test_what_was_never_seen_says_nothing_and_what_was_ruled_out_costs_the_floor():
    sure = np.array([[[0.0, 0.0], [1.0, 1.0]]])
    assert censored_log_score(sure, TIMES, [12], [0]).tolist() == [0]
    assert censored_log_score(sure, TIMES, [1], [2]).tolist() == [0]
    for last, cause in ((1, 1), (13, 2), (13, 0), (99, 1)):
        assert censored_log_score(sure, TIMES, [last], [cause]) == pytest.approx(-np.log(INTERVAL_FLOOR))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            ([[0.1]], [12], [1], [0]),
            "expected incidence of shape (n, n_causes, n_times) with as many times, got (1, 1) and (1,); give one time per column",
        ),
        (
            ([[[0.1, 0.2]]], [24, 12], [1], [0]),
            "expected rising times above 0, got [24.0, 12.0]; sort the times and their columns",
        ),
        (
            ([[[0.2, 0.1]]], TIMES, [1], [0]),
            "expected incidences that never fall with time, got a fall of 0.1; give cumulative incidences",
        ),
        (
            ([[[0.6, 0.6], [0.5, 0.5]]], TIMES, [1], [0]),
            "expected incidences of 0 or more whose sum over causes is at most 1, got from 0.5 and a sum of 1.1; give shares, not per cent",
        ),
        (
            ([[[0.1, 0.2]]], TIMES, [0], [0]),
            "expected last as whole numbers from 1, got 0 in row 0; count months from 1 and causes from 1, with 0 for censored",
        ),
        (
            ([[[0.1, 0.2]]], TIMES, [1], [2]),
            "expected cause as whole numbers from 0 to 1, got 2 in row 0; count months from 1 and causes from 1, with 0 for censored",
        ),
        (([[[0.1, 0.2]]], TIMES, [1, 2], [1]), "expected last of shape (1,), got (2,); give one per forecast"),
        (
            ([[[0.1, 0.2]]], TIMES, [1], [1], 0.0),
            "expected a floor between 0 and 1, got 0; give a share such as 0.01 or 0.9",
        ),
    ],
)
def test_what_is_no_forecast_of_endings_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        censored_log_score(*call)
