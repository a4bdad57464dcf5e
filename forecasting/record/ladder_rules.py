"""Constraints on the ladders: levels, statuses, days, and the acts that moved them."""

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from forecasting.record.reading import RawTable
from forecasting.record.rules import Findings, coarse
from forecasting.record.values import days_of
from forecasting.record.vocabulary import LADDER_LEVELS, LADDER_STATUSES
from forecasting.store.errors import Fault

Frames = Mapping[str, pd.DataFrame]
LOOK_UP = "see the ladder in data/README.md"


def ladder_faults(ladders: RawTable, frames: Frames, data_end: date) -> list[Fault]:
    """Faults of the ladders.

    Parameters
    ----------
    ladders : RawTable
        Rows of `ladders.csv`.
    frames : mapping of str to pandas.DataFrame
        Text of `cases` and of the outcomes `concluded`, both by case_id, and `events`, each key once.
    data_end : date
        Last day that the record covers.

    Returns
    -------
    list of Fault
        In no order.
    """
    if ladders.cells.empty:
        return []
    findings, cells = Findings(ladders), ladders.cells
    _row_faults(findings, frames, data_end)
    _first_row_faults(findings, frames)
    _act_faults(findings, frames["events"])
    findings.add(
        (cells["events"] == "") & (cells["source_id"] == "") & (cells["confidence"] != "low"),
        "an act or a source for a row whose confidence is not low",
        "events",
        "source_id",
        "confidence",
        do="name the act that moved the ladder, or where it is told, or set confidence to low",
    )
    return findings.faults


def reading_faults(readings: RawTable, frames: Frames, data_end: date) -> list[Fault]:
    """Faults of alternative readings of the ladders, each as a row of its own; see `ladder_faults`."""
    findings = Findings(readings)
    _row_faults(findings, frames, data_end)
    return findings.faults


def named_acts(cells: "pd.Series[str]", events: pd.DataFrame) -> pd.DataFrame:
    """Acts named in cells of keys: the `line` of the cell, and of each act the columns of `events` and its days.

    `day` is the day of the act, `counts` the first on which it counts. Acts that are not there are left out.
    """
    long = cells[cells != ""].str.split(";").explode()
    named = pd.DataFrame({"line": np.asarray(long.index, dtype=np.int64), "event_id": long.to_numpy()})
    known = events[events["event_id"].isin(set(named["event_id"]))]
    late = pd.to_timedelta((known["known_late"] == "1").astype("int64"), unit="D")
    known = known.assign(day=days_of(known["event_date"]), counts=days_of(known["known_date"]) + late)
    return named.merge(known, on="event_id").sort_values(["line", "event_id"])


def _of_case(cells: pd.DataFrame, frame: pd.DataFrame, column: str) -> "pd.Series[pd.Timestamp]":
    """A day of the case of each row."""
    return days_of(cells["case_id"].map(frame[column]))


def value_faults(findings: Findings) -> None:
    """Levels and statuses that the ladder does not have."""
    cells = findings.raw.cells
    level = pd.to_numeric(cells["level"], errors="coerce")
    for ladder, statuses in LADDER_STATUSES.items():
        own, top = cells["ladder"] == ladder, LADDER_LEVELS[ladder]
        findings.add(own & (level > top), f"a level of {ladder} from 0 to {top}", "ladder", "level", do=LOOK_UP)
        wrong = own & ~cells["status"].isin(statuses)
        findings.add(wrong, f"a status of {ladder} out of {', '.join(statuses)}", "ladder", "status", do=LOOK_UP)
    findings.add(
        (cells["status"] == "none") & (level > 0),
        "level 0 where the status is none",
        "level",
        "status",
        do="use none where no effort was ever made, else active, stalled or broken",
    )


def coarse_faults(findings: Findings) -> None:
    """Coarse dates inside their month or year."""
    findings.add(
        coarse(findings.day("date"), findings.raw.cells["precision"]),
        "a coarse date at the end of its month or year",
        "date",
        "precision",
        do="move it to the last day",
    )


def place_faults(findings: Findings, frames: Frames, column: str = "date") -> None:
    """Days before the start was known, from the ending on, or after the last look at an open case."""
    cells, day = findings.raw.cells, findings.day(column)
    known = _of_case(cells, frames["cases"], "start_known_date")
    end = _of_case(cells, frames["concluded"], "end_date")
    looked = _of_case(cells, frames["concluded"], "looked_until")
    for wrong, expected, days, do in (
        (day < known, "no row before {}, when the start became known", known, "give the level of that day"),
        (day >= end, "no row from {} on, when the case ended", end, "leave the ending to outcomes.csv"),
        (
            end.isna() & (day > looked),
            "no row after {}, until when somebody looked",
            looked,
            "move looked_until of the case if somebody looked further",
        ),
    ):
        findings.add_against(wrong, expected, days, "ladder", column, do=do)


def _row_faults(findings: Findings, frames: Frames, data_end: date) -> None:
    """Single rows: level, status, and days against those of the case."""
    day = findings.day
    value_faults(findings)
    coarse_faults(findings)
    findings.add(
        day("known_date") < day("date"),
        "known_date on or after date",
        "date",
        "known_date",
        do="date the row by what was known",
    )
    late = day("known_date") > pd.Timestamp(data_end)
    findings.add(late, f"known by data_end {data_end}", "known_date", do="leave the row out until data_end is later")
    place_faults(findings, frames)


def _first_row_faults(findings: Findings, frames: Frames) -> None:
    """Ladders that begin after the start of their case became known."""
    cells, day = findings.raw.cells, findings.day("date")
    known = _of_case(cells, frames["cases"], "start_known_date")
    first = day == day.groupby([cells["case_id"], cells["ladder"]]).transform("min")
    late = first & (day > known) & ~cells.duplicated(["case_id", "ladder", "date"])
    expected = "the first row of a ladder on {}, when the start became known"
    findings.add_against(late, expected, known, "ladder", "date", do="add the level of that day")


def _act_faults(findings: Findings, events: pd.DataFrame) -> None:
    """Acts that cannot have moved the ladder: of another case, the ending, later, or known later."""
    cells = findings.raw.cells
    named = named_acts(cells["events"], events)
    own = {name: named["line"].map(values) for name, values in (
        ("case_id", cells["case_id"]), ("date", findings.day("date")), ("known_date", findings.day("known_date")),
    )}  # fmt: skip
    foreign, ending = named["case_id"] != own["case_id"], named["is_ending"] == "1"
    later, unknown = named["day"] > own["date"], named["counts"] > own["known_date"]
    for row, *wrong in zip(named.itertuples(), foreign, ending, later, unknown & ~later, strict=True):
        told = (
            ("an act of the same case", f"{row.event_id} of {row.case_id}", "name an act of this case, or its source"),
            ("no act that ends the case", f"{row.event_id}", "leave the ending to outcomes.csv"),
            ("an act not later than date", f"{row.event_id} of {row.event_date}", "date the row by its act"),
            (
                "an act that counts by known_date",
                f"{row.event_id}, which counts from {row.counts!s:.10}",
                "move known_date to that day",
            ),
        )
        for fault, (expected, got, do) in zip(wrong, told, strict=True):
            if fault:
                findings.tell(int(row.line), expected, got, do)
