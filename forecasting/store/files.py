"""Atomic writing of files."""

import contextlib
import errno
import os
import stat
import tempfile
from collections.abc import Mapping
from pathlib import Path

from forecasting.store.errors import unwritable


def write_whole(contents: Mapping[Path, bytes], options: str = "--out or --data") -> None:
    r"""Write files atomically: each appears whole, and none before the contents of all are on disk.

    Parameters
    ----------
    contents
        Bytes by path; missing folders are made. The files are renamed into place in this order, so that the one that
        refers to the others belongs at the end.
    options
        The command line's options that choose another folder, for the message.

    Raises
    ------
    PassingError
        A folder cannot be made or written; no temporary file and no new folder is left.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_whole({Path(folder, "data", "cases.csv"): b"case_id\n"})
    ...     Path(folder, "data", "cases.csv").read_bytes()
    b'case_id\n'
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
                # without it a power failure after the renaming can leave an empty file under the final name
                os.fsync(file.fileno())
            # mkstemp makes files that only their owner may read
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
    """Check that a folder can be made and written, without making it.

    Parameters
    ----------
    place
        The folder, which need not exist: permissions of its nearest existing parent decide.

    Raises
    ------
    PassingError
        The nearest existing parent is no folder, or cannot be written.

    Examples
    --------
    >>> require_writable(Path(tempfile.gettempdir(), "reports", "cases"))
    """
    nearest = next(folder for folder in (place, *place.absolute().parents) if folder.exists())
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        raise unwritable(nearest, "not writable" if nearest.is_dir() else "not a folder", "--out")


def found_at(place: Path, expected: str = "folder") -> str:
    """What is at a path where a folder or a file is expected, in words for a message.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found_at(Path(folder)), found_at(Path(folder, "none")), found_at(Path(chr(0)))
    ('a folder', 'no such folder', 'embedded null byte')
    """
    try:
        return "a folder" if stat.S_ISDIR(place.stat().st_mode) else "a file"
    except (FileNotFoundError, NotADirectoryError):
        return f"no such {expected}"
    except (OSError, ValueError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
