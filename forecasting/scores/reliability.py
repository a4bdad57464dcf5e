"""Reliability of the probabilities of one outcome: CORP, which recalibrates by isotonic regression."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.isotonic import isotonic_regression

from forecasting.scores.arrays import check_chances, check_outcomes, check_weights
from forecasting.scores.resampling import LEVEL, SEED

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Corp:
    """A reliability curve and what it makes of the Brier score.

    `score` = `miscalibration` - `discrimination` + `uncertainty` (MCB, DSC, UNC). The curve, one entry per distinct
    forecast in rising order: `forecasts` (m,), `recalibrated` (m,), never falling, and `weight` (m,) of each.
    """

    score: float
    miscalibration: float
    discrimination: float
    uncertainty: float
    forecasts: Floats
    recalibrated: Floats
    weight: Floats


@dataclass(frozen=True)
class Band:
    """Where the curve of a calibrated forecast would lie: `lower`, `upper` (m,) at `forecasts` (m,), at `level`."""

    forecasts: Floats
    lower: Floats
    upper: Floats
    level: float


def corp(probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> Corp:
    """CORP reliability curve and decomposition of the mean Brier score S = MCB - DSC + UNC.

    c: isotonic regression of outcomes on forecasts (pool adjacent violators), m: overall share; with S(q) the
    weighted mean of (q - y)^2, MCB = S(p) - S(c), lower is better, 0 if no monotone correction helps; DSC = S(m) -
    S(c), higher is better; UNC = S(m), the score of the overall share. Neither MCB nor DSC is below 0.
    `probabilities` (n,), `outcomes` (n,) of 0 or 1, `weights` (n,), default 1 (Dimitriadis, Gneiting & Jordan 2021,
    PNAS 118:e2016191118).

    >>> found = corp([0.2, 0.2, 0.8, 0.8], [0, 0, 0, 1])
    >>> found.recalibrated.tolist(), found.uncertainty
    ([0.0, 0.5], 0.1875)
    """
    p = check_chances(probabilities)
    y, w = check_outcomes(outcomes, len(p)), check_weights(weights, len(p))
    forecasts, codes = np.unique(p[w > 0.0], return_inverse=True)
    p, y, w = p[w > 0.0], y[w > 0.0], w[w > 0.0]
    weight = np.asarray(np.bincount(codes, w), dtype=np.float64)
    curve = _pool_violators(np.bincount(codes, w * y) / weight, weight)
    issued, corrected, overall = (
        float(np.average((q - y) ** 2, weights=w)) for q in (p, curve[codes], np.average(y, weights=w))
    )
    return Corp(issued, issued - corrected, overall - corrected, overall, forecasts, curve, weight)


def consistency_band(
    probabilities: ArrayLike,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    n_replicates: int = 1000,
    seed: int = SEED,
    level: float = LEVEL,
) -> Band:
    """Pointwise band of `corp`'s curve if the forecasts are calibrated: outcomes drawn as forecast, the curve redone.

    `probabilities` (n,), held as issued; `weights` (n,), default 1. Forecasts of one of `groups` (n,) share one
    uniform draw, so that windows of one case that overlap end together; default: each draws its own. A curve inside
    the band does not refute calibration; it does not prove it (Dimitriadis, Gneiting & Jordan 2021, PNAS
    118:e2016191118, consistency bands by resampling).

    >>> band = consistency_band([0.2] * 20 + [0.8] * 20)
    >>> bool((band.lower <= [0.2, 0.8]).all() and (band.upper >= [0.2, 0.8]).all())
    True
    """
    p = check_chances(probabilities)
    w = check_weights(weights, len(p))
    if not 0.0 < level < 1.0:
        raise ValueError(f"wanted a level between 0 and 1; came {level:g}")
    group = np.arange(len(p)) if groups is None else np.asarray(groups)
    if group.shape != p.shape:
        raise ValueError(f"wanted groups of shape {p.shape}; came {group.shape}")
    p, group, w = p[w > 0.0], group[w > 0.0], w[w > 0.0]
    names, group = np.unique(group, return_inverse=True)
    forecasts, codes = np.unique(p, return_inverse=True)
    weight = np.asarray(np.bincount(codes, w), dtype=np.float64)
    drawn = np.random.default_rng(seed).random((n_replicates, len(names)))
    curves = [_pool_violators(np.bincount(codes, w * (u[group] < p)) / weight, weight) for u in drawn]
    tail = (1.0 - level) / 2.0
    lower, upper = np.quantile(curves, [tail, 1.0 - tail], axis=0)
    return Band(forecasts, lower, upper, level)


def _pool_violators(share: Floats, weight: Floats) -> Floats:
    return np.asarray(isotonic_regression(share, sample_weight=weight, y_min=0.0, y_max=1.0), dtype=np.float64)
