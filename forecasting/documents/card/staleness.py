"""Staleness of a card: differences from the present record, code and results."""

from pathlib import Path
from typing import Final, NamedTuple

import forecasting
from forecasting.artefacts import code_sha256, made_from
from forecasting.documents.card.content import card_content
from forecasting.documents.card.diff import differences
from forecasting.documents.card.form import Card
from forecasting.documents.card.material import MULTIVERSE, results_hashes
from forecasting.documents.difference import Difference
from forecasting.record.history import History
from forecasting.record.reading import read_record

SHORT: Final = 12


class Mismatch(NamedTuple):
    """A hash that has changed: its name, its value in the card, and its value now."""

    name: str
    card: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: the card has {self.card[:SHORT] or 'none'}, now it is {self.now[:SHORT] or 'none'}"


def mismatches(card: Card, record_folder: Path, home: Path, record_sha256: str | None = None) -> tuple[Mismatch, ...]:
    """Every hash of a card that is not that of the record, the code and the results that are there now.

    Only files that this program knows are opened, whatever names the card holds. `record_sha256` spares reading the
    record again.
    """
    made = card.made_from
    day = next((Path(name).stem for name in made.results if name.startswith(f"{MULTIVERSE}/")), None)
    now = results_hashes(record_folder, home, day)
    pairs = [
        ("record_sha256", made.artefact.record_sha256, record_sha256 or read_record(record_folder).sha256),
        ("package_version", made.package_version, forecasting.__version__),
        ("code_sha256", made.artefact.code_sha256, code_sha256()),
        *((name, made.results.get(name, ""), now.get(name, "")) for name in {**made.results, **now}),
    ]
    return tuple(Mismatch(*pair) for pair in pairs if pair[1] != pair[2])


def made_anew(card: Card, history: History, home: Path, fresh: Card | None = None) -> list[Difference]:
    """Differences between a card and the card made anew from record, code and results, even where no hash differs."""
    return differences(card, fresh or card_content(history, home, card.version))


def other_versions(card: Card, history: History) -> dict[str, str]:
    """Libraries that were of another version when the card was made, with that version and the one installed."""
    made = card.made_from.artefact
    now = made_from(history, made.models, made.target, made.population).versions
    return {name: f"{was}, now {now.get(name, 'none')}" for name, was in made.versions.items() if now.get(name) != was}
