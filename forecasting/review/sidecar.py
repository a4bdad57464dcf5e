"""The JSON file beside a page (its sidecar): the keys on which index, sign-off and verification rely."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field

from forecasting.store.foreign import Foreign
from forecasting.store.values import Values

SIDECAR: Final = Foreign(
    "the JSON file beside the page of a report, with its template and parameters", "render the report again", 8_000_000
)
ABOUT_THE_FILE: Final = ("rendering", "review")
"""Keys that say how the page was made and signed off, and are no content of it."""

PAGE: Final = Foreign("the page of a report", "render the report again")


class Rendering(Values, extra="ignore"):
    """Template, parameters and fingerprint of a page, and the sha256 that the page had when it was rendered."""

    template: str = ""
    parameters: dict[str, Any] = Field(default_factory=dict)
    fingerprint: str = ""
    html_sha256: str = ""


class Subject(Values, extra="ignore"):
    """The case of a page."""

    case_id: str
    name: str


class StateChance(Values, extra="ignore"):
    """The probability of one state."""

    probability: float


class Headline(Values, extra="ignore"):
    """The main forecast of a page: a probability, 0 to 1, and its horizon in months.

    Attributes
    ----------
    probability : float or None
        Probability, 0 to 1.
    horizon : int or None
        Horizon in months.
    states : dict of str to StateChance
        Probability of every state within that horizon; empty on older pages.

    Examples
    --------
    >>> Headline(probability=0.06, horizon=60).horizon
    60
    """

    probability: float | None = None
    horizon: int | None = None
    states: dict[str, StateChance] = Field(default_factory=dict)


class Sidecar(Values, extra="ignore"):
    """The keys of a sidecar that are read here; a missing key takes its default.

    Attributes
    ----------
    template : str
        Template of the page.
    title : str
        Title of the page.
    case : Subject or None
        Case of the page, if it is of one.
    headline : Headline or None
        Main forecast of the page, if it has one.
    rendering : Rendering
        When and from what the page was rendered.

    Examples
    --------
    >>> Sidecar(template="portfolio").headline is None
    True
    """

    template: str = ""
    title: str = ""
    case: Subject | None = None
    headline: Headline | None = None
    rendering: Rendering = Rendering()


def read_sidecar(page: Path) -> tuple[Sidecar, dict[str, Any]]:
    """The sidecar of a page.

    Parameters
    ----------
    page
        Path of the page (.html).

    Returns
    -------
    tuple of Sidecar and dict
        The keys that are read here, and the whole content.

    Raises
    ------
    ForeignFileError
        There is no such file, or it does not have the form that a report writes.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "page.json").write_bytes(sidecar_bytes({"title": "Portfolio"}))
    ...     read_sidecar(Path(folder, "page.html"))[0].title
    'Portfolio'
    """
    path = page.with_suffix(".json")
    content = SIDECAR.content(path)
    return SIDECAR.parsed(content, path, Sidecar), SIDECAR.value(content, path)


def content_of(held: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a page.

    Parameters
    ----------
    held
        What its sidecar holds.

    Returns
    -------
    dict
        The same without what the sidecar says about the file.

    Examples
    --------
    >>> content_of({"title": "Portfolio", "review": {"status": "draft"}})
    {'title': 'Portfolio'}
    """
    return {name: value for name, value in held.items() if name not in ABOUT_THE_FILE}


def sidecar_bytes(content: dict[str, Any]) -> bytes:
    r"""A sidecar as the bytes of its file.

    Parameters
    ----------
    content
        Keys and values of the sidecar, of JSON types.

    Returns
    -------
    bytes
        JSON in UTF-8 with a line for each value.

    Examples
    --------
    >>> sidecar_bytes({"title": "Portfolio"})
    b'{\n "title": "Portfolio"\n}\n'
    """
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
