"""Multinomial monthly hazard of the endings on the ladder: posterior modes under several scales of its slopes."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.models import newton
from forecasting.models.detection import Detection
from forecasting.models.episodes import duration_bin
from forecasting.models.ladder_design import (
    LADDER_TERMS,
    N_STEPS,
    TERM_TERMS,
    Term,
    duration_columns,
    ladder_columns,
    prior_precision,
    term_columns,
    term_phase,
)
from forecasting.models.ladder_months import FollowUps, Lines, Months, cells, counted, in_gaps, observed
from forecasting.models.recalibration_by_cause import Recalibration, recalibration_by_cause
from forecasting.models.refits import refits

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SCALES: Final = (0.15, 0.25, 0.5, 0.8)
FIRST_SCALE: Final = 0.4
COMPLETIONS: Final = 2
FULL_PRECISION: Final = 1e-14


@dataclass(frozen=True)
class LadderHazard:
    """Posterior of the hazard: a mixture of normal distributions, one for each scale of the slopes.

    Attributes
    ----------
    terms : tuple of Term
        Columns after the duration steps: those of the ladder, of the stated term, then the p covariates.
    causes : tuple of str
        Names of the k causes.
    coef : numpy.ndarray of shape (n_scales, 6 + n_terms, k)
        Modes.
    root : numpy.ndarray of shape (n_scales, n, n)
        Lower Cholesky factors of the posterior covariances; a coefficient's index is cause x (6 + n_terms) + column.
    share : numpy.ndarray of shape (n_scales,)
        Posterior probabilities of the scales, by Laplace's approximation of their evidence.
    center : numpy.ndarray of shape (n_terms,)
        Means of the columns over the months at risk, from which the recalibration's slope counts.
    recalibration : Recalibration
        Shift and slope of each cause.
    """

    terms: tuple[Term, ...]
    causes: tuple[str, ...]
    coef: Floats
    root: Floats
    share: Floats
    center: Floats
    recalibration: Recalibration

    @property
    def mean_coef(self) -> Floats:
        """Coefficients averaged over the scales, (6 + n_terms, k)."""
        return np.tensordot(self.share, self.coef, axes=(0, 0))


def ladder_hazard(
    cases: FollowUps,
    lines: Lines,
    covariates: Sequence[Term],
    causes: Sequence[str],
    detection: Detection,
    scales: Sequence[float] = SCALES,
    calibration_sd: float = 0.3,
    n_splits: int = 3,
    n_folds: int = 5,
) -> LadderHazard:
    """Fit the hazard.

    Parameters
    ----------
    cases : FollowUps
        Cases in an order that does not depend on that of the record (`LadderModel` sorts them).
    lines : Lines
        Their landmarks, likewise.
    covariates : sequence of Term
        The p columns of `lines.covariates`.
    causes : sequence of str
        Names of causes 1, 2, ...
    detection : Detection
        What would have been noted after the last sight.
    scales : sequence of float
        Prior standard deviations of the effect of one scale of a column, in log odds, equally likely beforehand.
    calibration_sd : float
        Standard deviation of the recalibration's priors.
    n_splits, n_folds : int
        Splits of the components, and folds of each, for the recalibration.

    Returns
    -------
    LadderHazard
        The posterior.

    Raises
    ------
    ValueError
        Where the covariates and their terms differ in number.
    FloatingPointError
        Where Newton's method does not converge.

    Notes
    -----
    Log odds of ending by cause k in a month, against not ending: a step function of age, plus slopes times the columns
    of the state in which the case is in that month and of the covariates as they were at the landmark. The likelihood
    of a case not known to have ended is Z (`detection`), maximised by completing its months (EM). The weight of a scale
    is proportional to L(mode) prior(mode) / sqrt(det H), H the information at the mode.

    References
    ----------
    Tierney and Kadane 1986, J. Am. Stat. Assoc. 81:82-86 (Laplace's approximation).

    Examples
    --------
    Cases at level 3 end within a year, those at level 0 are never seen to end:

    >>> k, zeros = np.arange(20), np.zeros(20, dtype=int)
    >>> high = k % 2 == 0
    >>> end = np.where(high, 12, 60)
    >>> states = np.where(high[:, None], 9, 0) * np.ones((20, 60), dtype=int)
    >>> cases = FollowUps(k, k, np.ones(20), zeros, end, high * 1, end, end, zeros, zeros, states)
    >>> lines = Lines(k, zeros, np.ones(20), np.zeros((20, 0)))
    >>> found = ladder_hazard(cases, lines, (), ("formalized", "collapsed", "faded"), Detection())
    >>> bool(found.mean_coef[N_STEPS, 0] > 1.0), float(found.share.sum().round(9))
    (True, 1.0)
    """
    if lines.covariates.shape[1] != len(covariates):
        raise ValueError(
            f"expected {len(covariates)} covariates ({', '.join(t.name for t in covariates)}), got "
            f"{lines.covariates.shape[1]}"
        )
    terms, names = (*LADDER_TERMS, *TERM_TERMS, *covariates), tuple(causes)
    at = cells(cases, lines, len(names))
    design = design_of(at.months, cases, lines)
    at_risk, endings = observed(cases, len(names))
    months = counted(at, at_risk, endings)
    first = prior_precision(terms, names, FIRST_SCALE)
    coef = np.zeros((design.shape[1], len(names)))
    coef[0] = _monthly_log_odds(months.counts)
    coef = newton.fit(design, months.counts, first, start=coef)
    gaps = _gap_rows(cases, lines)
    for _ in range(COMPLETIONS if gaps else 0):
        log_odds = {row: gap @ coef for row, gap in gaps.items()}
        in_gaps(cases, log_odds, detection, at_risk, endings)
        months = counted(at, at_risk, endings)
        coef = newton.fit(design, months.counts, first, start=coef)
    counts = months.counts
    found = [_at_scale(design, counts, prior_precision(terms, names, scale), coef) for scale in scales]
    evidence = np.array([each[2] for each in found])
    share = np.exp(evidence - evidence.max())
    share /= share.sum()
    center = counts.trials @ design[:, N_STEPS:] / counts.trials.sum()
    typical = float(np.sqrt(share @ np.square(scales)))
    recalibration = _recalibrated(
        design, counts, prior_precision(terms, names, typical), coef, cases.component[at.months.row],
        center, calibration_sd, n_splits, n_folds,
    )  # fmt: skip
    return LadderHazard(
        terms, names, np.stack([each[0] for each in found]), np.stack([each[1] for each in found]), share, center,
        recalibration,
    )  # fmt: skip


def design_of(months: Months, cases: FollowUps, lines: Lines) -> Floats:
    """Columns of grouped months: duration steps, ladder, stated term, covariates.

    Parameters
    ----------
    months : Months
        r groups.
    cases : FollowUps
        Their cases.
    lines : Lines
        Their landmarks.

    Returns
    -------
    numpy.ndarray of shape (r, 6 + n_terms)
        Values.

    Examples
    --------
    >>> one, zero = np.ones(1, dtype=int), np.zeros(1, dtype=int)
    >>> cases = FollowUps(one, one, np.ones(1), zero, one, zero, one, one, zero, zero, np.array([[15]]))
    >>> lines = Lines(zero, zero, np.ones(1), np.array([[7.0]]))
    >>> design_of(cells(cases, lines, 3).months, cases, lines)[0, N_STEPS:].tolist()
    [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 7.0]
    """
    parts = [
        duration_columns(months.bin),
        ladder_columns()[cases.form[months.row], months.state],
        term_columns()[months.phase],
        lines.covariates[months.line],
    ]
    return np.concatenate(parts, axis=1)


def fold_numbers(component: Integers, n_folds: int, split: int) -> Integers:
    """Fold of each row: components are dealt in the order of a hash of their number and the split's.

    Parameters
    ----------
    component : numpy.ndarray of int, shape (r,)
        Numbers that stand for components, whatever the order of the rows.
    n_folds : int
        Number of folds.
    split : int
        Number of the split.

    Returns
    -------
    numpy.ndarray of int, shape (r,)
        From 0, the same for all rows of a component.

    Examples
    --------
    >>> fold_numbers(np.array([7, 7, 9]), 2, 0).tolist() == fold_numbers(np.array([9, 7, 7]), 2, 0)[::-1].tolist()
    True
    """
    names, code = np.unique(component, return_inverse=True)
    digests = [hashlib.sha256(f"{split}/{name}".encode()).digest() for name in names]
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=lambda i: digests[i])] = np.arange(len(names))
    return rank[code] % n_folds


def _at_scale(design: Floats, counts: newton.Counts, precision: Floats, start: Floats) -> tuple[Floats, Floats, float]:
    """Mode, Cholesky factor of the covariance, and log evidence under a prior."""
    coef = newton.fit(design, counts, precision, start=start)
    upper = np.linalg.cholesky(newton.information(coef, design, counts, precision)[::-1, ::-1])
    # With H = U U' for the upper factor U, the covariance is (U^-1)' U^-1 and its lower factor is (U^-1)'.
    factor = np.linalg.inv(upper[::-1, ::-1]).T
    loglik = newton.penalised_loglik(coef, design, counts, precision)
    evidence = loglik + 0.5 * float(np.log(precision).sum()) - float(np.log(np.diag(upper)).sum())
    return coef, factor, evidence


def _gap_rows(cases: FollowUps, lines: Lines) -> dict[int, Floats]:
    """Columns of the months after the last sight, by row of the cases; covariates as at the last landmark."""
    found: dict[int, Floats] = {}
    columns = ladder_columns()
    for row in np.flatnonzero((cases.cause == 0) & (cases.until > cases.exit)):
        own = np.flatnonzero(lines.row == row)
        if not len(own):
            continue
        last = own[lines.age[own] == lines.age[own].max()]
        covariates = lines.weight[last] @ lines.covariates[last] / lines.weight[last].sum()
        month = np.arange(cases.exit[row] + 1, cases.until[row] + 1)
        state = cases.states[row, month - 1]
        parts = [
            duration_columns(duration_bin(month)),
            columns[cases.form[row], state],
            term_columns()[term_phase(month, cases.term[row])],
            np.broadcast_to(covariates, (len(month), len(covariates))),
        ]
        found[int(row)] = np.concatenate(parts, axis=1)
    return found


def _recalibrated(
    design: Floats,
    counts: newton.Counts,
    precision: Floats,
    start: Floats,
    component: Integers,
    center: Floats,
    sd: float,
    n_splits: int,
    n_folds: int,
) -> Recalibration:
    """Recalibration on out-of-fold log odds of several splits; its prior alone where there are too few components."""
    k = counts.endings.shape[1]
    if len(np.unique(component)) < n_folds or n_splits < 1:
        return Recalibration(np.zeros(k), np.ones(k), np.eye(2 * k) * sd**2)
    bases, covariates = [], []
    for split in range(n_splits):
        fold = fold_numbers(component, n_folds, split)
        coefs = refits(start, design, counts, precision, fold, 1.0 - np.eye(n_folds), FULL_PRECISION)
        base, beside = np.empty((2, *counts.endings.shape))
        for number, coef in enumerate(coefs):
            rows = np.flatnonzero(fold == number)
            middle = center @ coef[N_STEPS:]
            base[rows] = design[rows, :N_STEPS] @ coef[:N_STEPS] + middle
            beside[rows] = design[rows, N_STEPS:] @ coef[N_STEPS:] - middle
        bases.append(base)
        covariates.append(beside)
    stacked = newton.Counts(
        np.tile(counts.trials, n_splits),
        np.tile(counts.endings, (n_splits, 1)),
        np.full(n_splits * len(counts.trials), 1.0 / n_splits),
    )
    return recalibration_by_cause(np.concatenate(bases), np.concatenate(covariates), stacked, sd)


def _monthly_log_odds(counts: newton.Counts) -> Floats:
    """Monthly log odds of each cause, (k,), with half an ending more for causes without any."""
    ended = counts.weight @ counts.endings
    return np.asarray(np.log((ended + 0.5) / (counts.weight @ counts.trials - ended.sum() + 0.5)))
