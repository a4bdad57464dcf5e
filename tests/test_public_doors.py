"""Every argument of a public function is checked at the door, and what cannot be meant is told in one sentence."""

import pytest

import forecasting as fc

CASE = "new-start-post-expiry-2026"
ACT = {"case_id": CASE, "date": "2026-10-05", "kind": "summit", "actor": "USA", "target": "RUS",
       "source": "https://example.org/a", "overlay": "mine"}  # fmt: skip
STEP = {"case_id": CASE, "ladder": "formalization", "level": 2, "status": "active", "date": "2026-10-05",
        "evidence": "Talks began.", "source": "https://example.org/a", "overlay": "mine"}  # fmt: skip


def act(**changed):
    return fc.add_event(**ACT | changed)


def step(**changed):
    return fc.add_step(**STEP | changed)


WRONG = [
    (fc.ask, (CASE,), {"target": "signed"}, "expected a target out of concluded, in_force, got 'signed'"),
    (fc.ask, ([CASE],), {}, "expected case_id as text, got "),
    (fc.ask, (None,), {}, "expected case_id as text, got None"),
    (fc.ask, (CASE, 7), {}, "expected a day as a date or as YYYY-MM-DD, got 7"),
    (fc.ask, (CASE, "soon"), {}, "expected a day as YYYY-MM-DD"),
    (fc.ask, (CASE,), {"horizons": "12"}, "expected horizons"),
    (fc.ask, (CASE,), {"horizons": 12}, "expected horizons"),
    (fc.ask, (CASE,), {"horizons": [0]}, "expected horizons"),
    (fc.ask, (CASE,), {"model": "best"}, "expected a model out of"),
    (fc.ask, (CASE,), {"data": 7}, "expected the folder of a record as a path, got 7"),
    (fc.ask, (CASE,), {"overlay": 7}, "expected overlay as a folder or a list of folders, got 7"),
    (fc.ask, (CASE,), {"artefacts": 7}, "expected artefacts as a folder or None, got 7"),
    (fc.load_history, (7,), {}, "expected the folder of a record as a path, got 7"),
    (fc.load_history, (), {"as_of": 7}, "expected a day as a date or as YYYY-MM-DD, got 7"),
    (fc.load_history, (), {"overlay": [1]}, "expected overlay as a folder or a list of folders, got [1]"),
    (fc.find, ("new",), {"rung": 9}, "expected rung as one of 0, 1, 2, 3, 4, 5, got 9"),
    (fc.find, ("new",), {"rung": "2"}, "expected rung as one of"),
    (fc.find, ("new",), {"outcome": "signed"}, "expected outcome as one of formalized, collapsed, faded, ongoing"),
    (fc.find, ("new",), {"domain": "sea"}, "expected domain as one of"),
    (fc.find, ("new",), {"party": "Irann"}, "expected party as a code or name of parties.csv, got 'Irann'; did you mean IRN"),
    (fc.find, ("new",), {"target": "signed"}, "expected target as one of concluded, in_force, got 'signed'"),
    (fc.find, (7,), {}, "expected words as text, got 7"),
    (fc.parse_day, (7,), {}, "expected a day as YYYY-MM-DD"),
    (fc.where_it_stands, (None, CASE), {}, "expected history as what load_history gives, got None"),
    (fc.where_it_stands, ("history", [CASE]), {}, "expected case_id as text, got "),
    (fc.forecast, (None, CASE), {}, "expected history as what load_history gives, got None"),
    (fc.forecast, ("history", 7), {}, "expected one case or more, each once, got 7"),
    (fc.forecast, ("history", CASE), {"target": "signed"}, "expected a target out of"),
    (fc.forecast, ("history", CASE), {"population": "all"}, "expected a population out of"),
    (fc.forecast, ("history", CASE), {"horizons": "12"}, "expected horizons"),
    (fc.fit_models, (None,), {}, "expected history as what load_history gives, got None"),
    (fc.fit_models, ("history", "ladder"), {}, "expected models out of"),
    (fc.fit_models, ("history", ["best"]), {}, "expected models out of"),
    (fc.fit_models, ("history", ["ladder"], "signed"), {}, "expected a target out of"),
    (fc.spells, ("history", "signed"), {}, "expected a target out of"),
    (fc.case_from_answers, ({"colour": "red"}, "mine"), {}, "expected answers to case_id, name, "),
    (fc.case_from_answers, ("name", "mine"), {}, "expected answers as a mapping of names to texts, got 'name'"),
    (fc.case_from_answers, ({}, None), {}, "expected a folder for rows of your own, got none"),
    (fc.read_news, ("no-such-file.txt", CASE), {}, "no-such-file.txt: expected"),
    (fc.ForecastExplorer, (CASE,), {"target": "signed"}, "expected a target out of"),
    (fc.ForecastExplorer, (CASE,), {"data": 7}, "expected the folder of a record as a path, got 7"),
    (fc.EventForm, ("no-such-case",), {}, "expected the case_id of a case in the record, got 'no-such-case'"),
    (fc.compare, (CASE,), {}, "expected 2 to 8 different forecasts, cases times days, got 1"),
    (fc.compare, (7,), {}, "expected cases as one or a list of them, got 7"),
    (fc.compare, ([CASE, "mtcr-1987"], 7), {}, "expected as_of as one or a list of them, got 7"),
    (fc.compare, ([CASE, 7],), {}, "expected case_id as text, got 7"),
    (fc.compare, ([CASE, "mtcr-1987"],), {"horizon": "12"}, "expected horizons"),
    (fc.what_if, (CASE, 7), {}, "expected scenarios as made by scenario(name, acts, facts), got 7"),
    (fc.what_if, (CASE, []), {}, "expected scenarios as made by scenario(name, acts, facts), got []"),
    (fc.what_if, (7, [fc.scenario("x")]), {}, "expected case_id as text, got 7"),
    (fc.possible_acts, (7,), {}, "expected case_id as text, got 7"),
    (fc.possible_acts, (CASE, 7), {}, "expected a day as a date or as YYYY-MM-DD, got 7"),
    (fc.scenario, ("",), {}, "expected a name of 1 to 120 characters for a scenario, got ''"),
    (fc.scenario, ("x", "talks end"), {}, "expected acts with their days as a mapping, got 'talks end'"),
    (fc.scenario, ("x", {"talks end": None}), {}, "expected a day as a date or as YYYY-MM-DD, got None"),
    (fc.scenario, ("x", None, 7), {}, "expected facts with their values as a mapping, got 7"),
    (fc.read_scenarios, ("no-such-file.json", CASE), {}, "no-such-file.json: expected"),
    (fc.conditional, (None, CASE, "talks", "2027-01-01"), {}, "expected history as what load_history gives, got None"),
    (fc.conditional, ("history", CASE, 7, "2027-01-01"), {}, "expected step as text, got 7"),
    (fc.conditional, ("history", CASE, "talks", None), {}, "expected a day as a date or as YYYY-MM-DD, got None"),
    (fc.number_history, (None, CASE), {}, "expected history as what load_history gives, got None"),
    (fc.number_history, ("history", 7), {}, "expected case_id as text, got 7"),
    (fc.number_history, ("history", CASE, 7), {}, "expected a day as a date or as YYYY-MM-DD, got 7"),
    (fc.number_history, ("history", CASE), {"target": "signed"}, "expected a target out of"),
    (fc.event_features, ([], "no-such-file.parquet"), {}, "no-such-file.parquet: expected"),
    (fc.event_features, ([], 7), {}, "expected the file of `forecasting streams build` as a path, got 7"),
    (fc.unusual_activity, ("no-such.store",), {}, "expected a store of event files, got nothing in no-such.store"),
    (fc.unusual_activity, (7,), {}, "expected the folder of `forecasting streams build` as a path, got 7"),
    (fc.unusual_activity, ("no-such.store", 7), {}, "expected a day as a date or as YYYY-MM-DD, got 7"),
    (act, (), {"overlay": None}, "expected a folder for rows of your own, got none"),
    (act, (), {"formal": "signed"}, "expected a target out of concluded, in_force, got 'signed'"),
    (act, (), {"horizons": [0]}, "expected horizons"),
    (act, (), {"data": 7}, "expected the folder of a record as a path, got 7"),
    (act, (), {"artefacts": 7}, "expected artefacts as a folder or None, got 7"),
    (act, (), {"case_id": [CASE]}, "case: expected the case_id of a case in the record"),
    (step, (), {"ladder": None}, "ladder: expected ladder as one of formalization, strain, got None"),
    (fc.looked, (CASE, 7), {"overlay": "mine"}, "until: expected until as YYYY-MM-DD"),
    (fc.retract, (7, "why"), {"overlay": "mine"}, "expected the event_id of an act in the record, got 7"),
    (fc.correct, ("x", "y", "z", "", "why"), {"overlay": "mine"}, "table: expected table as one of"),
    (fc.correct, ("cases", CASE, "type", "", "why", 7), {"overlay": "mine"}, "on: expected on as a day"),
]  # fmt: skip
UNCHECKED = {"Dossier", "Event", "FittedModels", "ForecastingError", "HORIZONS", "History", "Incidence", "LeakageError",
             "MODELS", "SchemaError", "Session", "UsageError", "aalen_johansen", "case_months", "CaseForm", "NewsReader",
             "add_event", "add_step"}  # fmt: skip
"""Values, errors and forms of results; arrays of numbers; widgets whose inputs are checked when used; `act`, `step`."""


@pytest.mark.parametrize(
    ("door", "arguments", "named", "said"), WRONG, ids=[f"{n}-{one[0].__name__}" for n, one in enumerate(WRONG)]
)
def test_what_cannot_be_meant_is_told_in_a_sentence(history, tmp_path, monkeypatch, door, arguments, named, said):
    monkeypatch.chdir(tmp_path)
    given = [history if one == "history" else one for one in arguments]
    with pytest.raises(fc.UsageError) as refused:
        door(*given, **named)
    assert str(refused.value).startswith(said)
    assert list(tmp_path.iterdir()) == []


def test_every_public_function_has_its_rows():
    doors = {door.__name__ for door, *_ in WRONG}
    assert set(fc.__all__) - doors - UNCHECKED == set()
