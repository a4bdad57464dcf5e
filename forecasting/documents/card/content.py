"""A card from record, artefact and results: one function per section, registered in `SECTIONS`."""

import json
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from forecasting.documents.blocks import Cell
from forecasting.documents.card import (
    bounds,
    details,
    evidence,
    failures,
    identity,
    performance,
    reforms,
    reliability,
    risk,
)
from forecasting.documents.card.diff import differences
from forecasting.documents.card.form import Card, CardSection, require_filled
from forecasting.documents.card.material import Material, gather
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import code, count, quote
from forecasting.record.history import History
from forecasting.store.errors import CardError
from forecasting.store.values import complaint

CHANGES: Final = "changes"
SIGNIFICANT: Final = 6
NAME: Final = "Ladder forecast of informal arms control"
SECTIONS: Final[dict[str, Callable[[Material], CardSection]]] = {
    function.__name__: function
    for function in (
        identity.summary,
        details.details,
        identity.uses,
        identity.factors,
        performance.verdict,
        performance.metrics,
        performance.recounted,
        reliability.calibration,
        reliability.intervals,
        reliability.power,
        performance.multiverse,
        bounds.limits,
        failures.failures,
        evidence.training_data,
        evidence.coders,
        evidence.leakage,
        identity.misuse,
        reforms.reforms,
        risk.risk_map,
        identity.stewardship,
    )
}


def card_content(
    history: History, home: Path | None = None, version: str | None = None, artefacts: Path | None = None
) -> Card:
    """The card of a record: the same record, code, results and earlier version give the same bytes, whatever the clock.

    `home`: the folder of its versions, by default `card` beside the record; `version`: by default the package's.
    `artefacts`: a folder of trained models; without one of this record and code the model is refitted, to the same
    numbers. Raises `CardError` that names a section which is empty or holds a placeholder, and
    `InsufficientHistoryError` where no model can be fitted.
    """
    material = gather(history, home, version, artefacts)
    sections = {name: filled(name, partial(function, material)) for name, function in SECTIONS.items()}
    card = Card(
        name=NAME,
        version=material.version,
        previous=material.previous.version if material.previous else None,
        made_from=material.sources,
        sections=sections,
    )
    changes = filled(CHANGES, lambda: changed(material.previous, card))
    return card.model_copy(update={"sections": {**sections, CHANGES: changes}})


def filled(name: str, make: Callable[[], CardSection]) -> CardSection:
    """The section that is made, its numbers to six digits; `CardError` where it is empty or has another form."""
    try:
        section = _rounded(make())
    except ValidationError as error:
        raise CardError(
            f"expected a section {name} of the form of a card, got one with {complaint(error)}; mend what makes it"
        ) from None
    try:
        require_filled(name, section)
    except ValueError as error:
        raise CardError(str(error)) from None
    return section


MOST_LISTED: Final = 200
"""Differences that a card lists one by one; of more it tells how many are in each section."""


def changed(previous: Card | None, card: Card) -> CardSection:
    """Changes since the version before: the differences that `forecasting card diff` prints."""
    title = "Changes since the last version"
    if previous is None:
        return CardSection(title=title, blocks=(text("This is the first version of the card."),))
    found = differences(previous, card, ignore=(CHANGES,))
    said = text("{n} values or texts differ from version {before}.", n=count(len(found)), before=code(previous.version))
    if len(found) > MOST_LISTED:
        sections = Counter(one.section.split(":")[0] or "The card itself" for one in found)
        rows: list[list[Cell]] = [[quote(name), count(n)] for name, n in sections.items()]
        listed = table("Differences by section", ("Section", "Differences"), rows)
        said = text(
            "{n} values or texts differ from version {before}: too many to list here; {command} prints every one.",
            n=count(len(found)),
            before=code(previous.version),
            command=code(f"forecasting card diff card-{previous.version}.json card-{card.version}.json"),
        )
    else:
        rows = [
            [quote(one.section), code(one.pointer), quote(_told(one.said)), quote(_told(one.found))] for one in found
        ]
        listed = table("Every difference", ("Section", "Pointer", "Before", "Now"), rows)
    return CardSection(title=title, blocks=(said, *([listed] if found else [])))


def _told(value: Any) -> str:
    """A value of a card of any type, with every digit."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _rounded(section: CardSection) -> CardSection:
    """The section with its floats to six significant digits: fits agree no further between machines."""
    digits = json.loads(section.model_dump_json(), parse_float=lambda held: float(f"{float(held):.{SIGNIFICANT}g}"))
    return CardSection.model_validate_json(json.dumps(digits))
