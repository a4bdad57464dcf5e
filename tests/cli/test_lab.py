"""Where `forecasting lab` finds or puts the notebooks; the browser test shows that it starts."""

import nbformat
import pytest

from forecasting.cli import lab
from forecasting.store import package_data
from forecasting.store.errors import UsageError
from forecasting.store.package_data import shipped

ORIGIN = shipped("notebooks")


def notebooks(folder):
    found = [path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


SHIPPED = notebooks(ORIGIN)


def test_in_a_clone_they_are_those_of_the_clone():
    assert lab.notebook_folder(None) == shipped("notebooks")


def test_a_folder_of_ones_own_gets_copies_and_keeps_what_was_changed(tmp_path, capsys):
    place = lab.notebook_folder(tmp_path / "deep" / "mine")
    assert notebooks(place) == SHIPPED
    (place / lab.START).write_text("my own", encoding="utf-8")
    (place / "06_explore.ipynb").unlink()
    assert capsys.readouterr().err == ""
    lab.notebook_folder(place)
    assert notebooks(place) == SHIPPED | {lab.START: b"my own"}
    assert capsys.readouterr().err == f"{place / lab.START}: left as it is; remove it to get the one shipped\n"


def test_installed_without_a_clone_they_are_copied_to_where_one_works(tmp_path, monkeypatch):
    package = tmp_path / "site-packages" / "forecasting"
    (package / "shipped" / "notebooks" / "reports").mkdir(parents=True)
    for name, content in SHIPPED.items():
        (package / "shipped" / "notebooks" / name).write_bytes(content)
    monkeypatch.setattr(package_data, "PACKAGE", package)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    place = lab.notebook_folder(None)
    assert place.resolve() == tmp_path / "work" / "forecasting-notebooks"
    assert notebooks(place) == SHIPPED


def test_a_folder_that_cannot_be_written_is_refused(tmp_path):
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UsageError, match="choose another with --folder"):
        lab.notebook_folder(tmp_path / "file" / "mine")


def test_the_first_notebook_leads_to_each_of_the_others():
    start = nbformat.reads(SHIPPED[lab.START].decode(), as_version=4)
    first = start.cells[0].source
    assert all(f"]({name})" in first for name in SHIPPED if "/" not in name and name != lab.START)
