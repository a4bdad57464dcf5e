"""The record in the forms of other programs: CSV, Parquet, Stata (which R reads too) and Excel, with labels."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.record.forms import Column, Kind
from forecasting.record.reading import RawRecord
from forecasting.record.schema import TABLES
from forecasting.record.values import days_of
from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole

LABEL: Final = 80
"""Longest label of a variable that Stata has room for, in characters."""
SHORT: Final = 2045
"""Longest text of an ordinary Stata variable, in bytes; a longer one is a strL."""
COW: Final = "_cow"
CODEBOOK: Final = "codebook"
YES_NO: Final[dict[int | float, str]] = {0: "no", 1: "yes"}


@dataclass(frozen=True)
class Exported:
    """A table as it is exported.

    Attributes
    ----------
    name, about : str
        Name of the table, and what it holds.
    columns : tuple of Column
        In order; `<name>_cow` beside each column of parties has their Correlates of War numbers.
    cells : pandas.DataFrame
        Text, empty where nothing is said.
    """

    name: str
    about: str
    columns: tuple[Column, ...]
    cells: pd.DataFrame

    def typed(self, column: Column) -> "pd.Series[Any]":
        """A column as days, whole numbers, numbers or text; missing where the cell is empty."""
        cells = self.cells[column.name]
        if column.kind == "day":
            return days_of(cells)
        if column.kind in ("integer", "flag"):
            return pd.to_numeric(cells, errors="coerce").astype("Int64")
        if column.kind in ("number", "probability"):
            return pd.to_numeric(cells, errors="coerce").astype("float64")
        return cells.mask(cells == "")


def export(record: RawRecord, folder: Path, form: str, replace: bool = False) -> list[Path]:
    """Write every table of a record in the form of another program.

    Parameters
    ----------
    record : RawRecord
        A record without faults.
    folder : Path
        Where the files go; made if it does not exist.
    form : {"csv", "parquet", "stata", "xlsx"}
        Form of the files: one a table, and `codebook.csv`; one workbook for `xlsx`.
    replace : bool
        Whether files of these names that exist are replaced.

    Returns
    -------
    list of Path
        Files written.

    Raises
    ------
    UsageError
        For another form, a file that exists already, a library that is not installed, and a folder that cannot be
        written; nothing is written then.
    """
    if form not in FORMS:
        raise UsageError(f"expected --format as one of {', '.join(FORMS)}, got {form!r}")
    ending, maker = FORMS[form]
    tables = list(exported(record))
    version = f"version {record.descriptor.get('version', '')}, sha256 {record.sha256[:12]}"
    names = ["record"] if form == "xlsx" else [table.name for table in tables]
    targets = [folder / f"{name}.{ending}" for name in names]
    targets += [] if form == "xlsx" else [folder / f"{CODEBOOK}.csv"]
    if not replace and (there := [path for path in targets if path.exists()]):
        raise UsageError(
            f"expected a folder without {there[0].name}, got {there[0]}; choose another with --out, or say --replace"
        )
    made = maker(tables, version)
    contents = dict(zip(targets, made if form == "xlsx" else [*made, _csv_bytes(codebook(tables))], strict=True))
    write_whole(contents, "--out")
    return targets


def exported(record: RawRecord) -> Iterator[Exported]:
    """Every table with the Correlates of War numbers of its parties."""
    parties = record.tables["parties"].cells
    numbers = dict(zip(parties["code"], parties["cow_code"], strict=True))
    for name, table in TABLES.items():
        cells, columns = record.tables[name].cells.copy(), []
        for column in table.columns:
            columns.append(column)
            if column.link == "parties":
                columns.append(_numbers(column))
                cells[f"{column.name}{COW}"] = [
                    ";".join(filter(None, (numbers.get(code, "") for code in cell.split(";"))))
                    for cell in cells[column.name]
                ]
        yield Exported(name, table.about, tuple(columns), cells[[column.name for column in columns]])


def _numbers(column: Column) -> Column:
    about = f"Correlates of War state numbers of {column.name}, where they have one"
    kind: Kind = "integer" if column.kind == "slug" else "text"
    return Column(f"{column.name}{COW}", kind, about, required=False, maximum=999)


def codebook(tables: list[Exported]) -> pd.DataFrame:
    """One row for each table and column: form, unit, codes, meaning."""
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "column": column.name,
                "kind": column.kind,
                "unit": column.unit,
                "required": int(column.required),
                "codes": ";".join(column.choices),
                "meaning": column.about,
            }
            for table in tables
            for column in table.columns
        ]
    )


def _csv_bytes(cells: pd.DataFrame) -> bytes:
    return cells.to_csv(index=False, lineterminator="\n").encode()


def _csv(tables: list[Exported], version: str) -> list[bytes]:  # noqa: ARG001 - one form for all makers
    return [_csv_bytes(table.cells) for table in tables]


def _parquet(tables: list[Exported], version: str) -> list[bytes]:
    arrow, parquet = _library("pyarrow", "parquet"), _library("pyarrow.parquet", "parquet")
    kinds = {"day": arrow.date32(), "integer": arrow.int64(), "flag": arrow.int64(), "number": arrow.float64(),
             "probability": arrow.float64()}  # fmt: skip
    made = []
    for table in tables:
        arrays = [
            arrow.Array.from_pandas(table.typed(column), type=kinds.get(column.kind, arrow.string()))
            for column in table.columns
        ]
        fields = [
            arrow.field(column.name, array.type, metadata=_notes(column))
            for column, array in zip(table.columns, arrays, strict=True)
        ]
        about = {"description": table.about, "version": version}
        buffer = io.BytesIO()
        parquet.write_table(arrow.Table.from_arrays(arrays, schema=arrow.schema(fields, metadata=about)), buffer)
        made.append(buffer.getvalue())
    return made


def _notes(column: Column) -> dict[str, str]:
    told = {"description": column.about, "unit": column.unit, "codes": ";".join(column.choices)}
    return {name: text for name, text in told.items() if text}


def _stata(tables: list[Exported], version: str) -> list[bytes]:
    made = []
    for table in tables:
        columns: dict[str, pd.Series[Any]] = {}
        labels: dict[str, dict[int | float, str]] = {}
        for column in table.columns:
            values = table.typed(column)
            if column.kind == "choice":
                labels[column.name] = dict(enumerate(column.choices, 1))
                codes = {choice: number for number, choice in enumerate(column.choices, 1)}
                values = values.map(codes)
            elif column.kind == "flag":
                labels[column.name] = dict(YES_NO)
            if pd.api.types.is_numeric_dtype(values) or column.kind == "choice":
                columns[column.name] = values.astype("float64")
            else:
                columns[column.name] = values if column.kind == "day" else table.cells[column.name].astype(object)
        frame = pd.DataFrame(columns)
        long = [
            name for name in frame if frame[name].dtype == object
            and max((len(cell.encode()) for cell in frame[name]), default=0) > SHORT
        ]  # fmt: skip
        buffer = io.BytesIO()
        frame.to_stata(
            buffer,
            write_index=False,
            version=118,
            convert_dates={column.name: "td" for column in table.columns if column.kind == "day"},
            convert_strl=long,
            data_label=f"{table.name}, {version}"[:LABEL],
            variable_labels={column.name: _label(column) for column in table.columns},
            value_labels=labels,
        )
        made.append(buffer.getvalue())
    return made


def _label(column: Column) -> str:
    """The meaning of a column in as many words as Stata has room for."""
    about = f"{column.about} ({column.unit})" if column.unit else column.about
    return about if len(about) <= LABEL else f"{about[: LABEL - 3].rsplit(' ', 1)[0]}..."


def _xlsx(tables: list[Exported], version: str) -> list[bytes]:
    excel = _library("openpyxl", "xlsx")
    book = excel.Workbook(write_only=True)
    book.properties.title = version
    cell_of = _library("openpyxl.cell", "xlsx").WriteOnlyCell

    def text(sheet: Any, value: str) -> Any:
        cell = cell_of(sheet, value=value)
        cell.data_type = "s"  # a text that begins with '=' is no formula
        return cell

    for name, frame in [(table.name, _for_excel(table)) for table in tables] + [(CODEBOOK, codebook(tables))]:
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        sheet.append([text(sheet, str(column)) for column in frame.columns])
        for row in frame.itertuples(index=False):
            sheet.append([text(sheet, value) if isinstance(value, str) and value else value or None
                          if isinstance(value, str) else value for value in row])  # fmt: skip
    buffer = io.BytesIO()
    book.save(buffer)
    return [buffer.getvalue()]


def _for_excel(table: Exported) -> pd.DataFrame:
    """Numbers as such; days as text, since Excel has none before 1900."""
    numeric = ("integer", "flag", "number", "probability")
    columns = {}
    for column in table.columns:
        if column.kind in numeric:
            values = table.typed(column)
            columns[column.name] = values.astype(object).where(values.notna(), None)
        else:
            columns[column.name] = table.cells[column.name].astype(object)
    return pd.DataFrame(columns)


def _library(name: str, form: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        library = name.partition(".")[0]
        raise UsageError(
            f"expected {library}, which {form} needs, got no such library; install it with: "
            "pip install 'forecasting[export]'"
        ) from None


Maker = Callable[[list[Exported], str], list[bytes]]
FORMS: Final[dict[str, tuple[str, Maker]]] = {
    "csv": ("csv", _csv), "parquet": ("parquet", _parquet), "stata": ("dta", _stata), "xlsx": ("xlsx", _xlsx),
}  # fmt: skip
