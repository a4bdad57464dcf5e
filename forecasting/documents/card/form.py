"""The form of a card: sections of typed blocks as JSON, from which its pages are made; anything else is refused."""

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, ValidationError, field_validator

from forecasting.artefacts import MadeFrom
from forecasting.documents.blocks import Aside, Chart, Items, Section, Stack, Table, Text
from forecasting.store.errors import CardError, ForeignFileError, shown
from forecasting.store.foreign import Foreign
from forecasting.store.values import BrokenRuleError, Values, complaint

RELIABILITY: Final = "reliability"
PLACEHOLDERS: Final = re.compile(
    r"\b(todo|tbd|fixme|xxx|lorem ipsum|(more|further) information needed|to be (written|done|added|filled in))\b", re.I
)
CARD: Final = Foreign(
    "a card", "hold it against its form, schema.json, or make it with `forecasting card`", most_bytes=2_000_000
)


class Point(Values):
    """A point of a reliability curve: the forecast, the observed frequency, and the band of a calibrated forecast."""

    cause: str
    forecast: float
    observed: float
    lower: float
    upper: float
    share: float


class Curves(Values):
    """Arguments of the one chart of a card."""

    curves: list[Point]


CardBlock = Annotated[Text | Items | Table | Chart, Field(discriminator="kind")]


class CardSection(Section):
    """A section of a card: words, lists, tables and reliability charts, and nothing that could contain HTML."""

    blocks: tuple[CardBlock, ...]

    @field_validator("blocks")
    @classmethod
    def _charts_can_be_drawn(cls, blocks: tuple[CardBlock, ...]) -> tuple[CardBlock, ...]:
        for chart in (block for block in blocks if isinstance(block, Chart)):
            if chart.draws != RELIABILITY:
                raise BrokenRuleError(f"a chart that draws {RELIABILITY}", shown(chart.draws))
            try:
                Curves.model_validate(chart.arguments)
            except ValidationError as error:
                raise ValueError(f"chart: {complaint(error)}") from None
        return blocks


RESULT_NAME = r"^(card/|evaluation/(registration2/)?|multiverse/)?[A-Za-z0-9_-]+\.(csv|json|md)$"
ResultName = Annotated[str, Field(pattern=RESULT_NAME)]


class Sources(Values):
    """Sources of a card: the artefact of its models, and the files of results by name with their sha256."""

    artefact: MadeFrom
    artefact_key: str
    data_end: str
    package_version: str
    results: dict[ResultName, str]


class Card(Values):
    """A model card of one version of the package; `previous` is the version before, if there was one."""

    form: Literal[2] = 2
    name: str
    version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+$")]
    previous: str | None = None
    made_from: Sources
    sections: dict[Annotated[str, Field(pattern="^[a-z_]+$")], CardSection]

    @field_validator("sections")
    @classmethod
    def _nothing_left_empty(cls, sections: dict[str, CardSection]) -> dict[str, CardSection]:
        for name, section in sections.items():
            require_filled(name, section)
        return sections


def require_filled(name: str, section: CardSection) -> None:
    """`ValueError` that names a section which is empty, or in which something is left to be filled in."""
    for said in (section.title, *_texts(section.blocks)):
        if not said.strip(" \t\n.?-\N{EN DASH}\N{HORIZONTAL ELLIPSIS}") or PLACEHOLDERS.search(said):
            raise BrokenRuleError(f"a section {name} that says something", shown(said) if said else "an empty part")


def _texts(part: Any) -> Iterator[str]:
    """Our own words in a block, a cell or several of them; an empty text where there is none."""
    match part:
        case str():
            yield part
        case Text(said=said):
            yield said
        case Items(items=inside) | (tuple() as inside):
            yield from (said for one in inside for said in _texts(one)) if inside else ("",)
        case Table(caption=caption, head=head, rows=rows):
            yield from (caption, *filter(None, head))
            yield from _texts(tuple(cell for row in rows for cell in row if cell != ""))
        case Chart(text=text, arguments=arguments):
            yield text.said if arguments.get("curves") else ""
        case Stack(text=text, items=items):
            yield from _texts((text, items))
        case Aside(text=text):
            yield text.said


def card_bytes(card: Card) -> bytes:
    """The canonical bytes of a card."""
    values = card.model_dump(mode="json", exclude_none=True)
    return (json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()


def schema_bytes() -> bytes:
    """JSON Schema of a card, as it is shipped."""
    return (json.dumps(Card.model_json_schema(), indent=1) + "\n").encode()


def parsed_card(content: bytes, place: str) -> Card:
    """The card in the bytes; `CardError` names `place` and what was expected there and found."""
    try:
        return CARD.parsed(content, place, Card)
    except ForeignFileError as error:
        raise CardError(str(error)) from None


def read_card(path: Path) -> Card:
    """The card in a file that is no link; `CardError` where it cannot be read or is none."""
    return read_signed(path)[0]


def read_signed(path: Path) -> tuple[Card, str]:
    """The card in a file, and the sha256 of the file's bytes, which is what sign-offs are bound to."""
    try:
        content = CARD.content(path)
    except ForeignFileError as error:
        raise CardError(str(error)) from None
    return parsed_card(content, path.name), hashlib.sha256(content).hexdigest()
