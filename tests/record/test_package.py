"""Files that are made from the schema: descriptor, Croissant metadata, codebook."""

import json
import shutil

import pytest

from forecasting.record.codebook import BEGIN, END, with_list_of_tables
from forecasting.record.describing import made_files
from forecasting.record.forms import LINKED
from forecasting.record.schema import TABLES
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

MADE = ("datapackage.json", "croissant.json", "CODEBOOK.md", "README.md")


@pytest.mark.parametrize("name", MADE)
def test_the_shipped_files_are_those_that_the_schema_makes(name):
    made = made_files(shipped("data"))
    assert set(made) == set(MADE)
    again = "make it again with: forecasting data describe --data data"
    assert (shipped("data") / name).read_bytes() == made[name], again


def test_each_file_of_the_record_is_listed_once_and_no_path_is_a_pattern():
    made = {name: json.loads(made_files(shipped("data"))[name]) for name in MADE[:2]}
    paths = [
        path
        for one in made["datapackage.json"]["resources"]
        for path in ([one["path"]] if isinstance(one["path"], str) else one["path"])
    ]
    assert sorted(paths) == sorted({one["contentUrl"] for one in made["croissant.json"]["distribution"]})
    assert not any("*" in path for path in paths)
    assert all((shipped("data") / path).is_file() for path in paths)


def test_messages_name_the_files_of_the_tables_that_are_linked_to():
    assert {name: TABLES[name].path for name in LINKED} == LINKED
    assert {column.link for table in TABLES.values() for column in table.columns if column.link} <= set(LINKED)


def test_a_changed_table_changes_the_metadata_and_a_changed_column_the_descriptor(small_copy):
    before = made_files(small_copy.folder)
    small_copy.edit("cases", "salt2-observance-1979", name="Another name")
    after = made_files(small_copy.folder)
    assert [name for name in before if before[name] != after[name]] == ["croissant.json"]


def test_acts_in_a_file_that_the_descriptor_does_not_list_are_a_fault(plain_copy):
    acts = plain_copy.folder / "events" / "hand_coded.csv"
    (plain_copy.folder / "events" / "more.csv").write_text(acts.read_text(encoding="utf-8").split("\n")[0] + "\n")
    expected = "datapackage.json: expected events.path 2 entries, got 1 entries; make it anew with: forecasting data describe --data DIR"
    assert plain_copy.faults() == [expected]


def test_a_record_keeps_its_own_title_end_and_licence(small_copy):
    path = small_copy.folder / "datapackage.json"
    own = {"title": "Mine", "data_end": "2026-09-30", "licenses": [{"name": "CC0-1.0"}], "version": "7"}
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | own), encoding="utf-8")
    made = json.loads(made_files(small_copy.folder)["datapackage.json"])
    assert {name: made[name] for name in own} == own
    assert json.loads(made_files(small_copy.folder, "8")["datapackage.json"])["version"] == "8"


def test_a_page_without_a_place_for_the_list_stays_as_it_is():
    assert with_list_of_tables("# Mine\n") == "# Mine\n"
    assert "`cases.csv`" in with_list_of_tables(f"{BEGIN}\n{END}")


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "datapackage.json").unlink(), "expected a descriptor with data_end at {}/datapackage.json, got "),
        (lambda folder: (folder / "datapackage.json").write_text("[]"), "expected a descriptor with data_end at {}/datapackage.json, got "),
        (lambda folder: (folder / "claims.csv").unlink(), "expected claims.csv in {}, got no such file; add it, if only with its header"),
        (lambda folder: shutil.rmtree(folder / "events"), "expected events/*.csv in {}, got no such file; add it, if only with its header"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_record_is_refused(small_copy, spoil, message):
    spoil(small_copy.folder)
    with pytest.raises(UsageError) as refused:
        made_files(small_copy.folder)
    assert str(refused.value).startswith(message.format(small_copy.folder))
