"""Out-of-sample forecasts of a backtest with their scores, and the run that makes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import open_checkpoints
from forecasting.backtest.designs import BURN_IN, Design, Fold, check_design, folds
from forecasting.backtest.fold_forecasts import forecast_folds
from forecasting.backtest.jobs import map_in_jobs
from forecasting.backtest.origins import SCORED, SCORED_MODELS, Origins, Weights, origins
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
from forecasting.store.errors import UsageError

Floats = NDArray[np.float64]
BY_STATES = {"brier": brier_states, "log": log_score, "ranked": ranked_probability_score}


@dataclass(frozen=True)
class Backtest:
    """Out-of-sample forecasts of one design and the observed states that score them.

    Parameters
    ----------
    design : {"cluster", "rolling", "era", "dyad"}
        Design of the folds, see `folds`.
    origins : Origins
        The n origins that a fold covers.
    probabilities : dict
        By model, of shape (n, n_states, n_horizons) and in [0, 1]; NaN where the state is not observed.

    Examples
    --------
    >>> from forecasting import load_history
    >>> scored = backtest(load_history(as_of="1990-12-31"), "rolling", only=["1985"])
    >>> round(float(scored.skill("base_rate").value), 6)
    0.0
    """

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
        """Censored log score of each forecast, (n,): of the time and cause of the ending, or of the last sight.

        A window that is not fully observed counts up to the last horizon by which the case was seen ongoing; NaN where
        there is none.
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


def assemble(
    design: Design, origins: Origins, folds: Sequence[Fold], forecasts: Sequence[Mapping[str, Floats]]
) -> Backtest:
    """The forecasts of all folds as one backtest.

    Parameters
    ----------
    design : {"cluster", "rolling", "era", "dyad"}
        Design of the folds, see `folds`.
    origins : Origins
        The origins that the folds are of.
    folds : sequence of Fold
        At least one; no two with an origin in common.
    forecasts : sequence of mapping
        For each fold, by model, probabilities of shape (n_fold, n_states, n_horizons).

    Returns
    -------
    Backtest
        Of the origins in a fold, in their order, with NaN where the state is not observed.
    """
    shape = (len(origins.group), len(CAUSES) + 1, len(SCORED))
    probabilities = {model: np.full(shape, np.nan) for model in forecasts[0]}
    is_covered = np.zeros(len(origins.group), dtype=bool)
    for fold, by_model in zip(folds, forecasts, strict=True):
        is_covered[fold.lines] = True
        for model, values in by_model.items():
            probabilities[model][fold.lines] = values
    is_unobserved = (origins.states < 0)[:, None, :]
    return Backtest(
        design,
        origins.select(is_covered),
        {model: np.where(is_unobserved, np.nan, values)[is_covered] for model, values in probabilities.items()},
    )


def backtest(
    history: History,
    design: str,
    target: str = TARGETS[0],
    jobs: int = 1,
    stale_alive: bool = False,
    resume: str | Path | None = None,
    only: Sequence[str] | None = None,
) -> Backtest:
    """Forecast every origin out of sample.

    Parameters
    ----------
    history : History
        The record, with the observed outcomes.
    design : {"cluster", "rolling", "era", "dyad"}
        See `folds`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    jobs : int
        Processes, 1 or more.
    stale_alive : bool
        See `origins`.
    resume : str or Path, optional
        Folder of checkpoints, from which finished folds are read; the numbers are the same with and without.
    only : sequence of str, optional
        Names of the folds to run; by default all.

    Returns
    -------
    Backtest
        Forecasts of `SCORED_MODELS` at every origin in a fold.

    Raises
    ------
    UsageError
        For another design or fold, fewer than one job, or a folder that cannot be used.

    Examples
    --------
    >>> from forecasting import load_history
    >>> scored = backtest(load_history(as_of="1990-12-31"), "rolling", only=["1985"])
    >>> scored.design, scored.probabilities["primary"].shape[1:]
    ('rolling', (4, 5))
    """
    chosen = check_design(design, jobs)
    found = origins(history, target, stale_alive)
    parts = folds(history, found, chosen, target, only)
    if not parts:
        raise UsageError(
            f"expected at least one fold of the design {chosen}, got none; `rolling` starts in the first year with "
            f"{BURN_IN} known endings"
        )
    checkpoints = open_checkpoints(resume, history, chosen, target) if resume is not None else None
    work = partial(forecast_folds, history, found, target, checkpoints=checkpoints)
    return assemble(chosen, found, parts, map_in_jobs(work, parts, jobs))


def skill_table(scored: Backtest) -> pd.DataFrame:
    """Skill of each model over both base rates under the registered weights.

    Parameters
    ----------
    scored : Backtest
        Forecasts of `SCORED_MODELS`.

    Returns
    -------
    pandas.DataFrame
        A row for each model, reference and horizon, and for the mean over all horizons: `model`, `reference`, `horizon`
        (months, or `all`), `brier_skill` (at most 1; 0 at the level of the reference), `lower` and `upper` (80 %,
        components resampled whole), `n` (forecasts), `n_groups`.

    Examples
    --------
    >>> from forecasting import load_history
    >>> table = skill_table(backtest(load_history(as_of="1990-12-31"), "rolling", only=["1985"]))
    >>> table["horizon"].unique().tolist()
    ['all', '12', '24', '36', '60', '120']
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
