"""The registered verdict, the lines that bound hindsight, and the claim, from rows of `skill.csv` and `lines.csv`.

The rule itself: `forecasting.scores.verdict`.
"""

import math
from collections.abc import Iterable
from typing import Final

from forecasting.backtest.origins import PERIODS
from forecasting.documents.blocks import Cell, Table, Text
from forecasting.documents.calibration_tables import slope_figure
from forecasting.documents.compose import joined, table, text
from forecasting.documents.quantities import count, name, quote, share
from forecasting.documents.skill_tables import (
    DESIGNS,
    FORMALIZED,
    REGISTERED_SECOND,
    SAMPLES,
    WEIGHTS,
    Row,
    chosen,
    skill_cell,
    skill_figure,
    skill_rows,
)
from forecasting.documents.wording import years
from forecasting.scores.verdict import EXPECTED_HALF_WIDTHS, Verdict, is_above_zero, lowest, verdict

DESIGN: Final = "cluster"
FRESH_TEST: Final = "fresh"
"""Design of the fresh test, and its sample."""
POOLED: Final = "reserved and fresh"
LATE: Final = "all rungs six months late"
COMPARISON: Final = "all rows, same landmarks"
WITHIN: Final = "12"
CURRENT: Final = list(PERIODS)[-1]
WORDS: Final = {"suspect": "suspect, so that a leak is to be looked for first"}


def registered_verdict(skill: Iterable[Row]) -> Verdict | None:
    """Verdict on the ladder forecast by rows of `skill.csv`; None where the design `cluster` has none."""
    rows = list(skill)
    whole, reserved = (_registered(rows, sample) for sample in ("all", "reserved"))
    if whole is None:
        return None
    return verdict(_number(whole, "skill"), _number(whole, "lower95"), _number(reserved, "skill"))


def verdict_words(skill: Iterable[Row]) -> Text | None:
    """The verdict as sentences; None without rows."""
    rows = list(skill)
    found, whole, reserved = registered_verdict(rows), _registered(rows, "all"), _registered(rows, "reserved")
    if found is None or whole is None:
        return None
    said = (
        f"**Skill on formalization is shown, and it is {WORDS.get(found.size, found.size)}:**"
        if found.is_shown
        else f"**No skill on formalization is shown{_reason(whole, reserved)}:**"
    )
    return text(
        f"{said} {{skill}} over the base rate, {DESIGNS[DESIGN]}. The reserved half, of which no case was forecast by "
        "the ladder before the registration, has {reserved}; half of its interval was expected to be {half}, so that "
        "it has no verdict of its own.",
        skill=skill_figure(whole), reserved=skill_figure(reserved), half=share(EXPECTED_HALF_WIDTHS["reserved"]),
    )  # fmt: skip


def fresh_words(skill: Iterable[Row], slope: Iterable[Row]) -> Text | None:
    """What the fresh test of the registration says, from its rows of `skill.csv` and `slope.csv`; None without rows."""
    rows = list(skill)
    found, pooled = (_registered(rows, sample, design=FRESH_TEST) for sample in (FRESH_TEST, POOLED))
    slopes = chosen(slope, design=FRESH_TEST, sample=FRESH_TEST, cause=FORMALIZED)
    if found is None or found["skill"] is None or not slopes:
        return None
    said = (
        "The fresh test confirms it"
        if is_above_zero([found["lower95"]])
        else "The fresh test agrees in sign, and shows no skill by itself"
        if found["skill"] > 0
        else "The fresh test does not confirm it"
    )
    return text(
        f"**{said}:** on {{n}} cases, coded after the registration and forecast by models that had learned from none "
        "of them, the skill is {skill}, with the reserved half {pooled}; the slope of (outcome - base rate) on "
        "(forecast - base rate), ideally one, is {slope}.",
        n=count(found["n_cases"]), skill=skill_figure(found), pooled=skill_figure(pooled),
        slope=slope_figure(slopes[0]),
    )  # fmt: skip


def present_words(skill: Iterable[Row]) -> Text | None:
    """Skill on formalization over the whole record as it is now, which is no registered test; None without rows."""
    rows = list(skill)
    found = [(design, _registered(rows, "all", design=design)) for design in REGISTERED_SECOND]
    told = [text(f"{{skill}} ({DESIGNS[design]})", skill=skill_figure(row)) for design, row in found if row is not None]
    if not told:
        return None
    return text("On the whole record as it is now, which is no registered test, it is {figures}.", figures=joined(told))


