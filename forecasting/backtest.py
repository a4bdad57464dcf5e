"""The same forecasts from many past days, scored against what came: designs, scores and skill."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from forecasting.errors import UsageError
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecast import LEVEL, fit_hazard, start_covariates
from forecasting.given import Model
from forecasting.history.panel import Spells, landmarks, spells
from forecasting.history.view import History
from forecasting.models import MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.months import completed_months_array
from forecasting.scores.proper import brier_states, mean_over_horizons
from forecasting.scores.skill import Skill, decade_bootstrap, paired_bootstrap
from forecasting.training import TrainingSet, lines_at, training_set
from forecasting.vocabulary import CAUSES, TARGETS

Fold = tuple[NDArray[np.int64], pd.DataFrame, date, tuple[str, ...]]
Design = Literal["cluster", "rolling"]
DESIGNS: tuple[Design, ...] = ("cluster", "rolling")
SCORED = (12, 24, 36, 60, 120)
BURN_IN = 30
SCORED_MODELS = ("primary", "primary_hindsight", "base_rate", "type_base_rate")
ONGOING_STATE = len(CAUSES)


@dataclass(frozen=True)
class Origins:
    """Past days from which forecasts are made, one line each.

    `lines`: `case_id`, `day`, `age_months`, `gap_months` (0) and what the base rates tell apart; `states`
    (n, n_horizons): the state that came, numbered as `STATES`, -1 where the window was not fully observed; `group`
    (n,): component of the case; `weight` (n,): one per case, spread over its scored forecasts.
    """

    lines: pd.DataFrame
    states: NDArray[np.int64]
    group: NDArray[np.int64]
    weight: NDArray[np.float64]

    def select(self, chosen: NDArray[np.bool_]) -> "Origins":
        """The chosen origins, weights spread anew over each case's scored ones."""
        lines = self.lines[chosen].reset_index(drop=True)
        return replace(
            self,
            lines=lines,
            states=self.states[chosen],
            group=self.group[chosen],
            weight=_weights(lines["case_id"], self.states[chosen]),
        )


@dataclass(frozen=True)
class Backtest:
    """Scored forecasts of one design: `probabilities` by model, (n, n_states, n_horizons), NaN where not scored."""

    design: Design
    origins: Origins
    probabilities: dict[str, NDArray[np.float64]]

    def score(self, model: str, horizon: int | None = None) -> NDArray[np.float64]:
        """Four-state Brier score of each forecast, (n,), mean over its scored horizons or at one horizon."""
        chosen = slice(None) if horizon is None else [SCORED.index(horizon)]
        values = self.probabilities[model][:, :, chosen]
        scored = ~np.isnan(values).all(axis=(1, 2))
        means = np.full(len(values), np.nan)
        states = np.maximum(self.origins.states[:, chosen][scored], 0)
        means[scored] = mean_over_horizons(brier_states, values[scored], states).score
        return means

    def skill(self, model: str, reference: str = "base_rate", horizon: int | None = None) -> Skill:
        """Skill over the reference with an interval from resampling components."""
        return paired_bootstrap(*self._paired(model, reference, horizon, self.origins.group), level=LEVEL)

    def decade_skill(self, model: str, reference: str = "base_rate") -> Skill:
        """The same skill with an interval from resampling decades of origins."""
        years = pd.to_datetime(self.origins.lines["day"]).dt.year.to_numpy()
        return decade_bootstrap(*self._paired(model, reference, None, years), level=LEVEL)

    def _paired(
        self, model: str, reference: str, horizon: int | None, units: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.int64]]:
        score, other = self.score(model, horizon), self.score(reference, horizon)
        scored = ~np.isnan(score)
        column = slice(None) if horizon is None else [SCORED.index(horizon)]
        weight = _weights(self.origins.lines["case_id"], self.origins.states[:, column])
        return score[scored], other[scored], weight[scored], units[scored]


def origins(history: History, target: str = TARGETS[0], stale_alive: bool = False) -> Origins:
    """Every origin of the headline population: first public day and anniversaries while a case is observed.

    `stale_alive` takes a case not known to have ended as observed to the record's end, not to its last sight.
    """
    core = spells(history, target)
    marks = landmarks(core)
    starts = core.starts.iloc[marks.case].reset_index(drop=True)
    ahead = marks.age[:, None] + np.asarray(SCORED)
    to_end = completed_months_array((pd.Timestamp(history.as_of) - core.starts["start_date"]).dt.days.to_numpy()) + 1
    end = np.where((core.cause == 0) & stale_alive, to_end, core.exit)
    last, cause = end[marks.case][:, None], core.cause[marks.case][:, None]
    states = np.where(last > ahead, ONGOING_STATE, np.where(cause > 0, cause - 1, -1))
    lines = start_covariates(starts).assign(
        case_id=starts["case_id"], day=[day.item() for day in marks.day], age_months=marks.age, gap_months=0
    )
    return Origins(lines, states, core.group[marks.case], _weights(lines["case_id"], states))


def check_design(design: str, jobs: int) -> Design:
    """The design, if it and the number of jobs are possible; else a `UsageError`."""
    if jobs < 1:
        raise UsageError(f"wanted at least one job; came {jobs}")
    for known in DESIGNS:
        if design == known:
            return known
    raise UsageError(f"wanted a design out of {', '.join(DESIGNS)}; came {design!r}")


