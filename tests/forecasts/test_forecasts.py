from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting import HORIZONS, UsageError, fit_models, forecast, load_history
from forecasting.forecasts import FEWEST_ENDINGS, LEVEL, open_cases
from forecasting.forecasts.fit import rivalry
from forecasting.forecasts.ladder import seen_case
from forecasting.forecasts.limits import case_covariates
from forecasting.models import BASE_RATES, DEFAULT
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import InsufficientHistoryError

FOUNDING_CASE = "new-start-post-expiry-2026"
CASES = [FOUNDING_CASE, "us-china-encounters-mou-2014", "south-atlantic-zpcas-1986"]
REPORT_DAY = date(2026, 2, 5)


@pytest.fixture(scope="module")
def fitted(history):
    return {target: fit_models(history, target=target) for target in TARGETS}


@pytest.fixture(scope="module")
def table(history, fitted):
    return forecast(history, CASES, fitted=fitted["concluded"])


@pytest.fixture(scope="module")
def open_case_tables(history, fitted):
    """Forecasts by target of every sixth case that goes on, from the oldest to the youngest, and the founding case."""
    tables = {}
    for target in TARGETS:
        rows = history.outcomes[(history.outcomes["target"] == target) & (history.outcomes["cause"] == "")]
        by_age = history.cases[history.cases["case_id"].isin(rows["case_id"])].sort_values("start_date")["case_id"]
        asked = dict.fromkeys([*by_age[::6], FOUNDING_CASE])
        tables[target] = forecast(history, list(asked), fitted=fitted[target])
    return tables


def refused(ask):
    with pytest.raises(UsageError) as error:
        ask()
    return str(error.value)


def curve(table, cause, model="base_rate"):
    rows = table[(table["cause"] == cause) & (table["model"] == model)]
    return rows.set_index("horizon")["probability"]


def test_the_table_has_its_columns_and_one_row_per_state(table):
    assert tuple(table.columns) == FORECAST_COLUMNS
    assert not table.duplicated(["model", "case_id", "horizon", "cause", "given"]).any()
    assert len(table) == len(DEFAULT) * len(CASES) * len(HORIZONS) * len(STATES)
    assert not table.isna().any(axis=None)
    assert set(table["as_of"]) == {"2026-08-31"}
    assert set(table["level"]) == {LEVEL} == {0.8}
    assert set(table["given"]) == {"all"}


def test_rows_come_by_model_then_case_as_asked_then_horizon_then_state(table):
    expected = pd.MultiIndex.from_product([list(DEFAULT), CASES, HORIZONS, STATES])
    assert list(zip(table["model"], table["case_id"], table["horizon"], table["cause"], strict=True)) == list(expected)


@pytest.mark.parametrize("target", TARGETS)
def test_states_exclude_each_other_and_leave_nothing_out(open_case_tables, target):
    rows = open_case_tables[target]
    assert ((rows[["probability", "lower", "upper"]] >= 0) & (rows[["probability", "lower", "upper"]] <= 1)).all(
        axis=None
    )
    np.testing.assert_allclose(rows.groupby(["model", "case_id", "horizon"])["probability"].sum(), 1, atol=1e-12)


@pytest.mark.parametrize("target", TARGETS)
def test_incidence_never_falls_with_the_horizon_and_survival_never_rises(open_case_tables, target):
    rows = open_case_tables[target].sort_values("horizon", kind="stable")
    steps = rows.groupby(["model", "case_id", "cause"])["probability"].diff().dropna()
    falls = rows.loc[steps.index, "cause"] == "ongoing"
    assert (steps[~falls] >= 0).all()
    assert (steps[falls] <= 0).all()


@pytest.mark.parametrize("bound", ["lower", "upper"])
@pytest.mark.parametrize("target", TARGETS)
def test_bounds_move_with_the_horizon_as_the_probability_does(open_case_tables, target, bound):
    rows = open_case_tables[target].sort_values("horizon", kind="stable")
    steps = rows.groupby(["model", "case_id", "cause"])[bound].diff().dropna()
    wrong = (rows.loc[steps.index, "cause"] == "ongoing").map({True: 1, False: -1}) * steps > 1e-12
    assert list(rows.loc[steps.index[wrong], "case_id"].unique()) == []


@pytest.mark.parametrize("case_id", CASES)
def test_the_interval_holds_the_point(table, case_id):
    rows = table[table["case_id"] == case_id]
    assert (rows["lower"] <= rows["probability"]).all()
    assert (rows["probability"] <= rows["upper"]).all()


@pytest.mark.parametrize("target", TARGETS)
def test_the_interval_of_an_old_case_holds_its_point(open_case_tables, target):
    rows = open_case_tables[target]
    outside = rows[(rows["probability"] < rows["lower"] - 1e-12) | (rows["probability"] > rows["upper"] + 1e-12)]
    assert list(outside["case_id"].unique()) == []


@pytest.mark.parametrize("model", BASE_RATES)
def test_fewer_agreements_come_into_force_than_are_concluded(history, fitted, model):
    concluded, in_force = (
        curve(forecast(history, FOUNDING_CASE, fitted=fitted[target]), "formalized", model) for target in TARGETS
    )
    assert (in_force < concluded).all()


def test_a_case_alone_and_among_others_has_the_same_forecast(history, fitted, table):
    alone = forecast(history, CASES[1], fitted=fitted["concluded"])
    among = table[table["case_id"] == CASES[1]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, among, rtol=1e-12)


def test_the_order_asked_orders_the_rows_and_nothing_else(history, fitted, table):
    turned = forecast(history, CASES[::-1], fitted=fitted["concluded"])
    key = ["model", "case_id", "horizon", "cause"]
    assert list(turned["case_id"].unique()) == CASES[::-1]
    pd.testing.assert_frame_equal(
        turned.sort_values(key, ignore_index=True), table.sort_values(key, ignore_index=True), rtol=1e-12
    )


