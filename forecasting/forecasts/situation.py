"""What the ladder's models read of a case on a day, as numbers to change one at a time, and their forecast."""

from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.forecasts.fit import FittedModels
from forecasting.forecasts.ladder import looked_until
from forecasting.forecasts.ladder_rows import COVARIATES, covariates_of, read_paths, stated_term
from forecasting.forecasts.training import UNCERTAIN
from forecasting.models import BASE_RATE, HEADLINE, LADDER_MODEL
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.ladder import LadderModel, mixed
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.ladder_standings import Standings
from forecasting.record.cases import Dossier
from forecasting.record.months import completed_months
from forecasting.record.panel import case_key
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES
from forecasting.store.errors import UsageError, shown

Floats = NDArray[np.float64]
RECALIBRATION: Final = "recalibration"
COVARIATE_NAMES: Final = tuple(term.name for term in COVARIATES)


@dataclass(frozen=True)
class Situation:
    """A case as the ladder's models see it on a day.

    Attributes
    ----------
    key : int
        Number that stands for the case.
    form : int
        Form of the ladder, 0 or 1.
    age, gap : int
        Completed months at the last sight, and from then to the day.
    looked : float
        Months from the last sight until which somebody looked.
    term : int
        Months of age at which the stated term ends; 0 for none.
    start : tuple of float
        Probability of each of the 18 states on the day until which somebody looked.
    covariates : tuple of float
        Covariates in the model's order; an uncertain endorsement as its probability.
    names : tuple of str
        Their names.

    Examples
    --------
    >>> Situation(1, 0, 12, 0, 0.0, 0, (1.0, *[0.0] * 17), (), ()).seen().age.tolist()
    [12]
    """

    key: int
    form: int
    age: int
    gap: int
    looked: float
    term: int
    start: tuple[float, ...]
    covariates: tuple[float, ...] = ()
    names: tuple[str, ...] = COVARIATE_NAMES

    def with_covariate(self, name: str, value: float) -> "Situation":
        """The same with another value of a covariate; errors as of `covariate`."""
        self.covariate(name)
        pairs = zip(self.names, self.covariates, strict=True)
        return replace(self, covariates=tuple(value if own == name else old for own, old in pairs))

    def covariate(self, name: str) -> float:
        """Value of a covariate.

        Raises
        ------
        UsageError
            For a name that is not among those of the model.
        """
        if name not in self.names:
            raise UsageError(
                f"expected a covariate out of {', '.join(self.names) or 'none'}, got {shown(name)}; choose one of them"
            )
        return self.covariates[self.names.index(name)]

    def seen(self) -> Seen:
        """The case as a base rate without classes sees it."""
        return Seen(np.array([self.age]), np.array([self.gap]), np.array([self.looked]), np.array([""]))

    def standings(self) -> Standings:
        """The case as the ladder's model sees it, its endorsement taken as it stands."""
        one = np.ones(1, dtype=np.int64)
        return Standings(
            one * self.key, one * self.age, one * self.gap, np.array([self.looked]), one * self.form, one * self.term,
            np.array([self.start]), np.array([self.covariates]),
        )  # fmt: skip

    def readings(self) -> list[tuple[float, "Situation"]]:
        """The case with and without an uncertain endorsement, with the probability of each; one where it is certain."""
        chance = self.covariate(UNCERTAIN) if UNCERTAIN in self.names else 1.0
        if not 0.0 < chance < 1.0:
            return [(1.0, self)]
        return [(chance, self.with_covariate(UNCERTAIN, 1.0)), (1.0 - chance, self.with_covariate(UNCERTAIN, 0.0))]


def situation_of(case: Dossier) -> Situation:
    """A case as the ladder's models see it.

    Parameters
    ----------
    case : Dossier
        The case, as known on a day.

    Returns
    -------
    Situation
        Of that day. Open claims are one distribution over the states: by Bayes' rule the forecast is the same as that
        mixed over their readings, since incidence and the chance that nothing was noted are linear in it.

    Examples
    --------
    >>> from forecasting import load_history
    >>> found = situation_of(load_history(as_of="2026-03-01").case("new-start-post-expiry-2026"))
    >>> found.age, found.gap, round(sum(found.start), 9)
    (0, 0, 1.0)
    """
    age, gap, looked = sight(case.start_date, case.last_seen, looked_until(case), case.as_of)
    return Situation(
        key=int(case_key(case.case_id)),
        form=int(case.start["type"] in SAME_OUTCOME_TYPES),
        age=age,
        gap=gap,
        looked=looked,
        term=stated_term(case),
        start=start_of(case, looked_until(case)),
        covariates=covariates_of(case, COVARIATES),
    )


def sight(start: date, last_seen: date, looked: date, day: date) -> tuple[int, int, float]:
    """Age at the last sight, months from then to a day, and those until which somebody looked.

    >>> sight(date(2020, 1, 1), date(2021, 1, 1), date(2021, 3, 5), date(2022, 1, 1))
    (12, 12, 2.0)
    """
    age = completed_months(start, last_seen)
    gap = completed_months(start, day) - age
    return age, gap, float(min(completed_months(start, looked) - age, gap))


