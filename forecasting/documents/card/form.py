"""The form of a card: typed values, JSON first. Pages are functions of it; what does not fit is refused by name."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from forecasting.artefacts import MadeFrom
from forecasting.store.errors import CardError, shown
from forecasting.store.values import Values

Unit = Literal[
    "share", "percent", "points", "count", "number", "ratio", "p", "log odds", "day", "name", "code", "quote"
]
SLOT: Final = re.compile(r"\{(\w+)\}")
PLACEHOLDERS: Final = re.compile(
    r"\b(todo|tbd|fixme|xxx|lorem ipsum|(more|further) information needed|to be (written|done|added|filled in))\b", re.I
)
LONGEST: Final = 2_000_000


class Figure(Values):
    """One value that was worked out, with its interval where it has one; None where nothing was measured.

    `share`, `percent` and `points` are fractions of one; a `quote` comes from elsewhere and is shown as it stands.
    """

    unit: Unit
    value: int | float | str | None = None
    lower: float | None = None
    upper: float | None = None


class Text(Values):
    """A paragraph: `said`, with a slot such as {skill} for each of its `values`."""

    kind: Literal["text"] = "text"
    said: str
    values: dict[str, Figure] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _slots(self) -> "Text":
        if set(SLOT.findall(self.said)) != set(self.values) or re.search(r"[{}]", SLOT.sub("", self.said)):
            raise ValueError(f"wanted a slot for each of {sorted(self.values)} and no other brace; came {self.said!r}")
        return self


class Items(Values):
    """A list."""

    kind: Literal["items"] = "items"
    items: tuple[Text, ...]


class Table(Values):
    """A table: a row has as many cells as `head`."""

    kind: Literal["table"] = "table"
    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Figure | Text | str, ...], ...]

    @field_validator("rows")
    @classmethod
    def _as_wide_as_the_head(cls, rows: tuple[tuple[Any, ...], ...], info: Any) -> tuple[tuple[Any, ...], ...]:
        width = len(info.data.get("head", ()))
        for row in rows:
            if len(row) != width:
                raise ValueError(f"wanted rows of {width} cells; came one of {len(row)}")
        return rows


class Point(Values):
    """A point of a reliability curve: the chance forecast, the share that came, and the band of a calibrated one."""

    cause: str
    forecast: float
    came: float
    lower: float
    upper: float
    share: float


class Curve(Values):
    """Reliability curves of the three endings."""

    kind: Literal["curve"] = "curve"
    said: str
    points: tuple[Point, ...]


Block = Annotated[Text | Items | Table | Curve, Field(discriminator="kind")]


class Section(Values):
    """A section: its title and its parts."""

    title: str
    blocks: tuple[Block, ...]


class Sources(Values):
    """What a card was made from: the artefact of its models, and the files of results by name with their sha256."""

    artefact: MadeFrom
    artefact_key: str
    data_end: str
    package_version: str
    results: dict[Annotated[str, Field(pattern=r"^(card/|multiverse/)?[A-Za-z0-9_-]+\.(csv|json|md)$")], str]


class Card(Values):
    """A model card of one version of the package; `previous` is the version before, if there was one."""

    form: Literal[1] = 1
    name: str
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    previous: str | None = None
    made_from: Sources
    sections: dict[Annotated[str, Field(pattern="^[a-z_]+$")], Section]

    @field_validator("sections")
    @classmethod
    def _nothing_left_empty(cls, sections: dict[str, Section]) -> dict[str, Section]:
        for name, section in sections.items():
            require_filled(name, section)
        return sections


def require_filled(name: str, section: Section) -> None:
    """`ValueError` that names a section which is empty, or in which something is left to be filled in."""
    if not section.blocks:
        raise ValueError(f"wanted a section {name} that says something; came an empty one")
    for said in (section.title, *(text for block in section.blocks for text in _texts(block))):
        if not said.strip(" \t\n.?-\N{EN DASH}\N{HORIZONTAL ELLIPSIS}") or PLACEHOLDERS.search(said):
            raise ValueError(f"wanted a section {name} that says something; came {shown(said)}")


def _texts(block: Any) -> Iterator[str]:
    """What a block says in words of ours; one empty text where it says nothing."""
    if isinstance(block, Text):
        yield block.said
    elif isinstance(block, Items):
        yield from (item.said for item in block.items) if block.items else ("",)
    elif isinstance(block, Table):
        yield from (block.caption, *(head for head in block.head if head))
        yield from ("",) if not block.rows else ()
        for cell in (cell for row in block.rows for cell in row):
            if isinstance(cell, Text):
                yield cell.said
            elif isinstance(cell, str) and cell:
                yield cell
    else:
        yield block.said if block.points else ""


def card_bytes(card: Card) -> bytes:
    """The one way to write a card down."""
    values = card.model_dump(mode="json", exclude_none=True)
    return (json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def schema_bytes() -> bytes:
    """JSON Schema of a card, as it is shipped."""
    return (json.dumps(Card.model_json_schema(), indent=1) + "\n").encode()


def parsed_card(content: bytes, place: str) -> Card:
    """The card in the bytes; `CardError` that names `place`, what was wanted there and what came."""
    if len(content) > LONGEST:
        raise CardError(f"{place}: wanted a card of at most {LONGEST} bytes; came {len(content)}")
    try:
        return Card.model_validate_json(content)
    except ValidationError as error:
        raise CardError(f"{place}: {_complaint(error)}") from None


def read_card(path: Path) -> Card:
    """The card in a file that is no link; `CardError` where it cannot be read or is none."""
    return read_signed(path)[0]


def read_signed(path: Path) -> tuple[Card, str]:
    """The card in a file, and the sha256 of the file's bytes, which is what sign-offs are bound to."""
    if path.is_symlink() or not path.is_file():
        raise CardError(f"wanted the JSON file of a card; came {path}: {'a link' if path.is_symlink() else 'no file'}")
    content = path.read_bytes()
    return parsed_card(content, path.name), hashlib.sha256(content).hexdigest()


def _complaint(error: ValidationError) -> str:
    first: Any = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "its top"
    if first["type"] == "extra_forbidden":
        return f"wanted only keys of the form (schema.json); came {shown(first['loc'][-1])} at {place}"
    if first["type"] == "missing":
        return f"wanted the key {place}; came none"
    if first["type"] == "value_error":
        return str(first["ctx"]["error"])
    if first["type"] == "json_invalid":
        return f"wanted a whole JSON object; came {first['msg'].removeprefix('Invalid JSON: ')}"
    return f"wanted at {place}: {first['msg']}; came {shown(first['input'])}"
