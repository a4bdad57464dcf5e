"""The primary model: a discrete-time multinomial hazard trained on stacked landmarks, shrunk and recalibrated."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models import newton
from forecasting.models.base_rate import BaseRate
from forecasting.models.episodes import DURATION_EDGES, FOLLOW_UP, decay, duration_bin, episodes, lag_bin, month_weights
from forecasting.models.incidence import Incidence, cumulative_incidence
from forecasting.models.refits import refits
from forecasting.models.threads import one_thread
from forecasting.models.uncertainty import cluster_draws, state_bounds

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
N_DURATION = len(DURATION_EDGES) + 1
AT_ONCE = 500
TO_THE_END = 1e-14
LAST_STEPS = 2


@dataclass(frozen=True)
class Scaling:
    """Mean and standard deviation of each covariate over the cases' first landmarks.

    Over all landmarks long-lived cases would set the scale. A constant covariate has scale 1, so a column of zeros.
    """

    mean: Floats
    scale: Floats

    def apply(self, values: Floats) -> Floats:
        """Standardised covariates."""
        return np.asarray((values - self.mean) / self.scale)


@dataclass(frozen=True)
class LogOdds:
    """Monthly log odds of one case as a sum: `average` + `design` @ `effects`, recalibrated.

    `average` (..., n_months, n_causes): of a case of the same age with average covariates and in no known group;
    `design` (n_months, p) and `effects` (..., p, n_causes): what its covariates and groups add; `terms` (p,): the
    covariate or grouping that each column belongs to. Leading axes are replicates.
    """

    average: Floats
    design: Floats
    effects: Floats
    terms: tuple[str, ...]


class HazardModel(BaseEstimator):
    """Competing-risks multinomial logit hazard by month, fitted on landmarks with covariates frozen at each.

    Log odds of ending by cause k in a month, against not ending: duration step of the month's age + slopes times
    standardised covariates + intercepts of groups. What is a state at the landmark (`states`) fades with time since
    the landmark (`episodes.decay`); other covariates (`statics`) do not. Every slope has a fixed N(0, `slope_sd`^2)
    prior (van Houwelingen 2007, Scand. J. Statist. 34:70-85, for landmarks; Sinkovec et al. 2021 for fixed
    penalties), duration steps a random walk, group intercepts a normal of their own.

    Parameters
    ----------
    statics, states : tuple of str
        Covariates in X.
    intercepts : tuple of str
        Columns of X with groups whose intercepts are partially pooled; a group not seen in training has none.
    frame : str
        0/1 column of X for cases found backwards: a nuisance intercept, set to 0 in forecasting. Empty: none.
    slope_sd, step_sd, intercept_sd, frame_sd : float
        Prior standard deviations, in log odds.
    shrink : float in [0, 1]
        Share of the base rate in the forecast.
    calibration_sd : float
        Prior standard deviation of the recalibration's shift (mean 0) and slope (mean 1).
    n_folds, n_replicates, seed : int
        Folds of whole groups for the recalibration; bootstrap replicates; seed.

    Notes
    -----
    X has one line per landmark, with `age_months` (and for prediction `gap_months`), `case` (an integer), and
    `weight` (the lines of one landmark add up to one). Every month of every case counts once, however many landmarks
    look ahead to it.
    y is (landmark age, exit, cause), each (n,). A case's first line stands for its whole spell.
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
        """Fit on landmarks; `groups` (n,) are kept whole in folds and resampling (default: the cases)."""
        landmark, exit_, cause = (np.asarray(part, dtype=np.int64) for part in y)
        group = np.unique(X["case"] if groups is None else groups, return_inverse=True)[1]
        weight = X["weight"].to_numpy(np.float64)
        _require_finite(X, (*self.statics, *self.states))
        first = np.unique(X["case"].to_numpy(), return_index=True)[1]
        self.scaling_ = _scaling(X[[*self.statics, *self.states]].to_numpy(np.float64)[first])
        self.levels_ = {name: _repeated(X, name) for name in self.intercepts}
        rows = episodes(landmark, exit_, cause)
        month, last = month_weights(rows, landmark, exit_, X["case"].to_numpy(), weight)
        endings = (rows.cause[:, None] == np.arange(1, len(self.causes) + 1)) * (last / month)[:, None]
        counts = newton.Counts(rows.months, endings, weight[rows.line] * month)
        design = self._design(X, rows.line, rows.duration, rows.lag)
        self.precision_ = self._precision()
        fold = self._folds(group)[rows.line]
        self.coef_, *kept = self._fitted(design, counts, fold)
        self.calibration_ = self._calibrate(design, counts, fold, kept) if kept else (0.0, 1.0)
        self.design_, self.counts_, self.group_ = design, counts, group[rows.line]
        own = first[X[self.frame].to_numpy()[first] == 0] if self.frame else first
        self.draws_ = cluster_draws(int(group.max()) + 1, self.n_replicates, self.seed)
        self.base_ = BaseRate(causes=self.causes, n_replicates=self.n_replicates, seed=self.seed).fit(
            X.iloc[own], (landmark[own], exit_[own], cause[own]), weights=self.draws_[:, group[own]]
        )
        self.__dict__.pop("replicates_", None)
        self.n_ = len(first)
        return self

    @one_thread
    def bootstrap(self) -> Floats:
        """Coefficients refitted on resampled groups, (n_replicates, p, n_causes); worked out once."""
        check_is_fitted(self, "coef_")
        if not hasattr(self, "replicates_"):
            self.replicates_ = refits(self.coef_, self.design_, self.counts_, self.precision_, self.group_, self.draws_)
        return self.replicates_

    @one_thread
    def predict_cumulative_incidence(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Incidence:
        """Incidence within each horizon of the cases in X."""
        check_is_fitted(self, "coef_")
        own = self._walk(X, horizons, self.coef_[None])[0]
        base = self.base_.predict_cumulative_incidence(X, horizons).values
        return Incidence((1.0 - self.shrink) * own + self.shrink * base, self.causes, horizons)

    def predict_interval(self, X: pd.DataFrame, horizons: tuple[int, ...], level: float = 0.8) -> tuple[Floats, Floats]:
        """Bounds of the states' probabilities, (n_cases, n_causes + 1, n_horizons) each, survival last."""
        point = self.predict_cumulative_incidence(X, horizons).values
        return state_bounds(point, self.draws(X, horizons), level, self.least_upper(X, level))

    @one_thread
    def draws(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Floats:
        """Incidence under each bootstrap replicate, (n_replicates, n_cases, n_causes, n_horizons)."""
        own = self._walk(X, horizons, self.bootstrap())
        return np.asarray((1.0 - self.shrink) * own + self.shrink * self.base_.draws(X, horizons))

    def least_upper(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """No upper bound below this: the model borrows across ages, so only the smallest group sets it."""
        check_is_fitted(self, "coef_")
        return np.asarray(self.base_.least_upper(X.assign(age_months=0), level))

    @one_thread
    def log_odds(self, X: pd.DataFrame, n_months: int, coef: Floats | None = None) -> LogOdds:
        """The parts of the log odds of the one case in X in the `n_months` after it was last seen.

        `coef` (p, k) or (b, p, k), default the fitted ones; for replicates those of `bootstrap`.
        """
        check_is_fitted(self, "coef_")
        months = np.arange(1, n_months + 1)
        age, same = int(X["age_months"].iloc[0]), np.zeros(n_months, dtype=np.int64)
        design = self._design(X, same, duration_bin(age + months), lag_bin(np.minimum(months, 120)), forecasting=True)
        fitted = self.coef_ if coef is None else coef
        shift, slope = self.calibration_
        groups = [name for name, levels in self.levels_.items() for _ in levels]
        terms = (*self.statics, *self.states, *([self.frame] if self.frame else []), *groups)
        average = design[:, :N_DURATION] @ fitted[..., :N_DURATION, :] + shift
        return LogOdds(average, design[:, N_DURATION:], slope * fitted[..., N_DURATION:, :], terms)

    def _walk(self, X: pd.DataFrame, horizons: tuple[int, ...], coef: Floats) -> Floats:
        """Model incidence under each of `coef` (b, p, k): (b, n, k, h)."""
        ages = X["age_months"].to_numpy(np.int64)
        ahead = X["gap_months"].to_numpy(np.int64)[:, None] + np.asarray(horizons, dtype=np.int64)
        steps, lasting, fading = self._odds_by_part(X, coef)
        months = np.arange(1, int(ahead.max()) + 1)
        fade = decay(lag_bin(np.minimum(months, FOLLOW_UP)))[:, None]
        pieces = []
        for first in range(0, len(X), at_once := max(1, AT_ONCE // len(coef))):
            lines = slice(first, first + at_once)
            own = lasting[:, lines, None] + fade * fading[:, lines, None]
            hazard = newton.probabilities(steps[:, duration_bin(ages[lines, None] + months)] + own)
            walked = cumulative_incidence(hazard.transpose(0, 1, 3, 2))
            pieces.append(np.take_along_axis(walked, ahead[None, lines, None] - 1, axis=-1))
        return np.concatenate(pieces, axis=1)

    def _odds_by_part(self, X: pd.DataFrame, coef: Floats) -> tuple[Floats, Floats, Floats]:
        """Recalibrated log odds: by bin of age (b, bins, k), and the lasting and fading ones of lines (b, n, k)."""
        shift, slope = self.calibration_
        first = np.zeros(len(X), dtype=np.int64)
        design = self._design(X, np.arange(len(X)), first, first, forecasting=True)
        state = slice(N_DURATION + len(self.statics), N_DURATION + len(self.statics) + len(self.states))
        fading = design[:, state] @ coef[:, state] / decay(0)
        lasting = design[:, N_DURATION:] @ coef[:, N_DURATION:] - decay(0) * fading
        return np.cumsum(coef[:, :N_DURATION], axis=1) + shift, slope * lasting, slope * fading

    def _design(
        self, X: pd.DataFrame, line: Integers, duration: Integers, lag: Integers, forecasting: bool = False
    ) -> Floats:
        parts = [self.scaling_.apply(X[[*self.statics, *self.states]].to_numpy(np.float64))]
        if self.frame:
            found = np.zeros(len(X)) if forecasting else X[self.frame].to_numpy(np.float64)
            parts.append(found[:, None])
        for name, levels in self.levels_.items():
            parts.append(_indicators(X[name], levels))
        covariates = np.concatenate(parts, axis=1)
        design = np.empty((len(line), N_DURATION + covariates.shape[1]))
        design[:, :N_DURATION] = duration[:, None] >= np.arange(N_DURATION)
        design[:, N_DURATION:] = covariates[line]
        first_state = N_DURATION + len(self.statics)
        design[:, first_state : first_state + len(self.states)] *= decay(lag)[:, None]
        return design

    def _precision(self) -> Floats:
        n_slopes = len(self.statics) + len(self.states)
        sds = [10.0, *[self.step_sd] * (N_DURATION - 1), *[self.slope_sd] * n_slopes]
        sds += [self.frame_sd] * bool(self.frame)
        sds += [self.intercept_sd] * sum(map(len, self.levels_.values()))
        return 1.0 / np.square(sds)

    def _folds(self, group: Integers) -> Integers:
        """Fold of each line, whole groups; all in fold 0 where there are too few groups to leave any out."""
        n_groups = int(group.max()) + 1
        if n_groups < self.n_folds:
            return np.zeros_like(group)
        return np.asarray(np.random.default_rng(self.seed).permutation(n_groups)[group] % self.n_folds)

    def _fitted(self, design: Floats, counts: newton.Counts, fold: Integers) -> Floats:
        """Coefficients on all rows and, where there are folds, without each of them, (1 or 1 + n_folds, p, k).

        Newton's method on the columns that all cases share, from the record's monthly log odds as the first duration's;
        from there the fit with the groups' intercepts, and from that the fits of the folds at once.
        """
        n_shared = design.shape[1] - sum(map(len, self.levels_.values()))
        start = np.zeros((design.shape[1], counts.endings.shape[1]))
        start[0] = _log_odds_of_a_month(counts)
        shared = np.ascontiguousarray(design[:, :n_shared])
        start[:n_shared] = newton.fit(shared, counts, self.precision_[:n_shared], start=start[:n_shared])
        whole = refits(start, design, counts, self.precision_, fold, np.ones((1, int(fold.max()) + 1)), TO_THE_END)
        if not fold.any():
            return whole
        kept = refits(whole[0], design, counts, self.precision_, fold, 1.0 - np.eye(int(fold.max()) + 1), TO_THE_END)
        return np.concatenate([whole, kept])

    def _calibrate(
        self, design: Floats, counts: newton.Counts, fold: Integers, kept: list[Floats]
    ) -> tuple[float, float]:
        """Shift and slope of the covariates' part, by coefficients `kept` (p, k) of the fit without each fold."""
        base, own = np.empty((2, *counts.endings.shape))
        for number, coef in enumerate(kept):
            rows = np.flatnonzero(fold == number)
            held = design[rows]
            base[rows] = held[:, :N_DURATION] @ coef[:N_DURATION]
            own[rows] = held[:, N_DURATION:] @ coef[N_DURATION:]
        return _recalibration(base, own, counts, self.calibration_sd)


def _log_odds_of_a_month(counts: newton.Counts) -> Floats:
    """Log odds of each cause against none over all months, (k,); half an ending is added, for a cause without any."""
    ended = counts.weight @ counts.endings
    return np.asarray(np.log((ended + 0.5) / (counts.weight @ counts.trials - ended.sum() + 0.5)))


def _recalibration(base: Floats, own: Floats, counts: newton.Counts, sd: float) -> tuple[float, float]:
    """Shift and slope of `own` (r, k), which is added to `base` (r, k): L-BFGS, then Newton to the last digits."""
    prior, mass = np.array([0.0, 1.0]), counts.weight * counts.trials

    def chances(values: Floats) -> Floats:
        return newton.probabilities(base + values[0] + values[1] * own)

    def slope(values: Floats, chance: Floats) -> Floats:
        residual = counts.weight[:, None] * counts.endings - mass[:, None] * chance
        return np.array([residual.sum(), (residual * own).sum()]) - (values - prior) / sd**2

    def loss(values: Floats) -> tuple[float, Floats]:
        chance = chances(values)
        ended, away = counts.weight[:, None] * counts.endings, (values - prior) / sd
        none = mass - ended.sum(axis=1)
        loglik = float((ended * np.log(chance)).sum() + none @ np.log1p(-chance.sum(axis=1)))
        return 0.5 * float(away @ away) - loglik, -slope(values, chance)

    found = minimize(loss, prior, jac=True, method="L-BFGS-B").x
    for _ in range(LAST_STEPS):
        chance = chances(found)
        ending, moved, moved_twice = chance.sum(axis=1), (chance * own).sum(axis=1), (chance * own**2).sum(axis=1)
        across = mass @ (moved - ending * moved)
        bend = np.array([[mass @ (ending - ending**2), across], [across, mass @ (moved_twice - moved**2)]])
        found = found + np.linalg.solve(bend + np.eye(2) / sd**2, slope(found, chance))
    return float(found[0]), float(found[1])


def _indicators(groups: pd.Series, levels: list[str]) -> Floats:
    """1 where a line belongs to a group, (n, n_levels); none for a group that is not a level."""
    place = {level: number for number, level in enumerate(levels)}
    own = np.array([place.get(str(group), -1) for group in groups])
    return (own[:, None] == np.arange(len(levels))).astype(np.float64)


def _require_finite(X: pd.DataFrame, names: tuple[str, ...]) -> None:
    holes = [name for name in names if not np.isfinite(X[name].to_numpy(np.float64)).all()]
    if holes:
        raise ValueError(f"wanted a number for every landmark; came gaps in {', '.join(holes)}")


def _scaling(values: Floats) -> Scaling:
    spread = values.std(axis=0)
    return Scaling(values.mean(axis=0), np.where(spread > 1e-9, spread, 1.0))


def _repeated(X: pd.DataFrame, name: str) -> list[str]:
    """Groups with at least two cases, in order; the rest have nothing to share."""
    pairs = X[[name, "case"]].drop_duplicates()
    sizes = pairs[name].value_counts()
    return sorted(str(group) for group in sizes.index[sizes >= 2])