def start_of(case: Dossier, day: date) -> tuple[float, ...]:
    """Probability of each state of a case on a day, over the readings of its open claims, (18,)."""
    start = np.zeros(N_STATES)
    for path, chance in read_paths(case, np.array([day.toordinal()])):
        start[int(path[0])] += chance
    return tuple(map(float, start))


class SituationForecast:
    """Forecasts of situations by the headline or the ladder's model; what several of them use is drawn once.

    Parameters
    ----------
    model : LadderPool or LadderModel
        A fitted model.
    horizons : tuple of int
        Ascending months after the day.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> pool = fit_models(history, ["ladder"]).models["ladder"]
    >>> own = SituationForecast(pool, (60,)).point(situation_of(history.case("salt2-observance-1979")))
    >>> own.shape, float(own.sum().round(9))
    ((4, 1), 1.0)
    """

    def __init__(self, model: LadderPool | LadderModel, horizons: tuple[int, ...]) -> None:
        self._pool = model if isinstance(model, LadderPool) else None
        self._model = model.model_ if isinstance(model, LadderPool) else model
        self._horizons = horizons
        self._drawn: dict[Situation, tuple[Floats, Floats]] = {}

    def point(self, at: Situation) -> Floats:
        """Probability of each state within each horizon, (4, n_horizons)."""
        own = self.model_draws(at).mean(axis=0)
        return own if self._pool is None else self._pool.point(own, self.base(at))

    def model_draws(self, at: Situation) -> Floats:
        """Draws by the ladder's model, (n_draws, 4, n_horizons)."""
        listed = at.readings()
        drawn = [self._reading(reading) for _, reading in listed]
        weight = np.array([chance for chance, _ in listed])
        return with_ongoing(mixed(np.stack([d[0] for d in drawn]), np.stack([d[1] for d in drawn]), weight))

    def base(self, at: Situation) -> Floats:
        """Probability by the pool's base rate, (4, n_horizons)."""
        assert self._pool is not None
        return with_ongoing(self._pool.base_.predict_cumulative_incidence(at.seen(), self._horizons).values[0])

    def base_draws(self, at: Situation) -> Floats:
        """Draws by the pool's base rate, (n_base_draws, 4, n_horizons)."""
        assert self._pool is not None
        return with_ongoing(self._pool.base_.draws(at.seen(), self._horizons)[:, 0])

    def _reading(self, at: Situation) -> tuple[Floats, Floats]:
        if at not in self._drawn:
            incidence, nothing = self._model.reading_draws(at.standings(), self._horizons)
            self._drawn[at] = incidence[0], nothing[0]
        return self._drawn[at]


def with_ongoing(incidence: Floats) -> Floats:
    """Incidence by cause, (..., k, n_horizons), with the probability of going on as the last state.

    >>> with_ongoing(np.array([[0.25], [0.5]])).tolist()
    [[0.25], [0.5], [0.25]]
    """
    return np.concatenate([incidence, 1.0 - incidence.sum(axis=-2, keepdims=True)], axis=-2)


def headline_pool(fitted: FittedModels) -> LadderPool:
    """The headline among fitted models.

    Parameters
    ----------
    fitted : FittedModels
        Fitted models.

    Returns
    -------
    LadderPool
        The fitted pool.

    Raises
    ------
    UsageError
        Where it is not among them.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> headline_pool(fit_models(load_history(as_of="1985-01-01"), ["ladder"])).base_share
    0.25
    """
    model = fitted.models.get(HEADLINE)
    if not isinstance(model, LadderPool):
        raise UsageError(
            f"expected {HEADLINE} among the fitted models, got {', '.join(fitted.models) or 'none'}: fit it with "
            f'fit_models(history, ["{HEADLINE}"])'
        )
    return model


def refit_path(
    first: LadderPool | LadderModel, second: LadderPool | LadderModel
) -> list[tuple[str, LadderPool | LadderModel]]:
    """Models on the way from one fit to a later one, each with what of the later one it has taken over.

    Parameters
    ----------
    first, second : LadderPool or LadderModel
        Fits of the same kind.

    Returns
    -------
    list of (str, LadderPool or LadderModel)
        The ladder's model (`ladder_model`), its recalibration, and for a pool its base rate, in this order: the order
        in which a forecast is made.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> pool = fit_models(load_history(as_of="1985-01-01"), ["ladder"]).models["ladder"]
    >>> [name for name, _ in refit_path(pool, pool)]
    ['ladder_model', 'recalibration', 'base_rate']
    """
    one, two = (model.model_ if isinstance(model, LadderPool) else model for model in (first, second))
    half = two.recalibrated_by(one.hazard_.recalibration)
    if not isinstance(first, LadderPool) or not isinstance(second, LadderPool):
        return [(LADDER_MODEL, half), (RECALIBRATION, two)]
    return [
        (LADDER_MODEL, _pool(first, half, first.base_)),
        (RECALIBRATION, _pool(first, two, first.base_)),
        (BASE_RATE, second),
    ]


def _pool(like: LadderPool, model: LadderModel, base: DatedRate) -> LadderPool:
    return copy(like).of(model, base)
