"""Fit of the models to the spells known on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final, TypeGuard

from sklearn.base import clone

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import Support, support_of
from forecasting.forecasts.classes import CLASSES, rivalry, start_covariates
from forecasting.forecasts.ladder_applicability import LadderSupport, ladder_support
from forecasting.forecasts.ladder_rows import COVARIATES, Followed, follow_ups_by_age
from forecasting.forecasts.ladder_training import LadderTraining, fit_rate, ladder_training
from forecasting.forecasts.training import TrainingSet, state_features, training_set
from forecasting.models import DEFAULT, FIRST, HEADLINE, LADDER_MODEL, MODELS, AnyModel
from forecasting.models.dated_rate import DatedRate
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.history import History, require_history
from forecasting.record.panel import Population, Spells, check_choice, spells
from forecasting.record.reads import NotedMapping, Reads, every_field, noting, once, recording, together
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import InsufficientHistoryError, UsageError

__all__ = [
    "CLASSES",
    "FEWEST_ENDINGS",
    "FittedModels",
    "check_models",
    "fit_hazard",
    "fit_models",
    "rivalry",
    "start_covariates",
    "unfitted",
]
FEWEST_ENDINGS: Final = 10
HEADLINE_POPULATION: Final[Population] = "forward"


@dataclass(frozen=True)
class FittedModels:
    """Models fitted on the spells known on a day, under one target and population.

    Attributes
    ----------
    as_of : date
        The day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.
    models : mapping of str to estimator
        By name; a model notes its provenance each time it is used.
    spells : Spells
        Spells of the population.
    support : Support or None
        Applicability domain of the hazard model; None where there is no hazard model.
    reads : mapping of str to Reads
        Provenance of each model, by name.
    ladder_support : LadderSupport or None
        Applicability domain of the ladder's model; None where neither it nor its pool was fitted.
    ladder_base : DatedRate or None
        Base rate of the ladder's training cases, that of the pool: its interval lies within a widened one.

    Examples
    --------
    >>> from forecasting import load_history
    >>> fitted = fit_models(load_history(as_of="2026-02-05"))
    >>> list(fitted.only("base_rate").models)
    ['base_rate']
    """

    as_of: date
    target: str
    population: Population
    models: Mapping[str, AnyModel]
    spells: Spells
    support: Support | None = None
    reads: Mapping[str, Reads] = field(default_factory=dict)
    ladder_support: LadderSupport | None = None
    ladder_base: DatedRate | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.models, NotedMapping):
            own = {name: self.reads.get(name, Reads()) for name in self.models}
            used = {name: together(reads, Reads(models=frozenset((name,)))) for name, reads in own.items()}
            object.__setattr__(self, "models", NotedMapping(self.models, used))
        if self.support is not None:
            learned = every_field(Support, self._reads_of(HazardModel))
            object.__setattr__(self, "support", noting(self.support, learned))
        if self.ladder_support is not None:
            learned = every_field(LadderSupport, self._reads_of(LadderModel, LadderPool))
            object.__setattr__(self, "ladder_support", noting(self.ladder_support, learned))

    def _reads_of(self, *kinds: type) -> Reads:
        return together(*(self.reads[name] for name in self.reads if isinstance(MODELS[name], kinds)))

    def only(self, *names: str) -> "FittedModels":
        """The named models alone, in that order."""
        assert isinstance(self.models, NotedMapping)
        return replace(self, models=self.models.only(names))


def fit_models(
    history: History,
    names: Iterable[str] = DEFAULT,
    target: str = TARGETS[0],
    population: Population = "forward",
    index: DossierIndex | None = None,
) -> FittedModels:
    """Fit the named models to what was known on the day of a history.

    Parameters
    ----------
    history : History
        The record as of the day.
    names : iterable of str
        Names out of `MODELS`; by default the headline and all that stands under it.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on, see `record.panel.spells`. The ladder's model and its pool are always
        fitted on the prospectively sampled core cases, the hazard model on all core cases with a term for retrospective
        sampling.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    FittedModels
        The models in the order of `names`; of `history.training`, which leaves out overlays that are not learned from.

    Raises
    ------
    InsufficientHistoryError
        Where fewer than 10 endings were known.
    UsageError
        For an unknown model, or none.

    Examples
    --------
    >>> from forecasting import load_history
    >>> fitted = fit_models(load_history(as_of="2026-02-05"), ["base_rate"])
    >>> fitted.as_of.isoformat(), list(fitted.models)
    ('2026-02-05', ['base_rate'])
    """
    require_history(history)
    chosen = check_models(names)
    check_choice(target, population)
    if history.training is not history:
        # rows of one's own are not learned from unless that is asked for
        history, index = history.training, None
    own = _Learned(history, index or history.dossiers(target), target)
    known = spells(history, target, population)
    _require_endings(history, known, population, target)
    fitted: dict[str, AnyModel] = {}
    reads: dict[str, Reads] = {}
    support, ranges, base = None, None, None
    for name in chosen:
        with recording() as heard:
            if name == FIRST:
                fitted[name], support = own.hazard(name)
            else:
                fitted[name] = own.model(name, population)
            if is_of_ladder(fitted[name]):
                ranges, base = own.ladder_domain()
        reads[name] = heard.reads
    return FittedModels(history.as_of, target, population, fitted, known, support, reads, ranges, base)


def is_of_ladder(model: AnyModel) -> TypeGuard[LadderModel | LadderPool]:
    """True of the ladder's model and of its pool."""
    return isinstance(model, LadderModel | LadderPool)


