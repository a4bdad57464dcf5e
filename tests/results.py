"""Published tables of results, of one record alone."""

import pandas as pd

from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.store.package_data import shipped


def published(name: str, record_sha256: str) -> pd.DataFrame:
    """Rows of a shipped table of results that are of that record."""
    rows = pd.read_csv(shipped("data") / "evaluation" / f"{name}.csv", dtype={"record": str})
    return rows[rows["record"] == record_sha256[:RECORD_DIGITS]]


def registered(name: str) -> pd.DataFrame:
    """Rows of a table of results as the second registration and its fresh test gave them."""
    return pd.read_csv(shipped("data") / f"evaluation/registration2/{name}.csv", dtype={"record": str, "part": str})
