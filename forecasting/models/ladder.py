"""The model of the ladder: a hazard of the endings by state and a chain over the states, with posterior draws."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from forecasting.models.checks import check_horizons, check_recorded
from forecasting.models.detection import Detection, Gap, gap, incidence_given_gap, on_record
from forecasting.models.episodes import duration_bin
from forecasting.models.incidence import Incidence
from forecasting.models.ladder_design import (
    N_PHASES,
    N_STEPS,
    Term,
    duration_columns,
    ladder_columns,
    term_columns,
    term_phase,
)
from forecasting.models.ladder_hazard import SCALES, ladder_hazard
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import N_STATES, ladder_moves
from forecasting.models.ladder_product import forward_incidence
from forecasting.models.ladder_standings import Standings
from forecasting.models.recalibration_by_cause import Recalibration
from forecasting.models.threads import one_thread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
HIGHEST_ETA = 50.0


class LadderModel(BaseEstimator):
    """Competing endings of cases that move along a ladder.

    Parameters
    ----------
    covariates : tuple of Term
        Covariates beside the ladder, each with its scale and the endings for which it has a reason.
    causes : tuple of str
        Names of causes 1, 2, ...
    detection : Detection
        What would have been noted after the last sight.
    scales : tuple of float
        Scales of the slopes' priors, see `ladder_hazard`.
    case_sd : float
        Standard deviation, in log odds, of a case's own deviation for each cause, from which draws are made. The
        deviation has the mean -case_sd^2 / 2, so that it widens intervals and leaves the mean hazard as it is.
    calibration_sd : float
        Standard deviation of the priors of the recalibration.
    n_splits, n_folds : int
        Splits and folds of components for the recalibration.
    clock : bool
        Whether the stated term's clock is used; else cases are treated as without a term.
    moving : bool
        Whether the state moves on in the forecast; else it stays as it was when last seen.
    n_draws : int
        Posterior draws, an even number: each is followed by its mirror image, so that their mean is nearly exact.
    seed : int
        Seed of the draws.

    Attributes
    ----------
    hazard_ : LadderHazard
        Posterior of the endings' hazard.
    moves_ : Moves
        Moves between the states.
    n_ : int
        Number of cases fitted on.

    Notes
    -----
    The point forecast is the mean of the draws. A draw has its own scale of the slopes (by their posterior
    probabilities), coefficients N(mode, H^-1), shift and slope of the recalibration, and deviation of the case. The
    order of cases and landmarks changes nothing: they are sorted by `FollowUps.key`, folds go by a hash of
    `FollowUps.component`, and draws of a case by its key.

    Examples
    --------
    Cases that reach level 3 in their second year are formalized, the others go on:

    >>> n, k = 40, np.arange(40)
    >>> states = np.where((np.arange(36) >= 12) & (k[:, None] % 2 == 0), 9, 0)
    >>> zeros, end = np.zeros(n, dtype=int), np.full(n, 36)
    >>> cases = FollowUps(k, k, np.ones(n), zeros, end, 1 - k % 2, end, end, zeros, zeros, states)
    >>> lines = Lines(k, zeros, np.ones(n), np.zeros((n, 0)))
    >>> model = LadderModel(n_draws=40).fit(cases, lines)
    >>> two = np.zeros(2, dtype=int)
    >>> at = Standings(np.arange(2), two, two, np.zeros(2), two, two, np.eye(18)[[0, 9]], np.zeros((2, 0)))
    >>> chance = model.predict_cumulative_incidence(at, (24,)).values[:, 0, 0]
    >>> bool(chance[1] > chance[0])
    True
    """

    def __init__(
        self,
        covariates: tuple[Term, ...] = (),
        causes: tuple[str, ...] = ("formalized", "collapsed", "faded"),
        detection: Detection = Detection(),  # noqa: B008 (frozen)
        scales: tuple[float, ...] = SCALES,
        case_sd: float = 0.6,
        calibration_sd: float = 0.3,
        n_splits: int = 3,
        n_folds: int = 5,
        clock: bool = True,
        moving: bool = True,
        n_draws: int = 1000,
        seed: int = 20260205,
    ) -> None:
        self.covariates = covariates
        self.causes = causes
        self.detection = detection
        self.scales = scales
        self.case_sd = case_sd
        self.calibration_sd = calibration_sd
        self.n_splits = n_splits
        self.n_folds = n_folds
        self.clock = clock
        self.moving = moving
        self.n_draws = n_draws
        self.seed = seed

    @one_thread
    def fit(self, cases: FollowUps, lines: Lines) -> Self:
        """Fit on follow-ups and their landmarks.

        Parameters
        ----------
        cases : FollowUps
            Cases.
        lines : Lines
            Their landmarks.

        Returns
        -------
        LadderModel
            The fitted model.

        Raises
        ------
        ValueError
            Without a case or a landmark, for landmarks of other cases or causes beyond the last, or for covariates
            other than the model's.
        FloatingPointError
            Where the likelihood does not converge.
        """
        if not len(cases.key) or not len(lines.row):
            raise ValueError(
                f"expected cases and landmarks to fit on, got {len(cases.key)} and {len(lines.row)}; "
                "check the population and the as-of day"
            )
        lines.check_within(cases, len(self.causes))
        cases, lines = _sorted(cases, lines)
        if not self.clock:
            cases = replace(cases, term=np.zeros_like(cases.term))
        self.moves_ = ladder_moves(cases.states, cases.coded, cases.weight)
        self.hazard_ = ladder_hazard(
            cases, lines, self.covariates, self.causes, self.detection, self.scales, self.calibration_sd,
            self.n_splits, self.n_folds,
        )  # fmt: skip
        self.n_ = len(np.unique(cases.key))
        self.draw_coefficients()
        return self

    @one_thread
    def increments(self, at: Standings, row: int, marks: Sequence[int]) -> Floats:
        """Increments of incidence of one case between months, as if nothing had become known since its last sight.

        Parameters
        ----------
        at : Standings
            Cases.
        row : int
            Position of the case.
        marks : sequence of int
            Ascending months after the last sight.

        Returns
        -------
        numpy.ndarray of shape (n_draws, k, n_marks)
            Incidence from each mark to the next, the first from the last sight.
        """
        check_is_fitted(self, "hazard_")
        steps = self.moves_.matrix if self.moving else np.eye(N_STATES)
        hazards, stretch = self.hazards(at, row, int(marks[-1]))
        found = forward_incidence(at.start[row], hazards, steps, stretch, marks, int(at.looked[row]))
        return np.diff(found, axis=2, prepend=0.0)

    def draws(self, at: Standings, horizons: tuple[int, ...]) -> Floats:
        """Posterior draws of the cumulative incidence, given that no ending was noted.

        Parameters
        ----------
        at : Standings
            n cases.
        horizons : tuple of int
            Ascending months after the forecast day.

        Returns
        -------
        numpy.ndarray of shape (n_draws, n, k, n_horizons)
            Probability of having ended by each cause, already or within each horizon.
        """
        self._check_ahead(at, horizons)
        return np.stack([self._given_gap(at, row, horizons)[0] for row in range(len(at.key))], axis=1)

    def reading_draws(self, at: Standings, horizons: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Draws under each reading of what is uncertain about a case, for `mixed`.

        Parameters
        ----------
        at : Standings
            The case under each of n readings.
        horizons : tuple of int
            Ascending months after the forecast day.

        Returns
        -------
        incidence : numpy.ndarray of shape (n, n_draws, k, n_horizons)
            Draws as of `draws`.
        nothing_noted : numpy.ndarray of shape (n, n_draws)
            Probability Z that nothing would have been noted in the gap.
        """
        self._check_ahead(at, horizons)
        found = [self._given_gap(at, row, horizons) for row in range(len(at.key))]
        return np.stack([incidence for incidence, _ in found]), np.stack([nothing for _, nothing in found])

    def mixed_draws(self, at: Standings, weight: Floats, horizons: tuple[int, ...]) -> Floats:
        """Draws for one case of which several facts may hold.

        Parameters
        ----------
        at : Standings
            The case under each of n readings of what is uncertain.
        weight : numpy.ndarray of shape (n,)
            Probabilities of the readings.
        horizons : tuple of int
            Ascending months after the forecast day.

        Returns
        -------
        numpy.ndarray of shape (n_draws, k, n_horizons)
            Mixture of the readings' incidences, see `mixed`.
        """
        return mixed(*self.reading_draws(at, horizons), weight)

    def recalibrated_by(self, recalibration: Recalibration) -> Self:
        """A fitted model with the same hazard, moves and draws, and another recalibration.

        Parameters
        ----------
        recalibration : Recalibration
            Shift and slope of each cause; `Recalibration.none` gives the raw model.

        Returns
        -------
        LadderModel
            A copy.
        """
        check_is_fitted(self, "hazard_")
        other = copy(self)
        other.hazard_ = replace(self.hazard_, recalibration=recalibration)
        other.draw_coefficients()
        return other

    def gaps(self, at: Standings) -> Gap:
        """Draws of what the months since the last sight leave possible: `ended` (n_draws, n, k)."""
        found = []
        for row, n_gap in enumerate(at.gap):
            if n_gap:
                rise = self.increments(at, row, range(1, int(n_gap) + 1))
            else:
                rise = np.zeros((self.n_draws, len(self.causes), 0))
            found.append(gap(rise, self.detection.monthly(int(n_gap), float(at.looked[row]))[:, : rise.shape[1]]))
        return Gap(np.stack([g.ended for g in found], axis=1), np.stack([g.nothing_noted for g in found], axis=1))

    def predict_cumulative_incidence(self, at: Standings, horizons: tuple[int, ...]) -> Incidence:
        """Mean of the draws (`draws`)."""
        return Incidence(self.draws(at, horizons).mean(axis=0), self.causes, horizons)

    def predict_on_record(self, at: Standings, horizons: tuple[int, ...], recorded: Sequence[float]) -> Incidence:
        """Probability that a record would hold an ending of each case by each horizon.

        Parameters
        ----------
        at : Standings
            n cases.
        horizons : tuple of int
            Months after the forecast day.
        recorded : sequence of float
            Months after the last sight until which the record looks, by case.

        Returns
        -------
        Incidence
            Mean of the draws, given that no ending was known on the forecast day; see `detection.on_record`.
        """
        self._check_ahead(at, horizons)
        check_recorded(recorded, len(at.key))
        found = []
        for row, until in enumerate(recorded):
            n_gap, k = int(at.gap[row]), len(self.causes)
            n_months = n_gap + max(horizons)
            rise = self.increments(at, row, range(1, n_months + 1))
            rise = rise if n_gap else rise.mean(axis=0)
            noted = self.detection.monthly(n_gap, float(at.looked[row]))[:, :k]
            later = self.detection.monthly(n_months, until)[:, :k]
            values = on_record(rise, later, horizons, n_gap, noted)
            found.append(values.mean(axis=0) if n_gap else values)
        return Incidence(np.stack(found), self.causes, horizons)

    def _check_ahead(self, at: Standings, horizons: Sequence[int]) -> None:
        check_horizons(horizons)
        if at.covariates.shape[1] != len(self.covariates):
            names = ", ".join(term.name for term in self.covariates)
            raise ValueError(
                f"expected {len(self.covariates)} covariates ({names}), got {at.covariates.shape[1]}; "
                "give those that the model was fitted on"
            )

    def _given_gap(self, at: Standings, row: int, horizons: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Draws of the incidence given the gap, (n_draws, k, n_horizons), and of Z, (n_draws,)."""
        n_gap = int(at.gap[row])
        rise = self.increments(at, row, _marks(n_gap, horizons))
        seen = self.detection.monthly(n_gap, float(at.looked[row]))[:, : rise.shape[1]]
        given = incidence_given_gap(rise, seen, n_gap, np.arange(1, len(horizons) + 1))
        return given, gap(rise[..., :n_gap], seen).nothing_noted

    def hazards(self, at: Standings, row: int, n_months: int) -> tuple[Floats, Integers]:
        """Monthly hazards of a case by draw, stretch, cause and state, and the stretch of each month.

        A stretch is a bin of age and a phase of the stated term.
        """
        month = int(at.age[row]) + np.arange(1, n_months + 1)
        phase = term_phase(month, at.term[row] if self.clock else 0)
        pairs, stretch = np.unique(duration_bin(month) * N_PHASES + phase, return_inverse=True)
        own = self._covariate_effects(at.covariates[row]) + self._deviations(int(at.key[row]))
        by_age = self._by_age[:, pairs // N_PHASES] * self._by_phase[:, pairs % N_PHASES] * np.exp(_cut(own))[:, None]
        odds = by_age[..., None] * self._by_state[:, at.form[row]][:, None]
        total = 1.0 + sum(odds[:, :, cause] for cause in range(odds.shape[2]))
        odds /= total[:, :, None]
        return odds, stretch

    def _covariate_effects(self, covariates: Floats) -> Floats:
        return self._slope * np.einsum("p,bpk->bk", covariates, self._beside)

    def _deviations(self, key: int) -> Floats:
        normal = _mirrored(np.random.default_rng([self.seed, key]), self.n_draws, len(self.causes))
        return self.case_sd * normal - self.case_sd**2 / 2.0

    @one_thread
    def draw_coefficients(self) -> None:
        """Draws of the coefficients, and what they give by age and by state: once when fitted, or read from a file."""
        hazard, k = self.hazard_, len(self.causes)
        if self.n_draws < 2 or self.n_draws % 2:
            raise ValueError(f"expected an even number of draws from 2 on, got {self.n_draws}")
        rng = np.random.default_rng(self.seed)
        p = hazard.coef.shape[1]
        normal = _mirrored(rng, self.n_draws, p * k)
        quantile = (np.arange(self.n_draws // 2) + 0.5) / (self.n_draws // 2)
        scale = np.minimum(np.searchsorted(np.cumsum(hazard.share), quantile), len(hazard.share) - 1).repeat(2)
        coef = np.empty((self.n_draws, p, k))
        for number in np.unique(scale):
            own = scale == number
            moved = normal[own] @ hazard.root[number].T
            coef[own] = hazard.coef[number] + moved.reshape(-1, k, p).transpose(0, 2, 1)
        shift, slope = hazard.recalibration.draws(_mirrored(rng, self.n_draws, 2 * k))
        middle = np.einsum("p,bpk->bk", hazard.center, coef[:, N_STEPS:])
        ages = np.einsum("dp,bpk->bdk", duration_columns(np.arange(N_STEPS)), coef[:, :N_STEPS])
        columns = ladder_columns()
        n_ladder = columns.shape[2]
        ladder = np.einsum("fsp,bpk->bfsk", columns, coef[:, N_STEPS : N_STEPS + n_ladder])
        level = middle + shift - slope * middle
        self._by_age = np.exp(_cut(ages + level[:, None]))
        self._by_state = np.ascontiguousarray(np.exp(_cut(slope[:, None, None] * ladder)).transpose(0, 1, 3, 2))
        phases = np.einsum("fp,bpk->bfk", term_columns(), coef[:, N_STEPS + n_ladder :][:, : N_PHASES - 1])
        self._by_phase = np.exp(_cut(slope[:, None] * phases))
        self._beside, self._slope = coef[:, N_STEPS + n_ladder + N_PHASES - 1 :], slope


def mixed(incidence: Floats, nothing_noted: Floats, weight: Floats) -> Floats:
    """Mixture of what several readings of a case give.

    Parameters
    ----------
    incidence : numpy.ndarray of shape (n, n_draws, k, ...)
        Draws under each of n readings.
    nothing_noted : numpy.ndarray of shape (n, n_draws)
        Probability Z of each that nothing would have been noted in the gap.
    weight : numpy.ndarray of shape (n,)
        Probabilities of the readings.

    Returns
    -------
    numpy.ndarray of shape (n_draws, k, ...)
        By Bayes' rule a reading under which nothing would have been noted with probability Z has a weight proportional
        to Z times its own.

    Examples
    --------
    >>> mixed(np.array([[[[0.2]]], [[[0.6]]]]), np.array([[1.0], [0.5]]), np.array([0.5, 0.5])).round(4).tolist()
    [[[0.3333]]]
    """
    mass = weight[:, None] * nothing_noted
    mass = mass / mass.sum(axis=0)
    return np.einsum("nb,nbk...->bk...", mass, incidence)


def _marks(n_gap: int, horizons: tuple[int, ...]) -> list[int]:
    """Every month of the gap, then the horizons."""
    return [*range(1, n_gap + 1), *(n_gap + horizon for horizon in horizons)]


def _mirrored(rng: np.random.Generator, n: int, p: int) -> Floats:
    """Standard normal draws, (n, p), each followed by its negative."""
    half = rng.normal(size=(n // 2, p))
    return np.stack([half, -half], axis=1).reshape(n, p)


def _cut(eta: Floats) -> Floats:
    return np.clip(eta, -HIGHEST_ETA, HIGHEST_ETA)


def _sorted(cases: FollowUps, lines: Lines) -> tuple[FollowUps, Lines]:
    """Cases by key and, within a key, reading; landmarks by case, age and covariates: so that order changes nothing."""
    path = [states.tobytes() for states in cases.states]
    order = np.array(sorted(range(len(path)), key=lambda i: (cases.key[i], cases.weight[i], path[i])), dtype=np.int64)
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    row = place[lines.row]
    by = np.lexsort([lines.weight, *lines.covariates.T[::-1], lines.age, row])
    in_order = replace(cases, **{name: getattr(cases, name)[order] for name in cases.__dataclass_fields__})
    return in_order, Lines(row[by], lines.age[by], lines.weight[by], lines.covariates[by])
