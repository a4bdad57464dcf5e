"""The forecast by the ladder: the headline, what it is pooled of, and both ends of what is uncertain."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from sklearn.base import clone

from forecasting import fit_models, forecast, load_history
from forecasting.forecasts import ended_already, forecast_by_claims
from forecasting.forecasts.ladder import CaseOnLadder, class_labels, seen_case
from forecasting.models import BASE_RATES, DEFAULT, HEADLINE, MODELS
from forecasting.models.ladder_moves import level_of
from forecasting.record.reads import recording
from forecasting.store.errors import InsufficientHistoryError, UsageError

DAY = "2026-02-05"
FOUNDING = "new-start-post-expiry-2026"
HORIZONS = (12, 60, 120)
NAMES = (HEADLINE, "ladder_model", "base_rate")
TURNED = ("cases", "outcomes", "ladders", "coding")


@pytest.fixture(scope="module")
def known(trained):
    return trained[0]


@pytest.fixture(scope="module")
def fitted(trained):
    return trained[1]


@pytest.fixture(scope="module")
def going_on(known):
    return known.open_case_ids("concluded")


@pytest.fixture(scope="module")
def table(known, fitted, going_on):
    return forecast(known, going_on[:8], fitted=fitted.only(*DEFAULT), horizons=HORIZONS)


def situation(history, case):
    return CaseOnLadder(history.dossiers("concluded"), case, HORIZONS, 0.8)


def test_the_headline_is_the_first_of_the_registry_and_of_what_is_fitted_by_default():
    assert HEADLINE == next(iter(MODELS)) == DEFAULT[0] and set(BASE_RATES) < set(DEFAULT) < set(MODELS)


def test_states_sum_to_one_and_bounds_hold_the_point(table):
    total = table.groupby(["model", "case_id", "horizon", "given"])["probability"].sum()
    np.testing.assert_allclose(total, 1.0, atol=1e-12)
    assert (table["lower"] <= table["probability"]).all() and (table["probability"] <= table["upper"]).all()
    ongoing = table[(table["cause"] == "ongoing") & (table["given"] == "all")]
    curves = ongoing.pivot(index=["model", "case_id"], columns="horizon", values="probability")
    assert (np.diff(curves.to_numpy(), axis=1) < 0).all()


def test_the_headline_is_three_parts_model_and_one_part_base_rate(table):
    keys = ["model", "case_id", "cause", "horizon"]
    said = table[table["given"] == "all"].set_index(keys)["probability"]
    pooled = 0.75 * said["ladder_model"] + 0.25 * said["base_rate"]
    np.testing.assert_allclose(said[HEADLINE], pooled, atol=1e-12)


def test_its_interval_is_that_of_either_forecast_not_of_a_compromise(known, fitted, going_on, table):
    """But for what related cases share, which widens it; the twin is the interval without that."""
    keys = ["model", "case_id", "cause", "horizon"]
    rows = table[table["given"] == "all"].set_index(keys)
    pool, model, base = (rows.loc[name] for name in NAMES)
    plain = forecast(known, going_on[:8], fitted=without_what_is_shared(fitted), horizons=HORIZONS)
    plain = plain[plain["given"] == "all"].set_index(keys).loc[HEADLINE]
    assert (plain["upper"] <= np.maximum(model["upper"], base["upper"]) + 1e-12).all()
    assert plain["probability"].equals(pool["probability"]), "what related cases share moves no point"
    wider = (pool["upper"] - pool["lower"]) / (plain["upper"] - plain["lower"])
    assert wider.median() > 1.0 and (pool["upper"] > np.maximum(model["upper"], base["upper"])).any()
    apart = (model["upper"] - base["lower"] < 0) & (pool.index.get_level_values("cause") == "formalized")
    assert apart.any() and (pool["upper"][apart] >= base["lower"][apart]).all()


def test_a_forecast_without_the_model_beside_it_is_the_same(known, fitted, going_on, table):
    alone = forecast(known, going_on[:2], fitted=fitted.only(HEADLINE), horizons=HORIZONS)
    same = table[(table["model"] == HEADLINE) & table["case_id"].isin(going_on[:2])].reset_index(drop=True)
    assert alone.equals(same)


def test_a_case_without_rows_of_a_ladder_stands_at_the_bottom(known, fitted, going_on):
    case = replace(known.dossiers("concluded").dossier(going_on[0], known.as_of), rungs=())
    found = situation(known, case)
    assert found.readings.weight.sum() == pytest.approx(1.0)
    assert (level_of(found.readings.at.start.argmax(axis=1)) <= 1).all()
    assert np.isfinite(found.states(HEADLINE, fitted.models[HEADLINE])["all"].point).all()


def test_an_uncertain_endorsement_is_shown_at_both_ends(known, fitted):
    rows = forecast(known, FOUNDING, fitted=fitted.only(*NAMES), horizons=(60,))
    assert 0.0 < known.case(FOUNDING).start["leader_endorsed"] < 1.0
    assert rows.groupby("model")["given"].unique().map(set).to_dict() == {
        HEADLINE: {"all", "endorsed", "not endorsed"},
        "ladder_model": {"all", "endorsed", "not endorsed"},
        "base_rate": {"all"},
    }
    endorsed, ends = known.case(FOUNDING).start["leader_endorsed"], rows[rows["given"] != "all"]
    for model in (HEADLINE, "ladder_model"):
        said = rows[rows["model"] == model].pivot(index="cause", columns="given", values="probability")
        mixed = endorsed * said["endorsed"] + (1.0 - endorsed) * said["not endorsed"]
        np.testing.assert_allclose(said["all"], mixed, atol=1e-12)
        assert (said["endorsed"] != said["not endorsed"]).all()
    assert set(ends["model"]) == {HEADLINE, "ladder_model"}


def test_open_claims_are_shown_at_both_ends(history, record_copy):
    case, acts = rung_on_acts(history)
    for act in acts:
        record_copy.edit("events", act, standing="reported")
    history = load_history(record_copy.folder)
    fitted = fit_models(history, NAMES)
    both = forecast_by_claims(history, case, fitted=fitted, horizons=(60,))
    assert set(both["given"]) == {"claims true", "claims untrue"} and set(both["model"]) == {HEADLINE, "ladder_model"}
    marginal = forecast(history, case, fitted=fitted, horizons=(60,))
    keys = ["model", "cause"]
    low, high = (
        both[both["given"] == given].set_index(keys)["probability"] for given in ("claims untrue", "claims true")
    )
    said = marginal[marginal["given"] == "all"].set_index(keys)["probability"][low.index]
    assert (np.minimum(low, high) <= said + 1e-12).all() and (said <= np.maximum(low, high) + 1e-12).all()
    assert np.abs(high - low).max() > 1e-4


def test_without_an_open_claim_there_are_no_two_ends(history, fitted, known, going_on):
    certain = next(case for case in going_on if len(situation(known, known.case(case)).paths) == 1)
    assert forecast_by_claims(known, certain, fitted=fitted, horizons=(60,)).empty


def test_what_has_ended_already_is_told_by_cause(known, fitted, going_on):
    views = known.case_views(going_on, "concluded")
    unseen, seen = max(views, key=lambda case: case.gap_months), min(views, key=lambda case: case.gap_months)
    assert unseen.gap_months > 24 and seen.gap_months == 0
    assert ended_already(known, seen.case_id, fitted=fitted).empty
    table = ended_already(known, unseen.case_id, fitted=fitted)
    assert set(table["model"]) == set(DEFAULT) and (table["horizon"] == 0).all()
    np.testing.assert_allclose(table.groupby("model")["probability"].sum(), 1.0, atol=1e-12)
    chance = table.set_index(["model", "cause"])["probability"]
    assert (chance.xs("formalized", level="cause") == 0.0).all(), "a treaty is not signed unseen"
    assert (chance.xs("faded", level="cause") > 0.0).all()
    # What has ended already is part of what has ended within a month.
    soon = forecast(known, unseen.case_id, fitted=fitted.only(*DEFAULT), horizons=(1,))
    ahead = soon[soon["given"] == "all"].set_index(["model", "cause"])["probability"]
    for cause in ("collapsed", "faded"):
        assert (chance.xs(cause, level="cause") <= ahead.xs(cause, level="cause") + 1e-12).all()


def test_models_of_a_later_day_are_refused(known, fitted):
    earlier, expected = known.at(date(2026, 1, 1)), "expected models fitted by 2026-01-01, got models of 2026-02-05"
    case = earlier.open_case_ids("concluded")[0]
    for ask in (forecast, forecast_by_claims, ended_already):
        with pytest.raises(UsageError) as refused:
            ask(earlier, case, fitted=fitted)
        assert str(refused.value) == expected


def test_the_order_of_rows_changes_nothing(known, fitted, going_on, record_copy):
    """A sorted file is the same record."""
    for table in TURNED:
        record_copy.rewrite(record_copy.file(table), turned)
    other = load_history(record_copy.folder, as_of=DAY)
    assert other.cases["case_id"].tolist() == known.cases["case_id"].tolist()[::-1]
    again = forecast(other, going_on[:5], fitted=fit_models(other, DEFAULT), horizons=HORIZONS)
    first = forecast(known, going_on[:5], fitted=fitted.only(*DEFAULT), horizons=HORIZONS)
    for column in ("probability", "lower", "upper"):
        np.testing.assert_allclose(again[column], first[column], atol=1e-12)


def test_another_seed_changes_the_draws_and_hardly_the_point(known, fitted, going_on):
    case = known.case(going_on[0])
    other = fitted.models["ladder_model"].__class__(**fitted.models["ladder_model"].get_params() | {"seed": 1})
    other.hazard_, other.moves_, other.n_ = (
        getattr(fitted.models["ladder_model"], n) for n in ("hazard_", "moves_", "n_")
    )
    other.draw_coefficients()
    at = situation(known, case).readings
    one, two = (m.mixed_draws(at.at, at.weight, HORIZONS) for m in (fitted.models["ladder_model"], other))
    assert np.abs(one - two).max() > 1e-3
    assert np.abs(one.mean(axis=0) - two.mean(axis=0)).max() < 0.01


def test_only_what_was_known_is_learned(known, fitted):
    early = fit_models(known.at(date(1995, 1, 1)), NAMES)
    assert early.models["ladder_model"].n_ < fitted.models["ladder_model"].n_
    assert early.models["base_rate"].n_ == early.models["ladder_model"].n_ == len(early.spells.case_ids)


def test_other_populations_move_the_base_rates_and_not_the_ladder(known, fitted):
    pooled = fit_models(known, NAMES, population="pooled")
    assert pooled.models["base_rate"].n_ > fitted.models["base_rate"].n_
    assert pooled.models[HEADLINE].base_.n_ == fitted.models["base_rate"].n_ == pooled.models["ladder_model"].n_


def test_too_few_endings_are_refused(known):
    with pytest.raises(
        InsufficientHistoryError, match="expected a day by which at least 10 endings were known, got 1920"
    ):
        fit_models(known.at(date(1920, 1, 1)), [HEADLINE])


def test_what_its_number_read_is_recorded_while_it_is_worked_out(known, fitted):
    def read(*names):
        with recording() as heard:
            forecast(known, FOUNDING, fitted=fitted.only(*names), horizons=(60,))
        return heard.reads

    ladder, rate = read(HEADLINE), read("base_rate")
    assert ladder.models == {HEADLINE} and rate.models == {"base_rate"}
    for table, columns in fitted.reads[HEADLINE].by_table().items():
        assert set(columns) <= set(ladder.by_table()[table])
    assert {"leader_endorsed", "observed_now"} <= set(ladder.by_table()["cases"])
    assert not {"leader_endorsed", "observed_now"} & set(rate.by_table()["cases"])


def test_a_class_of_the_base_rates_is_that_of_the_case(known, fitted):
    case = known.case(FOUNDING)
    starts = known.cases[known.cases["case_id"] == FOUNDING]
    (label,) = class_labels(starts, "rivalry_base_rate")
    assert label == f"{case.start['type']}; rivals" and label in fitted.models["rivalry_base_rate"].ratios_
    assert seen_case(case, label).group.tolist() == [label]


def without_what_is_shared(fitted):
    """The headline of the same two parts, whose interval holds no deviation that related cases share."""
    pool = fitted.models[HEADLINE]
    plain = clone(pool).set_params(shared_sd=0.0).of(pool.model_, pool.base_)
    return replace(fitted.only(HEADLINE), models={HEADLINE: plain})


def rung_on_acts(history):
    """An open case whose present rung rests on acts, and these acts."""
    for case in history.open_case_ids("concluded"):
        rungs = [rung for rung in history.case(case).rungs if rung.ladder == "formalization"]
        if len(rungs) > 1 and rungs[-1].events and rungs[-1].level != rungs[-2].level:
            return case, rungs[-1].events
    raise AssertionError("expected an open case with a rung on acts, got none")


def turned(content):
    header, *lines = content.decode().splitlines(keepends=True)
    return "".join([header, *lines[::-1]]).encode()
