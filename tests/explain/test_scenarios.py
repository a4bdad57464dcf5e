"""Scenarios: several acts and facts at once, on their days, saved and read again."""

from datetime import date

import pytest

from forecasting.artefacts.session import shared_fit
from forecasting.explain.scenarios import (
    NOW,
    read_scenarios,
    save_scenarios,
    scenario,
    scenario_forecasts,
    supposed_by,
)
from forecasting.explain.what_ifs import ENDORSES, MORE_STRAIN, suppositions
from forecasting.forecasts.situation import SituationForecast, headline_pool, situation_of
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import ForecastingError, UsageError

CASE = "new-start-post-expiry-2026"
TALKS, BREAK = "talks get a date or open", "talks break off"


@pytest.fixture(scope="module")
def case(history):
    return history.at(date(2026, 2, 5)).case(CASE)


@pytest.fixture(scope="module")
def pool(history):
    return headline_pool(shared_fit(history.at(date(2026, 2, 5)), ("ladder",), "concluded").fitted)


def test_one_act_on_the_day_is_what_the_what_if_of_that_act_says(case, pool):
    own = SituationForecast(pool, (60,))
    found = scenario_forecasts(pool, case, [scenario(what, {what: case.as_of}) for what in (TALKS, MORE_STRAIN)], 60)
    for what in (TALKS, MORE_STRAIN):
        expected = own.point(suppositions(case)[what])[:, 0]
        assert list(found[what].values()) == pytest.approx(expected, abs=1e-12)
    assert list(found[NOW].values()) == pytest.approx(own.point(situation_of(case))[:, 0], abs=1e-12)


def test_several_acts_and_facts_count_together_and_the_later_of_two_steps_holds(case, pool):
    both = scenario("both", {TALKS: "2026-03-05", MORE_STRAIN: "2026-04-05"}, {"bilateral": 0.0})
    months, at = supposed_by(case, both)
    assert months == 2 and at.covariate("bilateral") == 0.0
    alone = supposed_by(case, scenario("strain", {MORE_STRAIN: "2026-04-05"}))[1]
    assert at.start != alone.start and at.covariate("strain") == alone.covariate("strain")
    broken = supposed_by(case, scenario("b", {TALKS: "2026-03-05", BREAK: "2026-04-05"}))[1]
    assert broken.start == supposed_by(case, scenario("b", {BREAK: "2026-04-05"}))[1].start
    one, two = (
        scenario_forecasts(pool, case, [each], 60)[each.name] for each in (both, scenario("n", {TALKS: "2026-03-05"}))
    )
    assert any(abs(one[cause] - two[cause]) > 0.005 for cause in CAUSES)
    for states in (one, two):
        assert sum(states.values()) == pytest.approx(1.0, abs=1e-9)


def test_an_act_after_the_horizon_has_no_number(case, pool):
    late = scenario("late", {TALKS: "2027-03-05"})
    found = scenario_forecasts(pool, case, [late], 12)
    assert found["late"] is None and scenario_forecasts(pool, case, [late], 60)["late"] is not None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (("x", {"peace breaks out": "2026-03-05"}, None), "expected an act out of talks get a date or open; "),
        (("x", {TALKS: "2026-02-04"}, None), "expected a day from 2026-02-05 on, within ten years, got 2026-02-04"),
        (("x", {TALKS: "2036-02-05"}, None), "expected a day from 2026-02-05 on, within ten years"),
        (("x", None, {"bilateral": 2.0}), "x: expected facts out of "),
        (("x", None, {"weather": 1.0}), "x: expected facts out of "),
        ((" ", None, None), "expected a name of 1 to 120 characters"),
        (("x", {TALKS: "soon"}, None), "soon"),
    ],
)
def test_a_scenario_that_cannot_be_supposed_is_refused_in_one_sentence(case, given, message):
    with pytest.raises(UsageError) as error:
        supposed_by(case, scenario(*given))
    assert message in str(error.value)


def test_scenarios_are_read_as_they_were_saved(case, pool, tmp_path):
    told = [scenario("both", {ENDORSES: "2026-03-05", TALKS: "2026-04-05"}, {"bilateral": 1.0}), scenario("none")]
    path = tmp_path / "scenarios.json"
    save_scenarios(path, CASE, told)
    assert read_scenarios(path, CASE) == told
    with pytest.raises(UsageError, match="expected scenarios of another, got those of 'new-start"):
        read_scenarios(path, "another")
    for text in ("", "[]", '{"case_id": "x"}', '{"case_id": "x", "scenarios": [{"name": "a", "acts": [{}]}]}'):
        path.write_text(text)
        with pytest.raises(ForecastingError, match="scenarios"):
            read_scenarios(path, "x")


def test_a_name_that_comes_twice_is_refused(case, pool):
    with pytest.raises(UsageError, match="expected each name of a scenario once, got 'a' twice"):
        scenario_forecasts(pool, case, [scenario("a"), scenario("a")], 60)
