"""Limits of the ladder's model are applied when a forecast is made: its bounds are wider, and its point stays."""

from dataclasses import replace

import numpy as np
import pytest
from ranges import of_fewer_months

from forecasting import fit_models, forecast
from forecasting.forecasts import case_limits, ended_already, forecast_by_claims
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.ladder_applicability import ladder_applicability, ladder_support
from forecasting.forecasts.ladder_rows import COVARIATES, landmark_lines
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.models import HEADLINE, LADDER_MODEL
from forecasting.record.months import HORIZONS
from forecasting.record.panel import spells
from forecasting.record.reads import recording
from forecasting.store.errors import UsageError

OLD = "ctbt-signed-1996"
FOUNDING = "new-start-post-expiry-2026"
NAMES = (HEADLINE, LADDER_MODEL)
ASKED = (12, 60)


@pytest.fixture(scope="module")
def known(trained):
    return trained[0]


@pytest.fixture(scope="module")
def fitted(trained):
    return trained[1].only(*NAMES)


def on_any_range(fitted, lower=-1e6, upper=1e6):
    """The same models, whose training cases all span this range of everything."""
    support, shape = fitted.ladder_support, fitted.ladder_support.lower.shape
    return replace(
        fitted,
        ladder_support=replace(support, lower=np.full(shape, lower), upper=np.full(shape, upper)),
    )


def of_one_form(fitted, form):
    """The same models, all of whose training cases have one form."""
    support = fitted.ladder_support
    return replace(fitted, ladder_support=replace(support, form=np.full(len(support.form), form)))


def test_the_ranges_are_those_of_the_very_rows_that_the_model_is_fitted_on(known, fitted):
    """The twin: of a day on which less was known they are others."""
    index = known.dossiers("concluded")
    rows = ladder_training(index, spells(known, "concluded"))
    lines = landmark_lines(rows.followed, rows.marks, rows.values, COVARIATES)
    again = ladder_support(rows.followed.cases, lines, COVARIATES)
    for name in ("key", "form", "lower", "upper"):
        np.testing.assert_array_equal(getattr(fitted.ladder_support, name), getattr(again, name))
    assert fitted.ladder_support.names == again.names
    earlier = fit_models(known.at(known.as_of.replace(year=2000)), [LADDER_MODEL]).ladder_support
    assert len(earlier.key) < len(again.key)


def test_the_limits_are_those_of_the_share_of_the_model_in_the_forecast(known, fitted):
    narrow = of_fewer_months(fitted)
    limits = case_limits(known, known.open_case_ids(), narrow)
    index = known.dossiers("concluded")
    for case in (OLD, FOUNDING):
        readings = CaseOnLadder(index, index.dossier(case, known.as_of), ASKED, 0.8).readings
        for name, share in ((HEADLINE, 0.75), (LADDER_MODEL, 1.0)):
            model = fitted.models[LADDER_MODEL]
            own = ladder_applicability(narrow.ladder_support, model, readings.at, readings.weight, HORIZONS, share)
            assert limits[case][name] == own
    assert limits[OLD][HEADLINE].status == "widened" and limits[FOUNDING][HEADLINE].status == "within"
    (one,), (other,) = (limits[OLD][name].reasons for name in NAMES)
    assert one.effect == pytest.approx(0.75 * other.effect) and abs(one.effect) >= 0.01
    # The twin: an effect of a point on the model, of less on the forecast with its smaller share, limits the model only.
    of_the_record = case_limits(known, [OLD], fitted)[OLD]
    assert [of_the_record[name].status for name in NAMES] == ["within", "widened"]
    assert 0.01 <= abs(of_the_record[LADDER_MODEL].reasons[0].effect) < 0.01 / 0.75


