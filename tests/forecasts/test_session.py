import pandas as pd
import pytest

from forecasting import Session, UsageError, fit_models, forecast
from forecasting.forecasts import case_limits

CASE = "new-start-post-expiry-2026"


@pytest.fixture(scope="module")
def base_rates(history):
    return Session(history, fit_models(history, target="in_force", population="pooled"))


def test_a_session_forecasts_what_its_parts_do(history, base_rates):
    table = base_rates.forecast(CASE, [12, 60])
    parts = {"fitted": base_rates.fitted, "index": base_rates.index}
    pd.testing.assert_frame_equal(table, forecast(history, CASE, horizons=[12, 60], **parts))
    assert base_rates.limits([CASE]) == case_limits(history, [CASE], base_rates.fitted, base_rates.index)


def test_target_population_and_index_are_those_of_the_fit_and_the_record(history, base_rates):
    assert (base_rates.target, base_rates.population, base_rates.artefact) == ("in_force", "pooled", None)
    assert base_rates.index is history.dossiers("in_force") and base_rates.index is not history.dossiers("concluded")


def test_the_headline_is_asked_for_only_where_it_was_fitted(history, base_rates):
    assert base_rates.headline is base_rates.fitted.models["ladder"]
    with pytest.raises(UsageError) as refused:
        Session(history, base_rates.fitted.only("base_rate")).headline  # noqa: B018
    assert str(refused.value) == (
        'expected ladder among the fitted models, got base_rate: fit it with fit_models(history, ["ladder"])'
    )
