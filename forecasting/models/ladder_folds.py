"""Posteriors of the ladder's hazard for several sets of held out cases, from one grouping of the months at risk."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forecasting.models import newton
from forecasting.models.detection import Detection, completed_gap
from forecasting.models.ladder_design import LADDER_TERMS, N_STEPS, TERM_TERMS, Term, prior_precision
from forecasting.models.ladder_hazard import (
    COMPLETIONS,
    FIRST_SCALE,
    SCALES,
    LadderHazard,
    _at_scale,
    _gap_rows,
    _monthly_log_odds,
    design_of,
)
from forecasting.models.ladder_months import FollowUps, Lines, cells, counted, observed
from forecasting.models.recalibration_by_cause import Recalibration

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
NEARLY_NONE = 1e-12


@dataclass(frozen=True)
class _Gaps:
    """Months after the last sight: columns of each, the rows they belong to, and where they are counted."""

    design: Floats
    rows: list[tuple[int, slice, Floats]]
    cell: Integers
    share: Floats
    group: Integers


class FoldedMonths:
    """Months at risk of cases, grouped by what their hazard depends on, with counts by fold.

    Parameters
    ----------
    cases : FollowUps
        n cases.
    lines : Lines
        Their landmarks.
    covariates : sequence of Term
        Columns of `lines.covariates`.
    causes : tuple of str
        Names of causes 1, 2, ...
    detection : Detection
        What would have been noted after the last sight.
    fold : numpy.ndarray of int, shape (n,)
        Fold of each case, from 0.

    Notes
    -----
    `ladder_hazard` groups months by case, which its recalibration needs. Without recalibration cases that share form,
    covariates, age, phase of the term and state share a group, so that a fit takes a fraction of the time, and a held
    out fold is subtracted from the counts. The posterior is that of `ladder_hazard` to the tolerance of Newton's
    method.
    """

    def __init__(
        self,
        cases: FollowUps,
        lines: Lines,
        covariates: Sequence[Term],
        causes: tuple[str, ...],
        detection: Detection,
        fold: Integers,
    ) -> None:
        self.terms, self.causes = (*LADDER_TERMS, *TERM_TERMS, *covariates), causes
        self._fold = fold
        at = cells(cases, lines, len(causes))
        months = counted(at, *observed(cases, len(causes)))
        values = np.unique(lines.covariates, axis=0, return_inverse=True)[1].ravel()[months.line]
        code = np.column_stack([values, cases.form[months.row], months.bin, months.phase, months.state])
        top = code.max(axis=0) + 1
        _, first, group = np.unique(np.ravel_multi_index(tuple(code.T), top), return_index=True, return_inverse=True)
        self._design = design_of(months, cases, lines)[first]
        n, n_folds = len(first), int(fold.max()) + 1
        place = fold[months.row] * n + group
        counted_ = [months.counts.trials, *months.counts.endings.T]
        sums = [np.bincount(place, each, n * n_folds).reshape(n_folds, n) for each in counted_]
        self._trials, self._endings = sums[0], np.stack(sums[1:], axis=2)
        found = _gap_rows(cases, lines)
        start, rows, offset = 0, [], np.full(len(cases.key), -1, dtype=np.int64)
        for row, design in found.items():
            looked = float(cases.looked[row] - cases.exit[row])
            seen = detection.monthly(len(design), looked)[:, : len(causes)]
            rows.append((row, slice(start, start + len(design)), seen))
            offset[row] = start
            start += len(design)
        row_of = months.row[at.group]
        own = np.flatnonzero((offset[row_of] >= 0) & (at.month > cases.exit[row_of]))
        self._gaps = _Gaps(
            np.concatenate([*found.values(), np.zeros((0, self._design.shape[1]))]),
            rows,
            offset[row_of[own]] + at.month[own] - cases.exit[row_of[own]] - 1,
            at.share[own],
            group[at.group[own]],
        )

    def posterior(
        self, held_out: int | None = None, scales: Sequence[float] = SCALES, start: Floats | None = None
    ) -> LadderHazard:
        """Posterior from all folds but one.

        Parameters
        ----------
        held_out : int, optional
            The fold to leave out; by default none.
        scales : sequence of float
            Scales of the slopes' priors.
        start : numpy.ndarray of shape (6 + n_terms, k), optional
            Coefficients to start from.

        Returns
        -------
        LadderHazard
            Without recalibration: shift 0 and slope 1, which are certain.

        Raises
        ------
        FloatingPointError
            Where Newton's method does not converge.
        """
        kept = np.arange(len(self._trials)) != (-1 if held_out is None else held_out)
        trials, endings = self._trials[kept].sum(axis=0), self._endings[kept].sum(axis=0)
        counts, k = newton.Counts(trials, endings, np.ones(len(trials))), len(self.causes)
        first = prior_precision(self.terms, self.causes, FIRST_SCALE)
        if start is None:
            start = np.zeros((self._design.shape[1], k))
            start[0] = _monthly_log_odds(counts)
        coef = newton.fit(self._design, counts, first, start=start)
        own = [each for each in self._gaps.rows if self._fold[each[0]] != held_out]
        for _ in range(COMPLETIONS if own else 0):
            more, ended = self._completed(coef, own)
            counts = newton.Counts(trials + more, endings + ended, np.ones(len(trials)))
            coef = newton.fit(self._design, counts, first, start=coef)
        found = [_at_scale(self._design, counts, prior_precision(self.terms, self.causes, s), coef) for s in scales]
        evidence = np.array([each[2] for each in found])
        share = np.exp(evidence - evidence.max())
        center = counts.trials @ self._design[:, N_STEPS:] / counts.trials.sum()
        exact = Recalibration(np.zeros(k), np.ones(k), np.eye(2 * k) * NEARLY_NONE**2)
        coefs, roots = (np.stack([each[i] for each in found]) for i in (0, 1))
        return LadderHazard(self.terms, self.causes, coefs, roots, share / share.sum(), center, exact)

    def _completed(self, coef: Floats, rows: list[tuple[int, slice, Floats]]) -> tuple[Floats, Floats]:
        """Expected months at risk and endings in the gaps of some rows, by group."""
        gaps = self._gaps
        chance = newton.probabilities(gaps.design @ coef)
        at_risk, ended = np.zeros(len(chance)), np.zeros(chance.shape)
        for _, months, seen in rows:
            at_risk[months], ended[months] = completed_gap(chance[months], seen)
        n = len(self._design)
        endings = [np.bincount(gaps.group, gaps.share * ended[gaps.cell, k], n) for k in range(chance.shape[1])]
        at_risk_by_group = np.bincount(gaps.group, gaps.share * at_risk[gaps.cell], n).astype(np.float64)
        return at_risk_by_group, np.stack(endings, axis=1).astype(np.float64)
