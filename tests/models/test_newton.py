from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from forecasting.models import newton
from forecasting.models.incidence import cumulative_incidence
from forecasting.models.newton import (
    Counts,
    fit,
    gradient,
    information,
    penalised_loglik,
    probabilities,
)

REFERENCE = Path(__file__).parents[1] / "reference"
TERMS = ["(Intercept)", "x1", "x2", "x3", "log(period)"]


def counts_of(cause, n_causes, weight=None):
    """Single trials that ended by `cause` (0: not)."""
    endings = (np.asarray(cause)[:, None] == np.arange(1, n_causes + 1)).astype(float)
    return Counts(np.ones(len(endings)), endings, np.ones(len(endings)) if weight is None else weight)


def columns(x1, x2, x3, period):
    return np.stack([np.ones(len(period)), x1, x2, x3, np.log(period)], axis=1)


@pytest.fixture(scope="module")
def quarters():
    """Simulated person-quarters: rows, design and counts; `tests/reference/ref_synth.R` made them and R's models."""
    rows = pd.read_csv(REFERENCE / "synth_person_quarter.csv")
    return rows, columns(rows["x1"], rows["x2"], rows["x3"], rows["period"]), counts_of(rows["y"], 2)


@pytest.fixture(scope="module")
def r_multinom():
    """Coefficients (terms, causes) and log likelihood of R's nnet::multinom."""
    models = pd.read_csv(REFERENCE / "synth_person_quarter_models.csv").query("model == 'multinom'")
    return models.pivot(index="term", columns="cause", values="coef").loc[TERMS].to_numpy(), models["loglik"].iloc[0]


@pytest.fixture(scope="module")
def small():
    """A small grouped problem: coefficients, design, counts, precision by cause, offset."""
    rng = np.random.default_rng(11)
    endings = rng.integers(0, 3, (40, 3)).astype(float)
    counts = Counts(endings.sum(axis=1) + rng.integers(1, 30, 40), endings, rng.uniform(0.2, 1.5, 40))
    design = np.hstack([np.ones((40, 1)), rng.normal(size=(40, 3))])
    return rng.normal(0, 0.4, (4, 3)), design, counts, rng.uniform(0.1, 5, (4, 3)), rng.normal(0, 0.3, (40, 3))


def test_the_unpenalised_fit_equals_that_of_r_nnet(quarters, r_multinom):
    _, design, counts = quarters
    coefficients, loglik = r_multinom
    nothing = np.zeros(len(TERMS))
    ours = fit(design, counts, nothing)
    np.testing.assert_allclose(ours, coefficients, atol=1e-6, rtol=0)
    assert penalised_loglik(ours, design, counts, nothing) == pytest.approx(loglik, abs=1e-6)
    assert penalised_loglik(coefficients, design, counts, nothing) == pytest.approx(loglik, abs=1e-9)


@pytest.mark.parametrize(("case", "x"), [(1, (0, 0, 1)), (2, (1, 1, 2))])
def test_incidence_from_hazards_equals_that_of_r(quarters, r_multinom, case, x):
    theirs = pd.read_csv(REFERENCE / "synth_multinom_cif_pred.csv").query("case == @case")
    hazard = theirs[["h1", "h2"]].to_numpy().T
    np.testing.assert_allclose(cumulative_incidence(hazard), theirs[["cif1", "cif2"]].to_numpy().T, atol=1e-12, rtol=0)
    design = columns(*np.full((40, 3), x).T, theirs["period"])
    np.testing.assert_allclose(probabilities(design @ r_multinom[0]).T, hazard, atol=1e-12, rtol=0)
    ours = probabilities(design @ fit(quarters[1], quarters[2], np.zeros(5))).T
    np.testing.assert_allclose(cumulative_incidence(ours), theirs[["cif1", "cif2"]].to_numpy().T, atol=1e-6, rtol=0)


