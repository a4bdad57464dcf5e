"""The folder of the cards: one JSON file a version, the sign-offs, and the stewards."""

import re
from pathlib import Path
from typing import Final

from pydantic import field_validator

from forecasting.documents.card.form import Card, read_card
from forecasting.record.months import parse_day
from forecasting.review import SignOff, SignOffStatus, sign_off_status
from forecasting.store.errors import CardError, ForeignFileError, UsageError
from forecasting.store.foreign import Foreign
from forecasting.store.values import Values, reworded

FOLDER: Final = "card"
STEWARDS: Final = "stewards.json"
SCHEMA: Final = "schema.json"
NAME: Final = re.compile(r"card-(\d+\.\d+\.\d+)\.json")
STEWARDS_FILE: Final = Foreign(
    "owner, reviewer and next_review as JSON", "name who answers for the card, who reviews it, and by which day"
)


class Stewards(Values):
    """Owner and reviewer of a card, and the day of its next review."""

    owner: str
    reviewer: str
    next_review: str

    @field_validator("next_review")
    @classmethod
    def _is_a_day(cls, value: str) -> str:
        reworded(parse_day, value)
        return value


def home_of(record_folder: Path) -> Path:
    """The folder of the cards of a record."""
    return record_folder / FOLDER


def file_name(version: str) -> str:
    """The name of a version's file."""
    return f"card-{version}.json"


def order(version: str) -> tuple[int, ...]:
    """Sort key of versions."""
    return tuple(int(part) for part in version.split("."))


def versions(home: Path) -> list[str]:
    """Versions in a folder, the earliest first."""
    found = [match[1] for path in home.glob("card-*.json") if (match := NAME.fullmatch(path.name))]
    return sorted(found, key=order)


def latest(home: Path) -> Path:
    """The file of the latest version; `UsageError` where there is none."""
    kept = versions(home)
    if not kept:
        raise UsageError(f"expected a card kept in {home}, got none; `forecasting card --out {home}` makes one")
    return home / file_name(kept[-1])


def before(home: Path, version: str) -> Card | None:
    """The card of the version before this one, if there is one."""
    earlier = [kept for kept in versions(home) if order(kept) < order(version)]
    return read_card(home / file_name(earlier[-1])) if earlier else None


def stewards(home: Path) -> Stewards | None:
    """Stewards of the cards of a folder; None where nobody is named, `CardError` where the file is invalid."""
    path = home / STEWARDS
    if not path.exists():
        return None
    try:
        return STEWARDS_FILE.form(path, Stewards)
    except ForeignFileError as error:
        raise CardError(str(error)) from None


def status_of(card: Card, sha256: str, lines: list[SignOff]) -> SignOffStatus:
    """The sign-off status of a card whose file has this hash, by the log of its folder."""

    def is_earlier(name: str) -> bool:
        match = NAME.fullmatch(name)
        return match is not None and order(match[1]) < order(card.version)

    return sign_off_status(lines, file_name(card.version), sha256, is_earlier)
