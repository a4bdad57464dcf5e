"""What a value claims to have read is what it rests on: other cells leave it as it was, and these can change it."""

import hashlib
import shutil
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from records import RecordCopy

from forecasting.documents.case.content import (
    applicability,
    arguable_codings,
    assessed_confidence,
    base_rate_forecasts,
    case_facts,
    earlier_terms,
    ended_unseen,
    hazard_forecasts,
    headline,
    incidence_by_month,
    ladder,
    stated_term,
)
from forecasting.documents.case.evidence_values import EVIDENCE
from forecasting.documents.case.explained_values import EXPLAINED
from forecasting.documents.case.material import Material
from forecasting.documents.provenance import Recorded
from forecasting.record.history import History
from forecasting.record.reading import read_record
from forecasting.record.schema import TABLES
from forecasting.store.package_data import shipped

CASE, DAY, TARGET = "new-start-post-expiry-2026", date(2026, 2, 5), "concluded"
VALUES = {
    "case": case_facts,
    "headline": headline,
    "unseen": ended_unseen,
    "confidence": assessed_confidence,
    "contested": arguable_codings,
    "forecast": base_rate_forecasts,
    "beside.limit": applicability,
    "beside.forecast": hazard_forecasts,
    "curve": incidence_by_month,
    "ladder": ladder,
    "stated_term": stated_term,
    "earlier_terms": earlier_terms,
    **{f"explained.{name}": work for name, work in EXPLAINED.items()},
    **EVIDENCE,
}


def values_of(record, day=DAY):
    """Every value of the case's report, and what each claims to have read; the error of one that cannot be."""
    value, found = Recorded(), {}
    material = Material(History(day, record), CASE, (12, 60), TARGET)
    for name, work in VALUES.items():
        try:
            found[name] = value(name, work, material)
        except Exception as error:
            found[name] = repr(error)
    return found, {
        name: {(table, column) for table, columns in told["reads"].items() for column in columns}
        for name, told in value.provenance.items()
    }


def altered(record, columns, change):
    """The record with the cells of these columns changed, and another hash."""
    tables = dict(record.tables)
    for table, column in columns:
        cells = tables[table].cells
        texts = cells[column].to_numpy(dtype=object).copy()
        change(TABLES[table].column(column), cells, texts)
        tables[table] = replace(tables[table], cells=cells.assign(**{column: texts}).astype("str"))
    digest = hashlib.sha256(repr((record.sha256, sorted(columns), change.__name__)).encode()).hexdigest()
    return replace(record, tables=tables, sha256=digest)


def moved(column, cells, texts):
    """Each cell that is not empty takes the text of one a third of the table above."""
    held = np.flatnonzero(texts != "")
    texts[held] = np.roll(texts[held], max(len(held) // 3, 1))


def spoilt(column, cells, texts):
    """Each cell of the case itself, of a table without cases every cell, says what no other does."""
    own = (cells["case_id"] == CASE).to_numpy() if "case_id" in cells else np.ones(len(cells), dtype=bool)
    for line in np.flatnonzero(own):
        texts[line] = unlike(column, str(texts[line]), set(texts))


def unlike(column, text, others):
    """A cell of the column's kind unlike the one that is there, and unlike all others where that can be."""
    if column.kind == "flag":
        return "0" if text == "1" else "1"
    if column.kind == "probability":
        return "0.37"
    if column.kind == "integer":
        return str(int(text or 0) + 977)
    if column.kind == "day":
        return (date.fromisoformat(text or "2000-01-01") - timedelta(days=4000)).isoformat()
    if column.choices:
        return next(
            (choice for choice in column.choices if choice not in others), column.choices[text == column.choices[0]]
        )
    if column.kind == "keys":
        return "FRA" if text != "FRA" else "GBR"
    return f"{text}-x" if column.kind == "slug" else f"{text} x"


@pytest.fixture(scope="module")
def few(tmp_path_factory):
    """The record of some fifty cases, and the values of the report on one of them."""
    folder = tmp_path_factory.mktemp("provenance") / "record"
    copy = RecordCopy(shutil.copytree(shipped("data"), folder, copy_function=shutil.copyfile))
    outcomes = copy.read().tables["outcomes"].cells
    ended = outcomes[(outcomes["target"] == TARGET) & (outcomes["cause"] != "")]["case_id"]
    copy.keep_cases({*ended.iloc[::5], CASE, "nsg-1978"})
    return read_record(folder)
