"""The files of a record, read as those of a stranger: each one regular, in its folder, and of limited size."""

import hashlib
import io
from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.store.errors import UsageError, error_words, shown
from forecasting.store.foreign import Foreign
from forecasting.store.package_data import shipped

FILE: Final = Foreign("a readable file", "put a copy of it there", most_bytes=16_000_000)
RESULTS: Final = Foreign("a table of results", "make it anew with forecasting backtest", most_bytes=64_000_000)
MOST_COLUMNS: Final = 300


def folder_of(folder: str | Path | None) -> Path:
    """The folder of a record; None for the one shipped with the package.

    Examples
    --------
    >>> folder_of("data")
    PosixPath('data')
    >>> folder_of(5)
    Traceback (most recent call last):
    forecasting.store.errors.UsageError: expected the folder of a record as a path, got 5
    """
    if folder is None:
        return shipped("data")
    if not isinstance(folder, str | Path):
        raise UsageError(f"expected the folder of a record as a path, got {shown(folder)}")
    return nameable(Path(folder))


def nameable(path: Path) -> Path:
    """The path of a folder, there or not; `UsageError` for one that no file system can name.

    Examples
    --------
    >>> nameable(Path("nowhere"))
    PosixPath('nowhere')
    """
    try:
        path.exists()
    except (OSError, ValueError) as error:
        raise UsageError(f"expected the path of a folder, got {shown(str(path))}: {error_words(error)}") from None
    return path


def results_table(path: Path, columns: tuple[str, ...] = (), **how: Any) -> pd.DataFrame:
    """A table of what backtests of a record gave.

    Parameters
    ----------
    path : Path
        The CSV file.
    columns : tuple of str
        Columns that it must have.
    **how
        As `pandas.read_csv` takes it.

    Returns
    -------
    pandas.DataFrame
        Its rows.

    Raises
    ------
    ForeignFileError
        The file cannot be read, is no CSV, or lacks a column.
    """
    content = RESULTS.content(path)
    if (n := content.partition(b"\n")[0].count(b",") + 1) > MOST_COLUMNS:  # pandas takes minutes for a million
        raise RESULTS.error(path, f"at most {MOST_COLUMNS} columns", str(n))
    try:
        rows = pd.read_csv(io.BytesIO(content), **how)
    except (ValueError, OverflowError) as error:
        raise RESULTS.error(path, RESULTS.expected, str(error).splitlines()[0]) from None
    if missing := [name for name in columns if name not in rows]:
        raise RESULTS.error(path, f"the column {missing[0]}", "none")
    return rows


def sha256_of(path: Path) -> str:
    """The sha256 of a file of a record or of its results, whatever its line ends, 64 hexadecimal digits."""
    return hashlib.sha256(RESULTS.content(path).replace(b"\r\n", b"\n")).hexdigest()
