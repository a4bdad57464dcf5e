"""One at a time: threads and open files exclude each other, whatever the lock file holds and whoever left it."""

import fcntl
import subprocess
import sys
import threading

import pytest

from forecasting.store.errors import UsageError
from forecasting.store.lock import LOCK, locked


def test_a_lock_is_held_alone_and_its_file_goes_with_it(tmp_path):
    with locked(tmp_path):
        assert (tmp_path / LOCK).exists()
        with (
            pytest.raises(UsageError, match=rf"^expected one writer at a time in {tmp_path}, got process \d+ at work"),
            locked(tmp_path, wait=0),
        ):
            pytest.fail("two at once")
    assert list(tmp_path.iterdir()) == []


def test_locks_of_two_names_do_not_exclude_each_other(tmp_path):
    with locked(tmp_path), locked(tmp_path, ".other", wait=0):
        assert len(list(tmp_path.iterdir())) == 2


OVERTAKEN = """
import fcntl, sys
from pathlib import Path
from forecasting.store.lock import LOCK, locked

path, others = Path(sys.argv[1]) / LOCK, []

def overtaken(event, arguments):
    if event == "fcntl.flock" and not others:
        path.unlink()
        others.append(path.open("w"))
        fcntl.flock(others[0], fcntl.LOCK_EX)

sys.addaudithook(overtaken)
with locked(path.parent, wait=0):
    pass
"""


@pytest.mark.parametrize("content", [b"", b"x", b"4711", b'{"pid": 1, "host": "elsewhere"}', b"\xff" * 100])
def test_a_lock_file_that_no_process_holds_hinders_nobody(tmp_path, content):
    (tmp_path / LOCK).write_bytes(content)
    with locked(tmp_path, wait=0):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("content", "owner"), [("4711", "process 4711"), ("", "another process"), ("root; rm", "another process")]
)
def test_a_lock_that_is_held_names_its_holder_where_the_file_does(tmp_path, content, owner):
    (tmp_path / LOCK).write_text(content)
    with (tmp_path / LOCK).open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(UsageError) as refused, locked(tmp_path, wait=0, work="run"):
            pytest.fail("two at once")
    assert str(refused.value) == (
        f"expected one run at a time in {tmp_path}, got {owner} at work there; wait until it has ended"
    )
    assert (tmp_path / LOCK).read_text() == content


def test_one_that_waits_comes_next_and_never_beside_another(tmp_path):
    inside, most = [], []

    def work(number):
        with locked(tmp_path):
            inside.append(number)
            most.append(len(inside))
            inside.remove(number)

    with locked(tmp_path):
        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        assert most == []
    for thread in threads:
        thread.join()
    assert most == [1] * 8


def test_one_that_opened_the_file_before_its_holder_unlinked_it_does_not_come_in_beside_the_next_holder(tmp_path):
    run = subprocess.run([sys.executable, "-c", OVERTAKEN, str(tmp_path)], capture_output=True, text=True, check=False)
    assert "AtWorkError: expected one writer at a time" in run.stderr, run.stderr


def test_the_lock_file_of_another_is_left_alone(tmp_path):
    with locked(tmp_path):
        (tmp_path / LOCK).unlink()
        (tmp_path / LOCK).write_text("another's")
    assert (tmp_path / LOCK).read_text() == "another's"


def test_a_lock_that_is_a_link_or_in_no_folder_is_refused(tmp_path):
    (tmp_path / LOCK).symlink_to(tmp_path / "elsewhere")
    said = r"^expected a folder that can be written, got .*\.lock: .*; choose another with --x$"
    with pytest.raises(UsageError, match=said), locked(tmp_path, option="--x"):
        pytest.fail("a link")
    assert not (tmp_path / "elsewhere").exists()
    (tmp_path / "file").touch()
    said = r"got .*file/below: Not a directory; choose another with --out$"
    with pytest.raises(UsageError, match=said), locked(tmp_path / "file" / "below"):
        pytest.fail("no folder")
