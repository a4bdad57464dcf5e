"""Exported files read back by the libraries that others read them with."""

import sys

import pandas as pd
import pytest

from forecasting.record.export import FORMS, export, exported
from forecasting.record.schema import TABLES
from forecasting.store.errors import UsageError

KINDS = {"csv": "csv", "stata": "dta", "parquet": "parquet"}
CASE = "salt2-observance-1979"


@pytest.fixture
def record(small_copy):
    return small_copy.read()


def cells_of(record, name):
    return record.tables[name].cells


def by_case(frame):
    return frame.set_index("case_id").loc[CASE]


def test_csv_keeps_every_cell_and_adds_numbers_of_states(record, tmp_path):
    paths = export(record, tmp_path, "csv")
    assert [path.name for path in paths] == [*(f"{name}.csv" for name in TABLES), "codebook.csv"]
    for name in TABLES:
        read = pd.read_csv(tmp_path / f"{name}.csv", dtype=str, keep_default_na=False)
        assert read[TABLES[name].names].to_numpy().tolist() == cells_of(record, name).to_numpy().tolist()
    cases = by_case(pd.read_csv(tmp_path / "cases.csv", dtype=str))
    assert (cases["parties"], cases["parties_cow"]) == ("USA;SUN", "2;365")
    described = pd.read_csv(tmp_path / "codebook.csv", keep_default_na=False)
    for name in TABLES:
        own = described.loc[described["table"] == name, "column"].tolist()
        assert own == list(pd.read_csv(tmp_path / f"{name}.csv", nrows=0).columns)


def test_stata_files_are_read_back_with_labels_of_variables_and_values(record, tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")  # the library on which R's haven stands
    export(record, tmp_path, "stata")
    for table in exported(record):
        read, told = pyreadstat.read_dta(str(tmp_path / f"{table.name}.dta"), apply_value_formats=True)
        assert list(read.columns) == [column.name for column in table.columns]
        assert told.file_label.startswith(f"{table.name}, version ")
        assert len(read) == len(table.cells)
        for column in table.columns:
            label = told.column_names_to_labels[column.name]
            assert label and (label.startswith(column.about[:60]) or label.endswith("..."))
            cells = table.cells[column.name].tolist()
            if column.kind == "choice":
                assert read[column.name].astype(object).where(read[column.name].notna(), "").tolist() == cells
            elif column.kind == "flag":
                assert [{"no": "0", "yes": "1"}[cell] for cell in read[column.name]] == cells
            elif column.kind == "day":
                assert [
                    "" if day is None or pd.isna(day) else day.isoformat()[:10] for day in read[column.name]
                ] == cells
            elif column.kind in ("integer", "number", "probability"):
                assert [float(cell or "nan") for cell in cells] == pytest.approx(
                    read[column.name].tolist(), nan_ok=True
                )
            else:
                assert read[column.name].tolist() == cells


def test_stata_files_have_days_and_codes_for_pandas_too(record, tmp_path):
    export(record, tmp_path, "stata")
    with pd.read_stata(tmp_path / "cases.dta", iterator=True, convert_categoricals=False) as reader:
        cases, labels, codes = by_case(reader.read()), reader.variable_labels(), reader.value_labels()
    assert cases["start_date"] == pd.Timestamp("1979-06-18")
    assert codes["type"][int(cases["type"])] == by_case(cells_of(record, "cases"))["type"]
    assert labels["n_parties"] == "number of states concerned, at least those listed"


def test_parquet_files_are_read_back_with_types_and_notes(record, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    export(record, tmp_path, "parquet")
    read = parquet.read_table(tmp_path / "cases.parquet")
    assert str(read.schema.field("start_date").type) == "date32[day]"
    assert str(read.schema.field("n_parties").type) == "int64"
    notes = read.schema.field("type").metadata
    assert notes[b"description"] == b"form of the arrangement" and b"informal_regime" in notes[b"codes"]
    assert read.schema.metadata[b"version"].startswith(b"version ")
    for name in TABLES:
        one = parquet.read_table(tmp_path / f"{name}.parquet")
        assert one.num_rows == len(cells_of(record, name))
    assert next(row for row in read.to_pylist() if row["case_id"] == CASE)["start_date"].isoformat() == "1979-06-18"
    terms = cells_of(record, "cases")["stated_horizon_months"].tolist()
    assert read.column("stated_horizon_months").to_pylist() == [int(cell) if cell else None for cell in terms]


def test_a_workbook_has_a_sheet_for_each_table_and_no_formula(small_copy, tmp_path):
    excel = pytest.importorskip("openpyxl")
    small_copy.edit("cases", CASE, summary="=1+1")
    record = small_copy.read()
    assert [path.name for path in export(record, tmp_path, "xlsx")] == ["record.xlsx"]
    book = excel.load_workbook(tmp_path / "record.xlsx")
    assert book.sheetnames == [*TABLES, "codebook"]
    head, *rows = book["cases"].iter_rows()
    cells = {name.value: cell for name, cell in zip(head, next(r for r in rows if r[0].value == CASE), strict=True)}
    assert (cells["summary"].value, cells["summary"].data_type) == ("=1+1", "s")
    assert (cells["n_parties"].value, cells["stated_horizon_months"].value) == (2, 78)
    place = [cell.value for cell in head].index("stated_horizon_months")
    assert None in [row[place].value for row in rows]
    assert cells["start_date"].value == "1979-06-18"
    assert [sheet.max_row - 1 for sheet in book.worksheets[:-1]] == [len(cells_of(record, name)) for name in TABLES]


def test_a_file_that_exists_is_replaced_only_when_told(record, tmp_path):
    (tmp_path / "claims.csv").write_text("mine")
    with pytest.raises(UsageError) as refused:
        export(record, tmp_path, "csv")
    assert str(refused.value) == (
        f"expected a folder without claims.csv, got {tmp_path}/claims.csv; choose another with --out, or say --replace"
    )
    assert [path.name for path in tmp_path.iterdir()] == ["claims.csv", "record"]
    export(record, tmp_path, "csv", replace=True)
    assert (tmp_path / "claims.csv").read_text() != "mine"


def test_another_format_is_refused(record, tmp_path):
    with pytest.raises(UsageError) as refused:
        export(record, tmp_path, "spss")
    assert str(refused.value) == f"expected --format as one of {', '.join(FORMS)}, got 'spss'"


@pytest.mark.parametrize(("form", "library"), [("parquet", "pyarrow"), ("xlsx", "openpyxl")])
def test_a_library_that_is_missing_is_named_with_the_extra_that_has_it(record, tmp_path, monkeypatch, form, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(UsageError) as refused:
        export(record, tmp_path / "out", form)
    assert str(refused.value) == (
        f"expected {library}, which {form} needs, got no such library; install it with: pip install 'forecasting[export]'"
    )
    assert not (tmp_path / "out").exists()
