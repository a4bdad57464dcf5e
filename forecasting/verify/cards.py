"""A model card: made again from record, code and results, and held against what it says, value by value."""

from pathlib import Path
from typing import Any

from forecasting.artefacts.session import shared_history
from forecasting.documents.card import card_content
from forecasting.documents.card.form import read_signed
from forecasting.documents.card.home import NAME
from forecasting.documents.card.staleness import mismatches, other_versions
from forecasting.verify.differences import Difference, Verification, compared, leaves, parts
from forecasting.verify.trust import Trusted

MADE_FROM = "made_from"


def is_card(path: Path, held: Any) -> bool:
    """Whether a file is named like a model card and holds the sections of one."""
    return bool(NAME.fullmatch(path.name)) and isinstance(held, dict) and "sections" in held


def verify_card(path: Path, trusted: Trusted) -> Verification:
    """Every value and text of a card; its hashes that are not of this record and code are said first."""
    history = shared_history(trusted.data)
    card, _ = read_signed(path)
    stale = mismatches(card, history.record.folder, path.parent, history.sha256)
    made = [f"made from another {one}" for one in stale]
    made += [f"made with {name} {versions}" for name, versions in other_versions(card, history).items()]
    again = card_content(history, path.parent, card.version, trusted.artefacts)
    said, found = (
        {name: value for name, value in one.model_dump(mode="json").items() if name != MADE_FROM}
        for one in (card, again)
    )
    differences = tuple(
        Difference(one.pointer, _section(found, one.pointer), one.said, one.found) for one in compared(said, found)
    )
    return Verification(str(path), sum(1 for _ in leaves(found)), tuple(made), (), differences)


def _section(card: dict[str, Any], pointer: str) -> str:
    first, *rest = parts(pointer)
    return str(card["sections"].get(rest[0], {}).get("title", "")) if first == "sections" and rest else ""
