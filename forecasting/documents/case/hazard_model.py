"""The first registration's hazard model, beside the headline: its forecast, skill, and past forecasts like this one."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.blocks import Cell, Section, Table, Text
from forecasting.documents.case.incidence import ENDINGS, with_interval
from forecasting.documents.case.verdict import DESIGNS
from forecasting.documents.compose import joined, section, table, text
from forecasting.documents.quantities import chance, count, interval, share
from forecasting.documents.values import Fields
from forecasting.documents.wording import MODEL_NAMES, PER_CENT, limit_words, years
from forecasting.record.vocabulary import STATES

GIVEN: Final[Mapping[str, str]] = {
    "all": ", averaged over whether leaders endorsed it",
    "endorsed": ", if leaders did",
    "not endorsed": ", if they did not",
}
MAIN_HORIZONS: Final = (12, 60)


def hazard_model(content: Fields) -> Section:
    """The hazard model: states, conditional on an uncertain endorsement where there is one, skill and track record."""
    if not content["hazard_model"]["forecast"]:
        return section(_abstains(content), _skill(content))
    return section(_by_horizon(content), _widened(content), _skill(content), _track_table(content))


def first_model_row(content: Fields) -> list[Cell]:
    """Its probability of each state for the horizon of the headline, as cells of a table; empty where it abstains."""
    rows = {
        row["cause"]: row
        for row in content["hazard_model"]["forecast"]
        if (row["given"], row["horizon"]) == ("all", content["headline"]["horizon"])
    }
    return [with_interval(rows[state]) if rows else "no number" for state in STATES]


def _abstains(content: Fields) -> Text:
    return text("The hazard model gives no number here: {why}.", why=limit_words(content["hazard_model"]["limit"]))


def _widened(content: Fields) -> Text | None:
    """Reason for a widened interval; None where it is not widened."""
    why = limit_words(content["hazard_model"]["limit"])
    return text("Its interval is widened to contain the base rate's, because {why}.", why=why) if why else None


def _by_horizon(content: Fields) -> Table:
    rows = content["hazard_model"]["forecast"]
    sides = list(dict.fromkeys(row["given"] for row in rows))
    shown = content["horizons"]
    horizons = [horizon for horizon in MAIN_HORIZONS if horizon in shown] or shown[-1:]
    found = {(row["given"], row["horizon"], row["cause"]): row for row in rows}
    lines: list[list[Cell]] = [
        [
            f"{years(horizon)}{GIVEN[side] if len(sides) > 1 else ''}",
            *(with_interval(found[side, horizon, state]) for state in STATES),
        ]
        for horizon in horizons
        for side in sides
    ]
    return table(f"Hazard model by horizon, with 80{PER_CENT} intervals", ENDINGS, lines)


def _skill(content: Fields) -> Text:
    """The model's backtest skill on formalization, by design."""
    found = [
        text(f"{{skill}} {DESIGNS[item['design']]}", skill=share(item["skill"], item["lower"], item["upper"]))
        for item in content["hazard_model"]["skill"]
        if item["skill"] is not None
    ]
    if not found:
        return text("The out-of-sample skill of this model is not known for this record.")
    return text("Its out-of-sample Brier skill on formalization over the base rate: {skills}.", skills=joined(found))


def _track_table(content: Fields) -> Table | Text:
    """Past forecasts like this one, by the model and by the base rate."""
    kept = content["explanation"]["track_record"]
    if not kept["models"]:
        return text("The observed frequency after past forecasts is not shown: {why}.", why=kept["missing"])
    horizon = years(content["headline"]["horizon"])
    caption = f"Past forecasts like this one: for {horizon}, {_when(kept)}, in the same range"
    head = ["Model", "Range", "n", "Cases", "Mean forecast", f"Formalized (80{PER_CENT} interval)"]
    return table(caption, head, map(_track_row, kept["models"]))


def _track_row(one: Fields) -> list[Cell]:
    measured: list[Cell] = ["too few", ""]
    if not one["few"]:
        measured = [chance(one["mean_forecast"]), chance(one["observed"], one["lower"], one["upper"])]
    return [
        MODEL_NAMES[one["model"]],
        interval("chance", one["low"], one["high"] if one["high"] <= 1.0 else 1.0),
        count(one["n"]),
        count(one["n_cases"]),
        *measured,
    ]


def _when(kept: Fields) -> str:
    return "at a case's start" if kept["at_start"] else "at an anniversary"
