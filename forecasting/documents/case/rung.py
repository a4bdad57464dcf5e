"""Where the case stands on the way to a binding text, who else stood there, and what a step would change."""

from collections.abc import Iterator, Sequence
from typing import Final

from forecasting.documents.blocks import Aside, Block, Cell, Fold, Section, Text
from forecasting.documents.case.evidence import marks
from forecasting.documents.compose import aside, badge, chart, joined, section, table, text
from forecasting.documents.quantities import chance, count, day, interval, points, share
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import LADDER_NAMES, PAST, TOO_FEW, level_words, years
from forecasting.record.vocabulary import CAUSES, LADDER_LEVELS

FIRST_SCREEN: Final = 90
UNCODED: Final = "No step is coded for this case: it is forecast from everything else, as if it stood there."
ENDS: Final = ("Formalized", "Collapsed", "Faded")


def where_it_stands(content: Fields) -> Section:
    """Both ladders of the case, what became of past cases on its rung, and the nearest of them."""
    here = content["rung"]["here"]
    return section(
        joined([*_ladders(content), *_looked(content)], " "),
        _steps(content),
        None if here["is_coded"] else text(UNCODED),
        _longest(content),
        _shares(content),
        _nearest(content),
    )


def _ladders(content: Fields) -> Iterator[Text]:
    """The level of each ladder on the day, in words."""
    kind, here = content["case"]["facts"]["type"], content["rung"]["here"]
    for ladder, rows in content["situation"]["ladders"]["rows"].items():
        name = f"**{LADDER_NAMES[ladder]}:**"
        if rows:
            row = rows[-1]
            yield text(
                f"{name} level {row['level']} of {LADDER_LEVELS[ladder]}, {{status}} ({{words}}), since {{day}}."
                "{marks}",
                status=row["status"],
                words=level_words(ladder, row["level"], kind),
                day=day(row["date"]),
                marks=marks(content, row["sources"]),
            )
        elif ladder == "formalization":
            words = level_words(ladder, here["level"], kind)
            yield text(f"{name} no step is known; counted as level {here['level']} ({{words}}).", words=words)


def _looked(content: Fields) -> Iterator[Text]:
    """Until when somebody looked, where that is not the day itself."""
    until = content["situation"]["ladders"]["until"]
    if until != content["as_of"]:
        yield text("Acts looked for until {day}.", day=day(until))


def _steps(content: Fields) -> Block | None:
    """Both ladders of the case from its start, with the rows as a table."""
    found = content["situation"]["ladders"]
    if not any(found["rows"].values()):
        return None
    rows: list[list[Cell]] = [
        [
            LADDER_NAMES[ladder],
            day(row["date"]),
            f"{row['level']}, {row['status']}",
            text("{evidence}{marks}", evidence=row["evidence"], marks=marks(content, row["sources"])),
            f"{row['confidence']}{', on an unconfirmed act' if row['unconfirmed'] else ''}",
        ]
        for ladder, listed in found["rows"].items()
        for row in listed
    ]
    return chart(
        "ladders",
        {"ladders": plain(found["rows"]), "until": plain(found["until"])},
        text("Levels of the two ladders since the start, until {day}.", day=day(found["until"])),
        table("Steps on the two ladders", ["Ladder", "Date", "Level", "What was known", "Confidence"], rows),
    )


def _rung_words(content: Fields) -> str:
    here = content["rung"]["here"]
    return f"level {here['level']}, {here['status']}"


def _shares(content: Fields) -> Block:
    """What became of past cases after a landmark on the rung."""
    listed = content["rung"]["shares"]
    if not listed or not any(row["n"] for row in listed):
        return text(f"No past case is known to have stood on this rung ({_rung_words(content)}).")
    rows: list[list[Cell]] = [
        [
            years(row["months"]),
            *(_share(row[name]) for name in ("went_on", *CAUSES)),
            text("{n} ({n_cases})", n=count(row["n"]), n_cases=count(row["n_cases"])),
        ]
        for row in listed
    ]
    return table(
        f"What became of past cases on this rung ({_rung_words(content)})",
        ["Within", "Went on", *ENDS, "Landmarks (cases)"],
        rows,
    )


def _longest(content: Fields) -> Text | None:
    """The share that went on within the longest window that is not too thin."""
    told = [row for row in content["rung"]["shares"] if row["went_on"] is not None]
    if not told:
        return None
    row = told[-1]
    return text(
        "Of {n} past landmarks on this rung ({n_cases} cases) **{went_on}** went on within "
        f"{years(row['months'])}, {{formalized}} to a formal agreement; {{collapsed}} collapsed, {{faded}} faded.",
        **{name: count(row[name]) for name in ("n", "n_cases")},
        **{name: share(row[name]) for name in ("went_on", *CAUSES)},
    )


