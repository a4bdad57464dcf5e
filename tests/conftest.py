"""What the tests share: the shipped record, its history, and copies of it that a test may spoil."""

import csv
import io
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import nbformat
import pytest
from hypothesis import Phase, settings

from forecasting import MODELS, FittedModels, History, artefact, fit_models, load_history
from forecasting.history.checks import record_faults
from forecasting.history.files import RawRecord, read_record
from forecasting.places import shipped
from forecasting.schema import TABLES

FEW_CASES = (
    "uganda-tanzania-mogadishu-1972",
    "enmod-joint-statement-1974",
    "salt2-observance-1979",
    "us-china-encounters-mou-2014",
    "new-start-post-expiry-2026",
)

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=60, phases=PHASES)
settings.load_profile("fixed")


class RecordCopy:
    """A record in a folder of its own. Rows are named by their key, its parts joined by '/'."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, table: str) -> Path:
        return next(iter(sorted(self.folder.glob(TABLES[table].path))))

    def file(self, table: str) -> str:
        return self.path(table).relative_to(self.folder).as_posix()

    def row_of(self, table: str, key: str) -> int:
        """The row of the file on which the row with that key stands; the header is row 1."""
        return self._keys(table).index(key) + 2

    def last_row(self, table: str) -> int:
        return len(self._keys(table)) + 1

    def cells(self, table: str, key: str) -> dict[str, str]:
        line = self._lines(table)[self.row_of(table, key) - 1]
        return dict(zip(TABLES[table].names, line, strict=True))

    def edit(self, table: str, key: str, /, **cells: str) -> None:
        lines = self._lines(table)
        lines[self.row_of(table, key) - 1] = list((self.cells(table, key) | cells).values())
        self._write(table, lines)

    def append(self, table: str, /, **cells: str) -> None:
        self._write(table, [*self._lines(table), [cells.get(name, "") for name in TABLES[table].names]])

    def append_like(self, table: str, key: str, /, **cells: str) -> None:
        self.append(table, **(self.cells(table, key) | cells))

    def drop(self, table: str, key: str) -> None:
        lines = self._lines(table)
        del lines[self.row_of(table, key) - 1]
        self._write(table, lines)

    def keep_cases(self, case_ids: Iterable[str]) -> None:
        """Drop every row that belongs to another case."""
        for name, table in TABLES.items():
            if "case_id" in table.names:
                header, *lines = self._lines(name)
                self._write(name, [header, *(line for line in lines if line[table.names.index("case_id")] in case_ids)])

    def rewrite(self, file: str, change: Callable[[bytes], bytes]) -> None:
        """Change a file as bytes, for faults that no table could hold."""
        path = self.folder / file
        path.write_bytes(change(path.read_bytes()))

    def read(self) -> RawRecord:
        return read_record(self.folder)

    def faults(self) -> list[str]:
        return [str(fault) for fault in record_faults(self.read())]

    def _lines(self, table: str) -> list[list[str]]:
        return list(csv.reader(io.StringIO(self.path(table).read_text(encoding="utf-8"), newline="")))

    def _keys(self, table: str) -> list[str]:
        positions = [TABLES[table].names.index(name) for name in TABLES[table].key]
        return ["/".join(line[i] for i in positions) for line in self._lines(table)[1:]]

    def _write(self, table: str, lines: list[list[str]]) -> None:
        with self.path(table).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(lines)


@pytest.fixture(scope="session")
def record() -> RawRecord:
    """The shipped record."""
    return read_record(shipped("data"))


@pytest.fixture(scope="session")
def history() -> History:
    """The shipped record as of its end."""
    return load_history()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, FittedModels, Path]:
    """The record as of the founding case's first day, every model fitted on it, and the folder of their artefact."""
    known = load_history(as_of="2026-02-05")
    fitted = fit_models(known, MODELS)
    return known, fitted, artefact.save(fitted, known, tmp_path_factory.mktemp("artefacts")).folder


@pytest.fixture
def record_copy(tmp_path: Path) -> RecordCopy:
    """A copy of the shipped record."""
    return RecordCopy(shutil.copytree(shipped("data"), tmp_path / "record", copy_function=shutil.copyfile))


@pytest.fixture(scope="session")
def few_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five cases of the shipped record: checked in a fraction of the time, too few for a forecast."""
    folder = tmp_path_factory.mktemp("few") / "record"
    RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile)).keep_cases(FEW_CASES)
    return folder


@pytest.fixture
def small_copy(few_cases: Path, tmp_path: Path) -> RecordCopy:
    """A copy of the record of five cases."""
    return RecordCopy(shutil.copytree(few_cases, tmp_path / "record"))


CONTENT = """
from IPython.display import display
content = {"template": "data_quality", "title": "Tiny - " + as_of, "as_of": as_of}
display({"application/json": content, "text/html": "<p>as of " + as_of + "</p>"}, raw=True)
"""


def tiny_notebook(*sources: str) -> nbformat.NotebookNode:
    """A notebook with the parameters of `data_quality`, the content of a page, and further cells."""
    cells = [nbformat.v4.new_code_cell(source) for source in ("as_of = None\ndata = None", CONTENT, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=spec)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a template of a few cells in the place of `data_quality`, for tests in which the fault is the point."""
    from forecasting.reporting import notebook

    monkeypatch.setattr(notebook, "shipped", lambda name: tmp_path / name if name == "notebooks" else shipped(name))

    def put(*sources: str) -> Path:
        place = tmp_path / "notebooks" / "reports" / "data_quality.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(tiny_notebook(*sources), place)
        return place

    return put
