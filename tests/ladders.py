"""Simulated cases that move along a ladder, for the tests of its model."""

import numpy as np

from forecasting.models.ladder_months import FollowUps, Lines

MONTHS = 120


def simulated(n, seed, up=0.05, steep=2.0, monthly=(0.004, 0.006, 0.005), sight=1.0, covariate=None, spread=0.0):
    """n cases, two neighbours a component: the level rises by one with probability `up` a month, the hazard of formalization with it.

    Log odds of formalization grow by `steep` from level 0 to 5. A share `sight` of those that go on is seen to the end.
    """
    rng = np.random.default_rng(seed)
    level = np.minimum(np.cumsum(rng.random((n, MONTHS)) < up, axis=1), 5)
    level = np.concatenate([np.zeros((n, 1), int), level[:, :-1]], axis=1)
    x = np.zeros(n) if covariate is None else rng.normal(size=n)
    odds = np.stack([np.full((n, MONTHS), rate) for rate in monthly], axis=2)
    odds[:, :, 0] *= np.exp(steep * level / 5)
    odds[:, :, 1] *= np.exp((covariate or 0.0) * x)[:, None]
    odds *= np.exp(deviations(n, seed, spread))[:, None]
    below = rng.random((n, MONTHS, 1)) < np.cumsum(odds / (1 + odds.sum(axis=2, keepdims=True)), axis=2)
    ended = below[:, :, -1]
    exit_ = np.where(ended.any(axis=1), ended.argmax(axis=1) + 1, MONTHS)
    cause = np.where(ended.any(axis=1), 4 - below[np.arange(n), exit_ - 1].sum(axis=1), 0)
    lost = (cause == 0) & (rng.random(n) > sight)
    exit_ = np.where(lost, MONTHS // 2, exit_)
    until = np.where(cause > 0, exit_, MONTHS)
    zero = np.zeros(n, dtype=np.int64)
    keys = np.arange(n) * 7919 + 13
    cases = FollowUps(keys, keys // (2 * 7919), np.ones(n), zero, exit_, cause, until, exit_, zero, zero, level * 3)
    ages = [np.arange(0, last, 12) for last in exit_]
    row = np.repeat(np.arange(n), [len(each) for each in ages])
    values = np.zeros((len(row), 0)) if covariate is None else x[row][:, None]
    return cases, Lines(row, np.concatenate(ages), np.ones(len(row)), values)


def deviations(n, seed, spread):
    """What the two cases of a component share beside covariates, in log odds of each cause, (n, 3)."""
    return spread * np.random.default_rng([seed, 1]).normal(size=((n + 1) // 2, 3)).repeat(2, axis=0)[:n]


def shuffled(cases, lines, seed):
    """The same cases and landmarks in another order."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(cases.key))
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    by = rng.permutation(len(lines.row))
    mixed = FollowUps(**{name: getattr(cases, name)[order] for name in cases.__dataclass_fields__})
    return mixed, Lines(place[lines.row][by], lines.age[by], lines.weight[by], lines.covariates[by])
