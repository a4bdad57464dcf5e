"""The development half, and nothing else: its cases, landmarks, windows and folds.

The reserved half is dropped right after loading. Endings of its cases are withheld from the shares of precedents too.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from forecasting import load_history
from forecasting.forecasts.ladder_rows import (
    all_rungs,
    both_endorsements,
    covariate_table,
    landmark_lines,
    read_paths,
    signed,
    stated_term,
)
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_standings import Standings
from forecasting.record.dossiers import DossierIndex
from forecasting.record.history import History
from forecasting.record.months import completed_months, deadline
from forecasting.record.panel import Landmarks, Spells, case_key, landmarks, spells

HALVES = Path(__file__).parents[2] / "data/evaluation/split.csv"
SCORED = (12, 24, 36, 60, 120)
PRECEDENTS = ("dyad_record", "dyad_collapse_record", "formalization_climate", "type_record")


@dataclass(frozen=True)
class Pilot:
    """The half, with the index of its dossiers and its landmarks."""

    history: History
    index: DossierIndex
    core: Spells
    marks: Landmarks
    hidden: tuple[str, ...]

    @property
    def ids(self):
        """Case of each landmark."""
        names = self.core.case_ids
        return [names[case] for case in self.marks.case]

    @property
    def days(self):
        """Day of each landmark."""
        return [day.item() for day in self.marks.day]

    def without(self, component):
        """Index of the dossiers with the endings of a component withheld as well."""
        own = [name for name, group in zip(self.core.case_ids, self.core.group, strict=True) if group == component]
        return self.index.without([*self.hidden, *own])


def load(split: str | Path = HALVES) -> Pilot:
    """Read the record and drop every case that is not in the half `pilot` of a file of halves."""
    halves = pd.read_csv(split)
    chosen = set(halves.loc[halves["half"] == "pilot", "case_id"])
    history = load_history()
    found = spells(history)
    kept = found.starts["case_id"].isin(chosen).to_numpy()
    starts = found.starts[kept].reset_index(drop=True)
    core = Spells(found.entry[kept], found.exit[kept], found.cause[kept], found.group[kept], starts)
    hidden = tuple(name for name in history.cases["case_id"] if name not in chosen)
    return Pilot(history, history.dossiers().without(hidden), core, landmarks(core), hidden)


@dataclass(frozen=True)
class Windows:
    """Complete windows of the landmarks: state on record at the end of each, -1 where it is not over."""

    states: np.ndarray
    is_first: np.ndarray
    component: np.ndarray
    to_end: np.ndarray


def windows(pilot: Pilot) -> Windows:
    """Windows that are over by the record's end, whatever came; an open case counts as going on."""
    core, marks, end = pilot.core, pilot.marks, pilot.history.as_of
    exit_, cause = core.exit[marks.case], core.cause[marks.case]
    states = np.full((len(marks.case), len(SCORED)), -1)
    for column, horizon in enumerate(SCORED):
        over = np.array([deadline(day, horizon) <= end for day in pilot.days])
        ended = (cause > 0) & (exit_ <= marks.age + horizon)
        states[:, column] = np.where(over, np.where(ended, cause - 1, 3), -1)
    first = np.concatenate([[True], marks.case[1:] != marks.case[:-1]])
    to_end = np.array([completed_months(day, end) for day in pilot.days])
    return Windows(states, first, core.group[marks.case], to_end)


class Table:
    """Covariates of every landmark, with those that rest on other cases' endings for each fold."""

    def __init__(self, pilot: Pilot, names, keep=all_rungs):
        terms = [Term(name, 1.0, ()) for name in names]
        marks = list(zip(pilot.ids, pilot.days, strict=True))
        self.names, self.plain = list(names), covariate_table(pilot.index, marks, terms, keep)
        moving = [term for term in terms if term.name in PRECEDENTS]
        self.moving = [self.names.index(term.name) for term in moving]
        self.by_fold = {
            component: covariate_table(pilot.without(component), marks, moving)
            for component in np.unique(pilot.core.group)
        } if moving else {}  # fmt: skip

    def of(self, component, terms):
        """Values of these terms for the models of a fold, (m, p)."""
        found = self.plain.copy()
        if self.moving:
            found[:, self.moving] = self.by_fold[component]
        return found[:, [self.names.index(term.name) for term in terms]]


def start_states(pilot: Pilot, keep=all_rungs):
    """Distribution of the state at every landmark, as known on its day."""
    found = np.zeros((len(pilot.ids), N_STATES))
    for line, (name, day) in enumerate(zip(pilot.ids, pilot.days, strict=True)):
        dossier = pilot.index.dossier(name, day)
        for path, weight in read_paths(dossier, np.array([day.toordinal()]), keep):
            found[line, path[0]] += weight
    return found


def standings(pilot: Pilot, lines, start, values, terms):
    """Standings of these landmarks, an uncertain endorsement as two, with the landmark and weight of each."""
    lines = np.asarray(lines)
    table, weight, origin = both_endorsements(values[lines], terms)
    line = lines[origin]
    keys = np.array([case_key(pilot.ids[each]) for each in line])
    zero = np.zeros(len(line), dtype=np.int64)
    form = signed(pilot.core)[pilot.marks.case[line]]
    term = np.array([stated_term(pilot.index.dossier(pilot.ids[each], pilot.days[each])) for each in line])
    return line, weight, Standings(keys, pilot.marks.age[line], zero, zero * 1.0, form, term, start[line], table)


def rows_of(pilot: Pilot, followed, component, values, terms):
    """Training rows of every component but one, under the covariates of that fold."""
    rest = followed.select(pilot.core.group != component)
    return rest, landmark_lines(rest, pilot.marks, values, terms)
