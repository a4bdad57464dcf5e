"""Paths of the shipped record and notebooks: inside the installed package, or beside its source in a clone."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """Path of a folder shipped with the package, which is only read.

    Parameters
    ----------
    name
        `data` or `notebooks`.

    Examples
    --------
    >>> (shipped("data") / "cases.csv").is_file()
    True
    """
    packaged = PACKAGE / "shipped" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def is_installed() -> bool:
    """True if the package is installed with copies of these folders inside it, rather than used from a clone."""
    return (PACKAGE / "shipped").is_dir()
