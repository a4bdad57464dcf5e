"""Base rates: how often arrangements that had lasted this long ended each way, overall and by class."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models.incidence import (
    Incidence,
    RiskTable,
    conditional_incidence,
    hazards,
    risk_table,
    smooth_tail,
    tail_start,
)
from forecasting.models.pooling import rate_ratios, scale_hazards
from forecasting.models.uncertainty import cluster_weights, state_bounds

Floats = NDArray[np.float64]


class BaseRate(BaseEstimator):
    """Aalen-Johansen incidence with delayed entry, conditional on the time already elapsed.

    Parameters
    ----------
    strata : tuple of str
        Columns of X whose classes are told apart, coarse to fine; empty for one overall rate. Each level's classes
        are pooled towards the level above by empirical-Bayes rate ratios (`pooling.rate_ratios`).
    causes : tuple of str
        Names of causes 1, 2, ... in `y`.
    fewest : int
        Ages at which fewer are at risk share one constant hazard (`incidence.smooth_tail`).
    n_replicates, seed : int
        Cluster-bootstrap replicates for the intervals, and their seed.

    Attributes
    ----------
    n_ : int
        Spells that the rate is fitted on.
    classes_ : list of dict
        Per level: class -> {"n": spells, "endings": counts by cause}.

    Notes
    -----
    X needs `age_months` (completed months when last seen observed) and `gap_months` (months since) for prediction,
    and the columns of `strata`. y is (entry, exit, cause), each (n,), as in `incidence.risk_table`.
    """

    def __init__(
        self,
        strata: tuple[str, ...] = (),
        causes: tuple[str, ...] = ("formalized", "collapsed", "faded"),
        fewest: int = 30,
        n_replicates: int = 1000,
        seed: int = 20260205,
    ) -> None:
        self.strata = strata
        self.causes = causes
        self.fewest = fewest
        self.n_replicates = n_replicates
        self.seed = seed

    def fit(
        self,
        X: pd.DataFrame,
        y: tuple[ArrayLike, ArrayLike, ArrayLike],
        groups: ArrayLike | None = None,
        weights: ArrayLike | None = None,
    ) -> Self:
        """Fit on spells `y`; `groups` (n,) are resampled whole (default: each spell by itself).

        `weights` (n_replicates, n) are the draws themselves, where another model must meet the same.
        """
        entry, exit_, cause = (np.asarray(part, dtype=np.int64) for part in y)
        if len(entry) == 0:
            raise ValueError("wanted at least one spell to fit on; came none")
        n_causes = len(self.causes)
        group = np.arange(len(entry)) if groups is None else np.asarray(groups)
        drawn = cluster_weights(group, self.n_replicates, self.seed) if weights is None else weights
        self.n_ = len(entry)
        self.table_ = risk_table(entry, exit_, cause, n_causes)
        self.replicates_ = risk_table(entry, exit_, cause, n_causes, drawn)
        self.classes_: list[dict[tuple[str, ...], dict[str, object]]] = []
        self.levels_ = []
        rng = np.random.default_rng(self.seed)
        expected = self._expected(hazards(self.table_), entry, exit_)
        ratio_so_far = np.ones((len(entry), n_causes))
        for depth in range(1, len(self.strata) + 1):
            key = self._keys(X, depth)
            names = sorted(set(key))
            code = np.array([names.index(k) for k in key])
            observed = np.stack(
                [np.bincount(code, (cause == k + 1).astype(float), len(names)) for k in range(n_causes)], axis=1
            )
            awaited = np.stack(
                [np.bincount(code, expected[:, k] * ratio_so_far[:, k], len(names)) for k in range(n_causes)], axis=1
            )
            ratios = rate_ratios(observed, awaited)
            ratio_so_far = ratio_so_far * ratios.mean[code]
            self.levels_.append((names, ratios, ratios.draw(self.n_replicates, rng)))
            self.classes_.append(
                {
                    name: {"n": int(np.sum(code == i)), "endings": observed[i].astype(int).tolist()}
                    for i, name in enumerate(names)
                }
            )
        return self

    def predict_cumulative_incidence(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Incidence:
        """Incidence within each horizon (months after the as-of day) of the cases in X."""
        check_is_fitted(self, "table_")
        values = self._walk(X, horizons, self.table_, [level[1].mean[None] for level in self.levels_])
        return Incidence(values[0], self.causes, horizons)

    def predict_interval(self, X: pd.DataFrame, horizons: tuple[int, ...], level: float = 0.8) -> tuple[Floats, Floats]:
        """Bounds of the states' probabilities, each (n_cases, n_causes + 1, n_horizons); survival comes last.

        Cluster-bootstrap quantiles, widened to hold the point and never narrower than what none seen among those at
        risk at the case's age (or sharing the tail's hazard) would allow (Clopper & Pearson 1934).
        """
        point = self.predict_cumulative_incidence(X, horizons).values
        return state_bounds(point, self.draws(X, horizons), level, self.least_upper(X, level))

    def draws(self, X: pd.DataFrame, horizons: tuple[int, ...]) -> Floats:
        """Incidence under each bootstrap replicate, (n_replicates, n_cases, n_causes, n_horizons)."""
        check_is_fitted(self, "table_")
        return self._walk(X, horizons, self.replicates_, [level[2] for level in self.levels_])

    def at_risk(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """How many training spells were under observation at each case's age, (n_cases,)."""
        check_is_fitted(self, "table_")
        counts = self.table_.at_risk
        ages = X["age_months"].to_numpy(np.int64)
        return np.where(ages < len(counts), counts[np.minimum(ages, len(counts) - 1)], 0).astype(np.int64)

    def least_upper(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """Upper bound of a probability of which no instance was seen among those at risk at each case's age."""
        return np.asarray(1.0 - ((1.0 - level) / 2.0) ** (1.0 / np.maximum(self.at_risk(X), self.fewest)))

    def _walk(self, X: pd.DataFrame, horizons: tuple[int, ...], table: RiskTable, ratios: list[Floats]) -> Floats:
        ages = X["age_months"].to_numpy(np.int64)
        months = X["gap_months"].to_numpy(np.int64)[:, None] + np.asarray(horizons, dtype=np.int64)
        youngest, n_months = int(ages.min()), int((ages + months.max(axis=1)).max())
        hazard = smooth_tail(table, n_months, tail_start(self.table_.at_risk, self.fewest), youngest)
        ages = ages - youngest
        if hazard.ndim == 2:
            hazard = hazard[None]
        if not self.strata:
            return conditional_incidence(hazard, ages, months)
        keys = self._keys(X, len(self.strata))
        pieces = []
        for line in range(len(X)):
            scaled = scale_hazards(hazard, self._ratio(keys[line], ratios))
            pieces.append(conditional_incidence(scaled, ages[[line]], months[[line]]))
        return np.concatenate(pieces, axis=1)

    def _ratio(self, classes: tuple[str, ...], ratios: list[Floats]) -> Floats:
        product = np.ones((1, len(self.causes)))
        for depth, ((names, _, _), ratio) in enumerate(zip(self.levels_, ratios, strict=True), start=1):
            key = classes[:depth]
            if key in names:
                product = product * ratio[:, names.index(key), :]
        return product

    def _keys(self, X: pd.DataFrame, depth: int) -> list[tuple[str, ...]]:
        return [tuple(map(str, row)) for row in X[list(self.strata[:depth])].to_numpy()]

    def _expected(self, hazard: Floats, entry: NDArray[np.int64], exit_: NDArray[np.int64]) -> Floats:
        """Endings by cause that the overall hazards expect of each spell over its months at risk, (n, n_causes)."""
        summed = np.concatenate([np.zeros((len(self.causes), 1)), np.cumsum(hazard, axis=1)], axis=1)
        return np.asarray((summed[:, exit_] - summed[:, entry]).T)
