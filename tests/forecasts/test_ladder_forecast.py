"""Forecast by the ladder, fitted on the development half of the cases."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from forecasting import load_history
from forecasting.forecasts.ladder import BASE_SHARE, NAME, case_standings, fit_ladder, ladder_draws, ladder_forecast
from forecasting.forecasts.ladder_rows import COVARIATES
from forecasting.models import MODELS
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_moves import level_of
from forecasting.record.panel import spells
from forecasting.store.errors import InsufficientHistoryError

HALVES = Path(__file__).parents[2] / "data/evaluation/split.csv"
HORIZONS = (12, 60, 120)
TURNED = ("cases", "outcomes", "ladders", "coding")


def model():
    return LadderModel(COVARIATES, n_draws=40)


@pytest.fixture(scope="module")
def reserved(history):
    with HALVES.open() as file:
        kept = {row["case_id"] for row in csv.DictReader(file) if row["half"] == "pilot"}
    return tuple(name for name in history.cases["case_id"] if name not in kept)


@pytest.fixture(scope="module")
def fitted(history, reserved):
    return fit_ladder(history, held_out=reserved, model=model())


@pytest.fixture(scope="module")
def going_on(history, reserved):
    known = spells(history)
    return [name for name, cause in zip(known.case_ids, known.cause, strict=True) if not cause and name not in reserved]


def test_it_is_not_in_the_registry_of_the_first_registration():
    assert NAME not in MODELS


def test_states_sum_to_one_and_bounds_hold_the_point(fitted, going_on):
    table = ladder_forecast(fitted, going_on[:4], HORIZONS)
    assert set(table["model"]) == {"ladder", "ladder_model", "base_rate", "recent_rate"}
    total = table.groupby(["model", "case_id", "horizon"])["probability"].sum()
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    assert (table["lower"] <= table["probability"]).all() and (table["probability"] <= table["upper"]).all()
    ongoing = table[table["cause"] == "ongoing"].pivot(index=["model", "case_id"], columns="horizon",
                                                       values="probability")  # fmt: skip
    assert (np.diff(ongoing.to_numpy(), axis=1) < 0).all()


def test_the_headline_is_three_parts_model_and_one_part_base_rate(fitted, going_on):
    table = ladder_forecast(fitted, going_on[0], HORIZONS).set_index(["model", "cause", "horizon"])["probability"]
    pooled = (1 - BASE_SHARE) * table["ladder_model"] + BASE_SHARE * table["base_rate"]
    np.testing.assert_allclose(table["ladder"], pooled, atol=1e-12)


def test_a_case_without_rows_of_a_ladder_stands_at_the_bottom(fitted, going_on):
    from dataclasses import replace

    case = fitted.index.dossier(going_on[0], fitted.history.as_of)
    weight, at = case_standings(fitted, replace(case, rungs=()))
    assert weight.sum() == pytest.approx(1.0) and (level_of(at.start.argmax(axis=1)) <= 1).all()
    draws = ladder_draws(fitted, replace(case, rungs=()), HORIZONS)
    assert all(np.isfinite(each).all() for each in draws.values())


def test_the_order_of_rows_changes_nothing(fitted, reserved, going_on, record_copy):
    """A sorted file is the same record."""
    for table in TURNED:
        record_copy.rewrite(record_copy.file(table), turned)
    other = fit_ladder(load_history(record_copy.folder), held_out=reserved, model=model())
    assert other.history.cases["case_id"].tolist() == fitted.history.cases["case_id"].tolist()[::-1]
    for name in going_on[:5]:
        views = [each.index.dossier(name, each.history.as_of) for each in (fitted, other)]
        one, two = (ladder_draws(*pair, HORIZONS) for pair in zip((fitted, other), views, strict=True))
        assert max(np.abs(one[key] - two[key]).max() for key in one) < 1e-12


def test_another_seed_changes_the_draws_and_hardly_the_point(history, reserved, fitted, going_on):
    other = fit_ladder(history, held_out=reserved, model=LadderModel(COVARIATES, n_draws=40, seed=1))
    case = fitted.index.dossier(going_on[0], history.as_of)
    one, two = (ladder_draws(each, case, HORIZONS)["ladder_model"] for each in (fitted, other))
    assert np.abs(one - two).max() > 1e-3
    assert np.abs(one.mean(axis=0) - two.mean(axis=0)).max() < 0.05


def test_only_what_was_known_is_learned(history, reserved):
    past = history.at(date(1995, 1, 1))
    fitted = fit_ladder(past, held_out=reserved, model=model())
    assert fitted.model.n_ < 103 and fitted.history.as_of == date(1995, 1, 1)


def test_too_few_endings_are_refused(history, reserved):
    with pytest.raises(
        InsufficientHistoryError, match="expected a day by which at least 10 endings were known, got 1920"
    ):
        fit_ladder(history.at(date(1920, 1, 1)), held_out=reserved)


def turned(content):
    header, *lines = content.decode().splitlines(keepends=True)
    return "".join([header, *lines[::-1]]).encode()
