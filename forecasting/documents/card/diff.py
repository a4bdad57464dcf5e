"""Differences between two cards: every number and every text."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from forecasting.documents.card.form import Card
from forecasting.documents.difference import EXACT, Difference, Tolerance, compared, section_of


def differences(
    before: Card, after: Card, ignore: Sequence[str] = (), tolerance: Tolerance = EXACT
) -> list[Difference]:
    """Differences between two cards.

    Parameters
    ----------
    before, after
        The cards.
    ignore
        Names of sections that are left out.
    tolerance
        By how much numbers may differ; by default not at all.

    Returns
    -------
    list of Difference
        In the order of the later card, whose values are `found`. Without a tolerance it is empty if and only if the
        cards hold the same.
    """
    old, new = (_content(card, ignore) for card in (before, after))
    found = [
        replace(one, section=section_of(new, one)) for one in compared(old, new, tolerance=tolerance, aligned=True)
    ]
    orders = [list(content["sections"]) for content in (old, new)]
    if orders[0] != orders[1] and set(orders[0]) == set(orders[1]):
        found.append(Difference("/sections", "order of the sections", *map(", ".join, orders)))
    return found


def _content(card: Card, ignore: Sequence[str]) -> dict[str, Any]:
    content = card.model_dump(mode="json", exclude_none=True)
    content["sections"] = {name: held for name, held in content["sections"].items() if name not in ignore}
    return content
