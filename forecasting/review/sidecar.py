"""The JSON file beside a page, as far as the index, the sign-off and the verification rest on it."""

import json
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from forecasting.store.foreign import Foreign
from forecasting.store.values import Values

SIDECAR: Final = Foreign(
    "the JSON file beside the page of a report, with its template and parameters", "render the report again"
)


class Rendering(Values, extra="ignore"):
    """What the page was made from, and the hash that it had when it was made."""

    template: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    fingerprint: str = ""
    html_sha256: str = ""


class Subject(Values, extra="ignore"):
    """The case that the page is about."""

    case_id: str
    name: str


class Headline(Values, extra="ignore"):
    """The one number of the page: a probability, 0 to 1, and its horizon in months."""

    probability: float | None = None
    horizon: int | None = None


class Sidecar(Values, extra="ignore"):
    """What a page says of itself; a key that is not there is empty."""

    template: str = ""
    title: str = ""
    case: Subject | None = None
    headline: Headline | None = None
    rendering: Rendering = Rendering()


def read_sidecar(page: Path) -> tuple[Sidecar, dict[str, Any]]:
    """What the file beside a page says of it, and all that it holds.

    Raises
    ------
    ForeignFileError
        There is none, or it is not what a report writes.
    """
    path = page.with_suffix(".json")
    content = SIDECAR.content(path)
    return SIDECAR.parsed(content, path, Sidecar), SIDECAR.value(content, path)


def sidecar_bytes(content: dict[str, Any]) -> bytes:
    """A sidecar as it stands on disk."""
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
