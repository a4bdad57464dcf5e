import json
import re
import shutil

import pytest
from calling import call

from forecasting.store.errors import SchemaError, UsageError
from forecasting.store.package_data import shipped

CASE = "salt2-observance-1979"


@pytest.fixture
def told(capsys):
    """Exit code and output of a command."""

    def ask(*arguments, **options):
        code = call("data", *arguments, **options)
        return code, capsys.readouterr().out

    return ask


def test_files_that_are_made_from_the_schema_are_checked_and_made_again(small_copy, told):
    folder = small_copy.folder
    told("describe", data=folder)
    assert told("describe", data=folder, check=True) == (0, "")
    small_copy.edit("cases", CASE, name="Another name")
    assert told("describe", data=folder, check=True) == (1, f"stale: {folder}/croissant.json\n")
    assert told("describe", data=folder) == (0, f"{folder}/croissant.json\n")


def test_a_record_is_exported_once_and_again_only_when_told(small_copy, told, tmp_path):
    asked = {"data": small_copy.folder, "out": tmp_path / "out"}
    assert f"{tmp_path}/out/cases.csv\n" in told("export", **asked)[1]
    with pytest.raises(UsageError, match="choose another with --out, or say --replace"):
        told("export", **asked)
    assert told("export", **asked, replace=True, format="csv")[0] == 0


def test_a_faulty_record_is_not_exported(small_copy, told, tmp_path):
    small_copy.edit("cases", CASE, type="treaty")
    with pytest.raises(SchemaError, match="expected type as one of"):
        told("export", data=small_copy.folder, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_differences_are_printed_by_table_and_key(small_copy, told, tmp_path):
    old = shutil.copytree(small_copy.folder, tmp_path / "old")
    small_copy.edit("cases", CASE, name="Another name")
    line = rf"cases: 0 added, 1 changed, 0 removed\n  ~ {CASE}: name '.*' -> 'Another name'\n"
    assert re.fullmatch(line, told("diff", old, small_copy.folder, no_forecasts=True)[1])
    assert "\nno forecasts: " in told("diff", old, small_copy.folder)[1]
    found = json.loads(told("diff", old, small_copy.folder, json=True, no_forecasts=True)[1])
    assert found["tables"][0]["cases"] == [CASE] and found["forecasts"] == []
    assert told("diff", old, old) == (0, "no differences\n")


def test_the_citation_names_the_version_and_title_of_the_data():
    described = json.loads((shipped("data") / "datapackage.json").read_text(encoding="utf-8"))
    cited = (shipped("data").parent / "CITATION.cff").read_text(encoding="utf-8")
    for name, value in {
        **{n: described[n] for n in ("version", "title")},
        "license": described["licenses"][0]["name"],
    }.items():
        assert f"\n{name}: {value}\n" in cited
