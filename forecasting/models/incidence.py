"""Cumulative incidence of competing endings: the container, and the Aalen-Johansen estimator on the month grid."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Incidence:
    """Probability of having ended by each cause within each horizon.

    `values` (n_cases, n_causes, n_horizons) in [0, 1]; `causes` and `horizons` (months) name the last two axes.
    """

    values: Floats
    causes: tuple[str, ...]
    horizons: tuple[int, ...]

    @property
    def survival(self) -> Floats:
        """Probability of still being observed, shape (n_cases, n_horizons); with `values` it sums to one."""
        return np.asarray(1.0 - self.values.sum(axis=1))


@dataclass(frozen=True)
class RiskTable:
    """Counts by month of age, month 1 first.

    `at_risk` (..., n_months): spells (or their weight) under observation in the month; `endings`
    (..., n_causes, n_months): those that end in it by each cause. Leading axes are replicates.
    """

    at_risk: Floats
    endings: Floats

    def between(self, after: int, month: int) -> "RiskTable":
        """The counts of months `after` + 1 to `month`."""
        return RiskTable(self.at_risk[..., after:month], self.endings[..., after:month])

    def tail(self, cut: int) -> Floats:
        """One hazard for every month after `cut`, (..., n_causes): see `smooth_tail`; worked out once for each."""
        if cut not in self._tails:
            self._tails[cut] = _tail(self, cut)
        return self._tails[cut]

    @cached_property
    def _tails(self) -> dict[int, Floats]:
        return {}


def risk_table(
    entry: ArrayLike, exit: ArrayLike, cause: ArrayLike, n_causes: int, weights: ArrayLike | None = None
) -> RiskTable:
    """Count spells at risk and ending, by month.

    A spell is at risk in months entry + 1 to exit, and leaves in month `exit` by `cause` (1 to n_causes; 0 for
    still observed, which leaves after the endings of that month). `weights` (n,) or (n_replicates, n), default 1.
    """
    entry, exit, cause = (np.asarray(a, dtype=np.int64) for a in (entry, exit, cause))
    if np.any(exit <= entry) or np.any(entry < 0):
        raise ValueError("wanted 0 <= entry < exit for every spell")
    weight = np.ones(len(entry)) if weights is None else np.asarray(weights, dtype=np.float64)
    n_months = int(exit.max(initial=0))
    month = np.arange(1, n_months + 1)
    under = ((entry[:, None] < month) & (month <= exit[:, None])).astype(np.float64)
    ended = [np.flatnonzero(cause == k + 1) for k in range(n_causes)]
    leaves = [weight[..., spells] @ (exit[spells, None] == month).astype(np.float64) for spells in ended]
    return RiskTable(weight @ under, np.stack(leaves, axis=-2))


def hazards(table: RiskTable) -> Floats:
    """Share of those at risk that end by each cause in each month; 0 in a month with none at risk."""
    at_risk = table.at_risk[..., None, :]
    return np.divide(table.endings, at_risk, out=np.zeros_like(table.endings), where=at_risk > 0)


def cumulative_incidence(hazard: Floats) -> Floats:
    """Incidence after each month, from hazards of shape (..., n_causes, n_months)."""
    survival = np.cumprod(1.0 - hazard.sum(axis=-2), axis=-1)
    before = np.concatenate([np.ones_like(survival[..., :1]), survival[..., :-1]], axis=-1)
    return np.asarray(np.cumsum(before[..., None, :] * hazard, axis=-1))


def aalen_johansen(entry: ArrayLike, exit: ArrayLike, cause: ArrayLike, n_causes: int) -> Floats:
    """Aalen-Johansen cumulative incidence with delayed entry, shape (n_causes, n_months), month 1 first.

    Nonparametric maximum likelihood under independent censoring and entry (Aalen & Johansen 1978, Scand. J.
    Statist. 5:141-150). Equal to R's `survival::survfit` for ages in whole months.
    """
    return cumulative_incidence(hazards(risk_table(entry, exit, cause, n_causes)))


def tail_start(at_risk: Floats, fewest: int) -> int:
    """Months of age, from 0, at which fewer than `fewest` of `at_risk` (n_months,) remain after its peak."""
    peak = int(np.argmax(at_risk))
    below = np.flatnonzero(at_risk[peak:] < fewest)
    return peak + int(below[0]) if len(below) else len(at_risk)


def smooth_tail(table: RiskTable, n_months: int, cut: int, after: int = 0) -> Floats:
    """Hazards of months `after` + 1 to `n_months`, the same in every month after `cut` (`tail_start`).

    There the hazard is endings over months at risk, summed over all later ages, with one ending more, shared out
    as all endings are, over the mean months between two: a thin tail without an ending is not taken for certainty.
    """
    smoothed = np.repeat(table.tail(cut)[..., None], n_months - after, axis=-1)
    own = hazards(table.between(after, min(cut, n_months)))
    smoothed[..., : own.shape[-1]] = own
    return smoothed


def _tail(table: RiskTable, cut: int) -> Floats:
    exposure, endings = table.at_risk[..., cut:].sum(axis=-1)[..., None], table.endings[..., cut:].sum(axis=-1)
    total = table.endings.sum(axis=(-2, -1))[..., None]
    share = np.divide(table.endings.sum(axis=-1), total, out=np.zeros_like(endings), where=total > 0)
    added = table.at_risk.sum(axis=-1)[..., None] / np.maximum(total, 1.0)
    return np.asarray((endings + share) / (exposure + added))


def conditional_incidence(hazard: Floats, ages: Integers, months: Integers) -> Floats:
    """Incidence of cases that have lasted `ages` completed months, after further `months`.

    `hazard` (n_causes, n_months) for one stratum, or (n_replicates, n_causes, n_months); `ages` (n,), `months`
    (n, n_horizons). Returns (n, n_causes, n_horizons), or (n_replicates, n, n_causes, n_horizons).
    """
    pieces = []
    for age, ahead in zip(ages, months, strict=True):
        walked = cumulative_incidence(hazard[..., int(age) : int(age) + int(ahead.max())])
        pieces.append(walked[..., ahead - 1])
    return np.stack(pieces, axis=-3)
