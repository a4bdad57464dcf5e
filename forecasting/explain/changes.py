"""Attribution of the change of the headline between two days to fits, clocks, silence, rungs, words and reports.

As with the drivers, the rows attribute a change of the forecast; they are no claim about causes in the world.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.explain.known_pieces import KNOWN, Pieces
from forecasting.explain.movers import Moved, Mover, movers_of
from forecasting.features import FEATURES, DossierIndex
from forecasting.forecasts import FittedModels, fit_models, open_cases
from forecasting.forecasts.ladder import looked_until
from forecasting.forecasts.situation import (
    Situation,
    SituationForecast,
    headline_pool,
    refit_path,
    sight,
    situation_of,
    start_of,
)
from forecasting.models import HEADLINE
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.shapley import stage_shares
from forecasting.record.cases import Dossier, Event
from forecasting.record.history import History
from forecasting.record.ladders import Rung
from forecasting.record.months import check_horizons
from forecasting.record.reads import changed
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError

Floats = NDArray[np.float64]
ByState = tuple[tuple[float, ...], ...]
MODEL, CORRECTIONS, TIME, SILENCE = "model", "corrections", "time", "silence"
AGE, CLOCK, GAP = "age", "term_clock", "gap"
LEGS: Final = (MODEL, CORRECTIONS, TIME, SILENCE, KNOWN)


@dataclass(frozen=True)
class Change:
    """One part of a change.

    Attributes
    ----------
    leg : {"model", "corrections", "time", "silence", "known"}
        Leg of the path, see `changes`.
    name : str
        `ladder_model`, `recalibration` or `base_rate`; `corrections`; `age` or `term_clock`; `gap`; `rung`, `strain`, a
        covariate of the ladder's model or `claims`.
    before, after : float, str or None
        Value before and after: months, a rung, a probability; None for the models and corrections.
    points : tuple of tuple of float
        Change of the probability of each state within each horizon, in [-1, 1].
    rung : Rung or None
        Row of a ladder behind it.
    movers : tuple of Mover
        Acts behind it.
    together : bool
        Whether none of them did it alone.
    claim : str
        Id of the report, where its probability changed; else empty.

    Examples
    --------
    >>> Change("time", "age", 3.0, 4.0, ((0.01,), (0.0,), (0.0,), (-0.01,))).movers
    ()
    """

    leg: str
    name: str
    before: float | str | None
    after: float | str | None
    points: ByState
    rung: Rung | None = None
    movers: tuple[Mover, ...] = ()
    together: bool = False
    claim: str = ""


@dataclass(frozen=True)
class Changes:
    """The headline on two days, and the parts of its change.

    Attributes
    ----------
    case_id : str
        The case.
    since, until : date
        The two days.
    horizons : tuple of int
        Months after each day.
    before, after : tuple of tuple of float
        Probability of each state (`STATES`) within each horizon on the two days.
    base_before, base_after : tuple of tuple of float
        Those of the base rate in the pool.
    rows : tuple of Change
        By leg, in the order of the path; their points sum to `after` - `before`.

    Examples
    --------
    >>> half = ((0.5,), (0.5,), (0.0,), (0.0,))
    >>> Changes("a", date(2026, 2, 5), date(2026, 3, 1), (60,), half, half, half, half, ()).rows
    ()
    """

    case_id: str
    since: date
    until: date
    horizons: tuple[int, ...]
    before: ByState
    after: ByState
    base_before: ByState
    base_after: ByState
    rows: tuple[Change, ...]


def check_days(since: date, until: date) -> None:
    """Check the two days of a comparison.

    Parameters
    ----------
    since, until : date
        First and second day.

    Raises
    ------
    UsageError
        Unless the first day is before the second.

    Examples
    --------
    >>> check_days(date(2026, 2, 5), date(2026, 3, 1))
    """
    if since >= until:
        raise UsageError(f"expected two days, the earlier one first, got {since} and {until}")


def changes(
    history: History,
    case_id: str,
    since: date,
    *,
    fitted: FittedModels | None = None,
    earlier: FittedModels | None = None,
    index: DossierIndex | None = None,
    earlier_index: DossierIndex | None = None,
    horizons: Sequence[int] = (60,),
    target: str = TARGETS[0],
) -> Changes:
    """Attribution of the change of the headline between `since` and the history's day.

    Five legs, one after the other, exactly additive to 1e-12, in this order so that each case is carried forward once:
    `model`, the ladder's model, its recalibration and the base rate fitted again on what was known on the second day,
    for the case as known on the first; `corrections` of the coding of the case; `time`, the case as much older as the
    days lie apart and seen as long ago as before, first its age, then the clock of its stated term; `silence`, the
    months since the last sight and those until which somebody looked; `known`, what became known of it: each new row
    of the two ladders, what changed a covariate, and each report whose probability changed. Of what became known the
    parts are the average over all orders of the kinds, with rows of one ladder in the order of their days.

    Parameters
    ----------
    history : History
        The record as of the second day.
    case_id : str
        The case.
    since : date
        The first day.
    fitted, earlier : FittedModels, optional
        Models of the second and the first day, with the headline among them; by default fitted here.
    index, earlier_index : DossierIndex, optional
        Dossiers of the second and the first day; by default those of the histories.
    horizons : sequence of int
        Months after each day, 1 to 120.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Changes
        All states on both days and the parts between them; a part that moves nothing and whose value stayed is left
        out.

    Raises
    ------
    UsageError
        Where the first day is not the earlier one, the case was not known or had ended, a horizon is out of range, or
        the models given are without the headline.
    InsufficientHistoryError
        Where models are to be fitted and too few endings were known.

    References
    ----------
    Shapley 1953, Contributions to the Theory of Games II:307-317.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = changes(load_history(as_of="1986-01-01"), "salt2-observance-1979", date(1985, 1, 1))
    >>> total = sum(row.points[0][0] for row in found.rows)
    >>> abs(found.before[0][0] + total - found.after[0][0]) < 1e-12
    True
    """
    check_days(since, history.as_of)
    months, past = check_horizons(horizons), history.at(since)
    before, after = open_cases(past, [case_id], target)[0], open_cases(history, [case_id], target)[0]
    index, earlier_index = index or history.dossiers(target), earlier_index or past.dossiers(target)
    first, second = (
        headline_pool(found or fit_models(known, (HEADLINE,), target))
        for known, found in ((past, earlier), (history, fitted))
    )
    before = earlier_index.dossier(case_id, since)
    corrected, after = index.dossier(case_id, since), index.dossier(case_id, history.as_of)
    at = situation_of(before)
    rows, last = _of_models(first, second, at, months), SituationForecast(second, months)
    walk = [at]
    for leg, name, then, values in _clocks(before, corrected, after):
        rows.append(Change(leg, name, *values, _by_state(last.point(then) - last.point(walk[-1]))))
        walk.append(then)
    moved = movers_of(index, past, history, case_id, _moved_features(corrected, after), target)
    rows += _became_known(last, walk[-1], Pieces.between(corrected, after), after, moved)
    starts, end = SituationForecast(first, months), situation_of(after)
    return Changes(
        case_id, since, history.as_of, months, _by_state(starts.point(at)), _by_state(last.point(end)),
        _by_state(starts.base(at)), _by_state(last.base(end)), tuple(row for row in rows if _tells(row)),
    )  # fmt: skip


def _of_models(first: LadderPool, second: LadderPool, at: Situation, months: tuple[int, ...]) -> list[Change]:
    """What another fit says of the case as it was on the first day."""
    if first is second:
        return []
    said, rows = SituationForecast(first, months).point(at), []
    for name, model in refit_path(first, second):
        now = SituationForecast(model, months).point(at)
        rows.append(Change(MODEL, name, None, None, _by_state(now - said)))
        said = now
    return rows


def _clocks(
    before: Dossier, corrected: Dossier, after: Dossier
) -> list[tuple[str, str, Situation, tuple[float | None, float | None]]]:
    """The case after each step that no act takes: corrections, age, clock of the stated term, silence."""
    age, gap, looked = sight(corrected.start_date, before.last_seen, looked_until(before), before.as_of)
    day = looked_until(before)
    mended = replace(situation_of(corrected), age=age, gap=gap, looked=looked, start=start_of(corrected, day))
    end = situation_of(after)
    ahead = (end.age + end.gap) - (age + gap)
    older = replace(mended, age=age + ahead, term=mended.term + ahead if mended.term else 0)
    ticked = replace(older, term=mended.term)
    quiet = replace(ticked, age=end.age, gap=end.gap, looked=end.looked, start=_still(corrected, after))
    left, due = (mended.term - age - gap, mended.term - age - gap - ahead) if mended.term else (None, None)
    return [
        (CORRECTIONS, CORRECTIONS, mended, (None, None)),
        (TIME, AGE, older, (float(age + gap), float(age + gap + ahead))),
        (TIME, CLOCK, ticked, (left, due)),
        (SILENCE, GAP, quiet, (float(gap), float(end.gap))),
    ]


def _still(corrected: Dossier, after: Dossier) -> tuple[float, ...]:
    """Where the case stands on the second day by what was known on the first."""
    return start_of(changed(corrected, as_of=after.as_of), looked_until(after))


def _moved_features(corrected: Dossier, after: Dossier) -> list[str]:
    own, later = situation_of(corrected), situation_of(after)
    return [n for n in own.names if n in FEATURES and own.covariate(n) != later.covariate(n)]


def _became_known(
    last: SituationForecast, at: Situation, pieces: Pieces, after: Dossier, moved: Mapping[str, Moved]
) -> list[Change]:
    """Parts of what became known, by kind and stage."""
    if not pieces.stages:
        return []

    def value(levels: tuple[int, ...]) -> Floats:
        return last.point(pieces.situation(at, levels))

    shares = stage_shares(value, [len(stages) for stages in pieces.stages.values()])
    rows = []
    for (name, stages), own in zip(pieces.stages.items(), shares, strict=True):
        for stage, share in zip(stages, own, strict=True):
            row = Change(KNOWN, name, stage.before, stage.after, _by_state(share), stage.rung, claim=stage.claim)
            if stage.rung is not None:
                row = replace(row, movers=_acts_of(stage.rung, after.events))
            elif stage.claim:
                row = replace(row, movers=tuple(_mover(e) for e in after.events if e.claim_id == stage.claim))
            elif name in moved:
                row = replace(row, movers=moved[name].movers, together=moved[name].together)
            rows.append(row)
    return rows


def _acts_of(rung: Rung, events: Sequence[Event]) -> tuple[Mover, ...]:
    return tuple(_mover(event) for event in events if event.event_id in rung.events)


def _mover(event: Event) -> Mover:
    return Mover(event.event_id, event.event_date, event.known_date, event.kind, event.summary, event.standing)


def _tells(row: Change) -> bool:
    """Whether it moves anything, or its value did."""
    return row.before != row.after or row.rung is not None or any(any(points) for points in row.points)


def _by_state(values: Floats) -> ByState:
    return tuple(tuple(map(float, row)) for row in values)
