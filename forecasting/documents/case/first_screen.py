"""The panels of a first screen: the endings, where the case stands, the forecast day by day, and what would move it."""

from collections.abc import Iterator
from typing import Final

from forecasting.documents.blocks import Block, Cell, Items, Panel, Panels, Section, Table, Text
from forecasting.documents.case.evidence import marks
from forecasting.documents.case.rung import rung_words
from forecasting.documents.compose import aside, chart, items, joined, section, table, text
from forecasting.documents.quantities import chance, count, day, interval, points, share
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import LADDER_NAMES, PER_CENT, TOO_FEW, day_words, level_words, years
from forecasting.record.vocabulary import CAUSES, LADDER_LEVELS

SHOWN_DAYS: Final = 90
"""Days within which the steps of the first screen are taken."""
MOST_STEPS: Final = 4
MOST_AHEAD: Final = 3


def at_a_glance(content: Fields) -> Section:
    """Four panels: endings, rung, history, what would move it."""
    horizon = content["headline"]["horizon"]
    panels = (
        (f"Within {years(horizon)}", endings(content)),
        ("Where it stands on the way to a treaty", where_now(content)),
        ("The forecast, day by day", history(content)),
        ("What would move it", movers(content)),
    )
    return section(
        Panels(
            panels=tuple(
                Panel(title=title, blocks=tuple(block for block in blocks if block is not None))
                for title, blocks in panels
            )
        )
    )


def endings(content: Fields) -> Iterator[Block | None]:
    """Each state within the horizon of the headline, with the base rate."""
    states = content["headline"]["states"]
    yield chart(
        "endings",
        {
            "states": {state: plain(states[state]) for state in states},
            "base": plain(content["beside_base"]["states"]),
        },
        text(
            f"Dot and bar: the forecast with its 80{PER_CENT} interval. Tick: the base rate, how often arrangements "
            "that had lasted as long ended so ({bases}).",
            bases=joined([text("{p}", p=chance(content["beside_base"]["states"][cause])) for cause in CAUSES], ", "),
        ),
    )


def where_now(content: Fields) -> Iterator[Block | None]:
    """The rung of the case in words, until when somebody looked, and what became of others on the rung."""
    ladders, kind = content["situation"]["ladders"], content["case"]["facts"]["type"]
    rows = ladders["rows"].get("formalization") or []
    if rows:
        words = [level_words("formalization", level, kind) for level in range(LADDER_LEVELS["formalization"] + 1)]
        yield chart(
            "way",
            {
                "rows": plain(rows), "levels": words, "until": plain(ladders["until"]),
                "as_of": plain(content["as_of"]),
            },
            joined([_level(content, ladder) for ladder in ladders["rows"] if ladders["rows"][ladder]], " "),
        )  # fmt: skip
    else:
        here = content["rung"]["here"]
        yield text(
            "No step is coded for this case: it is forecast from everything else, as if it stood at level "
            f"{here['level']} ({level_words('formalization', here['level'], kind)})."
        )
    if ladders["until"] != content["as_of"]:
        yield text("Acts looked for until {day} (shaded after).", day=day(ladders["until"]))
    yield _others(content)


def _level(content: Fields, ladder: str) -> Text:
    """Level of a ladder on the day, in words."""
    row = content["situation"]["ladders"]["rows"][ladder][-1]
    return text(
        f"**{LADDER_NAMES[ladder]}:** level {row['level']} of {LADDER_LEVELS[ladder]}, {{status}}"
        f"{'' if ladder == 'formalization' else ' ({words})'}, since {{day}}.{{marks}}",
        status=row["status"],
        day=day(row["date"]),
        marks=marks(content, row["sources"]),
        **(
            {}
            if ladder == "formalization"
            else {"words": level_words(ladder, row["level"], content["case"]["facts"]["type"])}
        ),
    )


def _others(content: Fields) -> Text:
    """What became of past cases on the rung within the longest window that is not too thin."""
    told = [row for row in content["rung"]["shares"] if row["went_on"] is not None]
    if not told:
        return text(f"Too few past cases stood on this rung ({rung_words(content)}) for a share.")
    row = told[-1]
    return text(
        f"Of {{n}} looks at past cases on this rung ({{n_cases}} cases), within {years(row['months'])} "
        "{formalized} became formal, {collapsed} collapsed, {faded} faded; **{went_on}** rose, or became formal.",
        **{name: count(row[name]) for name in ("n", "n_cases")},
        **{name: share(row[name]) for name in ("went_on", *CAUSES)},
    )


def history(content: Fields) -> Iterator[Block | None]:
    """The forecast day by day, its movement, and the acts behind its largest moves."""
    found = content["history"]
    if len(found["points"]) > 1:
        yield chart(
            "history",
            {"points": plain(found["points"]), "marks": [plain(mark["day"]) for mark in found["marks"]]},
            text(
                f"Chance of each ending within {years(found['horizon'])} of each day, by what was known on that day, "
                "from {first}.",
                first=day(found["points"][0]["day"]),
            ),
        )
    yield moved_since(content)
    yield _marks(found)


