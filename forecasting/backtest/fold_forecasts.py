"""Out-of-sample forecasts of folds: models fitted on what each fold may know, and finished folds read from a folder."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import Checkpoints
from forecasting.backtest.designs import Fold
from forecasting.backtest.origins import SCORED, Origins
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts.forecast import fit_hazard, start_covariates
from forecasting.forecasts.training import TrainingSet, lines_at, training_set
from forecasting.forecasts.uncertain import Model
from forecasting.models import MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.history import History
from forecasting.record.panel import Spells, spells

Forecasts = dict[str, NDArray[np.float64]]
# Replicates serve intervals alone, and the backtest scores none; the models want at least this many.
FEW_REPLICATES = 2


def forecast_folds(
    history: History,
    origins: Origins,
    target: str,
    folds: Sequence[Fold],
    checkpoints: Checkpoints | None = None,
) -> list[Forecasts]:
    """Out-of-sample forecasts of several folds.

    Parameters
    ----------
    history : History
        The record that the origins are of.
    origins : Origins
        Forecast origins.
    target : {"concluded", "in_force"}
        What counts as formalized.
    folds : sequence of Fold
        Folds of these origins.
    checkpoints : Checkpoints, optional
        Where finished folds are read from, and where each new one is written as soon as it is done.

    Returns
    -------
    list of dict
        For each fold, by model, probabilities in [0, 1] of shape (n, n_states, n_horizons), states as in
        `vocabulary.STATES` and horizons as in `SCORED`.

    Raises
    ------
    UsageError
        For a checkpoint that cannot be read.
    """
    index = DossierIndex(history, target)
    known = {history.as_of: (history, index)}
    forecasts = []
    for fold in folds:
        rows = origins.lines.iloc[fold.lines]
        found = checkpoints.read(fold, rows) if checkpoints else None
        if found is None:
            if fold.day not in known:
                past = history.at(fold.day)
                known = {history.as_of: (history, index), fold.day: (past, DossierIndex(past, target))}
            found = _forecasts(history, index, *known[fold.day], target, rows, fold.held_out)
            if checkpoints:
                checkpoints.write(fold, rows, found)
        forecasts.append(found)
    return forecasts


def without(learned: TrainingSet, held_out: Sequence[str]) -> TrainingSet:
    """The training set without the landmarks of some cases.

    Parameters
    ----------
    learned : TrainingSet
        Landmarks of any cases.
    held_out : sequence of str
        Ids of cases; those without a landmark change nothing.

    Returns
    -------
    TrainingSet
        The other landmarks, in their order, under the same features.
    """
    rest = ~learned.landmarks["case_id"].isin(held_out).to_numpy()
    age, exit_, cause = (part[rest] for part in learned.outcome)
    landmarks = learned.landmarks[rest].reset_index(drop=True)
    return TrainingSet(learned.names, landmarks, (age, exit_, cause), learned.group[rest])


def state_probabilities(models: Mapping[str, Model], covariates: pd.DataFrame) -> Forecasts:
    """Probabilities of every state by each model, (n, n_states, n_horizons), for the covariates of n origins."""
    found = {}
    for name, model in models.items():
        incidence = model.predict_cumulative_incidence(covariates, SCORED)
        found[name] = np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)
    return found


def _forecasts(
    history: History,
    index: DossierIndex,
    known: History,
    known_index: DossierIndex,
    target: str,
    rows: pd.DataFrame,
    held_out: tuple[str, ...],
) -> Forecasts:
    """Forecasts of the rows under every model fitted on what was `known`, without the cases held out."""
    names = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    learned = without(training_set(known, known_index.without(held_out), names, target), held_out)
    marks = list(zip(rows["case_id"], rows["day"], strict=True))
    covariates = lines_at(index.without(held_out), history, marks, names).join(
        rows[["rivalry", "age_months", "gap_months"]].reset_index(drop=True)
    )
    return state_probabilities(_fitted(learned, _spells_without(spells(known, target), held_out)), covariates)


def _fitted(learned: TrainingSet, known: Spells) -> dict[str, Model]:
    outcome = (known.entry, known.exit, known.cause)
    classes = start_covariates(known.starts)
    settings = MODELS["primary"].get_params() | {"n_replicates": FEW_REPLICATES}
    primary, hindsight = HazardModel(**settings), HazardModel(**settings)
    return {
        "primary": fit_hazard(primary, replace(learned, names=MODEL_FEATURES)),
        "primary_hindsight": fit_hazard(hindsight, learned),
        "base_rate": BaseRate(n_replicates=FEW_REPLICATES).fit(classes, outcome, known.group),
        "type_base_rate": BaseRate(strata=("type",), n_replicates=FEW_REPLICATES).fit(classes, outcome, known.group),
    }


def _spells_without(known: Spells, held_out: Sequence[str]) -> Spells:
    rest = ~known.starts["case_id"].isin(held_out).to_numpy()
    starts = known.starts[rest].reset_index(drop=True)
    return Spells(known.entry[rest], known.exit[rest], known.cause[rest], known.group[rest], starts)
