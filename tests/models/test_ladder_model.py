"""The model of the ladder on simulated cases."""

from dataclasses import replace

import numpy as np
import pytest
from ladders import MONTHS, shuffled, simulated
from sklearn.base import clone

from forecasting.models import newton
from forecasting.models.detection import CERTAIN, Detection
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import (
    LADDER_TERMS,
    N_STEPS,
    TERM_TERMS,
    TIGHT_SD,
    Term,
    ladder_columns,
    prior_precision,
)
from forecasting.models.ladder_hazard import design_of, fold_numbers, ladder_hazard
from forecasting.models.ladder_months import FollowUps, Lines, cells, counted, observed
from forecasting.models.ladder_moves import N_STATES, STALLED, state_number
from forecasting.models.ladder_standings import Standings
from forecasting.models.recalibration_by_cause import recalibration_by_cause

CAUSES = ("formalized", "collapsed", "faded")
HORIZONS = (12, 60, 120)
X = Term("x", 1.0, ("collapsed",))


def standings(states, values=None, keys=None, gap=0, looked=0, age=0, term=0):
    n = len(states)
    start = np.zeros((n, N_STATES))
    start[np.arange(n), states] = 1.0
    whole = np.ones(n, dtype=np.int64)
    table = np.zeros((n, 0)) if values is None else np.asarray(values, float)
    return Standings(np.arange(n) if keys is None else np.asarray(keys), whole * age, whole * gap,
                     np.full(n, float(looked)), whole * 0, whole * term, start, table)  # fmt: skip


@pytest.fixture(scope="module")
def data():
    return simulated(400, 1, covariate=0.8)


@pytest.fixture(scope="module")
def model(data):
    return LadderModel((X,), n_draws=100).fit(*data)


def test_every_month_of_every_case_counts_once(data):
    cases, lines = data
    found = counted(cells(cases, lines, 3), *observed(cases, 3)).counts
    assert found.trials.sum() == pytest.approx(cases.exit.sum())
    assert found.endings.sum(axis=0) == pytest.approx(np.bincount(cases.cause, minlength=4)[1:])


def test_the_mode_is_that_of_single_months(data):
    """Grouping changes nothing: months one by one, each from its own landmarks, have their optimum at the same place."""
    cases, lines = data
    at = cells(cases, lines, 3)
    months = counted(at, *observed(cases, 3))
    precision = prior_precision((*LADDER_TERMS, *TERM_TERMS, X), CAUSES, 0.5)
    coef = ladder_hazard(cases, lines, (X,), CAUSES, CERTAIN, scales=(0.5,), n_splits=0).coef[0]
    row = lines.row[at.line]
    single = replace(months, line=at.line, row=row, bin=months.bin[at.group], phase=months.phase[at.group],
                     state=months.state[at.group])  # fmt: skip
    ended = (cases.cause[row] > 0) & (cases.exit[row] == at.month)
    is_observed = at.month <= cases.exit[row]
    endings = at.share[:, None] * (ended[:, None] & (cases.cause[row][:, None] == np.arange(1, 4)))
    counts = newton.Counts(at.share * is_observed, endings, np.ones(len(row)))
    slope = newton.gradient(coef, design_of(single, cases, lines), counts, precision)
    assert np.abs(slope).max() < 1e-8


def test_slopes_are_found_and_the_level_speaks_for_formalization_alone(model):
    coef = model.hazard_.mean_coef[N_STEPS:]
    names = [term.name for term in model.hazard_.terms]
    level, x = coef[names.index("level_unsigned")], coef[names.index("x")]
    assert 1.0 < level[0] < 3.5 and np.abs(level[1:]).max() < 0.2
    assert x[1] == pytest.approx(0.8, abs=0.3) and np.abs(x[[0, 2]]).max() < 3 * TIGHT_SD


def test_mean_incidence_is_that_of_the_data(model):
    """At the start, against a second simulated record of the same kind."""
    cases, lines = simulated(4000, 2, covariate=0.8)
    first = np.unique(lines.row, return_index=True)[1][:400]
    at = standings(np.zeros(400, int), lines.covariates[first])
    expected = model.predict_cumulative_incidence(at, HORIZONS).values.mean(axis=0)
    came = np.array([[((cases.cause == k + 1) & (cases.exit <= h)).mean() for h in HORIZONS] for k in range(3)])
    np.testing.assert_allclose(expected, came, atol=0.06)


