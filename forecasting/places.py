"""Where the shipped record and the shipped notebooks lie: in the installed package, or beside its source."""

from pathlib import Path


def shipped(name: str) -> Path:
    """The read-only folder `name` (`data` or `notebooks`) that came with the package."""
    packaged = Path(__file__).parent / "shipped" / name
    return packaged if packaged.is_dir() else Path(__file__).parents[1] / name


def is_installed() -> bool:
    """Whether the package stands alone, with copies of the folders inside it, and not in a clone of the source."""
    return (Path(__file__).parent / "shipped").is_dir()
