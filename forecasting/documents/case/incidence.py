"""The forecast of each outcome: cumulative incidence, and the reference classes."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.blocks import Cell, Figure, Section, Table, Text
from forecasting.documents.compose import aside, chart, section, table, text
from forecasting.documents.figures.style import TITLES
from forecasting.documents.quantities import chance, count, day, interval, quote
from forecasting.documents.values import Fields
from forecasting.documents.wording import PAST, PER_CENT, years
from forecasting.record.vocabulary import CAUSES, STATES

ENDINGS: Final = ("Within", "Formal agreement", "Collapse", "Fading", "Still informal")
CURVES: Final[Mapping[str, str]] = {"ladder": "Forecast", "base_rate": "Base rate", "primary": "First registration"}
CURVE_WORDS: Final[Mapping[str, str]] = {
    "base_rate": "; dashed: the base rate",
    "primary": "; dotted: the hazard model of the first registration (its interval stands in its own table below)",
}
NO_OTHER: Final = "no other case"


def with_interval(row: Fields) -> Figure:
    """A probability of the forecast table with its interval."""
    return chance(row["probability"], row["lower"], row["upper"])


def incidence(content: Fields) -> Section:
    """Table and chart of the three outcomes, and the states of others at the end of their term."""
    model = content["headline"]["model"]
    states = {
        (row["horizon"], row["cause"]): row
        for row in content["forecast"]
        if (row["model"], row["given"]) == (model, "all")
    }
    rows: list[list[Cell]] = [
        [
            text(
                "{within}\n{by}",
                within=years(horizon),
                by=aside("{day}", day=day(content["deadlines"][str(horizon)])),
            ),
            *(with_interval(states[horizon, state]) for state in STATES),
        ]
        for horizon in content["horizons"]
    ]
    drawn = [model for model in CURVES if model in content["curve"]["models"]]
    others = "".join(CURVE_WORDS[model] for model in drawn if model in CURVE_WORDS)
    return section(
        table(f"Forecast by horizon, with 80{PER_CENT} intervals", ENDINGS, rows),
        chart(
            "incidence",
            {"curve": content["curve"], "stated_term": content["stated_term"]},
            text(
                "Cumulative incidence: the chance that the arrangement has ended in each way, by time after the day of "
                f"the forecast. Line and band: the forecast with its 80{PER_CENT} interval{others}."
            ),
            *(_curve_table(content["curve"], drawn, cause, title) for cause, title in TITLES.items()),
        ),
        _stated_term(content),
    )


def _curve_table(curve: Fields, models: list[str], cause: str, title: str) -> Table:
    """The figures of one panel at selected months."""
    rows: list[list[Cell]] = [
        [f"{month} months", *(_curve_cell(curve["models"][model][cause], place) for model in models)]
        for place, month in enumerate(curve["horizons"])
        if month == 6 or month % 12 == 0
    ]
    head = ["Within", *(CURVES[model] for model in models)]
    return table(f"{title}: cumulative incidence at selected months", head, rows)


def _curve_cell(line: Fields, place: int) -> Figure:
    bounds = [line[bound][place] for bound in ("lower", "upper") if bound in line]
    return chance(line["probability"][place], *bounds)


def _stated_term(content: Fields) -> Text | None:
    """End of the stated term, and the states of other arrangements at the end of theirs."""
    term, earlier = content["stated_term"], content["earlier_terms"]
    if term is None:
        return None
    ahead = term["end"] >= content["as_of"]
    states = ", ".join(f"{{{state}}} {PAST[state]}" for state in STATES)
    return text(
        f"The stated term of {{months}} months {'ends' if ahead else 'ended'} on {{end}}{' (shaded)' if ahead else ''}."
        f" Of {{n}} arrangements with a stated term, when the term ran out: {states}; of the last, {{beyond}} were "
        "still observed three months on.",
        months=count(term["months"]),
        end=day(term["end"]),
        n=count(earlier["n"]),
        beyond=count(earlier["beyond"]),
        **{state: count(earlier["states"][state]) for state in STATES},
    )


def reference_classes(content: Fields) -> Section:
    """The reference classes from wide to narrow."""
    horizon = content["headline"]["horizon"]
    within = years(horizon)
    endings = [PAST[cause] for cause in CAUSES]
    head = ["Class", "n", *endings, "still observed", f"formalized within {within}", f"80{PER_CENT} interval"]
    return section(
        chart(
            "reference_classes",
            {"rungs": content["reference_classes"], "horizon": horizon},
            text(f"Chance of a formal agreement within {within}, by reference class, with 80{PER_CENT} intervals."),
            table("Reference classes", head, [_rung(rung, horizon) for rung in content["reference_classes"]]),
        )
    )


def _rung(rung: Fields, horizon: int) -> list[Cell]:
    row = next((row for row in rung["formalized"] if row["horizon"] == horizon), None)
    return [
        quote(rung["name"]),
        count(rung["n"]),
        *(count(rung["endings"][cause]) for cause in CAUSES),
        count(rung["ongoing"]),
        chance(row["probability"]) if row else NO_OTHER,
        interval("chance", row["lower"], row["upper"]) if row else "",
    ]
