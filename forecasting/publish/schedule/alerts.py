"""Movement alerts: what a new page of a case says has moved since the page before."""

from pathlib import Path
from typing import Any, Final

from forecasting.record.vocabulary import CAUSES
from forecasting.review import read_sidecar
from forecasting.store.errors import ForeignFileError

ROUNDING: Final = 1e-9


def alert_of(page: Path, points: float) -> dict[str, Any] | None:
    """The movement that a page tells of, where it is large enough.

    Parameters
    ----------
    page
        A rendered page about a case.
    points
        Percentage points by which the chance of an ending must have moved since the page before; a new row of a ladder
        is told whatever they are.

    Returns
    -------
    dict or None
        `page` (its name), `case_id`, `since` (day of the page before), `points` by ending, and `rungs`, new rows of
        ladders.
        None where neither is so, for the first page of a case, and for a page about no case.
    """
    try:
        _, held = read_sidecar(page)
    except ForeignFileError:
        return None
    found = held.get("since")
    if not isinstance(found, dict) or not found.get("is_page"):
        return None
    states = found["states"]
    moved = {cause: 100.0 * (states[cause]["after"] - states[cause]["before"]) for cause in CAUSES}
    if max(map(abs, moved.values())) < points - ROUNDING and not found["rungs"]:
        return None
    return {
        "page": page.name,
        "case_id": held["case"]["case_id"],
        "since": found["from"],
        "points": {cause: round(value, 2) for cause, value in moved.items()},
        "rungs": found["rungs"],
    }
