"""The deviation that related cases share: what it widens, and what it leaves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.models.dated_rate import DatedRate
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.linear_pool import mixture_interval
from forecasting.models.shared_deviation import with_shared_deviation


def drawn(seed, n=400, n_horizons=4, most=0.9):
    """Draws of three incidences that never fall, and of going on."""
    rng = np.random.default_rng(seed)
    rise = rng.dirichlet(np.ones(3 * n_horizons + 1), n)[:, :-1].reshape(n, 3, n_horizons) * most
    ended = np.cumsum(rise, axis=2)
    return np.concatenate([ended, 1.0 - ended.sum(axis=1, keepdims=True)], axis=1)


@given(seed=st.integers(0, 2**32), sd=st.floats(0.0, 2.0))
def test_draws_stay_probabilities_and_incidences_never_fall(seed, sd):
    found = with_shared_deviation(drawn(seed, 50), sd, 1)
    assert ((found >= 0.0) & (found <= 1.0)).all()
    assert (np.diff(found[:, :3], axis=2) >= -1e-15).all()
    assert (np.diff(found[:, 3], axis=1) <= 1e-15).all()


def test_without_a_deviation_nothing_changes_and_with_one_the_draws_do():
    known = drawn(1)
    np.testing.assert_array_equal(with_shared_deviation(known, 0.0, 1), known)
    assert np.abs(with_shared_deviation(known, 0.3, 1) - known).max() > 0.05
    np.testing.assert_array_equal(with_shared_deviation(known, 0.3, 1), with_shared_deviation(known, 0.3, 1))


def test_horizons_do_not_depend_on_those_asked_beside_them():
    known = drawn(2)
    alone = with_shared_deviation(known[..., 1:2], 0.7, 1)
    np.testing.assert_array_equal(alone, with_shared_deviation(known, 0.7, 1)[..., 1:2])


def test_small_incidences_have_the_deviation_and_keep_their_mean():
    known = np.tile([[[1e-4]], [[1.0 - 1e-4]]], (1, 1, 1)).reshape(1, 2, 1).repeat(200_000, axis=0)
    found = with_shared_deviation(known, 0.7, 3)[:, 0, 0]
    assert np.log(found).std() == pytest.approx(0.7, abs=0.01)
    assert found.mean() == pytest.approx(1e-4, rel=0.01)


def test_certain_states_stay_certain():
    sure = np.array([[[0.0, 0.0], [0.0, 0.0], [1.0, 1.0]], [[0.0, 1.0], [0.0, 0.0], [1.0, 0.0]]])
    found = with_shared_deviation(sure, 0.7, 1)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[0], sure[0])
    assert found[1, 0, 1] > 0.99


def test_a_deviation_below_zero_is_refused():
    with pytest.raises(ValueError, match=r"^expected a standard deviation of 0 or more, got -0.1$"):
        with_shared_deviation(drawn(1), -0.1, 1)


def test_the_interval_of_the_headline_has_it_and_its_point_has_not():
    model, base = drawn(4, most=0.5), drawn(5, most=0.4)
    wide, narrow = LadderPool(), LadderPool(shared_sd=0.0)
    for without, bare in zip(narrow.interval(model, base, 0.8), mixture_interval(model, base, 0.8), strict=True):
        np.testing.assert_array_equal(without, bare)
    widths = [np.subtract(*pool.interval(model, base, 0.8)[::-1]).mean() for pool in (wide, narrow)]
    assert widths[0] > 1.05 * widths[1]
    np.testing.assert_array_equal(wide.point(model, base), narrow.point(model, base))
    assert LadderPool(base=DatedRate(n_draws=10)).shared_sd == 0.7
