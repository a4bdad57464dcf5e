"""Refit of a specification: the ladder forecast of open cases, and its skill on folds of whole components."""

from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np
from numpy.typing import NDArray

from forecasting.backtest.multiverse.codings import CodedCase, Codings
from forecasting.backtest.multiverse.learned import DETECTIONS, Learned, chosen_codings, learned
from forecasting.backtest.multiverse.rows import COLLAPSES, Reader
from forecasting.backtest.multiverse.specifications import Specification
from forecasting.backtest.origins import SCORED
from forecasting.forecasts.ladder_rows import both_endorsements, read_paths, stated_term
from forecasting.models.dated_folds import FoldedRate
from forecasting.models.dated_rate import DatedRate
from forecasting.models.detection import Detection, gap, incidence_given_gap
from forecasting.models.incidence import cumulative_incidence, smooth_tail, tail_start
from forecasting.models.ladder_batch import BatchedLadder
from forecasting.models.ladder_design import LADDER_TERMS, N_STEPS, TERM_TERMS, Term
from forecasting.models.ladder_folds import FoldedMonths
from forecasting.models.ladder_hazard import SCALES
from forecasting.models.ladder_moves import N_STATES, ladder_moves
from forecasting.models.ladder_standings import Standings
from forecasting.models.linear_pool import linear_pool
from forecasting.record.months import completed_months
from forecasting.record.vocabulary import CAUSES, SAME_OUTCOME_TYPES
from forecasting.scores.proper import brier_binary, brier_states
from forecasting.scores.skill import skill

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
HEADLINE_MONTHS = 60
FORMALIZED = CAUSES.index("formalized")
FOLD_DRAWS = 4
CASE_DRAWS = 40
PUBLISHED_DRAWS = 200


@dataclass(frozen=True)
class Scored:
    """Skill of the ladder forecast over the unweighted base rate under the same specification.

    Attributes
    ----------
    formalized, states : float
        By the Brier score of formalization, and of the four states.
    n : int
        Number of forecasts.
    """

    formalized: float
    states: float
    n: int


