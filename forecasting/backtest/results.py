"""Out-of-sample forecasts of a backtest with their scores, and the run that makes them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest.checkpoints import open_checkpoints
from forecasting.backtest.designs import BURN_IN, Design, Fold, check_design, folds
from forecasting.backtest.fold_forecasts import forecast_folds
from forecasting.backtest.gaps import with_gaps
from forecasting.backtest.jobs import map_in_jobs
from forecasting.backtest.origins import SCORED, Origins, Sample, Weights, origins
from forecasting.backtest.scored_models import scored_models
from forecasting.forecasts import LEVEL
from forecasting.record.history import History, require_no_overlay
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.scores.endings import censored_log_score
from forecasting.scores.proper import (
    brier_binary,
    brier_states,
    log_score,
    mean_over_horizons,
    ranked_probability_score,
)
from forecasting.scores.skill import Skill, Slope, paired_bootstrap, slope_through_origin
from forecasting.store.errors import UsageError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
BY_STATES = {"brier": brier_states, "log": log_score, "ranked": ranked_probability_score}
SCORES = {"states": "brier", **{cause: cause for cause in CAUSES}, "log": "log", "ranked": "ranked", "censored": ""}
"""Scores by name: four-state Brier, the Brier score of each ending, and other proper scores."""


@dataclass(frozen=True)
class Backtest:
    """Out-of-sample forecasts of one design and the observed states that score them.

    Parameters
    ----------
    design : str
        Design of the folds, see `folds`.
    origins : Origins
        The n origins that a fold covers.
    probabilities : dict
        By model, of shape (n, n_states, n_horizons) and in [0, 1]: that each state will be on record; NaN where the
        window is not over.

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
        # A case that had ended unseen by the forecast day counts as ended in the first month after it.
        last, cause = np.maximum(self.origins.last[scored], 1), self.origins.cause[scored]
        scores[scored] = censored_log_score(filled[scored], SCORED, last, cause)
        return scores

    def scores(self, score: str, model: str, horizon: int | None = None) -> Floats:
        """One of `SCORES` of each forecast of a model, (n,); worked out once."""
        key = (score, model, horizon)
        if key not in self._scores:
            if score in CAUSES:
                self._scores[key] = self.cause_score(model, score, horizon)
            elif score == "censored":
                self._scores[key] = self.ending_score(model)
            else:
                self._scores[key] = self.score(model, horizon, SCORES[score])
        return self._scores[key]

    @cached_property
    def _scores(self) -> dict[tuple[str, str, int | None], Floats]:
        return {}

    def skill(
        self,
        model: str,
        reference: str = "base_rate",
        score: str = "states",
        horizon: int | None = None,
        weights: Weights = "forecast",
        sample: Sample = "all",
        chosen: Flags | None = None,
        level: float = LEVEL,
    ) -> Skill:
        """Skill over a reference with an interval from resampling components.

        Parameters
        ----------
        model, reference : str
            Out of the models of `probabilities`.
        score : str
            Out of `SCORES`.
        horizon : int, optional
            Months; by default the mean over the scored horizons.
        weights, sample
            See `Origins.weights`.
        chosen : numpy.ndarray of bool, shape (n,), optional
            Forecasts to score; by default all.
        level : float in (0, 1)
            Level of the interval.

        Returns
        -------
        Skill
            Of the chosen forecasts.
        """
        weight = self.origins.weights(weights, horizon, sample)
        rows = (weight > 0) if chosen is None else (weight > 0) & chosen
        ours, theirs = (self.scores(score, name, horizon)[rows] for name in (model, reference))
        return paired_bootstrap(ours, theirs, weight[rows], self.origins.group[rows], level=level)

    def slope(self, cause: str, model: str = "ladder", reference: str = "base_rate", sample: Sample = "all") -> Slope:
        """Slope of (outcome - reference) on (forecast - reference) over all scored windows, by components."""
        k, weight = CAUSES.index(cause), self.origins.weights("forecast", None, sample)
        states, chosen = self.origins.states, weight > 0
        scored = (states >= 0) & chosen[:, None]
        base = self.probabilities[reference][:, k]
        x = np.where(scored, self.probabilities[model][:, k] - base, 0.0)[chosen]
        y = np.where(scored, (states == k) - base, 0.0)[chosen]
        return slope_through_origin(x, y, self.origins.group[chosen])


def assemble(
    design: Design, origins: Origins, folds: Sequence[Fold], forecasts: Sequence[Mapping[str, Floats]]
) -> Backtest:
    """The forecasts of all folds as one backtest.

    Parameters
    ----------
    design : str
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
    resume: str | Path | None = None,
    only: Sequence[str] | None = None,
    models: Sequence[str] | None = None,
) -> Backtest:
    """Forecast every origin out of sample.

    Parameters
    ----------
    history : History
        The record, with the observed outcomes.
    design : str
        Out of `DESIGNS`, see `folds`.
    target : {"concluded", "in_force"}
        What counts as formalized.
    jobs : int
        Processes, 1 or more.
    resume : str or Path, optional
        Folder of checkpoints, from which finished folds are read; the numbers are the same with and without.
    only : sequence of str, optional
        Names of the folds to run; by default all.
    models : sequence of str, optional
        Out of `SCORED_MODELS`; by default those of the design.

    Returns
    -------
    Backtest
        Forecasts at every origin in a fold.

    Raises
    ------
    UsageError
        For another design or fold, fewer than one job, or a folder that cannot be used.

    Examples
    --------
    >>> from forecasting import load_history
    >>> scored = backtest(load_history(as_of="1990-12-31"), "rolling", only=["1985"], models=["base_rate"])
    >>> scored.design, scored.probabilities["base_rate"].shape[1:]
    ('rolling', (4, 5))
    """
    chosen = check_design(design, jobs)
    require_no_overlay(history, "a backtest")
    found = origins(history, target)
    if chosen == "gap":
        found = with_gaps(history, found, target)
    parts = folds(history, found, chosen, target, only)
    if not parts:
        raise UsageError(
            f"expected at least one fold of the design {chosen}, got none; `rolling` starts in the first year with "
            f"{BURN_IN} known endings"
        )
    names = tuple(models or scored_models(chosen))
    checkpoints = open_checkpoints(resume, history, chosen, target, names) if resume is not None else None
    work = partial(forecast_folds, history, found, target, checkpoints=checkpoints, models=names)
    return assemble(chosen, found, parts, map_in_jobs(work, parts, jobs))
