"""The tables of the record as they were known on a day. Nothing that became known later is in them."""

import difflib
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from forecasting.record.checks import corrected_tables
from forecasting.record.columns import typed
from forecasting.record.reading import RawRecord
from forecasting.record.schema import TABLES
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import LeakageError, UsageError, shown

ENDING_FIELDS = ("cause", "end_date", "end_precision", "end_known_date", "fade", "concluded_date", "in_force_date",
                 "instrument", "successor", "aftermath")  # fmt: skip


@dataclass(frozen=True)
class KnownTables:
    """Tables of the record as of a day, each holding only rows known by then.

    `cases` (start known), `outcomes` (an ending shows once it is known; before that the case goes on), `events`
    (known, never the ending act), `calendar` (announced), `alternatives` (arguable by then), and the vocabularies
    `parties`, `sources`, `case_sources`, `coding`, `warheads` (years that have ended). Days are pandas timestamps.
    """

    as_of: date
    record: RawRecord = field(repr=False)

    def __post_init__(self) -> None:
        if self.as_of > self.record.data_end:
            raise LeakageError(
                f"wanted a day up to {self.record.data_end}, where the record ends (data_end); came {self.as_of}"
            )

    @cached_property
    def _tables(self) -> dict[str, pd.DataFrame]:
        day = pd.Timestamp(self.as_of)
        changed = corrected_tables(self.record, self.as_of.isoformat())
        tables = {name: typed(changed.get(name, raw).cells, raw.table) for name, raw in self.record.tables.items()}
        events = tables["events"]
        known = {
            "cases": tables["cases"]["start_known_date"] <= day,
            "events": (counts_from(events) <= day) & (events["is_ending"] == 0),
            "calendar": tables["calendar"]["announced_date"] <= day,
            "alternatives": tables["alternatives"]["known_date"] <= day,
            "warheads": tables["warheads"]["year"] < day.year,
        }
        for name, mask in known.items():
            tables[name] = tables[name][mask].reset_index(drop=True)
        visible = set(tables["cases"]["case_id"])
        for name in ("outcomes", "events", "calendar", "alternatives", "coding", "case_sources"):
            tables[name] = tables[name][tables[name]["case_id"].isin(visible)].reset_index(drop=True)
        tables["outcomes"] = _known_outcomes(tables["outcomes"], day)
        return tables

    @property
    def cases(self) -> pd.DataFrame:
        """Cases whose start was known."""
        return self._tables["cases"]

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row per known case and target: the ending, if it was known, and `last_seen`."""
        return self._tables["outcomes"]

    @property
    def events(self) -> pd.DataFrame:
        """Events that count on the as-of day."""
        return self._tables["events"]

    @property
    def calendar(self) -> pd.DataFrame:
        """Announcements made by the as-of day."""
        return self._tables["calendar"]

    @property
    def alternatives(self) -> pd.DataFrame:
        """Alternative codings that could be argued by the as-of day."""
        return self._tables["alternatives"]

    @property
    def coding(self) -> pd.DataFrame:
        """Sampling and coding of the known cases; not for features."""
        return self._tables["coding"]

    @property
    def parties(self) -> pd.DataFrame:
        """States and other actors."""
        return self._tables["parties"]

    @property
    def sources(self) -> pd.DataFrame:
        """Sources of the record."""
        return self._tables["sources"]

    @property
    def case_sources(self) -> pd.DataFrame:
        """Sources of each known case."""
        return self._tables["case_sources"]

    @property
    def warheads(self) -> pd.DataFrame:
        """Stockpiled warheads by state for the years that had ended."""
        return self._tables["warheads"]

    def outcome(self, case_id: str, target: str = TARGETS[0]) -> "pd.Series[Any]":
        """The outcome row of a known case under `target`, as known."""
        rows = self.outcomes
        return rows[(rows["case_id"] == case_id) & (rows["target"] == target)].iloc[0]

    def open_case_ids(self, target: str = TARGETS[0]) -> list[str]:
        """Cases not known to have ended under `target`, sorted."""
        rows = self.outcomes
        return sorted(rows.loc[(rows["target"] == target) & (rows["cause"] == ""), "case_id"])

    def unknown_case(self, case_id: str) -> UsageError:
        """The error for a case that is not in the record, or was not known by the day."""
        changed = corrected_tables(self.record, self.as_of.isoformat())
        every = changed.get("cases", self.record.tables["cases"]).cells.set_index("case_id")
        if case_id in every.index:
            known = every["start_known_date"][case_id]
            return UsageError(f"wanted a day from {known} on, when {case_id} became known; came {self.as_of}")
        near = difflib.get_close_matches(case_id[:80], every.index, n=3, cutoff=0.0)
        return UsageError(
            f"wanted the case_id of a case in the record; came {shown(case_id)}; nearest: {', '.join(near)}"
        )


def counts_from(events: pd.DataFrame) -> "pd.Series[Any]":
    """The first day on which each event counts: the day it became known, or the day after where that was late."""
    return events["known_date"] + pd.to_timedelta(events["known_late"], unit="D")


def _known_outcomes(outcomes: pd.DataFrame, day: pd.Timestamp) -> pd.DataFrame:
    """Outcomes with endings not yet known on `day` blanked, and `last_seen`, the last sight by `day`."""
    rows = outcomes.copy()
    open_still = ~(rows["end_known_date"] <= day)
    for name in ENDING_FIELDS:
        rows.loc[open_still, name] = pd.NaT if TABLES["outcomes"].column(name).kind == "day" else ""
    seen = rows["last_observed_date"]
    rows["last_seen"] = seen.where(seen <= day, day)
    return rows.drop(columns=["last_observed_date", "end_known_assumed"])
