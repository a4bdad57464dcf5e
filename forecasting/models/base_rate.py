"""Base rates: cumulative incidence of each cause conditional on the age alone, overall and by class."""

from typing import Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models.checks import check_ahead, check_spells, same_length
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
    """Aalen-Johansen cumulative incidence with delayed entry, conditional on the age reached.

    Parameters
    ----------
    strata : tuple of str
        Columns of X with classes, coarse to fine; empty for one overall rate. The classes of each level are pooled
        towards those of the level above by empirical-Bayes rate ratios (`pooling.rate_ratios`).
    causes : tuple of str
        Names of causes 1, 2, ... in `y`.
    fewest : int
        Ages at which the risk set is smaller share one constant hazard (`incidence.smooth_tail`).
    n_replicates : int
        Cluster-bootstrap replicates for the intervals.
    seed : int
        Seed of the bootstrap and of the rate ratios' posterior draws.

    Attributes
    ----------
    n_ : int
        Number of spells that the rate is fitted on.
    table_, replicates_ : RiskTable
        Risk set and endings by month of age: of the spells, and under each bootstrap replicate.
    levels_ : list of tuple
        By level: names of the classes, their `RateRatios`, and posterior draws of these.
    classes_ : list of dict
        By level: class -> {"n": number of spells, "endings": counts by cause}.

    Notes
    -----
    X needs the columns of `strata` and, to predict, `age_months` (completed months when last observed) and
    `gap_months` (months from then to the forecast day). y is (entry, exit, cause), each (n,), as in
    `incidence.risk_table`.

    References
    ----------
    Aalen and Johansen 1978, Scand. J. Statist. 5:141-150. Clayton and Kaldor 1987, Biometrics 43:671-681.

    Examples
    --------
    Of four spells two end by the first cause; with so few, all ages share one hazard:

    >>> X = pd.DataFrame({"age_months": [0], "gap_months": [0]})
    >>> y = ([0, 0, 0, 0], [6, 12, 18, 24], [1, 0, 1, 0])
    >>> model = BaseRate(causes=("formalized",), n_replicates=20).fit(X.loc[[0] * 4], y)
    >>> model.predict_cumulative_incidence(X, (12, 24)).values.round(3).tolist()
    [[[0.334, 0.557]]]
    >>> lower, upper = model.predict_interval(X, (12, 24))
    >>> lower.shape, bool((lower <= upper).all())
    ((1, 2, 2), True)
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
        """Fit on spells.

        Parameters
        ----------
        X : DataFrame of n rows
            Classes of each spell.
        y : tuple of array_like of int, shape (n,) each
            Entry, exit and cause of each spell (`incidence.risk_table`).
        groups : array_like of shape (n,), optional
            Groups that the bootstrap draws whole; by default every spell is its own.
        weights : array_like of shape (n_replicates, n), optional
            Bootstrap weights to use instead, so that two models share their replicates.

        Returns
        -------
        BaseRate
            The fitted model.

        Raises
        ------
        ValueError
            Without any spell, or unless 0 <= entry < exit for each, with whole numbers and causes out of `causes`.
        """
        n_causes = len(self.causes)
        entry, exit_, cause = check_spells(*y, n_causes, weights)
        if len(entry) == 0:
            raise ValueError("expected at least one spell to fit on, got none; check the population and the as-of day")
        group = np.arange(len(entry)) if groups is None else np.asarray(groups)
        same_length({"the spells": entry, "the covariates": X.index.to_numpy(), "the groups": group})
        drawn = cluster_weights(group, self.n_replicates, self.seed) if weights is None else weights
        self.n_ = len(entry)
        self.table_ = risk_table(entry, exit_, cause, n_causes)
        self.replicates_ = risk_table(entry, exit_, cause, n_causes, drawn)
        self.classes_: list[dict[tuple[str, ...], dict[str, object]]] = []
        self.levels_ = []
        rng = np.random.default_rng(self.seed)
        expected_overall = self._expected(hazards(self.table_), entry, exit_)
        # Product of the ratios of the levels above: each level is pooled towards what those expect of its spells.
        ratio_so_far = np.ones((len(entry), n_causes))
        for depth in range(1, len(self.strata) + 1):
            key = self._keys(X, depth)
            names = sorted(set(key))
            code = np.array([names.index(k) for k in key])
            observed = np.stack(
                [np.bincount(code, (cause == k + 1).astype(float), len(names)) for k in range(n_causes)], axis=1
            )
            expected_of_spells = expected_overall * ratio_so_far
            expected = np.stack(
                [np.bincount(code, expected_of_spells[:, k], len(names)) for k in range(n_causes)], axis=1
            )
            ratios = rate_ratios(observed, expected)
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
        """Cumulative incidence of the cases in X.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            `age_months`, `gap_months` and classes. A class not seen in training has the rate of the level above.
        horizons : tuple of int
            Months after the forecast day.

        Returns
        -------
        Incidence
            Conditional on not having ended at the age when last observed.
        """
        check_is_fitted(self, "table_")
        values = self._conditional(X, horizons, self.table_, [level[1].mean[None] for level in self.levels_])
        return Incidence(values[0], self.causes, horizons)

    def predict_interval(self, X: pd.DataFrame, horizons: tuple[int, ...], level: float = 0.8) -> tuple[Floats, Floats]:
        """Confidence bounds of the probabilities of every state, survival last.

        Cluster-bootstrap quantiles, widened to contain the point forecast. No upper bound of a cause is below
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
        check_is_fitted(self, "table_")
        return self._conditional(X, horizons, self.replicates_, [level[2] for level in self.levels_])

    def at_risk(self, X: pd.DataFrame) -> NDArray[np.int64]:
        """Size of the risk set at each case's age.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            `age_months` of each case.

        Returns
        -------
        numpy.ndarray of int, shape (n_cases,)
            Number of training spells under observation in the month after that age; 0 beyond the oldest.
        """
        check_is_fitted(self, "table_")
        counts = self.table_.at_risk
        ages = X["age_months"].to_numpy(np.int64)
        return np.where(ages < len(counts), counts[np.minimum(ages, len(counts) - 1)], 0).astype(np.int64)

    def least_upper(self, X: pd.DataFrame, level: float = 0.8) -> Floats:
        """Clopper-Pearson upper bound of a probability of which the risk set at each case's age holds no instance.

        Parameters
        ----------
        X : DataFrame of n_cases rows
            `age_months` of each case.
        level : float in (0, 1)
            Level of the two-sided interval.

        Returns
        -------
        numpy.ndarray of shape (n_cases,)
            1 - ((1 - level) / 2)^(1 / n), where n is the risk set but at least `fewest`, as the tail shares a hazard.

        References
        ----------
        Clopper and Pearson 1934, Biometrika 26:404-413.
        """
        return np.asarray(1.0 - ((1.0 - level) / 2.0) ** (1.0 / np.maximum(self.at_risk(X), self.fewest)))

    def _conditional(
        self, X: pd.DataFrame, horizons: tuple[int, ...], table: RiskTable, ratios: list[Floats]
    ) -> Floats:
        """Conditional incidence, (b, n_cases, n_causes, n_horizons), by `table` and the `ratios` of each level."""
        ages, gaps, horizons = check_ahead(X["age_months"], X["gap_months"], horizons)
        months = gaps[:, None] + np.asarray(horizons, dtype=np.int64)
        youngest, n_months = int(ages.min()), int((ages + months.max(axis=1)).max())
        # The tail begins where that of the point estimate does, in every replicate.
        hazard = smooth_tail(table, n_months, tail_start(self.table_.at_risk, self.fewest), youngest)
        ages = ages - youngest
        if hazard.ndim == 2:
            hazard = hazard[None]
        if not self.strata:
            return conditional_incidence(hazard, ages, months)
        keys = self._keys(X, len(self.strata))
        by_case = []
        for row in range(len(X)):
            scaled = scale_hazards(hazard, self._ratio(keys[row], ratios))
            by_case.append(conditional_incidence(scaled, ages[[row]], months[[row]]))
        return np.concatenate(by_case, axis=1)

    def _ratio(self, classes: tuple[str, ...], ratios: list[Floats]) -> Floats:
        """Product over the levels of the rate ratios of the case's classes, (b, n_causes); 1 for an unseen class."""
        product = np.ones((1, len(self.causes)))
        for depth, ((names, _, _), ratio) in enumerate(zip(self.levels_, ratios, strict=True), start=1):
            key = classes[:depth]
            if key in names:
                product = product * ratio[:, names.index(key), :]
        return product

    def _keys(self, X: pd.DataFrame, depth: int) -> list[tuple[str, ...]]:
        return [tuple(map(str, row)) for row in X[list(self.strata[:depth])].to_numpy()]

    def _expected(self, hazard: Floats, entry: NDArray[np.int64], exit_: NDArray[np.int64]) -> Floats:
        """Expected endings of each spell by cause: the sum of the hazards over its months at risk, (n, n_causes)."""
        summed = np.concatenate([np.zeros((len(self.causes), 1)), np.cumsum(hazard, axis=1)], axis=1)
        return np.asarray((summed[:, exit_] - summed[:, entry]).T)
