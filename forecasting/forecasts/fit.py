"""Fit of the models to the spells known on a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import InsufficientHistoryError, UsageError

FEWEST_ENDINGS = 10


@dataclass(frozen=True)
class FittedModels:
    """Models fitted on the spells known on `as_of`, under one target and population.

    `support`: the domain of the hazard model's training cases; None where there is no hazard model.
    """

    as_of: date
    target: str
    population: Population
    models: dict[str, Model]
    spells: Spells
    support: Support | None = None


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
            f"wanted a day by which at least {FEWEST_ENDINGS} endings were known; on {history.as_of} "
            f"the record knew {n_endings} (population {population}, target {target})"
        )
    fitted: dict[str, Model] = {}
    support = None
    for name in chosen:
        model = unfitted(name)
        if isinstance(model, HazardModel):
            learned = training_set(history, index or history.dossiers(target), MODEL_FEATURES, target)
            fitted[name] = fit_hazard(model, learned)
            support = support_of(learned.landmarks, learned.names, history.cases.set_index("case_id")["domain"])
        else:
            fitted[name] = model.fit(
                start_covariates(known.starts), (known.entry, known.exit, known.cause), known.group
            )
    return FittedModels(history.as_of, target, population, fitted, known, support)


def check_models(names: Iterable[str]) -> list[str]:
    """The names, if there is one and all are names of models; else a `UsageError`."""
    chosen = list(names)
    if not chosen:
        raise UsageError(f"wanted at least one model out of {', '.join(MODELS)}; came none")
    for name in chosen:
        if name not in MODELS:
            raise UsageError(f"wanted models out of {', '.join(MODELS)}; came {name!r}")
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


def start_covariates(starts: pd.DataFrame) -> pd.DataFrame:
    """Covariates of the base rates, from rows of the case table."""
    return pd.DataFrame({"type": starts["type"], "rivalry": starts["adversarial"].map(rivalry)})


def rivalry(adversarial: float) -> str:
    """The class of a case by whether its principal parties were main rivals; a disputed fact is its own class."""
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")
