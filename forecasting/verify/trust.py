"""What a verification rests on, and the files of others that it reads."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from forecasting.store.foreign import Foreign

SUBJECT: Final = Foreign("a file", "name the page, card or entry to verify")


@dataclass(frozen=True)
class Trusted:
    """The record (None: the shipped one), and the folder of fitted models (None: fit them anew)."""

    data: Path | None = None
    artefacts: Path | None = None
