"""The record under alternative codings."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from forecasting.record.corrections import row_keys
from forecasting.record.history import History
from forecasting.record.ladders import with_readings
from forecasting.record.reading import RawTable
from forecasting.record.schema import TABLES
from forecasting.record.vocabulary import LADDERS
from forecasting.store.errors import UsageError

ALTERED = ("cases", "outcomes", "coding")
OWN_ALONE = ("ladders", "calendar", "alternatives", "coding", "case_sources", "event_coverage")


def recoded(history: History, alternative_ids: Sequence[str]) -> History:
    """A history with some alternative codings in place of the recorded ones.

    Parameters
    ----------
    history : History
        The record as known on its day.
    alternative_ids : sequence of str
        Joint alternatives arguable by that day, at most one per case.

    Returns
    -------
    History
        As of the same day; its hash differs from that of the record.

    Raises
    ------
    UsageError
        For an alternative that is unknown or not yet arguable, and for two of one case.
    """
    known = history.alternatives
    unknown = [name for name in alternative_ids if name not in set(known["alternative_id"])]
    if unknown:
        raise UsageError(f"expected alternatives arguable by {history.as_of}, got {', '.join(unknown)}")
    chosen = known[known["alternative_id"].isin(list(alternative_ids))]
    twice = chosen.groupby("case_id")["alternative_id"].nunique()
    if (twice > 1).any():
        raise UsageError(f"expected one alternative of a case at a time, got several of {twice.index[twice > 1][0]}")
    texts = history.record.tables["alternatives"].cells
    cells = texts[texts["alternative_id"].isin(list(alternative_ids))]
    tables = {name: _changed(history.record.tables[name], cells) for name in ALTERED}
    told = cells[cells["field"].isin(LADDERS)]
    tables["ladders"] = with_readings(history.record.tables["ladders"], told)
    digest = hashlib.sha256(f"{history.sha256} {' '.join(sorted(alternative_ids))}".encode()).hexdigest()
    record = replace(history.record, tables={**history.record.tables, **tables}, sha256=digest)
    return History(history.as_of, record)


def only_case(history: History, case_id: str) -> History:
    """A history of one case: what is coded under other cases is gone.

    Parameters
    ----------
    history : History
        The record as known on its day.
    case_id : str
        The case.

    Returns
    -------
    History
        As of the same day; its hash differs from that of the record. Enough for what depends on the case's own rows
        alone, and a fraction of the work.
    """
    tables = {
        name: raw.select((raw.cells["case_id"] == case_id).to_numpy()) if "case_id" in raw.cells else raw
        for name, raw in history.record.tables.items()
    }
    digest = hashlib.sha256(f"{history.sha256} {case_id} alone".encode()).hexdigest()
    return History(history.as_of, replace(history.record, tables=tables, sha256=digest))


def for_case(history: History, case_id: str) -> History:
    """A history in which tables that bear on a case by its own rows alone have no other ones.

    Parameters
    ----------
    history : History
        The record as known on its day.
    case_id : str
        The case.

    Returns
    -------
    History
        As of the same day; its hash differs from that of the record. Enough for the forecast of the case, in a part of
        the time: acts between its parties, endings and facts of the other cases are all there. Models learn from what
        they would learn from without this.
    """
    tables = {
        name: raw.select((raw.cells["case_id"] == case_id).to_numpy()) if name in OWN_ALONE else raw
        for name, raw in history.record.tables.items()
    }
    corrections = tables["corrections"]
    stays = [
        table not in OWN_ALONE or key.split("/")[0] == case_id
        for table, key in zip(corrections.cells["table"], corrections.cells["row_key"], strict=True)
    ]
    tables["corrections"] = corrections.select(np.array(stays, dtype=np.bool_))
    digest = hashlib.sha256(f"{history.sha256} for {case_id}".encode()).hexdigest()
    learned = history.record if history.record.learned is None else history.record.learned
    return History(history.as_of, replace(history.record, tables=tables, sha256=digest, learned=learned))


def _changed(raw: RawTable, alternatives: pd.DataFrame) -> RawTable:
    mine = alternatives[alternatives["field"].isin(TABLES[raw.table.name].names)]
    changed = raw.cells.copy()
    line_of = {key: line for line, key in enumerate(row_keys(raw))}
    for case_id, target, field, value in zip(
        mine["case_id"], mine["target"], mine["field"], mine["value"], strict=True
    ):
        changed.loc[line_of[f"{case_id}/{target}" if target else case_id], field] = value
    return replace(raw, cells=changed)
