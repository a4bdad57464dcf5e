"""History of a number: the headline of a case on the days of a window, each computed from what was known by then."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import pandas as pd

from forecasting.artefacts.session import shared_fit
from forecasting.forecasts import FittedModels, case_limits
from forecasting.forecasts.situation import SituationForecast, headline_pool, situation_of
from forecasting.models import HEADLINE
from forecasting.record.cases import Dossier, Event
from forecasting.record.history import History, checked_day, require_history
from forecasting.record.ladders import Rung
from forecasting.record.months import check_horizons, deadline
from forecasting.record.panel import check_choice
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import InsufficientHistoryError, LeakageError, require_text

WINDOW: Final = 12
"""Months before the day of a page that its history covers."""
MOST_DAYS: Final = 24
"""Days of a history on which something became known; a page with more would not be drawn in seconds."""
LEAST_MOVED: Final = 0.005
FIT_MONTHS: Final = (1, 7)
"""Months on whose first day the models are fitted again within a window."""

Fit = Callable[[History], FittedModels]


@dataclass(frozen=True)
class Point:
    """The headline on a day.

    Attributes
    ----------
    day : date
        The day; the record is read as known on it.
    fitted_on : date
        Day as of which the models were fitted, `day` or an earlier one.
    chances : tuple of float, of length 4
        Probability of each of `STATES` within the horizon from the day.

    Examples
    --------
    >>> Point(date(2026, 2, 6), date(2026, 2, 5), (0.1, 0.4, 0.2, 0.3)).chances[1]
    0.4
    """

    day: date
    fitted_on: date
    chances: tuple[float, ...]


def learned_on(one: Event | Rung) -> date:
    """First day on which a forecast can know of an act or of a row of a ladder.

    Parameters
    ----------
    one : Event or Rung
        An act that became public late on a day counts from the next day.

    Returns
    -------
    date
        The day.

    Examples
    --------
    >>> day = date(2026, 2, 5)
    >>> learned_on(Rung("strain", day, day, "day", 1, "live", (), (), "A complaint.", "high")).isoformat()
    '2026-02-05'
    """
    late = isinstance(one, Event) and one.known_late
    return one.known_date + timedelta(days=1) if late else one.known_date


def history_days(case: Dossier, since: date, most: int = MOST_DAYS) -> tuple[date, ...]:
    """Days of a history: the window's ends, new fits, and each day on which something became known with that before.

    Parameters
    ----------
    case : Dossier
        The case as known on the last day.
    since : date
        First day asked for; a case that became known later begins then.
    most : int
        Days on which something became known; of more, those on which a ladder changed go first, then the latest.

    Returns
    -------
    tuple of date
        In order, each once.

    Raises
    ------
    LeakageError
        The first day is after the case's own.

    Examples
    --------
    >>> from forecasting import load_history
    >>> case = load_history(as_of="2026-03-01").case("new-start-post-expiry-2026")
    >>> [day.isoformat() for day in history_days(case, date(2025, 3, 1), most=1)]
    ['2026-02-05', '2026-02-06', '2026-03-01']

    Notes
    -----
    With the day before each, what became known on a day is told apart from what time alone does.
    """
    if since > case.as_of:
        raise LeakageError(f"expected a first day up to {case.as_of}, got {since}; choose an earlier one")
    first = max(since, _known_from(case))
    rungs = {learned_on(rung) for rung in case.rungs}
    told = {day for day in rungs | {learned_on(event) for event in case.events} if first < day < case.as_of}
    kept = sorted(told, key=lambda day: (day in rungs, day))[-most:] if most else []
    before = {day - timedelta(days=1) for day in kept}
    return tuple(sorted({first, case.as_of, *kept, *before, *_refits(first, case.as_of)}))


def _known_from(case: Dossier) -> date:
    return date.fromisoformat(str(case.start["start_known_date"]))


def _refits(first: date, last: date) -> Iterable[date]:
    days = (date(year, month, 1) for year in range(first.year, last.year + 1) for month in FIT_MONTHS)
    return (day for day in days if first < day < last)


def number_history(
    history: History,
    case_id: str,
    since: str | date | None = None,
    *,
    horizon: int = 60,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
    refits: Collection[date] = (),
    fit_of: Fit | None = None,
) -> tuple[Point, ...]:
    """The headline of a case day by day, each point computed from what was known on its day.

    The record is that known on the day of the point. The models are fitted as of the first and the last day, of each
    1 January and 1 July between, and of `refits`; a point takes the last fit that is not after its day.

    Parameters
    ----------
    history : History
        The record as of the last day.
    case_id : str
        The case.
    since : date or str, optional
        First day; by default twelve months before the last, or when the case became known.
    horizon : int
        Months after each day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    artefacts : str or Path, optional
        Folder of fitted models.
    refits : collection of date
        More days on which the models are fitted, and which are points.
    fit_of : callable, optional
        Gives the fitted headline of a record as of a day; by default `shared_fit`.

    Returns
    -------
    tuple of Point
        By day; days on which the headline abstains or too little was known to fit it are left out.

    Raises
    ------
    LeakageError
        The first day is after the last.
    UsageError
        The case is unknown, or had ended by the last day.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = number_history(load_history(as_of="2026-02-05"), "new-start-post-expiry-2026")
    >>> [(point.day.isoformat(), round(sum(point.chances), 9)) for point in found]
    [('2026-02-05', 1.0)]
    """
    require_history(history)
    require_text("case_id", case_id)
    check_choice(target, "forward")
    check_horizons([horizon])
    fit = fit_of or (lambda past: shared_fit(past, (HEADLINE,), target, artefacts).fitted)
    case = history.case(case_id, target)
    asked = history_days(case, checked_day(since) or deadline(history.as_of, -WINDOW))
    first, last = asked[0], asked[-1]
    own = {day for day in refits if first < day < last}
    refitted = {first, last, *_refits(first, last), *own}
    uncorrected, whole = _uncorrected_from(history), history.dossiers(target)
    points: list[Point] = []
    fitted: SituationForecast | None = None
    fitted_on = first
    for day in sorted({*asked, *own}):
        if day in refitted:
            fitted, fitted_on = _fitted(history.at(day), case_id, fit, horizon), day
        if fitted is None:
            continue
        index = whole if day >= uncorrected else history.at(day).dossiers(target)
        chances = fitted.point(situation_of(index.dossier(case_id, day)))[:, 0]
        points.append(Point(day, fitted_on, tuple(map(float, chances))))
    return tuple(points)


def _fitted(past: History, case_id: str, fit: Fit, horizon: int) -> SituationForecast | None:
    """The headline fitted as of a day; None where too little is known for it, or where it abstains from the case."""
    try:
        fitted = fit(past)
    except InsufficientHistoryError:
        return None
    limit = case_limits(past, [case_id], fitted)[case_id][HEADLINE]
    return None if limit.status == "abstained" else SituationForecast(headline_pool(fitted), (horizon,))


def _uncorrected_from(history: History) -> date:
    """First day whose dossiers are those of today's index, where corrections of claims alone count by their day."""
    cells = history.record.tables["corrections"]
    days = cells.typed("recorded_on")[cells.cells["table"].ne("claims")]
    known = days[days <= pd.Timestamp(history.as_of)]
    return known.max().date() if len(known) else date.min