def skill_table(scored: Backtest) -> pd.DataFrame:
    """Skill of each model over both base rates, at every horizon and over all: one row each.

    Columns: model, reference, horizon (months, or `all`), brier_skill, lower, upper, n (forecasts), n_groups.
    """
    rows = []
    for model in SCORED_MODELS:
        for reference in ("base_rate", "type_base_rate"):
            for horizon in (None, *SCORED) if model != reference else ():
                found = scored.skill(model, reference, horizon)
                rows.append(
                    {
                        "model": model,
                        "reference": reference,
                        "horizon": "all" if horizon is None else str(horizon),
                        "brier_skill": found.value,
                        "lower": found.lower,
                        "upper": found.upper,
                        "n": found.n,
                        "n_groups": found.n_groups,
                    }
                )
    return pd.DataFrame(rows)


def backtest(
    history: History, design: Design, target: str = TARGETS[0], jobs: int = 1, stale_alive: bool = False
) -> Backtest:
    """Forecast every origin by models that could not know it, and keep what is needed to score them.

    `cluster`: components left out in turn. `rolling`: models of each 1 January, once 30 endings were known. Raises
    `UsageError` for another design or fewer than one job.
    """
    check_design(design, jobs)
    asked = origins(history, target, stale_alive)
    folds = list((_clusters if design == "cluster" else _years)(history, asked, target))
    shares = Parallel(n_jobs=jobs)(delayed(_forecasts)(history, target, folds[job::jobs]) for job in range(jobs))
    pieces = [piece for share in shares for piece in share]
    order = np.concatenate([lines for lines, _ in pieces])
    sorting = np.argsort(order, kind="stable")
    kept = np.zeros(len(asked.group), dtype=bool)
    kept[order] = True
    chosen = asked.select(kept)
    unscored = (chosen.states < 0)[:, None, :]
    probabilities = {
        model: np.where(unscored, np.nan, np.concatenate([values[model] for _, values in pieces])[sorting])
        for model in SCORED_MODELS
    }
    return Backtest(design, chosen, probabilities)


def _clusters(history: History, asked: Origins, target: str) -> Iterator[Fold]:
    """Each component's origins; models know the record's end, but nothing of the component's cases."""
    core = spells(history, target, "pooled")
    component = dict(zip(core.case_ids, core.group, strict=True))
    owner = asked.lines["case_id"].map(component).to_numpy()
    for group in np.unique(owner):
        held = tuple(case for case, number in component.items() if number == group)
        lines = np.flatnonzero(owner == group)
        yield lines, asked.lines.iloc[lines], history.as_of, held


def _years(history: History, asked: Origins, target: str) -> Iterator[Fold]:
    """Each year's origins; models know what was known on its 1 January."""
    years = np.array([day.year for day in asked.lines["day"]])
    for year in np.unique(years):
        first = date(int(year), 1, 1)
        if int(spells(history.at(first), target).endings().sum()) >= BURN_IN:
            lines = np.flatnonzero(years == year)
            yield lines, asked.lines.iloc[lines], first, ()


def _forecasts(
    history: History, target: str, folds: Sequence[Fold]
) -> list[tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]]:
    """Forecasts of several folds in turn; what is known on a day is read once."""
    index = DossierIndex(history, target)
    indexes = {history.as_of: (history, index)}
    pieces = []
    for lines, asked, day, held in folds:
        if day not in indexes:
            known = history.at(day)
            indexes = {history.as_of: (history, index), day: (known, DossierIndex(known, target))}
        pieces.append((lines, _fold(history, index, *indexes[day], target, asked, held)))
    return pieces


def _fold(
    history: History,
    index: DossierIndex,
    known: History,
    known_index: DossierIndex,
    target: str,
    asked: pd.DataFrame,
    held: tuple[str, ...],
) -> dict[str, NDArray[np.float64]]:
    """Forecasts of the asked lines under every model fitted on what was `known`, without the held cases."""
    names = (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    learned = without(training_set(known, known_index.without(held), names, target), held)
    marks = list(zip(asked["case_id"], asked["day"], strict=True))
    covariates = lines_at(index.without(held), history, marks, names).join(
        asked[["rivalry", "age_months", "gap_months"]].reset_index(drop=True)
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


def without(learned: TrainingSet, held: Sequence[str]) -> TrainingSet:
    """The training set without the landmarks of the held cases."""
    kept = ~learned.landmarks["case_id"].isin(held).to_numpy()
    age, exit_, cause = (part[kept] for part in learned.outcome)
    landmarks_kept = learned.landmarks[kept].reset_index(drop=True)
    return TrainingSet(learned.names, landmarks_kept, (age, exit_, cause), learned.group[kept])


def _spells_without(known: Spells, held: Sequence[str]) -> Spells:
    kept = ~known.starts["case_id"].isin(held).to_numpy()
    starts = known.starts[kept].reset_index(drop=True)
    return Spells(known.entry[kept], known.exit[kept], known.cause[kept], known.group[kept], starts)


def _states(model: Model, covariates: pd.DataFrame) -> NDArray[np.float64]:
    incidence = model.predict_cumulative_incidence(covariates, SCORED)
    return np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)


def _weights(case_id: "pd.Series[str]", states: NDArray[np.int64]) -> NDArray[np.float64]:
    """One per case, spread evenly over its forecasts with a scored horizon; 0 for the rest."""
    scored = pd.Series((states >= 0).any(axis=1).astype(np.float64), index=case_id.index)
    return np.asarray(scored / scored.groupby(case_id).transform("sum").clip(lower=1.0), dtype=np.float64)
