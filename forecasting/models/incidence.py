"""Cumulative incidence of competing causes: its container, and the Aalen-Johansen estimator on a grid of months."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.models.checks import check_spells

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Incidence:
    """Cumulative incidence: probability of having ended by each cause within each horizon.

    Attributes
    ----------
    values : numpy.ndarray of shape (n_cases, n_causes, n_horizons)
        Probabilities in [0, 1], which sum to at most 1 over causes.
    causes : tuple of str
        Names along the second axis.
    horizons : tuple of int
        Months after the forecast day, along the third axis.

    Examples
    --------
    >>> incidence = Incidence(np.array([[[0.25], [0.5]]]), ("formalized", "collapsed"), (12,))
    >>> incidence.survival.tolist()
    [[0.25]]
    """

    values: Floats
    causes: tuple[str, ...]
    horizons: tuple[int, ...]

    @property
    def survival(self) -> Floats:
        """Probability of not having ended, shape (n_cases, n_horizons): 1 minus the sum of `values` over causes."""
        return np.asarray(1.0 - self.values.sum(axis=1))


@dataclass(frozen=True)
class RiskTable:
    """Size of the risk set and number of endings by month of age, month 1 first; leading axes are replicates.

    Attributes
    ----------
    at_risk : numpy.ndarray of shape (..., n_months)
        Total weight of the spells under observation in the month.
    endings : numpy.ndarray of shape (..., n_causes, n_months)
        Total weight of those that end in it, by cause.

    Examples
    --------
    >>> table = RiskTable(np.array([4.0, 3.0]), np.array([[1.0, 0.0]]))
    >>> table.between(1, 2).at_risk.tolist()
    [3.0]
    """

    at_risk: Floats
    endings: Floats

    def between(self, after: int, month: int) -> "RiskTable":
        """Counts of a range of months.

        Parameters
        ----------
        after, month : int
            The months `after` + 1 to `month` of age.

        Returns
        -------
        RiskTable
            Views of the counts.
        """
        return RiskTable(self.at_risk[..., after:month], self.endings[..., after:month])

    def tail(self, cut: int) -> Floats:
        """Constant hazard of the months after `cut` (`smooth_tail`), computed once for each `cut`.

        Parameters
        ----------
        cut : int
            Months of age, from 0.

        Returns
        -------
        numpy.ndarray of shape (..., n_causes)
            Monthly hazards.
        """
        if cut not in self._tails:
            self._tails[cut] = _tail(self, cut)
        return self._tails[cut]

    @cached_property
    def _tails(self) -> dict[int, Floats]:
        return {}


def risk_table(
    entry: ArrayLike, exit: ArrayLike, cause: ArrayLike, n_causes: int, weights: ArrayLike | None = None
) -> RiskTable:
    """Risk set and endings of spells by month of age.

    Parameters
    ----------
    entry : array_like of int, shape (n,)
        Completed months of age when observation begins; the spell is at risk in months `entry` + 1 to `exit`.
    exit : array_like of int, shape (n,)
        Month of age, from 1, in which the spell ends or is last observed.
    cause : array_like of int, shape (n,)
        Cause of the ending, 1 to `n_causes`; 0 for censored, which is after the endings of month `exit`.
    n_causes : int
        Number of causes.
    weights : array_like of shape (n,) or (n_replicates, n), optional
        Weights of the spells, by default 1 each.

    Returns
    -------
    RiskTable
        Counts of months 1 to the last exit, with a leading axis if `weights` has one.

    Raises
    ------
    ValueError
        Unless 0 <= entry < exit for every spell, with whole numbers, causes up to `n_causes` and weights from 0.

    Examples
    --------
    >>> table = risk_table([0, 1], [2, 2], [1, 0], n_causes=1)
    >>> table.at_risk.tolist(), table.endings.tolist()
    ([1.0, 2.0], [[0.0, 1.0]])
    """
    entry, exit, cause = check_spells(entry, exit, cause, n_causes, weights)
    weight = np.ones(len(entry)) if weights is None else np.asarray(weights, dtype=np.float64)
    n_months = int(exit.max(initial=0))
    month = np.arange(1, n_months + 1)
    is_at_risk = ((entry[:, None] < month) & (month <= exit[:, None])).astype(np.float64)
    ended = [np.flatnonzero(cause == k + 1) for k in range(n_causes)]
    endings = [weight[..., spells] @ (exit[spells, None] == month).astype(np.float64) for spells in ended]
    return RiskTable(weight @ is_at_risk, np.stack(endings, axis=-2))


def hazards(table: RiskTable) -> Floats:
    """Monthly hazards: the share of the risk set that ends by each cause in each month.

    Parameters
    ----------
    table : RiskTable
        Risk set and endings.

    Returns
    -------
    numpy.ndarray of shape (..., n_causes, n_months)
        Hazards in [0, 1]; 0 in a month with an empty risk set.

    Examples
    --------
    >>> hazards(RiskTable(np.array([4.0, 0.0]), np.array([[1.0, 0.0]]))).tolist()
    [[0.25, 0.0]]
    """
    at_risk = table.at_risk[..., None, :]
    return np.divide(table.endings, at_risk, out=np.zeros_like(table.endings), where=at_risk > 0)


def cumulative_incidence(hazard: Floats) -> Floats:
    """Cumulative incidence of each cause at the end of each month.

    Parameters
    ----------
    hazard : numpy.ndarray of shape (..., n_causes, n_months)
        Monthly hazards.

    Returns
    -------
    numpy.ndarray of shape (..., n_causes, n_months)
        Sum over months of the survival before the month times its hazard.

    Examples
    --------
    >>> cumulative_incidence(np.array([[0.5, 0.5], [0.25, 0.0]])).tolist()
    [[0.5, 0.625], [0.25, 0.25]]
    """
    survival = np.cumprod(1.0 - hazard.sum(axis=-2), axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    return np.asarray(np.cumsum(before[..., None, :] * hazard, axis=-1))


def aalen_johansen(entry: ArrayLike, exit: ArrayLike, cause: ArrayLike, n_causes: int) -> Floats:
    """Aalen-Johansen estimate of the cumulative incidence with delayed entry.

    Nonparametric maximum likelihood under independent censoring and entry; equal to R's `survival::survfit` for ages
    in whole months.

    Parameters
    ----------
    entry, exit, cause : array_like of int, shape (n,)
        Spells, as in `risk_table`.
    n_causes : int
        Number of causes.

    Returns
    -------
    numpy.ndarray of shape (n_causes, n_months)
        Cumulative incidence at the end of each month of age, month 1 first.

    Raises
    ------
    ValueError
        Unless 0 <= entry < exit for every spell, with whole numbers and causes up to `n_causes`.

    References
    ----------
    Aalen and Johansen 1978, Scand. J. Statist. 5:141-150.

    Examples
    --------
    >>> aalen_johansen([0, 0, 0, 0], [1, 2, 2, 3], [1, 2, 0, 1], n_causes=2).round(3).tolist()
    [[0.25, 0.25, 0.75], [0.0, 0.25, 0.25]]
    """
    return cumulative_incidence(hazards(risk_table(entry, exit, cause, n_causes)))


def tail_start(at_risk: Floats, fewest: int) -> int:
    """Age at which the tail begins, where the risk set is too small for hazards of its own.

    Parameters
    ----------
    at_risk : numpy.ndarray of shape (n_months,)
        Size of the risk set by month of age.
    fewest : int
        Smallest risk set whose hazards are kept.

    Returns
    -------
    int
        Completed months of age at which, for the first time after its peak, the risk set is smaller than `fewest`;
        `n_months` if it never is. With delayed entry the risk set is small before the peak as well.

    Examples
    --------
    >>> tail_start(np.array([1.0, 4.0, 3.0, 1.0]), fewest=2)
    3
    """
    peak = int(np.argmax(at_risk))
    below = np.flatnonzero(at_risk[peak:] < fewest)
    return peak + int(below[0]) if len(below) else len(at_risk)


def smooth_tail(table: RiskTable, n_months: int, cut: int, after: int = 0) -> Floats:
    """Monthly hazards that are constant in the tail, after `cut`.

    The constant hazard is endings over months at risk, both summed over the tail, with one pseudo-ending more. It is
    shared among causes as all endings of the table are, and comes with the mean time at risk per ending, so that a
    thin tail without an ending does not count as certain survival.

    Parameters
    ----------
    table : RiskTable
        Risk set and endings.
    n_months : int
        Last month of age to return.
    cut : int
        Completed months of age at which the tail begins (`tail_start`).
    after : int
        Completed months of age before the first month to return.

    Returns
    -------
    numpy.ndarray of shape (..., n_causes, n_months - after)
        Hazards of months `after` + 1 to `n_months`.

    Examples
    --------
    The tail's one month at risk has no ending; the pseudo-ending comes with (4 + 2 + 1) / 2 months:

    >>> table = RiskTable(np.array([4.0, 2.0, 1.0]), np.array([[1.0, 1.0, 0.0]]))
    >>> smooth_tail(table, n_months=4, cut=2).round(4).tolist()
    [[0.25, 0.5, 0.2222, 0.2222]]
    """
    smoothed = np.repeat(table.tail(cut)[..., None], n_months - after, axis=-1)
    unsmoothed = hazards(table.between(after, min(cut, n_months)))
    smoothed[..., : unsmoothed.shape[-1]] = unsmoothed
    return smoothed


def _tail(table: RiskTable, cut: int) -> Floats:
    exposure, endings = table.at_risk[..., cut:].sum(axis=-1)[..., None], table.endings[..., cut:].sum(axis=-1)
    total = table.endings.sum(axis=(-2, -1))[..., None]
    pseudo_endings = np.divide(table.endings.sum(axis=-1), total, out=np.zeros_like(endings), where=total > 0)
    pseudo_months = table.at_risk.sum(axis=-1)[..., None] / np.maximum(total, 1.0)
    return np.asarray((endings + pseudo_endings) / (exposure + pseudo_months))


def conditional_incidence(hazard: Floats, ages: Integers, months: Integers) -> Floats:
    """Cumulative incidence conditional on having survived to an age.

    Parameters
    ----------
    hazard : numpy.ndarray of shape (n_causes, n_months) or (n_replicates, n_causes, n_months)
        Monthly hazards from month 1 of age.
    ages : numpy.ndarray of int, shape (n,)
        Completed months of age of each case.
    months : numpy.ndarray of int, shape (n, n_horizons)
        Months after that age, from 1.

    Returns
    -------
    numpy.ndarray of shape (n, n_causes, n_horizons) or (n_replicates, n, n_causes, n_horizons)
        Cumulative incidence.

    Examples
    --------
    >>> hazard = np.array([[0.5, 0.25, 0.5]])
    >>> conditional_incidence(hazard, np.array([1]), np.array([[1, 2]])).tolist()
    [[[0.25, 0.625]]]
    """
    by_case = []
    for age, ahead in zip(ages, months, strict=True):
        incidence = cumulative_incidence(hazard[..., int(age) : int(age) + int(ahead.max())])
        by_case.append(incidence[..., ahead - 1])
    return np.stack(by_case, axis=-3)


def with_ongoing(incidence: ArrayLike) -> Floats:
    """Probabilities of all states: those of the causes, and that of going on as the last.

    Parameters
    ----------
    incidence : array_like of shape (..., k, n_horizons)
        Cumulative incidence of each cause.

    Returns
    -------
    numpy.ndarray of shape (..., k + 1, n_horizons)
        Along the last but one axis they sum to 1.

    Examples
    --------
    >>> with_ongoing([[0.25], [0.5]]).tolist()
    [[0.25], [0.5], [0.25]]
    """
    found = np.asarray(incidence, dtype=np.float64)
    return np.concatenate([found, 1.0 - found.sum(axis=-2, keepdims=True)], axis=-2)
