"""Tables of skill from plain rows of `breakdown.csv`, and the names of designs, weights and models in all documents.

A row is a mapping of the columns of its file, empty cells as None; rows of a view of a document's content give figures
that bring their pointers along. Calibration and power: `calibration_tables`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from forecasting.documents.blocks import Cell, Table, Text
from forecasting.documents.compose import joined, table, text
from forecasting.documents.quantities import count, name, share
from forecasting.documents.wording import TOO_FEW
from forecasting.record.vocabulary import CAUSES

Row = Mapping[str, Any]

DESIGNS: Final = {
    "cluster": "related cases held out",
    "rolling": "as of each year",
    "era": "25 years of starts held out",
    "dyad": "pairs of parties held out",
}
REGISTERED: Final = ("cluster", "rolling")
WEIGHTS: Final = {
    "case": "one unit per case (registered)",
    "forecast": "equal weight for every forecast",
    "start": "first public days only",
}
MODELS: Final = {
    "primary": "hazard model",
    "primary_hindsight": "hazard model with hindsight-prone features (never the headline)",
    "base_rate": "base rate",
    "type_base_rate": "base rate by type",
}
SCORES: Final = {
    "brier": "Brier, four states",
    "log": "logarithmic",
    "ranked": "ranked probability",
    "censored log": "censored logarithmic, time and outcome",
}
TRAITS: Final = {
    "type": "form of the arrangement",
    "era": "era of the forecast",
    "confidence": "confidence of the coding",
    "moment": "start or anniversary",
    "frame": "sampling of the case",
}
FRAMES: Final = {"forward": "prospectively sampled", "backward": "retrospectively sampled"}
HEADS: Final = {"horizon": "Horizon in months", "cause": "Outcome", "score": "Score", "weights": "Weights"}
CAPTIONS: Final = {
    "horizon": "by horizon",
    "cause": "by outcome, each by itself",
    "score": "under other proper scores",
}
SIZES: Final = {"Forecasts": "n", "Cases": "n_cases", "Groups of related cases": "n_groups"}


def chosen(rows: Iterable[Row], **asked: str) -> list[Row]:
    """The rows in which these columns have these values."""
    return [row for row in rows if all(row[column] == value for column, value in asked.items())]


def skill_rows(
    breakdown: Iterable[Row],
    by: str = "all",
    *,
    weights: str = "case",
    model: str = "primary",
    reference: str = "base_rate",
) -> list[Row]:
    """Skill by one breakdown: of the hazard model over the base rate under the registered weights, unless asked."""
    return chosen(breakdown, by=by, weights=weights, model=model, reference=reference)


def skill_cell(row: Row | None) -> Cell:
    """A skill with its interval; empty where a design has no such row, `TOO_FEW` where it was not scored."""
    if row is None:
        return ""
    return TOO_FEW if row["skill"] is None else share(row["skill"], row["lower"], row["upper"])


def skill_by_weights(breakdown: Iterable[Row], reference: str) -> Table | None:
    """Skill of the hazard model in every design and under each weighting, with the sample sizes; None without rows.

    Parameters
    ----------
    breakdown : iterable of mappings
        Rows of `breakdown.csv`.
    reference : {"base_rate", "type_base_rate"}
        What the skill is measured against.
    """
    rows = list(breakdown)
    found = {weights: _designs(skill_rows(rows, weights=weights, reference=reference)) for weights in WEIGHTS}
    if not any(found.values()):
        return None
    lines = [[WEIGHTS[weights], *_skills(of_design)] for weights, of_design in found.items() if of_design]
    sized = found["case"]
    sizes = [
        [words, *(count(sized[design][column]) if design in sized else "" for design in DESIGNS)]
        for words, column in SIZES.items()
    ]
    head = [HEADS["weights"], *DESIGNS.values()]
    return table(f"Skill of the hazard model over the {MODELS[reference]}", head, [*lines, *sizes])


def skill_of_others(breakdown: Iterable[Row]) -> Table | None:
    """Skill of every other model over the base rate under the registered weights; None without rows."""
    rows = list(breakdown)
    found = {model: _designs(skill_rows(rows, model=model)) for model in MODELS if model != "primary"}
    lines = [[MODELS[model], *_skills(of_design)] for model, of_design in found.items() if of_design]
    caption = f"Skill of other models over the base rate, {WEIGHTS['case']}"
    return table(caption, ["Model", *DESIGNS.values()], lines) if lines else None


def skill_by(breakdown: Iterable[Row], by: str) -> Table | None:
    """Skill of the hazard model over the base rate by part, designs side by side; None without rows.

    Parameters
    ----------
    breakdown : iterable of mappings
        Rows of `breakdown.csv`.
    by : str
        "horizon", "cause", "score" or one of `TRAITS`, for which the numbers of cases and of observed outcomes in the
        first design that has the part stand beside it.
    """
    found = skill_rows(breakdown, by)
    lines: list[list[Cell]] = []
    for part in dict.fromkeys(row["part"] for row in found):
        of_design = _designs(row for row in found if row["part"] == part)
        first = next(iter(of_design.values()))
        sizes = [count(first["n_cases"]), count(first["n_endings"])] if by in TRAITS else []
        lines.append([_part(by, first["part"]), *sizes, *_skills(of_design)])
    sized = ["Cases", "Observed outcomes"] if by in TRAITS else []
    head = [HEADS.get(by) or TRAITS[by].capitalize(), *sized, *DESIGNS.values()]
    caption = f"Skill over the base rate {CAPTIONS.get(by) or f'by {TRAITS[by]}'}"
    return table(caption, head, lines) if lines else None


def no_skill(breakdown: Iterable[Row]) -> Text | None:
    """The outcomes for which a registered design shows no skill: zero or less lies in the interval; None for none."""
    rows = skill_rows(breakdown, "cause")
    found = [
        text("{cause} ({design})", cause=name(row["part"]), design=DESIGNS[design])
        for cause in CAUSES
        for design in REGISTERED
        for row in chosen(rows, part=cause, design=design)
        if row["lower"] is not None and row["lower"] <= 0
    ]
    said = "**No skill over the base rate is shown for: {outcomes}.**"
    return text(said, outcomes=joined(found, ", ")) if found else None


def _designs(rows: Iterable[Row]) -> dict[str, Row]:
    return {row["design"]: row for row in rows}


def _skills(of_design: Mapping[str, Row]) -> list[Cell]:
    return [skill_cell(of_design.get(design)) for design in DESIGNS]


def _part(by: str, part: str) -> Cell:
    words = {"score": SCORES, "frame": FRAMES}.get(by, {}).get(part)
    return words or name(part)
