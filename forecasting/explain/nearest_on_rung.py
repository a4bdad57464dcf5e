"""Past cases that stood on the rung of a case: the nearest in age and strain, and how they ended."""

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from forecasting.explain.rungs import NEVER, LadderState, PastRungs
from forecasting.models.episodes import duration_bin
from forecasting.models.ladder_moves import level_of
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.successors import Successors
from forecasting.record.vocabulary import CAUSES

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class NearCase:
    """A past case on the same rung.

    Attributes
    ----------
    case_id, name : str
        Key and name.
    day : date
        The landmark on the rung that is nearest to the case in age and strain.
    age_months, strain : int
        Age and level of strain then.
    same_parties, same_type : bool
        Whether it is between the same two states (a former state counts as its successor), or of the same type.
    rise : date or None
        First later day on which its level was higher.
    highest : int
        Highest level that it reached after the landmark, or its level then.
    cause : str
        How it ended, empty for a case not known to have ended.
    end : date or None
        When.
    """

    case_id: str
    name: str
    day: date
    age_months: int
    strain: int
    same_parties: bool
    same_type: bool
    rise: date | None
    highest: int
    cause: str
    end: date | None


def nearest_on_rung(history: History, past: PastRungs, case: Dossier, rung: LadderState, n: int = 6) -> list[NearCase]:
    """Past cases that stood on the rung of a case, the nearest first.

    Parameters
    ----------
    history : History
        The record as of the day.
    past : PastRungs
        Past cases, as known on the day.
    case : Dossier
        The case as known on the day.
    rung : LadderState
        Its rung.
    n : int
        Largest number of cases.

    Returns
    -------
    list of NearCase
        Each at its nearest landmark on the rung. Near is first the smallest sum of steps between the bins of age of the
        model (up to 6, 12, 36, 84 and 180 months, and more) and between levels of strain; then the same two parties,
        the same type, the smaller difference of age in months, and the later start.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.explain.rungs import past_rungs, rung_of
    >>> history = load_history(as_of="1985-01-01")
    >>> past, case = past_rungs(history, history.dossiers()), history.case("salt2-observance-1979")
    >>> near = nearest_on_rung(history, past, case, rung_of(case), n=2)
    >>> all(one.day <= history.as_of for one in near)
    True
    """
    own = past.on(rung)
    if not len(own):
        return []
    strain = case.on_ladder("strain").level
    bins = np.abs(duration_bin(past.age[own] + 1) - duration_bin(np.array([case.age_months + 1])))
    steps = bins + np.abs(past.strain[own] - strain)
    apart = np.abs(past.age[own] - case.age_months)
    best = own[_first_of_each(past.case[own], np.lexsort([past.day[own], apart, steps]))]
    rows = history.cases.set_index("case_id")
    joined = Successors(history.parties)
    pair = joined.dyad(";".join(case.parties))
    names = [past.case_ids[past.case[mark]] for mark in best]
    alike = np.array([bool(pair) and joined.dyad(str(rows["parties"][name])) == pair for name in names])
    same = np.array([rows["type"][name] == case.start["type"] for name in names])
    started = np.array([rows["start_date"][name].toordinal() for name in names])
    place = {mark: number for number, mark in enumerate(own)}
    at = np.array([place[mark] for mark in best])
    order = np.lexsort([names, -started, apart[at], ~same, ~alike, steps[at]])[:n]
    return [
        _near(past, int(best[row]), str(rows["name"][names[row]]), bool(alike[row]), bool(same[row])) for row in order
    ]


def _near(past: PastRungs, mark: int, name: str, same_parties: bool, same_type: bool) -> NearCase:
    case = int(past.case[mark])
    end, rise = int(past.end[case]), int(past.rise[mark])
    level = int(level_of(past.state[mark]))
    later = level_of(past.step_state[(past.step_case == case) & (past.step_day > past.day[mark])])
    cause = CAUSES[past.cause[case] - 1] if past.cause[case] else ""
    return NearCase(
        case_id=past.case_ids[case],
        name=name,
        day=date.fromordinal(int(past.day[mark])),
        age_months=int(past.age[mark]),
        strain=int(past.strain[mark]),
        same_parties=same_parties,
        same_type=same_type,
        rise=date.fromordinal(rise) if rise < NEVER else None,
        highest=int(later.max(initial=level)),
        cause=cause,
        end=date.fromordinal(end) if end < NEVER else None,
    )


def _first_of_each(case: Integers, order: Integers) -> Integers:
    """The first position of each case in an order."""
    return order[np.sort(np.unique(case[order], return_index=True)[1])]
