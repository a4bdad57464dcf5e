"""The steps of the case on the two ladders, and who else stood on its rung."""

from typing import Final

from forecasting.documents.blocks import Block, Cell, Section, Text
from forecasting.documents.case.evidence import marks
from forecasting.documents.compose import aside, badge, section, table, text
from forecasting.documents.quantities import count, day, share
from forecasting.documents.values import Fields
from forecasting.documents.wording import LADDER_NAMES, PAST, TOO_FEW, years
from forecasting.record.vocabulary import CAUSES

MOST_STEPS: Final = 4
MOST_NEAR: Final = 3
UNCODED: Final = "No step is coded for this case: it is forecast from everything else, as if it stood there."
ENDS: Final = ("Formalized", "Collapsed", "Faded")


def where_it_stands(content: Fields) -> Section:
    """The steps on both ladders, what became of past cases on the rung, and the nearest of them."""
    here = content["rung"]["here"]
    return section(
        None if here["is_coded"] else text(UNCODED),
        _steps(content),
        _shares(content),
        _nearest(content),
    )


def _steps(content: Fields) -> Block | None:
    """The latest rows of both ladders."""
    found = content["situation"]["ladders"]["rows"]
    listed = sorted(
        ((row, ladder) for ladder, rows in found.items() for row in rows), key=lambda one: str(one[0]["date"])
    )
    if not listed:
        return None
    rows: list[list[Cell]] = [
        [
            day(row["date"]),
            LADDER_NAMES[ladder],
            f"{row['level']}, {row['status']}",
            text(
                f"{{evidence}}{{marks}}{' (on an unconfirmed act)' if row['unconfirmed'] else ''}",
                evidence=row["evidence"],
                marks=marks(content, row["sources"]),
            ),
        ]
        for row, ladder in listed[: -MOST_STEPS - 1 : -1]
    ]
    earlier = f"; {len(listed) - len(rows)} earlier ones are in the JSON file" if len(listed) > len(rows) else ""
    return table(f"Steps on the two ladders, the latest first{earlier}", ["Date", "Ladder", "Level", "What was known"], rows)


def rung_words(content: Fields) -> str:
    """The rung for which the forecast takes the case, in words."""
    here = content["rung"]["here"]
    return f"level {here['level']}, {here['status']}"


def _shares(content: Fields) -> Block:
    """What became of past cases after a landmark on the rung."""
    listed = content["rung"]["shares"]
    if not listed or not any(row["n"] for row in listed):
        return text(f"No past case is known to have stood on this rung ({rung_words(content)}).")
    rows: list[list[Cell]] = [
        [
            years(row["months"]),
            *(_share(row[name]) for name in ("went_on", *CAUSES)),
            text("{n} ({n_cases})", n=count(row["n"]), n_cases=count(row["n_cases"])),
        ]
        for row in listed
    ]
    return table(
        f"What became of past cases on this rung ({rung_words(content)})",
        ["Within", "Went on", *ENDS, "Looks (cases)"],
        rows,
    )


def _share(value: float | None) -> Cell:
    return aside(TOO_FEW) if value is None else share(value)


def _nearest(content: Fields) -> Block | None:
    """Past cases on the same rung, the nearest in age and strain first."""
    listed = content["rung"]["nearest"][:MOST_NEAR]
    if not listed:
        return None
    rows = [[text("{name}", name=near["name"]), day(near["day"]), _later(near), _ended(near)] for near in listed]
    head = ["Case", "On this rung", "Highest level later", "How it ended"]
    return table("Nearest past cases on the same rung", head, rows)


def _later(near: Fields) -> Text:
    if near["rise"] is None:
        return text("{level}, no rise", level=count(near["highest"]))
    return text("{level}, first rise {day}", level=count(near["highest"]), day=day(near["rise"]))


def _ended(near: Fields) -> Cell:
    if not near["cause"]:
        return "not known to have ended"
    return text("{how} {day}", how=badge(near["cause"], PAST[near["cause"]]), day=day(near["end"]))
