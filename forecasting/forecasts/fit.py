"""Fit of the models to the spells known on a day."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import pandas as pd
from sklearn.base import clone

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import Support, support_of
from forecasting.forecasts.training import TrainingSet, state_features, training_set
from forecasting.forecasts.uncertain import Model
from forecasting.models import BASE_RATES, MODELS
from forecasting.models.hazard import HazardModel
from forecasting.record.history import History
from forecasting.record.panel import Population, Spells, spells
from forecasting.record.reads import NotedMapping, Reads, every_field, noting, recording, together
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import InsufficientHistoryError, UsageError

FEWEST_ENDINGS = 10
CLASSES: Final = {"type": "type", "rivalry": "adversarial"}


@dataclass(frozen=True)
class FittedModels:
    """Models fitted on the spells known on `as_of`, under one target and population.

    `support`: the domain of the hazard model's training cases; None where there is no hazard model. `reads`: what each
    model rests on, by name; a model, or the support, notes it whenever it is used.
    """

    as_of: date
    target: str
    population: Population
    models: Mapping[str, Model]
    spells: Spells
    support: Support | None = None
    reads: Mapping[str, Reads] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.models, NotedMapping):
            own = {name: self.reads.get(name, Reads()) for name in self.models}
            used = {name: together(reads, Reads(models=frozenset((name,)))) for name, reads in own.items()}
            object.__setattr__(self, "models", NotedMapping(self.models, used))
        if self.support is not None:
            learned = together(*(self.reads[name] for name in self.reads if isinstance(MODELS[name], HazardModel)))
            object.__setattr__(self, "support", noting(self.support, every_field(Support, learned)))

    def only(self, *names: str) -> "FittedModels":
        """Some of the models, in the order named."""
        assert isinstance(self.models, NotedMapping)
        return replace(self, models=self.models.only(names))


def fit_models(
    history: History,
    names: Iterable[str] = BASE_RATES,
    target: str = TARGETS[0],
    population: Population = "forward",
    index: DossierIndex | None = None,
) -> FittedModels:
    """Fit the named models to what was known on the day of `history`.

    Parameters
    ----------
    history
        The record as of the day.
    names
        Names out of `MODELS`; default: the base rates.
    target
        Which endings count as formal: `concluded` or `in_force`.
    population
        Spells that the base rates are fitted on: `forward` (prospectively sampled core cases), `pooled` or `every`. The
        hazard model always learns from all core cases, with a term for retrospective sampling.
    index
        Dossiers of this history under the target; default: those that the history keeps.

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
    chosen = check_models(names)
    known = spells(history, target, population)
    n_endings = int(known.endings().sum())
    if n_endings < FEWEST_ENDINGS:
        raise InsufficientHistoryError(
            f"expected a day by which at least {FEWEST_ENDINGS} endings were known, got {history.as_of} "
            f"with {n_endings} (population {population}, target {target})"
        )
    fitted: dict[str, Model] = {}
    reads: dict[str, Reads] = {}
    support = None
    for name in chosen:
        model = unfitted(name)
        with recording() as heard:
            if isinstance(model, HazardModel):
                learned = training_set(history, index or history.dossiers(target), MODEL_FEATURES, target)
                fitted[name] = fit_hazard(model, learned)
                support = support_of(learned.landmarks, learned.names, history.cases.set_index("case_id")["domain"])
            else:
                starts = start_covariates(known.starts, model.strata)
                fitted[name] = model.fit(starts, (known.entry, known.exit, known.cause), known.group)
        reads[name] = heard.reads
    return FittedModels(history.as_of, target, population, fitted, known, support, reads)


def check_models(names: Iterable[str]) -> list[str]:
    """The names, if there is one and all are names of models; else a `UsageError`."""
    chosen = list(names)
    if not chosen:
        raise UsageError(f"expected at least one model out of {', '.join(MODELS)}, got none")
    for name in chosen:
        if name not in MODELS:
            raise UsageError(f"expected models out of {', '.join(MODELS)}, got {name!r}")
    return chosen


def unfitted(name: str) -> Model:
    """A named model as `fit_models` fits it, with its covariates set."""
    model = clone(MODELS[name])
    return _with_covariates(model, MODEL_FEATURES) if isinstance(model, HazardModel) else model


def fit_hazard(model: HazardModel, learned: TrainingSet) -> HazardModel:
    """The model fitted on the landmarks, with the training set's features as its covariates."""
    return _with_covariates(model, learned.names).fit(learned.landmarks, learned.outcome, learned.group)


def _with_covariates(model: HazardModel, names: Sequence[str]) -> HazardModel:
    states = state_features(names)
    return model.set_params(statics=tuple(name for name in names if name not in states), states=states)


def start_covariates(starts: pd.DataFrame, classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """Covariates of the base rates, or of them the named `classes`, from rows of the case table."""
    found = {name: starts[CLASSES[name]] for name in classes}
    if "rivalry" in found:
        found["rivalry"] = found["rivalry"].map(rivalry)
    return pd.DataFrame(found, index=starts.index)


def rivalry(adversarial: float) -> str:
    """The class of a case by whether its principal parties were main rivals; a disputed fact is its own class."""
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")
