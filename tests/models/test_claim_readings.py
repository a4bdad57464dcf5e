import numpy as np
import pytest

from forecasting.models.claim_readings import readings


def test_readings_of_few_claims_are_all_enumerated():
    found = readings([0.6, 0.3, 1.0, 0.0])
    assert len(found.weight) == 4 and found.weight.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found.weight @ found.truth, [0.6, 0.3, 1.0, 0.0])


def test_without_open_claims_there_is_one_reading():
    assert readings([]).weight.tolist() == [1.0]
    assert readings([1.0, 0.0]).truth.tolist() == [[True, False]]


def test_many_claims_are_drawn_with_a_fixed_seed():
    chance = np.linspace(0.2, 0.8, 7)
    found = readings(chance)
    assert len(readings(chance[:6]).weight) == 64
    assert found.weight.sum() == pytest.approx(1.0)
    np.testing.assert_allclose(found.weight @ found.truth, chance, atol=0.05)
    assert np.array_equal(readings(chance).truth, found.truth)
    assert not np.array_equal(readings(chance, seed=1).weight, found.weight)


def test_refusal():
    with pytest.raises(ValueError, match="expected probabilities from 0 to 1, got 1.2 for claim 1"):
        readings([0.5, 1.2])
