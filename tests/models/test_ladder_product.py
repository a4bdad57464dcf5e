import numpy as np
import pytest

from forecasting.models.incidence import cumulative_incidence
from forecasting.models.ladder_product import forward_incidence


def example(seed, b=3, n_bins=2, s=4, k=3):
    rng = np.random.default_rng(seed)
    hazard = rng.random((b, n_bins, k, s)) * 0.05
    moves = rng.dirichlet(np.ones(s), size=s)
    return hazard, moves


def test_against_the_product_of_absorbing_matrices():
    """States and endings as one chain; the second stretch begins in the third month."""
    hazard, moves = example(0)
    found = forward_incidence([1.0, 0, 0, 0], hazard, moves, [0] * 2 + [1] * 7, [1, 2, 5, 9])
    for b in range(len(hazard)):
        at, by_month = np.concatenate([[1.0, 0, 0, 0], np.zeros(3)]), []
        for month in range(1, 10):
            h = hazard[b, 0 if month <= 2 else 1].T
            step = np.zeros((7, 7))
            step[:4, :4] = (1 - h.sum(axis=1))[:, None] * moves
            step[:4, 4:], step[4:, 4:] = h, np.eye(3)
            at = at @ step
            by_month.append(at[4:])
        np.testing.assert_allclose(found[b].T, np.array(by_month)[[0, 1, 4, 8]], atol=1e-15)


def test_without_moves_it_is_the_incidence_of_the_state():
    hazard, _ = example(1, n_bins=1)
    found = forward_incidence([0, 1.0, 0, 0], hazard, np.eye(4), [0] * 60, [1, 24, 60])
    plain = cumulative_incidence(np.repeat(hazard[:, 0, :, 1][..., None], 60, axis=2))
    np.testing.assert_allclose(found, plain[:, :, [0, 23, 59]], atol=1e-14)


def test_while_the_state_is_known_it_does_not_move():
    hazard, moves = example(2)
    frozen = forward_incidence([1.0, 0, 0, 0], hazard, np.eye(4), [0] * 7, [6])
    still = forward_incidence([1.0, 0, 0, 0], hazard, moves, [0] * 7, [6, 7], still=6)
    moving = forward_incidence([1.0, 0, 0, 0], hazard, moves, [0] * 7, [6])
    np.testing.assert_allclose(still[:, :, 0], frozen[:, :, 0], atol=1e-15)
    assert (np.abs(moving - frozen) > 1e-6).any()


def test_marks_change_nothing():
    (hazard, moves), stretch = example(3), [0] * 6 + [1] * 30
    few = forward_incidence([0.5, 0.5, 0, 0], hazard, moves, stretch, [12, 36])
    every = forward_incidence([0.5, 0.5, 0, 0], hazard, moves, stretch, range(1, 37))
    np.testing.assert_allclose(few, every[:, :, [11, 35]], atol=1e-14)
    assert (np.diff(every, axis=2) >= 0).all()


@pytest.mark.parametrize("marks", [[], [0, 3], [3, 3]])
def test_marks_must_ascend(marks):
    with pytest.raises(ValueError, match="expected months that ascend from 1 on"):
        forward_incidence([1.0], np.zeros((1, 1, 1, 1)), [[1.0]], [0] * 3, marks)
