import ast
import contextlib
import io

import nbformat
import papermill
import pytest

from forecasting.publish.engine import ENGINE
from forecasting.publish.parameters import TEMPLATES
from forecasting.store.package_data import shipped

NOTEBOOKS = sorted(shipped("notebooks").rglob("*.ipynb"))
THIN = [path for path in NOTEBOOKS if path.parent.name == "notebooks"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_is_thin_and_clean(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in code)
    assert sum(len(cell.source.splitlines()) for cell in code) <= 60
    assert not any(line.startswith("def ") for cell in code for line in cell.source.splitlines())


def test_every_template_has_its_notebook_and_every_report_notebook_its_template():
    assert {path.stem for path in NOTEBOOKS if path.parent.name == "reports"} == set(TEMPLATES)


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_declares_exactly_its_parameters(name):
    inferred = papermill.inspect_notebook(str(shipped("notebooks") / "reports" / f"{name}.ipynb"))
    assert set(inferred) == set(TEMPLATES[name].model_fields)


HEAVY = ("04_models", "05_backtest", "paper")


@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.long if path.stem in HEAVY else ()) for path in THIN],
    ids=lambda path: path.stem,
)
def test_cells_of_a_notebook_run_and_each_shows_something(path, tmp_path, two_days, monkeypatch):
    """In this process, which has read the record before; a warning is an error here."""
    (tmp_path / "artefacts").symlink_to(two_days)
    (tmp_path / "notebooks").mkdir()
    monkeypatch.chdir(tmp_path / "notebooks")
    first, *others = (cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code")
    names = {}
    shows(first, names)
    assert [shows(source, names) for source in others] == [True] * len(others)


def shows(source, names):
    """Run a cell; whether it prints, displays or ends in a value."""
    tree, printed = ast.parse(source), io.StringIO()
    last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(printed):
        exec(compile(tree, "cell", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return value is not None or bool(printed.getvalue())


def test_a_cell_that_shows_nothing_and_one_that_fails_are_seen():
    assert [shows(source, {}) for source in ("x = 1", "x = 1\nx", "print(1)", "None")] == [False, True, True, False]
    with pytest.raises(ZeroDivisionError):
        shows("1 / 0", {})


@pytest.mark.long
@pytest.mark.parametrize("path", THIN, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path, two_days):
    """Each in a folder beside the fitted models of the days that it asks for, as they lie in a clone once it has run."""
    (tmp_path / "artefacts").symlink_to(two_days)
    (place := tmp_path / "notebooks").mkdir()
    ran = papermill.execute_notebook(
        path, place / "ran.ipynb", engine_name=ENGINE, kernel_name="python3", progress_bar=False, cwd=str(place)
    )
    code = [cell for cell in ran.cells if cell.cell_type == "code"]
    assert all(cell.outputs for cell in code[1:])
    assert printed_errors(code) == []


def printed_errors(cells):
    """What cells wrote to standard error: warnings, among others."""
    return [output.text for cell in cells for output in cell.outputs if output.get("name") == "stderr"]


def test_a_warning_in_a_cell_is_seen(tmp_path):
    cells = [
        nbformat.v4.new_code_cell("import warnings; warnings.warn('old', stacklevel=1)"),
        nbformat.v4.new_code_cell("1"),
    ]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), place := tmp_path / "warns.ipynb")
    ran = papermill.execute_notebook(place, None, engine_name=ENGINE, kernel_name="python3", progress_bar=False)
    assert ["UserWarning: old" in text for text in printed_errors(ran.cells)] == [True]
