import inspect
import json
import math
import re
from datetime import timedelta

import numpy as np
import pandas as pd
import pytest
from calling import call

from forecasting import UsageError
from forecasting.features import FEATURES, HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex, catalogue, feature_table
from forecasting.features.literature import WORKS
from forecasting.features.registry import ROLES, feature

SHORTEST_REASON = 80
AUTHOR = r"[A-Z]\w+"
CITED = re.compile(rf"((?:{AUTHOR}, )?{AUTHOR}(?: and {AUTHOR})?) \(?(\d{{4}}(?:, \d{{4}})*)")


@pytest.fixture(scope="module")
def landmarks(history):
    """Three hundred random days of random cases, from the first public day on."""
    rng = np.random.default_rng(7)
    rows = history.cases.iloc[rng.integers(0, len(history.cases), 300)]
    known = [day.date() for day in rows["start_known_date"]]
    later = [timedelta(days=int(rng.integers(0, (history.as_of - day).days + 1))) for day in known]
    return [(case_id, day + more) for case_id, day, more in zip(rows["case_id"], known, later, strict=True)]


@pytest.fixture(scope="module")
def values(history, landmarks):
    return feature_table(DossierIndex(history), landmarks, FEATURES)


def works_in(reason):
    return {f"{authors} {year}" for authors, years in CITED.findall(reason) for year in years.split(", ")}


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_says_what_it_is(name):
    known = FEATURES[name]
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    assert known.role in ROLES
    assert known.unit in ("0/1", "probability", "share", "balance", "log months")
    assert known.minimum < known.maximum
    assert known.what.endswith(".")
    assert len(known.what) <= 120
    assert len(known.reason) >= SHORTEST_REASON
    assert inspect.getmodule(known.measure).__name__.endswith("." + known.family)


@pytest.mark.parametrize("name", FEATURES)
def test_the_reason_rests_on_works_that_are_listed(name):
    cited = works_in(FEATURES[name].reason)
    assert cited
    assert cited <= set(WORKS)


def test_every_work_listed_is_cited():
    assert set().union(*(works_in(known.reason) for known in FEATURES.values())) == set(WORKS)


@pytest.mark.parametrize("name", FEATURES)
def test_a_feature_is_finite_in_range_and_not_constant(values, name):
    known, column = FEATURES[name], values[name]
    assert column.dtype == "float64"
    assert np.isfinite(column).all()
    assert column.between(known.minimum, known.maximum).all()
    assert column.nunique() > 1


@pytest.mark.parametrize("name", [name for name, known in FEATURES.items() if known.unit == "0/1"])
def test_a_state_is_yes_or_no(values, name):
    assert set(values[name]) <= {0.0, 1.0}


def test_the_model_has_about_fifteen_covariates_and_does_without_hindsight():
    assert 13 <= len(MODEL_FEATURES) <= 17
    assert HINDSIGHT_FEATURES == ("formal_target_named", "negotiation_underway", "ratification_required")
    assert not set(MODEL_FEATURES) & set(HINDSIGHT_FEATURES)


def test_a_table_has_the_landmarks_in_order_and_the_columns_asked_for(history, landmarks, values):
    index = DossierIndex(history)
    pd.testing.assert_frame_equal(feature_table(index, landmarks[:20]), values.loc[:19, list(MODEL_FEATURES)])
    backwards = feature_table(index, landmarks[19::-1], ["signal_balance", "bilateral"])
    assert backwards.to_numpy() == pytest.approx(values.loc[19::-1, ["signal_balance", "bilateral"]].to_numpy())
    assert feature_table(index, [], ["bilateral"]).shape == (0, 1)


@pytest.mark.parametrize("name", ["talks_underway", "TALKS_UNDER_WAY"])
def test_an_unknown_feature_is_refused_with_the_nearest_names(history, name):
    with pytest.raises(UsageError) as refused:
        feature_table(DossierIndex(history), [], ["bilateral", name])
    assert str(refused.value).startswith(
        f"expected the name of a feature, got {name!r}; did you mean talks_under_way, "
    )


def test_a_name_is_taken_once():
    def bilateral(dossier):
        """Another one."""

    with pytest.raises(ValueError, match="two features are called bilateral"):
        feature(unit="0/1", minimum=0, maximum=1, role="catalogue")(bilateral)


def test_the_catalogue_lists_every_feature_with_its_reason():
    rows = catalogue()
    assert list(rows["name"]) == list(FEATURES)
    assert list(rows.columns) == ["name", "family", "role", "unit", "minimum", "maximum", "what", "reason"]
    assert rows.notna().all(axis=None)


def test_the_command_prints_the_catalogue(capsys):
    assert call("features", json=True) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(catalogue().to_json(orient="records"))
    assert call("features") == 0
    printed = capsys.readouterr().out
    assert all(f"  {name}  [" in printed and known.reason in printed for name, known in FEATURES.items())


def test_the_longest_clock_is_in_months_as_a_logarithm():
    clocks = [known for known in FEATURES.values() if known.unit == "log months"]
    assert all(math.expm1(known.maximum) == pytest.approx(round(math.expm1(known.maximum))) for known in clocks)
