"""Conditional forecasts of a ledger, made again on the record as it was known on their day."""

from typing import Final

from forecasting.documents.difference import Difference, compared, leaves
from forecasting.explain.conditional import conditional
from forecasting.ledger.conditionals import content_of
from forecasting.ledger.entries import Conditional
from forecasting.record.history import History
from forecasting.store.errors import ForecastingError

NOT_COMPARED: Final = frozenset({"code", "record_sha256", "kind", "issued_on", "sequence", "previous"})
"""What names the code and the record of an entry, told beside it where they are others, and its place in the chain."""


def compared_conditional(name: str, entry: Conditional, whole: History) -> tuple[int, list[Difference]]:
    """How many values of a conditional forecast were compared with what a record gives as of its day, and which differ.

    Parameters
    ----------
    name
        File of the entry.
    entry
        The entry.
    whole
        The record.

    Returns
    -------
    n : int
        Number of values compared.
    differences : list of Difference
        Those that differ; one alone where the forecast cannot be made again.
    """
    history = whole.at(entry.as_of)
    try:
        found = conditional(
            history, entry.case_id, entry.condition.step, entry.condition.by, entry.horizons, entry.target
        )
    except ForecastingError as error:
        return 1, [Difference("/condition", name, entry.condition.step, f"none: {error}")]
    made = Conditional.model_validate(
        content_of(found, history)
        | {"sequence": 1, "previous": entry.previous, "issued_on": entry.issued_on, "kind": entry.kind}
    )
    left_out = NOT_COMPARED if entry.record_sha256 == whole.sha256 else NOT_COMPARED | {"record_end"}
    said, own = (each.model_dump(mode="json", exclude=set(left_out)) for each in (entry, made))
    return sum(1 for _ in leaves(own)), [
        Difference(one.pointer, name, one.said, one.found) for one in compared(said, own)
    ]