@pytest.mark.parametrize("ridge", [0.5, 16.0])
def test_two_outcomes_equal_scikit_learn_on_the_same_penalised_likelihood(quarters, ridge):
    rows, design, _ = quarters
    weight = np.random.default_rng(2).uniform(0.2, 2, len(rows))
    theirs = LogisticRegression(C=1 / ridge, fit_intercept=False, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    theirs.fit(design, rows["y"] == 1, sample_weight=weight)
    ours = fit(design, counts_of(rows["y"] == 1, 1, weight), np.full(5, ridge))
    np.testing.assert_allclose(ours[:, 0], theirs.coef_[0], atol=1e-6, rtol=0)


def test_three_outcomes_equal_scikit_learn_on_the_same_penalised_likelihood(quarters):
    """Scikit-learn has coefficients for every class and one ridge on all of them: b_k - b_0 are ours, and its ridge on
    them is r (b_k - mean of all b), which the gradient of our likelihood must equal at its optimum."""
    rows, design, counts = quarters
    ridge = 3.0
    theirs = LogisticRegression(C=1 / ridge, fit_intercept=False, tol=1e-12, max_iter=1000, solver="newton-cholesky")
    every = theirs.fit(design, rows["y"]).coef_.T
    contrast = every[:, 1:] - every[:, :1]
    pull = ridge * (contrast - contrast.sum(axis=1, keepdims=True) / 3)
    np.testing.assert_allclose(gradient(contrast, design, counts, np.zeros(5)), pull, atol=1e-6, rtol=0)


def test_the_gradient_is_that_of_finite_differences(small):
    coef, *rest = small
    step = 1e-5
    for index in np.ndindex(coef.shape):
        nudge = np.zeros_like(coef)
        nudge[index] = step
        slope = (penalised_loglik(coef + nudge, *rest) - penalised_loglik(coef - nudge, *rest)) / (2 * step)
        assert gradient(coef, *rest)[index] == pytest.approx(slope, rel=1e-6, abs=1e-6)


def test_the_information_is_that_of_finite_differences(small):
    coef, *rest = small
    p, k = coef.shape
    full, step = information(coef, *rest), 1e-5
    np.testing.assert_allclose(full, full.T, rtol=1e-12)
    assert (np.linalg.eigvalsh(full) > 0).all()
    for cause in range(k):
        for column in range(p):
            nudge = np.zeros_like(coef)
            nudge[column, cause] = step
            bend = -(gradient(coef + nudge, *rest) - gradient(coef - nudge, *rest)) / (2 * step)
            np.testing.assert_allclose(full[cause * p + column], bend.T.ravel(), rtol=1e-6, atol=1e-6)


def test_the_fit_is_where_the_gradient_vanishes_wherever_it_starts(small):
    coef, *rest = small
    found = fit(*rest[:3], offset=rest[3])
    np.testing.assert_allclose(gradient(found, *rest), 0, atol=1e-6)
    for start in (coef, coef * 10):
        np.testing.assert_allclose(fit(*rest[:3], start=start, offset=rest[3]), found, atol=1e-8)
    best = penalised_loglik(found, *rest)
    rng = np.random.default_rng(1)
    assert all(penalised_loglik(found + rng.normal(0, 0.05, found.shape), *rest) < best for _ in range(20))


def test_a_precision_for_all_causes_stands_for_each(small):
    coef, design, counts, precision, _ = small
    each = np.repeat(precision[:, :1], 3, axis=1)
    for value in (penalised_loglik, gradient, information, lambda coef, *rest: fit(*rest)):
        np.testing.assert_array_equal(value(coef, design, counts, precision[:, 0]), value(coef, design, counts, each))


def test_weights_and_trials_stand_for_repeated_rows():
    design = np.array([[1.0, -1.0], [1.0, 2.0]])
    grouped = Counts(np.array([7.0, 5.0]), np.array([[2.0, 1.0], [0.0, 3.0]]), np.array([3.0, 1.0]))
    cause = np.array([1, 1, 2, 0, 0, 0, 0] * 3 + [2, 2, 2, 0, 0])
    single = design[[0] * 21 + [1] * 5]
    precision = np.array([0.1, 2.0])
    np.testing.assert_allclose(fit(design, grouped, precision), fit(single, counts_of(cause, 2), precision), atol=1e-10)


def test_probabilities_hold_for_log_odds_of_any_size():
    eta = np.array([[0.0, 0.0], [800.0, -800.0], [-800.0, -800.0], [800.0, 800.0]])
    np.testing.assert_allclose(probabilities(eta), [[1 / 3, 1 / 3], [1, 0], [0, 0], [0.5, 0.5]], atol=1e-15)


def test_separation_does_not_blow_up_under_the_prior():
    x = np.repeat([-1.0, 1.0], 200)
    design = np.stack([np.ones(400), x], axis=1)
    counts = counts_of(x > 0, 2)
    precision = 1 / np.square([10.0, 0.25])
    coef = fit(design, counts, precision)
    assert np.isfinite(coef).all()
    assert (np.abs(coef) < [[30], [3]]).all()
    np.testing.assert_allclose(gradient(coef, design, counts, precision), 0, atol=1e-6)


def test_a_constant_column_is_fitted_and_a_column_of_zeros_changes_nothing(quarters):
    _, design, counts = quarters
    precision = np.array([0.01, 16, 16, 16, 16])
    plain = fit(design, counts, precision)
    zeros = fit(np.hstack([design, np.zeros((len(design), 1))]), counts, np.append(precision, 16))
    np.testing.assert_allclose(zeros, np.vstack([plain, np.zeros((1, 2))]), atol=1e-9)
    constant = fit(np.hstack([design, np.full((len(design), 1), 3.0)]), counts, np.append(precision, 16))
    np.testing.assert_allclose(constant[1:5], plain[1:], atol=1e-2)
    np.testing.assert_allclose(constant[0] + 3 * constant[5], plain[0], atol=2e-2)


@pytest.mark.parametrize("steps", [0, 1])
def test_a_fit_that_does_not_converge_is_refused(small, monkeypatch, steps):
    monkeypatch.setattr(newton, "MOST_STEPS", steps)
    message = (
        f"expected the likelihood to converge in {steps} Newton steps, got no convergence; "
        "tighten the priors or look for covariates that separate the causes"
    )
    with pytest.raises(FloatingPointError, match=f"^{message}$"):
        fit(*small[1:4])


def test_a_covariate_that_is_not_a_number_is_refused(small):
    _, design, counts, precision, _ = small
    spoilt = design.copy()
    spoilt[3, 1] = np.nan
    with pytest.raises(FloatingPointError):
        fit(spoilt, counts, precision)
