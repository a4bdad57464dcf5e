"""Rows of a new case of one's own."""

import re
from collections.abc import Mapping

from forecasting.record.forms import PLACEHOLDER, SLUG, Column
from forecasting.record.own_rows import Rows
from forecasting.record.reading import RawRecord
from forecasting.record.schema import TABLES
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError

DEFAULTS = {
    "start_precision": "day",
    "start_known_assumed": "0",
    "end_known_assumed": "0",
    "publicity": "public",
    "background_treaty": "none",
    "imposed_by_legislature": "0",
    "sampled_via": "forward",
    "in_core": "1",
    "confidence": "low",
    "date_precision": "day",
    "known_late": "0",
    "standing": "confirmed",
    "is_ending": "0",
    "known_assumed": "0",
    "added_for_ladder": "0",
    "seen": "1",
}


def case_rows(record: RawRecord, case_id: str, cells: Mapping[str, Mapping[str, str]] | None = None) -> Rows:
    """Rows of a new case.

    Parameters
    ----------
    record : RawRecord
        The record with the overlays.
    case_id : str
        Lower-case words joined by hyphens, at most 70 characters, not yet in the record.
    cells : mapping of str to mapping of str to str, optional
        Values by table and column. Required cells without a value or a default get '?'.

    Returns
    -------
    mapping of str to list of mappings
        Rows by table.

    Raises
    ------
    UsageError
        For another case_id.
    """
    if not re.fullmatch(SLUG, case_id) or len(case_id) > 70:
        raise UsageError(
            "expected a case_id of lower-case words joined by hyphens, at most 70 characters, such as "
            f"my-case-2026, got {case_id!r}"
        )
    if case_id in set(record.tables["cases"].cells["case_id"]):
        raise UsageError(f"expected a case_id that the record does not have, got {case_id!r}; give it another")
    keys = {"case_id": case_id, "source_id": f"{case_id}-s1", "cluster_id": case_id, "event_id": f"{case_id}-e01"}
    rows = {
        "cases": [keys],
        "outcomes": [{**keys, "target": target, "last_observed_date": PLACEHOLDER} for target in TARGETS],
        "coding": [keys],
        "sources": [keys],
        "case_sources": [keys],
        "events": [keys],
    }
    own = cells or {}
    return {name: [_row(name, {**line, **own.get(name, {})}) for line in lines] for name, lines in rows.items()}


def _row(name: str, given: Mapping[str, str]) -> dict[str, str]:
    return {column.name: given.get(column.name, _default(column)) for column in TABLES[name].columns}


def _default(column: Column) -> str:
    return DEFAULTS.get(column.name, PLACEHOLDER if column.required else "")
