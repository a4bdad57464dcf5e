"""What a verification rests on, and files of others read with no trust in them."""

import stat
from dataclasses import dataclass
from pathlib import Path

from forecasting.store.errors import UsageError

MOST_BYTES = 32_000_000


@dataclass(frozen=True)
class Trusted:
    """The record (None: the shipped one), and the folder of fitted models (None: fit them anew)."""

    data: Path | None = None
    artefacts: Path | None = None


def read_text(path: Path) -> str:
    """A text file in UTF-8 that is a file and not too large; `UsageError` otherwise."""
    try:
        found = path.stat()
        if not stat.S_ISREG(found.st_mode):
            raise UsageError(f"wanted a file; came {path}: something else")
        if found.st_size > MOST_BYTES:
            raise UsageError(f"wanted a file of at most {MOST_BYTES} bytes; came {path}: {found.st_size}")
        return path.read_bytes().decode()
    except OSError as error:
        raise UsageError(f"wanted a file that can be read; came {path}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"wanted text in UTF-8; came {path}: byte 0x{error.object[error.start]:02x}") from None
