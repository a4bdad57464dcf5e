import codecs
from pathlib import Path

import pytest

from forecasting import SchemaError, fit_models, forecast, load_history
from forecasting.record.history import History
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES

CASE = "us-china-encounters-mou-2014"
HEADER = ",".join(TABLES["calendar"].names)
DESCRIPTOR = "datapackage.json: expected a Data Package descriptor with data_end as a day, YYYY-MM-DD"
SPOILT = {
    "quote never closed": ("calendar.csv", lambda old: old + b'"abc', "calendar.csv row {last}: expected well-formed CSV, got unexpected end of data"),
    "text after a quote": ("calendar.csv", lambda old: old + b'"a"b,c\n', "calendar.csv row {last}: expected well-formed CSV, got ',' expected after '\"'"),
    "too few cells": ("calendar.csv", lambda old: old + b"a,b\n", "calendar.csv row {last} (a): expected 5 cells, got 2 cells"),
    "too many cells": ("calendar.csv", lambda old: old + b"a,b,c,d,e,f\n", "calendar.csv row {last} (a): expected 5 cells, got 6 cells"),
    "line break inside a cell": ("calendar.csv", lambda old: old + b'a,b,c,"d\ne",f\n', "calendar.csv row {last} (a): expected cells of one line, got a line break inside a cell"),
    "byte of Latin-1": ("calendar.csv", lambda old: old + b"caf\xe9,b,c,d,e\n", "calendar.csv row {last}: expected text in UTF-8, got byte 0xe9"),
    "no content": ("calendar.csv", lambda old: b"", "calendar.csv: expected a header and rows, got an empty file"),
    "blank lines only": ("calendar.csv", lambda old: b"\n \r\n", "calendar.csv: expected a header and rows, got an empty file"),
    "column renamed": ("calendar.csv", lambda old: old.replace(b"what", b"event", 1), f"calendar.csv row 1: expected the header {HEADER}, got {HEADER.replace('what', 'event')}"),
    "semicolons": ("calendar.csv", lambda old: old.replace(b",", b";"), f"calendar.csv row 1: expected the header {HEADER}, got a header separated by ';'; save the file as CSV with commas"),
    "quoted and semicolons": ("calendar.csv", lambda old: b'"' + old.replace(b",", b'";"').replace(b"\n", b'"\n"', 1), f"calendar.csv row 1: expected the header {HEADER}, got a header separated by ';'; save the file as CSV with commas"),
    "tabs": ("calendar.csv", lambda old: old.replace(b",", b"\t"), f"calendar.csv row 1: expected the header {HEADER}, got a header separated by '\\t'; save the file as CSV with commas"),
    "columns in another order": ("calendar.csv", lambda old: old.replace(b"case_id,announced_date", b"announced_date,case_id", 1), f"calendar.csv row 1: expected the header {HEADER}, got {HEADER.replace('case_id,announced_date', 'announced_date,case_id')}"),
    "descriptor without data_end": ("datapackage.json", lambda old: old.replace(b"data_end", b"end", 1), f"{DESCRIPTOR}, got KeyError: 'data_end'"),
    "descriptor that is a list": ("datapackage.json", lambda old: b"[]", f"{DESCRIPTOR}, got TypeError: list indices must be integers or slices, not str"),
    "data_end that is no day": ("datapackage.json", lambda old: old.replace(b"2026-08-31", b"August", 1), f"{DESCRIPTOR}, got UsageError: expected a day as YYYY-MM-DD, for example 2026-02-05, got 'August'"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "change", "message"), SPOILT.values(), ids=SPOILT)
def test_an_unreadable_file_is_one_fault(small_copy, file, change, message):
    last = small_copy.last_row("calendar") + 1
    small_copy.rewrite(file, change)
    with pytest.raises(SchemaError) as refused:
        small_copy.read()
    assert str(refused.value) == message.format(last=last)


@pytest.mark.parametrize("file", ["cases.csv", "events/hand_coded.csv", "corrections.csv", "datapackage.json"])
def test_a_missing_file_is_a_fault(small_copy, file):
    (small_copy.folder / file).unlink()
    with pytest.raises(SchemaError) as refused:
        small_copy.read()
    assert str(refused.value) == f"{file}: expected a readable file, got No such file or directory"


def test_a_missing_folder_is_a_fault(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SchemaError) as refused:
        read_record(Path("nowhere"))
    assert str(refused.value) == "nowhere: expected a folder with the record, got no such folder"


