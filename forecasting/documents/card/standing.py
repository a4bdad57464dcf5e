"""How a card stands: whether it still is of the record and code that are there, and who said what of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from pydantic import ValidationError

import forecasting
from forecasting.artefacts import made_from
from forecasting.artefacts.code_hash import code_sha256
from forecasting.documents.card.content import card_content
from forecasting.documents.card.diff import Difference, differences
from forecasting.documents.card.form import Card
from forecasting.documents.card.home import NAME, file_name, order
from forecasting.documents.card.material import MULTIVERSE, results_hashes
from forecasting.record.history import History
from forecasting.record.reading import read_record
from forecasting.review.sign_off import APPROVALS, APPROVED, DRAFT, EDITED
from forecasting.store.errors import UsageError, shown
from forecasting.store.values import Values

WANTED_CHANGES: Final = "changes requested"
ANSWERED: Final = "answered"
Decision = Literal["approved", "changes requested", "answered"]
SHORT: Final = 12


class Mismatch(NamedTuple):
    """A hash that is not what it was: what it is of, as the card has it, and as it is now."""

    name: str
    card: str
    now: str

    def __str__(self) -> str:
        return f"{self.name}: the card has {self.card[:SHORT] or 'none'}, now it is {self.now[:SHORT] or 'none'}"


class Remark(Values):
    """A line of the sign-offs: which card, its bytes, who, when, the decision, and what was said of which section."""

    card: str
    sha256: str
    by: str
    at: str
    decision: Decision
    comment: str = ""
    section: str | None = None
    answers: int | None = None


@dataclass(frozen=True)
class Shown:
    """A remark as a page shows it: its number, whether it is about these very bytes, and the answers to it."""

    number: int
    remark: Remark
    is_of_these_bytes: bool
    answers: tuple[Remark, ...]


@dataclass(frozen=True)
class Standing:
    """`stale`: hashes that differ, if any; `status`: draft, approved, changes requested, or edited after approval.

    `remarks`: those made on this version, and open ones of earlier versions.
    """

    stale: tuple[Mismatch, ...]
    status: str
    remarks: tuple[Shown, ...]


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
    """Where a card is not what record, code and results make of it: found also where no hash differs."""
    return differences(card, fresh or card_content(history, home, card.version))


def other_versions(card: Card, history: History) -> dict[str, str]:
    """Libraries that were of another version when the card was made, with that version and the one installed."""
    made = card.made_from.artefact
    now = made_from(history, made.models, made.target, made.population).versions
    return {name: f"{was}, now {now.get(name, 'none')}" for name, was in made.versions.items() if now.get(name) != was}


def remarks(home: Path) -> list[Remark]:
    """Every line of the folder's sign-offs of cards, oldest first; `UsageError` that names a faulty one."""
    path = home / APPROVALS
    if not path.is_file():
        return []
    found = []
    for row, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            found.append(Remark.model_validate_json(line))
        except ValidationError as error:
            first: Any = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the line"
            raise UsageError(f"wanted {path} row {row} as a sign-off; came {first['msg']} at {place}") from None
    return found


def standing(card: Card, sha256: str, home: Path, stale: tuple[Mismatch, ...]) -> Standing:
    """The standing of a card whose file has this hash, by the sign-offs in a folder."""
    lines = remarks(home)
    return Standing(stale, _status(card, sha256, lines), tuple(_shown(card, sha256, lines)))


def _status(card: Card, sha256: str, lines: list[Remark]) -> str:
    """By the last word that each reviewer said of the whole card."""
    last = {
        line.by: line for line in lines
        if line.card == file_name(card.version) and line.section is None and line.decision != ANSWERED
    }  # fmt: skip
    wanted = [line for line in last.values() if line.decision == WANTED_CHANGES]
    signed = [line for line in last.values() if line.decision == APPROVED]
    if wanted:
        return WANTED_CHANGES
    if any(line.sha256 == sha256 for line in signed):
        return APPROVED
    return EDITED if signed else DRAFT


def _shown(card: Card, sha256: str, lines: list[Remark]) -> Iterator[Shown]:
    for number, line in enumerate(lines, start=1):
        answers = tuple(one for one in lines if one.answers == number)
        own = line.card == file_name(card.version)
        if line.decision != ANSWERED and (own or (_is_before(line, card) and _is_open(number, line, lines))):
            yield Shown(number, line, line.sha256 == sha256, answers)


def _is_before(line: Remark, card: Card) -> bool:
    match = NAME.fullmatch(line.card)
    return match is not None and order(match[1]) < order(card.version)


def _is_open(number: int, line: Remark, lines: list[Remark]) -> bool:
    """Whether something was said that nobody answered, and that its author did not follow up in the same section."""
    later = [one for one in lines[number:] if one.by == line.by and one.section == line.section]
    return bool(line.comment) and not any(one.answers == number for one in lines) and not later


def require_section(card: Card, section: str | None) -> None:
    """`UsageError` for a section that the card does not have."""
    if section is not None and section not in card.sections:
        raise UsageError(f"wanted a section out of {', '.join(card.sections)}; came {shown(section)}")


def remark_line(remark: Remark) -> str:
    """A sign-off as a line."""
    return json.dumps(remark.model_dump(exclude_none=True), ensure_ascii=False) + "\n"
