"""Exclusive lock of a folder: `flock` on a file in it.

The operating system frees such a lock when its process ends, also when it is killed: no stale lock is left behind.
"""

import contextlib
import fcntl
import os
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from forecasting.store.errors import AtWorkError, ForeignFileError, unwritable
from forecasting.store.foreign import Foreign

LOCK: Final = ".lock"
LONGEST_WAIT: Final = 60.0
PAUSE: Final = 0.02
FILE: Final = Foreign("a lock file", "remove it", most_bytes=1000)


@contextlib.contextmanager
def locked(
    folder: Path, name: str = LOCK, *, wait: float = LONGEST_WAIT, work: str = "writer", option: str = "--out"
) -> Iterator[None]:
    """Hold the exclusive lock of a folder, which is made if it does not exist.

    The lock file exists while the lock is held; one left by a killed process is taken over.

    Parameters
    ----------
    folder
        The folder in which only one may work at a time.
    name
        Name of the lock file; locks of different names do not exclude each other.
    wait
        Longest time to wait for the lock, in seconds, from 0 (one attempt).
    work
        What the lock admits one of, for the message.
    option
        The command line's option that chooses another folder, for the message.

    Raises
    ------
    AtWorkError
        Another process still holds the lock after `wait` seconds.
    PassingError
        The folder cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, locked(Path(folder)):
    ...     Path(folder, LOCK).is_file()
    True
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _held(path, time.monotonic() + wait)
    except OSError as error:
        raise unwritable(error.filename or folder, error.strerror, option) from None
    if held is None:
        raise AtWorkError(
            f"expected one {work} at a time in {folder}, got {_owner(path)} at work there; wait until it has ended"
        )
    try:
        with contextlib.suppress(OSError):  # a full disk: the process id only serves the message above
            os.ftruncate(held, 0)
            os.write(held, str(os.getpid()).encode())
        yield
    finally:
        # removed before it is released: after that another process may have locked the file at this path
        if _is_at(held, path):
            path.unlink()
        os.close(held)


def _held(path: Path, end: float) -> int | None:
    """The open and locked file; None if another process still holds the lock at the time `end`."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o644)
        if not stat.S_ISREG(os.fstat(file).st_mode):  # a pipe would be locked, and keep whoever reads it waiting
            os.close(file)
            raise FILE.error(path, FILE.expected, "something else")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(file, path):  # else it was removed since it was opened, and its lock excludes nobody
                return file
        except BlockingIOError:
            if time.monotonic() >= end:
                os.close(file)
                return None
            time.sleep(PAUSE)
        os.close(file)


def _is_at(file: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(file), path.lstat())
    except FileNotFoundError:
        return False


def _owner(path: Path) -> str:
    try:
        said = FILE.text(path)[:20]
    except ForeignFileError:
        said = ""
    return f"process {said}" if said.isdecimal() else "another process"
