"""Past arrangements on the way to a binding text: their steps, and the rungs on which they stood at each landmark."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.forecasts.ladder_rows import STATUS_NUMBERS, coded_path, signed
from forecasting.models.ladder_moves import STATUSES, level_of, state_number
from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex
from forecasting.record.history import History
from forecasting.record.ladders import Rung, position
from forecasting.record.panel import landmarks, spells
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES, TARGETS

Integers = NDArray[np.int64]

FEWEST_CASES: Final = 5
NEVER: Final = date.max.toordinal()
"""Day of what is not on record."""


@dataclass(frozen=True)
class LadderState:
    """A state of the way to a binding text.

    Attributes
    ----------
    form : {0, 1}
        1 for a text that is signed already, else 0; the levels of the two forms mean different things.
    level : int
        From 0 to 5.
    status : {"active", "stalled", "broken"}
        Status; `none`, level 0 without any effort, is counted with `active`, as the model counts it.

    Examples
    --------
    >>> LadderState(0, 3, "stalled").state
    10
    """

    form: int
    level: int
    status: str

    @property
    def state(self) -> int:
        """Number of the state (`ladder_moves.state_number`)."""
        return int(state_number(self.level, STATUSES.index(self.status)))


@dataclass(frozen=True)
class PastRungs:
    """n past cases, their steps on the way to a binding text, and the m landmarks at which they are looked at.

    Attributes
    ----------
    case_ids : tuple of str, of length n
        Ids of the cases.
    form, cause : numpy.ndarray of int, shape (n,)
        Form of the ladder; 0 for a case not known to have ended, else k for the k-th of `CAUSES`.
    end : numpy.ndarray of int, shape (n,)
        Day of the ending, as an ordinal; `NEVER` for a case not known to have ended.
    case, day, age, state, strain : numpy.ndarray of int, shape (m,)
        Position of the case, day as an ordinal, completed months of age, state and level of strain as known on the day.
    rise : numpy.ndarray of int, shape (m,)
        First later day on which the level was higher, `NEVER` if none.
    step_case, step_day, step_state : numpy.ndarray of int, shape (s,)
        Position of the case, first day and state of every step, each case's in order of days.
    """

    case_ids: tuple[str, ...]
    form: Integers
    cause: Integers
    end: Integers
    case: Integers
    day: Integers
    age: Integers
    state: Integers
    strain: Integers
    rise: Integers
    step_case: Integers
    step_day: Integers
    step_state: Integers

    def on(self, rung: LadderState) -> Integers:
        """Positions of the landmarks on a rung."""
        return np.flatnonzero((self.state == rung.state) & (self.form[self.case] == rung.form))


def rung_of(case: Dossier) -> LadderState:
    """The rung of a case on the day of its dossier, as coded.

    Parameters
    ----------
    case : Dossier
        The case.

    Returns
    -------
    LadderState
        Level 0, or 1 for a signed text, where no row says otherwise.

    Examples
    --------
    >>> from forecasting import load_history
    >>> rung_of(load_history(as_of="1973-01-01").case("uganda-tanzania-mogadishu-1972")).form
    0
    """
    found = case.on_ladder("formalization")
    return LadderState(
        int(case.start["type"] in SAME_OUTCOME_TYPES), found.level, STATUSES[STATUS_NUMBERS[found.status]]
    )


def past_rungs(
    history: History, index: DossierIndex, target: str = TARGETS[0], left_out: Collection[str] = ()
) -> PastRungs:
    """Steps and landmarks of the prospectively sampled core cases known on the day of a history.

    Parameters
    ----------
    history : History
        The record as of the day.
    index : DossierIndex
        Dossiers of this history under the target.
    target : {"concluded", "in_force"}
        What counts as formalized.
    left_out : collection of str
        Cases to leave out.

    Returns
    -------
    PastRungs
        Landmarks are the first public day and each anniversary of the start (`record.panel.landmarks`). A row of the
        ladder counts from the day on which it was known; cases without one are left out.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> past = past_rungs(history, history.dossiers())
    >>> bool((past.rise > past.day).all() and (past.day <= history.as_of.toordinal()).all())
    True
    """
    known = spells(history, target)
    marks = landmarks(known)
    ends = _ending_days(history, target)
    case_ids = known.case_ids
    views = {name: index.dossier(name, history.as_of) for name in case_ids if name not in left_out}
    laddered = [n for n, name in enumerate(case_ids) if name in views and _rows(views[name])]
    parts: list[tuple[Integers, ...]] = []
    steps: list[tuple[Integers, Integers]] = []
    for case in laddered:
        view = views[case_ids[case]]
        own = np.flatnonzero(marks.case == case)
        day = marks.day[own].astype(np.int64) + date(1970, 1, 1).toordinal()
        step_day = np.unique([day[0], *(max(rung.known_date, rung.day).toordinal() for rung in _rows(view))])
        step_day = step_day[step_day >= day[0]]
        at_step, state = coded_path(view, step_day), coded_path(view, day)
        strain = np.array([_strain(view, date.fromordinal(int(one))) for one in day], dtype=np.int64)
        rise = first_rise(step_day, level_of(at_step), day, level_of(state))
        parts.append((day, marks.age[own], state, strain, rise))
        steps.append((step_day, at_step))
    chosen = np.array(laddered, dtype=np.int64)
    names = tuple(case_ids[case] for case in laddered)
    return PastRungs(
        names,
        signed(known)[chosen],
        known.cause[chosen],
        np.array([ends.get(name, NEVER) for name in names], dtype=np.int64),
        *_stacked(parts, 5),
        *_stacked(steps, 2),
    )


def first_rise(step_day: ArrayLike, step_level: ArrayLike, day: ArrayLike, level: ArrayLike) -> Integers:
    """First day after each of some days on which one case stood on a higher level than on the day.

    Parameters
    ----------
    step_day, step_level : array_like of int, shape (s,)
        Days of the steps, as ordinals, and the level from then on.
    day, level : array_like of int, shape (m,)
        Days, and the level on each.

    Returns
    -------
    numpy.ndarray of int, shape (m,)
        Days, `NEVER` where it rose no more.

    Examples
    --------
    >>> first_rise([0, 10, 20], [1, 0, 3], [0, 10, 20], [1, 0, 3]).tolist() == [20, 20, NEVER]
    True
    """
    when, height = np.asarray(step_day, dtype=np.int64), np.asarray(step_level, dtype=np.int64)
    from_day, from_level = (np.asarray(each, dtype=np.int64)[:, None] for each in (day, level))
    later = (when > from_day) & (height > from_level)
    return np.where(later, when, NEVER).min(axis=1, initial=NEVER)


def cases_that_moved(
    step_case: ArrayLike, step_state: ArrayLike, state: int, from_level: int | None = None
) -> tuple[int, int]:
    """Cases that ever stood in a state, and those of them that had stood as low as a level before.

    Parameters
    ----------
    step_case, step_state : array_like of int, shape (s,)
        States in which the cases stood, each case's in order of days.
    state : int
        The state.
    from_level : int, optional
        The level; by default any.

    Returns
    -------
    stood, moved : int
        Numbers of cases; a case counts as moved if a step to the state came after one on the level or a lower one that
        was another state.

    Examples
    --------
    Case 0 moves from level 0 to level 2, case 1 begins there:

    >>> cases_that_moved([0, 0, 1], [0, 6, 6], 6, from_level=1)
    (2, 1)
    """
    case, at = np.asarray(step_case, dtype=np.int64), np.asarray(step_state, dtype=np.int64)
    stood, moved = np.unique(case[at == state]), 0
    for one in stood:
        own = at[case == one]
        low = (own != state) & (True if from_level is None else level_of(own) <= from_level)
        moved += bool(low.any() and (own[np.argmax(low) :] == state).any())
    return len(stood), moved


def related_cases(history: History, case_id: str, target: str = TARGETS[0]) -> frozenset[str]:
    """Cases of the component of a case over cluster and binding instrument, the case included.

    Parameters
    ----------
    history : History
        The record as of the day.
    case_id : str
        The case.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    frozenset of str
        Ids, of cases outside the core too.

    Examples
    --------
    >>> from forecasting import load_history
    >>> "salt2-observance-1979" in related_cases(load_history(as_of="1985-01-01"), "salt2-observance-1979")
    True
    """
    known = spells(history, target, "every")
    group = dict(zip(known.case_ids, known.group.tolist(), strict=True))
    return frozenset({case_id, *(name for name, own in group.items() if own == group.get(case_id))})


def _stacked(parts: Sequence[tuple[Integers, ...]], width: int) -> list[Integers]:
    """Position of each part, for every element of it, and the parts' columns end to end."""
    position_of = np.repeat(np.arange(len(parts)), [len(part[0]) for part in parts])
    columns = [np.concatenate(each) for each in zip(*parts, strict=True)]
    return [position_of, *(columns or [np.zeros(0, dtype=np.int64)] * width)]


def _ending_days(history: History, target: str) -> dict[str, int]:
    outcomes = history.outcomes
    rows = outcomes[(outcomes["target"] == target) & (outcomes["cause"] != "")]
    return {str(name): day.toordinal() for name, day in zip(rows["case_id"], rows["end_date"], strict=True)}


def _rows(view: Dossier) -> list[Rung]:
    return [rung for rung in view.rungs if rung.ladder == "formalization"]


def _strain(view: Dossier, day: date) -> int:
    known = [rung for rung in view.rungs if rung.known_date <= day]
    return position(known, "strain", day, str(view.start["type"])).level
