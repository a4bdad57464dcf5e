import shutil

import pytest

from forecasting.record.differences import changed_cases, differences
from forecasting.store.errors import UsageError

CASE, ACT = "salt2-observance-1979", "salt2-observance-1979-e05"


@pytest.fixture
def old(small_copy, tmp_path):
    return shutil.copytree(small_copy.folder, tmp_path / "old")


def test_a_record_does_not_differ_from_its_copy(small_copy, old):
    assert differences(old, small_copy.folder) == []


def test_rows_added_changed_and_removed_are_told_by_key(small_copy, old):
    small_copy.edit("cases", CASE, name="Another name")
    small_copy.drop("events", ACT)
    small_copy.append("claims", claim_id="rumour", about="a rumour", source_id="s0001")
    found = {one.table: one for one in differences(old, small_copy.folder)}
    assert set(found) == {"cases", "events", "claims"}
    assert [(row.key, row.cells["name"][1]) for row in found["cases"].changed] == [(CASE, "Another name")]
    assert (found["events"].removed, found["events"].added) == ((ACT,), ())
    assert found["claims"].added == ("rumour",)
    assert changed_cases(list(found.values())) == {CASE}


def test_the_other_way_round_what_was_removed_was_added(small_copy, old):
    small_copy.drop("events", ACT)
    (one,) = differences(small_copy.folder, old)
    assert (one.added, one.removed, one.cases) == ((ACT,), (), {CASE})


def test_a_correction_belongs_to_the_case_whose_row_it_corrects(small_copy, old):
    row = {"field": "confidence", "value": "low", "recorded_on": "2026-03-01", "reason": "why not"}
    small_copy.append("corrections", table="events", row_key=ACT, **row)
    assert changed_cases(differences(old, small_copy.folder)) == {CASE}
    small_copy.append("corrections", table="outcomes", row_key="vladivostok-1974/in_force", **row)
    assert changed_cases(differences(old, small_copy.folder)) == {CASE, "vladivostok-1974"}


def test_a_column_that_only_one_has_is_told_and_its_cells_are_no_change(small_copy, old):
    text = (old / "sources.csv").read_text(encoding="utf-8")
    (old / "sources.csv").write_text("\n".join(line.rsplit(",", 2)[0] for line in text.split("\n")), encoding="utf-8")
    (one,) = differences(old, small_copy.folder)
    assert (one.columns_added, one.changed, one.added) == (("opened_on", "text_sha256"), (), ())


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "cases.csv").unlink(), "expected the folder of a record, got {} without cases.csv; name another"),
        (lambda folder: (folder / "claims.csv").write_bytes(b"\xff"), "expected {}/claims.csv as CSV in UTF-8, got "),
        (lambda folder: (folder / "claims.csv").write_text("a,b\n"), "expected {}/claims.csv with the column claim_id, got a,b; run: forecasting check --data"),
    ],
)  # fmt: skip
def test_a_folder_that_is_no_record_is_refused(small_copy, old, spoil, message):
    spoil(small_copy.folder)
    with pytest.raises(UsageError) as refused:
        differences(old, small_copy.folder)
    assert str(refused.value).startswith(message.format(small_copy.folder))
