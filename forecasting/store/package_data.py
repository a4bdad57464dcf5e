"""Where the shipped record and the shipped notebooks lie: in the installed package, or beside its source."""

from pathlib import Path

PACKAGE = Path(__file__).parents[1]


def shipped(name: str) -> Path:
    """The read-only folder `name` (`data` or `notebooks`) that came with the package."""
    packaged = PACKAGE / "shipped" / name
    return packaged if packaged.is_dir() else PACKAGE.parent / name


def is_installed() -> bool:
    """Whether the package stands alone, with copies of the folders inside it, and not in a clone of the source."""
    return (PACKAGE / "shipped").is_dir()
