import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.episodes import (
    DURATION_EDGES,
    FOLLOW_UP,
    HALF_LIFE,
    LAG_EDGES,
    decay,
    duration_bin,
    episodes,
    lag_bin,
    month_weights,
)
from forecasting.models.newton import Counts, penalised_loglik

N_CAUSES = 3


@st.composite
def landmark_lists(draw):
    """Landmark, exit and cause of 1 to 12 stretches, as columns; some exceed follow-up, some end on its last month."""
    length = st.one_of(st.integers(1, 200), st.sampled_from([FOLLOW_UP - 1, FOLLOW_UP, FOLLOW_UP + 1]))
    row = st.tuples(st.one_of(st.integers(0, 200), st.sampled_from(DURATION_EDGES)), length, st.integers(0, N_CAUSES))
    rows = np.array(draw(st.lists(row, min_size=1, max_size=12)))
    return rows[:, 0], rows[:, 0] + rows[:, 1], rows[:, 2]


def months_one_by_one(landmark, exit_, cause):
    """(line, duration bin, lag bin, cause) of each month at risk, by the definition."""
    rows = []
    for line, (mark, last, how) in enumerate(zip(landmark, exit_, cause, strict=True)):
        for month in range(mark + 1, min(last, mark + 120) + 1):
            duration = sum(month > edge for edge in (6, 12, 36, 84, 180))
            lag = sum(month - mark > edge for edge in (6, 12, 24, 36, 60))
            rows.append((line, duration, lag, how if month == last else 0))
    return np.array(rows)


@given(landmark_lists())
def test_months_add_up_to_those_at_risk(rows):
    landmark, exit_, _ = rows
    cut = episodes(*rows)
    assert (cut.months >= 1).all()
    np.testing.assert_array_equal(
        np.bincount(cut.line, cut.months, len(landmark)), np.minimum(exit_ - landmark, FOLLOW_UP)
    )


@given(landmark_lists())
def test_every_month_falls_in_one_episode_with_its_bins(rows):
    cut, single = episodes(*rows), months_one_by_one(*rows)
    spread = np.stack([cut.line, cut.duration, cut.lag], axis=1).repeat(cut.months.astype(int), axis=0)
    np.testing.assert_array_equal(spread, single[:, :3])


@given(landmark_lists())
def test_the_cause_stands_on_the_last_episode_alone_and_only_within_follow_up(rows):
    landmark, exit_, cause = rows
    cut = episodes(*rows)
    last = np.append(np.diff(cut.line) > 0, True)
    assert (cut.cause[~last] == 0).all()
    np.testing.assert_array_equal(cut.cause[last], np.where(exit_ - landmark <= FOLLOW_UP, cause, 0))


@given(landmark_lists())
def test_an_episode_is_cut_only_where_a_bin_changes(rows):
    cut = episodes(*rows)
    kinds = np.stack([cut.line, cut.duration, cut.lag], axis=1)
    assert (np.diff(kinds, axis=0) != 0).any(axis=1).all()


@given(landmark_lists(), st.integers(0, 2**32 - 1))
def test_the_likelihood_of_episodes_is_that_of_months(rows, seed):
    rng = np.random.default_rng(seed)
    cut, single = episodes(*rows), months_one_by_one(*rows)
    weight = rng.uniform(0.1, 1, len(rows[0]))
    coef = rng.normal(-2, 1, (len(DURATION_EDGES) + 1 + len(LAG_EDGES) + 1, N_CAUSES))

    def loglik(line, duration, lag, cause, trials):
        design = np.hstack([np.eye(len(DURATION_EDGES) + 1)[duration], np.eye(len(LAG_EDGES) + 1)[lag]])
        endings = (cause[:, None] == np.arange(1, N_CAUSES + 1)).astype(float)
        return penalised_loglik(coef, design, Counts(trials, endings, weight[line]), np.ones(len(coef)))

    grouped = loglik(cut.line, cut.duration, cut.lag, cut.cause, cut.months)
    assert grouped == pytest.approx(loglik(*single.T, np.ones(len(single))), rel=1e-12)


@given(landmark_lists(), st.data())
def test_every_month_of_a_case_counts_once_however_many_landmarks_look_at_it(rows, data):
    landmark, exit_, cause = rows
    case = np.array(data.draw(st.lists(st.integers(0, 2), min_size=len(landmark), max_size=len(landmark))))
    exit_ = np.array([exit_[case == each].max() for each in case])
    cause = np.array([cause[case == each][0] for each in case])
    weight = np.array(data.draw(st.lists(st.sampled_from([0.3, 0.7, 1.0]), min_size=len(case), max_size=len(case))))
    cut, single = episodes(landmark, exit_, cause), months_one_by_one(landmark, exit_, cause)
    month, last = month_weights(cut, landmark, exit_, case, weight)
    total = np.bincount(case[cut.line], weight[cut.line] * month * cut.months, 3)
    month_of_age = np.concatenate(
        [np.arange(mark, min(end, mark + FOLLOW_UP)) for mark, end in zip(landmark, exit_, strict=True)]
    )
    looked_at = [len(set(month_of_age[case[single[:, 0]] == each])) for each in range(3)]
    np.testing.assert_allclose(total, looked_at, rtol=1e-9)
    ended = np.bincount(case[cut.line], weight[cut.line] * last * (cut.cause > 0), 3)
    seen = [bool(np.any((case == each) & (cause > 0) & (exit_ - landmark <= FOLLOW_UP))) for each in range(3)]
    np.testing.assert_allclose(ended, seen, atol=1e-9)


def test_bins_close_on_their_edges():
    assert list(duration_bin([1, 6, 7, 12, 13, 36, 37, 84, 85, 180, 181, 999])) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert list(lag_bin([1, 6, 7, 12, 13, 24, 25, 36, 37, 60, 61, 120])) == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]


def test_a_state_fades_by_half_in_two_years():
    middles = np.array([3, 9, 18, 30, 48, 90])
    np.testing.assert_allclose(decay(np.arange(6)), 0.5 ** (middles / 24), rtol=1e-15)
    assert HALF_LIFE == 24
    np.testing.assert_array_equal(decay([5, 0, 5]), decay(np.arange(6))[[5, 0, 5]])


def test_no_landmarks_make_no_episodes():
    assert all(len(part) == 0 for part in vars(episodes([], [], [])).values())


@pytest.mark.parametrize(("landmark", "exit_"), [(3, 3), (4, 3), (-1, 3)])
def test_a_landmark_without_a_month_at_risk_is_refused(landmark, exit_):
    message = (
        f"expected 0 <= landmark < exit for every landmark, got landmark {landmark} and exit {exit_} in row 1; "
        "leave out landmarks without a month at risk"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        episodes([0, landmark], [1, exit_], [1, 1])
