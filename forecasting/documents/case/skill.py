"""Skill of a model in the backtest, as plain values of a page."""

from pathlib import Path
from typing import Any, Final

import pandas as pd

from forecasting.backtest.tables import RECORD_DIGITS
from forecasting.documents.case.material import HAZARD_MODEL, HEADLINE_MODEL
from forecasting.documents.skill_tables import REGISTERED
from forecasting.models import BASE_RATE
from forecasting.record.files import results_table
from forecasting.record.reads import note_file
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import CAUSES

FILE: Final = f"{EVALUATION}/skill.csv"
PERIODS_FILE: Final = f"{EVALUATION}/periods.csv"
EXPECTED: Final = ("n_cases", "n_endings", "mean_forecast", "mean_reference", "observed")
SHOWN: Final = ("design", "by", "part", "skill", "lower", "upper", "n", "n_cases")

Rows = list[dict[str, Any]]


def headline_skill(folder: Path, record_sha256: str) -> Rows:
    """Skill of the headline on formalization over the base rate, by registered design: of all, and by period."""
    return skill_rows(folder, record_sha256, HEADLINE_MODEL, ("all", "period"))


def first_model_skill(folder: Path, record_sha256: str) -> Rows:
    """The same of the first registration's model, of all."""
    return skill_rows(folder, record_sha256, HAZARD_MODEL, ("all",))


def period_record(folder: Path, record_sha256: str, period: str, horizon: int) -> dict[str, Any] | None:
    """What the headline said of formalization within a horizon, and what came, in a period; None where it is not kept.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    record_sha256 : str
        Hash of the record.
    period : str
        Period of the forecasts, out of `backtest.origins.PERIODS`.
    horizon : int
        Months.

    Returns
    -------
    dict or None
        `n_cases`, `n_endings`, `mean_forecast`, `mean_reference` (base rate) and `observed`, of the design `rolling`.
    """
    note_file(PERIODS_FILE)
    path = folder / PERIODS_FILE
    if not path.is_file():
        return None
    rows = results_table(path, ("record", "design", "period", "cause", "horizon", *EXPECTED))
    asked = {"record": record_sha256[:RECORD_DIGITS], "design": "rolling", "period": period, "cause": CAUSES[0],
             "horizon": horizon}  # fmt: skip
    for column, value in asked.items():
        rows = rows[rows[column] == value]
    return rows[list(EXPECTED)].iloc[0].to_dict() if len(rows) else None


def skill_rows(folder: Path, record_sha256: str, model: str, by: tuple[str, ...]) -> Rows:
    """Rows of `skill.csv` on formalization, of all cases and with equal weights; none without results of this record.

    Parameters
    ----------
    folder : Path
        Folder of the record.
    record_sha256 : str
        Hash of the record.
    model : str
        The model.
    by : tuple of {"all", "period"}
        Breakdowns.

    Returns
    -------
    list of dict
        Columns `SHOWN`, in the order of the file; empty cells as None.
    """
    note_file(FILE)
    path = folder / FILE
    if not path.is_file():
        return []
    rows = results_table(path, dtype={"part": str}, keep_default_na=False, na_values=[""])
    if not {"score", "by", "sample", "weights"} <= set(rows):
        return []
    asked = {"record": record_sha256[:RECORD_DIGITS], "model": model, "reference": BASE_RATE, "sample": "all",
             "weights": "forecast", "score": CAUSES[0]}  # fmt: skip
    chosen = rows[rows["design"].isin(REGISTERED) & rows["by"].isin(by)]
    for column, value in asked.items():
        chosen = chosen[chosen[column] == value]
    return [
        {name: None if pd.isna(row[name]) else row[name] for name in SHOWN}
        for row in chosen[list(SHOWN)].to_dict(orient="records")
    ]
