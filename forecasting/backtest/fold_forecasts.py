"""Out-of-sample forecasts of folds, by models fitted on what each fold may use, or from checkpoints."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import Checkpoints
from forecasting.backtest.designs import Fold
from forecasting.backtest.origins import SCORED, Origins
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import fit_hazard, start_covariates
from forecasting.forecasts.training import TrainingSet, lines_at, spells_without, training_set
from forecasting.forecasts.uncertain import Model
from forecasting.models import MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.history import History
from forecasting.record.panel import spells

Forecasts = dict[str, NDArray[np.float64]]
# Replicates serve intervals alone, and the backtest scores none; the models want at least this many.
FEW_REPLICATES = 2


@dataclass(frozen=True)
class Known:
    """The record as of a day, with the index of its dossiers."""

    history: History
    index: DossierIndex

    def at(self, day: date, target: str) -> "Known":
        """The same as of an earlier day."""
        earlier = self.history.at(day)
        return Known(earlier, DossierIndex(earlier, target))


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
        Finished folds are read from it, and each new one is written to it as soon as it is done.

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
    >>> forecast_folds(history, found, "concluded", fold)[0]["base_rate"].shape[1:]
    (4, 5)
    """
    whole = Known(history, DossierIndex(history, target))
    past, uncorrected = whole, {history.as_of: whole}
    forecasts = []
    for fold in folds:
        rows = origins.lines.iloc[fold.lines]
        found = checkpoints.read(fold, rows) if checkpoints else None
        if found is None:
            if fold.day != past.history.as_of:
                past = whole if fold.day == history.as_of else whole.at(fold.day, target)
            models = _fitted(past, target, fold.held_out)
            covariates = _covariates(uncorrected, history, rows, target, fold.held_out)
            found = state_probabilities(models, covariates)
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


def state_probabilities(models: Mapping[str, Model], covariates: pd.DataFrame) -> Forecasts:
    """Probabilities of every state by each model, (n, n_states, n_horizons), for the covariates of n origins."""
    found = {}
    for name, model in models.items():
        incidence = model.predict_cumulative_incidence(covariates, SCORED)
        found[name] = np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)
    return found


def _covariates(
    uncorrected: dict[date, Known], history: History, rows: pd.DataFrame, target: str, held_out: tuple[str, ...]
) -> pd.DataFrame:
    """Covariates of n origins, one line each, from the record with only the corrections recorded by each origin's day.

    `uncorrected` caches what was read of the record up to a day; what is missing is read and added.
    """
    names = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    through = _days_before_corrections(history, rows["day"])
    parts = []
    for day in dict.fromkeys(through):
        if day not in uncorrected:
            uncorrected[day] = uncorrected[history.as_of].at(day, target)
        own = np.flatnonzero([other == day for other in through])
        marks = list(zip(rows["case_id"].iloc[own], rows["day"].iloc[own], strict=True))
        known = uncorrected[day]
        starts = known.history.cases.set_index("case_id").loc[[case_id for case_id, _ in marks]]
        lines = lines_at(known.index.without(held_out), known.history, marks, names)
        parts.append(lines.assign(rivalry=start_covariates(starts)["rivalry"].to_numpy()).set_index(own))
    return pd.concat(parts).sort_index().join(rows[["age_months", "gap_months"]].reset_index(drop=True))


def _days_before_corrections(history: History, days: Iterable[date]) -> list[date]:
    """For each day, the last day by which no further correction was recorded: the record's end if there was none."""
    recorded = sorted({date.fromisoformat(day) for day in history.record.tables["corrections"].cells["recorded_on"]})
    ends = [*(day - timedelta(days=1) for day in recorded), history.as_of]
    return [min(ends[bisect_right(recorded, day)], history.as_of) for day in days]


def _fitted(past: Known, target: str, held_out: tuple[str, ...]) -> dict[str, Model]:
    """Every scored model, fitted on what was known, without the cases held out."""
    names = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    learned = without(training_set(past.history, past.index.without(held_out), names, target), held_out)
    known = spells_without(spells(past.history, target), held_out)
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
