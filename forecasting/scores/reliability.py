"""Reliability of the probabilities of one outcome: CORP curve, decomposition and consistency band."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.isotonic import isotonic_regression

from forecasting.scores.arrays import check_chances, check_outcomes, check_share, check_weights
from forecasting.scores.resampling import LEVEL, SEED

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Corp:
    """CORP reliability curve and decomposition: `score` = `miscalibration` - `discrimination` + `uncertainty`.

    Attributes
    ----------
    score : float
        Mean Brier score.
    miscalibration : float
        MCB, at least 0; 0 if no monotone recalibration improves the score.
    discrimination : float
        DSC, at least 0; higher is better.
    uncertainty : float
        UNC, the score of the overall observed frequency.
    forecasts : numpy.ndarray of shape (m,)
        Distinct forecasts, rising.
    recalibrated : numpy.ndarray of shape (m,)
        Recalibrated probability at each, never falling.
    weight : numpy.ndarray of shape (m,)
        Total weight of each.
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
    """Pointwise consistency band of the reliability curve.

    Attributes
    ----------
    forecasts : numpy.ndarray of shape (m,)
        Distinct forecasts, rising.
    lower, upper : numpy.ndarray of shape (m,)
        Bounds of the curve of a calibrated forecast.
    level : float
        Level of the band at each point.
    """

    forecasts: Floats
    lower: Floats
    upper: Floats
    level: float


def corp(probabilities: ArrayLike, outcomes: ArrayLike, weights: ArrayLike | None = None) -> Corp:
    """CORP reliability curve and decomposition of the mean Brier score S = MCB - DSC + UNC.

    Let c be the isotonic regression of outcomes on forecasts by the pool-adjacent-violators algorithm, m the overall
    observed frequency and S(q) the weighted mean of (q - y)^2. Then MCB = S(p) - S(c), lower is better; DSC = S(m) -
    S(c), higher is better; UNC = S(m).

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities p of the outcome.
    outcomes : array_like of shape (n,)
        Outcomes y, 0 or 1.
    weights : array_like of shape (n,), optional
        Weights, by default 1 each; forecasts with weight 0 are left out.

    Returns
    -------
    Corp
        Curve and decomposition.

    Raises
    ------
    ValueError
        Where shapes differ or a number is out of its range.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, PNAS 118:e2016191118.

    Examples
    --------
    >>> result = corp([0.2, 0.2, 0.8, 0.8], [0, 0, 0, 1])
    >>> result.recalibrated.tolist(), result.uncertainty
    ([0.0, 0.5], 0.1875)
    """
    p = check_chances(probabilities)
    y, w = check_outcomes(outcomes, len(p)), check_weights(weights, len(p))
    forecasts, codes = np.unique(p[w > 0.0], return_inverse=True)
    p, y, w = p[w > 0.0], y[w > 0.0], w[w > 0.0]
    weight = np.asarray(np.bincount(codes, w), dtype=np.float64)
    curve = _pool_violators(np.bincount(codes, w * y) / weight, weight)
    as_issued, recalibrated, overall = (
        float(np.average((q - y) ** 2, weights=w)) for q in (p, curve[codes], np.average(y, weights=w))
    )
    return Corp(as_issued, as_issued - recalibrated, overall - recalibrated, overall, forecasts, curve, weight)


def consistency_band(
    probabilities: ArrayLike,
    weights: ArrayLike | None = None,
    groups: ArrayLike | None = None,
    n_replicates: int = 1000,
    seed: int = SEED,
    level: float = LEVEL,
) -> Band:
    """Pointwise band of the curve of `corp` if the forecasts are calibrated, by resampling of outcomes.

    Outcomes are drawn as forecast and the curve is fitted anew. A curve inside the band does not refute calibration,
    nor does it prove it.

    Parameters
    ----------
    probabilities : array_like of shape (n,)
        Probabilities of the outcome.
    weights : array_like of shape (n,), optional
        Weights, by default 1 each; forecasts with weight 0 are left out.
    groups : array_like of shape (n,), optional
        Groups whose forecasts share one uniform draw, so that overlapping windows of one case end together; by default
        every forecast has its own.
    n_replicates : int
        Number of replicates.
    seed : int
        Seed of the draws.
    level : float in (0, 1)
        Level of the band at each point.

    Returns
    -------
    Band
        Bounds at the distinct forecasts.

    Raises
    ------
    ValueError
        Where shapes differ or a number is out of its range.

    References
    ----------
    Dimitriadis, Gneiting and Jordan 2021, PNAS 118:e2016191118.

    Examples
    --------
    >>> band = consistency_band([0.2] * 20 + [0.8] * 20)
    >>> bool((band.lower <= [0.2, 0.8]).all() and (band.upper >= [0.2, 0.8]).all())
    True
    """
    p = check_chances(probabilities)
    w = check_weights(weights, len(p))
    check_share("a level", level)
    group = np.arange(len(p)) if groups is None else np.asarray(groups)
    if group.shape != p.shape:
        raise ValueError(f"expected groups of shape {p.shape}, got {group.shape}; give one per forecast")
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
    """Isotonic regression of the observed frequencies of rising forecasts, in [0, 1]."""
    return np.asarray(isotonic_regression(share, sample_weight=weight, y_min=0.0, y_max=1.0), dtype=np.float64)