def _share(value: float | None) -> Cell:
    return aside(TOO_FEW) if value is None else share(value)


def _nearest(content: Fields) -> Block | None:
    """Past cases on the same rung, the nearest in age and strain first."""
    listed = content["rung"]["nearest"]
    if not listed:
        return None
    rows = [
        [
            text("{name}{alike}", name=near["name"], alike=aside(_alike(near))),
            text("{day}, {age} months old", day=day(near["day"]), age=count(near["age_months"])),
            text("{strain}", strain=count(near["strain"])),
            _later(near),
            _ended(near),
        ]
        for near in listed
    ]
    head = ["Case", "On this rung", "Strain then", "Highest level later", "How it ended"]
    return table("Nearest past cases on the same rung", head, rows)


def _alike(near: Fields) -> str:
    told = [words for name, words in (("same_parties", "same parties"), ("same_type", "same form")) if near[name]]
    return f" {', '.join(told)}" if told else ""


def _later(near: Fields) -> Text:
    if near["rise"] is None:
        return text("{level}, no rise", level=count(near["highest"]))
    return text("{level}, first rise {day}", level=count(near["highest"]), day=day(near["rise"]))


def _ended(near: Fields) -> Cell:
    if not near["cause"]:
        return "not known to have ended"
    return text("{how} {day}", how=badge(near["cause"], PAST[near["cause"]]), day=day(near["end"]))


def signposts(content: Fields) -> Section:
    """Steps on the way to a binding text, and the forecast with each by a later day."""
    shown = _horizons(content)
    tables = {plain(by["days"]): _by(content, by, shown) for by in content["rung"]["steps"]["by"]}
    first = tables.pop(FIRST_SCREEN)
    folds = (Fold(summary=f"The same within {days} days", blocks=(each,)) for days, each in tables.items())
    return section(_now(content, shown[-1]), first, *folds)


def _now(content: Fields, place: int) -> Text:
    now = content["rung"]["steps"]["now"]
    return text(
        f"As of now the forecast within {years(content['horizons'][place])} is {{formalized}} for a formal agreement, "
        "{collapsed} for a collapse and {faded} for fading.",
        **{cause: chance(now[cause][place]) for cause in CAUSES},
    )


def _horizons(content: Fields) -> Sequence[int]:
    """Positions of the horizons shown for a formal agreement: a year where it is asked for, and the headline's last."""
    horizons, headline = list(content["horizons"]), content["headline"]["horizon"]
    return [place for place, months in enumerate(horizons) if months == 12 and months < headline] + [
        horizons.index(headline)
    ]


def _by(content: Fields, by: Fields, shown: Sequence[int]) -> Block:
    within = [years(content["horizons"][place]) for place in shown]
    rows: list[list[Cell]] = []
    for step in by["steps"]:
        cells = [_moved(step, CAUSES[0], place) for place in shown]
        cells += [_moved(step, cause, shown[-1]) for cause in CAUSES[1:]]
        rows.append([_what(step), *(Aside(text=each) if step["outside"] else each for each in cells), _cases(step)])
    head = [
        f"If within {by['days']} days",
        *(f"Formal within {words}" for words in within),
        f"Collapse within {within[-1]}",
        f"Fading within {within[-1]}",
        "Past cases from as low, of all",
    ]
    return table(f"The forecast with one step within {by['days']} days", head, rows)


def _what(step: Fields) -> Cell:
    if not step["what"]:
        return text("it goes on, and nothing more is known")
    said = text(f"{step['what']} {{rung}}", rung=aside(f"level {step['level']}{_unless_active(plain(step['status']))}"))
    return Aside(text=said) if step["outside"] else said


def _unless_active(status: str) -> str:
    return "" if status == "active" else f", {status}"


def _moved(step: Fields, cause: str, place: int) -> Text:
    """The forecast of a cause with the step, and by how much it moved; a dash where the horizon is over by the day."""
    then, before = step["then"][cause][place], step["before"][cause][place]
    if then is None:
        return text("\N{EN DASH}")
    if cause != CAUSES[0]:
        return text("{then}\n{move}", then=chance(then), move=points(then - before))
    bounds = {name: step[name][cause][place] for name in ("lower", "upper", "move_lower", "move_upper")}
    return text(
        "**{then}** {range}\n{move} {about}",
        then=chance(then),
        range=aside("({range})", range=interval("chance", bounds["lower"], bounds["upper"])),
        move=points(then - before),
        about=aside("({range})", range=interval("points", bounds["move_lower"], bounds["move_upper"])),
    )


def _cases(step: Fields) -> Cell:
    if not step["what"]:
        return ""
    said = text("{moved} of {stood}", moved=count(step["n_moved"]), stood=count(step["n_stood"]))
    return Aside(text=joined([said, text("too few")], ", ")) if step["outside"] else said
