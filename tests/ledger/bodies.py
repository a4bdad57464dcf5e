"""Entries and forecast tables made by hand, for the tests of the ledger."""

import hashlib
from datetime import date

import pandas as pd

from forecasting.ledger.entries import FORM, encoded, file_name
from forecasting.ledger.questions import QUESTION, RULE
from forecasting.ledger.writer import append
from forecasting.record.months import deadline
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES

SAID = (0.1, 0.2, 0.3, 0.4)
BASE = (0.25, 0.25, 0.25, 0.25)
ISSUED_ON = date(2026, 11, 24)
RECORD_END = date(2026, 8, 31)


def issue_body(cases=("a-1990",), as_of=date(2000, 1, 1), said=SAID, base=BASE, **changes):
    """An issue of one model: every case is given `said` at every horizon, or what a mapping says of it."""
    horizons = changes.pop("horizons", (12, 24))
    clusters = changes.pop("clusters", {})
    body = {
        "entry": "issue", "kind": "replay", "model": "primary", "reference_model": "base_rate", "as_of": as_of,
        "record_end": RECORD_END, "record_sha256": "a" * 64, "code": {"version": "0", "sha256": "b" * 64},
        "target": "concluded", "population": "forward", "level": 0.8, "horizons": horizons,
        "deadlines": [deadline(as_of, horizon) for horizon in horizons], "states": STATES, "question": QUESTION,
        "rule": RULE,
        "forecasts": [
            {
                "case_id": case, "cluster_id": clusters.get(case, case),
                **{name: [said[case] if isinstance(said, dict) else said] * len(horizons) for name in ("probability", "lower", "upper")},
                "reference": [base] * len(horizons),
            }
            for case in cases
        ],
    }  # fmt: skip
    return body | changes


def resolution_body(told, record_end=RECORD_END):
    """A resolution of (as_of, case, horizons, state)."""
    return {
        "entry": "resolution", "record_end": record_end, "record_sha256": "a" * 64,
        "resolutions": [
            {"target": "concluded", "as_of": as_of, "case_id": case, "horizons": horizons, "state": state}
            | ({"reason": "merged"} if state == "void" else {"evidence_date": as_of})
            for as_of, case, horizons, state in told
        ],
    }  # fmt: skip


def put(folder, *bodies, issued_on=ISSUED_ON):
    """Entries appended to a ledger, one writing each; the names of their files."""
    return [append(folder, lambda chain, body=body: [body], issued_on).paths[0].name for body in bodies]


def forged(body, sequence, previous, issued_on=ISSUED_ON):
    """Name and content of an entry that was not appended."""
    entry = FORM.validate_python({**body, "sequence": sequence, "previous": previous, "issued_on": issued_on})
    return file_name(entry), encoded(entry)


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def table(cases, as_of="2026-08-31", models=("primary", "base_rate"), horizons=(6, 12), said=SAID):
    """A forecast table in which every model says the same of every case at every horizon."""
    rows = [
        (model, case, as_of, horizon, cause, p, p / 2, (1 + p) / 2, 0.8, "all")
        for model in models
        for case in cases
        for horizon in horizons
        for cause, p in zip(STATES, said, strict=True)
    ]
    return pd.DataFrame(rows, columns=list(FORECAST_COLUMNS))
