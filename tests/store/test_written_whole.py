import stat

import pytest

from forecasting.store.errors import UsageError
from forecasting.store.files import write_whole


def test_files_are_written_with_the_folders_they_need(tmp_path):
    contents = {tmp_path / "a" / "b.txt": b"one", tmp_path / "c.txt": b"\r\n\x00"}
    write_whole(contents)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == contents
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o644 for path in contents)


def test_an_older_file_is_replaced(tmp_path):
    write_whole({tmp_path / "a.txt": b"a long old text"})
    write_whole({tmp_path / "a.txt": b"new"})
    assert (tmp_path / "a.txt").read_bytes() == b"new"


def test_nothing_is_written_where_one_file_cannot_be(tmp_path):
    (tmp_path / "blocking").write_text("a file", encoding="utf-8")
    (tmp_path / "old.txt").write_text("old", encoding="utf-8")
    below = tmp_path / "blocking" / "deep" / "c.txt"
    with pytest.raises(UsageError) as refused:
        write_whole({tmp_path / "new.txt": b"new", tmp_path / "old.txt": b"new", below: b"new"})
    assert str(refused.value) == (
        f"expected a folder that can be written, got {below.parent}: Not a directory; choose another with --out or --data"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocking", "old.txt"]
    assert (tmp_path / "old.txt").read_text(encoding="utf-8") == "old"
