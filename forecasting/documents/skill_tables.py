"""Tables of skill from plain rows of `skill.csv`, and the names of designs, samples, weights and models in documents.

A row is a mapping of the columns of its file, empty cells as None; rows of a view of a document's content give figures
that bring their pointers along. Intervals of skill are at 95 %, as the registered verdict has them. The verdict and the
lines that bound hindsight: `verdict_tables`; calibration, slope, coverage and power: `calibration_tables`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from forecasting.backtest.origins import PERIODS
from forecasting.documents.blocks import Cell, Figure, Table, Text
from forecasting.documents.compose import joined, table, text
from forecasting.documents.quantities import count, name, quote, share
from forecasting.documents.wording import TOO_FEW
from forecasting.models import BASE_RATE, FIRST, HEADLINE, LADDER_MODEL
from forecasting.record.vocabulary import CAUSES

Row = Mapping[str, Any]

FORMALIZED: Final = CAUSES[0]
DESIGNS: Final = {
    "cluster": "related cases held out",
    "rolling": "as of each year",
    "rolling_cluster": "as of each year, related cases held out",
    "gap": "last seen as long ago as the open cases",
    "fresh": "fresh cases never learned from",
    "fresh_rolling": "fresh cases never learned from, as of each year",
    "era": "25 years of starts held out",
    "dyad": "pairs of parties held out",
}
REGISTERED: Final = ("cluster", "rolling")
"""Designs of both registrations."""
REGISTERED_SECOND: Final = (*REGISTERED, "rolling_cluster", "gap")
"""Designs of the second registration."""
SAMPLES: Final = {
    "all": "all cases",
    "development": "development half",
    "reserved": "reserved half",
    "fresh": "fresh cases",
    "reserved and fresh": "reserved half and fresh cases",
}
WEIGHTS: Final = {"forecast": "equal weight for every forecast", "start": "first public days only"}
MODELS: Final = {
    HEADLINE: "ladder forecast",
    LADDER_MODEL: "model of the ladder alone",
    FIRST: "hazard model of the first registration",
    BASE_RATE: "base rate",
    "type_base_rate": "base rate by type",
    "recent_base_rate": "base rate in which recent months weigh more",
}
SCORES: Final = {
    **{cause: f"Brier, {cause}" for cause in CAUSES},
    "states": "Brier, four states",
    "log": "logarithmic",
    "ranked": "ranked probability",
    "censored": "censored logarithmic, time and outcome",
}
TRAITS: Final = {
    "type": "form of the arrangement",
    "period": "period of the forecast",
    "confidence": "confidence of the coding",
}
PERIOD_ORDER: Final = list(PERIODS)
HEADS: Final = {"horizon": "Horizon in months", "cause": "Outcome", "score": "Score", "weights": "Weights"}


def chosen(rows: Iterable[Row], **asked: str) -> list[Row]:
    """The rows in which these columns have these values."""
    return [row for row in rows if all(row[column] == value for column, value in asked.items())]


def skill_rows(
    rows: Iterable[Row],
    by: str = "all",
    *,
    score: str = FORMALIZED,
    sample: str = "all",
    weights: str = "forecast",
    model: str = HEADLINE,
    reference: str = BASE_RATE,
    **asked: str,
) -> list[Row]:
    """Skill by one breakdown: the primary figure (ladder forecast, formalization, over the base rate) unless asked."""
    return chosen(
        rows, by=by, score=score, sample=sample, weights=weights, model=model, reference=reference, **asked
    )  # fmt: skip


def skill_figure(row: Row | None) -> Figure:
    """A skill with its interval at 95 %; not measured where there is no row."""
    return share(row["skill"], row["lower95"], row["upper95"]) if row else share(None)


def skill_cell(row: Row | None) -> Cell:
    """A skill with its interval; empty where a design has no such row, `TOO_FEW` where it was not scored."""
    if row is None:
        return ""
    return TOO_FEW if row["skill"] is None else skill_figure(row)


def skill_by_score(rows: Iterable[Row]) -> Table | None:
    """Skill of the ladder forecast over the base rate under each score, designs side by side; None without rows."""
    found = list(rows)
    asked: dict[str, dict[str, str]] = {words: {"score": score} for score, words in SCORES.items()}
    return _by_design("Skill of the ladder forecast over the base rate, by score", HEADS["score"], found, asked)


def skill_by_sample(rows: Iterable[Row], score: str = FORMALIZED) -> Table | None:
    """Skill over all cases, each half, and first public days, with the numbers of the whole; None without rows."""
    found = list(rows)
    asked = {words: {"sample": sample, "score": score} for sample, words in SAMPLES.items()}
    asked[WEIGHTS["start"]] = {"weights": "start", "score": score}
    caption = f"Skill over the base rate by sample: {SCORES[score]}"
    return _by_design(caption, "Sample", found, asked, skill_rows(found, score=score))


def skill_of_models(rows: Iterable[Row], score: str = FORMALIZED) -> Table | None:
    """Skill of every model over the base rate, and of the ladder forecast over the other rates; None without rows."""
    found = list(rows)
    asked = {words: {"model": model, "score": score} for model, words in MODELS.items() if model != BASE_RATE}
    asked |= {
        f"{MODELS[HEADLINE]}, over the {MODELS[rate]}": {"reference": rate, "score": score}
        for rate in MODELS
        if rate.endswith(f"_{BASE_RATE}")
    }
    caption = f"Skill of all models over the base rate on the same windows: {SCORES[score]}"
    return _by_design(caption, "Model", found, asked)


def skill_by(rows: Iterable[Row], by: str, score: str = FORMALIZED) -> Table | None:
    """Skill of the ladder forecast over the base rate by part, designs side by side; None without rows.

    Parameters
    ----------
    rows : iterable of mappings
        Rows of `skill.csv`.
    by : str
        "horizon" or one of `TRAITS`. The numbers of cases and of observed outcomes in the first design that has the
        part stand beside it.
    score : str
        Out of `SCORES`.
    """
    found = skill_rows(rows, by, score=score)
    designs = designs_of(found)
    lines: list[list[Cell]] = []
    for part in sorted(dict.fromkeys(row["part"] for row in found), key=_rank):
        of_design = {row["design"]: row for row in found if row["part"] == part}
        first = of_design[next(design for design in designs if design in of_design)]
        sizes = [count(first["n_cases"]), count(first["n_endings"])]
        label = name(first["part"]) if by == "type" else quote(first["part"])
        lines.append([label, *sizes, *(skill_cell(of_design.get(design)) for design in designs)])
    outcomes = "Formalized" if score == FORMALIZED else "Observed outcomes"
    head = [HEADS.get(by) or TRAITS[by].capitalize(), "Cases", outcomes, *(DESIGNS[design] for design in designs)]
    caption = f"Skill over the base rate by {TRAITS.get(by, by)}: {SCORES[score]}"
    return table(caption, head, lines) if lines else None


def no_skill(rows: Iterable[Row]) -> Text | None:
    """The outcomes for which a registered design shows no skill: zero or less lies in the interval; None for none."""
    every = list(rows)
    found = [
        text("{cause} ({design})", cause=name(row["score"]), design=DESIGNS[design])
        for cause in CAUSES
        for design in REGISTERED_SECOND
        for row in skill_rows(every, score=cause, design=design)
        if row["lower95"] is not None and row["lower95"] <= 0
    ]
    said = "**No skill over the base rate is shown for: {outcomes}.**"
    return text(said, outcomes=joined(found, ", ")) if found else None


def designs_of(rows: Iterable[Row]) -> list[str]:
    """Designs that have rows, in the order of `DESIGNS`."""
    found = {str(row["design"]) for row in rows}
    return [design for design in DESIGNS if design in found]


def _by_design(
    caption: str, first: str, rows: list[Row], asked: Mapping[str, Mapping[str, str]], sized: Iterable[Row] = ()
) -> Table | None:
    """A table with a row for each question that has an answer, a column for each design, and sizes in its last rows."""
    answers = {words: {row["design"]: row for row in skill_rows(rows, **one)} for words, one in asked.items()}
    designs = designs_of(row for of_design in answers.values() for row in of_design.values())
    lines: list[list[Cell]] = [
        [words, *(skill_cell(of_design.get(design)) for design in designs)]
        for words, of_design in answers.items()
        if of_design
    ]
    of_design = {row["design"]: row for row in sized}
    for words, column in {"Forecasts": "n", "Cases": "n_cases", "Groups of related cases": "n_groups"}.items():
        if of_design:
            sizes = (count(of_design[design][column]) if design in of_design else "" for design in designs)
            lines.append([words, *sizes])
    return table(caption, [first, *(DESIGNS[design] for design in designs)], lines) if lines else None


def _rank(part: str) -> tuple[int, int, str]:
    """Order of the parts of a breakdown: horizons by length, periods in time, others by name."""
    if part in PERIOD_ORDER:
        return 1, PERIOD_ORDER.index(part), ""
    return (0, int(part), "") if str(part).isdigit() else (2, 0, str(part))