def test_a_higher_level_gives_more_formalization_and_idleness_less(model):
    at = standings([state_number(k, 0) for k in range(6)], np.zeros((6, 1)), keys=np.zeros(6, int))
    chance = model.predict_cumulative_incidence(at, (12,)).values[:, 0, 0]
    assert (np.diff(chance) > 0).all()
    frozen = LadderModel((X,), n_draws=100, moving=False).fit(*simulated(400, 1, covariate=0.8))
    start = standings([0], [[0.0]])
    assert (
        frozen.predict_cumulative_incidence(start, (60,)).values[0, 0]
        < (model.predict_cumulative_incidence(start, (60,)).values[0, 0])
    )


def test_the_order_of_rows_changes_nothing(data, model):
    at = standings([0, 6, 15], [[0.0], [1.0], [-1.0]], keys=[5, 9, 400])
    other = clone(model).fit(*shuffled(*data, seed=3))
    difference = other.draws(at, HORIZONS) - model.draws(at, HORIZONS)
    assert np.abs(difference).max() < 1e-12
    back = [2, 0, 1]
    assert np.abs(model.draws(at.select(back), HORIZONS) - model.draws(at, HORIZONS)[:, back]).max() < 1e-12


def test_other_components_change_the_recalibration(data, model):
    cases, lines = data
    other = clone(model).fit(replace(cases, component=cases.component[::-1] * 3 + 1), lines)
    assert np.abs(other.hazard_.recalibration.slope - model.hazard_.recalibration.slope).max() > 1e-6


def test_folds_hold_whole_components_and_depend_on_their_names_alone():
    component = np.array([5, 5, 9, 11, 12, 13])
    fold = fold_numbers(component, 3, 0)
    assert fold[0] == fold[1] and set(fold) == {0, 1, 2}
    order = [4, 2, 0, 1, 5, 3]
    assert fold_numbers(component[order], 3, 0).tolist() == fold[order].tolist()
    assert any(fold_numbers(component, 3, split).tolist() != fold.tolist() for split in range(1, 6))


def test_draws_are_probabilities_whose_mean_is_the_point(model):
    at = standings([0, 9], [[0.0], [2.0]], gap=30, looked=10, age=12)
    draws = model.draws(at, HORIZONS)
    assert draws.min() >= 0.0 and draws.sum(axis=2).max() <= 1.0 + 1e-12
    assert (np.diff(draws, axis=3) >= 0).all()
    point = model.predict_cumulative_incidence(at, HORIZONS).values
    np.testing.assert_allclose(draws.mean(axis=0), point, atol=1e-15)


def test_a_gap_nobody_looked_into_leaves_quiet_ends_possible_and_no_signed_treaty(model):
    known = model.gaps(standings([0], [[0.0]], gap=60, looked=60)).ended.mean(axis=0)[0]
    unknown = model.gaps(standings([0], [[0.0]], gap=60, looked=0)).ended.mean(axis=0)[0]
    assert known[0] == unknown[0] == 0.0
    assert unknown[1] > 5 * known[1] and unknown[2] > known[2]
    none = model.gaps(standings([0], [[0.0]])).ended
    assert none.tolist() == np.zeros_like(none).tolist()


def test_readings_are_mixed_by_what_each_says_of_the_gap(model):
    at = standings([0, 15], [[0.0], [0.0]], keys=[1, 1], gap=24, looked=24)
    both = model.mixed_draws(at, np.array([0.5, 0.5]), HORIZONS)
    nothing = model.gaps(at).nothing_noted
    draws = model.draws(at, HORIZONS)
    share = nothing / nothing.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(both, np.einsum("bn,bnkh->bkh", share, draws), atol=1e-14)
    # A high level would have been followed by a signature that everybody had heard of.
    assert share[:, 1].mean() < 0.5
    sure = model.mixed_draws(at, np.array([1.0, 0.0]), HORIZONS)
    np.testing.assert_allclose(sure, draws[:, 0], atol=1e-15)


