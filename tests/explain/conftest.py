"""Models of two days of the shipped record, with few replicates, shared by the explanations' tests."""

from datetime import date

import pytest
from sharing import made_once
from sklearn.base import clone

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.forecasts.applicability import support_of
from forecasting.forecasts.fit import fit_hazard
from forecasting.forecasts.training import case_lines, training_set
from forecasting.models import MODELS
from forecasting.record.panel import spells

CASE = "new-start-post-expiry-2026"
FIRST, SECOND = date(2026, 2, 5), date(2026, 3, 1)


def fitted_on(history, day):
    past = history.at(day)
    learned = training_set(past, DossierIndex(past), MODEL_FEATURES, "concluded")
    model = fit_hazard(clone(MODELS["primary"]).set_params(n_replicates=40), learned)
    support = support_of(learned.landmarks, learned.names, past.cases.set_index("case_id")["domain"])
    return FittedModels(day, "concluded", "forward", {"primary": model}, spells(past), support)


@pytest.fixture(scope="session")
def earlier(history, tmp_path_factory):
    return made_once(tmp_path_factory, "earlier", lambda _: fitted_on(history, FIRST))


@pytest.fixture(scope="session")
def later(history, tmp_path_factory):
    return made_once(tmp_path_factory, "later", lambda _: fitted_on(history, SECOND))


@pytest.fixture(scope="session")
def model(later):
    return later.models["primary"]


@pytest.fixture(scope="session")
def second_day(history):
    return history.at(SECOND)


@pytest.fixture(scope="session")
def index(second_day):
    return DossierIndex(second_day)


@pytest.fixture(scope="session")
def open_lines(second_day, index):
    """A line of covariates for every tenth case that goes on on the second day, and for the founding case."""
    outcomes = second_day.outcomes
    going_on = outcomes[(outcomes["target"] == "concluded") & (outcomes["cause"] == "")]["case_id"]
    asked = [*going_on.iloc[::10], CASE]
    views = second_day.case_views(asked)
    return case_lines(index, views, MODEL_FEATURES)
