"""Side by side: every number is that of the case's own forecast, and the command prints what Python gives."""

import json

import pytest
from calling import call

import forecasting as fc
from forecasting.explain.scenarios import NOW
from forecasting.record.vocabulary import CAUSES, STATES

CASE, OTHER = "new-start-post-expiry-2026", "mtcr-1987"
TALKS, STRAIN = "talks get a date or open", "strain rises by a level"


@pytest.fixture(scope="module")
def beside():
    return fc.compare([CASE, OTHER], horizon=12, artefacts=None)


@pytest.fixture(scope="module")
def supposed():
    ifs = [
        fc.scenario("Talks <b>", {TALKS: "2026-10-01"}),
        fc.scenario("Strain", {STRAIN: "2026-12-01"}, {"bilateral": 0.0}),
        fc.scenario("Late", {TALKS: "2028-01-01"}),
    ]
    return fc.what_if(CASE, ifs, horizon=12, artefacts=None)


@pytest.mark.long
def test_each_column_is_the_forecast_of_its_case(beside):
    frame = beside.to_frame().set_index("case_id")
    for case in (CASE, OTHER):
        rows = fc.ask(case, horizons=[12], artefacts=None).table.query(
            "model == 'ladder' and given == 'all' and horizon == 12"
        )
        own = rows.set_index("cause")["probability"]
        assert frame.loc[case, list(STATES)].to_numpy(float) == pytest.approx(own[list(STATES)], abs=1e-12)
    assert frame.loc[CASE, "collapsed"] != frame.loc[OTHER, "collapsed"]
    assert "Missile Technology Control Regime" in str(beside) and "<svg" in beside._repr_html_()


@pytest.mark.long
def test_days_of_one_case_are_named_by_their_day():
    found = fc.compare(CASE, ["2026-02-05", "2026-08-31"], horizon=12, artefacts=None)
    assert found.names == ("5 February 2026", "31 August 2026")
    first, last = found.to_frame()["collapsed"]
    assert first != last


def test_a_scenario_stands_beside_the_number_as_it_stands(supposed):
    frame = supposed.to_frame().set_index(["scenario", "state"])
    assert frame.loc[NOW, "points"].eq(0.0).all() and frame.loc["Late"].isna().all(axis=None)
    for name in ("Talks <b>", "Strain"):
        assert frame.loc[name, "probability"].sum() == pytest.approx(1.0, abs=1e-9)
        assert frame.loc[name, "points"].abs().max() > 0.5
    said = str(supposed)
    assert "after the horizon" in said and "1 October 2026, talks get a date or open" in said
    (now,) = [line for line in said.splitlines() if line.startswith(NOW)]
    assert "0.0" not in now, "what stands has not moved from itself"
    assert "Talks <b>" not in supposed._repr_html_() and "Talks &lt;b&gt;" in supposed._repr_html_()


@pytest.mark.long
def test_saved_scenarios_are_read_by_the_command(supposed, tmp_path, capsys):
    path = tmp_path / "ifs.json"
    supposed.save(path)
    assert tuple(fc.read_scenarios(path, CASE)) == supposed.scenarios
    assert call("what-if", CASE, "--scenarios", path, "--horizon", 12, "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    expected = supposed.to_frame()
    assert [row["probability"] for row in printed][: len(CAUSES)] == pytest.approx(
        expected["probability"][: len(CAUSES)]
    )
    assert [row["scenario"] for row in printed] == list(expected["scenario"])
    with pytest.raises(fc.UsageError, match=f"expected scenarios of {OTHER}, got those of '{CASE}'"):
        call("what-if", OTHER, "--scenarios", path)


@pytest.mark.long
def test_the_commands_print_the_acts_and_the_cases(capsys):
    assert call("what-if", CASE) == 0
    assert capsys.readouterr().out.splitlines() == list(fc.possible_acts(CASE))
    assert call("compare", CASE, OTHER, "--horizon", 12, "--json") == 0
    assert [row["case_id"] for row in json.loads(capsys.readouterr().out)] == [CASE, OTHER]
    with pytest.raises(fc.UsageError, match="expected 2 to 8 different forecasts"):
        call("compare", CASE)
