"""The same record in another order of rows gives the same forecasts, to 1e-12; one changed row gives others."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from record.planting import with_table

from forecasting.forecasts import fit_models, forecast
from forecasting.models import MODELS
from forecasting.record.history import History
from forecasting.record.panel import spells
from forecasting.record.reading import RawTable

pytestmark = pytest.mark.long

DAY = date(2026, 2, 5)
CASES = ("new-start-post-expiry-2026", "us-china-encounters-mou-2014", "south-atlantic-zpcas-1986")
TABLES = ("cases", "outcomes", "events", "ladders", "sources")
KEY = ["model", "case_id", "horizon", "cause", "given"]
NUMBERS = ["probability", "lower", "upper"]
RATES = tuple(name for name in MODELS if name.endswith("base_rate"))
CHANGED = {
    # a row of each table, what is changed in it, and the models that it must move; no model reads the sources
    "cases": ({"case_id": CASES[0]}, {"type": "political_commitment"}, ("type_base_rate", "primary")),
    "outcomes": ({"case_id": "salt2-observance-1979", "target": "concluded"}, {"cause": "faded"}, ("ladder", *RATES)),
    "events": ({"event_id": "helsinki-cbm-1975-e10"}, {"kind": "leader_rejection"}, ("ladder_model",)),
    "ladders": ({"case_id": CASES[0], "ladder": "formalization"}, {"level": "3"}, ("ladder", "ladder_model")),
}


def shuffled(record, names, seed):
    """The record with the rows of some tables in another order."""
    rng = np.random.default_rng(seed)
    for name in names:
        raw = record.tables[name]
        order = rng.permutation(len(raw.cells))
        cells = raw.cells.iloc[order].reset_index(drop=True)
        moved = RawTable(raw.table, cells, raw.files[order], raw.rows[order])
        record = replace(record, tables={**record.tables, name: moved})
    return record


def said(record, models=tuple(MODELS)):
    known = History(DAY, record)
    return numbers(known, fit_models(known, models))


def numbers(known, fitted):
    table = forecast(known, CASES, fitted=fitted, horizons=[6, 60])
    return table.set_index(KEY)[NUMBERS].sort_index()


@pytest.fixture(scope="module")
def straight(trained):
    known, fitted, _ = trained
    assert known.as_of == DAY and tuple(fitted.models) == tuple(MODELS)
    return numbers(known, fitted)


def test_the_order_of_rows_changes_no_forecast(record, straight):
    other = said(shuffled(record, TABLES, seed=5))
    assert other.index.equals(straight.index)
    assert np.abs(other - straight).to_numpy().max() <= 1e-12


@pytest.mark.parametrize("name", CHANGED)
def test_one_changed_row_changes_a_forecast(record, straight, name):
    at, cells, moved = CHANGED[name]
    rows = record.tables[name].cells.copy()
    own = np.flatnonzero(np.all([rows[column] == value for column, value in at.items()], axis=0))
    assert len(own), f"no row of {name} with {at}"
    for column, value in cells.items():
        rows.loc[rows.index[own[0]], column] = value
    other = said(with_table(record, name, rows), moved)
    for model in moved:
        assert np.abs(other.loc[model] - straight.loc[model]).to_numpy().max() > 1e-6, model


def test_components_keep_their_numbers_in_another_order_and_get_others_with_other_cases(record):
    one, other = (spells(History(DAY, each)) for each in (record, shuffled(record, TABLES, seed=3)))
    number = dict(zip(one.case_ids, one.group.tolist(), strict=True))
    assert one.case_ids != other.case_ids
    assert number == dict(zip(other.case_ids, other.group.tolist(), strict=True))
    joined = record.tables["cases"].cells.copy()
    first, second = CASES[1:]
    cluster = joined.set_index("case_id")["cluster_id"]
    joined.loc[joined["cluster_id"] == cluster[first], "cluster_id"] = cluster[second]
    together = spells(History(DAY, with_table(record, "cases", joined)))
    after = dict(zip(together.case_ids, together.group.tolist(), strict=True))
    assert after[first] == after[second] != number[first]
    apart = [case for case in number if number[case] not in (number[first], number[second])]
    assert apart and all(after[case] == number[case] for case in apart)
