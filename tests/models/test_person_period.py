"""The plain logit of person-months: its rows, its estimates and its standard errors, by hand, from R, and of the model."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from forecasting.models import newton
from forecasting.models.episodes import decay
from forecasting.models.hazard import N_DURATION, HazardModel
from forecasting.models.person_period import (
    DURATION_TERMS,
    PersonMonths,
    PlainLogit,
    beside_shrunken,
    person_months,
    plain_logit,
)
from forecasting.models.scaling import Scaling

REFERENCE = Path(__file__).parents[1] / "reference"
CAUSES = ("formalized", "collapsed", "faded")


def unscaled(**options):
    """A model of `size`, which stays, and `talks`, a state, as if fitted: its covariates are taken as they are."""
    model = HazardModel(statics=("size",), states=("talks",), intercepts=(), n_replicates=1, **options)
    model.scaling_ = Scaling(np.zeros(2), np.ones(2))
    return model


def landmarks(*rows):
    """Lines, y and groups from rows of (case, age, exit, cause, size, talks, weight, backward)."""
    names = ["case", "age", "exit", "cause", "size", "talks", "weight", "backward"]
    table = pd.DataFrame(rows, columns=names).astype({"size": float, "talks": float})
    return table, (table["age"], table["exit"], table["cause"]), table["case"] // 10


def test_each_month_stands_once_with_the_covariates_of_the_latest_landmark():
    data = landmarks((10, 5, 20, 2, 1.5, 1, 1.0, 0), (10, 12, 20, 2, 1.5, 3, 1.0, 0), (21, 0, 8, 0, -1.0, 2, 1.0, 0))
    months = person_months(unscaled(), *data)
    assert months.terms == (*DURATION_TERMS, "size", "talks")
    assert list(months.cause) == [0] * 14 + [2] + [0] * 8
    assert list(months.group) == [1] * 15 + [2] * 8
    np.testing.assert_array_equal(months.design[:, N_DURATION], [1.5] * 15 + [-1.0] * 8)
    near, later = decay([0, 1])
    talks = [near] * 6 + [later] + [3 * near] * 6 + [3 * later] * 2 + [2 * near] * 6 + [2 * later] * 2
    np.testing.assert_allclose(months.design[:, N_DURATION + 1], talks)
    of_age = [1] + [2] * 6 + [3] * 8
    np.testing.assert_array_equal(months.design[:15, :N_DURATION].sum(axis=1), of_age)


def test_an_uncertain_fact_is_its_probability():
    certain = landmarks((10, 0, 9, 1, 0.3, 1, 1.0, 0))
    split = landmarks((10, 0, 9, 1, 1.0, 1, 0.3, 0), (10, 0, 9, 1, 0.0, 1, 0.7, 0))
    by_one, by_two = (person_months(unscaled(), *data) for data in (certain, split))
    np.testing.assert_allclose(by_two.design, by_one.design)
    np.testing.assert_array_equal(by_two.cause, by_one.cause)


def test_cases_sampled_backwards_stay_out_and_others_do_not():
    data = landmarks((10, 0, 9, 1, 0.3, 1, 1.0, 1), (20, 0, 7, 3, 0.1, 1, 1.0, 0))
    assert list(person_months(unscaled(), *data).group) == [2] * 7
    assert list(person_months(unscaled(frame=""), *data).group) == [1] * 9 + [2] * 7


def simulated(seed=3, n_groups=80):
    """Cases of one landmark at age 0, so that the hazard model's likelihood is that of their months."""
    rng = np.random.default_rng(seed)
    rows = []
    for case in range(0, 10 * n_groups, 5):
        size, talks = rng.normal(), float(rng.random() < 0.5)
        odds = 0.02 * np.exp([0.5 * size + talks, -0.5 * size, 0.0])
        ends = rng.random(36) < 1 - np.exp(-odds.sum())
        exit_ = int(np.argmax(ends)) + 1 if ends.any() else 36
        cause = int(rng.choice(3, p=odds / odds.sum())) + 1 if ends.any() else 0
        rows.append((case, 0, exit_, cause, size, talks, 1.0, 0))
    return landmarks(*rows)


@pytest.fixture(scope="module")
def small():
    """Simulated months without the duration steps that no case reaches."""
    months = person_months(unscaled(), *simulated())
    reached = [0, 1, 2, N_DURATION, N_DURATION + 1]
    return PersonMonths(months.design[:, reached], months.cause, months.group, tuple(months.terms[i] for i in reached))


