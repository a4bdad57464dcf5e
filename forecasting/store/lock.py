"""One writer at a time: a lock file that tells whose it is, and is taken over once that process is gone."""

import contextlib
import json
import os
import platform
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from forecasting.store.errors import UsageError

LOCK = ".lock"
LONGEST_WAIT = 60.0
PAUSE = 0.05


class Lock:
    """A lock that is held. `note` says so where it was taken over."""

    def __init__(self, path: Path, token: bytes, note: str = "") -> None:
        self.path = path
        self.note = note
        self._token = token

    def require_held(self) -> None:
        """`UsageError` where the file is not ours any more; ask before anything is put in place."""
        if _content(self.path) != self._token:
            raise UsageError(
                f"wanted to keep the lock {self.path}; came another writer. Nothing was written: try again"
            )

    def release(self) -> None:
        """Remove the file, if it is still ours."""
        if _content(self.path) == self._token:
            self.path.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(folder: Path, wait: float = LONGEST_WAIT) -> Iterator[Lock]:
    """Hold the lock of a folder, made if it does not exist; `UsageError` after `wait` seconds of another's work."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = _acquired(folder / LOCK, wait)
    except OSError as error:
        raise UsageError(
            f"wanted a folder that can be written; came {error.filename or folder}: {error.strerror}. "
            "Choose another with --ledger"
        ) from None
    try:
        yield lock
    finally:
        lock.release()


def _acquired(path: Path, wait: float) -> Lock:
    owner = {"pid": os.getpid(), "host": platform.node(), "start": _start(os.getpid()), "since": _now()}
    token = json.dumps(owner, sort_keys=True).encode()
    end = time.monotonic() + wait
    note = ""
    while not _created(path, token):
        held = _content(path)
        if held is not None and _is_gone(held):
            note = _removed(path, held) or note
        elif time.monotonic() > end:
            raise UsageError(
                f"wanted {path.parent} for one writer; came the lock of {_owner(held)}. Wait for it, or delete {path} "
                "if no such process runs"
            )
        else:
            time.sleep(PAUSE)
    return Lock(path, token, note)


def _created(path: Path, token: bytes) -> bool:
    """Whether the file could be made; it appears with its content, so that nobody reads half of it."""
    staged = path.with_name(f"{LOCK}.{os.getpid()}.{threading.get_ident()}")
    try:
        staged.write_bytes(token)
        os.link(staged, path)
    except FileExistsError:
        return False
    finally:
        staged.unlink(missing_ok=True)
    return True


def _removed(path: Path, stale: bytes) -> str:
    """Put the stale lock aside and say so; empty where another writer was quicker."""
    aside = path.with_name(f"{LOCK}.stale.{os.getpid()}")
    try:
        path.rename(aside)
    except FileNotFoundError:
        return ""
    if aside.read_bytes() != stale:
        aside.rename(path)
        return ""
    aside.unlink()
    return f"took over the lock of {_owner(stale)}, which is gone"


def _is_gone(held: bytes) -> bool:
    try:
        owner = json.loads(held)
        pid, host, start = int(owner["pid"]), owner["host"], owner["start"]
    except (ValueError, KeyError, TypeError):
        return False
    if host != platform.node():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return bool(start) and _start(pid) != start


def _start(pid: int) -> str:
    """When a process started, in ticks since the machine did; empty where the system does not tell."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[19]
    except OSError:
        return ""


def _owner(held: bytes | None) -> str:
    try:
        owner = json.loads(held or b"")
        return f"process {owner['pid']} on {owner['host']} since {owner['since']}"
    except (ValueError, KeyError, TypeError):
        return "an unknown process"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
