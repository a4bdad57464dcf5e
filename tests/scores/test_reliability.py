import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression

from forecasting.scores.proper import brier_binary
from forecasting.scores.reliability import consistency_band, corp

REFERENCE = Path(__file__).parents[1] / "reference"
# scikit-learn, held against below, takes forecasts that differ by less than rounding for one
CHANCES = st.one_of(st.floats(0, 1).map(lambda p: round(p, 9)), st.sampled_from([0.0, 0.1, 0.25, 0.5, 1.0]))
ROWS = st.lists(st.tuples(CHANCES, st.integers(0, 1), st.floats(0.1, 3)), min_size=1, max_size=40)


def issued(n, seed=0, bend=1.0):
    """Forecasts and outcomes; the true log odds are `bend` times those of the forecast."""
    rng = np.random.default_rng(seed)
    p = rng.beta(2, 3, n).round(2).clip(0.01, 0.99)
    truth = 1 / (1 + ((1 - p) / p) ** bend)
    return p, (rng.random(n) < truth).astype(float)


@given(ROWS)
def test_the_parts_make_the_score(rows):
    p, y, w = np.array(rows).T
    found = corp(p, y, w)
    assert found.score == pytest.approx(np.average(brier_binary(p, y), weights=w), abs=1e-12)
    parts = found.miscalibration - found.discrimination + found.uncertainty
    assert parts == pytest.approx(found.score, abs=1e-12)
    assert found.miscalibration >= -1e-12
    assert found.discrimination >= -1e-12
    share = np.average(y, weights=w)
    assert found.uncertainty == pytest.approx(share * (1 - share), abs=1e-12)


@pytest.mark.parametrize("column", [0, 1, 2, 3])
@pytest.mark.parametrize("weights", ["equal", "unequal"])
def test_the_parts_are_those_of_another_library(column, weights):
    cases, issued = (pd.read_csv(REFERENCE / f"synth_{name}.csv") for name in ("cases", "csc_pred_cause1"))
    horizon = (12, 24, 36, 60)[column]
    known = ((cases["time"] > horizon) | (cases["event"] > 0)).to_numpy()
    y = ((cases["event"] == 1) & (cases["time"] <= horizon)).to_numpy(float)[known]
    found = corp(
        issued.to_numpy()[known, column + 1], y, 1.0 + np.arange(known.sum()) % 3 if weights == "unequal" else None
    )
    theirs = pd.read_csv(REFERENCE / "scores_corp.csv").set_index(["horizon", "weights"]).loc[(horizon, weights)]
    for part, value in theirs.items():
        assert getattr(found, part) == pytest.approx(value, abs=1e-12)


@given(ROWS)
def test_the_curve_never_falls_and_keeps_the_share(rows):
    p, y, w = np.array(rows).T
    found = corp(p, y, w)
    assert (np.diff(found.forecasts) > 0).all()
    assert (np.diff(found.recalibrated) >= 0).all()
    assert ((found.recalibrated >= 0) & (found.recalibrated <= 1)).all()
    overall = np.average(found.recalibrated, weights=found.weight)
    assert overall == pytest.approx(np.average(y, weights=w), abs=1e-12)
    theirs = IsotonicRegression().fit(p, y, sample_weight=w).predict(found.forecasts)
    np.testing.assert_allclose(found.recalibrated, theirs, atol=1e-9)


@given(ROWS)
def test_what_is_recalibrated_needs_no_more_of_it(rows):
    p, y, w = np.array(rows).T
    first = corp(p, y, w)
    again = corp(first.recalibrated[np.searchsorted(first.forecasts, p)], y, w)
    assert again.miscalibration == pytest.approx(0, abs=1e-12)
    assert again.discrimination == pytest.approx(first.discrimination, abs=1e-12)


