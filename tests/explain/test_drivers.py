"""Why the headline differs from the base rate: rows add up, and each is there for its own input."""

from dataclasses import replace

import numpy as np
import pytest

from forecasting import UsageError, forecast
from forecasting.explain.drivers import AVERAGE, BASE, average_situation, drivers
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.situation import SituationForecast, situation_of
from forecasting.models.ladder_moves import N_STATES
from forecasting.record.vocabulary import STATES

CASE, UNSEEN = "new-start-post-expiry-2026", "air-encounters-guidelines-2018"
MONTHS = (12, 60)


@pytest.fixture(scope="module")
def known(trained):
    return trained[0]


@pytest.fixture(scope="module")
def pool(trained):
    return trained[1].models["ladder"]


@pytest.fixture(scope="module")
def at(known):
    return {case: situation_of(known.case(case)) for case in (CASE, UNSEEN)}


@pytest.fixture(scope="module")
def found(pool, at):
    return {case: drivers(pool, own, MONTHS) for case, own in at.items()}


def row(told, name):
    return next((each for each in told.rows if each.name == name), None)


def test_rows_lead_from_the_base_rate_of_the_page_to_the_headline(known, trained, found):
    table = forecast(known, list(found), fitted=trained[1].only("ladder", "base_rate"), horizons=MONTHS)
    table = table[table["given"] == "all"]
    for case, told in found.items():
        own = table[table["case_id"] == case].pivot(index=["model", "cause"], columns="horizon", values="probability")
        for model, numbers in (("ladder", told.probability), ("base_rate", row(told, BASE).points)):
            np.testing.assert_allclose(numbers, own.loc[model].loc[list(STATES)].to_numpy(), atol=1e-12)
        total = sum(np.array(each.points) for each in told.rows)
        np.testing.assert_allclose(total, told.probability, atol=1e-12)


def test_rows_beyond_the_base_rate_move_chances_between_states_and_bounds_hold_points(found):
    for told in found.values():
        for each in told.rows:
            expected = 1.0 if each.name == BASE else 0.0
            np.testing.assert_allclose(np.sum(each.points, axis=0), expected, atol=1e-12)
            assert (np.array(each.lower) <= np.array(each.points)).all()
            assert (np.array(each.points) <= np.array(each.upper)).all()


def test_the_average_case_has_no_drivers_and_another_rung_has_that_one_alone(pool, at):
    average = average_situation(pool, at[CASE])
    assert [each.name for each in drivers(pool, average, MONTHS).rows] == [BASE, AVERAGE]
    start = tuple(np.eye(N_STATES)[12])
    told = drivers(pool, replace(average, start=start), MONTHS)
    assert [each.name for each in told.rows] == [BASE, AVERAGE, "rung"]
    rung = row(told, "rung")
    assert rung.value == "level 4, active" and rung.points[0][1] > 0.05 and isinstance(rung.average, float)


@pytest.mark.parametrize(("change", "name"), [({"term": 12}, "term_clock"), ({"age": 60}, "age"), ({"gap": 24}, "gap")])
def test_an_input_that_differs_has_a_row(pool, at, change, name):
    average = average_situation(pool, at[CASE])
    names = [each.name for each in drivers(pool, replace(average, **change), MONTHS).rows]
    assert name in names and names[0] == BASE
    assert name not in [each.name for each in drivers(pool, average, MONTHS).rows]


def test_strain_makes_a_collapse_likelier_and_a_term_that_ends_an_end(found):
    told = found[CASE]
    assert row(told, "strain").points[1][1] > 0.02
    assert row(told, "term_clock").points[1][1] + row(told, "term_clock").points[2][1] > 0.05
    assert row(told, "gap") is None and row(found[UNSEEN], "gap").value > 0


def test_a_situation_gives_what_the_forecast_gives_whatever_is_uncertain(known, pool, at):
    case = known.case(CASE)
    readings = CaseOnLadder(known.dossiers("concluded"), case, MONTHS, 0.8)
    assert len(readings.readings.weight) > 2, "an endorsement and reports are open"
    np.testing.assert_allclose(
        SituationForecast(pool, MONTHS).point(at[CASE]), readings.states("ladder", pool)["all"].point, atol=1e-12
    )
    gapped = replace(at[CASE], age=at[CASE].age, gap=20, looked=5.0)
    assert (
        np.abs(SituationForecast(pool, MONTHS).point(gapped) - SituationForecast(pool, MONTHS).point(at[CASE])).max()
        > 0.01
    )


def test_an_unknown_covariate_is_refused(at):
    with pytest.raises(UsageError) as refused:
        at[CASE].with_covariate("weather", 1.0)
    assert str(refused.value) == (
        "expected a covariate out of bilateral, leader_endorsed, observed_now, strain, got 'weather'; choose one of them"
    )


@pytest.mark.parametrize("horizons", [(0,), (121,), ()])
def test_horizons_out_of_range_are_refused(pool, at, horizons):
    with pytest.raises(UsageError):
        drivers(pool, at[CASE], horizons)