@dataclass(frozen=True)
class Mark:
    """A day of a history on which something became known, and by how much the number moved on it.

    Attributes
    ----------
    point : Point
        The number on the day.
    points : tuple of float, of length 4
        By how much each state moved since the day before, as fractions of one; the models are the same.
    said : str
        What became known, in the words of the record; a row of a ladder goes before an act.
    others : int
        Number of further acts that became known on the day.

    Examples
    --------
    >>> point = Point(date(2026, 2, 6), date(2026, 2, 5), (0.1, 0.4, 0.2, 0.3))
    >>> Mark(point, (-0.1, 0.1, 0.0, 0.0), "Rejected.", 2).others
    2
    """

    point: Point
    points: tuple[float, ...]
    said: str
    others: int


def marks(case: Dossier, found: Iterable[Point], most: int = 5) -> tuple[Mark, ...]:
    """Days on which what became known of a case moved its number most, in order.

    Parameters
    ----------
    case : Dossier
        The case as known on the last day.
    found : iterable of Point
        As of `number_history`.
    most : int
        Number of days.

    Returns
    -------
    tuple of Mark
        None for a day on which no ending moved by half a point, nor for one of a new fit, on which two causes meet.

    Examples
    --------
    >>> from forecasting import load_history
    >>> marks(load_history(as_of="2026-02-05").case("new-start-post-expiry-2026"), [])
    ()
    """
    points = list(found)
    told: list[Mark] = []
    for before, now in pairwise(points):
        rungs = [rung.evidence for rung in case.rungs if learned_on(rung) == now.day]
        acts = [event.summary for event in case.events if learned_on(event) == now.day]
        if not (rungs or acts) or now.fitted_on != before.fitted_on:
            continue
        said = (rungs or acts)[0]
        moved = tuple(b - a for a, b in zip(before.chances, now.chances, strict=True))
        if max(map(abs, moved)) < LEAST_MOVED or now.day - before.day > timedelta(days=1):
            continue
        told.append(Mark(now, moved, said, len(acts) - (not rungs)))
    largest = sorted(told, key=lambda mark: -max(map(abs, mark.points)))[:most]
    return tuple(sorted(largest, key=lambda mark: mark.point.day))
