"""The record under every alternative coding of every case: a joint coding is a selection of coded cases."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.designs import drawn_folds
from forecasting.backtest.origins import states_on_record
from forecasting.record.cases import Dossier
from forecasting.record.corrections import row_keys
from forecasting.record.dossiers import DossierIndex
from forecasting.record.facts import Endings
from forecasting.record.history import History
from forecasting.record.months import completed_months
from forecasting.record.panel import Spells, case_key, landmarks, spells
from forecasting.record.recoding import recoded
from forecasting.record.vocabulary import CAUSES, TARGETS

Integers = NDArray[np.int64]
N_FOLDS = 5
SEED = 20260205
WHOLE = ("parties", "claims", "warheads", "corrections")
READ = ("cases", "outcomes", "coding", "events", "ladders", "calendar", "alternatives")
STARTED = ("start_date", "start_known_date")
SEEN = ("last_seen", "looked_until")
BY_A_PARTY = ("leader_rejection", "moratorium_ended", "suspension", "test_or_deployment", "withdrawal_notice")


@dataclass(frozen=True)
class Sight:
    """What is known of a case under a target.

    Attributes
    ----------
    exit, cause : int
        Month of age of the end or the last sight; 0 for a case that goes on, else k for the k-th cause.
    last_seen, looked_until : date
        Day of the last sight, and day until which somebody looked.
    """

    exit: int
    cause: int
    last_seen: date
    looked_until: date


@dataclass(frozen=True)
class CodedCase:
    """A case under one of its codings; coding 0 is the recorded one.

    Attributes
    ----------
    case_id, coding : str, int
        The case, and the number of its coding.
    key, component : int
        Numbers that stand for the case and for its component, whatever else is in the record.
    dossier : Dossier
        The case on the day of the record; `index` has it on earlier days.
    group, fold : int
        Component, and fold of whole components, as recorded.
    entry, until : int
        Completed months when it became known; month of age on the day of the record.
    sights : dict of str to Sight
        By target.
    observed : bool
        Whether the case was ever under observation.
    core, forward, low_confidence, use, ceasefire, by_a_party : bool
        Traits by which specifications select and judge.
    year : int
        Year of the start.
    ages, days : numpy.ndarray of int, tuple of date
        Landmarks up to the latest exit under any target.
    recorded : numpy.ndarray of int
        Months from each to the day of the record.
    over : numpy.ndarray of bool, shape (m, n_horizons)
        Whether the window of each horizon is over by then.
    """

    case_id: str
    coding: int
    key: int
    component: int
    dossier: Dossier
    index: DossierIndex
    group: int
    fold: int
    entry: int
    until: int
    sights: dict[str, Sight]
    observed: bool
    core: bool
    forward: bool
    low_confidence: bool
    use: bool
    ceasefire: bool
    by_a_party: bool
    year: int
    ages: Integers
    days: tuple[date, ...]
    recorded: Integers
    over: NDArray[np.bool_]


class Codings:
    """The record under each of its codings.

    Parameters
    ----------
    history : History
        The record as of a day.

    Attributes
    ----------
    as_of : date
        The day.
    names : dict of str to tuple of str
        Ids of the alternatives of each case, in order.
    cases : dict of (str, int) to CodedCase
        By case and number of the coding, in the order of the codings and cases.
    """

    def __init__(self, history: History) -> None:
        self.as_of, self._history = history.as_of, history
        known = history.alternatives
        self.names = {case: tuple(dict.fromkeys(rows["alternative_id"])) for case, rows in known.groupby("case_id")}
        self.cases: dict[tuple[str, int], CodedCase] = {}
        every = spells(history, TARGETS[0], "every")
        groups = dict(zip(every.case_ids, every.group.tolist(), strict=True))
        folds = dict(zip(every.case_ids, drawn_folds(every.group, N_FOLDS, SEED).tolist(), strict=True))
        core = spells(history, TARGETS[0])
        components = dict(zip(core.case_ids, core.group.tolist(), strict=True))
        for number in range(1 + max(map(len, self.names.values()), default=0)):
            chosen = {case: ids[number - 1] for case, ids in self.names.items() if len(ids) >= number > 0}
            layer = recoded(_cut(history, chosen), list(chosen.values())) if number else history
            for case in _coded(layer, number, groups, folds, components):
                self.cases[case.case_id, number] = case

    @cached_property
    def _cut_by_fold(self) -> list[DossierIndex]:
        """Index of the recorded codings without the endings of each fold, last with all."""
        index = self._history.dossiers(TARGETS[0])
        held = [[name for (name, _), case in self.cases.items() if case.fold == fold] for fold in range(N_FOLDS)]
        return [*(index.without(cases) for cases in held), index]

    def endings(self, case_id: str) -> list[Endings]:
        """Endings of other cases as recorded, whatever their coding: without each fold's, then all."""
        return [index.dossier(case_id, self.as_of).endings for index in self._cut_by_fold]


