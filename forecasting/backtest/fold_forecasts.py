"""Forecasts of folds: what does not differ between folds is read once, and a finished fold can be kept."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import KeptFolds
from forecasting.backtest.designs import Fold
from forecasting.backtest.origins import SCORED, Origins
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import fit_hazard, start_covariates
from forecasting.forecasts.training import TrainingSet, lines_at, training_set
from forecasting.forecasts.uncertain import Model
from forecasting.models import MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.history import History
from forecasting.record.panel import Spells, spells

Forecasts = dict[str, NDArray[np.float64]]


def forecast_folds(
    history: History, asked: Origins, target: str, folds: Sequence[Fold], kept: KeptFolds | None = None
) -> list[Forecasts]:
    """Forecasts of several folds in turn: for each, by model, (n, n_states, n_horizons).

    With `kept`, finished folds are read from its folder and each new one is written there as soon as it is done.
    """
    index = DossierIndex(history, target)
    indexes = {history.as_of: (history, index)}
    forecasts = []
    for fold in folds:
        rows = asked.lines.iloc[fold.lines]
        found = kept.read(fold, rows) if kept else None
        if found is None:
            if fold.day not in indexes:
                known = history.at(fold.day)
                indexes = {history.as_of: (history, index), fold.day: (known, DossierIndex(known, target))}
            found = _forecasts(history, index, *indexes[fold.day], target, rows, fold.held)
            if kept:
                kept.write(fold, rows, found)
        forecasts.append(found)
    return forecasts


def without(learned: TrainingSet, held: Sequence[str]) -> TrainingSet:
    """The training set without the landmarks of the held cases."""
    kept = ~learned.landmarks["case_id"].isin(held).to_numpy()
    age, exit_, cause = (part[kept] for part in learned.outcome)
    landmarks_kept = learned.landmarks[kept].reset_index(drop=True)
    return TrainingSet(learned.names, landmarks_kept, (age, exit_, cause), learned.group[kept])


def _forecasts(
    history: History,
    index: DossierIndex,
    known: History,
    known_index: DossierIndex,
    target: str,
    rows: pd.DataFrame,
    held: tuple[str, ...],
) -> Forecasts:
    """Forecasts of the rows under every model fitted on what was `known`, without the held cases."""
    names = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    learned = without(training_set(known, known_index.without(held), names, target), held)
    marks = list(zip(rows["case_id"], rows["day"], strict=True))
    covariates = lines_at(index.without(held), history, marks, names).join(
        rows[["rivalry", "age_months", "gap_months"]].reset_index(drop=True)
    )
    models = _fitted(learned, _spells_without(spells(known, target), held))
    return {name: _states(model, covariates) for name, model in models.items()}


def _fitted(learned: TrainingSet, known: Spells) -> dict[str, Model]:
    outcome = (known.entry, known.exit, known.cause)
    few = 2
    classes = start_covariates(known.starts)
    primary, hindsight = (HazardModel(**{**MODELS["primary"].get_params(), "n_replicates": few}) for _ in range(2))
    return {
        "primary": fit_hazard(primary, replace(learned, names=MODEL_FEATURES)),
        "primary_hindsight": fit_hazard(hindsight, learned),
        "base_rate": BaseRate(n_replicates=few).fit(classes, outcome, known.group),
        "type_base_rate": BaseRate(strata=("type",), n_replicates=few).fit(classes, outcome, known.group),
    }


def _spells_without(known: Spells, held: Sequence[str]) -> Spells:
    kept = ~known.starts["case_id"].isin(held).to_numpy()
    starts = known.starts[kept].reset_index(drop=True)
    return Spells(known.entry[kept], known.exit[kept], known.cause[kept], known.group[kept], starts)


def _states(model: Model, covariates: pd.DataFrame) -> NDArray[np.float64]:
    incidence = model.predict_cumulative_incidence(covariates, SCORED)
    return np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)
