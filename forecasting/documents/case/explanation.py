"""Explanation of the headline: why it differs from the base rate, and what moved it."""

from collections.abc import Sequence
from typing import Final

from forecasting.documents.blocks import Cell, Section, Stack, Text
from forecasting.documents.case.evidence import marks
from forecasting.documents.case.input_words import LEG_WORDS, change_name, input_words
from forecasting.documents.compose import badge, chart, items, joined, section, table, text
from forecasting.documents.quantities import chance, day, name, points
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import day_words, term_name, years
from forecasting.record.vocabulary import CAUSES

FULL_WORDS: Final = 1
LEAST_MOVED: Final = 0.001
LEAST_TOLD: Final = 0.01
FORMALIZED: Final = CAUSES[0]
ENDS: Final = ("Formal agreement", "Collapse", "Fading")


def drivers(content: Fields) -> Section:
    """Drivers: from the base rate to the forecast, for all endings; those that move none by a point stand together."""
    found = content["explanation"]["drivers"]
    base, total = found["rows"][0]["points"], found["states"]
    told, rest = _by_size(found["rows"])
    rows = [_driver(row) for row in told]
    if rest:
        sums = (points(sum(row["points"][cause] for row in rest)) for cause in CAUSES)
        rows.append([f"{len(rest)} others together", "", "", *sums])
    rows.append([text("**Together: the forecast**"), "", "", *(text("**{p}**", p=chance(total[c])) for c in CAUSES)])
    head = ["What it reads", "This case", "Average case", *ENDS]
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
        ),
        table("What the forecast reads, in percentage points of each ending", head, rows),
    )


def _by_size(rows: Sequence[Fields]) -> tuple[list[Fields], list[Fields]]:
    """The base rate and the average case, then the rest by the ending that each moves most; and those left out."""
    first = [row for row in rows if row["role"] != "input"]
    inputs = sorted((row for row in rows if row["role"] == "input"), key=lambda row: -_most(row))
    told = [row for row in inputs if _most(row) >= LEAST_TOLD]
    return first + told, inputs[len(told) :]


def _most(row: Fields) -> float:
    return max(abs(row["points"][cause]) for cause in CAUSES)


def _driver(row: Fields) -> list[Cell]:
    is_input = row["role"] == "input"
    return [
        term_name(row["name"]),
        input_words(row["name"], plain(row["value"])) if is_input else "",
        input_words(row["name"], plain(row["average"]), average=True) if is_input else "",
        *(points(row["points"][cause]) for cause in CAUSES),
    ]


def changes(content: Fields) -> Section:
    """Changes of the headline since an earlier day, with the rungs, acts and reports behind them."""
    found = content["explanation"]["changes"]
    if found is None:
        return section(text("There is no earlier day with which this forecast could be compared."))
    rows: list[list[Cell]] = [
        [
            change_name(row["leg"], row["name"]),
            input_words(row["name"], plain(row["before"])) if row["leg"] != "model" else "",
            input_words(row["name"], plain(row["after"])) if row["leg"] != "model" else "",
            *(points(row["points"][cause]) for cause in CAUSES),
            _because(content, row),
        ]
        for row in found["rows"]
        if _most(row) >= LEAST_MOVED
    ]
    whole = [found["states"][cause] for cause in CAUSES]
    moved = (text("**{points}**", points=points(each["after"] - each["before"])) for each in whole)
    rows.append([text("**Together**"), chance(whole[0]["before"]), chance(whole[0]["after"]), *moved, ""])
    within = years(found["horizon"])
    caption = f"What moved the forecast since {day_words(found['from'])}, in points, within {within} of each day"
    return section(table(caption, ["What moved it", "From", "To", *ENDS, "Because of"], rows))


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
