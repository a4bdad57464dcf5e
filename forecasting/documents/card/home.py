"""The folder of the cards: one JSON file a version, the sign-offs, and who answers for it."""

import re
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from forecasting.documents.card.form import Card, read_card
from forecasting.record.months import parse_day
from forecasting.store.errors import CardError, UsageError, shown
from forecasting.store.values import Values

FOLDER: Final = "card"
STEWARDS: Final = "stewards.json"
SCHEMA: Final = "schema.json"
NAME: Final = re.compile(r"card-(\d+\.\d+\.\d+)\.json")


class Stewards(Values):
    """Who answers for a card, who reviews it, and by when it is looked at again."""

    owner: str
    reviewer: str
    next_review: str


def home_of(record_folder: Path) -> Path:
    """Where the cards of a record are kept."""
    return record_folder / FOLDER


def file_name(version: str) -> str:
    """The name of a version's file."""
    return f"card-{version}.json"


def order(version: str) -> tuple[int, ...]:
    """By what versions are sorted."""
    return tuple(int(part) for part in version.split("."))


def versions(home: Path) -> list[str]:
    """Versions kept in a folder, the earliest first."""
    found = [match[1] for path in home.glob("card-*.json") if (match := NAME.fullmatch(path.name))]
    return sorted(found, key=order)


def latest(home: Path) -> Path:
    """The file of the latest version; `UsageError` where none is kept."""
    kept = versions(home)
    if not kept:
        raise UsageError(f"wanted a card kept in {home}; came none. `forecasting card --out {home}` makes one")
    return home / file_name(kept[-1])


def before(home: Path, version: str) -> Card | None:
    """The card of the version before this one, if one is kept."""
    earlier = [kept for kept in versions(home) if order(kept) < order(version)]
    return read_card(home / file_name(earlier[-1])) if earlier else None


def stewards(home: Path) -> Stewards | None:
    """Who answers for the cards of a folder; None where nobody is named, `CardError` where the file is none."""
    path = home / STEWARDS
    if not path.is_file():
        return None
    try:
        found = Stewards.model_validate_json(path.read_bytes())
        parse_day(found.next_review)
    except (ValidationError, UsageError) as error:
        first = (
            error.errors()[0] if isinstance(error, ValidationError) else {"loc": ("next_review",), "msg": str(error)}
        )
        place = ".".join(map(str, first["loc"]))
        raise CardError(
            f"{STEWARDS}: wanted owner, reviewer and next_review; came {shown(first['msg'])} at {place}"
        ) from None
    return found