def test_every_unreadable_file_is_told_at_once(small_copy):
    small_copy.rewrite("cases.csv", lambda old: b"")
    small_copy.rewrite("parties.csv", lambda old: old + b"a,b\nc,d\n")
    small_copy.rewrite("datapackage.json", lambda old: b"[]")
    (small_copy.folder / "coding.csv").unlink()
    with pytest.raises(SchemaError) as refused:
        small_copy.read()
    files = [fault.file for fault in refused.value.faults]
    assert files == ["cases.csv", "coding.csv", "datapackage.json", "parties.csv", "parties.csv"]


@pytest.mark.parametrize(
    "change",
    [
        lambda old: old.replace(b"\n", b"\r\n"),
        lambda old: old.replace(b"\n", b"\r"),
        lambda old: codecs.BOM_UTF8 + old,
        lambda old: codecs.BOM_UTF8 + old.replace(b"\n", b"\r\n"),
    ],
    ids=["CRLF", "CR", "BOM", "BOM and CRLF"],
)
def test_line_ends_and_a_byte_order_mark_change_nothing(record, record_copy, change):
    for path in record_copy.folder.rglob("*.csv"):
        record_copy.rewrite(path.relative_to(record_copy.folder).as_posix(), change)
    again = record_copy.read()
    assert again.sha256 == record.sha256
    for name, raw in record.tables.items():
        assert again.tables[name].cells.equals(raw.cells)
        assert list(again.tables[name].rows) == list(raw.rows)


def test_a_record_saved_by_a_spreadsheet_forecasts_the_same(history, record_copy):
    for path in record_copy.folder.rglob("*.csv"):
        record_copy.rewrite(
            path.relative_to(record_copy.folder).as_posix(), lambda old: codecs.BOM_UTF8 + old.replace(b"\n", b"\r\n")
        )
    again = load_history(record_copy.folder)
    tables = [forecast(known, CASE, fitted=fit_models(known, ["base_rate"])) for known in (history, again)]
    assert tables[0].equals(tables[1])


def test_a_record_read_again_has_the_same_tables_but_for_those_whose_files_changed(small_copy):
    first = small_copy.read()
    small_copy.edit("cases", CASE, name="Another name")
    again = small_copy.read()
    assert {name for name in TABLES if again.tables[name] is not first.tables[name]} == {"cases"}
    assert (again.tables["cases"].cells["name"] == "Another name").sum() == 1
    assert "Another name" not in set(first.tables["cases"].cells["name"])


def test_a_file_that_cannot_be_read_is_told_each_time(small_copy):
    small_copy.rewrite("calendar.csv", lambda old: old + b"a,b\n")
    told = []
    for _ in range(2):
        with pytest.raises(SchemaError) as error:
            small_copy.read()
        told.append(str(error.value))
    assert told[0] == told[1]
    assert "expected 5 cells, got 2 cells" in told[0]


def test_what_is_done_to_a_table_of_one_history_is_not_seen_in_another(small_copy):
    record = small_copy.read()
    one, other = (History(record.data_end, record) for _ in range(2))
    before = other.parties.copy()
    one.parties["name"] = "nobody"
    assert set(one.parties["name"]) == {"nobody"}
    assert other.parties.equals(before)
    assert History(record.data_end, record).parties.equals(before)


def test_one_changed_cell_changes_the_hash(record, record_copy):
    record_copy.edit("cases", CASE, name="Another name")
    assert record_copy.read().sha256 != record.sha256


def test_blank_lines_do_not_move_the_rows_that_faults_name(small_copy):
    row = small_copy.row_of("cases", CASE)
    small_copy.edit("cases", CASE, matched="loosely")
    small_copy.rewrite("cases.csv", lambda old: old.replace(b"\n", b"\n\n", 1))
    assert small_copy.faults() == [
        f"cases.csv row {row + 1} ({CASE}): expected matched as one of explicit, tacit, none, got 'loosely'"
    ]


def test_events_may_stand_in_several_files(record, record_copy):
    events = record_copy.path("events")
    header, *lines = events.read_text(encoding="utf-8").splitlines(keepends=True)
    events.write_text(header + "".join(lines[:1000]), encoding="utf-8")
    (events.parent / "more.csv").write_text(header + "".join(lines[1000:]), encoding="utf-8")
    again = record_copy.read().tables["events"]
    assert again.cells.equals(record.tables["events"].cells)
    assert (again.files[999], again.rows[999]) == ("events/hand_coded.csv", 1001)
    assert (again.files[1000], again.rows[1000]) == ("events/more.csv", 2)
