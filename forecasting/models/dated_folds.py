"""Base rates for several sets of held out cases, from one list of the months at risk."""

import numpy as np
from numpy.typing import NDArray

from forecasting.models.dated_rate import COMPLETIONS, DatedRate, _log_odds
from forecasting.models.detection import Detection, completed_gap
from forecasting.models.incidence import RiskTable, smooth_tail, tail_start
from forecasting.models.ladder_months import FollowUps
from forecasting.models.newton import probabilities

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class FoldedRate:
    """Months at risk of cases, of which a `DatedRate` without classes is made with any fold held out.

    Parameters
    ----------
    cases : FollowUps
        n cases; their states on the ladder are not used.
    months_ago : numpy.ndarray of int, shape (n,)
        Months from the start of each case to the day of the fit.
    half_life : float or None
        See `DatedRate`.
    n_causes : int
        Number of causes.
    detection : Detection
        What would have been noted after the last sight.
    fold : numpy.ndarray of int, shape (n,)
        Fold of each case.
    """

    def __init__(
        self,
        cases: FollowUps,
        months_ago: Integers,
        half_life: float | None,
        n_causes: int,
        detection: Detection,
        fold: Integers,
    ) -> None:
        self._half_life, self._detection = half_life, detection
        self._width, self._n_causes, self._fewest = int(cases.until.max()), n_causes, DatedRate().fewest
        self._row, self._month = _months(cases.entry, cases.exit)
        gap = np.where(cases.cause == 0, cases.until, cases.exit)
        self._gap_row, self._gap_month = _months(cases.exit, gap)
        self._fold, self._cases = fold, cases
        self._seen = {
            row: detection.monthly(int(gap[row] - cases.exit[row]), float(cases.looked[row] - cases.exit[row]))
            for row in np.unique(self._gap_row).tolist()
        }
        self._weight, self._gap_weight = (
            cases.weight[row] * _recency(months_ago[row] - month, half_life)
            for row, month in ((self._row, self._month), (self._gap_row, self._gap_month))
        )
        self._ended = np.flatnonzero(cases.cause > 0)
        last = cases.exit[self._ended] - 1
        self._last = last
        self._ending_weight = cases.weight[self._ended] * _recency(months_ago[self._ended] - last, half_life)

    def fit(self, held_out: int | None = None) -> DatedRate:
        """The base rate of all folds but one.

        Parameters
        ----------
        held_out : int, optional
            The fold to leave out; by default none.

        Returns
        -------
        DatedRate
            A fitted rate that makes forecasts and no draws.
        """
        month, gap_month = self._fold[self._row] != held_out, self._fold[self._gap_row] != held_out
        ended = self._fold[self._ended] != held_out
        place = (self._cases.cause[self._ended[ended]] - 1) * self._width + self._last[ended]
        endings = np.bincount(place, self._ending_weight[ended], self._n_causes * self._width)
        mass, later = self._weight[month], self._month[month]
        at_risk, square = (np.bincount(later, each, self._width).astype(np.float64) for each in (mass, mass**2))
        came = endings.reshape(self._n_causes, self._width).astype(np.float64)
        rate, table, kish = (
            DatedRate(self._half_life, detection=self._detection),
            RiskTable(at_risk, came),
            _kish(at_risk, square),
        )
        for _ in range(COMPLETIONS if gap_month.any() else 0):
            hazard = smooth_tail(table, self._width, tail_start(kish, self._fewest))
            risk, unseen = self._completed(hazard, held_out)
            mass = self._gap_weight * risk
            more, squares = (np.bincount(self._gap_month, each, self._width) for each in (mass, mass**2))
            ended_unseen = [
                np.bincount(self._gap_month, self._gap_weight * unseen[:, k], self._width)
                for k in range(self._n_causes)
            ]
            table = RiskTable(at_risk + more, came + np.stack(ended_unseen).astype(np.float64))
            kish = _kish(table.at_risk, square + squares)
        rate.table_, rate.kish_, rate.ratios_, rate.n_ = table, kish, {}, len(np.unique(self._cases.key))
        return rate

    def _completed(self, hazard: Floats, held_out: int | None) -> tuple[Floats, Floats]:
        """Expected months at risk and endings in the gaps, none in those of the held out."""
        chance = probabilities(_log_odds(hazard[:, self._gap_month].T))
        at_risk, ended = np.zeros(len(chance)), np.zeros(chance.shape)
        start = 0
        for row, seen in self._seen.items():
            months = slice(start, start + len(seen))
            if self._fold[row] != held_out:
                at_risk[months], ended[months] = completed_gap(chance[months], seen[:, : self._n_causes])
            start += len(seen)
        return at_risk, ended


def _months(first: Integers, last: Integers) -> tuple[Integers, Integers]:
    """Row and month, counted from 0, of the months `first` + 1 to `last` of each row."""
    n = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(n)), n)
    return row, np.arange(len(row)) - np.repeat(np.cumsum(n) - n, n) + first[row]


def _recency(months: Integers, half_life: float | None) -> Floats:
    if half_life is None:
        return np.ones(len(months))
    return np.asarray(0.5 ** (np.maximum(months - 0.5, 0.0) / 12.0 / half_life))


def _kish(total: Floats, square: Floats) -> Floats:
    return np.divide(total**2, square, out=np.zeros(len(square)), where=square > 0)