def test_unseen_months_enter_the_likelihood():
    """Cases lost sight of add months at risk of a signature, which would have been noticed, and no sure survival."""
    cases, lines = simulated(400, 4, sight=0.3, steep=1.0, monthly=(0.003, 0.003, 0.003))
    gaps = LadderModel(n_draws=2).fit(cases, lines)
    cut = replace(cases, until=cases.exit, looked=cases.exit)
    seen = LadderModel(n_draws=2).fit(cut, lines)
    # Months 85 to 120, of which the lost cases were never seen.
    rate = [newton.probabilities(each.hazard_.mean_coef[:5].sum(axis=0)) for each in (gaps, seen)]
    assert rate[0][0] < rate[1][0] * 0.8
    everything = LadderModel(n_draws=2, detection=CERTAIN).fit(replace(cases, looked=cases.until), lines)
    assert newton.probabilities(everything.hazard_.mean_coef[:5].sum(axis=0))[1] < rate[1][1] * 0.8


def test_the_scale_is_chosen_by_evidence():
    none = LadderModel((X,), n_draws=2).fit(*simulated(400, 5, steep=0.0, covariate=0.0)).hazard_
    strong = LadderModel((X,), n_draws=2).fit(*simulated(400, 5, steep=4.0, covariate=1.5)).hazard_
    assert none.share[0] > strong.share[0] and strong.share[-1] > none.share[-1]
    np.testing.assert_allclose(none.share.sum(), 1.0)


def test_evidence_of_a_normal_likelihood_is_exact_in_one_dimension():
    """Laplace against quadrature: one coefficient, its posterior far from its bounds."""
    from forecasting.models.ladder_hazard import _at_scale

    counts = newton.Counts(np.array([400.0]), np.array([[30.0]]), np.ones(1))
    design, grid = np.ones((1, 1)), np.linspace(-6, 2, 20_001)
    evidence = []
    for precision in (1.0, 4.0):
        values = [newton.penalised_loglik(np.array([[g]]), design, counts, np.array([[precision]])) for g in grid]
        exact = (
            np.log(np.trapezoid(np.exp(np.array(values) - max(values)), grid)) + max(values) + 0.5 * np.log(precision)
        )
        evidence.append((_at_scale(design, counts, np.array([[precision]]), np.zeros((1, 1)))[2], exact))
    (a, b), (c, d) = evidence
    assert a - c == pytest.approx(b - d, abs=0.01)


def test_recalibration_by_cause_treats_causes_apart():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(4000, 2))
    odds = np.exp(np.log(0.02) + x * [1.0, 0.3] + [0.0, 0.5])
    chance = odds / (1 + odds.sum(axis=1, keepdims=True))
    counts = newton.Counts(np.full(4000, 50.0), 50.0 * chance, np.ones(4000))
    found = recalibration_by_cause(np.full((4000, 2), np.log(0.02)), x, counts, 10.0)
    np.testing.assert_allclose(found.slope, [1.0, 0.3], atol=1e-3)
    np.testing.assert_allclose(found.shift, [0.0, 0.5], atol=1e-3)
    tight = recalibration_by_cause(np.full((4000, 2), np.log(0.02)), x, counts, 1e-4)
    np.testing.assert_allclose(tight.slope, 1.0, atol=1e-2)


def test_a_term_that_falls_due_is_a_clock_known_beforehand():
    """All cases with a term of 36 months end within two years of it; those without go on as before."""
    cases, lines = simulated(400, 9)
    has_term = np.arange(400) % 4 == 0
    alive = has_term & (cases.exit > 40)
    exit_, cause = np.where(alive, 40 + np.arange(400) % 20, cases.exit), np.where(alive, 3, cases.cause)
    ended = replace(cases, exit=exit_, cause=cause, until=np.where(cause > 0, exit_, MONTHS), looked=exit_,
                    term=np.where(has_term, 36, 0))  # fmt: skip
    kept = lines.age < exit_[lines.row]
    lines = Lines(lines.row[kept], lines.age[kept], lines.weight[kept], lines.covariates[kept])
    model = LadderModel(n_draws=100).fit(ended, lines)
    months = tuple(range(1, 121))
    rise = [
        np.diff(model.predict_cumulative_incidence(standings([0], term=term), months).values[0, 2], prepend=0.0)
        for term in (0, 36)
    ]
    assert rise[1][40:55].mean() > 3 * rise[1][20:33].mean() and rise[1][40:55].mean() > 3 * rise[0][40:55].mean()
    blind = LadderModel(n_draws=100, clock=False).fit(ended, lines)
    one, other = (blind.predict_cumulative_incidence(standings([0], term=term), (60,)).values for term in (0, 36))
    assert np.array_equal(one, other)