def test_the_estimates_are_those_of_the_hazard_model_without_prior():
    lines, y, group = simulated()
    model = HazardModel(statics=("size",), states=("talks",), intercepts=(), frame="", n_replicates=1)
    model.fit(lines, y, group)
    months = person_months(model, lines, y, group)
    reached = model.design_.any(axis=0)
    assert reached.sum() == 5
    coef = newton.fit(model.design_[:, reached], model.counts_, np.zeros(5))
    months = PersonMonths(months.design[:, reached], months.cause, months.group, tuple("abcde"))
    np.testing.assert_allclose(plain_logit(months, CAUSES).coef, coef, atol=1e-6)
    assert np.abs(coef - model.coef_[reached]).max() > 0.05, "with its priors it says something else"


def test_the_standard_errors_are_the_sandwich_by_hand(small):
    plain = plain_logit(small, CAUSES)
    n, p, k = len(small.cause), small.design.shape[1], len(CAUSES)
    raised = np.exp(small.design @ plain.coef)
    chance = raised / (1 + raised.sum(axis=1, keepdims=True))
    got = small.cause[:, None] == np.arange(1, k + 1)
    scores = ((got - chance)[:, :, None] * small.design[:, None]).reshape(n, k * p)
    bread = np.zeros((k * p, k * p))
    for row, of_causes in zip(small.design, chance, strict=True):
        bread += np.kron(np.diag(of_causes) - np.outer(of_causes, of_causes), np.outer(row, row))
    numbers = np.unique(small.group)
    by_group = np.array([scores[small.group == number].sum(axis=0) for number in numbers])
    inverse = np.linalg.inv(bread)
    correction = len(numbers) / (len(numbers) - 1) * (n - 1) / (n - k * p)
    covariance = correction * inverse @ by_group.T @ by_group @ inverse
    np.testing.assert_allclose(scores.sum(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(plain.standard_error, np.sqrt(np.diag(covariance)).reshape(k, p).T, rtol=1e-6)
    alone = PersonMonths(small.design, small.cause, np.arange(n), small.terms)
    assert np.abs(plain_logit(alone, CAUSES).standard_error / plain.standard_error - 1).max() > 0.02


def test_the_estimates_are_those_of_r():
    rows = pd.read_csv(REFERENCE / "synth_person_quarter.csv")
    design = np.column_stack([np.ones(len(rows)), rows[["x1", "x2", "x3"]], np.log(rows["period"])])
    months = PersonMonths(design, rows["y"].to_numpy(), rows["id"].to_numpy(), ("one", "x1", "x2", "x3", "log period"))
    said = pd.read_csv(REFERENCE / "synth_person_quarter_models.csv").query("model == 'multinom'")
    plain = plain_logit(months, ("first", "second"))
    np.testing.assert_allclose(plain.coef.T.ravel(), said["coef"], atol=2e-5)
    assert (plain.n_months, plain.n_groups) == (len(rows), rows["id"].nunique())
    assert list(plain.endings) == [(rows["y"] == cause).sum() for cause in (1, 2)]


def test_the_table_sets_the_covariates_beside_the_shrunken_ones():
    model = unscaled()
    model.calibration_ = (0.1, 0.5)
    model.coef_ = np.arange(3.0 * (N_DURATION + 4)).reshape(-1, 3)
    coef, terms = np.linspace(0, 1, 3 * (N_DURATION + 2)).reshape(-1, 3), (*DURATION_TERMS, "size", "talks")
    table = beside_shrunken(PlainLogit(coef, coef / 7, np.array([4, 5, 6]), 99, 9, terms, CAUSES), model)
    assert list(table.index) == ["size", "talks"]
    assert list(table.columns[:4]) == [("formalized", name) for name in ("plain", "se", "shrunken", "recalibrated")]
    np.testing.assert_array_equal(table[("faded", "plain")], coef[N_DURATION:, 2])
    np.testing.assert_array_equal(table[("collapsed", "se")], coef[N_DURATION:, 1] / 7)
    np.testing.assert_array_equal(table[("faded", "shrunken")], [20.0, 23.0])
    np.testing.assert_array_equal(table[("faded", "recalibrated")], [10.0, 11.5])


def test_a_cause_that_never_occurs_and_one_that_is_separated_are_refused(small):
    none = PersonMonths(small.design, np.where(small.cause == 3, 0, small.cause), small.group, small.terms)
    with pytest.raises(ValueError, match=r"^expected months with each cause and with none, got .*'faded': 0"):
        plain_logit(none, CAUSES)
    apart = np.column_stack([small.design, (small.cause == 3) & (small.design[:, 3] > 0)]).astype(float)
    with pytest.raises(ValueError, match="; leave out covariates that separate a cause from the others$"):
        plain_logit(PersonMonths(apart, small.cause, small.group, (*small.terms, "apart")), CAUSES)
