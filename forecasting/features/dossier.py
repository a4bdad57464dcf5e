"""What was known of a case on a day, ready for features. How the case itself ended is nowhere in it."""

from collections.abc import Collection, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.features.known import KINDS, Acts, Changes, Days, Endings, Flags
from forecasting.features.states import UNNAMED, Counts, States, in_common
from forecasting.record.history import History
from forecasting.record.reads import NotedMapping, noting, recording
from forecasting.record.schema import CASES
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import LeakageError, UsageError

START_COLUMNS: Final = tuple(c for c in CASES.columns if c.name not in ("case_id", "name", "summary", "cluster_id"))


@dataclass(frozen=True, slots=True)
class Dossier:
    """A case on a day: only what was known by then.

    `start` maps the columns of `cases.csv` to values; `parties` are the named principal parties, a state that
    ceased under the code of its successor; `acts` bear on the case itself; `dyad` are acts between its principal
    parties in any case, an act once; `leadership` (n,) are the days on which a principal party's leader changed;
    `endings` are those of other cases; `warheads` maps states to their share of the world's stockpile.
    """

    case_id: str
    day: date
    start: Mapping[str, str | float | None]
    start_day: int
    parties: tuple[str, ...]
    acts: Acts
    dyad: Acts
    leadership: Days
    endings: Endings
    warheads: Mapping[str, float]

    @property
    def today(self) -> int:
        """The day as an ordinal."""
        return self.day.toordinal()

    def fact(self, name: str) -> float:
        """A number of the start; 0 where none was stated."""
        value = self.start[name]
        return value if isinstance(value, float) else 0.0

    def last(self, wanted: Flags) -> float:
        """Day of the last act of these kinds that bears on the case or passed between its principal parties."""
        return max(self.acts.last(wanted), self.dyad.last(wanted))


@dataclass(frozen=True, slots=True)
class _File:
    """Everything the record holds on a case, without any ending: a dossier is cut from it."""

    known: int
    start: Mapping[str, str | float | None]
    start_day: int
    parties: tuple[str, ...]
    acts: Acts
    dyad: Acts
    leadership: Changes


