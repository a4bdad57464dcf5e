"""Explanation of the headline: why it differs from the base rate, and what moved it."""

from collections.abc import Sequence
from typing import Final

from forecasting.documents.blocks import Cell, Section, Stack, Text
from forecasting.documents.case.evidence import marks
from forecasting.documents.case.input_words import LEG_WORDS, change_name, input_words
from forecasting.documents.compose import badge, chart, items, joined, section, table, text
from forecasting.documents.quantities import chance, day, interval, name, points
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import PER_CENT, day_words, percent, term_name, years
from forecasting.record.vocabulary import CAUSES

FULL_WORDS: Final = 3
CHANGED: Final = "changes"
FORMALIZED: Final = CAUSES[0]
ENDS: Final = ("Formal agreement", "Collapse", "Fading")


def drivers(content: Fields) -> Section:
    """Drivers: from the base rate to the forecast, row by row, for all endings."""
    found = content["explanation"]["drivers"]
    base, total = found["rows"][0]["points"], found["states"]
    rows = [_driver(row) for row in _by_size(found["rows"])]
    together = [text("**{total}**", total=chance(total[cause])) for cause in CAUSES]
    rows.append([text("**Together: the forecast**"), "", "", together[0], "", *together[1:]])
    head = ["What it reads", "This case", "Average case", ENDS[0], f"80{PER_CENT} interval", *ENDS[1:]]
    return section(
        chart(
            "drivers",
            {
                "rows": [{"name": plain(r["name"]), "points": plain(r["points"][FORMALIZED])} for r in found["rows"]],
                "probability": plain(total[FORMALIZED]),
            },
            text(
                "From the base rate of {base} to the forecast of {total} for a formal agreement within "
                f"{years(found['horizon'])}: percentage points that each input adds or subtracts.",
                base=chance(base[FORMALIZED]),
                total=chance(total[FORMALIZED]),
            ),
            table("What the forecast reads, in percentage points of each ending", head, rows),
        ),
        text(
            "The base rate is that of its age and of the months since its last sight. The average case has just begun, "
            "was seen on the day, has no stated term, and stands where the training cases stood month by month; the "
            "rows of age and silence are what the model of the ladder adds to the base rate's. Inputs that matter "
            "together share what they move (Shapley values)."
        ),
    )


def _by_size(rows: Sequence[Fields]) -> list[Fields]:
    """The base rate, the average case, then the rest by size."""
    rank = {"base": 0, "average": 1}
    return sorted(rows, key=lambda row: (rank.get(row["role"], 2), -abs(row["points"][FORMALIZED])))


def _driver(row: Fields) -> list[Cell]:
    is_input = row["role"] == "input"
    return [
        term_name(row["name"]),
        input_words(row["name"], plain(row["value"])) if is_input else "",
        input_words(row["name"], plain(row["average"]), average=True) if is_input else "",
        points(row["points"][FORMALIZED]),
        interval("points", row["lower"][FORMALIZED], row["upper"][FORMALIZED]),
        *(points(row["points"][cause]) for cause in CAUSES[1:]),
    ]


def changes(content: Fields) -> Section:
    """Changes of the headline since an earlier day, with the rungs, acts and reports behind them."""
    found = content["explanation"]["changes"]
    if found is None:
        return section(text("There is no earlier day with which this forecast could be compared.", CHANGED))
    rows: list[list[Cell]] = [
        [
            change_name(row["leg"], row["name"]),
            input_words(row["name"], plain(row["before"])) if row["leg"] != "model" else "",
            input_words(row["name"], plain(row["after"])) if row["leg"] != "model" else "",
            *(points(row["points"][cause]) for cause in CAUSES),
            _because(content, row),
        ]
        for row in found["rows"]
    ]
    whole = [found["states"][cause] for cause in CAUSES]
    moved = (text("**{points}**", points=points(each["after"] - each["before"])) for each in whole)
    rows.append([text("**Together**"), chance(whole[0]["before"]), chance(whole[0]["after"]), *moved, ""])
    caption = f"What moved the forecast since {day_words(found['from'])}, in percentage points"
    return section(_moved(found), table(caption, ["What moved it", "From", "To", *ENDS, "Because of"], rows))


def _moved(found: Fields) -> Text:
    """The headline and the base rate on both days."""
    top = found["states"][FORMALIZED]
    return text(
        "From {since} to {until} the forecast of a formal agreement within "
        f"{years(found['horizon'])} of the day {{said}}. The base rate {{base}}.",
        CHANGED,
        since=day(found["from"]),
        until=day(found["to"]),
        said=_went(top["before"], top["after"]),
        base=_went(top["base_before"], top["base_after"]),
    )


def _went(before: float, after: float) -> Text:
    if percent(before) == percent(after):
        return text("stayed at {after}", after=chance(after))
    return text("went from {before} to {after}", before=chance(before), after=chance(after))


def _because(content: Fields, row: Fields) -> Cell:
    """The cause of a row: a kind of change, or the row of a ladder, the report and the acts."""
    why = LEG_WORDS[row["leg"]]
    if row["leg"] != "known":
        return why
    rung, brief = row["rung"], len(row["events"]) > FULL_WORDS
    said = text(f"{why}:")
    if rung is not None:
        said = text(
            "{date}: {evidence}{marks}", date=day(rung["date"]), evidence=rung["evidence"],
            marks=marks(content, rung["sources"]),
        )  # fmt: skip
    elif row["claim"]:
        said = text("the report {claim}:", claim=row["claim"])
    elif not row["events"]:
        return f"{why}: several events together, none of them alone"
    elif row["together"]:
        said = text(f"{why}, by several events of which none alone did it:")
    if not row["events"]:
        return said
    return Stack(text=said, items=items(_event(event, brief or rung is not None) for event in row["events"]))


def _event(event: Fields, brief: bool) -> Text:
    what = text(
        "{date}: {kind} {standing}",
        date=day(event["date"]),
        kind=name(event["kind"]),
        standing=badge(event["standing"], event["standing"]),
    )
    if brief and event["kind"] != "ending":
        return what
    return joined([what, text("{summary}", summary=event["summary"])], "\n")
