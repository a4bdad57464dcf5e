import json
import re

import pytest

from forecasting.record.descriptor import datapackage
from forecasting.record.schema import FORECAST_COLUMNS, TABLES
from forecasting.record.vocabulary import EVENT_KINDS, PLOVER_BY_KIND, PLOVER_CATEGORIES, STATES
from forecasting.store.package_data import shipped

COLUMNS = [(table, column) for table in TABLES.values() for column in table.columns]
NAMES = [f"{table.name}.{column.name}" for table, column in COLUMNS]


def test_the_shipped_descriptor_is_written_from_the_schema(record):
    written = json.loads((shipped("data") / "datapackage.json").read_text(encoding="utf-8"))
    assert written == datapackage(written["data_end"], written["version"])
    assert written["data_end"] == record.data_end.isoformat()


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=NAMES)
def test_a_column_says_what_it_holds(table, column):
    assert column.about.strip()
    assert bool(column.choices) == (column.kind in ("choice", "choices"))
    assert len(set(column.choices)) == len(column.choices)
    assert not column.link or (column.link in TABLES and column.kind in ("slug", "keys"))
    assert column.minimum <= column.maximum
    assert column.expected().startswith(f"{column.name} as ")
    assert column.expected().endswith(" or empty") != column.required


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_table_has_its_key_and_no_column_twice(table):
    assert table.about.strip()
    assert len(set(table.names)) == len(table.names)
    assert set(table.key) <= set(table.names)
    with pytest.raises(KeyError, match="colour"):
        table.column("colour")


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_the_descriptor_points_links_at_the_keys_of_tables(table):
    resource = next(r for r in datapackage("2026-08-31", "1")["resources"] if r["name"] == table.name)
    assert [field["name"] for field in resource["schema"]["fields"]] == table.names
    for link in resource["schema"]["foreignKeys"]:
        assert set(link["reference"]["fields"]) <= set(TABLES[link["reference"]["resource"]].key)


def test_every_kind_of_event_has_a_plover_category():
    assert set(PLOVER_BY_KIND.values()) <= set(PLOVER_CATEGORIES)
    assert TABLES["events"].column("kind").choices == EVENT_KINDS


def test_the_case_table_holds_no_column_of_the_outcome():
    assert set(TABLES["cases"].names) & set(TABLES["outcomes"].names) == {"case_id"}


def test_a_forecast_has_one_state_per_ending_and_one_for_none():
    assert STATES == ("formalized", "collapsed", "faded", "ongoing")
    assert len(set(FORECAST_COLUMNS)) == len(FORECAST_COLUMNS)


def test_the_codebook_names_every_file():
    codebook = (shipped("data") / "README.md").read_text(encoding="utf-8")
    assert [table.path for table in TABLES.values() if f"`{table.path}`" not in codebook] == []


def test_the_codebook_names_every_column():
    codebook = (shipped("data") / "CODEBOOK.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z0-9_]+)`", codebook))
    assert {column.name for _, column in COLUMNS} - named == set()
