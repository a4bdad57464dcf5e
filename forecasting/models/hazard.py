"""The primary model: a penalised discrete-time multinomial hazard on stacked landmarks, recalibrated and shrunk."""

from copy import copy
from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models import newton
from forecasting.models.base_rate import BaseRate
from forecasting.models.checks import check_ahead, check_columns, check_spells, same_length
from forecasting.models.episodes import DURATION_EDGES, FOLLOW_UP, decay, duration_bin, episodes, lag_bin, month_weights
from forecasting.models.groups import indicators, repeated_groups
from forecasting.models.incidence import Incidence, cumulative_incidence
from forecasting.models.recalibration import recalibration
from forecasting.models.refits import refits
from forecasting.models.row_order import case_order
from forecasting.models.scaling import Scaling
from forecasting.models.threads import one_thread
from forecasting.models.uncertainty import cluster_draws, state_bounds

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
N_DURATION = len(DURATION_EDGES) + 1
# Prior standard deviation of the first duration's log odds: so wide that the record alone decides the level.
LEVEL_SD = 10.0
# Cases times replicates that are forecast in one batch.
BATCH = 500
# Gain in log likelihood at which a refit stops; for the fit itself, unlike the bootstrap, to the last digits.
FULL_PRECISION = 1e-14


@dataclass(frozen=True)
class LogOdds:
    """Recalibrated monthly log odds of one case, `average` + `design` @ `effects`; leading axes are replicates.

    Attributes
    ----------
    average : numpy.ndarray of shape (..., n_months, n_causes)
        Log odds of a case of the same age with average covariates and in no known group.
    design : numpy.ndarray of shape (n_months, p)
        The case's standardised covariates, decayed where they are states, and indicators of its groups.
    effects : numpy.ndarray of shape (..., p, n_causes)
        What a unit of each column adds.
    terms : tuple of str, length p
        Covariate or grouping that each column belongs to.
    """

    average: Floats
    design: Floats
    effects: Floats
    terms: tuple[str, ...]


