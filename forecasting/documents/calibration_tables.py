"""Tables of calibration and power from plain rows of `calibration.csv` and `power.csv`, like `skill_tables`."""

from collections.abc import Iterable
from typing import Final, Literal

from forecasting.documents.blocks import Cell, Table, Text, Unit
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import figure, name, quote, share
from forecasting.documents.skill_tables import DESIGNS, HEADS, MODELS, WEIGHTS, Row, chosen
from forecasting.documents.wording import TOO_FEW, years
from forecasting.record.vocabulary import CAUSES

Side = Literal["horizon", "weights"]
POWER: Final = {
    "Standard error": "standard_error",
    "Probability of the same sign in a replication": "same_sign",
    "Minimum detectable difference (power four in five)": "minimum_detectable",
    "Smallest significant difference": "critical_difference",
}


def calibration(rows: Iterable[Row], design: str, by: Side) -> Table | None:
    """Calibration of each outcome in a design; None without rows.

    Parameters
    ----------
    rows : iterable of mappings
        Rows of `calibration.csv` that differ, within a design and an outcome, in the column `by` alone: by "horizon"
        under one weighting, or by "weights" at one horizon.
    design : str
        A key of `DESIGNS`.
    by : {"horizon", "weights"}
        Column that heads the rows, beside the outcome.
    """
    of_design = chosen(rows, design=design)
    if not of_design:
        return None
    lines: list[list[Cell]] = [
        [
            name(row["cause"]),
            quote(row["horizon"]) if by == "horizon" else WEIGHTS[row["weights"]],
            share(row["mean_forecast"]),
            share(row["observed"]),
            interval_cell("ratio", row, "ratio"),
            interval_cell("ratio", row, "slope"),
            TOO_FEW if row["auc"] is None else figure("ratio", row["auc"]),
        ]
        for cause in CAUSES
        for row in chosen(of_design, cause=cause)
    ]
    head = ["Outcome", HEADS[by], "Mean forecast", "Observed frequency", "O/E ratio (ideal: 1)",
            "Calibration slope (ideal: 1)", "AUC (no discrimination: 0.5)"]  # fmt: skip
    same = of_design[0]
    within = f"within {years(int(same['horizon']))}" if by == "weights" else f"with {WEIGHTS[same['weights']]}"
    return table(f"Calibration {within}: {DESIGNS[design]}", head, lines)


def interval_cell(unit: Unit, row: Row, column: str) -> Cell:
    """A value of a calibration row with its interval; `TOO_FEW` where it was not estimated."""
    if row[column] is None:
        return TOO_FEW
    return figure(unit, row[column], row[f"{column}_lower"], row[f"{column}_upper"])


def brier_parts(rows: Iterable[Row]) -> Table:
    """The Brier score of each outcome as miscalibration - discrimination + uncertainty, one row of calibration each."""
    columns = {"Brier score": "brier", "Miscalibration": "mcb", "Discrimination": "dsc", "Uncertainty": "unc"}
    lines = [
        [name(row["cause"]), *(figure("score", row[column]) for column in columns.values())]
        for row in rows
        if row["brier"] is not None
    ]
    return table("Decomposition of the Brier score", ["Outcome", *columns], lines)


def reliability_words(design: str) -> Text:
    """Text alternative of a design's reliability curves at 60 months."""
    return text(
        "Observed frequency of each outcome within five years, by forecast probability: {design}. A curve inside the "
        "band is consistent with calibration; it does not prove it.",
        design=DESIGNS[design],
    )


def compared(rows: Iterable[Row]) -> list[Row]:
    """Of the rows of `power.csv`, the hazard model against each other model, and the two base rates."""
    return [r for r in rows if r["model"] == "primary" or (r["model"], r["against"]) == ("type_base_rate", "base_rate")]


def power(rows: Iterable[Row], design: str) -> Table | None:
    """Power of a design's paired comparisons between models; None without rows.

    Parameters
    ----------
    rows : iterable of mappings
        Rows of `power.csv`; those of `compared` are shown.
    design : str
        A key of `DESIGNS`.
    """
    lines: list[list[Cell]] = [
        [
            text("{model} over {against}", model=MODELS[row["model"]], against=MODELS[row["against"]]),
            share(row["difference"], row["lower"], row["upper"]),
            *(share(row[column]) for column in POWER.values()),
        ]
        for row in chosen(compared(rows), design=design)
    ]
    head = ["Comparison", "Difference in skill", *POWER]
    return table(f"Power of paired comparisons: {DESIGNS[design]}", head, lines) if lines else None


def tiers(rows: Iterable[Row]) -> Table | None:
    """Tiers of models that each design can rank, from rows of `power.csv`; None without rows."""
    models: dict[str, dict[int, list[str]]] = {}
    for row in rows:
        of_tier = models.setdefault(row["design"], {}).setdefault(row["tier"], [])
        if (words := MODELS[row["model"]]) not in of_tier:
            of_tier.append(words)
    lines = [
        [DESIGNS[design], "; then ".join(", ".join(names) for _, names in sorted(found.items()))]
        for design, found in models.items()
    ]
    caption = "Tiers of models; the models of one tier are not ranked"
    return table(caption, ["Design", "Tiers, best first"], lines) if lines else None
