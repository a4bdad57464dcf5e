"""Both ladders of the case as steps, and who else stood on its rung."""

from typing import Final

from forecasting.documents.blocks import Block, Cell, Section, Text
from forecasting.documents.compose import badge, chart, section, table, text
from forecasting.documents.quantities import count, day
from forecasting.documents.values import Fields, plain
from forecasting.documents.wording import PAST

MOST_NEAR: Final = 3


def where_it_stands(content: Fields) -> Section:
    """Both ladders as steps, and the nearest past cases on the rung."""
    return section(_steps(content), _nearest(content))


def rung_words(content: Fields) -> str:
    """The rung for which the forecast takes the case, in words."""
    here = content["rung"]["here"]
    return f"level {here['level']}, {here['status']}"


def _steps(content: Fields) -> Block | None:
    """The way to a binding text and the strain, step by step; none where no step is known."""
    ladders = content["situation"]["ladders"]
    if not any(ladders["rows"].values()):
        return None
    caption = text("Steps on both ladders until {day}; dashed where nothing moves.", day=day(ladders["until"]))
    return chart("ladders", {"ladders": plain(ladders["rows"]), "until": plain(ladders["until"])}, caption)


def _nearest(content: Fields) -> Block:
    """Past cases on the same rung, the nearest in age and strain first."""
    listed = content["rung"]["nearest"][:MOST_NEAR]
    if not listed:
        return text(f"No past case is known to have stood on this rung ({rung_words(content)}).")
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
