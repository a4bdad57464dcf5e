"""A model card, derived again from record, code and results and compared value by value."""

from pathlib import Path
from typing import Any

from forecasting.artefacts.session import shared_history
from forecasting.documents.card import card_content
from forecasting.documents.card.diff import differences as card_differences
from forecasting.documents.card.form import read_signed
from forecasting.documents.card.home import NAME
from forecasting.documents.card.staleness import mismatches, other_versions
from forecasting.documents.difference import REFITTED, leaves
from forecasting.verify.verification import Trusted, Verification

MADE_FROM = "made_from"


def is_card(path: Path, held: Any) -> bool:
    """True if a file is named like a model card and holds the sections of one."""
    return bool(NAME.fullmatch(path.name)) and isinstance(held, dict) and "sections" in held


def verify_card(path: Path, trusted: Trusted) -> Verification:
    """Compare every value and text of a card; its hashes of another record or code go to `made_from`."""
    history = shared_history(trusted.data)
    card, _ = read_signed(path)
    stale = mismatches(card, history.record.folder, path.parent, history.sha256)
    made = [f"made from another {one}" for one in stale]
    made += [f"made with {name} {versions}" for name, versions in other_versions(card, history).items()]
    again = card_content(history, path.parent, card.version, trusted.artefacts)
    differences = tuple(
        one for one in card_differences(card, again, tolerance=REFITTED) if not one.pointer.startswith(f"/{MADE_FROM}/")
    )
    n = sum(1 for _ in leaves(again.model_dump(mode="json", exclude={MADE_FROM}, exclude_none=True)))
    return Verification(str(path), n, tuple(made), (), differences)
