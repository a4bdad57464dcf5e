"""What stands beside the headline: its parts, other rates, the first registration's model, reference classes."""

from collections.abc import Iterator

from forecasting.documents.blocks import Cell, Items, Section, Table, Text
from forecasting.documents.case.headline import HEAD, models_beside
from forecasting.documents.case.incidence import reference_classes
from forecasting.documents.compose import aside, items, section, table, text
from forecasting.documents.quantities import chance, day
from forecasting.documents.values import Fields
from forecasting.documents.wording import limit_words, years
from forecasting.record.vocabulary import CAUSES, STATES


def beside(content: Fields) -> Section:
    """Other numbers for the same question, and why the first registration's model gives none."""
    return section(
        models_beside(content), _limited(content), *_said(content), *_conditionals(content), reference_classes(content)
    )


def _limited(content: Fields) -> Text | None:
    limit = content["hazard_model"]["limit"]
    if limit["status"] != "abstained":
        return None
    return text("The hazard model of the first registration gives no number here: {why}.", why=limit_words(limit))


def _said(content: Fields) -> Iterator[Table]:
    """What each person and market said, at the horizon nearest to that of the headline."""
    horizon = content["headline"]["horizon"]
    nearest: dict[str, Fields] = {}
    for one in content["said"]["opinions"]:
        held = nearest.get(one["by"])
        if held is None or abs(one["horizon"] - horizon) < abs(held["horizon"] - horizon):
            nearest[one["by"]] = one
    if nearest:
        head = ("People and markets", "Until", *HEAD[1:])
        rows: list[list[Cell]] = [
            [_who(one), day(one["deadline"]), *(_stated(one, state) for state in STATES)] for one in nearest.values()
        ]
        yield table("What people and markets said of this case, from the ledger", head, rows)


def _who(one: Fields) -> Text:
    """Who said it, as of which day, and why."""
    why = text(": {note}", note=one["note"]) if one["note"] else text("")
    return text("{by}{why} {when}", by=one["by"], why=why, when=aside("({day})", day=day(one["as_of"])))


def _stated(one: Fields, state: str) -> Cell:
    """A probability that was stated, or nothing."""
    return chance(one["states"][state]) if state in one["states"] else ""


def _conditionals(content: Fields) -> Iterator[Items]:
    """The conditional forecasts of the ledger whose last day is still to come."""
    told = [_conditional(one, content["headline"]["horizon"]) for one in content["said"]["conditionals"]]
    if told:
        yield items(told)


def _conditional(one: Fields, horizon: int) -> Text:
    """A conditional forecast at the horizon nearest to that of the headline."""
    months = list(one["horizons"])
    place = min(range(len(months)), key=lambda i: (abs(months[i] - horizon), i))
    branches = {name: one[name][place] for name in ("taken", "not_taken")}
    numbers = {f"{name}_{cause}": chance(states[cause]) for name, states in branches.items() for cause in CAUSES}
    parts = {
        name: f"formal {{{name}_formalized}}, collapse {{{name}_collapsed}}, fading {{{name}_faded}}"
        for name in branches
    }
    return text(
        f"**If {{step}} by {{by}}** (chance {{chance}}; issued as of {{issued}}), within {years(months[place])}: "
        f"{parts['taken']}; if not, {parts['not_taken']}.",
        step=one["step"],
        by=day(one["by"]),
        chance=chance(one["chance"]),
        issued=day(one["as_of"]),
        **numbers,
    )
