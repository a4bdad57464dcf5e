import numpy as np
import pytest

from forecasting.models.ladder_moves import (
    ACTIVE,
    BROKEN,
    N_STATES,
    STALLED,
    ladder_moves,
    level_of,
    state_number,
    status_of,
)


def test_states_are_numbered_by_level_and_status():
    state = np.arange(N_STATES)
    assert state_number(level_of(state), status_of(state)).tolist() == state.tolist()


def test_exits_and_destinations_by_hand():
    """Level 1 active: 2 moves in 6 months. Level 2 active: none in 4. Pooled rate of active states 2/10."""
    one, two, idle = state_number([1, 2, 1], [ACTIVE, ACTIVE, STALLED])
    chain = ladder_moves([[one, one, one, two, two, two], [one, one, one, idle, idle, idle], [two, two, two, -1, -1, -1]],
                         [6, 6, 3])  # fmt: skip
    assert (chain.months[one], chain.moves[one]) == (6, 2)
    assert (chain.months[two], chain.moves[two]) == (4, 0)
    assert chain.exits[one] == pytest.approx((2 + 3) / (6 + 3 / 0.2))
    assert chain.exits[two] == pytest.approx((0 + 3) / (4 + 3 / 0.2))
    # Pooled moves of active states: half go up by one, half become stalled at their level.
    three, two_idle = state_number([3, 2], [ACTIVE, STALLED])
    assert chain.destinations[two, [three, two_idle]].tolist() == [0.5, 0.5]
    assert chain.destinations[one, [two, idle]].tolist() == [0.5, 0.5]


def test_destinations_stay_on_the_ladder():
    up = [[state_number(k, ACTIVE), state_number(k + 1, ACTIVE)] for k in range(5)]
    chain = ladder_moves(up, [2] * 5)
    top = state_number(5, ACTIVE)
    assert chain.exits[top] == 0.0 and chain.matrix[top, top] == 1.0
    np.testing.assert_allclose(chain.matrix.sum(axis=1), 1.0, atol=1e-14)


def test_months_after_the_last_one_coded_do_not_count():
    states = [[0, 0, 0, 3, 3]]
    assert ladder_moves(states, [5]).moves.sum() == 1
    assert ladder_moves(states, [3]).moves.sum() == 0


def test_much_data_overrides_the_pool_and_little_does_not():
    long = np.zeros((1, 4000), dtype=int)
    long[0, 2000::2] = state_number(0, BROKEN)
    chain = ladder_moves(np.vstack([long, np.full((1, 4000), 3)]), [4000, 4])
    assert chain.exits[0] == pytest.approx(chain.moves[0] / chain.months[0], rel=0.01)
    pooled = chain.moves[[0, 3]].sum() / chain.months[[0, 3]].sum()
    assert chain.exits[3] == pytest.approx(3 / (3 + 3 / pooled))


def test_weights_of_readings_count():
    states = [[0, 3], [0, 0]]
    even = ladder_moves(states, [2, 2], [0.5, 0.5])
    assert even.moves.sum() == 0.5 and even.months.sum() == 1.0


@pytest.mark.parametrize(
    ("states", "stop", "message"),
    [
        ([[0, 18]], [2], "expected states from -1 to 17, got 0 to 18 in row 0; number them with state_number"),
        ([[0, 0]], [3], "expected a last month from 0 to 2, got 3 in row 0; give a state to every month up to it"),
        ([[0, 0]], [2, 2], "expected states by case and month with one stop and weight a case"),
    ],
)
def test_refusals(states, stop, message):
    with pytest.raises(ValueError, match=message[:40]) as refused:
        ladder_moves(states, stop)
    assert str(refused.value).startswith(message)
