"""Files written whole or not at all."""

import contextlib
import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forecasting.store.errors import unwritable


def write_whole(contents: Mapping[Path, bytes], options: str = "--out or --data") -> None:
    """Write several files so that each appears whole, and none before all are on disk.

    The files are renamed into place in the order given: put the one that announces the others last. Raises
    `UsageError` where a folder cannot be made or written, and names the `options` that choose another; nothing is left
    behind then.
    """
    staged: list[tuple[str, Path]] = []
    made = [folder for path in contents for folder in reversed(path.parents) if not folder.exists()]
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "Is a directory", str(path))
            handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
            staged.append((name, path))
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
        for name, path in staged:
            Path(name).replace(path)
    except OSError as error:
        for folder in reversed(made):
            with contextlib.suppress(OSError):
                folder.rmdir()
        place = error.filename or next(iter(contents))
        raise unwritable(place, error.strerror, options) from None
    finally:
        for name, _ in staged:
            Path(name).unlink(missing_ok=True)


def require_writable(place: Path) -> None:
    """`UsageError` unless `place` can be made and written, as far as can be told without touching it."""
    nearest = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise unwritable(nearest, "not writable" if nearest.is_dir() else "not a folder", "--out")