class _Learned:
    """What models of one day learn from; what several need is made once, and noted by each that uses it."""

    def __init__(self, history: History, index: DossierIndex, target: str) -> None:
        self._history, self._index, self._target = history, index, target
        self._kept: dict[Any, Any] = {}

    def hazard(self, name: str) -> tuple[HazardModel, Support]:
        """The fitted hazard model and its applicability domain."""
        model = unfitted(name)
        assert isinstance(model, HazardModel)
        learned = training_set(self._history, self._index, MODEL_FEATURES, self._target)
        domains = self._history.cases.set_index("case_id")["domain"]
        return fit_hazard(model, learned), support_of(learned.landmarks, learned.names, domains)

    def model(self, name: str, population: Population) -> AnyModel:
        """A fitted base rate, ladder's model or pool."""
        model = unfitted(name)
        if isinstance(model, LadderModel):
            return self._ladder()
        if isinstance(model, LadderPool):
            return model.of(self._ladder(), self._pool_rate())
        assert isinstance(model, DatedRate)
        return self._rate(name, model, population)

    def ladder_domain(self) -> tuple[LadderSupport, DatedRate]:
        """Ranges of the very rows that the ladder's model is fitted on, and the base rate of their cases."""
        return once(self._kept, "support", self._ladder_support), self._pool_rate()

    def _ladder_support(self) -> LadderSupport:
        learned = self._training()
        return ladder_support(learned.followed.cases, learned.lines, learned.covariates)

    def _pool_rate(self) -> DatedRate:
        pool = unfitted(HEADLINE)
        assert isinstance(pool, LadderPool)
        return once(self._kept, "rate", lambda: self._rate(HEADLINE, pool.parts()[1], HEADLINE_POPULATION))

    def _ladder(self) -> LadderModel:
        return once(self._kept, "ladder", self._fit_ladder)

    def _fit_ladder(self) -> LadderModel:
        learned = self._training()
        _require_endings(self._history, learned.core, HEADLINE_POPULATION, self._target)
        model = unfitted(LADDER_MODEL)
        assert isinstance(model, LadderModel)
        return learned.fit(model)

    def _training(self) -> LadderTraining:
        def assemble() -> LadderTraining:
            return ladder_training(self._index, spells(self._history, self._target, HEADLINE_POPULATION))

        return once(self._kept, "training", assemble)

    def _rate(self, name: str, rate: DatedRate, population: Population) -> DatedRate:
        known, followed = self._followed_by_age(population)
        return fit_rate(rate, name, followed, known, self._history.as_of)

    def _followed_by_age(self, population: Population) -> tuple[Spells, Followed]:
        def follow() -> tuple[Spells, Followed]:
            known = spells(self._history, self._target, population)
            return known, follow_ups_by_age(self._index, known)

        return once(self._kept, ("by age", population), follow)


def _require_endings(history: History, known: Spells, population: str, target: str) -> None:
    n_endings = int(known.endings().sum())
    if n_endings < FEWEST_ENDINGS:
        raise InsufficientHistoryError(
            f"expected a day by which at least {FEWEST_ENDINGS} endings were known, got {history.as_of} "
            f"with {n_endings} (population {population}, target {target})"
        )


def check_models(names: Iterable[str]) -> list[str]:
    """Checked names of models.

    Parameters
    ----------
    names : iterable of str
        One or more names out of `MODELS`.

    Returns
    -------
    list of str
        The names.

    Raises
    ------
    UsageError
        For no name, or another one.

    Examples
    --------
    >>> check_models(["base_rate"])
    ['base_rate']
    """
    chosen = list(names)
    if not chosen:
        raise UsageError(f"expected at least one model out of {', '.join(MODELS)}, got none")
    for name in chosen:
        if name not in MODELS:
            raise UsageError(f"expected models out of {', '.join(MODELS)}, got {name!r}")
    return chosen


def unfitted(name: str) -> AnyModel:
    """A new unfitted model with the settings and covariates of `fit_models`.

    Parameters
    ----------
    name : str
        Name out of `MODELS`.

    Returns
    -------
    estimator
        A clone of the registered model.

    Examples
    --------
    >>> unfitted("primary").statics[0]
    'text_exists'
    """
    model: AnyModel = clone(MODELS[name])
    if isinstance(model, HazardModel):
        return _with_covariates(model, MODEL_FEATURES)
    if isinstance(model, LadderModel):
        model.set_params(covariates=COVARIATES)
    elif isinstance(model, LadderPool):
        model.model.set_params(covariates=COVARIATES)
    return model


def fit_hazard(model: HazardModel, learned: TrainingSet) -> HazardModel:
    """Fit of a hazard model to a training set.

    Parameters
    ----------
    model : HazardModel
        Unfitted model; its covariates are set to those of the training set.
    learned : TrainingSet
        Landmarks of the training cases.

    Returns
    -------
    HazardModel
        `model`, fitted.
    """
    return _with_covariates(model, learned.names).fit(learned.landmarks, learned.outcome, learned.group)


def _with_covariates(model: HazardModel, names: Sequence[str]) -> HazardModel:
    states = state_features(names)
    return model.set_params(statics=tuple(name for name in names if name not in states), states=states)
