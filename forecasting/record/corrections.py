"""The tables as corrected by a day: other cells, and without the acts that were retracted."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd

from forecasting.record.reading import RawRecord, RawTable
from forecasting.record.vocabulary import RETRACTED


def row_keys(raw: RawTable) -> pd.Series:
    """Key of each row as one string, its parts joined by '/'."""
    parts = (raw.cells[name].tolist() for name in raw.table.key)
    return pd.Series(["/".join(key) for key in zip(*parts, strict=True)], index=raw.cells.index, dtype="str")


def corrected_tables(record: RawRecord, day: date) -> dict[str, RawTable]:
    """Tables changed by corrections recorded on or before a day.

    Parameters
    ----------
    record : RawRecord
        Its corrections name rows that exist.
    day : date
        The day.

    Returns
    -------
    dict of str to RawTable
        By name, the changed ones alone. An act retracted by then is in none of them, nor is a level of a ladder of
        which every act was retracted.
    """
    due = _recorded_by(record, day)
    if due.empty:
        return {}
    changed = {str(name): _corrected(record.tables[str(name)], rows) for name, rows in due.groupby("table")}
    if "events" in changed:
        changed |= _without_retracted(changed.get("ladders", record.tables["ladders"]), changed["events"])
    return changed


def values_until(record: RawRecord, table: str, field: str, day: date) -> dict[str, list[tuple[int, str]]]:
    """Every value that a field had up to a day, by key of the row.

    Parameters
    ----------
    record : RawRecord
        Its corrections name rows that exist.
    table, field : str
        The field.
    day : date
        The day.

    Returns
    -------
    dict of str to list of (int, str)
        The value as first recorded, from 0 on, and each correction recorded by the day, with the ordinal of the day of
        recording, the earlier first.
    """
    raw, due = record.tables[table], _recorded_by(record, day)
    values = {key: [(0, cell)] for key, cell in zip(row_keys(raw), raw.cells[field], strict=True)}
    for row in due[(due["table"] == table) & (due["field"] == field)].itertuples():
        values[row.row_key].append((row.day.toordinal(), row.value))
    return values


def with_values(cells: pd.DataFrame, lines: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """The cells, numbered from 0, with the `value` of each of the rows written to its `field` on its line."""
    changed = cells.copy()
    for field, own in rows.assign(line=lines).groupby("field", sort=False):
        column = changed[field].to_numpy(dtype=object, copy=True)
        column[own["line"].to_numpy()] = own["value"].to_numpy()
        changed[field] = pd.Series(column, index=changed.index, dtype=changed[field].dtype)
    return changed


def _recorded_by(record: RawRecord, day: date) -> pd.DataFrame:
    """Corrections recorded by a day, with it as `day`, in the order of recording."""
    cells = record.tables["corrections"].cells
    recorded = pd.to_datetime(cells["recorded_on"], format="%Y-%m-%d", errors="coerce")
    return cells.assign(day=recorded)[recorded <= pd.Timestamp(day)].sort_values("day", kind="stable")


def _corrected(raw: RawTable, rows: pd.DataFrame) -> RawTable:
    line_of = {key: line for line, key in enumerate(row_keys(raw).tolist())}
    return replace(raw, cells=with_values(raw.cells, rows["row_key"].map(line_of).to_numpy(), rows))


def _without_retracted(ladders: RawTable, events: RawTable) -> dict[str, RawTable]:
    """Events and ladders without the acts retracted, wherever they are named."""
    gone = events.cells["standing"] == RETRACTED
    if not gone.any():
        return {}
    retracted = frozenset(events.cells.loc[gone, "event_id"])
    kept = events.select(~gone.to_numpy())
    lost = np.array(
        [bool(cell) and retracted.issuperset(cell.split(";")) for cell in ladders.cells["events"].tolist()], bool
    )
    return {
        "events": _without_keys(kept, "clears", retracted),
        "ladders": _without_keys(ladders.select(~lost), "events", retracted),
    }


def _without_keys(raw: RawTable, column: str, keys: Collection[str]) -> RawTable:
    """The table without some keys in a column of keys joined by ';'."""
    cells = [";".join(key for key in cell.split(";") if key not in keys) for cell in raw.cells[column].tolist()]
    return replace(raw, cells=raw.cells.assign(**{column: pd.Series(cells, index=raw.cells.index, dtype="str")}))