class HazardModel(BaseEstimator):
    """Competing-risks multinomial logit hazard by month, fitted on landmarks with covariates frozen at each.

    The log odds of ending by cause k in a month, against not ending, are a step function of age, plus slopes times
    standardised covariates, plus intercepts of groups. The effect of a state at the landmark (`states`) decays with
    the time since (`episodes.decay`); that of other covariates (`statics`) does not. Priors are fixed, not tuned: a
    N(0, `slope_sd`^2) on every slope, a random walk for the steps, and a N(0, `intercept_sd`^2) on the intercepts. The
    forecast is `shrink` of the base rate and the rest of the recalibrated hazard's cumulative incidence.

    Parameters
    ----------
    statics, states : tuple of str
        Covariates: columns of X.
    intercepts : tuple of str
        Columns of X with groups whose intercepts are partially pooled. A group with fewer than two cases in training
        has none.
    frame : str
        Column of X that is 1 for retrospectively sampled cases and 0 for others; empty for none. Such cases have a
        nuisance intercept, which is 0 in forecasting: they were all formalized, and may inform the slopes only.
    causes : tuple of str
        Names of causes 1, 2, ... in `y`.
    slope_sd, step_sd, intercept_sd, frame_sd : float
        Prior standard deviations of slopes, duration steps and both kinds of intercept, in log odds; above 0.
    shrink : float in [0, 1]
        Share of the base rate in the forecast.
    calibration_sd : float
        Prior standard deviation of the recalibration's shift (mean 0) and slope (mean 1).
    n_folds : int
        Folds of whole groups whose out-of-fold log odds the recalibration is fitted on.
    n_replicates : int
        Cluster-bootstrap replicates for the intervals.
    seed : int
        Seed of folds and bootstrap.

    Attributes
    ----------
    coef_ : numpy.ndarray of shape (p, n_causes)
        Coefficients before recalibration: duration steps, statics, states, frame, groups.
    calibration_ : tuple of float
        Shift and slope of the recalibration.
    scaling_ : Scaling
        Standardisation of the covariates.
    levels_ : dict
        Groups with an intercept, by column.
    base_ : BaseRate
        Base rate of the prospectively sampled cases, with the same bootstrap draws.
    n_ : int
        Number of cases fitted on.

    Notes
    -----
    X has one row per landmark, or several whose `weight` adds up to 1 where a fact is uncertain, with `age_months`,
    `case` (an integer), `weight` and, to predict, `gap_months`. The first row of a case provides its whole spell for
    the base rate. y is (age at the landmark in completed months, month of exit, cause), each (n,). Every month of
    every case counts once, however many landmarks' follow-up it is within (`episodes.month_weights`).

    References
    ----------
    van Houwelingen 2007, Scand. J. Statist. 34:70-85 (landmarking). Sinkovec et al. 2021, BMC Med. Res. Methodol.,
    doi 10.1186/s12874-021-01374-y (pre-specified against tuned penalties in small samples). Allison 1982, Sociol.
    Methodol. 13:61-98 (discrete-time hazards).

    Examples
    --------
    >>> n = np.arange(24)
    >>> X = pd.DataFrame({"case": n, "weight": 1.0, "age_months": 0, "gap_months": 0, "talks": n % 2, "backward": 0})
    >>> y = (np.zeros(24), 12 + n, 1 + n % 2)
    >>> model = HazardModel(statics=("talks",), intercepts=(), causes=("formalized", "collapsed"), n_replicates=20)
    >>> incidence = model.fit(X, y).predict_cumulative_incidence(X[:2], (12, 24)).values
    >>> incidence.shape, bool(incidence[1, 1, 1] > incidence[0, 1, 1])
    ((2, 2, 2), True)
    """

    def __init__(
        self,
        statics: tuple[str, ...] = (),
        states: tuple[str, ...] = (),
        intercepts: tuple[str, ...] = ("type", "dyad", "era"),
        frame: str = "backward",
        causes: tuple[str, ...] = ("formalized", "collapsed", "faded"),
        slope_sd: float = 0.25,
        step_sd: float = 0.5,
        intercept_sd: float = 0.25,
        frame_sd: float = 2.0,
        shrink: float = 0.25,
        calibration_sd: float = 0.3,
        n_folds: int = 5,
        n_replicates: int = 1000,
        seed: int = 20260205,
    ) -> None:
        self.statics = statics
        self.states = states
        self.intercepts = intercepts
        self.frame = frame
        self.causes = causes
        self.slope_sd = slope_sd
        self.step_sd = step_sd
        self.intercept_sd = intercept_sd
        self.frame_sd = frame_sd
        self.shrink = shrink
        self.calibration_sd = calibration_sd
        self.n_folds = n_folds
        self.n_replicates = n_replicates
        self.seed = seed

    @one_thread
    def fit(self, X: pd.DataFrame, y: tuple[ArrayLike, ArrayLike, ArrayLike], groups: ArrayLike | None = None) -> Self:
        """Fit on landmarks.

        Parameters
        ----------
        X : DataFrame of n rows
            Covariates, groups, `case`, `weight` and `age_months` of each landmark.
        y : tuple of array_like of int, shape (n,) each
            Age at the landmark, month of exit and cause (0: censored).
        groups : array_like of shape (n,), optional
            Groups kept whole in folds and resampling, by default the cases.

        Returns
        -------
        HazardModel
            The fitted model.

        Raises
        ------
        ValueError
            Where a covariate is not finite, or unless 0 <= landmark < exit, with whole numbers, causes out of `causes`
            and weights from 0; with the row.
        FloatingPointError
            Where Newton's method does not converge.
        """
        landmark, exit_, cause = check_spells(*y, len(self.causes), X["weight"], first="landmark", what="landmark")
        label = np.asarray(X["case"] if groups is None else groups)
        same_length({"the landmarks": landmark, "the covariates": X.index.to_numpy(), "the groups": label})
        check_columns(X, (*self.statics, *self.states, *([self.frame] if self.frame else [])))
        group = np.unique(label, return_inverse=True)[1]
        order, case = case_order(X[self._told()], X["case"], np.stack([landmark, exit_, cause], axis=1), group)
        X, group, landmark, exit_, cause = X.iloc[order], group[order], landmark[order], exit_[order], cause[order]
        weight = X["weight"].to_numpy(np.float64)
        first = np.unique(case, return_index=True)[1]
        self.scaling_ = Scaling.of(X[[*self.statics, *self.states]].to_numpy(np.float64)[first])
        self.levels_ = {name: repeated_groups(X, name) for name in self.intercepts}
        rows = episodes(landmark, exit_, cause)
        month, last = month_weights(rows, landmark, exit_, case, weight)
        endings = (rows.cause[:, None] == np.arange(1, len(self.causes) + 1)) * (last / month)[:, None]
        counts = newton.Counts(rows.months, endings, weight[rows.line] * month)
        design = self._design(X, rows.line, rows.duration, rows.lag)
        self.precision_ = self._precision()
        fold = self._folds(group)[rows.line]
        self.coef_, *fold_coefs = self._fitted(design, counts, fold)
        self.calibration_ = self._calibrate(design, counts, fold, fold_coefs) if fold_coefs else (0.0, 1.0)
        self.design_, self.counts_, self.group_ = design, counts, group[rows.line]
        prospective = first[X[self.frame].to_numpy()[first] == 0] if self.frame else first
        # One set of draws for model and base rate, so that each replicate of the forecast is one resampled record.
        self.draws_ = cluster_draws(int(group.max()) + 1, self.n_replicates, self.seed)
        self.base_ = BaseRate(causes=self.causes, n_replicates=self.n_replicates, seed=self.seed).fit(
            X.iloc[prospective],
            (landmark[prospective], exit_[prospective], cause[prospective]),
            weights=self.draws_[:, group[prospective]],
        )
        # Replicates of an earlier fit.
        self.__dict__.pop("replicates_", None)
        self.n_ = len(first)
        return self

    @one_thread
    def bootstrap(self) -> Floats:
        """Coefficients refitted under each bootstrap replicate, computed at the first call.

        Returns
        -------
        numpy.ndarray of shape (n_replicates, p, n_causes)
            Coefficients, each within a small share of a standard error of its optimum (`refits.refits`).
        """
        check_is_fitted(self, "coef_")
        if not hasattr(self, "replicates_"):
            self.replicates_ = refits(self.coef_, self.design_, self.counts_, self.precision_, self.group_, self.draws_)
        return self.replicates_

    @one_thread
    def predict_cumulative_incidence(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Incidence:
        """Cumulative incidence of the cases in X.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            Covariates and groups, `age_months` when last observed and `gap_months` from then to the forecast day.
        horizons : tuple of int
            Months after the forecast day.

        Returns
        -------
        Incidence
            Conditional on not having ended at the age when last observed.
        """
        check_is_fitted(self, "coef_")
        model = self._model_incidence(X, horizons, self.coef_[None])[0]
        base = self.base_.predict_cumulative_incidence(X, horizons).values
        return Incidence((1.0 - self.shrink) * model + self.shrink * base, self.causes, horizons)

    def recalibrated_by(self, calibration: tuple[float, float], shrink: float | None = None) -> Self:
        """A fitted model with the same coefficients, and another recalibration and share of the base rate.

        Parameters
        ----------
        calibration : tuple of float
            Shift and slope; (0, 1) leaves log odds as they are.
        shrink : float in [0, 1], optional
            Share of the base rate; by default the model's own.

        Returns
        -------
        HazardModel
            A copy.
        """
        check_is_fitted(self, "coef_")
        other = copy(self)
        other.calibration_ = calibration
        other.shrink = self.shrink if shrink is None else shrink
        return other

    def predict_interval(self, X: pd.DataFrame, horizons: tuple[int, ...], level: float = 0.8) -> tuple[Floats, Floats]:
        """Confidence bounds of the probabilities of every state, survival last.

        Cluster-bootstrap quantiles, widened to contain the point forecast; no upper bound of a cause is below
        `least_upper`.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            As in `predict_cumulative_incidence`.
        horizons : tuple of int
            Months after the forecast day.
        level : float in (0, 1)
            Level of the interval.

        Returns
        -------
        lower, upper : numpy.ndarray of shape (n_cases, n_causes + 1, n_horizons)
            Bounds, pointwise.
        """
        point = self.predict_cumulative_incidence(X, horizons).values
        return state_bounds(point, self.draws(X, horizons), level, self.least_upper(X, level))

    @one_thread
    def draws(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Floats:
        """Cumulative incidence under each bootstrap replicate.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            As in `predict_cumulative_incidence`.
        horizons : tuple of int
            Months after the forecast day.

        Returns
        -------
        numpy.ndarray of shape (n_replicates, n_cases, n_causes, n_horizons)
            Replicates.
        """
        model = self._model_incidence(X, horizons, self.bootstrap())
        return np.asarray((1.0 - self.shrink) * model + self.shrink * self.base_.draws(X, horizons))

    def least_upper(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """Smallest upper bound of a cause's probability, that of the base rate at age 0.

        The model shares information across ages, so the risk set at the case's own age is not what limits it.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            The cases.
        level : float in (0, 1)
            Level of the two-sided interval.

        Returns
        -------
        numpy.ndarray of shape (n_cases,)
            Bounds (`BaseRate.least_upper`).
        """
        check_is_fitted(self, "coef_")
        return np.asarray(self.base_.least_upper(X.assign(age_months=0), level))

    @one_thread
    def log_odds(self, X: pd.DataFrame, n_months: int, coef: Floats | None = None) -> LogOdds:
        """Log odds of one case in the months after it was last observed, as a sum over covariates.

        Parameters
        ----------
        X : DataFrame of one row
            The case, as in `predict_cumulative_incidence`.
        n_months : int
            Number of months.
        coef : numpy.ndarray of shape (p, n_causes) or (b, p, n_causes), optional
            Coefficients, by default the fitted ones; for replicates those of `bootstrap`.

        Returns
        -------
        LogOdds
            Average case, covariates and their effects.
        """
        check_is_fitted(self, "coef_")
        check_ahead(X["age_months"], X["gap_months"], (n_months,))
        check_columns(X, (*self.statics, *self.states))
        months = np.arange(1, n_months + 1)
        age, line = int(X["age_months"].iloc[0]), np.zeros(n_months, dtype=np.int64)
        lag = lag_bin(np.minimum(months, FOLLOW_UP))
        design = self._design(X, line, duration_bin(age + months), lag, forecasting=True)
        fitted = self.coef_ if coef is None else coef
        shift, slope = self.calibration_
        groups = [name for name, levels in self.levels_.items() for _ in levels]
        terms = (*self.statics, *self.states, *([self.frame] if self.frame else []), *groups)
        average = design[:, :N_DURATION] @ fitted[..., :N_DURATION, :] + shift
        return LogOdds(average, design[:, N_DURATION:], slope * fitted[..., N_DURATION:, :], terms)

    def _model_incidence(self, X: pd.DataFrame, horizons: tuple[int, ...], coef: Floats) -> Floats:
        """Incidence (b, n, k, h) of the hazard alone, without the base rate, under each of `coef` (b, p, k)."""
        ages, gaps, horizons = check_ahead(X["age_months"], X["gap_months"], horizons)
        check_columns(X, (*self.statics, *self.states))
        ahead = gaps[:, None] + np.asarray(horizons, dtype=np.int64)
        by_age, lasting, fading = self._odds_by_part(X, coef)
        months = np.arange(1, int(ahead.max()) + 1)
        # Beyond the follow-up of the landmarks nothing is known of the decay: the last bin's weight holds on.
        fade = decay(lag_bin(np.minimum(months, FOLLOW_UP)))[:, None]
        batches = []
        for first in range(0, len(X), n_at_once := max(1, BATCH // len(coef))):
            rows = slice(first, first + n_at_once)
            covariates = lasting[:, rows, None] + fade * fading[:, rows, None]
            hazard = newton.probabilities(by_age[:, duration_bin(ages[rows, None] + months)] + covariates)
            incidence = cumulative_incidence(hazard.transpose(0, 1, 3, 2))
            batches.append(np.take_along_axis(incidence, ahead[None, rows, None] - 1, axis=-1))
        return np.concatenate(batches, axis=1)

    def _odds_by_part(self, X: pd.DataFrame, coef: Floats) -> tuple[Floats, Floats, Floats]:
        """Recalibrated log odds: by bin of age (b, bins, k), and constant and decaying ones by row of X (b, n, k)."""
        shift, slope = self.calibration_
        first = np.zeros(len(X), dtype=np.int64)
        design = self._design(X, np.arange(len(X)), first, first, forecasting=True)
        state = slice(N_DURATION + len(self.statics), N_DURATION + len(self.statics) + len(self.states))
        # The design holds states at the weight of the first bin: divided by it, they are at full weight.
        fading = design[:, state] @ coef[:, state] / decay(0)
        lasting = design[:, N_DURATION:] @ coef[:, N_DURATION:] - decay(0) * fading
        return np.cumsum(coef[:, :N_DURATION], axis=1) + shift, slope * lasting, slope * fading

    def _design(
        self, X: pd.DataFrame, line: Integers, duration: Integers, lag: Integers, forecasting: bool = False
    ) -> Floats:
        """Covariates (r, p) of episodes: duration steps, statics, decayed states, frame, groups of X's rows `line`.

        Duration steps are cumulative indicators, so that each coefficient is the step from the bin before and their
        independent priors make the log odds by age a random walk.
        """
        parts = [self.scaling_.apply(X[[*self.statics, *self.states]].to_numpy(np.float64))]
        if self.frame:
            frame = np.zeros(len(X)) if forecasting else X[self.frame].to_numpy(np.float64)
            parts.append(frame[:, None])
        for name, levels in self.levels_.items():
            parts.append(indicators(X[name], levels))
        covariates = np.concatenate(parts, axis=1)
        design = np.empty((len(line), N_DURATION + covariates.shape[1]))
        design[:, :N_DURATION] = duration[:, None] >= np.arange(N_DURATION)
        design[:, N_DURATION:] = covariates[line]
        first_state = N_DURATION + len(self.statics)
        design[:, first_state : first_state + len(self.states)] *= decay(lag)[:, None]
        return design

    def _told(self) -> list[str]:
        """Columns of X that a fit reads of each row."""
        return [*self.statics, *self.states, *([self.frame] if self.frame else []), *self.intercepts, "weight"]

    def _precision(self) -> Floats:
        """Prior precision of each column of the design, (p,)."""
        n_slopes = len(self.statics) + len(self.states)
        sds = [LEVEL_SD, *[self.step_sd] * (N_DURATION - 1), *[self.slope_sd] * n_slopes]
        sds += [self.frame_sd] * bool(self.frame)
        sds += [self.intercept_sd] * sum(map(len, self.levels_.values()))
        return 1.0 / np.square(sds)

    def _folds(self, group: Integers) -> Integers:
        """Fold of each row of X, the same within a group; 0 for all if there are fewer groups than folds."""
        n_groups = int(group.max()) + 1
        if n_groups < self.n_folds:
            return np.zeros_like(group)
        return np.asarray(np.random.default_rng(self.seed).permutation(n_groups)[group] % self.n_folds)

    def _fitted(self, design: Floats, counts: newton.Counts, fold: Integers) -> Floats:
        """Coefficients on all rows and, where there are folds, without each of them, (1 or 1 + n_folds, p, k).

        Each fit starts from a simpler one: Newton's method on the columns that all cases share starts from the overall
        monthly log odds, the fit with the groups' intercepts from there, and those of the folds, in one batch, from it.
        """
        n_shared = design.shape[1] - sum(map(len, self.levels_.values()))
        start = np.zeros((design.shape[1], counts.endings.shape[1]))
        start[0] = _monthly_log_odds(counts)
        shared = np.ascontiguousarray(design[:, :n_shared])
        start[:n_shared] = newton.fit(shared, counts, self.precision_[:n_shared], start=start[:n_shared])
        whole = refits(start, design, counts, self.precision_, fold, np.ones((1, int(fold.max()) + 1)), FULL_PRECISION)
        if not fold.any():
            return whole
        folds = refits(
            whole[0], design, counts, self.precision_, fold, 1.0 - np.eye(int(fold.max()) + 1), FULL_PRECISION
        )
        return np.concatenate([whole, folds])

    def _calibrate(
        self, design: Floats, counts: newton.Counts, fold: Integers, fold_coefs: list[Floats]
    ) -> tuple[float, float]:
        """Recalibration fitted on out-of-fold log odds; `fold_coefs` (p, k) are fitted without each fold."""
        base, covariates = np.empty((2, *counts.endings.shape))
        for number, coef in enumerate(fold_coefs):
            rows = np.flatnonzero(fold == number)
            held_out = design[rows]
            base[rows] = held_out[:, :N_DURATION] @ coef[:N_DURATION]
            covariates[rows] = held_out[:, N_DURATION:] @ coef[N_DURATION:]
        return recalibration(base, covariates, counts, self.calibration_sd)


def _monthly_log_odds(counts: newton.Counts) -> Floats:
    """Monthly log odds of each cause over the whole record, (k,), with half an ending more for causes without any."""
    ended = counts.weight @ counts.endings
    return np.asarray(np.log((ended + 0.5) / (counts.weight @ counts.trials - ended.sum() + 0.5)))
