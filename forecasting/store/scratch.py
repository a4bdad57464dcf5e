"""Scratch folders: removed when their work ends, and swept later where their process was killed.

The owner of a scratch folder holds a lock on a file in it. The operating system frees the lock when the process ends,
whatever ended it: a folder whose lock is free belongs to nobody. The file gets its name once it is locked, so that no
folder is ever seen with a free lock before its owner holds it.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

PREFIX: Final = "forecasting-"
OWNER: Final = ".owner"
UNNAMED: Final = ".owner-to-be"
LONGEST: Final = 71
"""Longest path of the folder for temporary files, since that of a Unix socket in it must stay below 108 bytes."""
NO_OWNER_SECONDS: Final = 3600.0
"""Age from which an empty folder without a lock file is swept: a younger one may be about to get its own."""
LIBRARIES: Final = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib"}


@contextmanager
def scratch() -> Iterator[Path]:
    """A new scratch folder, for this user only, removed in the end; those of dead processes are removed first.

    Raises
    ------
    OSError
        No folder can be made.

    Examples
    --------
    >>> with scratch() as folder:
    ...     folder.is_dir()
    True
    >>> folder.exists()
    False
    """
    sweep_once()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place()))
    held = os.open(folder / UNNAMED, os.O_CREAT | os.O_RDWR | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        (folder / UNNAMED).rename(folder / OWNER)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def place() -> Path:
    """The folder for temporary files; `/tmp` where the usual one has too long a path."""
    usual = tempfile.gettempdir()
    return Path(usual if len(usual) <= LONGEST else "/tmp")


def sweep(folder: Path, now: float | None = None) -> list[Path]:
    """Remove the scratch folders of this user whose process has ended; those removed.

    A folder without a lock file may be another program's, whatever its name: it is removed only if it is old and empty.

    Parameters
    ----------
    folder
        The folder for temporary files.
    now
        Seconds since 1970; default: the clock's.
    """
    removed = []
    for path in sorted(folder.glob(f"{PREFIX}*")):
        if _is_abandoned(path, time.time() if now is None else now):
            _remove(path)
            removed.append(path)
    return removed


def _remove(path: Path) -> None:
    """Remove a folder, its lock file last: what is interrupted is gone on with by the next sweep."""
    with contextlib.suppress(OSError):
        for one in [one for one in path.iterdir() if one.name != OWNER]:
            shutil.rmtree(one, ignore_errors=True) if one.is_dir() and not one.is_symlink() else one.unlink()
    shutil.rmtree(path, ignore_errors=True)


@cache
def sweep_once() -> None:
    """Sweep the folder for temporary files, once in this process."""
    with contextlib.suppress(OSError):
        sweep(place())


def library_folders(folder: Path) -> dict[str, str]:
    """Environment with which IPython and Matplotlib write below a folder, where the user has not said otherwise."""
    return {name: os.environ.get(name, str(folder / below)) for name, below in LIBRARIES.items()}


@cache
def spare_the_home() -> None:
    """Where the home of the user cannot be written, let libraries write into a scratch folder and not complain."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  (Path.home raises where there is none)
    if home.is_dir() and os.access(home, os.W_OK | os.X_OK):
        return
    with contextlib.suppress(OSError):
        own = contextlib.ExitStack()
        os.environ.update(library_folders(own.enter_context(scratch())))
        atexit.register(own.close)


def _is_abandoned(path: Path, now: float) -> bool:
    """Whether a path is a scratch folder of this user that no process holds."""
    try:
        found = path.lstat()
        if path.is_symlink() or not path.is_dir() or found.st_uid != os.geteuid():
            return False
        try:
            held = os.open(path / OWNER, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except FileNotFoundError:
            is_empty = {one.name for one in path.iterdir()} <= {UNNAMED}
            return is_empty and now - found.st_mtime > NO_OWNER_SECONDS
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(held)
    return True
