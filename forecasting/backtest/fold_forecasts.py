"""Out-of-sample forecasts of folds, by models fitted on what each fold may use, or from checkpoints."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import Checkpoints
from forecasting.backtest.designs import Fold
from forecasting.backtest.origins import SCORED, Origins
from forecasting.backtest.scored_models import SCORED_MODELS
from forecasting.backtest.standings import Known, OriginStandings, UncorrectedRecords, origin_standings, seen_cases
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import fit_hazard, start_covariates
from forecasting.forecasts.ladder_rows import COVARIATES, KeepRungs, all_rungs
from forecasting.forecasts.ladder_training import RATES, LadderTraining, ladder_training
from forecasting.forecasts.training import TrainingSet, lines_at, training_set
from forecasting.models import BASE_RATE, FIRST, HEADLINE, LADDER_MODEL, MODELS
from forecasting.models.detection import Detection, on_record
from forecasting.models.hazard import HazardModel
from forecasting.models.incidence import Incidence
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.linear_pool import linear_pool
from forecasting.record.history import History
from forecasting.record.panel import spells

Floats = NDArray[np.float64]
Forecasts = dict[str, Floats]
# Replicates serve intervals alone, and the backtest scores none; the models want at least this many.
FEW_REPLICATES = 2
FOLD_MODEL = LadderModel(COVARIATES, n_draws=200)


def forecast_folds(
    history: History,
    origins: Origins,
    target: str,
    folds: Sequence[Fold],
    checkpoints: Checkpoints | None = None,
    *,
    models: Sequence[str] = SCORED_MODELS,
    model: LadderModel = FOLD_MODEL,
    keep: KeepRungs = all_rungs,
    keep_at: KeepRungs | None = None,
) -> list[Forecasts]:
    """Out-of-sample forecasts of several folds: probabilities that each state will be on record.

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
        Finished folds are read from it, and each new one is written to it as soon as it is done.
    models : sequence of str
        Out of `SCORED_MODELS`.
    model : LadderModel
        Unfitted model of the ladder.
    keep : callable
        Rows of the ladders that count.
    keep_at : callable, optional
        Rows that count for the cases forecast; by default the same.

    Returns
    -------
    list of dict
        For each fold, by model, probabilities in [0, 1] of shape (n, n_states, n_horizons), states as in
        `vocabulary.STATES` and horizons as in `SCORED`.

    Raises
    ------
    UsageError
        For a checkpoint that cannot be read.

    Examples
    --------
    >>> from forecasting import load_history
    >>> from forecasting.backtest import folds, origins
    >>> history = load_history(as_of="1990-12-31")
    >>> found = origins(history, "concluded")
    >>> fold = folds(history, found, "rolling", only=["1985"])
    >>> forecast_folds(history, found, "concluded", fold, models=["base_rate"])[0]["base_rate"].shape[1:]
    (4, 5)
    """
    whole = Known(history, DossierIndex(history, target))
    past, records = whole, UncorrectedRecords(whole, target)
    standings: OriginStandings | None = None
    learned: LadderTraining | None = None
    forecasts = []
    for fold in folds:
        rows = origins.lines.iloc[fold.lines]
        found = checkpoints.read(fold, rows) if checkpoints else None
        if found is None:
            if fold.day != past.history.as_of:
                past = whole if fold.day == history.as_of else whole.at(fold.day, target)
                learned = None
            if standings is None:
                standings = origin_standings(records, origins, keep_at or keep)
            if learned is None:
                learned = ladder_training(past.index, spells(past.history, target), model.covariates, keep)
            own = standings.of(fold.lines)
            found = ladder_probabilities(learned.without(fold.held_out), model, rows, own, models)
            if FIRST in models:
                found[FIRST] = _primary(past, records, rows, target, fold.held_out, model.detection)
            found = {name: found[name] for name in models}
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

    Examples
    --------
    >>> ages = np.array([0, 12, 0])
    >>> learned = TrainingSet((), pd.DataFrame({"case_id": ["a", "a", "b"]}), (ages, ages + 1, ages), ages)
    >>> without(learned, ["a"]).landmarks["case_id"].tolist()
    ['b']
    """
    rest = ~learned.landmarks["case_id"].isin(held_out).to_numpy()
    age, exit_, cause = (part[rest] for part in learned.outcome)
    landmarks = learned.landmarks[rest].reset_index(drop=True)
    return TrainingSet(learned.names, landmarks, (age, exit_, cause), learned.group[rest])