class DossierIndex:
    """Dossiers from one record, for its as-of day and every earlier one.

    Built once from the tables of `history`, so corrections count as of its day. `target` says which endings of
    other cases count as formal.
    """

    def __init__(self, history: History, target: str = TARGETS[0]) -> None:
        self.as_of = history.as_of
        self._history = history
        self._left_out: frozenset[str] = frozenset()
        self._last_known = history.as_of
        with recording() as states:
            cases = history.cases.set_index("case_id", drop=False)
            self._known = pd.Series(_ordinals(cases["start_known_date"]), index=cases.index)
            self._states = States(history.parties)
            self._parties = self._states.counts(cases["parties"])
        with recording(states.reads) as acts:
            self._events = _event_table(history.events, self._known)
            self._own = self._events.groupby("case_id").indices
            self._act = _act_codes(self._events)
            self._once = _first_told(self._act, np.arange(len(self._act)))
            self._acting = self._states.counts(self._events["actor"])
            self._involved = self._states.counts(self._events["actor"] + ";" + self._events["target"])
            self._actor = np.array([self._states.joined(cell) for cell in self._events["actor"]], dtype=object)
            collective = [self._states.is_collective(cell) for cell in self._events["actor"]]
            self._collective = np.array(collective, dtype=bool)
        with recording(states.reads) as endings:
            self._outcomes = _ending_table(history.outcomes, target, cases, self._known)
            self._ended = self._outcomes["case_id"].to_numpy(dtype=object)
            self._kept = np.ones(len(self._outcomes), dtype=bool)
        with recording(states.reads) as warheads:
            self._warheads = _shares_by_year(history.warheads, self._states.lineage)
        self._cases, self._starts = cases.plain, cases.origins
        self._reads = dict.fromkeys(("acts", "dyad", "leadership"), acts.reads) | {
            "start_day": cases.origins["start_date"],
            "parties": states.reads,
            "endings": endings.reads,
            "warheads": warheads.reads,
        }
        self._files: dict[str, _File] = {}
        self._every_ending: dict[str, Endings] = {}
        self._endings: dict[str, Endings] = {}

    def without(self, case_ids: Collection[str]) -> "DossierIndex":
        """The same index with the endings of these cases withheld, as a fold of a validation needs it."""
        other = copy(self)
        other._kept = self._kept & ~self._outcomes["case_id"].isin(list(case_ids)).to_numpy(bool)
        other._endings = {}
        return other

    def leaving_out(self, event_ids: Collection[str]) -> "DossierIndex":
        """The same index as if these events had never been recorded; the same acts told in other cases remain."""
        other = copy(self)
        other._left_out = self._left_out | frozenset(event_ids)
        other._once = _first_told(self._act, np.flatnonzero(~self._events["event_id"].isin(other._left_out)))
        other._files = {}
        return other

    def known_by(self, day: date) -> "DossierIndex":
        """The same index as if nothing had become known after `day`: on later days only clocks tick."""
        other = copy(self)
        other._last_known = min(day, self._last_known)
        return other

    def dossier(self, case_id: str, day: date) -> Dossier:
        """What was known of the case on `day`; `LeakageError` for a day after that of the history."""
        if day > self.as_of:
            raise LeakageError(f"wanted a day up to {self.as_of}, the as-of day of this index; came {day}")
        file, today = self._file(case_id), day.toordinal()
        if today < file.known:
            known = date.fromordinal(file.known)
            raise UsageError(f"wanted a day from {known} on, when {case_id} became known; came {day}")
        last = min(today, self._last_known.toordinal())
        found = Dossier(
            case_id=case_id,
            day=day,
            start=file.start,
            start_day=file.start_day,
            parties=file.parties,
            acts=file.acts.until(last),
            dyad=file.dyad.until(last),
            leadership=file.leadership.until(last).day,
            endings=self._endings_for(case_id).until(last),
            warheads=self._shares_on(date.fromordinal(last)),
        )
        return noting(found, self._reads)

    def _file(self, case_id: str) -> _File:
        if case_id not in self._known.index:
            self._history.case(case_id)
        if case_id not in self._files:
            self._files[case_id] = self._read(case_id)
        return self._files[case_id]

    def _read(self, case_id: str) -> _File:
        row, parties = self._cases.loc[case_id], self._parties[self._cases.index.get_loc(case_id)]
        own = self._own.get(case_id, np.zeros(0, dtype=np.int64))
        if self._left_out:
            own = own[~self._events["event_id"].iloc[own].isin(self._left_out).to_numpy()]
        between = self._once[in_common(self._involved[self._once], parties) > 1]
        return _File(
            known=int(self._known[case_id]),
            start=NotedMapping(_start(row), self._starts),
            start_day=row["start_date"].toordinal(),
            parties=self._states.lines(parties),
            acts=self._acts(own, parties, row["parties"]),
            dyad=self._acts(between, parties, row["parties"]),
            leadership=self._leadership(parties),
        )

    def _acts(self, lines: NDArray[np.int64], parties: Counts, cell: str) -> Acts:
        rows = self._events.iloc[lines]
        theirs = in_common(self._acting[lines], parties) > 0
        return Acts(
            known=rows["known"].to_numpy(np.int64),
            day=rows["day"].to_numpy(np.int64),
            kind=rows["kind"].to_numpy(np.int64),
            actor=self._actor[lines],
            inside=theirs | self._collective[lines] | (UNNAMED in cell.split(";")),
        )

    def _leadership(self, parties: Counts) -> Changes:
        changes = self._once[self._events["kind"].to_numpy()[self._once] == KINDS.index("leadership_change")]
        rows = self._events.iloc[changes[in_common(self._acting[changes], parties) > 0]]
        return Changes(rows["known"].to_numpy(np.int64), rows["day"].to_numpy(np.int64))

    def _endings_for(self, case_id: str) -> Endings:
        if case_id not in self._endings:
            self._endings[case_id] = self._beside(case_id).where(self._kept & (self._ended != case_id))
        return self._endings[case_id]

    def _beside(self, case_id: str) -> Endings:
        """Every ending, its own too, and what each case shares with this one."""
        if case_id not in self._every_ending:
            rows, own = self._outcomes, self._cases.loc[case_id]
            lines = self._cases.index.get_indexer(rows["case_id"])
            self._every_ending[case_id] = Endings(
                known=rows["known"].to_numpy(np.int64),
                cause=rows["cause"].to_numpy(np.int64),
                same_dyad=in_common(self._parties[lines], self._parties[self._cases.index.get_loc(case_id)]) > 1,
                same_type=(rows["type"] == own["type"]).to_numpy(bool),
                same_domain=(rows["domain"] == own["domain"]).to_numpy(bool),
            )
        return self._every_ending[case_id]

    def _shares_on(self, day: date) -> Mapping[str, float]:
        ended = [year for year in self._warheads if year < day.year]
        return self._warheads[max(ended)] if ended else MappingProxyType({})


