"""Scored forecasts of past days, and the run that makes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import kept_folds
from forecasting.backtest.designs import Design, check_design, folds
from forecasting.backtest.fold_forecasts import forecast_folds
from forecasting.backtest.origins import SCORED, Origins, Weights, origins
from forecasting.forecasts import LEVEL
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.scores.endings import censored_log_score
from forecasting.scores.proper import (
    brier_binary,
    brier_states,
    log_score,
    mean_over_horizons,
    ranked_probability_score,
)
from forecasting.scores.skill import Skill, decade_bootstrap, paired_bootstrap

Floats = NDArray[np.float64]
SCORED_MODELS = ("primary", "primary_hindsight", "base_rate", "type_base_rate")
BY_STATES = {"brier": brier_states, "log": log_score, "ranked": ranked_probability_score}


@dataclass(frozen=True)
class Backtest:
    """Scored forecasts of one design: `probabilities` by model, (n, n_states, n_horizons), NaN where not scored."""

    design: Design
    origins: Origins
    probabilities: dict[str, Floats]

    def score(self, model: str, horizon: int | None = None, by: str = "brier") -> Floats:
        """Score over states of each forecast, (n,), lower is better, mean over its scored horizons or at one horizon.

        `by`: `brier` (four states, halved), `log` or `ranked`. NaN where nothing is scored.
        """
        chosen = slice(None) if horizon is None else [SCORED.index(horizon)]
        states = np.maximum(self.origins.states[:, chosen], 0)
        return mean_over_horizons(BY_STATES[by], self.probabilities[model][:, :, chosen], states).score

    def cause_score(self, model: str, cause: str, horizon: int | None = None) -> Floats:
        """Brier score of each forecast of one cause, ended by it or not, (n,), mean as in `score`."""
        chosen = slice(None) if horizon is None else [SCORED.index(horizon)]
        chance, state = self.probabilities[model][:, CAUSES.index(cause), chosen], CAUSES.index(cause)
        scored = ~np.isnan(chance)
        values = np.zeros(chance.shape)
        values[scored] = brier_binary(chance[scored], self.origins.states[:, chosen][scored] == state)
        n_scored = scored.sum(axis=1)
        return np.divide(values.sum(axis=1), n_scored, out=np.full(len(values), np.nan), where=n_scored > 0)

    def ending_score(self, model: str) -> Floats:
        """Censored log score of each forecast, (n,): when and how the case ended, or that it was last seen going on.

        A window that is not fully observed counts up to the last horizon by which the case was seen going on; NaN
        where there is none.
        """
        values = self.probabilities[model]
        seen = np.asarray(~np.isnan(values).any(axis=1))
        filled = np.maximum.accumulate(np.where(seen[:, None, :], values[:, : len(CAUSES)], 0.0), axis=2)
        scored = np.asarray(seen.any(axis=1))
        scores = np.full(len(values), np.nan)
        last, cause = self.origins.last[scored], self.origins.cause[scored]
        scores[scored] = censored_log_score(filled[scored], SCORED, last, cause)
        return scores

    def skill(
        self, model: str, reference: str = "base_rate", horizon: int | None = None, weights: Weights = "case"
    ) -> Skill:
        """Skill over the reference with an interval from resampling components."""
        return self.skill_of(self.score(model, horizon), self.score(reference, horizon), weights, horizon)

    def decade_skill(self, model: str, reference: str = "base_rate", weights: Weights = "case") -> Skill:
        """The same skill with an interval from resampling decades of origins."""
        score, other, weight = self.score(model), self.score(reference), self.origins.weights(weights)
        years, scored = pd.to_datetime(self.origins.lines["day"]).dt.year.to_numpy(), weight > 0
        return decade_bootstrap(score[scored], other[scored], weight[scored], years[scored], level=LEVEL)

    def skill_of(
        self,
        score: Floats,
        reference: Floats,
        weights: Weights = "case",
        horizon: int | None = None,
        chosen: NDArray[np.bool_] | None = None,
    ) -> Skill:
        """Skill from two models' scores (n,) over the `chosen` ones; weights are those of the whole."""
        weight = self.origins.weights(weights, horizon)
        rows = (weight > 0) if chosen is None else (weight > 0) & chosen
        return paired_bootstrap(score[rows], reference[rows], weight[rows], self.origins.group[rows], level=LEVEL)


def backtest(
    history: History,
    design: str,
    target: str = TARGETS[0],
    jobs: int = 1,
    stale_alive: bool = False,
    resume: str | Path | None = None,
    only: Sequence[str] | None = None,
) -> Backtest:
    """Forecast every origin by models that could not know it, and keep what is needed to score them.

    `design`: see `designs.folds`; `only` names some of its folds. `resume`: a folder in which finished folds are kept
    and looked for; the numbers are the same with and without. Raises `UsageError` for another design or fold, fewer
    than one job, or a folder that cannot be used.
    """
    chosen = check_design(design, jobs)
    asked = origins(history, target, stale_alive)
    parts = folds(history, asked, chosen, target, only)
    kept = kept_folds(resume, history, chosen, target) if resume is not None else None
    shares = Parallel(n_jobs=jobs)(
        delayed(forecast_folds)(history, asked, target, parts[job::jobs], kept) for job in range(jobs)
    )
    filled = {model: np.full((*asked.states.shape, len(CAUSES) + 1), np.nan) for model in SCORED_MODELS}
    for job, share in enumerate(shares):
        for fold, forecasts in zip(parts[job::jobs], share, strict=True):
            for model, values in forecasts.items():
                filled[model][fold.lines] = values.transpose(0, 2, 1)
    made = np.zeros(len(asked.group), dtype=bool)
    made[np.concatenate([fold.lines for fold in parts])] = True
    unscored = (asked.states < 0)[:, :, None]
    probabilities = {
        model: np.where(unscored, np.nan, values)[made].transpose(0, 2, 1) for model, values in filled.items()
    }
    return Backtest(chosen, asked.select(made), probabilities)


def skill_table(scored: Backtest) -> pd.DataFrame:
    """Skill of each model over both base rates, at every horizon and over all: one row each, registered weights.

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
