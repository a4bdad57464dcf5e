import csv
import io

import pytest

from forecasting import UsageError, forecast, load_history
from forecasting.record.forms import PLACEHOLDER
from forecasting.record.new_case import add_case
from forecasting.record.reading import read_record
from forecasting.store.package_data import shipped

CASE = "atlantis-lemuria-2025"
FILES = [
    "cases.csv",
    "outcomes.csv",
    "coding.csv",
    "sources.csv",
    "case_sources.csv",
    f"events/{CASE}.csv",
    "datapackage.json",
]
ANSWERS = {
    "name": "Handshake on deep-sea arms",
    "type": "political_commitment",
    "domain": "naval",
    "parties": "USA;RUS",
    "n_parties": "2",
    "start_date": "2025-03-01",
    "start_known_date": "2025-03-02",
    "matched": "explicit",
    "verification": "none",
    "limit_object": "numbers",
    "summary": "Two delegations told the press that they would keep to the numbers.",
    "last_observed_date": "2026-06-30",
    "looked_until": "2026-06-30",
    "event_date": "2025-03-01",
    "known_date": "2025-03-02",
    "kind": "agreed_statement",
    "plover": "AGREE",
    "title": "Report on the handshake",
    "publisher": "A newspaper",
    "url": "https://example.org/handshake",
}


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def fill(folder, answers):
    """Write an answer into every cell that holds the placeholder; a chance gets 0, a source kind is news."""
    for name in (name for name in FILES if name.endswith(".csv")):
        lines = list(csv.reader(io.StringIO((folder / name).read_text(encoding="utf-8"), newline="")))
        given = answers | ({"kind": "news"} if name == "sources.csv" else {})
        for line in lines[1:]:
            line[:] = [
                given.get(column, "0") if cell == PLACEHOLDER else cell
                for column, cell in zip(lines[0], line, strict=True)
            ]
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


def test_a_new_folder_gets_the_shipped_record_and_the_template(tmp_path):
    folder = tmp_path / "deep" / "mine"
    assert add_case(CASE, folder) == [folder / name for name in FILES]
    old, new = contents(shipped("data")), contents(folder)
    assert set(new) - set(old) == {f"events/{CASE}.csv"}
    about_shipped = {name for name in old if name.startswith(("card/", "evaluation/"))}
    own = {"DATASHEET.md", "DEVELOPMENT.md", "REGISTRATION.md", "SAMPLING.md", "croissant.json", "sampling.csv"}
    assert set(old) - set(new) == own | about_shipped
    assert {"card/stewards.json", "evaluation/skill.csv", "evaluation/track_record.csv"} <= about_shipped
    assert {name for name in set(old) & set(new) if old[name] != new[name]} == {*FILES[:5], "datapackage.json"}
    assert all(new[name].startswith(old[name]) for name in FILES[:5])
    assert [path.name for path in folder.parent.iterdir()] == ["mine"]


def test_the_template_has_one_row_per_table_and_one_outcome_per_target(tmp_path):
    add_case(CASE, tmp_path / "mine")
    tables = read_record(tmp_path / "mine").tables
    rows = {
        name: (tables[name].cells["case_id"] == CASE).sum()
        for name in ("cases", "outcomes", "coding", "events", "case_sources")
    }
    assert rows == {"cases": 1, "outcomes": 2, "coding": 1, "events": 1, "case_sources": 1}
    assert (tables["sources"].cells["source_id"] == f"{CASE}-s1").sum() == 1


def test_a_template_left_unfilled_is_refused_cell_by_cell(small_copy):
    add_case(CASE, small_copy.folder)
    faults = small_copy.faults()
    row = small_copy.last_row("cases")
    assert f"cases.csv row {row} ({CASE}): expected name as text, got '?'" in faults
    assert f"cases.csv row {row} ({CASE}): expected start_date as a day as YYYY-MM-DD, from 1800 on, got '?'" in faults
    assert f"events/{CASE}.csv row 2 ({CASE}): expected summary as text, got '?'" in faults
    assert all(fault.endswith("got '?'") for fault in faults)


def test_a_filled_template_passes_the_check_and_is_forecast(record_copy):
    add_case(CASE, record_copy.folder)
    fill(record_copy.folder, ANSWERS)
    assert record_copy.faults() == []
    table = forecast(load_history(record_copy.folder), CASE)
    assert set(table["case_id"]) == {CASE}
    assert table.groupby(["model", "horizon"])["probability"].sum().to_numpy() == pytest.approx(1.0)


def test_an_existing_record_of_ones_own_keeps_its_other_rows(small_copy):
    small_copy.edit("cases", "us-china-encounters-mou-2014", name="My own name")
    add_case(CASE, small_copy.folder)
    add_case("mu-lemuria-2026", small_copy.folder)
    cases = small_copy.read().tables["cases"].cells.set_index("case_id")
    assert cases.loc["us-china-encounters-mou-2014", "name"] == "My own name"
    assert list(cases.index[-2:]) == [CASE, "mu-lemuria-2026"]


def test_a_record_with_windows_line_ends_can_be_added_to(small_copy):
    small_copy.rewrite("cases.csv", lambda old: old.rstrip(b"\n").replace(b"\n", b"\r\n"))
    add_case(CASE, small_copy.folder)
    assert list(small_copy.read().tables["cases"].cells["case_id"])[-1] == CASE


@pytest.mark.parametrize("case_id", ["../../x", "<script>", "", "Upper-2026", "a--b", "a b", "ü-2026", "a\n", "a" * 71])
def test_a_case_id_that_is_no_slug_is_refused(tmp_path, case_id):
    with pytest.raises(UsageError) as refused:
        add_case(case_id, tmp_path / "mine")
    assert str(refused.value) == (
        "expected a case_id of lower-case words joined by hyphens, at most 70 characters, such as my-case-2026, "
        f"got {case_id!r}"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_case_id_that_is_taken_is_refused(small_copy):
    before = contents(small_copy.folder)
    with pytest.raises(UsageError) as refused:
        add_case("salt2-observance-1979", small_copy.folder)
    assert str(refused.value) == (
        f"expected a case_id that the record in {small_copy.folder} does not have, got 'salt2-observance-1979'"
    )
    assert contents(small_copy.folder) == before


def test_a_taken_case_id_leaves_no_new_folder_behind(tmp_path):
    with pytest.raises(UsageError):
        add_case("salt2-observance-1979", tmp_path / "mine")
    assert list(tmp_path.iterdir()) == []


def test_the_shipped_record_is_never_changed():
    before = contents(shipped("data"))
    with pytest.raises(UsageError) as refused:
        add_case(CASE, shipped("data"))
    assert (
        str(refused.value) == f"expected a folder of your own (the shipped record is read-only), got {shipped('data')}"
    )
    assert contents(shipped("data")) == before


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageError) as refused:
        add_case(CASE, tmp_path / "file" / "deep" / "mine")
    assert (
        str(refused.value)
        == f"expected a folder that can be made, got {tmp_path / 'file' / 'deep' / 'mine'}: Not a directory"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_folder_inside_the_shipped_record_is_refused():
    with pytest.raises(UsageError, match="the shipped record is read-only"):
        add_case("my-case-2026", shipped("data") / "mine")
    assert not (shipped("data") / "mine").exists()