def moved_since(content: Fields) -> Text:
    """The movement of all endings since the last page, or the earlier day that stands for it."""
    found = content["since"]
    if found is None:
        return text("This is the first day on which it can be forecast: there is no movement yet.")
    which = "the last page, of" if found["is_page"] else ""
    names = {"formalized": "formal agreement", "collapsed": "collapse", "faded": "fading"}
    told = [
        text(
            f"{names[cause]} {{before}} to {{after}} ({{points}})",
            before=chance(found["states"][cause]["before"]),
            after=chance(found["states"][cause]["after"]),
            points=points(found["states"][cause]["after"] - found["states"][cause]["before"]),
        )
        for cause in CAUSES
    ]
    rungs = [
        text(
            f"{LADDER_NAMES[rung['ladder']].lower()} level {{level}}, {{status}} ({{day}})",
            level=count(rung["level"]),
            status=rung["status"],
            day=day(rung["date"]),
        )
        for rung in found["rungs"]
    ]
    return text(
        f"**Since {which}{' ' if which else ''}{{since}}:** {{moves}} points.{{steps}}",
        since=day(found["from"]),
        moves=joined(told, "; "),
        steps=text(" New steps: {rungs}.", rungs=joined(rungs)) if rungs else text(""),
    )


def _marks(found: Fields) -> Items | None:
    """The acts behind the largest moves of the window, numbered as in the chart."""
    told = [
        text(
            "{day}: {said}{more} {moves}",
            day=day(mark["day"]),
            said=mark["brief"],
            more=text(" (and {n} more)", n=count(mark["others"])) if mark["others"] else text(""),
            moves=aside(
                "formal {formalized}, collapse {collapsed}, fading {faded}",
                **{cause: points(mark["points"][cause]) for cause in CAUSES},
            ),
        )
        for mark in found["marks"]
    ]
    return items(told, "numbered") if told else None


def movers(content: Fields) -> Iterator[Block | None]:
    """What the forecast would be after a step, strain or an endorsement, and the next days to watch."""
    yield _steps(content)
    yield text("Conditional chances, no causes. *Past cases*: came to that rung from as low, of all that stood on it.")
    yield _ahead(content)


def _steps(content: Fields) -> Table:
    """Steps within some days, and suppositions about the day, with all endings before and after."""
    horizons = list(content["horizons"])
    place = horizons.index(content["headline"]["horizon"])
    by = next(one for one in content["rung"]["steps"]["by"] if one["days"] == SHOWN_DAYS)
    steps = [step for step in by["steps"] if step["what"] and step["then"][CAUSES[0]][place] is not None]
    steps = sorted(steps, key=lambda step: (bool(step["outside"]), -_size(step, place)))[:MOST_STEPS]
    states = content["headline"]["states"]
    rows: list[list[Cell]] = [[text("as it stands"), *(chance(states[cause]["probability"]) for cause in CAUSES), ""]]
    rows += [[_what(step), *_chances(step, place), _cases(step)] for step in steps]
    rows += [
        [text("{what} {today}", what=what, today=aside("now")), *(chance(told["after"][cause]) for cause in CAUSES), ""]
        for what, told in content["supposed"].items()
    ]
    head = ("If", "Formal", "Collapse", "Fading", "Past cases")
    return table(f"The forecast if, by {day_words(by['day'])} ({SHOWN_DAYS} days), or now", head, rows)


def _size(step: Fields, place: int) -> float:
    return max(abs(step["then"][cause][place] - step["before"][cause][place]) for cause in CAUSES)


def _what(step: Fields) -> Cell:
    return aside("{what}", what=step["what"]) if step["outside"] else text("{what}", what=step["what"])


def _chances(step: Fields, place: int) -> list[Cell]:
    formal = text(
        "**{then}** {range}",
        then=chance(step["then"][CAUSES[0]][place]),
        range=aside(
            "({range})", range=interval("chance", step["lower"][CAUSES[0]][place], step["upper"][CAUSES[0]][place])
        ),
    )
    return [formal, *(chance(step["then"][cause][place]) for cause in CAUSES[1:])]


def _cases(step: Fields) -> Cell:
    if step["outside"]:
        return aside(TOO_FEW)
    return text("{moved} of {stood}", moved=count(step["n_moved"]), stood=count(step["n_stood"]))


def _ahead(content: Fields) -> Text | None:
    """The next days on the calendar."""
    coming = sorted(content["calendar"], key=lambda one: str(one["scheduled"]))[:MOST_AHEAD]
    told = [
        text("{day}: {what}{marks}", day=day(one["scheduled"]), what=one["what"], marks=marks(content, one["sources"]))
        for one in coming
    ]
    return text("**To watch.** {days}.", days=joined(told, "; ")) if told else None
