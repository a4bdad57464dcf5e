"""A model card, derived again from record, code and results and compared value by value."""

from pathlib import Path
from typing import Any

from forecasting.artefacts.session import shared_history
from forecasting.artefacts.store import find
from forecasting.documents.card import card_content
from forecasting.documents.card.diff import differences as card_differences
from forecasting.documents.card.form import Card, read_signed, schema_bytes
from forecasting.documents.card.home import NAME, SCHEMA, status_of
from forecasting.documents.card.keeping import pages_of
from forecasting.documents.card.material import MODEL, POPULATION, TARGET
from forecasting.documents.card.staleness import Mismatch, mismatches, other_versions
from forecasting.documents.difference import REFITTED, Difference, leaves
from forecasting.models import FIRST
from forecasting.review import SignOffStatus, sign_offs
from forecasting.verify.verification import SUBJECT, Trusted, Verification, models_note, results_note

MADE_FROM = "made_from"


def is_card(path: Path, held: Any) -> bool:
    """True if a file is named like a model card and holds the sections of one."""
    return bool(NAME.fullmatch(path.name)) and isinstance(held, dict) and "sections" in held


def verify_card(path: Path, trusted: Trusted) -> Verification:
    """Compare every value and text of a card; its hashes of another record or code go to `made_from`."""
    history = shared_history(trusted.data)
    card, sha256 = read_signed(path)
    stale = mismatches(card, history.record.folder, path.parent, history.sha256)
    made = [f"made from another {one}" for one in stale]
    made += [f"made with {name} {versions}" for name, versions in other_versions(card, history).items()]
    again = card_content(history, path.parent, card.version, trusted.artefacts)
    differences = tuple(
        one for one in card_differences(card, again, tolerance=REFITTED) if not one.pointer.startswith(f"/{MADE_FROM}/")
    )
    status = status_of(card, sha256, sign_offs(path.parent))
    files, unchecked = _files_beside(path, card, status, stale)
    differences += files
    n = sum(1 for _ in leaves(again.model_dump(mode="json", exclude={MADE_FROM}, exclude_none=True)))
    used = find(trusted.artefacts, history, (MODEL, FIRST), TARGET, POPULATION) if trusted.artefacts else None
    notes = (models_note(used.key if used else None), *results_note(again.made_from.results), *unchecked)
    return Verification(str(path), n, tuple(made), notes, differences)


def _files_beside(
    path: Path, card: Card, status: SignOffStatus, stale: tuple[Mismatch, ...]
) -> tuple[tuple[Difference, ...], tuple[str, ...]]:
    """Markdown, page and schema beside a card, held against what the card makes of them; and those not there."""
    expected = {path.parent / SCHEMA: schema_bytes(), **pages_of(path, card, status, stale)}
    differences, unchecked = [], []
    for place, content in expected.items():
        if not place.is_file():
            unchecked.append(f"not checked: no {place.name} beside it")
        elif (said := SUBJECT.content(place)) != content:
            at = next((i for i, (a, b) in enumerate(zip(said, content, strict=False)) if a != b), len(content))
            words = [text[max(at - 20, 0) : at + 40].decode(errors="replace") for text in (said, content)]
            differences.append(Difference("", place.name, *words))
    return tuple(differences), tuple(unchecked)
