"""Signposts on the way to a binding text: the forecast if a case stood on another rung by a later day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.explain.rungs import FEWEST_CASES, LadderState, PastRungs, cases_that_moved
from forecasting.models.dated_rate import Seen
from forecasting.models.incidence import with_ongoing
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_standings import Standings
from forecasting.models.uncertainty import interval
from forecasting.record.months import DAYS_PER_MONTH, LONGEST_HORIZON, check_horizons
from forecasting.store.errors import UsageError, shown

Floats = NDArray[np.float64]

LEVEL: Final = 0.8
DEADLINES: Final = (30, 90, 180)
"""Days after the as-of day."""
STEP_WORDS: Final[Mapping[int, tuple[str, ...]]] = MappingProxyType(
    {
        0: (
            "a binding text is called for",
            "talks get a date or open",
            "a draft is tabled",
            "the main parameters are agreed",
            "a text is initialled",
        ),
        1: (
            "it is taken up again",
            "it is submitted to the legislatures",
            "hearings, or the first of several ratifies",
            "all but one have ratified",
            "all have consented",
        ),
    }
)
"""What brings a case to levels 1 to 5, by form of the ladder, in a few words; `data/README.md` has the whole rule."""
BREAK_WORDS: Final = ("talks break off", "consent is refused or withdrawn")


@dataclass(frozen=True)
class Ahead:
    """The forecast if a case stood on a rung by a day, and had not ended before.

    Attributes
    ----------
    what : str
        The step in words; empty where the case is only taken to go on until the day.
    rung : LadderState or None
        The rung; None where nothing is said about it.
    days : int
        Days from the as-of day to the day.
    n_stood, n_moved : int
        Past cases that ever stood on the rung, and those of them that came to it from a level as low as this case's.
    before, then : numpy.ndarray of shape (4, n_horizons)
        Probability of each state without and with the step, given that the case goes on until the day; horizons are
        counted from the as-of day, NaN for those that are over by the day. Where nothing else is said (`rung` is None),
        `before` is the forecast as of now, within every horizon.
    lower, upper : numpy.ndarray of shape (4, n_horizons)
        Bounds of `then`, 80 %.
    move_lower, move_upper : numpy.ndarray of shape (4, n_horizons)
        Bounds of `then` - `before`, 80 %, from the draws of the ladder's model, each compared with itself.

    Examples
    --------
    >>> half = np.full((4, 1), 0.25)
    >>> Ahead("", None, 90, 3, 2, half, half, half, half, 0 * half, 0 * half).is_outside_history
    True
    """

    what: str
    rung: LadderState | None
    days: int
    n_stood: int
    n_moved: int
    before: Floats
    then: Floats
    lower: Floats
    upper: Floats
    move_lower: Floats
    move_upper: Floats

    @property
    def is_outside_history(self) -> bool:
        """True where fewer than 5 past cases came to the rung from a level as low."""
        return self.n_moved < FEWEST_CASES


def steps_ahead(
    pool: LadderPool,
    readings: tuple[Floats, Standings],
    here: LadderState,
    past: PastRungs,
    horizons: Sequence[int],
    deadlines: Sequence[int] = DEADLINES,
) -> list[Ahead]:
    """The forecast if a case took a step on the way to a binding text by a later day.

    Parameters
    ----------
    pool : LadderPool
        The fitted headline.
    readings : tuple of numpy.ndarray of shape (n,) and Standings
        Probabilities of the readings of the case, and the case under each, see `forecasts.ladder.CaseOnLadder`.
    here : LadderState
        Where it stands.
    past : PastRungs
        Past cases, for the counts.
    horizons : sequence of int
        Months after the as-of day, 1 to 120.
    deadlines : sequence of int
        Days after the as-of day.

    Returns
    -------
    list of Ahead
        For each deadline, first that the case only goes on, then each possible step: every higher level while active,
        and a break where it stands. Forecasts are those of the pool, its point made of the mean of the model's
        draws and the base rate's estimate.

    Notes
    -----
    The state is set on the day, counted in whole months of the model, and moves on from there as ever; no ending is
    taken to have come before. Covariates stay as they are known now. The base rate does not know rungs: in it only the
    survival counts. A property of the models, not a claim that the step would cause an ending.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> from forecasting.explain.rungs import past_rungs, rung_of
    >>> from forecasting.forecasts.ladder import CaseOnLadder
    >>> history = load_history(as_of="1985-01-01")
    >>> index, case = history.dossiers(), history.case("salt2-observance-1979")
    >>> pool, past = fit_models(history, ["ladder"]).models["ladder"], past_rungs(history, index)
    >>> readings = CaseOnLadder(index, case, (60,), LEVEL).readings
    >>> found = steps_ahead(pool, (readings.weight, readings.at), rung_of(case), past, (60,), [90])
    >>> found[0].what, found[1].rung.level > 0
    ('', True)
    """
    months = check_horizons(horizons)
    model, base, (weight, at) = pool.model_, pool.base_, readings
    ahead = {days: _whole_months(days) for days in deadlines}
    every = tuple(sorted({*months, *(n for n in ahead.values() if n)}))
    asked = [every.index(month) for month in months]
    drawn = model.mixed_draws(at, weight, every)
    seen = Seen(at.age[:1], at.gap[:1], at.looked[:1], np.array([""]))
    rates = [base.predict_cumulative_incidence(seen, every).values[0], base.draws(seen, every)[:, 0]]
    now = _Pooled(pool, drawn[..., asked], *(rate[..., asked] for rate in rates))
    found = []
    for days, n_months in ahead.items():
        place = every.index(n_months) if n_months else None
        still = _Pooled(pool, *(given_no_ending(each, place)[..., asked] for each in (drawn, *rates)))
        is_over = np.array(months) <= n_months
        found.append(_ahead("", None, days, (0, 0), now, still, is_over))
        left = tuple(month - n_months for month in months if month > n_months)
        for what, rung in possible_steps(here):
            moved = still.model.copy()
            if left:
                share, there = standing_by(at, weight, rung.state, n_months)
                moved[..., ~is_over] = model.mixed_draws(there, share, left)
            own = past.form[past.step_case] == rung.form
            counts = cases_that_moved(past.step_case[own], past.step_state[own], rung.state, here.level)
            found.append(_ahead(what, rung, days, counts, still, replace(still, model=moved), is_over))
    return found


def possible_steps(here: LadderState) -> list[tuple[str, LadderState]]:
    """Steps that a case on a rung may take, in words and as the rung that it would then stand on.

    Parameters
    ----------
    here : LadderState
        Where it stands.

    Returns
    -------
    list of (str, LadderState)
        Each higher level while active, with its own level first where the effort is idle, then a break, unless it is
        broken off.

    Examples
    --------
    >>> [(rung.level, rung.status) for _, rung in possible_steps(LadderState(0, 3, "stalled"))]
    [(3, 'active'), (4, 'active'), (5, 'active'), (3, 'broken')]
    """
    words = STEP_WORDS[here.form]
    lowest = here.level + (here.status == "active")
    steps = [
        (words[level - 1], LadderState(here.form, level, "active")) for level in range(max(lowest, 1), len(words) + 1)
    ]
    if here.status != "broken":
        steps.append((BREAK_WORDS[here.form], LadderState(here.form, here.level, "broken")))
    return steps


def standing_by(at: Standings, weight: Floats, state: int, months: int) -> tuple[Floats, Standings]:
    """A case that stands in a state some months after the forecast day and has not ended, as seen on that day.

    Parameters
    ----------
    at : Standings
        The case under each of n readings.
    weight : numpy.ndarray of shape (n,)
        Probabilities of the readings.
    state : int
        The state.
    months : int
        Months after the forecast day, from 0.

    Returns
    -------
    weight : numpy.ndarray of shape (m,)
        Probabilities of the distinct readings of its covariates.
    at : Standings
        The case under each of them, without a gap.

    Raises
    ------
    ValueError
        For a state or months out of range.

    Examples
    --------
    >>> one = np.array([3])
    >>> at = Standings(one, one, one, np.zeros(1), 0 * one, 0 * one, np.eye(18)[:1], np.zeros((1, 0)))
    >>> _, then = standing_by(at, np.ones(1), 6, 2)
    >>> then.age.tolist(), then.gap.tolist(), then.start[0].argmax()
    ([8], [0], np.int64(6))
    """
    if not 0 <= state < N_STATES or months < 0:
        raise ValueError(f"expected a state from 0 to {N_STATES - 1} and months from 0, got {state} and {months}")
    _, first, reading = np.unique(at.covariates, axis=0, return_index=True, return_inverse=True)
    own = at.select(first)
    start = np.zeros((len(first), N_STATES))
    start[:, state] = 1.0
    still = np.zeros_like(own.gap)
    moved = replace(own, age=own.age + own.gap + months, gap=still, looked=still.astype(np.float64), start=start)
    return np.asarray(np.bincount(reading.ravel(), weight, len(first)), dtype=np.float64), moved


def given_no_ending(incidence: ArrayLike, place: int | None) -> Floats:
    """Incidences given that nothing has ended by one of the horizons.

    Parameters
    ----------
    incidence : array_like of shape (..., k, n_horizons)
        Cumulative incidence of each cause.
    place : int or None
        Position of the horizon; None for now, when nothing has to be given.

    Returns
    -------
    numpy.ndarray of shape (..., k, n_horizons)
        (I_k(t) - I_k(d)) / (1 - sum over causes of I(d)) for the horizons t after d, and 0 up to d.

    Examples
    --------
    >>> given_no_ending([[0.2, 0.5], [0.3, 0.4]], 0).round(9).tolist()
    [[0.0, 0.6], [0.0, 0.2]]
    """
    found = np.asarray(incidence, dtype=np.float64)
    if place is None:
        return found
    by_then = found[..., place, None]
    return np.asarray(np.maximum(found - by_then, 0.0) / (1.0 - by_then.sum(axis=-2, keepdims=True)))


@dataclass(frozen=True)
class _Pooled:
    """Incidences of a pool's parts: draws of the model, the base rate's estimate (k, n_horizons), and its draws."""

    pool: LadderPool
    model: Floats
    base: Floats
    base_draws: Floats

    @property
    def point(self) -> Floats:
        return with_ongoing(self.pool.point(self.model.mean(axis=0), self.base))


def _ahead(
    what: str,
    rung: LadderState | None,
    days: int,
    counts: tuple[int, int],
    before: _Pooled,
    then: _Pooled,
    is_over: NDArray[np.bool_],
) -> Ahead:
    """The pool without and with a step, with bounds; NaN within horizons that are over by the day."""
    point, move = then.point, then.point - before.point
    bounds = then.pool.interval(with_ongoing(then.model), with_ongoing(then.base_draws), LEVEL)
    moves = then.pool.point(then.model - before.model, np.broadcast_to(then.base - before.base, then.model.shape))
    all_moves = np.concatenate([moves, -moves.sum(axis=1, keepdims=True)], axis=1)
    found = [before.point, point, *_around(point, *bounds), *_around(move, *interval(all_moves, LEVEL))]
    left = [np.where(is_over, np.nan, each) for each in found]
    return Ahead(what, rung, days, *counts, left[0] if rung else before.point, *left[1:])


def _around(point: Floats, lower: Floats, upper: Floats) -> tuple[Floats, Floats]:
    """Bounds that hold the point."""
    return np.minimum(lower, point), np.maximum(upper, point)


def _whole_months(days: int) -> int:
    if not 0 <= days <= LONGEST_HORIZON * DAYS_PER_MONTH:
        raise UsageError(f"expected deadlines from 0 to {LONGEST_HORIZON * DAYS_PER_MONTH:.0f} days, got {shown(days)}")
    return max(round(days / DAYS_PER_MONTH), 0)
