"""Applicability domain of the hazard model: the rule by itself, and on real past days of the shipped record."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import numpy as np
import pandas as pd
import pytest
from pointers import follow_pointers

from forecasting import MODELS, UsageError, fit_models, forecast
from forecasting.artefacts import save
from forecasting.backtest import Backtest, origins
from forecasting.documents.case.report import SECTIONS, CaseReport
from forecasting.documents.html import section_html
from forecasting.documents.portfolio import PortfolioReport
from forecasting.explain.support import _past_applicability, support_counts
from forecasting.explain.track_record import FILE, read_track_record, write_track_record
from forecasting.explorer.outlook import ask
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import LEVEL, case_limits
from forecasting.forecasts.applicability import (
    FEWEST_AT_RISK,
    Reason,
    applicabilities,
    applicability_by_type,
    support_of,
)
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import marginal_and_conditional
from forecasting.record.vocabulary import STATES

FIRST_REGIME = "cocom-1949"
DEFENCE, DEFENCE_DAY = "us-russia-tmd-principles-1995", date(1995, 6, 1)
OLD = "geneva-protocol-us-1925"
REGIME_DAY = date(1960, 1, 1)
LANDMARKS = pd.DataFrame(
    {
        "case_id": ["a", "a", "b", "c"],
        "type": ["pledge", "pledge", "pledge", "treaty"],
        "size": [0.0, 1.0, 0.5, 4.0],
        "talks": [0.0, 1.0, 0.0, 0.0],
    }
)
DOMAINS = pd.Series({"a": "naval", "b": "naval", "c": "naval"})
SUPPORT = support_of(LANDMARKS, ("size", "talks"), DOMAINS)


def limited(case_id="new", at_risk=30, **facts):
    """The limit of one case by the support of three."""
    own = {"case_id": case_id, "type": "pledge", "domain": "naval", "size": 0.5, "talks": 0.0} | facts
    return applicabilities(SUPPORT, pd.DataFrame([own]), np.array([at_risk]))[0]


def test_the_support_holds_the_range_of_each_case_over_its_landmarks():
    assert SUPPORT.case_ids == ("a", "b", "c") and SUPPORT.types == ("pledge", "pledge", "treaty")
    np.testing.assert_array_equal(SUPPORT.lower, [[0.0, 0.0], [0.5, 0.0], [4.0, 0.0]])
    np.testing.assert_array_equal(SUPPORT.upper, [[1.0, 1.0], [0.5, 0.0], [4.0, 0.0]])


@pytest.mark.parametrize(
    ("case_id", "facts", "status", "told"),
    [
        ("new", {}, "within", ""),
        ("new", {"size": 4.0, "talks": 1.0}, "within", ""),
        ("a", {"size": 0.0}, "widened", "size is 0.00, outside the 0.50 to 4.00 of the other cases"),
        ("new", {"size": 4.0001}, "widened", "size is 4.0001, outside the 0.0000 to 4.0000 of the other cases"),
        ("new", {"size": 4.0 + 1e-12}, "within", ""),
        ("new", {"at_risk": 9}, "widened", "9 cases were under observation at its age, fewer than 10"),
        ("new", {"at_risk": 1}, "widened", "1 case was under observation at its age, fewer than 10"),
        ("new", {"at_risk": FEWEST_AT_RISK}, "within", ""),
        ("new", {"type": "treaty"}, "within", ""),
        ("c", {"type": "treaty"}, "abstained", "no other case that the model learned from has the type treaty"),
        (
            "new",
            {"type": "regime", "domain": "space", "size": 9.0, "at_risk": 0},
            "abstained",
            "no other case that the model learned from has the type regime; "
            "no other case that the model learned from has the domain space",
        ),
    ],
)
def test_the_rule_and_its_words(case_id, facts, status, told):
    limit = limited(case_id, **facts)
    assert (limit.status, str(limit)) == (status, told)


@pytest.mark.parametrize("size", [-3.0, 0.2, 1.0, 7.0])
def test_a_limit_hangs_on_nothing_but_the_other_cases(size):
    own = LANDMARKS.assign(size=LANDMARKS["size"].where(LANDMARKS["case_id"] != "b", 100.0))
    moved = applicabilities(
        support_of(own, SUPPORT.names, DOMAINS),
        pd.DataFrame([{"case_id": "b", "type": "pledge", "domain": "naval", "size": size, "talks": 0.0}]),
        np.array([30]),
    )
    assert moved == [limited("b", size=size)]


def test_many_cases_have_the_limits_of_each():
    cases = pd.DataFrame(
        [
            {"case_id": name, "type": kind, "domain": "naval", "size": size, "talks": 0.0}
            for name, kind, size in (("a", "pledge", 0.0), ("new", "treaty", 5.0), ("c", "treaty", 4.0))
        ]
    )
    at_risk = np.array([30, 2, 30])
    together = applicabilities(SUPPORT, cases, at_risk)
    assert together == [applicabilities(SUPPORT, cases.iloc[[i]], at_risk[[i]])[0] for i in range(3)]
    assert [limit.status for limit in together] == ["widened", "widened", "abstained"]


def test_a_base_rate_by_type_abstains_where_no_other_case_is_of_the_type():
    assert applicability_by_type(["a", "b"], ["x", "y"], "new", "x").status == "within"
    assert applicability_by_type(["a", "b"], ["x", "y"], "a", "x").reasons == (Reason("type", "type", "x"),)


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return tmp_path_factory.mktemp("artefacts")


@pytest.fixture(scope="module")
def regimes(history, kept):
    """The record of 1960, every model fitted on it, and the forecast of every open case."""
    known = history.at(REGIME_DAY)
    fitted = fit_models(known, MODELS)
    save(fitted, known, kept)
    return known, fitted, forecast(known, known.open_case_ids(), fitted=fitted, horizons=[12, 60])


def test_of_the_first_case_of_its_type_only_the_overall_base_rate_says_anything(regimes):
    known, fitted, table = regimes
    own = table[table["case_id"] == FIRST_REGIME]
    assert list(own["model"].unique()) == ["ladder", "ladder_model", "base_rate", "recent_base_rate"]
    assert len(own) == 4 * 2 * len(STATES)
    limits = case_limits(known, [FIRST_REGIME], fitted)[FIRST_REGIME]
    assert {name: limit.status for name, limit in limits.items()} == {
        "primary": "abstained",
        "ladder": "within",
        "ladder_model": "within",
        "base_rate": "within",
        "recent_base_rate": "within",
        "type_base_rate": "abstained",
        "rivalry_base_rate": "abstained",
    }
    assert str(limits["primary"]) == (
        "no other case that the model learned from has the type informal_regime; "
        "no other case that the model learned from has the domain export_control"
    )


def test_a_forecast_from_which_every_model_abstains_is_an_empty_table(regimes):
    known, fitted, table = regimes
    none = forecast(known, FIRST_REGIME, fitted=replace(fitted, models={"primary": fitted.models["primary"]}))
    assert list(none.columns) == list(table.columns) and none.empty


def test_an_interval_is_widened_to_hold_the_base_rate_of_the_model_and_the_point_stays(regimes):
    known, fitted, table = regimes
    assert str(case_limits(known, [OLD], fitted)[OLD]["primary"]) == (
        "0 cases were under observation at its age, fewer than 10"
    )
    model, line = fitted.models["primary"], case_lines(DossierIndex(known), [known.case(OLD)], MODEL_FEATURES)
    plain = marginal_and_conditional(model, line, UNCERTAIN, (12, 60), LEVEL)["all"]
    lower, upper = (bound[0] for bound in model.base_.predict_interval(line, (12, 60), LEVEL))
    rows = table[(table["model"] == "primary") & (table["case_id"] == OLD)].set_index(["cause", "horizon"])
    rows = rows.loc[pd.MultiIndex.from_product([STATES, (12, 60)])]
    for name, expected in (
        ("probability", plain.point),
        ("lower", np.minimum(plain.lower, lower)),
        ("upper", np.maximum(plain.upper, upper)),
    ):
        np.testing.assert_array_equal(rows[name], expected.ravel())
    assert (lower < plain.lower).any() or (upper > plain.upper).any()


def test_a_hazard_model_without_its_support_is_refused(regimes):
    known, fitted, _ = regimes
    with pytest.raises(UsageError, match="^expected a hazard model with the support it was fitted on, got none"):
        forecast(known, OLD, fitted=replace(fitted, support=None))


def text_of(html):
    return unescape(re.sub(r"<[^>]+>", "", re.sub(r"<svg\b.*?</svg>", "", html, flags=re.S)))


@pytest.fixture(scope="module")
def silent_report(regimes, kept):
    return CaseReport(FIRST_REGIME, REGIME_DAY, artefacts=kept)


@pytest.mark.long
def test_the_page_of_a_case_on_which_the_first_model_is_silent_says_so(silent_report):
    assert (
        "The hazard model of the first registration gives no number here: no other training case has the same form "
        "(informal regime); no other training case has the same domain (export control)."
    ) in text_of(section_html(silent_report.show("beside").section))
    assert "Hazard model of the first registrationno number" in text_of(
        section_html(silent_report.show("beside").section)
    )
    explained = silent_report.content["explanation"]["drivers"]
    headline = silent_report.content["headline"]["states"]
    for state, chance in explained["states"].items():
        assert chance == pytest.approx(headline[state]["probability"], abs=1e-12), (
            "the headline is explained all the same"
        )


def test_every_figure_of_that_page_shows_the_value_that_its_pointer_leads_to(silent_report):
    assert silent_report.content["hazard_model"]["limit"]["status"] == "abstained"
    assert follow_pointers(silent_report) > 250


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_of_that_page_can_be_shown(silent_report, section):
    html = section_html(silent_report.show(section).section)
    assert html and "hazard model," not in html


def test_the_page_of_all_cases_names_those_without_a_number_and_counts_the_wider_ones(regimes, kept):
    report = PortfolioReport(REGIME_DAY, period_months=0, artefacts=kept)
    text, name = text_of(report.show("forecasts")._repr_html_()), report.content["cases"][FIRST_REGIME]["name"]
    assert f"The first registration's model abstains from {name} (no other training case has the same form" in text
    known, fitted, _ = regimes
    limits = [limit["primary"] for limit in case_limits(known, known.open_case_ids(), fitted).values()]
    wider = [limit.reasons for limit in limits if limit.status == "widened"]
    assert len(wider) > 1 and all([reason.rule for reason in reasons] == ["age"] for reasons in wider)
    n = len(wider)
    assert (
        f"The interval of the first registration's model is widened to contain the base rate's in {n} cases ({n}: too "
        "few cases in the risk set at that age)." in text
    )


def test_an_outlook_of_such_a_case_says_why_there_is_no_number(regimes, kept):
    found = ask(FIRST_REGIME, REGIME_DAY, artefacts=kept)
    assert found.limit.status == "abstained" and found.what_ifs
    assert "The hazard model of the first registration gives no number here: no other training case" in found.why()
    assert set(found.to_frame()["model"]) == {"ladder", "ladder_model", "base_rate", "recent_base_rate"}
    assert "hazard model of the first registration</td>" not in found._repr_html_()


@pytest.fixture(scope="module")
def beside_its_track_record(history, tmp_path_factory):
    """A day of the record, beside which stands a track record of its own origins with every state as likely."""
    asked = origins(history)
    shape = asked.states[:, None, :].repeat(len(STATES), axis=1)
    even = np.where(shape < 0, np.nan, 1 / len(STATES))
    folder = tmp_path_factory.mktemp("record")
    (folder / FILE).parent.mkdir()
    write_track_record(folder / FILE, Backtest("rolling", asked, {"primary": even, "base_rate": even}), history)
    kept = replace(history, record=replace(history.record, folder=folder))
    return kept.at


def test_past_days_are_judged_as_a_forecast_made_then_would_be(history, beside_its_track_record):
    kept = read_track_record(beside_its_track_record(history.as_of)).lines.drop_duplicates(["case_id", "as_of"])
    day = pd.Timestamp("1995-05-10")
    asked = kept[kept["as_of"].between(day - pd.Timedelta(days=40), day)]
    later = history.at(date(1998, 1, 1))
    found = _past_applicability(later, DossierIndex(later), "concluded", asked)
    known = history.at(day.date())
    fitted = fit_models(known, ["primary"])
    asked_of = asked["case_id"].tolist()
    exact = case_limits(known, [DEFENCE], fitted)[DEFENCE]["primary"]
    assert found[asked_of.index(DEFENCE)] == exact and exact.status == "abstained"
    assert len(found) == len(asked) > 3


@pytest.mark.long
def test_the_counts_add_up(trained, beside_its_track_record):
    known, fitted = beside_its_track_record(trained[0].as_of), trained[1]
    counts = support_counts(known, fitted)
    now = counts.open_cases
    limits = case_limits(known, known.open_case_ids(), fitted)
    status = [of["primary"].status for of in limits.values()]
    assert (now.n, now.abstained, now.widened) == (len(status), status.count("abstained"), status.count("widened"))
    assert counts.past is not None and counts.past.n > 1000
    of_kind = [counts.past.rules[name] for name in ("type", "domain")]
    assert 0 < max(of_kind) <= counts.past.abstained <= sum(of_kind)
    assert counts.past.widened <= counts.past.rules["age"] + counts.past.rules["range"]
