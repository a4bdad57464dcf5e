"""Fits of several folds at once, and forecasts of many cases at once: the same as one fit and one case at a time."""

from dataclasses import replace

import numpy as np
import pytest
from ladders import simulated

from forecasting.models.dated_folds import FoldedRate
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.detection import Detection
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_batch import BatchedLadder
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_folds import NEARLY_NONE, FoldedMonths
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import N_STATES, ladder_moves
from forecasting.models.ladder_standings import Standings

CAUSES = ("formalized", "collapsed", "faded")
X = Term("x", 1.0, ("collapsed",))
PLAIN = LadderModel((X,), n_splits=0, calibration_sd=NEARLY_NONE, n_draws=8)
FLAT = Detection(flat=0.1)


@pytest.fixture(scope="module")
def data():
    cases, lines = simulated(240, 1, covariate=0.8, sight=0.6)
    return replace(cases, looked=cases.until), lines


@pytest.fixture(scope="module")
def fold(data):
    return data[0].component % 3


def part(cases, lines, kept):
    rows = np.flatnonzero(kept)
    place = np.full(len(kept), -1)
    place[rows] = np.arange(len(rows))
    own = kept[lines.row]
    chosen = FollowUps(**{name: getattr(cases, name)[rows] for name in cases.__dataclass_fields__})
    return chosen, Lines(place[lines.row[own]], lines.age[own], lines.weight[own], lines.covariates[own])


def months(data, fold, detection=PLAIN.detection):
    return FoldedMonths(*data, (X,), CAUSES, detection, fold)


@pytest.mark.parametrize("held_out", [None, 0, 2])
def test_the_posterior_without_a_fold_is_that_of_the_rest_alone(data, fold, held_out):
    ours = months(data, fold).posterior(held_out)
    kept = np.ones(len(fold), bool) if held_out is None else fold != held_out
    theirs = LadderModel(**PLAIN.get_params()).fit(*part(*data, kept)).hazard_
    np.testing.assert_allclose(ours.coef, theirs.coef, atol=1e-8)
    np.testing.assert_allclose(ours.root, theirs.root, atol=1e-8)
    np.testing.assert_allclose(ours.share, theirs.share, atol=1e-8)
    np.testing.assert_allclose(ours.center, theirs.center, atol=1e-8)


def test_endings_of_a_fold_change_its_posterior_only_where_they_are_learned_from(data, fold):
    cases, lines = data
    planted = replace(cases, cause=np.where((fold == 1) & (cases.cause > 0), 1, cases.cause))
    mine, theirs = (months((each, lines), fold) for each in (cases, planted))
    np.testing.assert_array_equal(mine.posterior(1).coef, theirs.posterior(1).coef)
    assert np.abs(mine.posterior(0).coef - theirs.posterior(0).coef).max() > 0.01


def test_detection_and_scales_are_those_asked_for(data, fold):
    ours = months(data, fold, FLAT).posterior(scales=(0.25,))
    theirs = LadderModel(**PLAIN.get_params() | {"detection": FLAT, "scales": (0.25,)}).fit(*data).hazard_
    np.testing.assert_allclose(ours.coef, theirs.coef, atol=1e-8)
    assert ours.coef.shape[0] == 1
    assert np.abs(ours.coef[0] - months(data, fold).posterior(scales=(0.25,)).coef[0]).max() > 1e-3


def standings(n=12):
    start = np.zeros((n, N_STATES))
    start[np.arange(n), np.arange(n) % N_STATES] = 1.0
    gap = np.arange(n) * 5
    return Standings(
        key=np.arange(n), age=np.arange(n) * 11, gap=gap, looked=gap / 2.0, form=np.arange(n) % 2,
        term=np.where(np.arange(n) % 3, 40, 0), start=start, covariates=np.linspace(-1, 1, n)[:, None],
    )  # fmt: skip


def test_many_cases_at_once_are_what_each_is_alone(data, fold):
    hazard = months(data, fold).posterior()
    moves = ladder_moves(data[0].states, data[0].coded, data[0].weight)
    model = BatchedLadder((X,), n_draws=8, calibration_sd=NEARLY_NONE).with_posterior(hazard, moves, 240)
    at, wanted = standings(), 20 + 7 * np.arange(12)
    rises = model.rises(at, wanted)
    assert rises.shape == (12, 8, 3, wanted.max())
    for row, n in enumerate(wanted.tolist()):
        np.testing.assert_allclose(rises[row, :, :, :n], model.increments(at, row, range(1, n + 1)), atol=1e-12)
        assert (rises[row, :, :, n:] == 0).all()
    np.testing.assert_allclose(model.mean_rises(at, wanted), rises.mean(axis=1), atol=1e-12)


@pytest.mark.parametrize("half_life", [None, 20.0])
@pytest.mark.parametrize("held_out", [None, 1])
def test_the_base_rate_without_a_fold_is_that_of_the_rest_alone(data, fold, half_life, held_out):
    cases, lines = data
    ago = 300 + np.arange(len(fold))
    ours = FoldedRate(cases, ago, half_life, 3, FLAT, fold).fit(held_out)
    kept = np.ones(len(fold), bool) if held_out is None else fold != held_out
    theirs = DatedRate(half_life, detection=FLAT).fit(part(cases, lines, kept)[0], ago[kept])
    at = Seen(np.array([0, 40, 100]), np.array([0, 30, 0]), np.array([0.0, 10.0, 0.0]), np.array(["a"] * 3))
    values = [rate.predict_cumulative_incidence(at, (12, 60, 120)).values for rate in (ours, theirs)]
    np.testing.assert_allclose(*values, atol=1e-12)
    np.testing.assert_allclose(ours.kish_, theirs.kish_[: len(ours.kish_)], atol=1e-9)