def _cut(history: History, alternatives: dict[str, str]) -> History:
    """The record of some cases and of one alternative of each, which reads in a fraction of the time."""
    tables = dict(history.record.tables)
    gone: set[tuple[str, str]] = set()
    for name, raw in tables.items():
        if name in WHOLE:
            continue
        kept = np.zeros(len(raw.cells), dtype=bool)
        if name in READ:
            kept = raw.cells["case_id"].isin(alternatives.keys()).to_numpy(bool)
        if name == "alternatives":
            kept = kept & raw.cells["alternative_id"].isin(alternatives.values()).to_numpy(bool)
        gone |= {(name, key) for key in row_keys(raw)[~kept]} if name in READ else set()
        tables[name] = raw.select(kept)
    corrections = tables["corrections"]
    rows = zip(corrections.cells["table"], corrections.cells["row_key"], strict=True)
    kept = np.array([name in (*READ, *WHOLE) and (name, key) not in gone for name, key in rows], dtype=bool)
    tables["corrections"] = corrections.select(kept)
    return History(history.as_of, replace(history.record, tables=tables))


def _coded(
    history: History, coding: int, groups: dict[str, int], folds: dict[str, int], components: dict[str, int]
) -> list[CodedCase]:
    """The cases of a history under one coding of each, landmarks included."""
    if history.cases.empty:
        return []
    index, as_of = history.dossiers(TARGETS[0]), history.as_of
    seen = {target: spells(history, target, "every") for target in TARGETS}
    sights, under_observation = _sights(history, seen), [set(each.case_ids) for each in seen.values()]
    starts = history.cases.set_index("case_id", drop=False)
    traits = history.coding.set_index("case_id").loc[starts.index].to_dict(orient="index")
    ending = history.record.tables["events"].cells
    ending = ending[ending["is_ending"] == "1"].drop_duplicates("case_id").set_index("case_id")["kind"]
    by_a_party = ending.reindex(starts.index).isin(BY_A_PARTY)
    born, known = (dict(zip(starts.index, starts[name].dt.date, strict=True)) for name in STARTED)
    until = {name: completed_months(day, as_of) + 1 for name, day in born.items()}
    entry = {name: completed_months(day, known[name]) for name, day in born.items()}
    marks = _landmarks(starts, entry, until, sights, as_of)
    return [
        CodedCase(
            case_id=name,
            coding=coding,
            key=case_key(name),
            component=components.get(name, case_key(f"group {groups.get(name, -1)}")),
            dossier=index.dossier(name, as_of),
            index=index,
            group=groups.get(name, -1),
            fold=folds.get(name, 0),
            entry=entry[name],
            until=until[name],
            sights=sights[name],
            observed=name in groups and all(name in names for names in under_observation),
            core=bool(traits[name]["in_core"] == 1),
            forward=bool(traits[name]["sampled_via"] == "forward"),
            low_confidence=bool(traits[name]["confidence"] == "low"),
            use=bool(row["limit_object"] == "use"),
            ceasefire=bool(row["armed_conflict"] == 1 and row["domain"] == "conventional_forces"),
            by_a_party=bool(by_a_party[name]),
            year=row["start_date"].year,
            ages=marks[name][0],
            days=marks[name][1],
            recorded=np.array([completed_months(day, as_of) for day in marks[name][1]], dtype=np.int64),
            over=_over(marks[name][1], as_of),
        )
        for name, row in starts.to_dict(orient="index").items()
    ]


def _over(days: tuple[date, ...], end: date) -> NDArray[np.bool_]:
    """Whether the window of each horizon after each day is over by the end."""
    none = np.zeros(len(days), dtype=np.int64)
    return states_on_record(list(days), none, none, end) >= 0


def _sights(history: History, seen: dict[str, Spells]) -> dict[str, dict[str, Sight]]:
    """By case and target; a case without a spell has its end or last sight in month 0."""
    found: dict[str, dict[str, Sight]] = {}
    for target, observed in seen.items():
        months = dict(zip(observed.case_ids, observed.exit.tolist(), strict=True))
        rows = history.outcomes[history.outcomes["target"] == target]
        for row in rows.to_dict("records"):
            cause = CAUSES.index(row["cause"]) + 1 if row["cause"] else 0
            days = (row[column].date() for column in SEEN)
            found.setdefault(row["case_id"], {})[target] = Sight(months.get(row["case_id"], 0), cause, *days)
    return found


def _landmarks(
    starts: pd.DataFrame,
    entry: dict[str, int],
    until: dict[str, int],
    sights: dict[str, dict[str, Sight]],
    as_of: date,
) -> dict[str, tuple[Integers, tuple[date, ...]]]:
    """Ages and days of the landmarks of each case, up to its latest exit under any target."""
    last = np.array([max(sight.exit for sight in sights[name].values()) for name in starts.index])
    first = np.array([entry[name] for name in starts.index])
    last = np.minimum(np.maximum(last, first + 1), [max(until[name], entry[name] + 1) for name in starts.index])
    none = np.zeros(len(first), dtype=np.int64)
    marks = landmarks(Spells(first, last, none, none, starts.reset_index(drop=True)))
    days = [min(day.item(), as_of) for day in marks.day]
    found = {}
    for number, name in enumerate(starts.index):
        own = np.flatnonzero(marks.case == number)
        found[name] = marks.age[own], tuple(days[i] for i in own)
    return found
