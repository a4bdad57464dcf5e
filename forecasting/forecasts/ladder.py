"""Forecast of a case by the ladder's model, the base rates and their pool, under every reading of what is uncertain."""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.classes import CLASSES, CLASSES_OF, class_labels
from forecasting.forecasts.ladder_applicability import LadderSupport, extrapolations, of_share
from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    both_endorsements,
    covariate_table,
    read_paths,
    stated_term,
)
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import ENDORSED, MARGINAL, NOT_ENDORSED, StateProbabilities
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.incidence import with_ongoing
from forecasting.models.ladder import LadderModel, mixed
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_standings import Standings
from forecasting.models.uncertainty import interval
from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex
from forecasting.record.months import HORIZONS, completed_months
from forecasting.record.panel import case_key
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES

Floats = NDArray[np.float64]
Ladder = LadderPool | LadderModel | DatedRate


@dataclass(frozen=True)
class CaseReadings:
    """A case under each of n readings of what is uncertain about it: its open claims, and a leader's endorsement.

    Attributes
    ----------
    weight : numpy.ndarray of shape (n,)
        Probabilities, which sum to 1.
    at : Standings
        The case under each.
    endorsed : numpy.ndarray of bool, shape (n,), or None
        Whether a leader endorsed it, by reading; None where that is not uncertain.
    """

    weight: Floats
    at: Standings
    endorsed: NDArray[np.bool_] | None


def case_readings(index: DossierIndex, case: Dossier, paths: list[tuple[NDArray[np.int64], float]]) -> CaseReadings:
    """A case under every reading of what is uncertain about it.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    case : Dossier
        The case, as known on a day.
    paths : list of (numpy.ndarray of int of shape (1,), float)
        Its state on the day until which somebody looked, by reading of its claims, with the probability of each
        (`read_paths`). A case without a row of the ladder stands at level 0, or 1 for a signed text.

    Returns
    -------
    CaseReadings
        One reading for each path, or two where an endorsement is uncertain.
    """
    table = covariate_table(index, [(case.case_id, case.as_of)], COVARIATES)
    values, sure, _ = both_endorsements(table, COVARIATES)
    n = len(paths) * len(values)
    start = np.zeros((n, N_STATES))
    start[np.arange(n), np.repeat([int(path[0]) for path, _ in paths], len(values))] = 1.0
    every, seen = np.ones(n, dtype=np.int64), seen_case(case)
    names = [term.name for term in COVARIATES]
    by_reading = np.tile(values, (len(paths), 1))
    return CaseReadings(
        np.outer([chance for _, chance in paths], sure).ravel(),
        Standings(
            key=every * case_key(case.case_id),
            age=every * seen.age[0],
            gap=every * seen.gap[0],
            looked=np.full(n, seen.looked[0]),
            form=every * (case.start["type"] in SAME_OUTCOME_TYPES),
            term=every * stated_term(case),
            start=start,
            covariates=by_reading,
        ),
        by_reading[:, names.index(UNCERTAIN)] > 0.5 if len(values) > 1 else None,
    )


def looked_until(case: Dossier) -> date:
    """Last day until which somebody looked, never before the last sight."""
    return max(case.looked_until, case.last_seen)


def seen_case(case: Dossier, group: str = "") -> Seen:
    """A case as the base rates see it: its age at the last sight, and the months since then."""
    reached = completed_months(case.start_date, looked_until(case)) - case.age_months
    return Seen(
        np.array([case.age_months]),
        np.array([case.gap_months]),
        np.array([float(min(reached, case.gap_months))]),
        np.array([group]),
    )


