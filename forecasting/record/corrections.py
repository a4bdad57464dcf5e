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
    parts = (raw.cells[name] for name in raw.table.key)
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
    raw = record.tables["corrections"]
    if raw.cells.empty:
        return {}
    recorded = pd.to_datetime(raw.cells["recorded_on"], format="%Y-%m-%d", errors="coerce")
    due = raw.cells.assign(day=recorded)[recorded <= pd.Timestamp(day)].sort_values("day", kind="stable")
    changed = {str(name): _corrected(record.tables[str(name)], rows) for name, rows in due.groupby("table")}
    if "events" in changed:
        changed |= _without_retracted(changed.get("ladders", record.tables["ladders"]), changed["events"])
    return changed


def with_values(cells: pd.DataFrame, lines: np.ndarray, rows: pd.DataFrame) -> pd.DataFrame:
    """The cells, numbered from 0, with the `value` of each of the rows written to its `field` on its line."""
    changed = cells.copy()
    for field, own in rows.assign(line=lines).groupby("field", sort=False):
        column = changed[field].to_numpy(dtype=object, copy=True)
        column[own["line"].to_numpy()] = own["value"].to_numpy()
        changed[field] = pd.Series(column, index=changed.index, dtype=changed[field].dtype)
    return changed


def _corrected(raw: RawTable, rows: pd.DataFrame) -> RawTable:
    line_of = {key: line for line, key in enumerate(row_keys(raw))}
    return replace(raw, cells=with_values(raw.cells, rows["row_key"].map(line_of).to_numpy(), rows))


def _without_retracted(ladders: RawTable, events: RawTable) -> dict[str, RawTable]:
    """Events and ladders without the acts retracted, wherever they are named."""
    gone = events.cells["standing"] == RETRACTED
    if not gone.any():
        return {}
    retracted = frozenset(events.cells.loc[gone, "event_id"])
    kept = events.select(~gone.to_numpy())
    lost = np.array([bool(cell) and retracted.issuperset(cell.split(";")) for cell in ladders.cells["events"]], bool)
    return {
        "events": _without_keys(kept, "clears", retracted),
        "ladders": _without_keys(ladders.select(~lost), "events", retracted),
    }


def _without_keys(raw: RawTable, column: str, keys: Collection[str]) -> RawTable:
    """The table without some keys in a column of keys joined by ';'."""
    cells = [";".join(key for key in cell.split(";") if key not in keys) for cell in raw.cells[column]]
    return replace(raw, cells=raw.cells.assign(**{column: pd.Series(cells, index=raw.cells.index, dtype="str")}))
