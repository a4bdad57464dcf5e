"""An outlook says what `forecast`, the drivers and the what-ifs say, and shows it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from ranges import of_fewer_months

import forecasting
from forecasting import UsageError, forecast
from forecasting.explain.drivers import BASE
from forecasting.explorer import words
from forecasting.explorer.outlook import MODELS, ask, outlook
from forecasting.features import DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.record.months import HORIZONS

CASE = "new-start-post-expiry-2026"
SETTLED = "us-china-encounters-mou-2014"
SIDES = ("all", "endorsed", "not endorsed")


@pytest.fixture(scope="module")
def answer(known):
    return outlook(known, CASE)


def formalized(frame, model, horizon):
    rows = frame[(frame["model"] == model) & (frame["cause"] == "formalized") & (frame["horizon"] == horizon)]
    return float(rows["probability"].iloc[0])


def points(outlook, given="all"):
    """Points of formalization by row of its drivers."""
    return {row.name: row.points[0][0] for row in outlook.drivers(given).rows}


def test_its_table_is_the_forecast_table(answer, known):
    only = FittedModels(**{**vars(known.fitted), "models": {name: known.fitted.models[name] for name in MODELS}})
    table = forecast(known.history, CASE, fitted=only, index=DossierIndex(known.history))
    shown = answer.to_frame()
    keys = ["model", "case_id", "as_of", "horizon", "cause", "given"]
    assert shown[keys].equals(table[keys])
    numbers = ["probability", "lower", "upper", "level"]
    assert shown[numbers].to_numpy() == pytest.approx(table[numbers].to_numpy(), abs=1e-12)
    assert set(shown["horizon"]) == set(HORIZONS) and answer.horizon == 60


def test_ask_answers_from_an_artefact(answer, artefacts):
    asked = ask(CASE, "2026-02-05", artefacts=artefacts)
    assert asked.to_frame().equals(answer.to_frame())
    assert asked.session.artefact is not None
    assert forecasting.ask is ask


def test_a_side_of_an_uncertain_fact_is_chosen_for_the_model_that_knows_it(answer):
    assert answer.givens == SIDES
    for given in SIDES:
        rows = answer.to_frame(given)
        assert set(rows.loc[rows["model"] == "primary", "given"]) == {given}
        assert set(rows.loc[rows["model"] == "base_rate", "given"]) == {"all"}
        assert not rows.duplicated(["model", "horizon", "cause"]).any()
    chances = [formalized(answer.to_frame(given), "primary", 60) for given in SIDES]
    assert chances[1] > chances[0] > chances[2]


def test_a_settled_fact_leaves_one_side(known):
    settled = outlook(known, SETTLED)
    assert settled.givens == ("all",)
    with pytest.raises(UsageError) as refused:
        settled.plot("endorsed")
    assert str(refused.value) == f"expected given as one of all for {SETTLED}, got 'endorsed'; choose one of them"


@pytest.mark.parametrize("given", SIDES)
def test_its_drivers_lead_from_the_base_rate_to_the_headline(answer, given):
    told = points(answer, given)
    assert sum(told.values()) == pytest.approx(formalized(answer.to_frame(given), "ladder", 60), abs=1e-12)
    assert told[BASE] == pytest.approx(formalized(answer.to_frame(), "base_rate", 60), abs=1e-12)


def test_a_supposition_moves_the_curve_to_what_its_what_if_says(answer):
    for one in answer.what_ifs[:2]:
        assert formalized(answer.suppose(one.what), "ladder", 60) == pytest.approx(one.after[0], abs=1e-12)
        assert one.before[0] == pytest.approx(formalized(answer.to_frame(), "ladder", 60), abs=1e-12)
    supposed = answer.suppose(answer.what_ifs[0].what)
    assert supposed.groupby("horizon")["probability"].sum().to_numpy() == pytest.approx(1.0)
    assert list(answer.what_would_move_it()["if it were known that"]) == [one.what for one in answer.what_ifs]


def test_rungs_and_strain_can_be_supposed_and_move_what_they_bear_on(answer):
    found = {one.what: one.points for one in answer.what_ifs}
    rungs = [found[what][0] for what in ("talks get a date or open", "a draft is tabled", "a text is initialled")]
    assert 0 < rungs[0] < rungs[1] < rungs[2] and found["talks break off"][0] < 0
    assert found["strain rises by a level"][1] > 5 > -5 > found["strain falls by a level"][1]


def test_a_supposition_holds_on_either_side_of_an_uncertain_fact(answer):
    sides = [formalized(answer.suppose("a draft is tabled", given), "ladder", 60) for given in SIDES]
    endorsed = answer.case.start["leader_endorsed"]
    assert 0.0 < endorsed < 1.0 and len(set(sides)) == len(SIDES)
    assert min(sides[1:]) < sides[0] < max(sides[1:])
    both = {given: formalized(answer.suppose("leaders endorse it", given), "ladder", 60) for given in SIDES}
    assert len(set(both.values())) == 1


def test_a_supposition_that_is_not_known_is_refused(answer):
    with pytest.raises(UsageError) as refused:
        answer.suppose("rain")
    assert str(refused.value).startswith("expected a supposition out of every open report proves true; ")
    assert str(refused.value).endswith(", got 'rain'; choose one of them")


def test_the_pool_is_asked_for_by_name(answer, artefacts, tmp_path):
    asked = ask(CASE, "2026-02-05", artefacts=artefacts, model="pool", ledger=tmp_path / "none")
    rows = asked.to_frame()
    assert set(rows["model"]) == {"pool"} and set(rows["horizon"]) == set(HORIZONS)
    assert "pool of models and people" in asked.why() and "pool of models and people" in asked._repr_html_()
    assert asked.plot().svg() == answer.plot().svg()
    alone = ask(CASE, "2026-02-05", artefacts=artefacts, model="ladder").to_frame()
    assert formalized(alone, "ladder", 60) == formalized(answer.to_frame(), "ladder", 60)
    with pytest.raises(
        UsageError, match="^expected a model out of ladder, .*, pool, got 'oracle'; choose one of them$"
    ):
        ask(CASE, "2026-02-05", artefacts=artefacts, model="oracle")


def test_the_figure_draws_the_table(answer):
    figure = answer.plot("endorsed")
    assert [axis.get_title() for axis in figure.axes] == ["Formal agreement", "Collapse", "Fading"]
    first, base, headline = figure.axes[0].lines
    rows = answer.table.query("model == 'ladder' and given == 'endorsed' and cause == 'formalized'")
    assert headline.get_ydata()[1:] == pytest.approx(rows["probability"].to_numpy())
    assert headline.get_xdata()[1:] == pytest.approx(rows["horizon"].to_numpy())
    assert first.get_ydata()[-1] == pytest.approx(formalized(answer.to_frame("endorsed"), "primary", 120))
    assert base.get_ydata()[-1] == pytest.approx(formalized(answer.table, "base_rate", 120))
    band = figure.axes[0].collections[1].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(rows["upper"].max())
    tops = [answer.plot(given).axes[0].get_ylim()[1] for given in SIDES]
    assert all(10 * top == pytest.approx(np.round(10 * top)) for top in tops)


def test_a_supposed_act_is_one_more_line(answer):
    with_it = answer.plot(supposed=answer.suppose("talks break off"))
    assert [len(axis.lines) for axis in with_it.axes] == [4, 4, 4]
    assert [text.get_text() for text in with_it.legends[0].get_texts()][-1] == "the forecast, if so"


def test_it_shows_itself_with_numbers_reasons_and_both_models(answer):
    html = answer._repr_html_()
    assert "New START limits after expiry" in html and "As of 5 February 2026" in html
    names = (
        "forecast by the ladder",
        "model of the ladder alone",
        "base rate",
        "hazard model of the first registration",
    )
    assert html.count("<svg") == 1 and {html.count(f"{name}</td>") for name in names} == {len(HORIZONS)}
    assert answer.plot()._repr_svg_() == answer.plot()._repr_svg_()


def test_its_line_names_the_models_and_what_moves_the_headline_most(answer):
    line = answer.why().replace("\N{NO-BREAK SPACE}", " ")
    drivers = {name: size for name, size in points(answer).items() if name != BASE}
    said = {}
    for model in ("ladder", "base_rate"):
        table = answer.to_frame().query("model == @model and cause == 'formalized' and horizon == 60")
        said[model] = (100 * table[["probability", "lower", "upper"]].iloc[0]).map("{:.0f}".format)
    assert f" Formal agreement within five years: forecast by the ladder {said['ladder']['probability']} % (" in line
    base = said["base_rate"]
    assert f", base rate {base['probability']} % ({base['lower']} to {base['upper']} %), " in line
    assert " From the base rate the forecast goes up most by: " in line
    assert f"({100 * max(drivers.values()):+.1f})" in line
    assert f"(\N{MINUS SIGN}{abs(100 * min(drivers.values())):.1f})" in line


def test_its_line_leads_with_all_endings_and_names_each_that_is_far_from_the_base_rate(answer):
    line = answer.why().replace("\N{NO-BREAK SPACE}", " ")
    rows = answer.to_frame("all").query("horizon == 60").set_index(["model", "cause"])["probability"]
    own, base = rows["ladder"], rows["base_rate"]
    told = ", ".join(
        f"{name} {100 * own[state]:.0f} %"
        for name, state in (("formal agreement", "formalized"), ("collapse", "collapsed"), ("fading", "faded"))
    )
    assert line.startswith(f"Within five years: {told}, still informal ")
    assert abs(own["collapsed"] - base["collapsed"]) >= 0.1
    out = f"Collapse stands out: {100 * own['collapsed']:.0f} % against a base rate of {100 * base['collapsed']:.0f} %."
    assert out in line and " From the base rate collapse goes up most by: " in line


def test_its_line_says_where_the_headline_reaches_beyond_what_it_learned_from(answer, known):
    """The twin: the founding case lies within."""
    old = outlook(replace(known, fitted=of_fewer_months(known.fitted)), "ctbt-signed-1996")
    said = "The number reaches beyond the cases that its model learned from: “Age in months when last seen” is 352 here"
    assert said in old.why() and old.headline_limit.status == "widened"
    assert "reaches beyond" not in answer.why() and answer.headline_limit.status == "within"


def test_words_of_a_record_are_no_markup():
    from types import SimpleNamespace

    case = SimpleNamespace(start={"name": "<script>"}, as_of=date(2026, 2, 5), gap_months=0)
    assert "<script>" not in words.heading(case, "concluded")
    assert words.fault(["a < b"]).count("&lt;") == 1


def test_a_case_that_has_ended_is_refused_before_anything_is_fitted():
    with pytest.raises(
        UsageError, match="expected a case that goes on, got salt2-observance-1979, which collapsed on 1986-05-27"
    ):
        ask("salt2-observance-1979", "2020-01-01", artefacts=None)
