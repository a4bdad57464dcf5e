"""Explanation of the number of the first registration's hazard model: drivers, changes and signposts."""

from collections.abc import Mapping, Sequence
from typing import Final

from forecasting.documents.blocks import Block, Cell, Section, Stack, Text
from forecasting.documents.compose import badge, chart, items, joined, section, table, text
from forecasting.documents.quantities import chance, day, interval, name, points
from forecasting.documents.values import Fields
from forecasting.documents.wording import PER_CENT, day_words, percent, term_name, term_words, years

LEG_WORDS: Final[Mapping[str, str]] = {
    "record": "the record elsewhere",
    "corrections": "a correction of the record",
    "time": "time alone",
    "events": "what became known",
}
FULL_WORDS: Final = 3
CHANGED: Final = "changes"
ABSTAINS: Final = "The hazard model gives no number for this case, so there is nothing to explain."


def drivers(content: Fields) -> Section:
    """Drivers: from the base rate to the model's number, row by row."""
    found = content["explanation"]["drivers"]
    if found is None:
        return section(text(ABSTAINS))
    base, total = found["rows"][0], found["probability"]
    rows = [_driver(row) for row in _by_size(found["rows"])]
    rows.append([text("**Together: the model's number**"), "", "", text("**{total}**", total=chance(total)), ""])
    head = ["Covariate", "This case", "Average case", "Points", f"80{PER_CENT} interval"]
    return section(
        chart(
            "drivers",
            {"rows": found["rows"], "probability": total},
            text(
                "From the base rate of {base} to the model's {total} for a formal agreement within "
                f"{years(found['horizon'])}: percentage points that each covariate adds or subtracts.",
                base=chance(base["points"]),
                total=chance(total),
            ),
            table("Drivers of the hazard model's number", head, rows),
        ),
        _own_interval(content),
    )


def _own_interval(content: Fields) -> Text | None:
    """Explanation of an interval that differs from the widened one in the model's table."""
    found = content["explanation"]["drivers"]
    if content["hazard_model"]["limit"]["status"] != "widened":
        return None
    return text(
        "The model by itself gives {p}, interval {range}; the wider one in its table above contains the base rate's, "
        "too.",
        p=chance(found["probability"]),
        range=interval("chance", found["lower"], found["upper"]),
    )


def _by_size(rows: Sequence[Fields]) -> list[Fields]:
    """The base rate, the average case, then the rest by size."""
    rank = {"base": 0, "average": 1}
    return sorted(rows, key=lambda row: (rank.get(row["role"], 2), -abs(row["points"])))


def _driver(row: Fields) -> list[Cell]:
    ungrouped = row["role"] == "group" and row["points"] == 0.0
    return [
        term_name(row["name"]),
        term_words(row["name"], row["value"]) + (" (no group of its own in the model)" if ungrouped else ""),
        term_words(row["name"], row["average"], average=True),
        points(row["points"]),
        interval("points", row["lower"], row["upper"]),
    ]


def changes(content: Fields) -> Section:
    """Changes of the model's number since an earlier day, with the events behind them."""
    found = content["explanation"]["changes"]
    if content["explanation"]["drivers"] is None:
        return section(text(ABSTAINS))
    if found is None:
        return section(text("There is no earlier day with which this forecast could be compared.", CHANGED))
    rows: list[list[Cell]] = [
        [
            term_name(row["name"]),
            term_words(row["name"], row["before"]),
            term_words(row["name"], row["after"]),
            points(row["points"]),
            _because(row),
        ]
        for row in found["rows"]
    ]
    whole = text("**{points}**", points=points(found["after"] - found["before"]))
    rows.append([text("**Together**"), chance(found["before"]), chance(found["after"]), whole, ""])
    caption = f"What moved the model since {day_words(found['from'])}, in percentage points"
    return section(_moved(found), table(caption, ["What moved it", "From", "To", "Points", "Because of"], rows))


def _moved(found: Fields) -> Text:
    """The model's number and the base rate on both days."""
    return text(
        "From {since} to {until} the model's chance of a formal agreement within "
        f"{years(found['horizon'])} of the day {{model}}. The base rate {{base}}.",
        CHANGED,
        since=day(found["from"]),
        until=day(found["to"]),
        model=_went(found["before"], found["after"]),
        base=_went(found["base_before"], found["base_after"]),
    )


def _went(before: float, after: float) -> Text:
    if percent(before) == percent(after):
        return text("stayed at {after}", after=chance(after))
    return text("went from {before} to {after}", before=chance(before), after=chance(after))


def _because(row: Fields) -> Cell:
    """The cause of a row: a kind of change, or the events."""
    why = LEG_WORDS[row["leg"]]
    if row["leg"] != "events":
        return why
    if not row["events"]:
        return f"{why}: several events together, none of them alone"
    brief = len(row["events"]) > FULL_WORDS
    how = ", by several events of which none alone did it" if row["together"] else ""
    return Stack(text=text(f"{why}{how}:"), items=items(_event(event, brief) for event in row["events"]))


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


def signposts(content: Fields) -> Section:
    """Signposts: events that would move the model, strongest first."""
    posts = content["explanation"]["signposts"]
    if content["explanation"]["drivers"] is None:
        return section(text(ABSTAINS))
    if not posts:
        unmoved = text("No single event among its covariates, known on the next day, would move it by half a point.")
        return section(unmoved, *_watched(content))
    within = years(content["explanation"]["drivers"]["horizon"])
    now = text(f"It now gives {{now}} for a formal agreement within {within}.", now=chance(posts[0]["before"]))
    return section(now, items(map(_signpost, posts)), *_watched(content))


def _watched(content: Fields) -> tuple[Text, Block]:
    """What to watch by the end of the stated term, or within a year: a signature, new talks, leaders, a charge."""
    found = content["explanation"]["watched"]
    within, posts = years(found["horizon"]), found["posts"]
    when = "the end of the stated term" if found["is_term"] else f"within {years(found['months'])}"
    said = text(
        f"By {{day}}, {when}: a signature would itself be the formal agreement; the forecast gives it {{signed}}. If "
        f"the arrangement is still observed then and nothing else has become known, the model gives {{before}} within "
        f"{within} of that day; with one of these by then:",
        day=day(found["day"]),
        signed=chance(found["signed_by_then"]),
        before=chance(posts[0]["before"]),
    )
    return said, items(
        text(
            "if {what}: **{after}** ({points} points).",
            what=post["what"],
            after=chance(post["after"]),
            points=points(post["after"] - post["before"]),
        )
        for post in posts
    )


def _signpost(post: Fields) -> Text:
    return text(
        "If it were known that {what}, the model would give **{after}** ({points} points).",
        what=post["what"],
        after=chance(post["after"]),
        points=points(post["after"] - post["before"]),
    )