class Refit:
    """The models of one specification.

    Parameters
    ----------
    codings : Codings
        The record under each of its codings.
    reader : Reader
        Reader of the coded cases.
    specification : Specification
        The choices.
    chosen : dict of str to int, optional
        Codings taken; by default those that the specification draws.
    like : Refit, optional
        A refit from whose coefficients the search for the likelihood's maximum starts; it is found from anywhere.

    Notes
    -----
    Models are fitted without recalibration, which would need folds inside the folds. Forecasts are means of draws, of
    40 for an open case and of 4 for each forecast that is scored: more of them move a probability by up to 0.3 points
    and the skill by 0.002.
    """

    def __init__(
        self,
        codings: Codings,
        reader: Reader,
        specification: Specification,
        chosen: dict[str, int] | None = None,
        like: "Refit | None" = None,
    ) -> None:
        self._codings, self._reader, self._specification = codings, reader, specification
        self._chosen = chosen_codings(codings, specification) if chosen is None else chosen
        self.learned: Learned = learned(codings, reader, specification, self._chosen)
        self._detection = DETECTIONS[specification.detection]
        name = specification.slope_scales
        self._scales = SCALES if name == "mixture" else (float(name),)
        self._share = float(specification.base_share)
        self._half_life = None if specification.half_life == "none" else float(specification.half_life.split()[0])
        self._months: FoldedMonths | None = None
        self._start = like.start(self.learned.covariates) if like else None
        self._rates: dict[float | None, FoldedRate] = {}

    @cached_property
    def whole(self) -> BatchedLadder:
        """The ladder's model fitted on all rows."""
        return self.model()

    def start(self, covariates: tuple[Term, ...]) -> Floats:
        """The coefficients of the model fitted on all rows, for a model with other covariates."""
        hazard = self.whole.hazard_
        own = dict(zip(hazard.terms, hazard.mean_coef[N_STEPS:], strict=True))
        none = np.zeros(len(CAUSES))
        terms = [own.get(term, none) for term in (*LADDER_TERMS, *TERM_TERMS, *covariates)]
        return np.concatenate([hazard.mean_coef[:N_STEPS], terms])

    def has_rows_of(self, other: "Refit") -> bool:
        """Whether it learns from the very rows of another refit of the same specification."""
        one, two = self.learned, other.learned
        parts = [(a, b) for a, b in ((one.cases, two.cases), (one.lines(-1), two.lines(-1)))]
        return np.array_equal(one.months_ago, two.months_ago) and all(
            np.array_equal(getattr(a, name), getattr(b, name)) for a, b in parts for name in a.__dataclass_fields__
        )

    def model(self, held_out: int = -1, n_draws: int = CASE_DRAWS) -> BatchedLadder:
        """The ladder's model without a fold (-1: with all)."""
        own = self.learned
        if self._months is None or own.depends_on_fold:
            causes = BatchedLadder().causes
            lines = own.lines(held_out)
            self._months = FoldedMonths(own.cases, lines, own.covariates, causes, self._detection, own.fold)
        hazard = self._months.posterior(None if held_out < 0 else held_out, self._scales, self._start)
        self._start = hazard.coef[-1] if self._start is None else self._start
        kept = own.fold != held_out
        moves = ladder_moves(own.cases.states[kept], own.cases.coded[kept], own.cases.weight[kept])
        model = BatchedLadder(own.covariates, detection=self._detection, scales=self._scales, n_draws=n_draws)
        return model.with_posterior(hazard, moves, len(np.unique(own.cases.key[kept])))

    def rates(self, half_life: float | None) -> FoldedRate:
        """Base rates with a half-life of recency."""
        own = self.learned
        if half_life not in self._rates:
            self._rates[half_life] = FoldedRate(
                own.cases, own.months_ago, half_life, len(CAUSES), self._detection, own.fold
            )
        return self._rates[half_life]

    def out_of_sample(self) -> tuple[Floats, Floats]:
        """Probability that each state will be on record, by the ladder forecast and by the unweighted base rate.

        Returns
        -------
        ladder, base : numpy.ndarray of shape (n, n_states, n_horizons)
            Of the judged landmarks, each forecast without its fold.
        """
        own = self.learned
        fold = own.fold[np.searchsorted(own.row_case, own.mark_case[own.judged])]
        plain, weighed = self.rates(None), self.rates(self._half_life)
        found = np.zeros((2, len(own.judged), len(CAUSES) + 1, len(SCORED)))
        for number in np.unique(fold):
            chosen = np.flatnonzero(fold == number)
            later = _later(self._detection, own.recorded[chosen])
            row, weight, at = own.standings(chosen, int(number))
            model = self.model(int(number), FOLD_DRAWS)
            mixed = np.zeros((len(chosen), len(CAUSES), max(SCORED)))
            rises = model.mean_rises(at, _needed(own.states[chosen])[row])
            np.add.at(mixed[..., : rises.shape[2]], row, weight[:, None, None] * rises)
            ages = own.mark_age[own.judged[chosen]]
            base = _rises(plain.fit(int(number)), ages)
            pooled = base if self._half_life is None else _rises(weighed.fit(int(number)), ages)
            found[0, chosen] = _on_record(linear_pool(mixed, pooled, self._share), later)
            found[1, chosen] = _on_record(base, later)
        return found[0], found[1]

    def scored(self) -> Scored:
        """Skill on complete windows, mean over horizons, one forecast one weight."""
        own = self.learned
        if not len(own.judged):
            return Scored(np.nan, np.nan, 0)
        ladder, base = self.out_of_sample()
        weight = np.ones(len(own.judged))
        by = [
            skill(of_score(ladder, own.states), of_score(base, own.states), weight)
            for of_score in (formalized_score, state_score)
        ]
        return Scored(by[0], by[1], len(own.judged))

    def published(self, case_ids: tuple[str, ...]) -> dict[str, float]:
        """The same as `headlines`, with the recalibration and from more draws."""
        own = self.learned
        model = BatchedLadder(
            own.covariates, detection=self._detection, scales=self._scales, n_draws=PUBLISHED_DRAWS
        ).fit(own.cases, own.lines(-1))
        return self.headlines(case_ids, model)

    def headlines(self, case_ids: tuple[str, ...], model: BatchedLadder | None = None) -> dict[str, float]:
        """Probability of formalization within 60 months of open cases, as recorded where a coding closes one."""
        target = self._specification.target
        taken = [self._codings.cases.get((name, self._chosen.get(name, 0))) for name in case_ids]
        cases = [
            case if case is not None and _is_open(case, target) else self._codings.cases[name, 0]
            for name, case in zip(case_ids, taken, strict=True)
        ]
        parts = [self._reader.once(case, self._specification, self._standings) for case in cases]
        sizes = [len(weight) for weight, _ in parts]
        at = _joined([each for _, each in parts])
        rises = (model or self.whole).rises(at, at.gap + HEADLINE_MONTHS)
        rate = self.rates(self._half_life).fit()
        hazard = smooth_tail(
            rate.table_, int((at.age + at.gap).max()) + HEADLINE_MONTHS, tail_start(rate.kish_, rate.fewest)
        )
        found, start = {}, 0
        for name, size, (weight, own) in zip(case_ids, sizes, parts, strict=True):
            values = _mixed(rises[start : start + size], weight, own, self._detection)
            base = _base(hazard, own, self._detection)
            found[name] = float(linear_pool(values, base, self._share))
            start += size
        return found

    def _standings(self, case: CodedCase) -> tuple[Floats, Standings]:
        """A case on the day of the record under every reading of what is uncertain, and the readings' weights."""
        sight = case.sights[self._specification.target]
        read, of_day = self._reader.now(case, self._specification)
        looked = max(sight.looked_until, sight.last_seen)
        values = np.array([of_day])[:, : len(self.learned.covariates)]
        if COLLAPSES in self.learned.covariates:
            values = np.concatenate([values, [[self._reader.collapses_now(case)]]], axis=1)
        values, sure, _ = both_endorsements(values, self.learned.covariates)
        paths = read_paths(read, np.array([looked.toordinal()]))
        n = len(paths) * len(values)
        start = np.zeros((n, N_STATES))
        start[np.arange(n), np.repeat([int(path[0]) for path, _ in paths], len(values))] = 1.0
        age = completed_months(read.start_date, sight.last_seen)
        n_gap = completed_months(read.start_date, read.as_of) - age
        reached = completed_months(read.start_date, looked) - age
        whole = np.ones(n, dtype=np.int64)
        return np.outer([chance for _, chance in paths], sure).ravel(), Standings(
            key=whole * case.key,
            age=whole * age,
            gap=whole * n_gap,
            looked=np.full(n, float(min(reached, n_gap))),
            form=whole * (read.start["type"] in SAME_OUTCOME_TYPES),
            term=whole * stated_term(read),
            start=start,
            covariates=np.tile(values, (len(paths), 1)),
        )


