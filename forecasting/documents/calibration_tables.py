"""Tables of calibration, slope, coverage and power from plain rows of their files, like `skill_tables`."""

from collections.abc import Iterable
from typing import Final, Literal

from forecasting.documents.blocks import Cell, Figure, Table, Text, Unit
from forecasting.documents.compose import table, text
from forecasting.documents.quantities import count, figure, name, quote, share
from forecasting.documents.skill_tables import (
    DESIGNS,
    FORMALIZED,
    HEADS,
    MODELS,
    SAMPLES,
    WEIGHTS,
    Row,
    chosen,
    designs_of,
)
from forecasting.documents.wording import TOO_FEW, years
from forecasting.models import BASE_RATE, HEADLINE
from forecasting.record.vocabulary import CAUSES

Side = Literal["horizon", "weights"]
AIM: Final = 0.60
"""Share of the intervals of a cell that should at least hold the true probability."""
THIRDS: Final = ("lowest", "middle", "highest")
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


def slopes(rows: Iterable[Row]) -> Table | None:
    """Slope of (outcome - base rate) on (forecast - base rate) by outcome, designs side by side; None without rows.

    Parameters
    ----------
    rows : iterable of mappings
        Rows of `slope.csv`; of formalization every sample is shown, of the other outcomes all cases.
    """
    every = list(rows)
    designs = designs_of(every)
    asked = [(FORMALIZED, sample) for sample in SAMPLES] + [(cause, "all") for cause in CAUSES if cause != FORMALIZED]
    lines: list[list[Cell]] = []
    for cause, sample in asked:
        of_design = {row["design"]: row for row in chosen(every, cause=cause, sample=sample)}
        if of_design:
            cells = (slope_figure(of_design[design]) if design in of_design else "" for design in designs)
            lines.append([f"{cause}, {SAMPLES[sample]}", *cells])
    caption = "Slope of (outcome - base rate) on (forecast - base rate)"
    return table(caption, [HEADS["cause"], *(DESIGNS[design] for design in designs)], lines) if lines else None


def slope_figure(row: Row | None) -> Figure:
    """A slope with its interval at 95 %; not measured where there is no row."""
    return figure("ratio", row["slope"], row["lower95"], row["upper95"]) if row else figure("ratio", None)


def coverage(rows: Iterable[Row]) -> Table | None:
    """Share of simulated forecast intervals that hold the true probability; None without rows.

    Parameters
    ----------
    rows : iterable of mappings
        Rows of `coverage.csv`, of `benchmarks/development/coverage.py`.
    """
    every = list(rows)
    lines: list[list[Cell]] = []
    for world in dict.fromkeys(row["world"] for row in every):
        own = chosen(every, world=world)
        of_cause = {cause: chosen(own, cause=cause) for cause in CAUSES}
        lines.append([quote(world), "all", *_covered(own)])
        lines += [[quote(world), name(cause), *_covered(part)] for cause, part in of_cause.items() if part]
    head = ["World", "Outcome", *(f"Covered, {third} third" for third in THIRDS), "Covered", "Least cell", "Mean width"]
    return table("Coverage of the intervals in simulated records", head, lines) if lines else None


def coverage_words(rows: Iterable[Row]) -> Text | None:
    """Coverage in each simulated world, and whether the aim is met; None without rows."""
    every = list(rows)
    if not every:
        return None
    worlds = [chosen(every, world=world) for world in dict.fromkeys(row["world"] for row in every)]
    least = min(float(row["covered"]) for row in every)
    met = "which is met" if least >= AIM else "**which is not met**"
    return text(
        "Simulated records, whose true probabilities are known: the forecast's intervals, which are to hold the truth "
        "four times in five, hold it in between {low} and {high} of all cases, by world. Of each outcome, horizon and "
        f"third of the true probabilities at least {{aim}} were aimed at, {met}: the least has {{least}}. There are "
        "at least {n} records for each world, made on the development half.",
        low=share(min(map(_mean, worlds))), high=share(max(map(_mean, worlds))), aim=share(AIM), least=share(least),
        n=count(min(int(row["n_records"]) for row in every)),
    )  # fmt: skip


def _covered(rows: list[Row]) -> list[Cell]:
    """Coverage by third and in all, of the least cell, and the mean width."""
    thirds = [share(_mean(chosen(rows, third=third))) for third in THIRDS]
    least = min(float(row["covered"]) for row in rows)
    return [*thirds, share(_mean(rows)), share(least), share(_mean(rows, "width"))]


def _mean(rows: list[Row], column: str = "covered") -> float:
    n = sum(int(row["n"]) for row in rows)
    return sum(float(row[column]) * int(row["n"]) for row in rows) / n if n else float("nan")


def compared(rows: Iterable[Row]) -> list[Row]:
    """Of the rows of `power.csv`, the ladder forecast against each other model, and the two base rates."""
    pair = ("type_base_rate", BASE_RATE)
    return [row for row in rows if row["model"] == HEADLINE or (row["model"], row["against"]) == pair]


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
    return table(f"Power of paired comparisons on formalization: {DESIGNS[design]}", head, lines) if lines else None


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
