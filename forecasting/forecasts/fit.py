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
    """Models fitted on the spells known on a day, under one target and population.

    Attributes
    ----------
    as_of : date
        The day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on.
    models : mapping of str to Model
        By name; a model notes its provenance each time it is used.
    spells : Spells
        Spells of the population.
    support : Support or None
        Applicability domain of the hazard model; None where there is no hazard model.
    reads : mapping of str to Reads
        Provenance of each model, by name.

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
        """The named models alone, in that order."""
        assert isinstance(self.models, NotedMapping)
        return replace(self, models=self.models.only(names))


def fit_models(
    history: History,
    names: Iterable[str] = BASE_RATES,
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
        Names out of `MODELS`; by default the base rates.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        Spells that the base rates are fitted on, see `record.panel.spells`. The hazard model is always fitted on all
        core cases, with a term for retrospective sampling.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    FittedModels
        The models in the order of `names`.

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


def unfitted(name: str) -> Model:
    """A new unfitted model with the settings and covariates of `fit_models`.

    Parameters
    ----------
    name : str
        Name out of `MODELS`.

    Returns
    -------
    Model
        A clone of the registered model.

    Examples
    --------
    >>> unfitted("primary").statics[0]
    'text_exists'
    """
    model = clone(MODELS[name])
    return _with_covariates(model, MODEL_FEATURES) if isinstance(model, HazardModel) else model


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


def start_covariates(starts: pd.DataFrame, classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """Covariates of the base rates.

    Parameters
    ----------
    starts : pandas.DataFrame of n rows
        Columns of `cases.csv`.
    classes : sequence of {"type", "rivalry"}
        Covariates; by default both.

    Returns
    -------
    pandas.DataFrame of n rows
        One column of text per class, with the index of `starts`.

    Examples
    --------
    >>> start_covariates(pd.DataFrame({"adversarial": [1.0, 0.5]}), ["rivalry"])["rivalry"].tolist()
    ['rivals', 'unclear']
    """
    found = {name: starts[CLASSES[name]] for name in classes}
    if "rivalry" in found:
        found["rivalry"] = found["rivalry"].map(rivalry)
    return pd.DataFrame(found, index=starts.index)


def rivalry(adversarial: float) -> str:
    """Class of a case by rivalry of its principal parties; an uncertain coding is a class of its own.

    Parameters
    ----------
    adversarial : float
        Probability in [0, 1] that the parties are each other's main rival.

    Returns
    -------
    {"rivals", "not rivals", "unclear"}
        For 1, for 0, and for anything between.

    Examples
    --------
    >>> rivalry(1.0)
    'rivals'
    """
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")
