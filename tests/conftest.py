"""What the tests share: the shipped record, its history, and copies of it that a test may spoil."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, settings
from sharing import made_once

from forecasting.store.package_data import shipped

if TYPE_CHECKING:
    import nbformat
    from records import RecordCopy

    from forecasting import FittedModels, History
    from forecasting.record.reading import RawRecord

# Libraries are imported by the fixtures that need them: the process that only hands out the tests waits for none.

FEW_CASES = (
    "uganda-tanzania-mogadishu-1972",
    "enmod-joint-statement-1974",
    "salt2-observance-1979",
    "us-china-encounters-mou-2014",
    "new-start-post-expiry-2026",
)

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
os.environ.update(ONE_THREAD)  # of processes that tests start: two workers on two cores leave no second thread

FULL = "FORECASTING_FULL" in os.environ  # set by .ci/full
LONGEST = (
    "browser/test_jupyterlab.py",
    "browser/test_pages.py",
    "documents/test_case_report.py",
    "documents/test_case_page.py",
    "test_notebooks.py",
    "backtest/test_leakage.py",
    "features/test_leaks.py",
    "publish/test_batch.py",
    "record/test_as_of.py",
    "documents/test_provenance.py",
    "publish/test_engine.py",
    "test_doctests.py",
    "explain/test_changes.py",
    "documents/card/test_card_signing.py",
    "verify/test_code_of_entry.py",
    "forecasts/test_applicability.py",
    "forecasts/test_forecasts.py",
    "documents/test_scorecard.py",
    "record/test_checks.py",
    "backtest/multiverse/test_multiverse.py",
    "documents/test_templates.py",
    "publish/schedule/test_run_faults.py",
    "cli/test_commands.py",
    "verify/test_verify_pages.py",
    "record/test_date_checks.py",
    "backtest/test_checkpoints.py",
)

PHASES = (Phase.explicit, Phase.generate, Phase.shrink)
settings.register_profile("fixed", derandomize=True, deadline=None, max_examples=60, phases=PHASES)
settings.load_profile("fixed")


def pytest_configure() -> None:
    """Before any process is started: every file named in `LONGEST` is there."""
    if missing := [file for file in LONGEST if not (Path(__file__).parent / file).is_file()]:
        raise pytest.UsageError(
            f"expected the files named in LONGEST, got none at {', '.join(missing)}; name them anew"
        )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest come first, so that no process has one of them left when the others have ended.

    Tests marked `long` are left out unless FORECASTING_FULL is set.
    """
    ranks = {Path(__file__).parent / file: rank for rank, file in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path, len(LONGEST)))
    left_out = pytest.mark.skip(reason="long: set FORECASTING_FULL, as .ci/full does")
    for item in items if not FULL else ():
        if item.get_closest_marker("long"):
            item.add_marker(left_out)


def pytest_collection_finish() -> None:
    """What is there once the tests are collected stays to the end: the garbage collector need look at it rarely."""
    gc.collect()
    gc.set_threshold(10_000, 20, 100)


@pytest.fixture(scope="session")
def record() -> RawRecord:
    """The shipped record."""
    from forecasting.record.reading import read_record

    return read_record(shipped("data"))


@pytest.fixture(scope="session")
def history() -> History:
    """The shipped record as of its end."""
    from forecasting import load_history

    return load_history()


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[History, FittedModels, Path]:
    """The record as of the founding case's first day, every model fitted on it, and the folder of their artefact."""
    from forecasting import MODELS, artefacts, fit_models, load_history

    def make(folder: Path) -> tuple[History, FittedModels, Path]:
        known = load_history(as_of="2026-02-05")
        fitted = fit_models(known, MODELS)
        return known, fitted, artefacts.save(fitted, known, folder).folder

    return made_once(tmp_path_factory, "artefacts", make)


@pytest.fixture(scope="session")
def two_days(trained: tuple[History, FittedModels, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the artefact of `trained` and one of 2026-03-01: what pages and notebooks ask for, fitted once."""
    from forecasting import MODELS, artefacts, fit_models, load_history

    def make(folder: Path) -> Path:
        shutil.copytree(trained[2], folder / trained[2].name)
        known = load_history(as_of="2026-03-01")
        artefacts.save(fit_models(known, MODELS), known, folder)
        return folder

    return made_once(tmp_path_factory, "two_days", make)


@pytest.fixture
def record_copy(tmp_path: Path) -> RecordCopy:
    """A copy of the shipped record."""
    from records import RecordCopy

    return RecordCopy(shutil.copytree(shipped("data"), tmp_path / "record", copy_function=shutil.copyfile))


@pytest.fixture(scope="session")
def few_cases(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with five cases of the shipped record: checked in a fraction of the time, too few for a forecast."""
    from records import RecordCopy

    folder = tmp_path_factory.mktemp("few") / "record"
    RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile)).keep_cases(FEW_CASES)
    return folder


@pytest.fixture
def small_copy(few_cases: Path, tmp_path: Path) -> RecordCopy:
    """A copy of the record of five cases."""
    from records import RecordCopy

    return RecordCopy(shutil.copytree(few_cases, tmp_path / "record"))


CONTENT = """
from IPython.display import display
content = {"template": "data_quality", "title": "Tiny - " + as_of, "as_of": as_of}
display({"application/json": content, "text/html": "<p>as of " + as_of + "</p>"}, raw=True)
"""


def tiny_notebook(*sources: str) -> nbformat.NotebookNode:
    """A notebook with the parameters of `data_quality`, the content of a page, and further cells."""
    import nbformat

    cells = [nbformat.v4.new_code_cell(source) for source in ("as_of = None\ndata = None", CONTENT, *sources)]
    cells[0].metadata["tags"] = ["parameters"]
    spec = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return nbformat.v4.new_notebook(cells=cells, metadata=spec)


@pytest.fixture
def template(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Put a template of a few cells in the place of `data_quality`, for tests in which the fault is the point."""
    import nbformat

    from forecasting.publish import notebook

    monkeypatch.setattr(notebook, "shipped", lambda name: tmp_path / name if name == "notebooks" else shipped(name))

    def put(*sources: str) -> Path:
        place = tmp_path / "notebooks" / "reports" / "data_quality.ipynb"
        place.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(tiny_notebook(*sources), place)
        return place

    return put
