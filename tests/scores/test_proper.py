import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.record.vocabulary import STATES
from forecasting.scores.proper import (
    LOG_FLOOR,
    RANKS,
    brier_binary,
    brier_states,
    is_clipped,
    log_score,
    mean_over_horizons,
    ranked_probability_score,
)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 1)), min_size=1, max_size=20))
def test_two_states_are_one_outcome(rows):
    p, y = np.array(rows).T
    two = np.stack([1 - p, p], axis=1)
    np.testing.assert_allclose(brier_states(two, y), brier_binary(p, y), atol=1e-15)
    np.testing.assert_allclose(ranked_probability_score(two, y, (0, 1)), brier_binary(p, y), atol=1e-15)


def test_the_brier_score_of_states_runs_from_nought_to_one():
    assert brier_states(np.eye(4), [0, 1, 2, 3]).tolist() == [0, 0, 0, 0]
    assert brier_states(np.eye(4), [1, 2, 3, 0]).tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(brier_states([[0.25] * 4], [2]), 0.375)


def test_ranks_go_from_collapsed_over_ongoing_to_formalized_and_faded_stands_in_the_middle():
    rank = dict(zip(STATES, RANKS, strict=True))
    assert rank == {"collapsed": 0, "faded": 1, "ongoing": 1, "formalized": 2}
    near, far = (np.eye(4)[[STATES.index(state)]] for state in ("ongoing", "formalized"))
    collapsed = [STATES.index("collapsed")]
    assert ranked_probability_score(near, collapsed) == [0.5]
    assert ranked_probability_score(far, collapsed) == [1.0]
    assert ranked_probability_score(near, [STATES.index("faded")]) == [0.0]


@pytest.mark.parametrize("ranks", [(0, 1), (1, 1, 1)])
def test_ranks_that_give_no_order_are_refused(ranks):
    with pytest.raises(
        ValueError,
        match="^"
        + re.escape(f"expected 3 ranks that are not all the same, got {ranks}; give one rank per state")
        + "$",
    ):
        ranked_probability_score([[0.5, 0.5, 0]], [0], ranks)


def test_the_log_score_stops_at_its_floor_and_tells_where():
    forecasts = [[0.005, 0.995], [0.01, 0.99], [0, 1], [0, 1]]
    np.testing.assert_allclose(log_score(forecasts, [0, 0, 0, 1]), -np.log([0.01, 0.01, 0.01, 1]))
    assert is_clipped(forecasts, [0, 0, 0, 1]).tolist() == [True, False, True, False]
    np.testing.assert_allclose(log_score(forecasts, [0] * 4, floor=1e-3)[0], -np.log(0.005))
    with pytest.raises(ValueError, match="^expected a floor between 0 and 1, got 0; give a share such as 0.01 or 0.9$"):
        log_score(forecasts, [0] * 4, floor=0)


@pytest.mark.parametrize(("rare", "is_honest"), [(np.e * LOG_FLOOR, True), (0.02, False)])
def test_the_floor_rewards_leaving_out_only_what_is_rarer_than_the_docstring_says(rare, is_honest):
    truth = np.array([1 - rare, rare])
    told, left_out = (truth @ log_score([forecast] * 2, [0, 1]) for forecast in (truth, [1.0, 0.0]))
    assert (told < left_out) == is_honest


def test_each_forecast_averages_its_own_horizons():
    rng = np.random.default_rng(1)
    probabilities = rng.dirichlet(np.ones(4), size=(5, 3)).transpose(0, 2, 1)
    states = rng.integers(0, 4, size=(5, 3))
    probabilities[1, :, 2] = probabilities[2, :, 1:] = probabilities[3] = np.nan
    mean = mean_over_horizons(brier_states, probabilities, np.where(np.isnan(probabilities[:, 0]), -1, states))
    alone = np.stack([brier_states(probabilities[[0, 4], :, h], states[[0, 4], h]) for h in range(3)], axis=1)
    np.testing.assert_array_equal(mean.by_horizon[[0, 4]], alone)
    np.testing.assert_allclose(mean.score[[0, 4]], alone.mean(axis=1), atol=1e-15)
    np.testing.assert_allclose(mean.score[1], mean.by_horizon[1, :2].mean(), atol=1e-15)
    assert mean.score[2] == mean.by_horizon[2, 0]
    assert np.isnan(mean.score[3])
    assert mean.n_scored.tolist() == [4, 3, 2]


@pytest.mark.parametrize(
    ("probabilities", "states", "message"),
    [
        (
            np.ones((2, 1)),
            [[0]],
            "expected probabilities of shape (n, n_states, n_horizons), got (2, 1); give one table of states by horizons per forecast",
        ),
        (
            np.ones((2, 1, 3)),
            [[0, 0, 0]],
            "expected states of shape (2, 3), got (1, 3); give one state per forecast and horizon",
        ),
        (
            [[[0.5], [np.nan]]],
            [[0]],
            "expected probabilities between 0 and 1, got nan in row 0; give shares, not per cent",
        ),
        (
            [[[0.5], [0.5]]],
            [[-1]],
            "expected states from 0 to 1, got -1 in row 0; number the states as the columns of the probabilities",
        ),
    ],
)
def test_horizons_of_another_shape_or_half_missing_are_refused(probabilities, states, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        mean_over_horizons(brier_states, probabilities, states)


def test_the_ranked_probability_score_is_that_of_another_library_over_two_thresholds():
    theirs = pd.read_csv(Path(__file__).parents[1] / "reference" / "scores_rps.csv")
    ours = ranked_probability_score(theirs[["p0", "p1", "p2"]], theirs["category"], (0, 1, 2))
    np.testing.assert_allclose(2 * ours, theirs["rps"], atol=1e-14)
