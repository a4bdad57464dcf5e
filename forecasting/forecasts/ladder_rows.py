"""Rows of the ladder's model: how each case moved, as known on a day, and its covariates at the landmarks."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.features import FEATURES
from forecasting.forecasts.training import UNCERTAIN
from forecasting.models.claim_readings import readings
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import ACTIVE, BROKEN, STALLED, UNKNOWN, state_number
from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex
from forecasting.record.ladders import Rung, position
from forecasting.record.months import DAYS_PER_MONTH, completed_months
from forecasting.record.panel import Landmarks, Spells, case_key, component_keys
from forecasting.record.vocabulary import LADDER_LEVELS, SAME_OUTCOME_TYPES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
KeepRungs = Callable[[Dossier], Sequence[Rung]]
"""Chooses the rows of both ladders that a model sees, as for a test of how much rests on some of them."""

STATUS_NUMBERS: Final = {"none": ACTIVE, "active": ACTIVE, "stalled": STALLED, "broken": BROKEN}
STRAIN: Final = "strain"
DORMANT: Final = "dormant"
COVARIATES: Final = (
    Term("bilateral", 0.5, ("formalized",)),
    Term("leader_endorsed", 0.5, ("formalized",)),
    Term("observed_now", 0.5, ("formalized",)),
    Term(STRAIN, 0.25, ("collapsed",)),
)
"""Covariates beside the ladder and the clock of the stated term; strain is its ladder's level as a share of the
highest. `dormant`, which may be added, is 1 where that ladder says so."""


def all_rungs(dossier: Dossier) -> Sequence[Rung]:
    """Every row of both ladders that is known."""
    return dossier.rungs


@dataclass(frozen=True)
class Followed:
    """Spells followed along the ladder.

    Attributes
    ----------
    cases : FollowUps
        n rows: a case whose acts rest on open claims has one for each reading of them, weighted by its probability.
    spell : numpy.ndarray of int, shape (n,)
        Position among the spells of each row's case.
    """

    cases: FollowUps
    spell: Integers

    def select(self, kept: NDArray[np.bool_]) -> "Followed":
        """Rows of the spells flagged by `kept`, one flag a spell; positions of spells stay as they are."""
        rows = kept[self.spell]
        chosen = {each.name: getattr(self.cases, each.name)[rows] for each in fields(FollowUps)}
        # No longer than the longest that is left: the others must leave no trace.
        chosen["states"] = chosen["states"][:, : chosen["until"].max(initial=0)]
        return Followed(FollowUps(**chosen), self.spell[rows])


def follow_ups(index: DossierIndex, core: Spells, keep: KeepRungs = all_rungs) -> Followed:
    """Months of spells and the state on the ladder in each, as known on the day of an index.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    core : Spells
        Spells known on that day.
    keep : callable
        Rows of the ladders that count.

    Returns
    -------
    Followed
        Cases that go on are followed to the day of the index, beyond their last sight.
    """
    spell: list[int] = []
    paths: list[Integers] = []
    weights: list[float] = []
    looked = np.zeros(len(core.exit), dtype=np.int64)
    for case, case_id in enumerate(core.case_ids):
        dossier = index.dossier(case_id, index.as_of)
        looked[case] = _month_of(dossier, dossier.looked_until)
        last = int(core.exit[case]) if core.cause[case] else max(int(core.exit[case]), _month_of(dossier, index.as_of))
        for path, weight in read_paths(dossier, month_days(dossier, last), keep):
            path[: core.entry[case]] = UNKNOWN
            spell, paths, weights = [*spell, case], [*paths, path], [*weights, weight]
    row = np.array(spell, dtype=np.int64)
    states = np.full((len(row), max(map(len, paths), default=0)), UNKNOWN, dtype=np.int64)
    for line, path in enumerate(paths):
        states[line, : len(path)] = path
    until = np.array([len(path) for path in paths], dtype=np.int64)
    keys = np.array([case_key(case_id) for case_id in core.case_ids], dtype=np.int64)
    cases = FollowUps(
        key=keys[row],
        component=component_keys(core.case_ids, core.group)[row],
        weight=np.array(weights),
        entry=core.entry[row],
        exit=core.exit[row],
        cause=core.cause[row],
        until=until,
        looked=np.clip(looked[row], core.exit[row], until),
        form=signed(core)[row],
        term=np.array([stated_term(index.dossier(case_id, index.as_of)) for case_id in core.case_ids])[row],
        states=states,
    )
    return Followed(cases, row)


def months_ago(followed: Followed, core: Spells, day: date) -> Integers:
    """Months from the start of each row's case to a day, (n,)."""
    since = (pd.Timestamp(day) - core.starts["start_date"]).dt.days.to_numpy()
    return np.asarray((since // DAYS_PER_MONTH).astype(np.int64)[followed.spell])


def follow_ups_by_age(index: DossierIndex, core: Spells) -> Followed:
    """Months of spells without their states, one row each: what a base rate learns from, and no more is read.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    core : Spells
        n spells known on its day.

    Returns
    -------
    Followed
        n rows, every state, form and term 0.
    """
    n = len(core.exit)
    told = [index.begun_and_looked(case_id) for case_id in core.case_ids]
    looked = np.array([completed_months(start, last) + 1 for start, last in told], dtype=np.int64)
    reached = np.array([completed_months(start, index.as_of) + 1 for start, _ in told], dtype=np.int64)
    until = np.where(core.cause > 0, core.exit, np.maximum(core.exit, reached))
    zero = np.zeros(n, dtype=np.int64)
    cases = FollowUps(
        key=np.array([case_key(case_id) for case_id in core.case_ids], dtype=np.int64),
        component=component_keys(core.case_ids, core.group),
        weight=np.ones(n),
        entry=core.entry,
        exit=core.exit,
        cause=core.cause,
        until=until,
        looked=np.clip(looked, core.exit, until),
        form=zero,
        term=zero,
        states=np.zeros((n, int(until.max(initial=0))), dtype=np.int64),
    )
    return Followed(cases, np.arange(n))


def landmark_lines(followed: Followed, marks: Landmarks, values: Floats, covariates: Sequence[Term]) -> Lines:
    """Landmarks of followed spells.

    Parameters
    ----------
    followed : Followed
        Rows of some or all spells.
    marks : Landmarks
        m landmarks of all spells; those of spells without a row are left out.
    values : numpy.ndarray of shape (m, p)
        Covariates at the landmarks.
    covariates : sequence of Term
        Their names.

    Returns
    -------
    Lines
        One for each row of the landmark's case; two, weighted, where an endorsement is uncertain.
    """
    mark, row = np.nonzero(marks.case[:, None] == followed.spell)
    found, weight, origin = both_endorsements(values[mark], covariates)
    return Lines(row[origin], marks.age[mark][origin], weight, found)


def both_endorsements(values: Floats, covariates: Sequence[Term]) -> tuple[Floats, Floats, Integers]:
    """Covariates with every uncertain endorsement split in two, with and without it.

    Parameters
    ----------
    values : numpy.ndarray of shape (m, p)
        Covariates; `leader_endorsed`, if it is among them, as a probability.
    covariates : sequence of Term
        Their names.

    Returns
    -------
    values : numpy.ndarray of shape (n, p)
        The m lines, with the endorsement where it is uncertain, then those without it.
    weight : numpy.ndarray of shape (n,)
        Probabilities.
    origin : numpy.ndarray of int, shape (n,)
        Line that each is made from.

    Examples
    --------
    >>> values, weight, origin = both_endorsements(np.array([[1.0], [0.25]]), [Term(UNCERTAIN, 0.5, ())])
    >>> values.ravel().tolist(), weight.tolist(), origin.tolist()
    ([1.0, 1.0, 0.0], [1.0, 0.25, 0.75], [0, 1, 1])
    """
    names, origin = [term.name for term in covariates], np.arange(len(values))
    if UNCERTAIN not in names:
        return values, np.ones(len(values)), origin
    column = names.index(UNCERTAIN)
    chance = values[:, column]
    is_unsure = (chance > 0) & (chance < 1)
    unsure = np.flatnonzero(is_unsure)
    yes, no = values.copy(), values[unsure].copy()
    yes[unsure, column], no[:, column] = 1.0, 0.0
    weight = np.concatenate([np.where(is_unsure, chance, 1.0), 1.0 - chance[unsure]])
    return np.concatenate([yes, no]), weight, np.concatenate([origin, unsure])


def covariate_table(
    index: DossierIndex, marks: Iterable[tuple[str, date]], covariates: Sequence[Term], keep: KeepRungs = all_rungs
) -> Floats:
    """Covariates of cases on days, (m, p), as known on each day."""
    values = [covariates_of(index.dossier(*mark), covariates, keep) for mark in marks]
    return np.array(values, dtype=np.float64).reshape(len(values), len(covariates))


def covariates_of(dossier: Dossier, covariates: Sequence[Term], keep: KeepRungs = all_rungs) -> tuple[float, ...]:
    """Covariates of a case as known on a day, in their own units."""
    return tuple(_measure(term.name, keep)(dossier) for term in covariates)


def read_paths(
    dossier: Dossier, days: Integers, keep: KeepRungs = all_rungs, claims: bool | None = None
) -> list[tuple[Integers, float]]:
    """States of a case on days, under each distinct reading of its claims, with the probability of the reading.

    Parameters
    ----------
    dossier : Dossier
        The case, as known on a day.
    days : numpy.ndarray of int, shape (w,)
        Days, as ordinals.
    keep : callable
        Rows of the ladder that count.
    claims : bool, optional
        Take every open claim as true, or as untrue; by default each has its probability.

    Returns
    -------
    list of (numpy.ndarray of int of shape (w,), float)
        States (`ladder_moves.state_number`) and weights, which sum to 1. A row of the ladder counts from the day on
        which it was known. One that rests on untrue acts alone is left out: the case is where the row before says.
    """
    rungs = [rung for rung in keep(dossier) if rung.ladder == "formalization"]
    chances, resting = _claims(dossier, rungs)
    if claims is not None:
        chances = {name: float(claims) if chance else chance for name, chance in chances.items()}
    found: dict[bytes, tuple[Integers, float]] = {}
    chosen = readings(list(chances.values()))
    for truth, weight in zip(chosen.truth, chosen.weight, strict=True):
        true = dict(zip(chances, truth.tolist(), strict=True))
        kept = [rung for rung, acts in zip(rungs, resting, strict=True) if not acts or any(true[act] for act in acts)]
        path = _path(kept, days, str(dossier.start["type"]))
        before = found.get(path.tobytes(), (path, 0.0))[1]
        found[path.tobytes()] = (path, before + float(weight))
    return list(found.values())


def coded_path(dossier: Dossier, days: Integers, keep: KeepRungs = all_rungs) -> Integers:
    """States of a case on days as coded, as if every act on which a row rests were confirmed.

    Parameters
    ----------
    dossier : Dossier
        The case, as known on a day.
    days : numpy.ndarray of int, shape (w,)
        Days, as ordinals.
    keep : callable
        Rows of the ladder that count.

    Returns
    -------
    numpy.ndarray of int, shape (w,)
        States, see `read_paths`.

    Examples
    --------
    >>> from forecasting import load_history
    >>> case = load_history(as_of="2026-02-05").case("new-start-post-expiry-2026")
    >>> coded_path(case, np.array([case.today])).shape
    (1,)
    """
    rungs = [rung for rung in keep(dossier) if rung.ladder == "formalization"]
    return _path(rungs, days, str(dossier.start["type"]))


def month_days(dossier: Dossier, n_months: int) -> Integers:
    """First day of each month of age, as an ordinal, but not before the case was known: as landmarks are dated."""
    days = dossier.start_day + np.ceil(np.arange(n_months) * DAYS_PER_MONTH).astype(np.int64)
    known = date.fromisoformat(str(dossier.start["start_known_date"])).toordinal()
    return np.maximum(days, known)


def stated_term(dossier: Dossier) -> int:
    """Months of age at which the stated term ends, at least 1; 0 without one."""
    term = dossier.start["stated_horizon_months"]
    return max(int(term), 1) if isinstance(term, float) else 0


def signed(core: Spells) -> Integers:
    """Form of the ladder of each spell: 1 for a text that is signed already, else 0."""
    return core.starts["type"].isin(SAME_OUTCOME_TYPES).to_numpy(np.int64)


def _month_of(dossier: Dossier, day: date) -> int:
    """Month of age, from 1, that holds a day."""
    return completed_months(dossier.start_date, day) + 1


def _measure(name: str, keep: KeepRungs) -> Callable[[Dossier], float]:
    if name not in (STRAIN, DORMANT):
        return FEATURES[name].measure

    def measure(dossier: Dossier) -> float:
        found = position(keep(dossier), STRAIN, dossier.as_of, str(dossier.start["type"]))
        return float(found.status == DORMANT) if name == DORMANT else found.level / LADDER_LEVELS[STRAIN]

    return measure


def _claims(dossier: Dossier, rungs: Sequence[Rung]) -> tuple[dict[str, float], list[list[str]]]:
    """Probability of each report on which a rung rests, and the reports of each rung; none where an act is sure."""
    events = {event.event_id: event for event in dossier.events}
    chance: dict[str, float] = {}
    resting = []
    for rung in rungs:
        acts = [events[name] for name in rung.events if name in events]
        own = {event.claim_id or event.event_id: dossier.probability(event) for event in acts}
        unsure = [] if any(p >= 1.0 for p in own.values()) else list(own)
        resting.append(unsure)
        chance |= {name: own[name] for name in unsure}
    return dict(sorted(chance.items())), resting


def _path(rungs: Sequence[Rung], days: Integers, case_type: str) -> Integers:
    """State on each day: by the last row, by date, of those known by then."""
    before = position((), "formalization", date.min, case_type)
    states = np.full(len(days), int(state_number(before.level, STATUS_NUMBERS[before.status])), dtype=np.int64)
    for rung in sorted(rungs, key=lambda each: each.day):
        known = max(rung.known_date, rung.day).toordinal()
        states[days >= known] = int(state_number(rung.level, STATUS_NUMBERS[rung.status]))
    return states