def test_a_limit_changes_no_point_and_widens_the_bounds_to_hold_the_base_rate(known, fitted):
    wide = forecast(known, OLD, fitted=of_fewer_months(fitted), horizons=ASKED)
    plain = forecast(known, OLD, fitted=on_any_range(fitted), horizons=ASKED)
    base = forecast(known, OLD, fitted=fit_models(known, ["base_rate"]), horizons=ASKED)
    assert wide["probability"].equals(plain["probability"])
    pool = fitted.models[HEADLINE].base_
    index = known.dossiers("concluded")
    bounds = CaseOnLadder(index, index.dossier(OLD, known.as_of), ASKED, 0.8).states("base_rate", pool)["all"]
    assert bounds.point.T.ravel() == pytest.approx(base["probability"].to_numpy())
    for name in NAMES:
        rows, narrow = (table[table["model"] == name] for table in (wide, plain))
        np.testing.assert_array_equal(rows["lower"], np.minimum(narrow["lower"], bounds.lower.T.ravel()))
        np.testing.assert_array_equal(rows["upper"], np.maximum(narrow["upper"], bounds.upper.T.ravel()))
        assert (rows["upper"] - rows["lower"]).sum() > (narrow["upper"] - narrow["lower"]).sum()


def test_without_a_limit_every_number_is_as_it_was(known, fitted):
    """The twin of the wider bounds: within the ranges nothing changes."""
    assert forecast(known, FOUNDING, fitted=fitted).equals(forecast(known, FOUNDING, fitted=on_any_range(fitted)))


def test_the_model_alone_has_the_bounds_that_it_has_beside_the_pool(known, fitted):
    alone = forecast(known, OLD, fitted=fit_models(known, [LADDER_MODEL]), horizons=ASKED)
    beside = forecast(known, OLD, fitted=fitted, horizons=ASKED)
    assert alone.equals(beside[beside["model"] == LADDER_MODEL].reset_index(drop=True))


def test_what_was_asked_for_does_not_change_the_limit(known, fitted):
    near = forecast(known, OLD, fitted=fitted, horizons=(6,))
    far = forecast(known, OLD, fitted=fitted, horizons=(6, 120))
    assert near.equals(far[far["horizon"] == 6].reset_index(drop=True))


def test_of_a_form_without_another_case_no_model_of_the_ladder_has_a_row(known, fitted):
    signed = of_one_form(fitted, 1)
    limits = case_limits(known, [FOUNDING], signed)[FOUNDING]
    assert {limit.status for limit in limits.values()} == {"abstained"}
    assert str(limits[HEADLINE]) == "no other case that the model learned from has the form a text yet to be signed"
    for table in (
        forecast(known, [FOUNDING, OLD], fitted=signed, horizons=ASKED),
        forecast_by_claims(known, FOUNDING, fitted=signed),
        ended_already(known, FOUNDING, fitted=signed),
    ):
        assert FOUNDING not in set(table["case_id"])
    assert set(forecast(known, [FOUNDING, OLD], fitted=signed, horizons=ASKED)["case_id"]) == {OLD}
    unsigned = of_one_form(fitted, 0)
    assert set(forecast(known, [FOUNDING, OLD], fitted=unsigned, horizons=ASKED)["case_id"]) == {FOUNDING}


@pytest.mark.parametrize("missing", ["ladder_support", "ladder_base"])
def test_a_model_of_the_ladder_without_its_domain_is_refused(known, fitted, missing):
    said = {"ladder_support": "the support it was fitted on", "ladder_base": "the base rate of its cases"}[missing]
    with pytest.raises(UsageError) as error:
        forecast(known, OLD, fitted=replace(fitted, **{missing: None}))
    assert str(error.value) == f"expected a ladder's model with {said}, got none: use fit_models"


def test_the_limit_notes_what_the_model_learned_from(known, fitted):
    with recording() as heard:
        case_limits(known, [OLD], fitted.only(HEADLINE))
    assert heard.reads.models == {HEADLINE}
    learned = fitted.reads[HEADLINE]
    assert learned.columns <= heard.reads.columns
    with recording() as heard:
        assert fitted.ladder_support.names
    assert heard.reads.columns == learned.columns and ("ladders", "level") in learned.columns
