"""The forecast of each outcome: cumulative incidence, and the reference classes."""

from collections.abc import Mapping
from typing import Final

from forecasting.documents.blocks import Cell, Figure, Section, Table, Text
from forecasting.documents.compose import chart, section, table, text
from forecasting.documents.quantities import chance, count, day, quote
from forecasting.documents.values import Fields
from forecasting.documents.wording import PAST, PER_CENT, years
from forecasting.record.vocabulary import STATES

ENDINGS: Final = ("Within", "Formal agreement", "Collapse", "Fading", "Still informal")
CURVE_WORDS: Final[Mapping[str, str]] = {
    "base_rate": "; dashed: the base rate",
    "primary": "; dotted: the first registration's hazard model",
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
            years(horizon),
            *(with_interval(states[horizon, state]) for state in STATES),
        ]
        for horizon in content["horizons"]
    ]
    drawn = [model for model in CURVE_WORDS if model in content["curve"]["models"]]
    others = "".join(CURVE_WORDS[model] for model in drawn)
    return section(
        table(f"Forecast by horizon, with 80{PER_CENT} intervals", ENDINGS, rows),
        chart(
            "incidence",
            {"curve": content["curve"], "stated_term": content["stated_term"]},
            text(
                "Chance that it has ended in each way, by time after the day of the forecast, which counts in what may "
                f"have ended unseen. Line and band: the forecast with its 80{PER_CENT} interval{others}."
            ),
        ),
        _stated_term(content),
    )


def _stated_term(content: Fields) -> Text | None:
    """End of the stated term, and the states of other arrangements at the end of theirs."""
    term, earlier = content["stated_term"], content["earlier_terms"]
    if term is None:
        return None
    ahead = term["end"] >= content["as_of"]
    states = ", ".join(f"{{{state}}} {PAST[state]}" for state in STATES)
    return text(
        f"The stated term of {{months}} months {'ends' if ahead else 'ended'} on {{end}}{' (shaded)' if ahead else ''}."
        f" Of {{n}} others, when theirs ran out: {states}; {{beyond}} still were three months on.",
        months=count(term["months"]),
        end=day(term["end"]),
        n=count(earlier["n"]),
        beyond=count(earlier["beyond"]),
        **{state: count(earlier["states"][state]) for state in STATES},
    )


def reference_classes(content: Fields) -> Table:
    """The reference classes from wide to narrow."""
    horizon = content["headline"]["horizon"]
    head = ["Class", "n", f"formalized within {years(horizon)}"]
    caption = "Reference classes, from the widest to the narrowest"
    return table(caption, head, [_rung(rung, horizon) for rung in content["reference_classes"]])


def _rung(rung: Fields, horizon: int) -> list[Cell]:
    row = next((row for row in rung["formalized"] if row["horizon"] == horizon), None)
    return [
        quote(rung["name"]),
        count(rung["n"]),
        with_interval(row) if row else NO_OTHER,
    ]
