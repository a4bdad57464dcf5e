"""The days of cases for which features are made, and the dyads among their parties."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import combinations
from pathlib import Path

import pandas as pd

from forecasting.record.history import History
from forecasting.record.months import parse_day
from forecasting.store.errors import ForecastingError, ForeignFileError, UsageError
from forecasting.store.foreign import Foreign
from forecasting.streams.coverage import day_number

_DAYS_FILE = Foreign("a table of case_id and as_of", "write a CSV file with the columns case_id and as_of")


def dyads_of(history: History, case_id: str) -> list[str]:
    """The dyads among the states of a case that are named one by one, former states under their successors.

    Parameters
    ----------
    history
        The record.
    case_id
        A case known on its day.

    Examples
    --------
    >>> from forecasting import load_history
    >>> dyads_of(load_history(), "new-start-post-expiry-2026")
    ['RUS;USA']
    """
    return [";".join(pair) for pair in combinations(sorted(history.case(case_id).principals), 2)]


def successors_of(history: History) -> dict[str, str]:
    """Successor of each party of the record, empty without one."""
    parties = history.record.tables["parties"].cells
    return dict(zip(parties["code"], parties["successor"], strict=True))


def month_ends(history: History, spans: Sequence[tuple[date, date]]) -> list[tuple[str, date]]:
    """The last day of each month that files cover, and the last day covered, for each case known by then.

    Parameters
    ----------
    history
        The record; days after its own are left out.
    spans
        First and last days that files cover.

    Returns
    -------
    list of (str, date)
        Case and day.
    """
    if not spans:
        return []
    first, last = min(start for start, _ in spans), min(max(end for _, end in spans), history.as_of)
    ends = [end.date() for end in pd.date_range(first, last, freq="ME")] + [last] * (first <= last)
    known = history.cases.set_index("case_id")["start_known_date"].dt.date.items()
    return [(str(case), day) for case, start in known for day in dict.fromkeys(ends) if start <= day]


def read_days(path: Path, history: History) -> list[tuple[str, date]]:
    """The days of a CSV file with the columns `case_id` and `as_of`.

    Raises
    ------
    ForeignFileError
        A row has another form, an unknown case, or a day on which the case was not known; the message names it.
    """
    found = []
    lines = _DAYS_FILE.text(path).splitlines()
    if not lines or [cell.strip() for cell in lines[0].split(",")] != ["case_id", "as_of"]:
        raise _DAYS_FILE.error(path, "the columns case_id,as_of", lines[0] if lines else "an empty file")
    for row, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        case, _, day = (part.strip() for part in line.partition(","))
        try:
            found.append((case, history.dossiers().dossier(case, parse_day(day)).as_of))
        except ForecastingError as error:
            raise ForeignFileError(
                f"{path} row {row}", "a case and a day on which it was known", line, str(error)
            ) from None
    return found


def case_days_table(history: History, days: Iterable[tuple[str, date]]) -> pd.DataFrame:
    """A row for each day of a case and each dyad among its parties: columns of `expressions.CASE_DAYS`.

    Raises
    ------
    UsageError
        There is no day.
    """
    dyads: dict[str, list[str]] = {}
    rows = []
    for case, day in days:
        if case not in dyads:
            dyads[case] = dyads_of(history, case)
        rows += [(case, day_number(day), dyad) for dyad in dyads[case]]
    if not rows:
        raise UsageError(
            "expected days of cases on which the files cover something, got none; name files of days up to the "
            "record's end, or days with --days"
        )
    return pd.DataFrame(rows, columns=["case_id", "as_of_day", "dyad"])