def _ordinals(days: "pd.Series[Any]") -> NDArray[np.int64]:
    epoch = date(1970, 1, 1).toordinal()
    return days.to_numpy().astype("datetime64[D]").astype(np.int64) + epoch


def _start(row: "pd.Series[Any]") -> Mapping[str, str | float | None]:
    values: dict[str, str | float | None] = {}
    for column in START_COLUMNS:
        value = row[column.name]
        if column.kind in ("flag", "probability", "integer"):
            values[column.name] = None if pd.isna(value) else float(value)
        else:
            values[column.name] = value.date().isoformat() if column.kind == "day" else str(value)
    return values


def _event_table(events: pd.DataFrame, case_known: "pd.Series[int]") -> pd.DataFrame:
    """Events with the day from which each counts: never before its case was known, as in a `History`."""
    kind = events["kind"].map({name: k for k, name in enumerate(KINDS)})
    for name, plover, other in (
        ("inspection_or_data_exchange", "SANCTION", "inspection_stopped"),
        ("crisis_or_conflict", "RETREAT", "crisis_ended"),
    ):
        kind = kind.mask((events["kind"] == name) & (events["plover"] == plover), KINDS.index(other))
    counts_from = _ordinals(events["known_date"]) + events["known_late"].to_numpy(np.int64)
    known = np.maximum(counts_from, events["case_id"].map(case_known).to_numpy(np.int64))
    table = pd.DataFrame({"case_id": events["case_id"], "known": known, "day": _ordinals(events["event_date"])})
    table = table.assign(kind=kind, actor=events["actor"], target=events["target"], event_id=events["event_id"])
    return table.sort_values(["known", "event_id"], kind="stable").reset_index(drop=True)


def _act_codes(events: pd.DataFrame) -> NDArray[np.int64]:
    """A number for the act that each row tells: rows with the same day, kind, actor and target tell one act."""
    sides = {name: [";".join(sorted(cell.split(";"))) for cell in events[name]] for name in ("actor", "target")}
    told = events.assign(**sides).groupby(["day", "kind", "actor", "target"], sort=False)
    return told.ngroup().to_numpy(np.int64)


def _first_told(act: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Of these rows, in the order in which they became known, those in which each act was first told."""
    return np.sort(rows[np.unique(act[rows], return_index=True)[1]])


def _ending_table(
    outcomes: pd.DataFrame, target: str, cases: pd.DataFrame, case_known: "pd.Series[int]"
) -> pd.DataFrame:
    rows = outcomes[(outcomes["target"] == target) & (outcomes["cause"] != "")]
    known = np.maximum(_ordinals(rows["end_known_date"]), rows["case_id"].map(case_known).to_numpy(np.int64))
    cause = rows["cause"].map({name: k for k, name in enumerate(CAUSES)})
    table = pd.DataFrame({"case_id": rows["case_id"], "known": known, "cause": cause})
    return table.join(cases[["type", "domain"]], on="case_id").sort_values(["known", "case_id"], kind="stable")


def _shares_by_year(warheads: pd.DataFrame, lineage: Mapping[str, str]) -> dict[int, Mapping[str, float]]:
    rows = warheads[["year", "warheads"]].assign(code=warheads["code"].map(lineage))
    held = rows.pivot_table("warheads", "year", "code", aggfunc="sum")
    shares = held.div(held.sum(axis=1), axis=0).fillna(0.0)
    return {int(year): MappingProxyType(row) for year, row in shares.to_dict(orient="index").items()}