def verdict_table(skill: Iterable[Row]) -> Table | None:
    """The primary figure over all cases, each half, first days and fresh cases, with sizes; None without rows."""
    rows = list(skill)
    asked: dict[str, tuple[Row | None, float | None]] = {
        words: (_registered(rows, sample), EXPECTED_HALF_WIDTHS.get(sample)) for sample, words in SAMPLES.items()
    }
    asked[WEIGHTS["start"]] = (_registered(rows, "all", "start"), None)
    asked |= {
        f"{DESIGNS[FRESH_TEST]}: {SAMPLES[sample]}": (_registered(rows, sample, design=FRESH_TEST), None)
        for sample in (FRESH_TEST, POOLED)
    }
    lines: list[list[Cell]] = [
        [words, skill_cell(row), _half_width(row), share(half) if half else "",
         *(count(row[column]) for column in ("n", "n_cases", "n_endings", "n_groups"))]
        for words, (row, half) in asked.items()
        if row is not None
    ]  # fmt: skip
    head = ["Sample", "Skill", "Half of the interval", "Expected beforehand", "Forecasts", "Cases", "Formalized",
            "Groups of related cases"]  # fmt: skip
    return table(f"Primary figure: formalization, {DESIGNS[DESIGN]}", head, lines) if lines else None


def current_period(skill: Iterable[Row]) -> Text | None:
    """How many of the cases forecast in the present period were formalized; None without rows."""
    rows = skill_rows(skill, "period", design=DESIGN, part=CURRENT)
    if not rows:
        return None
    row = rows[0]
    said = "**None of {cases} core cases" if row["n_endings"] == 0 else "{endings} of {cases} core cases"
    end = "**" if row["n_endings"] == 0 else ""
    slots = {"cases": count(row["n_cases"]), "period": name(row["part"])}
    if row["n_endings"] != 0:
        slots["endings"] = count(row["n_endings"])
    return text(f"{said} that were forecast {{period}} became formal within a window that is over.{end}", **slots)


def lowest_line(lines: Iterable[Row]) -> Row | None:
    """The row of the line that bounds hindsight with the least skill over all cases; None where none was scored."""
    of_line = _bounds(lines)
    least = lowest({line: row["skill"] for line, row in of_line.items()})
    return None if least is None else of_line[least]


def claim_words(lines: Iterable[Row]) -> Text | None:
    """What is claimed: the lowest of the lines that bound hindsight, and nothing within a year; None without rows."""
    rows = list(lines)
    row, late = lowest_line(rows), chosen(rows, sample="all", part=WITHIN, line=LATE)
    if row is None:
        return None
    above = "lies above zero" if is_above_zero([row["lower95"]]) else "reaches zero: **under it no skill is shown**"
    within = "skill is claimed" if is_above_zero(one["lower95"] for one in late) else "**no skill is claimed**"
    return text(
        f"Hindsight is bounded, not denied: what is claimed on formalization is the lowest of {{n}} lines. That is "
        f"{{skill}} ({{line}}), whose interval {above}. Within {years(int(WITHIN))} {within}: with every later "
        "row of a ladder counted half a year late the skill there is {late}.",
        n=count(sum(one["skill"] is not None for one in _bounds(rows).values())), skill=skill_figure(row),
        line=quote(row["line"]), late=skill_figure(late[0] if late else None),
    )  # fmt: skip


def lines_table(lines: Iterable[Row], of: str) -> Table | None:
    """Skill on formalization under each line, by sample and within a year; None without rows. `of`: which record."""
    rows = list(lines)
    found: list[list[Cell]] = []
    for line in dict.fromkeys(row["line"] for row in rows):
        of_line = chosen(rows, line=line)
        cells = {
            (sample, part): next(iter(chosen(of_line, sample=sample, part=part)), None)
            for sample, part in (("all", "all"), ("all", WITHIN), ("development", "all"), ("reserved", "all"))
        }
        whole = cells["all", "all"]
        sizes = [count(whole[column]) for column in ("n", "n_cases", "n_endings")] if whole else ["", "", ""]
        found.append([quote(of_line[0]["line"]), *map(skill_cell, cells.values()), *sizes])
    head = ["Line", "Skill, all cases", f"All cases, within {years(int(WITHIN))}", "Development half", "Reserved half",
            "Forecasts", "Cases", "Formalized"]  # fmt: skip
    caption = f"Lines that bound hindsight, {of}: skill on formalization, {DESIGNS[DESIGN]}"
    return table(caption, head, found) if found else None


def _bounds(lines: Iterable[Row]) -> dict[str, Row]:
    """The rows over all cases and horizons by line, without the one that is there for comparison alone."""
    return {row["line"]: row for row in chosen(lines, sample="all", part="all") if row["line"] != COMPARISON}


def _registered(rows: Iterable[Row], sample: str, weights: str = "forecast", design: str = DESIGN) -> Row | None:
    return next(
        iter(skill_rows(rows, score=FORMALIZED, design=design, sample=sample, weights=weights)), None
    )  # fmt: skip


def _number(row: Row | None, column: str) -> float:
    return float(row[column]) if row is not None and row[column] is not None else math.nan


def _half_width(row: Row) -> Cell:
    return "" if row["skill"] is None else share((_number(row, "upper95") - _number(row, "lower95")) / 2.0)


def _reason(whole: Row, reserved: Row | None) -> str:
    """Why none is shown."""
    if math.isnan(_number(whole, "skill")) or math.isnan(_number(reserved, "skill")):
        return ", for want of cases"
    if not is_above_zero([whole["lower95"]]):
        return ", since the interval reaches zero"
    return ", since the reserved half does not agree in sign"