def test_columns_of_the_ladder():
    columns = ladder_columns()
    assert columns[0, state_number(4, 0)].tolist() == [0.8, 0.0, 0.0, 0.0, 1.0, 0.0]
    assert columns[1, state_number(4, 0)].tolist() == [0.0, 0.8, 0.0, 0.0, 1.0, 0.0]
    assert columns[0, state_number(4, STALLED)].tolist() == [0.0, 0.0, 0.8, 0.0, 0.0, 0.0]
    assert columns[0, state_number(2, 2)].tolist() == [0.0, 0.0, 0.4, 1.0, 0.0, 0.0]


def test_ten_cases_one_ending_and_one_state():
    cases, lines = simulated(10, 7, up=0.0, monthly=(0.0, 0.02, 0.0))
    model = LadderModel(n_draws=20).fit(cases, lines)
    assert np.isfinite(model.draws(standings([0, 17]), HORIZONS)).all()
    few, its = simulated(3, 8)
    assert LadderModel(n_draws=20).fit(few, its).hazard_.recalibration.slope.tolist() == [1.0, 1.0, 1.0]


def test_refusals(data):
    cases, lines = data
    with pytest.raises(ValueError, match="expected 1 covariates .x., got 0"):
        LadderModel((X,)).fit(cases, Lines(lines.row, lines.age, lines.weight, np.zeros((len(lines.row), 0))))
    with pytest.raises(ValueError, match="expected an even number of draws from 2 on, got 3"):
        LadderModel((X,), n_draws=3).fit(cases, lines)
    with pytest.raises(ValueError, match="expected finite covariates; fill or drop what is missing, got 0 in row 0"):
        Lines(np.zeros(1, int), np.zeros(1, int), np.ones(1), np.array([[np.nan]]))
    with pytest.raises(ValueError, match="expected causes out of .*, got 'rain' for x"):
        LadderModel((Term("x", 1.0, ("rain",)),)).fit(cases, lines)
    one = np.ones(1, dtype=np.int64)
    with pytest.raises(ValueError, match="expected 0 <= entry < exit <= looked and until, got 0 in row 0"):
        FollowUps(one, one, np.ones(1), 0 * one, 0 * one, 0 * one, one, one, 0 * one, 0 * one, np.zeros((1, 1), int))
    with pytest.raises(ValueError, match="expected states from 0 to 17 in every month at risk, got 0 in row 0"):
        FollowUps(one, one, np.ones(1), 0 * one, one, 0 * one, one, one, 0 * one, 0 * one, np.full((1, 1), -1))
    with pytest.raises(ValueError, match="expected months looked at from 0 to the gap of 1, got 2 in row 0"):
        standings([0], gap=1, looked=2)
    with pytest.raises(ValueError, match="expected cases and landmarks to fit on"):
        LadderModel().fit(*_none())
    assert MONTHS == 120


def test_on_record_after_a_gap_is_the_incidence_given_it_if_every_ending_is_noted_and_less_if_not():
    cases, lines = simulated(60, 3, covariate=0.8)
    at = standings([0], [[0.0]], gap=20, looked=20)
    for detection, is_equal in ((CERTAIN, True), (Detection(), False)):
        model = LadderModel((X,), n_draws=20, detection=detection).fit(cases, lines)
        given = model.predict_cumulative_incidence(at, (12, 60)).values
        found = model.predict_on_record(at, (12, 60), [300.0]).values
        assert np.allclose(found, given, atol=1e-12) == is_equal
        assert (found <= given + 1e-12).all() and (found >= 0).all()


def _none():
    cases, lines = simulated(2, 1)
    nothing = FollowUps(**{name: getattr(cases, name)[:0] for name in cases.__dataclass_fields__})
    return nothing, Lines(lines.row[:0], lines.age[:0], lines.weight[:0], lines.covariates[:0])
