import re

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from forecasting.scores.calibration import calibration, calibration_in_the_large, calibration_line
from forecasting.scores.resampling import draw_groups


def issued(n, intercept=0.0, slope=1.0, seed=0):
    """Forecasts whose outcomes follow the calibration line asked for."""
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 4, n)
    return p, (rng.random(n) < expit(intercept + slope * logit(p))).astype(float)


def by_statsmodels(p, y, w):
    return sm.GLM(y, sm.add_constant(logit(p)), family=sm.families.Binomial(), freq_weights=w).fit(tol=1e-12).params


@pytest.mark.parametrize(("intercept", "slope"), [(0, 1), (0.5, 1), (0, 0.5), (-0.4, 1.5)])
def test_the_line_of_simulated_forecasts_is_recovered(intercept, slope):
    p, y = issued(20_000, intercept, slope)
    assert calibration_line(p, y) == (pytest.approx(intercept, abs=0.08), pytest.approx(slope, abs=0.08))


@given(st.integers(0, 10_000), st.integers(30, 200))
def test_the_line_is_that_of_statsmodels(seed, n):
    p, y = issued(n, seed=seed, slope=0.5)
    w = np.random.default_rng(seed).uniform(0.1, 3, n)
    np.testing.assert_allclose(calibration_line(p, y, w), by_statsmodels(p, y, w), atol=1e-6)


@given(st.integers(0, 10_000), st.floats(0.1, 5), st.floats(0, 2.5))
def test_few_forecasts_far_apart_and_unequal_weights_do_not_throw_the_line_off(seed, spread, inequality):
    rng = np.random.default_rng(seed)
    p, w = expit(rng.normal(0, spread, 12)), np.exp(rng.normal(0, inequality, 12))
    y = (np.argsort(np.argsort(p)) % 4 == 1).astype(float)
    intercept, slope = calibration_line(p, y, w)
    x = logit(p.clip(1e-6, 1 - 1e-6))
    residual = w * (y - expit(intercept + slope * x)) / w.sum()
    np.testing.assert_allclose([residual.sum(), residual @ x], 0, atol=1e-9)


def test_calibrated_forecasts_are_near_the_best_on_every_count_and_so_are_the_intervals():
    p, y = issued(3000, seed=5)
    found = calibration(p, y, None, np.arange(3000), n_replicates=300)
    assert (found.n, found.n_groups, found.n_replicates) == (3000, 3000, 300)
    for estimate, best in ((found.difference, 0), (found.ratio, 1), (found.intercept, 0), (found.slope, 1)):
        assert estimate.value == pytest.approx(best, abs=0.1)
        assert estimate.lower <= estimate.value <= estimate.upper
        assert estimate.lower - 0.05 <= best <= estimate.upper + 0.05


def test_the_interval_is_as_wide_as_the_likelihood_says_when_forecasts_are_independent():
    p, y = issued(2000, seed=6)
    found = calibration(p, y, None, np.arange(2000), n_replicates=1000)
    error = sm.GLM(y, sm.add_constant(logit(p)), family=sm.families.Binomial()).fit().bse[1]
    assert found.slope.upper - found.slope.lower == pytest.approx(2 * 1.645 * error, rel=0.15)


def test_each_replicate_is_the_line_of_its_groups():
    p, y = issued(400, seed=7)
    groups = np.arange(400) // 10
    lines = [by_statsmodels(p, y, times[groups]) for times in draw_groups(40, 30, 3)]
    found = calibration(p, y, None, groups, n_replicates=30, seed=3)
    for estimate, replicates in zip((found.intercept, found.slope), np.transpose(lines), strict=True):
        np.testing.assert_allclose([estimate.lower, estimate.upper], np.quantile(replicates, [0.05, 0.95]), atol=1e-6)


def test_forecasts_too_high_show_in_the_large():
    difference, ratio = calibration_in_the_large([0.5, 0.7], [0, 1], [3, 1])
    assert (difference, ratio) == (pytest.approx(0.55 - 0.25), pytest.approx(0.25 / 0.55))
    assert np.isnan(calibration_in_the_large([0, 0], [0, 1])[1])


def test_forecasts_of_nought_and_one_are_held_back():
    p, y = [0, 0, 0, 1, 1, 1], [0, 0, 1, 1, 1, 0]
    assert np.isfinite(calibration_line(p, y)).all()


def test_replicates_that_have_no_line_are_left_out_and_those_that_separate_are_kept_finite():
    p, y = [0.1, 0.2, 0.3, 0.4, 0.35], [0, 0, 1, 1, 0]
    found = calibration(p, y, None, range(5), n_replicates=400)
    assert 0 < found.n_replicates < 400
    assert np.isfinite([found.slope.lower, found.slope.upper, found.intercept.lower]).all()
    assert found.slope.upper > 5 * found.slope.value


def test_forecasts_without_weight_do_not_count():
    p, y = issued(200, seed=8)
    w = np.where(np.arange(200) < 150, 1.0, 0.0)
    groups = np.arange(200) // 5
    assert calibration(p, y, w, groups, n_replicates=50) == calibration(p[:150], y[:150], None, groups[:150], 50)


@pytest.mark.parametrize(
    ("p", "y", "message"),
    [
        ([0.3, 0.3], [0, 1], "expected forecasts that differ, got 0.3 for all; one point defines no line"),
        ([0, 1e-8, 1e-7], [0, 1, 0], "expected forecasts that differ, got 1e-06 for all; one point defines no line"),
        ([0.3, 0.4], [1, 1], "expected outcomes of both kinds, got only 1; score more forecasts"),
        (
            [0.3, 0.4],
            [0, 1],
            "expected outcomes that overlap in the forecasts, got separated ones; score more forecasts",
        ),
        (
            [0.3, 0.4],
            [1, 0],
            "expected outcomes that overlap in the forecasts, got separated ones; score more forecasts",
        ),
        ([0.3], [1, 0], "expected outcomes of shape (1,), got (2,); give one per forecast"),
    ],
)
@pytest.mark.parametrize("estimate", [calibration_line, lambda p, y: calibration(p, y, None, np.arange(len(p)))])
def test_what_has_no_line_is_refused(estimate, p, y, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        estimate(p, y)
