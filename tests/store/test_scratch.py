"""Scratch folders of dead processes are swept, those of living ones and of others are not."""

import fcntl
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from forecasting.store.scratch import LIBRARIES, NO_OWNER_SECONDS, OWNER, library_folders, scratch, sweep

KEEP = """
import sys
from forecasting.store.scratch import scratch
with scratch() as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def tmp_path():
    """A folder with a short path: where it is long, scratch folders lie in `/tmp` itself."""
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="short") as folder:
        yield Path(folder)


def started(folder):
    process = subprocess.Popen(
        [sys.executable, "-c", KEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(folder)},
    )  # fmt: skip
    return process, Path(process.stdout.readline().strip())


def test_a_sweep_that_is_interrupted_is_gone_on_with_by_the_next(tmp_path, monkeypatch):
    process, folder = started(tmp_path)
    process.kill()
    process.communicate()
    for name in ("a", "z"):
        (folder / name).mkdir()
        (folder / name / "file").write_text("x")

    def killed(path, **_):
        sorted(path.iterdir())[0].unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            sweep(tmp_path)
    assert (folder / OWNER).is_file()
    assert sweep(tmp_path) == [folder] and list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(tmp_path):
    (killed, one), (living, other) = started(tmp_path), started(tmp_path)
    (one / "deep").mkdir()
    (one / "deep" / "file").write_text("x")
    assert sweep(tmp_path) == []
    killed.kill()
    killed.communicate()
    assert sweep(tmp_path) == [one] and not one.exists() and other.is_dir()
    living.communicate("")
    assert list(tmp_path.iterdir()) == [], "one that ends by itself leaves nothing"


def test_what_may_be_somebody_elses_is_left(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "forecasting-link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "forecasting-file").write_text("x")
    (tmp_path / "other").mkdir()
    (tmp_path / "forecasting-young").mkdir()
    (tmp_path / "forecasting-results").mkdir()
    (tmp_path / "forecasting-results" / "mine.csv").write_text("x")
    assert sweep(tmp_path) == []
    now = (tmp_path / "forecasting-young").stat().st_mtime
    assert sweep(tmp_path, now + NO_OWNER_SECONDS - 1) == []
    assert sweep(tmp_path, now + NO_OWNER_SECONDS + 1) == [tmp_path / "forecasting-young"], (
        "and one that holds something is not"
    )
    os.mkfifo(tmp_path / "forecasting-pipe")
    (tmp_path / "forecasting-odd").mkdir()
    (tmp_path / "forecasting-odd" / OWNER).symlink_to("/dev/zero")
    assert sweep(tmp_path, now + 1e9) == []


def test_a_folder_is_never_seen_with_a_free_lock_before_its_owner_holds_it(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    swept, flock = [], fcntl.flock

    def sweep_before_locking(file, how):
        if how == fcntl.LOCK_EX:  # the owner's, which waits; that of a sweep does not
            swept.append(sweep(tmp_path, time.time() + NO_OWNER_SECONDS - 60))
        return flock(file, how)

    monkeypatch.setattr(fcntl, "flock", sweep_before_locking)
    with scratch() as folder:
        assert (folder / OWNER).is_file()
        assert sweep(tmp_path, time.time() + 1e9) == []
    assert swept == [[]]


def test_a_scratch_folder_is_for_its_user_only_and_removed_after_an_error():
    seen = []

    def work():
        with scratch() as folder:
            seen.append((folder, folder.stat().st_mode & 0o777))
            raise KeyError

    with pytest.raises(KeyError):
        work()
    assert seen[0][1] == 0o700 and not seen[0][0].exists()


def test_libraries_write_where_the_user_says(monkeypatch, tmp_path):
    for name in LIBRARIES:
        monkeypatch.delenv(name, raising=False)
    assert library_folders(tmp_path) == {"IPYTHONDIR": f"{tmp_path}/ipython", "MPLCONFIGDIR": f"{tmp_path}/matplotlib"}
    monkeypatch.setenv("MPLCONFIGDIR", "/mine")
    assert library_folders(tmp_path)["MPLCONFIGDIR"] == "/mine"


@pytest.mark.long
def test_a_user_without_a_home_is_told_nothing_and_nothing_is_left(tmp_path):
    temporary = tmp_path / "t"
    temporary.mkdir()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in (*LIBRARIES, "XDG_CACHE_HOME", "XDG_CONFIG_HOME")
    }
    environment |= {"HOME": "/dev/null/home", "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", "import forecasting.publish.engine, matplotlib.pyplot, IPython.paths as p; p.get_ipython_dir()"],
        env=environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("", "")
    assert list(temporary.iterdir()) == []
