"""What a ledger holds of one case beside the issues: words of people and markets, and conditional forecasts."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.ledger.entries import Added, Conditional
from forecasting.ledger.questions import retractions
from forecasting.ledger.registration import entries_of
from forecasting.record.months import deadline
from forecasting.record.vocabulary import STATES


def said_of_case(
    folder: Path, case_id: str, target: str, as_of: date, until: str | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What people, markets and conditional forecasts say of a case, as of a day or earlier.

    Parameters
    ----------
    folder
        The folder of the ledger, which need not exist.
    case_id
        The case.
    target
        `concluded` or `in_force`.
    as_of
        The day: nothing as of a later day is read.
    until
        sha256 of the last entry to be read, zeros for none; None for all.

    Returns
    -------
    dict
        `opinions`: for each person or market and horizon the latest word that is not retracted: `by`, `as_of`, `kind`,
        `horizon` (months), `deadline`, `states` (probability by state; only those that were stated), `note` and
        `entry` (file). `conditionals`: for each step and last day, from `as_of` on, the latest forecast: `step`,
        `by` (last day), `as_of`, `kind`, `chance` (of the step), `entry`, and `horizons` with `taken` and `not_taken`,
        a probability by state for each horizon.

    Raises
    ------
    LedgerError
        The ledger has faults.
    UsageError
        It holds no entry with that sha256.

    Examples
    --------
    >>> said_of_case(Path("no-such-ledger"), "mtcr-1987", "concluded", date(2026, 1, 1))
    {'opinions': [], 'conditionals': []}
    """
    chain = entries_of(folder, until)
    taken_back = retractions(chain)
    told = [
        (link.name, entry)
        for link in chain.links
        if isinstance(entry := link.entry, Added | Conditional)
        and entry.target == target
        and entry.as_of <= as_of
        and link.name not in taken_back
    ]
    told.sort(key=lambda one: (one[1].as_of, one[1].sequence))
    opinions = {(one["by"], one["horizon"]): one for name, entry in told for one in _opinions(name, entry, case_id)}
    conditionals = {
        (one["step"], one["by"]): one for name, entry in told for one in _conditional(name, entry, case_id, as_of)
    }
    return {"opinions": [opinions[key] for key in sorted(opinions)], "conditionals": list(conditionals.values())}


def _opinions(name: str, entry: Added | Conditional, case_id: str) -> Iterator[dict[str, Any]]:
    """What an entry of somebody says of the case, by horizon."""
    if not isinstance(entry, Added):
        return
    told = [one for one in entry.opinions if one.case_id == case_id]
    for horizon in sorted({one.horizon for one in told}):
        yield {
            "by": entry.by,
            "as_of": entry.as_of.isoformat(),
            "kind": entry.kind,
            "horizon": horizon,
            "deadline": deadline(entry.as_of, horizon).isoformat(),
            "states": {one.cause: one.probability for one in told if one.horizon == horizon},
            "note": entry.note,
            "entry": name,
        }


def _conditional(name: str, entry: Added | Conditional, case_id: str, day: date) -> Iterator[dict[str, Any]]:
    """The conditional forecast of an entry, if it is of the case and its last day is still to come."""
    if not isinstance(entry, Conditional) or entry.case_id != case_id or entry.condition.by < day:
        return
    branches = {"taken": entry.taken, "not_taken": entry.not_taken}
    yield {
        "step": entry.condition.step,
        "by": entry.condition.by.isoformat(),
        "as_of": entry.as_of.isoformat(),
        "kind": entry.kind,
        "chance": entry.chance,
        "horizons": list(entry.horizons),
        **{branch: [dict(zip(STATES, row, strict=True)) for row in rows] for branch, rows in branches.items()},
        "entry": name,
    }
