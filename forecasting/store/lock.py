"""One writer at a time: the kernel holds the lock of an open file, and frees it when its process ends, however."""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from forecasting.store.errors import UsageError, unwritable

LOCK: Final = ".lock"
LONGEST_WAIT: Final = 60.0
PAUSE: Final = 0.02


@contextlib.contextmanager
def locked(
    folder: Path, name: str = LOCK, *, wait: float = LONGEST_WAIT, work: str = "writer", option: str = "--out"
) -> Iterator[None]:
    """Hold the lock of a folder, which is made if it does not exist.

    The lock file is there while the lock is held and goes with it; one that a killed process left hinders nobody.

    Parameters
    ----------
    folder
        What only one may work in.
    name
        Of the lock file; locks of different names do not exclude each other.
    wait
        Seconds to wait for another's work, from 0 (ask once).
    work
        What there can be one of at a time, in the words of the message.
    option
        The option of the command line that chooses another folder.

    Raises
    ------
    UsageError
        Another still holds the lock after `wait` seconds, or the folder cannot be written.
    """
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        held = _held(path, time.monotonic() + wait)
    except OSError as error:
        raise unwritable(error.filename or folder, error.strerror, option) from None
    if held is None:
        raise UsageError(
            f"expected one {work} at a time in {folder}, got {_owner(path)} at work there; wait until it has ended"
        )
    try:
        with contextlib.suppress(OSError):  # a full disk: the number only serves the message above
            os.ftruncate(held, 0)
            os.write(held, str(os.getpid()).encode())
        yield
    finally:
        if _is_at(held, path):
            path.unlink()
        os.close(held)


def _held(path: Path, end: float) -> int | None:
    """The open file whose lock is ours now; None where another's is not freed by `end`."""
    while True:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(file, path):  # else it was unlinked since it was opened: its lock keeps nobody out any more
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
        said = path.read_bytes()[:20].decode()
    except (OSError, UnicodeDecodeError):
        said = ""
    return f"process {said}" if said.isdecimal() else "another process"