@given(ROWS, st.data())
def test_order_does_not_matter_and_weights_count(rows, draw):
    p, y, _ = np.array(rows).T
    times = np.array(draw.draw(st.lists(st.integers(0, 3), min_size=len(p), max_size=len(p)).filter(any)))
    order = draw.draw(st.permutations(np.repeat(np.arange(len(p)), times).tolist()))
    weighted, repeated = corp(p, y, times), corp(p[order], y[order])
    np.testing.assert_allclose(weighted.recalibrated, repeated.recalibrated, atol=1e-12)
    np.testing.assert_array_equal(weighted.weight, repeated.weight)
    assert weighted.miscalibration == pytest.approx(repeated.miscalibration, abs=1e-12)


def test_one_forecast_for_all_tells_nothing_apart():
    found = corp([0.3] * 4, [0, 0, 0, 1])
    assert (found.discrimination, found.recalibrated.tolist()) == (0, [0.25])
    assert found.miscalibration == pytest.approx(0.05**2)


def test_a_calibrated_forecast_stays_in_its_band_and_a_bent_one_leaves_it():
    inside = []
    for seed in range(20):
        p, y = issued(300, seed)
        band, found = consistency_band(p, n_replicates=200), corp(p, y)
        np.testing.assert_array_equal(band.forecasts, found.forecasts)
        inside.append(np.average((band.lower <= found.recalibrated) & (found.recalibrated <= band.upper)))
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)
    p, y = issued(1500, 3, bend=0.3)
    band, found = consistency_band(p, n_replicates=200), corp(p, y)
    assert np.mean((found.recalibrated < band.lower) | (found.recalibrated > band.upper)) > 0.3


def test_the_band_widens_with_the_level():
    p, _ = issued(200, 1)
    narrow, wide = (consistency_band(p, n_replicates=200, level=level) for level in (0.5, 0.95))
    assert (wide.lower <= narrow.lower).all()
    assert (narrow.upper <= wide.upper).all()


def test_windows_that_end_together_count_as_one_that_weighs_as_much():
    p, _ = issued(60, 1)
    together = consistency_band(np.tile(p, 5), groups=np.tile(np.arange(60), 5), n_replicates=100)
    as_one = consistency_band(p, weights=np.full(60, 5), n_replicates=100)
    np.testing.assert_allclose(together.lower, as_one.lower, atol=1e-12)
    np.testing.assert_allclose(together.upper, as_one.upper, atol=1e-12)
    apart = consistency_band(np.tile(p, 5), n_replicates=100)
    assert (together.upper - together.lower).mean() > 1.5 * (apart.upper - apart.lower).mean()


def test_the_seed_decides_and_forecasts_without_weight_do_not():
    p, _ = issued(60, 1)
    one, two, other = (consistency_band(p, n_replicates=50, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.lower, two.lower)
    assert (one.upper != other.upper).any()
    padded = consistency_band([*p, 0.999], [*np.ones(60), 0], n_replicates=50, seed=1)
    np.testing.assert_array_equal(padded.upper, one.upper)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: corp([0.5], [2]),
            "expected outcomes of 0 or 1, got 2 in row 0; leave out forecasts without an outcome",
        ),
        (
            lambda: corp([], []),
            "expected at least one forecast with a weight above 0, got none; give forecasts to score",
        ),
        (lambda: corp([0.5], [1], [1, 1]), "expected weights of shape (1,), got (2,); give one per forecast"),
        (
            lambda: consistency_band([0.5], groups=[1, 2]),
            "expected groups of shape (1,), got (2,); give one per forecast",
        ),
        (
            lambda: consistency_band([0.5], level=0),
            "expected a level between 0 and 1, got 0; give a share such as 0.01 or 0.9",
        ),
        (
            lambda: consistency_band([1.5]),
            "expected probabilities between 0 and 1, got 1.5 in row 0; give shares, not per cent",
        ),
    ],
)
def test_what_has_no_curve_is_refused(call, message):
    with pytest.raises(ValueError, match="^" + re.escape(message) + "$"):
        call()
