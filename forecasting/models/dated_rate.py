"""Base rate with gaps counted by what would have been noticed, in which recent person-months may weigh more."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models.checks import (
    check_ahead,
    check_horizons,
    check_recorded,
    first_fault,
    same_length,
    whole_numbers,
)
from forecasting.models.detection import Detection, Gap, gap, incidence_given_gap, on_record
from forecasting.models.incidence import Incidence, RiskTable, cumulative_incidence, smooth_tail, tail_start
from forecasting.models.ladder_months import FollowUps, in_gaps, observed
from forecasting.models.pooling import rate_ratios, scale_hazards

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
COMPLETIONS = 2
MOST_PROBABLE = 0.999
CERTAIN_LEVEL = 30.0


@dataclass(frozen=True)
class Seen:
    """n cases to forecast by age alone.

    Attributes
    ----------
    age, gap : numpy.ndarray of int, shape (n,)
        Completed months at the last sight, and from then to the forecast day.
    looked : numpy.ndarray of shape (n,)
        Months from the last sight until which somebody looked.
    group : numpy.ndarray of str, shape (n,)
        Class of each case; not used by a rate without classes.
    """

    age: Integers
    gap: Integers
    looked: Floats
    group: NDArray[np.str_]

    def __post_init__(self) -> None:
        same_length({"age": self.age, "gap": self.gap, "looked": self.looked, "group": self.group})
        check_ahead(self.age, self.gap, (1,), self.looked)


class DatedRate(BaseEstimator):
    """Monthly hazards of each cause by age, from person-months that weigh by their date.

    Parameters
    ----------
    half_life : float or None
        Years in which the weight of a person-month halves, counted back from the day of the fit; None for equal ones.
    by_class : bool
        Whether classes have rates of their own, pooled towards the overall one (`pooling.rate_ratios`).
    causes : tuple of str
        Names of causes 1, 2, ...
    detection : Detection
        What would have been noted after the last sight.
    fewest : int
        Ages at which the risk set, as Kish's effective number of cases, is smaller share one hazard.
    pseudo_events : float
        Shape of the gamma distribution of the endings that a draw adds to each cause.
    n_draws, seed : int
        Draws for intervals.

    Attributes
    ----------
    table_ : RiskTable
        Weighted risk set and endings by month of age.
    kish_ : numpy.ndarray of shape (n_months,)
        Kish's effective number of cases at risk by month of age, (sum of w)^2 / sum of w^2.
    ratios_ : dict of str to numpy.ndarray of shape (k,)
        Rate ratio of each class.
    components_ : numpy.ndarray of int, shape (n,)
        Number of the component of each row fitted on.
    weighted_ : tuple of numpy.ndarray of shape (n, w) and (n, w, k)
        Weighted months at risk and endings of each row, from which draws are made.
    n_ : int
        Number of cases fitted on.

    Notes
    -----
    A person-month at t years before the day of the fit weighs 0.5^(t / half_life), whatever becomes of its case. Months
    after the last sight of a case enter by their probability given that nothing was noted (`detection.completed_gap`).
    A draw gives each component an Exp(1) weight (the Bayesian bootstrap) and each cause Gamma(0.5) endings more, spread
    over the months at risk, so that a cause that never came keeps an interval.

    References
    ----------
    Rubin 1981, Ann. Stat. 9:130-134. Kish 1965, Survey Sampling, ch. 11.

    Examples
    --------
    Two of four cases end, the recent one by the second cause, and 20 years of age halve the weight of the older:

    >>> n = np.arange(4)
    >>> end, cause = np.full(4, 12), np.array([1, 2, 0, 0])
    >>> cases = FollowUps(n, n, np.ones(4), 0 * n, end, cause, end, end, 0 * n, 0 * n, np.zeros((4, 12), int))
    >>> at = Seen(np.array([0]), np.array([0]), np.zeros(1), np.array(["a"]))
    >>> rate = DatedRate(20.0, n_draws=10).fit(cases, np.array([480, 0, 480, 0]))
    >>> formalized, collapsed, faded = rate.predict_cumulative_incidence(at, (12,)).values[0, :, 0]
    >>> bool(collapsed > 3 * formalized), float(faded)
    (True, 0.0)
    """

    def __init__(
        self,
        half_life: float | None = None,
        by_class: bool = False,
        causes: tuple[str, ...] = ("formalized", "collapsed", "faded"),
        detection: Detection = Detection(),  # noqa: B008 (frozen)
        fewest: int = 30,
        pseudo_events: float = 0.5,
        n_draws: int = 1000,
        seed: int = 20260205,
    ) -> None:
        self.half_life = half_life
        self.by_class = by_class
        self.causes = causes
        self.detection = detection
        self.fewest = fewest
        self.pseudo_events = pseudo_events
        self.n_draws = n_draws
        self.seed = seed

    def fit(self, cases: FollowUps, months_ago: Integers, group: NDArray[np.str_] | None = None) -> Self:
        """Fit on follow-ups.

        Parameters
        ----------
        cases : FollowUps
            n rows; their states on the ladder are not used.
        months_ago : numpy.ndarray of int, shape (n,)
            Months from the start of each case to the day of the fit, at least its last month of age less one.
        group : numpy.ndarray of str, shape (n,), optional
            Classes.

        Returns
        -------
        DatedRate
            The fitted rate.

        Raises
        ------
        ValueError
            Without a case, for a half-life that is not above 0, for classes wanted and not given, and for a cause
            beyond the last or a start after the day of the fit, with the row.
        """
        n = len(cases.key)
        if n == 0:
            raise ValueError("expected at least one case to fit on, got none; check the population and the as-of day")
        if self.half_life is not None and not self.half_life > 0.0:
            raise ValueError(f"expected a half-life above 0 years or None, got {self.half_life}")
        if self.by_class and group is None:
            raise ValueError("expected the class of every case, got none; give them or set by_class=False")
        ago = whole_numbers("months since the start", months_ago, n)
        for name, faulty, value in (
            ("causes up to the last", cases.cause > len(self.causes), cases.cause),
            ("months since the start from 0", ago < 0, ago),
        ):
            row = first_fault(faulty)
            if row is not None:
                raise ValueError(f"expected {name}, got {value[row]} in row {row}; correct or leave out the row")
        if group is not None:
            same_length({"the follow-ups": cases.key, "the classes": group})
        order = np.array(sorted(range(n), key=lambda i: (cases.key[i], cases.weight[i])), dtype=np.int64)
        cases = FollowUps(**{name: getattr(cases, name)[order] for name in cases.__dataclass_fields__})
        width = cases.states.shape[1]
        weight = cases.weight[:, None] * self._recency(ago[order], width)
        at_risk, endings = observed(cases, len(self.causes))
        rows = np.flatnonzero((cases.cause == 0) & (cases.until > cases.exit))
        for _ in range(1 + (COMPLETIONS if len(rows) else 0)):
            self._tabulate(weight, at_risk, endings)
            hazard = self._hazard(width)
            at_risk, endings = observed(cases, len(self.causes))
            log_odds = {int(row): _log_odds(hazard[:, cases.exit[row] : cases.until[row]].T) for row in rows}
            in_gaps(cases, log_odds, self.detection, at_risk, endings)
        self.components_ = np.unique(cases.component, return_inverse=True)[1]
        self.weighted_ = (weight * at_risk, weight[:, :, None] * endings)
        self.ratios_ = self._class_ratios(np.asarray(group)[order], at_risk, endings, hazard) if self.by_class else {}
        self.n_ = len(np.unique(cases.key))
        self.__dict__.pop("_drawn", None)
        return self

    def increments(self, at: Seen, row: int, n_months: int) -> Floats:
        """Monthly increments of incidence of one case after its last sight, (k, n_months)."""
        check_is_fitted(self, "table_")
        age = int(at.age[row])
        return self._increments(self._hazard(age + n_months, age), at, row)

    def predict_cumulative_incidence(self, at: Seen, horizons: tuple[int, ...]) -> Incidence:
        """Cumulative incidence given that no ending was noted in the gap; see `detection.incidence_given_gap`."""
        check_horizons(horizons)
        found = [
            self._given_gap(self.increments(at, row, int(n_gap) + max(horizons)), at, row, horizons)
            for row, n_gap in enumerate(at.gap)
        ]
        return Incidence(np.stack(found), self.causes, horizons)

    def predict_on_record(self, at: Seen, horizons: tuple[int, ...], recorded: Sequence[float]) -> Incidence:
        """Probability that a record would hold an ending by each horizon; see `LadderModel.predict_on_record`."""
        check_horizons(horizons)
        check_recorded(recorded, len(at.age))
        found, k = [], len(self.causes)
        for row, until in enumerate(recorded):
            n_gap = int(at.gap[row])
            n_months = n_gap + max(horizons)
            noted = self.detection.monthly(n_gap, float(at.looked[row]))[:, :k]
            later = self.detection.monthly(n_months, until)[:, :k]
            found.append(on_record(self.increments(at, row, n_months), later, horizons, n_gap, noted))
        return Incidence(np.stack(found), self.causes, horizons)

    def draws(self, at: Seen, horizons: tuple[int, ...]) -> Floats:
        """Draws of the cumulative incidence given the gap, (n_draws, n, k, n_horizons)."""
        check_horizons(horizons)
        found = []
        for row, n_gap in enumerate(at.gap):
            age, months = int(at.age[row]), int(n_gap) + max(horizons)
            found.append(self._given_gap(self._increments(self._drawn_hazard(age, months), at, row), at, row, horizons))
        return np.stack(found, axis=1)

    def gaps(self, at: Seen) -> Gap:
        """What the months since the last sight leave possible, as a point: `ended` (1, n, k); see `detection.gap`."""
        found = [self._gap(self.increments(at, row, max(int(n), 1)), at, row) for row, n in enumerate(at.gap)]
        return Gap(
            np.stack([each.ended for each in found])[None], np.stack([each.nothing_noted for each in found])[None]
        )

    def gap_draws(self, at: Seen) -> Gap:
        """The same by draw, `ended` (n_draws, n, k)."""
        found = []
        for row, n_gap in enumerate(at.gap):
            hazard = self._drawn_hazard(int(at.age[row]), max(int(n_gap), 1))
            found.append(self._gap(self._increments(hazard, at, row), at, row))
        return Gap(np.stack([g.ended for g in found], axis=1), np.stack([g.nothing_noted for g in found], axis=1))

    def _gap(self, rise: Floats, at: Seen, row: int) -> Gap:
        n_gap = int(at.gap[row])
        return gap(rise[..., :n_gap], self._seen_in_gap(at, row))

    def _seen_in_gap(self, at: Seen, row: int) -> Floats:
        return self.detection.monthly(int(at.gap[row]), float(at.looked[row]))[:, : len(self.causes)]

    def _recency(self, months_ago: Integers, width: int) -> Floats:
        if self.half_life is None:
            return np.ones((len(months_ago), width))
        since = np.maximum(months_ago[:, None] - np.arange(width) - 0.5, 0.0) / 12.0
        return np.asarray(0.5 ** (since / self.half_life))

    def _tabulate(self, weight: Floats, at_risk: Floats, endings: Floats) -> None:
        mass = weight * at_risk
        self.table_ = RiskTable(mass.sum(axis=0), np.einsum("nw,nwk->kw", weight, endings))
        square = (mass**2).sum(axis=0)
        self.kish_ = np.divide(mass.sum(axis=0) ** 2, square, out=np.zeros(len(square)), where=square > 0)

    def _hazard(self, n_months: int, after: int = 0) -> Floats:
        return smooth_tail(self.table_, n_months, tail_start(self.kish_, self.fewest), after)

    def _drawn_hazard(self, after: int, n_months: int) -> Floats:
        """Hazards of every draw in the `n_months` after an age, (n_draws, k, n_months)."""
        if not hasattr(self, "_drawn"):
            rng = np.random.default_rng(self.seed)
            drawn = rng.exponential(size=(self.n_draws, int(self.components_.max()) + 1))[:, self.components_]
            extra = rng.gamma(self.pseudo_events, size=(self.n_draws, len(self.causes), 1))
            mass, ended = self.weighted_
            risk = drawn @ mass
            endings = np.stack([drawn @ ended[:, :, k] for k in range(len(self.causes))], axis=1)
            # A weighted record is worth fewer endings than it counts: those added are weighed like a typical month.
            typical = mass.sum() / np.count_nonzero(mass)
            share = risk / risk.sum(axis=1, keepdims=True)
            self._drawn = RiskTable(risk, endings + typical * extra * share[:, None, :])
        hazard = smooth_tail(self._drawn, after + n_months, tail_start(self.kish_, self.fewest), after)
        total = hazard.sum(axis=1, keepdims=True)
        return np.asarray(hazard * np.minimum(1.0, MOST_PROBABLE / np.maximum(total, MOST_PROBABLE)))

    def _increments(self, hazard: Floats, at: Seen, row: int) -> Floats:
        if self.by_class:
            hazard = scale_hazards(hazard, self.ratios_.get(str(at.group[row]), np.ones(len(self.causes))))
        return np.diff(cumulative_incidence(hazard), axis=-1, prepend=0.0)

    def _given_gap(self, rise: Floats, at: Seen, row: int, horizons: tuple[int, ...]) -> Floats:
        return incidence_given_gap(rise, self._seen_in_gap(at, row), int(at.gap[row]), horizons)

    def _class_ratios(
        self, group: NDArray[np.str_], at_risk: Floats, endings: Floats, hazard: Floats
    ) -> dict[str, Floats]:
        names = sorted(set(map(str, group)))
        expected = at_risk @ hazard.T
        came = endings.sum(axis=1)
        own = [group == name for name in names]
        ratios = rate_ratios([came[each].sum(axis=0) for each in own], [expected[each].sum(axis=0) for each in own])
        return dict(zip(names, ratios.mean, strict=True))


def _log_odds(hazard: Floats) -> Floats:
    """Log odds of each cause against not ending, (n, k); a cause that never came has -30."""
    stay = 1.0 - np.minimum(hazard.sum(axis=1, keepdims=True), MOST_PROBABLE)
    return np.log(np.maximum(hazard, np.exp(-CERTAIN_LEVEL)) / stay)