@pytest.mark.long
def test_a_forecast_fits_every_model_by_itself_and_comes_out_the_same(history, table):
    again = forecast(history, CASES)
    pd.testing.assert_frame_equal(again, table, rtol=0, atol=0)


def test_horizons_are_taken_in_order_and_change_no_probability(history, fitted, table):
    few = forecast(history, FOUNDING_CASE, fitted=fitted["concluded"], horizons=[60, 6, 60])
    assert list(few["horizon"].unique()) == [6, 60]
    expected = table[(table["case_id"] == FOUNDING_CASE) & table["horizon"].isin([6, 60])].reset_index(drop=True)
    pd.testing.assert_frame_equal(few, expected, rtol=1e-12)


def test_each_day_has_a_forecast_of_its_own(history):
    days = (REPORT_DAY, date(2026, 3, 1))
    before, after = (
        forecast(known, FOUNDING_CASE, fitted=fit_models(known, BASE_RATES)) for known in map(history.at, days)
    )
    assert (set(before["as_of"]), set(after["as_of"])) == ({"2026-02-05"}, {"2026-03-01"})
    assert (before["probability"] != after["probability"]).any()


def test_models_fitted_earlier_may_be_used_later_and_not_the_other_way(history):
    early, late = (fit_models(history.at(date(year, 1, 1)), ["base_rate"]) for year in (2000, 2020))
    now = history.at(date(2010, 1, 1))
    assert len(forecast(now, "south-atlantic-zpcas-1986", fitted=early)) == len(HORIZONS) * len(STATES)
    message = refused(lambda: forecast(now, "south-atlantic-zpcas-1986", fitted=late))
    assert message == "expected models fitted by 2010-01-01, got models of 2020-01-01"


def test_months_without_a_sight_make_an_ending_more_likely(history):
    model = fit_models(history, ["base_rate"]).models["base_rate"]
    as_seen = seen_case(history.case(FOUNDING_CASE))
    assert as_seen.gap.tolist() == [6]
    seen, unseen = (replace(as_seen, gap=np.array([gap]), looked=np.zeros(1)) for gap in (0, 48))
    _, *others = zip(
        *(model.predict_cumulative_incidence(case, (1,)).values[0, :, 0] for case in (seen, unseen)), strict=True
    )
    assert all(later > at_once for at_once, later in others), "nobody would have noted it"


def test_an_ended_case_is_refused_and_can_be_asked_before_its_end_was_known(history):
    message = refused(lambda: forecast(history, [FOUNDING_CASE, "salt2-observance-1979"]))
    assert message == (
        "expected a case that goes on, got salt2-observance-1979, which collapsed on 1986-05-27, known since 1986-05-27; "
        "ask as of an earlier day"
    )
    assert len(open_cases(history.at(date(1986, 5, 26)), ["salt2-observance-1979"])) == 1


def test_a_concluded_case_may_go_on_until_it_is_in_force(history):
    case_id = "france-china-atmospheric-halt-1986"
    assert "formalized on" in refused(lambda: open_cases(history, [case_id], "concluded"))
    assert [view.case_id for view in open_cases(history, [case_id], "in_force")] == [case_id]


def test_too_little_history_is_refused(history):
    with pytest.raises(InsufficientHistoryError) as error:
        fit_models(history.at(date(1900, 1, 1)))
    assert str(error.value) == (
        f"expected a day by which at least {FEWEST_ENDINGS} endings were known, got 1900-01-01 with 1 "
        "(population forward, target concluded)"
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"horizons": [0]}, "expected horizons from 1 to 120 months, got [0]"),
        ({"horizons": []}, "expected horizons from 1 to 120 months, got []"),
        ({"population": "all"}, "expected a population out of forward, pooled, every, got 'all'"),
        ({"target": "ratified"}, "expected a target out of concluded, in_force, got 'ratified'"),
    ],
)
def test_a_request_out_of_range_is_refused(history, options, message):
    assert refused(lambda: forecast(history, FOUNDING_CASE, **options)) == message


def test_an_unknown_model_is_refused(history):
    message = refused(lambda: fit_models(history, ["base_rate", "oracle"]))
    assert message == (
        "expected models out of ladder, ladder_model, base_rate, recent_base_rate, type_base_rate, rivalry_base_rate, "
        "primary, got 'oracle'"
    )


@pytest.mark.parametrize(("adversarial", "word"), [(1.0, "rivals"), (0.0, "not rivals"), (0.5, "unclear")])
def test_a_disputed_rivalry_is_a_class_of_its_own(adversarial, word):
    assert rivalry(adversarial) == word


def test_an_edited_fact_moves_the_case_to_another_class(record_copy):
    record_copy.edit("cases", FOUNDING_CASE, adversarial="0")
    known = load_history(record_copy.folder)
    table = forecast(known, FOUNDING_CASE, fitted=fit_models(known, ["type_base_rate", "rivalry_base_rate"]))
    by_type, by_both = (curve(table, "collapsed", model) for model in ("type_base_rate", "rivalry_base_rate"))
    assert case_covariates([known.case(FOUNDING_CASE)])["rivalry"].tolist() == ["not rivals"]
    assert (by_type != by_both).all()


def test_the_last_sight_is_that_of_the_target(history):
    concluded, in_force = (
        history.case("istanbul-georgia-1999", target).last_seen for target in ("concluded", "in_force")
    )
    assert concluded == history.as_of
    assert in_force.isoformat() == "2006-10-26"


def test_no_model_at_all_is_refused(history):
    with pytest.raises(UsageError, match="^expected at least one model out of"):
        fit_models(history, [])