def ladder_probabilities(
    learned: LadderTraining, model: LadderModel, rows: pd.DataFrame, standings: OriginStandings, models: Sequence[str]
) -> Forecasts:
    """Probabilities that each state will be on record, by the ladder's model, its base rates and their pool.

    Parameters
    ----------
    learned : LadderTraining
        Training rows.
    model : LadderModel
        Unfitted model.
    rows : pandas.DataFrame of n rows
        Lines of the origins.
    standings : OriginStandings
        Where their cases stand.
    models : sequence of str
        Models that are wanted.

    Returns
    -------
    dict of str to numpy.ndarray of shape (n, n_states, n_horizons)
        By model.
    """
    recorded, at = rows["recorded_months"].to_numpy(np.float64), seen_cases(rows, standings.types)
    found = {}
    for name in RATES:
        if name in models or (name == BASE_RATE and HEADLINE in models):
            rate = learned.fit_rate(name, model.detection)
            found[name] = _states(rate.predict_on_record(at, SCORED, recorded).values)
    if HEADLINE in models or LADDER_MODEL in models:
        fitted = learned.fit(model)
        values = fitted.predict_on_record(standings.at, SCORED, recorded[standings.line]).values
        mixed = np.zeros((len(rows), *values.shape[1:]))
        np.add.at(mixed, standings.line, standings.weight[:, None, None] * values)
        found[LADDER_MODEL] = _states(mixed)
    if HEADLINE in models:
        found[HEADLINE] = linear_pool(found[LADDER_MODEL], found[BASE_RATE], LadderPool().base_share)
    return found


def state_probabilities(incidence: Incidence) -> Floats:
    """Probabilities of every state, (n, n_states, n_horizons), from the incidence of the endings."""
    return np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)


def _states(ended: Floats) -> Floats:
    return np.concatenate([ended, 1.0 - ended.sum(axis=1, keepdims=True)], axis=1)


def _primary(
    past: Known,
    records: UncorrectedRecords,
    rows: pd.DataFrame,
    target: str,
    held_out: tuple[str, ...],
    detection: Detection,
) -> Floats:
    """The hazard model of the first registration, fitted by its own procedure; endings thinned like the others'."""
    learned = without(training_set(past.history, past.index.without(held_out), MODEL_FEATURES, target), held_out)
    settings = MODELS[FIRST].get_params() | {"n_replicates": FEW_REPLICATES}
    fitted = fit_hazard(HazardModel(**settings), learned)
    months = tuple(range(1, max(SCORED) + 1))
    values = fitted.predict_cumulative_incidence(_covariates(records, rows, held_out), months).values
    rise = np.diff(values, axis=2, prepend=0.0)
    thinned = [
        on_record(each, detection.monthly(max(SCORED), float(until)), SCORED)
        for each, until in zip(rise, rows["recorded_months"], strict=True)
    ]
    return _states(np.stack(thinned))


def _covariates(records: UncorrectedRecords, rows: pd.DataFrame, held_out: tuple[str, ...]) -> pd.DataFrame:
    """Covariates of the hazard model, one line each, with only the corrections recorded by each origin's day."""
    through = records.days(rows["day"])
    parts = []
    for day in dict.fromkeys(through):
        known = records.at(day)
        own = np.flatnonzero([other == day for other in through])
        marks = list(zip(rows["case_id"].iloc[own], rows["day"].iloc[own], strict=True))
        starts = known.history.cases.set_index("case_id").loc[[case_id for case_id, _ in marks]]
        lines = lines_at(known.index.without(held_out), known.history, marks, MODEL_FEATURES)
        parts.append(lines.assign(rivalry=start_covariates(starts)["rivalry"].to_numpy()).set_index(own))
    return pd.concat(parts).sort_index().join(rows[["age_months", "gap_months"]].reset_index(drop=True))
