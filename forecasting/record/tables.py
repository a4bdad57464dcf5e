"""Tables of the record as known on a day; what became known later is not in them."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from forecasting.record.corrections import corrected_tables
from forecasting.record.reading import RawRecord
from forecasting.record.reads import NOTHING, columns_of, note, recording, together
from forecasting.record.schema import KNOWN_DAY, TABLES
from forecasting.record.series_schema import SERIES_KNOWN
from forecasting.record.tracked import Tracked
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import LeakageError, UsageError, shown

ENDING_FIELDS = ("cause", "end_date", "end_precision", "end_known_date", "fade", "concluded_date", "in_force_date",
                 "instrument", "successor", "aftermath")  # fmt: skip


@dataclass(frozen=True)
class KnownTables:
    """Tables of the record as of a day, with rows known by then alone. Days are pandas timestamps.

    Attributes
    ----------
    as_of : date
        The day; not after the record's `data_end`.
    record : RawRecord
        Tables as text.
    """

    as_of: date
    record: RawRecord = field(repr=False)

    def __post_init__(self) -> None:
        if self.as_of > self.record.data_end:
            raise LeakageError(
                f"expected a day up to {self.record.data_end}, where the record ends (data_end), got {self.as_of}"
            )

    @cached_property
    def _tables(self) -> dict[str, Tracked]:
        with recording():
            return self._known(self._typed(), pd.Timestamp(self.as_of))

    def _typed(self) -> dict[str, Tracked]:
        """Every table in full, corrected as of the day; the columns of a corrected table depend on the corrections."""
        changed = corrected_tables(self.record, self.as_of)
        corrected = set(self.record.tables["corrections"].cells["table"])
        corrected |= {"ladders"} if "events" in corrected else set()
        corrections = together(*columns_of("corrections").values())
        return {
            name: Tracked(
                changed.get(name, raw).typed_cells(),
                {
                    column: together(own, corrections if name in corrected else NOTHING)
                    for column, own in columns_of(name).items()
                },
            )
            for name, raw in self.record.tables.items()
            if name not in SERIES_KNOWN
        }

    @cached_property
    def _series(self) -> dict[str, pd.DataFrame]:
        """Series read so far."""
        return {}

    def series(self, name: str) -> pd.DataFrame:
        """Rows of a series that were known; the end of what goes on is missing.

        Parameters
        ----------
        name : str
            One of `series_schema.SERIES`.

        Returns
        -------
        pandas.DataFrame
            With the columns of its table.
        """
        if name not in self._series:
            day, rows = pd.Timestamp(self.as_of), self.record.tables[name].typed_cells()
            known = rows[rows[SERIES_KNOWN[name]] <= day].reset_index(drop=True)
            if "end_date" in known:
                known["end_date"] = known["end_date"].where(known["end_date"] <= day)
            self._series[name] = known
        note(together(*columns_of(name).values()))
        return self._series[name]

    def _known(self, tables: dict[str, Tracked], day: pd.Timestamp) -> dict[str, Tracked]:
        """Rows of the tables known on the day."""
        rules: dict[str, Callable[[Tracked], Any]] = {
            "cases": lambda rows: rows[KNOWN_DAY["cases"]] <= day,
            "events": lambda rows: (counts_from(rows) <= day) & (rows["is_ending"] == 0),
            "ladders": lambda rows: rows[KNOWN_DAY["ladders"]] <= day,
            "calendar": lambda rows: rows[KNOWN_DAY["calendar"]] <= day,
            "alternatives": lambda rows: rows[KNOWN_DAY["alternatives"]] <= day,
            "warheads": lambda rows: rows["year"] < day.year,
        }
        known = tables | {name: tables[name].where_known(rule) for name, rule in rules.items()}
        for name in ("outcomes", "events", "ladders", "calendar", "alternatives", "coding", "case_sources"):
            known[name] = known[name].where_known(lambda rows: rows["case_id"].isin(known["cases"]["case_id"]))
        claims = tables["claims"].where_known(lambda rows: rows["claim_id"].isin(known["events"]["claim_id"]))
        return known | {"claims": claims, "outcomes": _known_outcomes(known["outcomes"], day)}

    def tracked(self, name: str) -> Tracked:
        """A table with the provenance of its columns; the properties return it plain while no recorder is open."""
        return self._tables[name]

    @property
    def cases(self) -> pd.DataFrame:
        """Cases whose start was known."""
        return self._tables["cases"].handed_out()

    @property
    def outcomes(self) -> pd.DataFrame:
        """One row per known case and target: the ending once known, and up to the day the last sight and last look.

        They are `last_seen`, with `last_observed_source` once that sight has come, and `looked_until`.
        """
        return self._tables["outcomes"].handed_out()

    @property
    def events(self) -> pd.DataFrame:
        """Known events; never the ending act."""
        return self._tables["events"].handed_out()

    @property
    def claims(self) -> pd.DataFrame:
        """Unconfirmed reports on which known acts rest."""
        return self._tables["claims"].handed_out()

    @property
    def ladders(self) -> pd.DataFrame:
        """Known changes of level and status on the ladders."""
        return self._tables["ladders"].handed_out()

    @property
    def calendar(self) -> pd.DataFrame:
        """Announcements made by the as-of day."""
        return self._tables["calendar"].handed_out()

    @property
    def alternatives(self) -> pd.DataFrame:
        """Alternative codings arguable by the as-of day."""
        return self._tables["alternatives"].handed_out()

    @property
    def coding(self) -> pd.DataFrame:
        """Sampling and coding of the known cases; not for features."""
        return self._tables["coding"].handed_out()

    @property
    def parties(self) -> pd.DataFrame:
        """States and other actors."""
        return self._tables["parties"].handed_out()

    @property
    def sources(self) -> pd.DataFrame:
        """Sources of the record."""
        return self._tables["sources"].handed_out()

    @property
    def case_sources(self) -> pd.DataFrame:
        """Sources of each known case."""
        return self._tables["case_sources"].handed_out()

    @property
    def warheads(self) -> pd.DataFrame:
        """Stockpiled warheads by state, for complete years."""
        return self._tables["warheads"].handed_out()

    def outcome(self, case_id: str, target: str = TARGETS[0]) -> "pd.Series[Any]":
        """Outcome row of a known case under `target`, as known."""
        rows = self.outcomes
        return rows[(rows["case_id"] == case_id) & (rows["target"] == target)].iloc[0]

    def open_case_ids(self, target: str = TARGETS[0]) -> list[str]:
        """Ids of the cases not known to have ended under `target`, sorted."""
        rows = self.outcomes
        return sorted(rows.loc[(rows["target"] == target) & (rows["cause"] == ""), "case_id"])

    def unknown_case(self, case_id: str) -> UsageError:
        """Error for a case that is not in the record, or not yet known."""
        changed = corrected_tables(self.record, self.as_of)
        every = changed.get("cases", self.record.tables["cases"]).cells.set_index("case_id")
        if case_id in every.index:
            known = every["start_known_date"][case_id]
            return UsageError(f"expected a day from {known} on, when {case_id} became known, got {self.as_of}")
        near = difflib.get_close_matches(case_id[:80].lower(), every.index, n=3, cutoff=0.0)
        return UsageError(
            f"expected the case_id of a case in the record, got {shown(case_id)}; did you mean {', '.join(near)}?"
        )


def counts_from(events: pd.DataFrame) -> "pd.Series[Any]":
    """First day on which each event counts: the day it became known, or the next where that was late in the day."""
    return events[KNOWN_DAY["events"]] + pd.to_timedelta(events["known_late"], unit="D")


def _known_outcomes(outcomes: Tracked, day: pd.Timestamp) -> Tracked:
    """Outcomes with endings not known on `day` blanked, and `last_seen`, the last sight by `day`.

    An alternative coding moves a sight or an ending alone: whoever told it had looked until then.
    """
    with recording() as ending:
        open_still = ~(outcomes[KNOWN_DAY["outcomes"]] <= day)
    rows = outcomes.plain.copy()
    for name in ENDING_FIELDS:
        rows.loc[open_still, name] = pd.NaT if TABLES["outcomes"].column(name).kind == "day" else ""
    looked = rows[["looked_until", "last_observed_date", "end_known_date"]].max(axis=1)
    rows["looked_until"] = looked.where(looked <= day, day)
    seen = rows["last_observed_date"]
    rows["last_seen"] = seen.where(seen <= day, day)
    rows.loc[~(seen <= day), "last_observed_source"] = ""
    origins = {
        name: together(own, ending.reads if name in ENDING_FIELDS else NOTHING)
        for name, own in outcomes.origins.items()
    }
    sight = origins["last_observed_date"]
    origins["last_seen"] = sight
    origins["last_observed_source"] = together(origins["last_observed_source"], sight)
    origins["looked_until"] = together(origins["looked_until"], sight, origins["end_known_date"])
    return Tracked(rows.drop(columns=["last_observed_date", "end_known_assumed"]), origins)