class CaseOnLadder:
    """A case on a day, for the models of the ladder and the base rates; what several of them use is made once.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    case : Dossier
        The case, as known on the day.
    horizons : tuple of int
        Ascending months after the day.
    level : float
        Level of the equal-tailed intervals, in (0, 1).
    claims : bool, optional
        Take every open claim as true, or as untrue; by default each has its probability.
    """

    def __init__(
        self,
        index: DossierIndex,
        case: Dossier,
        horizons: tuple[int, ...],
        level: float,
        claims: bool | None = None,
    ) -> None:
        self._index, self._case, self._claims = index, case, claims
        self._horizons, self._level = horizons, level
        self._drawn: dict[int, tuple[Floats, Floats]] = {}
        self._extrapolations: dict[int, Applicability] = {}

    @cached_property
    def paths(self) -> list[tuple[NDArray[np.int64], float]]:
        """Where it stands on the ladder under each distinct reading of its claims."""
        days = np.array([looked_until(self._case).toordinal()])
        return read_paths(self._case, days, claims=self._claims)

    @cached_property
    def readings(self) -> CaseReadings:
        """The case under every reading."""
        return case_readings(self._index, self._case, self.paths)

    def states(self, name: str, model: Ladder) -> dict[str, StateProbabilities]:
        """Probabilities of the states by a model, marginal and, where an endorsement is uncertain, conditional on it.

        Parameters
        ----------
        name : str
            Name of the model, by which a base rate by class knows its classes.
        model : LadderPool, LadderModel or DatedRate
            A fitted model.

        Returns
        -------
        dict of str to StateProbabilities
            By `MARGINAL`, and `ENDORSED` and `NOT_ENDORSED`; a base rate has the first alone.

        Notes
        -----
        The point of the ladder's model is the mean of its draws, that of a base rate its estimate; that of the pool is
        the linear pool of the two, as it is scored. Bounds hold the point.
        """
        if isinstance(model, DatedRate):
            return {MARGINAL: self._of_rate(name, model)}
        own = model.model_ if isinstance(model, LadderPool) else model
        found = {}
        for side, weight in self._sides().items():
            draws = with_ongoing(mixed(*self._draws(own), weight))
            if isinstance(model, LadderPool):
                point, base = self._rate(name, model.base_)
                bounds = model.interval(draws, base, self._level)
                found[side] = _held(model.point(draws.mean(axis=0), point), *bounds)
            else:
                found[side] = _held(draws.mean(axis=0), *interval(draws, self._level))
        return found

    def ended(self, name: str, model: Ladder) -> StateProbabilities:
        """Probability that the case has ended already, by cause, and that it goes on; of shape (4, 1).

        Parameters
        ----------
        name : str
            Name of the model.
        model : LadderPool, LadderModel or DatedRate
            A fitted model.

        Returns
        -------
        StateProbabilities
            Given that no ending was noted since the last sight.
        """
        if isinstance(model, DatedRate):
            point, draws = self._rate_gap(name, model)
            return _held(point, *interval(draws, self._level))
        own = model.model_ if isinstance(model, LadderPool) else model
        gap = own.gaps(self.readings.at)
        ended = mixed(gap.ended.transpose(1, 0, 2)[..., None], gap.nothing_noted.T, self.readings.weight)
        drawn = with_ongoing(ended)
        if not isinstance(model, LadderPool):
            return _held(drawn.mean(axis=0), *interval(drawn, self._level))
        point, base = self._rate_gap(name, model.base_)
        return _held(model.point(drawn.mean(axis=0), point), *model.interval(drawn, base, self._level))

    def limit(self, support: LadderSupport, model: LadderPool | LadderModel) -> Applicability:
        """Applicability of the ladder's model, or of its pool, to the case; over all usual horizons, whatever is asked.

        Parameters
        ----------
        support : LadderSupport
            Ranges of the model's training cases.
        model : LadderPool or LadderModel
            The fitted model.

        Returns
        -------
        Applicability
            See `ladder_applicability`; of the pool by the model's share in it.
        """
        pooled = isinstance(model, LadderPool)
        own = model.model_ if pooled else model
        if id(own) not in self._extrapolations:
            readings = self.readings
            found = extrapolations(support, own, readings.at, readings.weight, HORIZONS)
            self._extrapolations[id(own)] = found
        return of_share(self._extrapolations[id(own)], 1.0 - model.base_share if pooled else 1.0)

    def _sides(self) -> dict[str, Floats]:
        weight, endorsed = self.readings.weight, self.readings.endorsed
        if endorsed is None:
            return {MARGINAL: weight}
        parts = {ENDORSED: weight * endorsed, NOT_ENDORSED: weight * ~endorsed}
        return {MARGINAL: weight} | {side: part / part.sum() for side, part in parts.items()}

    def _draws(self, model: LadderModel) -> tuple[Floats, Floats]:
        if id(model) not in self._drawn:
            self._drawn[id(model)] = model.reading_draws(self.readings.at, self._horizons)
        return self._drawn[id(model)]

    def _of_rate(self, name: str, rate: DatedRate) -> StateProbabilities:
        point, draws = self._rate(name, rate)
        return _held(point, *interval(draws, self._level))

    def _seen(self, name: str, rate: DatedRate) -> Seen:
        if not rate.by_class:
            return seen_case(self._case)
        starts = pd.DataFrame(
            {column: [self._case.start[column]] for column in (CLASSES[each] for each in CLASSES_OF[name])}
        )
        return seen_case(self._case, str(class_labels(starts, name)[0]))

    def _rate(self, name: str, rate: DatedRate) -> tuple[Floats, Floats]:
        """Point, (4, n_horizons), and draws of the states by a base rate."""
        at = self._seen(name, rate)
        point = rate.predict_cumulative_incidence(at, self._horizons).values[0]
        return with_ongoing(point[None])[0], with_ongoing(rate.draws(at, self._horizons)[:, 0])

    def _rate_gap(self, name: str, rate: DatedRate) -> tuple[Floats, Floats]:
        at = self._seen(name, rate)
        point, draws = rate.gaps(at).ended[:, 0], rate.gap_draws(at).ended[:, 0]
        return with_ongoing(point[..., None])[0], with_ongoing(draws[..., None])


def _held(point: Floats, lower: Floats, upper: Floats) -> StateProbabilities:
    """Probabilities with bounds that hold the point."""
    return StateProbabilities(point, np.minimum(lower, point), np.maximum(upper, point))
