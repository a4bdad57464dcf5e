"""Skill of each model on formalization, as the table of the last backtest holds it."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from forecasting.record.files import results_table

WANTED: Final = {
    "design": "cluster", "sample": "all", "weights": "forecast", "reference": "base_rate", "score": "formalized",
    "by": "all", "part": "all",
}  # fmt: skip
SHOWN: Final = ("model", "skill", "lower95", "upper95", "n", "n_endings", "n_groups", "record")


@dataclass(frozen=True)
class FormalizationSkill:
    """Brier skill on formalization over the base rate, components left out, with its 95 % interval.

    Attributes
    ----------
    skill, lower, upper : float
        Share of the base rate's score that is saved, and bounds.
    n, n_endings, n_groups : int
        Forecasts, endings and components behind it.
    record : str
        First digits of the sha256 of the record that it was computed on.

    Examples
    --------
    >>> FormalizationSkill(0.1, 0.05, 0.15, 2000, 70, 96, "f0e871c276b3").skill
    0.1
    """

    skill: float
    lower: float
    upper: float
    n: int
    n_endings: int
    n_groups: int
    record: str


def formalization_skill(folder: Path) -> dict[str, FormalizationSkill]:
    """Skill of each model on formalization, horizons 12 to 120 months together.

    Parameters
    ----------
    folder : Path
        Folder of the record, with `evaluation/skill.csv`.

    Returns
    -------
    dict of str to FormalizationSkill
        By model; empty without the table, or where it has no such rows.

    Raises
    ------
    ForeignFileError
        The file cannot be read, or is not of this form.

    Examples
    --------
    >>> formalization_skill(Path("nowhere"))
    {}
    """
    path = folder / "evaluation" / "skill.csv"
    if not path.is_file():
        return {}
    rows = results_table(path, (*WANTED, *SHOWN), dtype={"part": str})
    for name, value in WANTED.items():
        rows = rows[rows[name] == value]
    return {str(row["model"]): _skill(row) for row in rows[list(SHOWN)].to_dict(orient="records")}


def _skill(row: dict[Hashable, Any]) -> FormalizationSkill:
    skill, lower, upper = (float(row[name]) for name in ("skill", "lower95", "upper95"))
    n, n_endings, n_groups = (int(row[name]) for name in ("n", "n_endings", "n_groups"))
    return FormalizationSkill(skill, lower, upper, n, n_endings, n_groups, str(row["record"]))
