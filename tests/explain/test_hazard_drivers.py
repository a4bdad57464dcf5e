"""The drivers: their sum is the model's number, and what does nothing is worth nothing."""

import numpy as np
import pytest

from forecasting import forecast
from forecasting.explain.hazard_drivers import drivers, model_terms
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import case_limits
from forecasting.forecasts.training import case_lines
from forecasting.record.vocabulary import STATES

CASE = "new-start-post-expiry-2026"


def points(found):
    return {row.name: row.points for row in found.rows}


@pytest.fixture(scope="module")
def first_line(history, earlier):
    past = history.at(earlier.as_of)
    return case_lines(DossierIndex(past), [past.case(CASE)], MODEL_FEATURES)


@pytest.mark.parametrize("state", STATES)
def test_rows_add_up_to_the_number_for_every_case(model, open_lines, state):
    assert (open_lines["gap_months"] > 0).any()
    for line in range(len(open_lines)):
        for horizon in (6, 60):
            found = drivers(model, open_lines.iloc[[line]], horizon, state)
            assert sum(points(found).values()) == pytest.approx(found.probability, abs=1e-9)


@pytest.mark.long
def test_the_number_is_that_of_the_forecast_which_is_widened_to_hold_the_base_rate(history, earlier, first_line):
    past, model = history.at(earlier.as_of), earlier.models["primary"]
    assert case_limits(past, [CASE], fitted=earlier)[CASE]["primary"].status == "widened"
    table = forecast(past, CASE, fitted=earlier, horizons=(12, 60))
    rows = table[table["given"] == "all"].set_index(["horizon", "cause"])
    lower, upper = model.base_.predict_interval(first_line, (12, 60))
    for (horizon, state), row in rows.iterrows():
        found = drivers(model, first_line, horizon, state)
        place = STATES.index(state), (12, 60).index(horizon)
        told = (found.probability, min(found.lower, lower[0][place]), max(found.upper, upper[0][place]))
        assert told == pytest.approx((row["probability"], row["lower"], row["upper"]), abs=1e-12)


def test_the_states_together_take_what_each_row_gives(model, open_lines):
    each = [drivers(model, open_lines.iloc[[0]], 24, state) for state in STATES]
    sums = {name: sum(points(found)[name] for found in each) for name in points(each[0])}
    assert sums.pop("base_rate") == pytest.approx(1.0, abs=1e-12)
    assert max(map(abs, sums.values())) < 1e-12


def test_rows_name_the_base_rate_the_average_case_every_covariate_and_every_grouping(model, open_lines):
    found = drivers(model, open_lines.iloc[[0]], 60)
    assert [row.name for row in found.rows] == ["base_rate", "average_case", *MODEL_FEATURES, "type", "dyad", "era"]
    assert [row.name for row in found.rows[2:]] == list(model_terms(model))
    for row in found.rows:
        assert row.role == {"base_rate": "base", "average_case": "average"}.get(
            row.name, "group" if row.name in ("type", "dyad", "era") else "covariate"
        )
        assert (row.average is None) == (row.role != "covariate")
        assert row.lower <= row.points <= row.upper


def test_the_base_rate_row_is_the_models_own_base_rate(model, open_lines):
    line = open_lines.iloc[[3]]
    base = model.base_.predict_cumulative_incidence(line, (60,)).values[0, 1, 0]
    assert points(drivers(model, line, 60, "collapsed"))["base_rate"] == base


def test_an_average_case_in_no_known_group_has_no_drivers(model, open_lines):
    means = dict(zip((*model.statics, *model.states), model.scaling_.mean, strict=True))
    unknown = dict.fromkeys(("type", "dyad", "era"), "not seen in training")
    assert 0.0 < means["leader_endorsed"] < 1.0
    line = open_lines.iloc[[0]].assign(**{**means, **unknown, "leader_endorsed": 1.0})
    found = points(drivers(model, line, 60))
    assert {name for name in model_terms(model) if found[name] != 0.0} == {"leader_endorsed"}


def test_an_uncertain_endorsement_mixes_the_tables_of_both_sides(earlier, first_line):
    model, chance = earlier.models["primary"], first_line["leader_endorsed"].iloc[0]
    assert chance == 0.3 and first_line["age_months"].iloc[0] == 0
    mixed, yes, no = (
        points(drivers(model, first_line.assign(leader_endorsed=value), 60)) for value in (chance, 1.0, 0.0)
    )
    for name, amount in mixed.items():
        assert amount == pytest.approx(chance * yes[name] + (1 - chance) * no[name], abs=1e-12)
    assert yes["leader_endorsed"] > 0 > no["leader_endorsed"]


def test_terms_are_told_by_what_they_are_not_by_their_place(history, earlier, first_line):
    model = earlier.models["primary"]
    odds = model.log_odds(first_line, 60)
    assert odds.design.shape == (60, len(odds.terms))
    assert odds.terms.count("type") == len(model.levels_["type"])
    whole = odds.average + odds.design @ odds.effects
    direct = model._model_incidence(first_line, (60,), model.coef_[None])[0, 0, :, 0]
    from forecasting.models.incidence import cumulative_incidence
    from forecasting.models.newton import probabilities

    np.testing.assert_allclose(cumulative_incidence(probabilities(whole).T)[:, -1], direct, atol=1e-14)