def formalized_score(probabilities: Floats, states: Integers) -> Floats:
    """Brier score of formalization of each forecast, mean over its scored horizons."""
    over = states >= 0
    each = np.zeros(states.shape)
    each[over] = brier_binary(probabilities[:, FORMALIZED][over], states[over] == FORMALIZED)
    return np.asarray(each.sum(axis=1) / over.sum(axis=1))


def state_score(probabilities: Floats, states: Integers) -> Floats:
    """Brier score of the four states of each forecast, halved, mean over its scored horizons."""
    over = states >= 0
    columns = [brier_states(probabilities[:, :, h], np.maximum(states[:, h], 0)) for h in range(states.shape[1])]
    return np.asarray(np.where(over, np.stack(columns, axis=1), 0.0).sum(axis=1) / over.sum(axis=1))


def _is_open(case: CodedCase, target: str) -> bool:
    return case.sights[target].cause == 0


def _needed(states: Integers) -> Integers:
    """Months up to the last horizon that is scored, (n,)."""
    return np.asarray(SCORED)[(states >= 0).sum(axis=1) - 1]


def _rises(rate: DatedRate, ages: Integers) -> Floats:
    """Monthly increments of the base rate's incidence at each age, (n, k, 120)."""
    distinct, place = np.unique(ages, return_inverse=True)
    last = int(ages.max()) + max(SCORED)
    hazard = smooth_tail(rate.table_, last, tail_start(rate.kish_, rate.fewest))
    own = np.stack([hazard[:, age : age + max(SCORED)] for age in distinct])
    return np.asarray(np.diff(cumulative_incidence(own), axis=2, prepend=0.0)[place])


def _later(detection: Detection, recorded: Integers) -> Floats:
    """Probability that an ending of each month is on record at the record's end, (n, k, 120)."""
    distinct, place = np.unique(recorded, return_inverse=True)
    return np.stack([_detected(detection, int(months)) for months in distinct])[place]


@cache
def _detected(detection: Detection, months: int) -> Floats:
    return np.ascontiguousarray(detection.monthly(max(SCORED), float(months))[:, : len(CAUSES)].T)


def _on_record(rises: Floats, later: Floats) -> Floats:
    """Probabilities of the states on record at each horizon, (n, n_states, n_horizons)."""
    ended = np.cumsum(rises * later, axis=2)[:, :, np.asarray(SCORED) - 1]
    return np.concatenate([ended, 1.0 - ended.sum(axis=1, keepdims=True)], axis=1)


def _mixed(rises: Floats, weight: Floats, at: Standings, detection: Detection) -> float:
    """Mean over draws of the probability of formalization of one case under several readings."""
    n_gap = int(at.gap[0])
    own = rises[..., : n_gap + HEADLINE_MONTHS]
    seen = detection.monthly(n_gap, float(at.looked[0]))[:, : len(CAUSES)]
    mass = weight[:, None] * gap(own[..., :n_gap], seen).nothing_noted
    values = incidence_given_gap(own, seen, n_gap, [HEADLINE_MONTHS])[:, :, FORMALIZED, 0]
    return float((mass * values / mass.sum(axis=0)).sum(axis=0).mean())


def _base(hazard: Floats, at: Standings, detection: Detection) -> float:
    """Probability of formalization of one case by the base rate."""
    age, n_gap = int(at.age[0]), int(at.gap[0])
    own = cumulative_incidence(hazard[:, age : age + n_gap + HEADLINE_MONTHS])
    seen = detection.monthly(n_gap, float(at.looked[0]))[:, : len(CAUSES)]
    return float(incidence_given_gap(np.diff(own, axis=-1, prepend=0.0), seen, n_gap, [HEADLINE_MONTHS])[FORMALIZED, 0])


def _joined(parts: list[Standings]) -> Standings:
    return Standings(
        **{name: np.concatenate([getattr(each, name) for each in parts]) for name in Standings.__dataclass_fields__}
    )
