"""The live fit and a backtest fold that leaves nothing out learn from the same rows."""

from dataclasses import fields

import numpy as np
import pytest

from forecasting.forecasts.fit import _Learned, unfitted
from forecasting.forecasts.ladder_rows import COVARIATES, covariate_table
from forecasting.forecasts.ladder_training import RATES, ladder_training
from forecasting.models import LADDER_MODEL
from forecasting.models.detection import Detection
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.record.dossiers import DossierIndex
from forecasting.record.panel import spells

TARGET = "concluded"


@pytest.fixture(scope="module")
def fold(trained):
    history = trained[0]
    return ladder_training(DossierIndex(history, TARGET), spells(history, TARGET))


@pytest.fixture(scope="module")
def live(trained):
    history = trained[0]
    return _Learned(history, history.dossiers(TARGET), TARGET)._training()


def rows(learned):
    parts = [(learned.followed.cases, FollowUps), (learned.lines, Lines)]
    return {f"{kind.__name__}.{each.name}": getattr(of, each.name) for of, kind in parts for each in fields(kind)}


def test_a_fold_that_leaves_nothing_out_has_the_rows_of_the_live_fit(live, fold):
    ours, theirs = rows(live), rows(fold.without(()))
    assert ours.keys() == theirs.keys()
    for name, values in ours.items():
        np.testing.assert_array_equal(values, theirs[name], err_msg=name)


def test_a_fold_that_leaves_cases_out_has_not(live, fold):
    fewer = rows(fold.without(fold.core.case_ids[::10]))
    assert len(fewer["FollowUps.key"]) < len(live.followed.cases.key)
    assert len(fewer["Lines.row"]) < len(live.lines.row)


def test_covariates_of_a_landmark_are_those_of_its_day_and_not_of_the_last(trained, fold):
    index, marks, names = DossierIndex(trained[0], TARGET), fold.marks, fold.core.case_ids
    chosen = np.arange(0, len(marks.case), 11)
    own = [(names[marks.case[k]], marks.day[k].item()) for k in chosen]
    ours = fold.values[chosen]
    np.testing.assert_array_equal(ours, covariate_table(index, own, COVARIATES))
    last = covariate_table(index, [(case, index.as_of) for case, _ in own], COVARIATES)
    assert (ours != last).any(axis=1).sum() > len(chosen) / 3


def test_the_published_models_are_those_of_such_a_fold(trained, fold):
    models = trained[1].models
    whole, part = (fold.without(left_out).fit(unfitted(LADDER_MODEL)) for left_out in ((), fold.core.case_ids[::10]))
    coef = models[LADDER_MODEL].hazard_.mean_coef
    np.testing.assert_array_equal(coef, whole.hazard_.mean_coef)
    assert np.abs(coef - part.hazard_.mean_coef).max() > 1e-6


@pytest.mark.parametrize("name", RATES)
def test_base_rates_learn_from_the_same_months(trained, fold, name):
    ours = trained[1].models[name].table_
    whole, part = (fold.without(left_out).fit_rate(name, Detection()) for left_out in ((), fold.core.case_ids[::10]))
    for field in ("at_risk", "endings"):
        np.testing.assert_allclose(getattr(ours, field), getattr(whole.table_, field), rtol=0, atol=1e-9)
    assert np.abs(ours.at_risk.sum() - part.table_.at_risk.sum()) > 0.1
