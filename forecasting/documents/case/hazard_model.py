"""The hazard model beside the base rate: its forecast, its skill, and its past forecasts in the same range."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.blocks import Cell, Section, Table, Text
from forecasting.documents.case.incidence import ENDINGS, with_interval
from forecasting.documents.compose import joined, section, table, text
from forecasting.documents.quantities import chance, count, interval
from forecasting.documents.values import Fields
from forecasting.documents.wording import PER_CENT, limit_words, years
from forecasting.record.vocabulary import CAUSES, STATES

GIVEN: Final[Mapping[str, str]] = {
    "all": ", averaged over whether leaders endorsed it",
    "endorsed": ", if leaders did",
    "not endorsed": ", if they did not",
}
MAIN_HORIZONS: Final = (12, 60)
DESIGNS: Final[Mapping[str, str]] = {"cluster": "with related cases held out", "rolling": "as of each year"}
MODELS: Final[Mapping[str, str]] = {"primary": "hazard model", "base_rate": "base rate"}


def hazard_model(content: Fields) -> Section:
    """The hazard model beside the base rate: its states, conditional on an uncertain endorsement where there is one."""
    if not content["hazard_model"]["forecast"]:
        return section(second_opinion(content), _skill(content))
    return section(_by_horizon(content), _widened(content), _skill(content), _track_table(content))


def second_opinion(content: Fields) -> Text:
    """Forecast of the model beside the headline for the same horizon."""
    rows = content["hazard_model"]["forecast"]
    if not rows:
        return text(
            "The hazard model gives no number here: {why}. The base rate stands by itself.",
            why=limit_words(content["hazard_model"]["limit"]),
        )
    asked = ("all", CAUSES[0], content["headline"]["horizon"])
    row = next(row for row in rows if (row["given"], row["cause"], row["horizon"]) == asked)
    skill = "small" if content["hazard_model"]["skill"] else "not known for this record"
    number = text(
        f"The hazard model, whose out-of-sample skill is {skill}, gives {{p}} ({{range}}) for the same time.",
        p=chance(row["probability"]),
        range=interval("chance", row["lower"], row["upper"]),
    )
    return joined([part for part in (number, _track_words(content), _widened(content)) if part], " ")


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
    """The model's backtest skill, by design."""
    found = [
        text(
            f"{{skill}} ({{range}}) {DESIGNS[item['design']]}",
            skill=chance(item["brier_skill"]),
            range=interval("chance", item["lower"], item["upper"]),
        )
        for item in content["hazard_model"]["skill"]
    ]
    if not found:
        return text("The out-of-sample skill of this model is not known for this record.")
    return text("Its out-of-sample Brier skill, relative to the base rate: {skills}.", skills=joined(found))


def _track_words(content: Fields) -> Text:
    """One sentence on the observed frequency after past forecasts of the model like this one."""
    kept = content["explanation"]["track_record"]
    if kept["missing"]:
        return text("The observed frequency after its past forecasts is not shown: {why}.", why=kept["missing"])
    found = kept["models"][0]
    if found["n"] == 0:
        return text("There is no past forecast like this one.")
    number = text(
        f"{{n}} past {'forecast' if found['n'] == 1 else 'forecasts'} "
        f"({{cases}} {'case' if found['n_cases'] == 1 else 'cases'}) like this one",
        n=count(found["n"]),
        cases=count(found["n_cases"]),
    )
    if found["few"]:
        return text("Only {number}: too few for an observed frequency.", number=number)
    return text(
        f"Of its {{number}}, made out of sample {_when(kept)}, {{observed}} were formalized; its mean forecast was "
        "{forecast}, that of the base rate {base_rate}.",
        number=number,
        observed=chance(found["observed"]),
        forecast=chance(found["mean_forecast"]),
        base_rate=chance(found["mean_base_rate"]),
    )


def _track_table(content: Fields) -> Table | Text:
    """Past forecasts like this one, by the model and by the base rate."""
    kept = content["explanation"]["track_record"]
    if not kept["models"]:
        return _track_words(content)
    horizon = years(content["headline"]["horizon"])
    caption = f"Past forecasts like this one: for {horizon}, {_when(kept)}, in the same range"
    head = ["Model", "Range", "n", "Cases", "Mean forecast", f"Formalized (80{PER_CENT} interval)"]
    return table(caption, head, map(_track_row, kept["models"]))


def _track_row(one: Fields) -> list[Cell]:
    measured: list[Cell] = ["too few", ""]
    if not one["few"]:
        measured = [chance(one["mean_forecast"]), chance(one["observed"], one["lower"], one["upper"])]
    return [
        MODELS[one["model"]],
        interval("chance", one["low"], one["high"] if one["high"] <= 1.0 else 1.0),
        count(one["n"]),
        count(one["n_cases"]),
        *measured,
    ]


def _when(kept: Fields) -> str:
    return "at a case's start" if kept["at_start"] else "at an anniversary"
