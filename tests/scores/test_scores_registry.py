import itertools
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.scores import SCORES

STEPS = 6
GRID = np.array([g for g in itertools.product(range(STEPS + 1), repeat=4) if sum(g) == STEPS]) / STEPS
OF_STATES = [name for name, score in SCORES.items() if score.compares == "states"]
OF_OUTCOMES = [name for name, score in SCORES.items() if score.compares == "outcomes"]
SIMPLEX = st.lists(st.integers(3, 60), min_size=4, max_size=4).map(lambda parts: np.array(parts) / sum(parts))


def by_state(name, forecasts):
    """The score of each forecast in each state that may come, (n, n_states)."""
    n, n_states = forecasts.shape
    return np.stack([SCORES[name].function(forecasts, np.full(n, s)) for s in range(n_states)], axis=1)


@pytest.mark.parametrize("name", OF_STATES)
def test_on_a_grid_no_forecast_beats_the_truth(name):
    expected = by_state(name, GRID) @ GRID.T
    assert (expected.min(axis=0) >= np.diag(expected) - 1e-12).all()


@pytest.mark.parametrize("name", OF_STATES)
@given(SIMPLEX, SIMPLEX)
def test_no_forecast_beats_the_truth(name, truth, other):
    told, mistold = by_state(name, np.stack([truth, other])) @ truth
    assert told <= mistold + 1e-12


@pytest.mark.parametrize("name", ["brier_states", "log_score"])
def test_a_strictly_proper_score_is_best_at_the_truth_alone(name):
    expected = by_state(name, GRID) @ GRID.T
    best = np.diag(expected).copy()
    np.fill_diagonal(expected, np.inf)
    assert (expected.min(axis=0) > best + 1e-9).all()


@pytest.mark.parametrize("name", OF_OUTCOMES)
@given(st.floats(0, 1), st.floats(0, 1))
def test_no_chance_beats_the_true_one(name, truth, other):
    score = SCORES[name].function
    got, not_come = score([truth, other], [1, 1]), score([truth, other], [0, 0])
    told, mistold = truth * got + (1 - truth) * not_come
    assert told <= mistold + 1e-12


@pytest.mark.parametrize("name", OF_STATES)
def test_a_perfect_forecast_of_states_scores_nought_and_all_others_more(name):
    states = np.arange(4)
    assert (SCORES[name].function(np.eye(4), states) == 0).all()
    assert (SCORES[name].function(np.roll(np.eye(4), 2, axis=1)[[0, 1]], [0, 1]) > 0).all()
    assert (by_state(name, GRID) >= 0).all()


@pytest.mark.parametrize("name", OF_OUTCOMES)
def test_a_perfect_forecast_of_outcomes_scores_nought(name):
    assert SCORES[name].function([0, 1], [0, 1]).tolist() == [0, 0]


@pytest.mark.parametrize("name", OF_STATES)
def test_more_on_what_came_is_better(name):
    chance = np.linspace(0.05, 0.95, 10)[:, None]
    forecasts = np.concatenate([chance, np.repeat((1 - chance) / 3, 3, axis=1)], axis=1)
    assert SCORES[name].better == "lower"
    assert (np.diff(SCORES[name].function(forecasts, np.zeros(10))) < 0).all()


@pytest.mark.parametrize("name", [name for name, score in SCORES.items() if score.better == "higher"])
def test_higher_is_better_for_one_number_on_many_forecasts(name):
    good, bad = ([0.1, 0.8], [0.6, 0.3]) if SCORES[name].compares == "sample" else ([0.1, 0.1], [0.3, 0.2])
    against = [0, 1] if SCORES[name].compares == "sample" else [0.2, 0.2]
    assert SCORES[name].function(good, against) > SCORES[name].function(bad, against)


@pytest.mark.parametrize("name", OF_STATES)
@pytest.mark.parametrize(
    ("probabilities", "states", "message"),
    [
        (
            [0.5, 0.5],
            [0],
            "expected probabilities of shape (n, n_states), got (2,); give one row of states per forecast",
        ),
        ([[0.5, 0.5, 0, 0]], [0, 1], "expected states of shape (1,), got (2,); give one per forecast"),
        (
            [[0.5, 0.5, 0, 0]],
            [4],
            "expected states from 0 to 3, got 4 in row 0; number the states as the columns of the probabilities",
        ),
        (
            [[0.5, 0.5, 0, 0]] * 2,
            [0, 0.5],
            "expected states from 0 to 3, got 0.5 in row 1; number the states as the columns of the probabilities",
        ),
        (
            [[0.5, 0.5, 0, 0], [0.5, 0.4, 0, 0]],
            [0, 0],
            "expected probabilities that sum to 1, got 0.9 in row 1; give the probability of every state",
        ),
        (
            [[0.5, 0.5 + 2e-9, 0, 0]],
            [0],
            "expected probabilities that sum to 1, got 1.000000002 in row 0; give the probability of every state",
        ),
        (
            [[1.2, -0.2, 0, 0]],
            [0],
            "expected probabilities between 0 and 1, got 1.2 in row 0; give shares, not per cent",
        ),
        (
            [[1, 0, 0, np.nan]],
            [0],
            "expected probabilities between 0 and 1, got nan in row 0; give shares, not per cent",
        ),
    ],
)
def test_what_is_no_forecast_of_states_is_refused(name, probabilities, states, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        SCORES[name].function(probabilities, states)


@pytest.mark.parametrize("name", [*OF_OUTCOMES, "auc"])
@pytest.mark.parametrize(
    ("probabilities", "outcomes", "message"),
    [
        ([[0.5]], [0], "expected probabilities of shape (n,), got (1, 1); give one probability per forecast"),
        ([0.5], [0, 1], "expected outcomes of shape (1,), got (2,); give one per forecast"),
        ([0.5, 0.5], [0, 2], "expected outcomes of 0 or 1, got 2 in row 1; leave out forecasts without an outcome"),
        ([0.5, -0.5], [0, 1], "expected probabilities between 0 and 1, got -0.5 in row 1; give shares, not per cent"),
    ],
)
def test_what_is_no_forecast_of_an_outcome_is_refused(name, probabilities, outcomes, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        SCORES[name].function(probabilities, outcomes)


@pytest.mark.parametrize("name", OF_STATES)
def test_a_sum_within_the_tolerance_passes(name):
    assert SCORES[name].function([[0.5, 0.5 + 5e-10, 0, 0]], [0]).shape == (1,)
    assert SCORES[name].function(np.empty((0, 4)), []).shape == (0,)


@pytest.mark.parametrize("name", SCORES)
def test_a_score_says_which_way_is_better_and_gives_an_example(name):
    assert f"{SCORES[name].better} is better" in " ".join(SCORES[name].function.__doc__.split())
    assert ">>> " in SCORES[name].function.__doc__
