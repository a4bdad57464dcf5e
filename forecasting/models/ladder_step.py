"""The model of the ladder with and without a step: the chance that a case takes it by a month, and what follows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.models.checks import check_horizons
from forecasting.models.ladder import LadderModel, mixed
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_standings import Standings

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WithStep:
    """Draws of a case that takes a step by a month, or does not.

    Attributes
    ----------
    chance : numpy.ndarray of shape (n_draws,)
        Probability that it takes the step by the month, before any ending.
    whole : numpy.ndarray of shape (n_draws, k, n_horizons)
        Cumulative incidence of each cause.
    joint : numpy.ndarray of shape (n_draws, k, n_horizons)
        Probability of having taken the step and ended by each cause.

    Examples
    --------
    >>> half = WithStep(np.array([0.5]), np.array([[[0.4]]]), np.array([[[0.3]]]))
    >>> half.taken.round(3).tolist(), half.not_taken.round(3).tolist()
    ([[[0.6]]], [[[0.2]]])
    """

    chance: Floats
    whole: Floats
    joint: Floats

    @property
    def taken(self) -> Floats:
        """Incidence given that the step is taken, (n_draws, k, n_horizons)."""
        return np.asarray(self.joint / self.chance[:, None, None])

    @property
    def not_taken(self) -> Floats:
        """Incidence given that it is not, (n_draws, k, n_horizons)."""
        return np.asarray((self.whole - self.joint) / (1.0 - self.chance)[:, None, None])

    @property
    def averaged(self) -> "WithStep":
        """The mean of the draws, as one draw."""
        return WithStep(*(each.mean(axis=0, keepdims=True) for each in (self.chance, self.whole, self.joint)))


def with_step(
    model: LadderModel, at: Standings, weight: Floats, taken: ArrayLike, by: int, horizons: Sequence[int]
) -> WithStep:
    """Whether a case takes a step by a month, and its endings with and without the step.

    Parameters
    ----------
    model : LadderModel
        The fitted model.
    at : Standings
        The case under each of n readings of what is uncertain.
    weight : numpy.ndarray of shape (n,)
        Probabilities of the readings.
    taken : array_like of bool, shape (18,)
        States in which the step is taken.
    by : int
        Months after the forecast day until which it counts, from 0.
    horizons : sequence of int
        Ascending months after the forecast day.

    Returns
    -------
    WithStep
        The step counts as taken if the case, before any ending, stands in one of the states on the forecast day or at
        the end of one of the months until `by`.

    Raises
    ------
    ValueError
        For states, months or horizons of another form.

    Notes
    -----
    With B_k(t) the incidence of the chain from which whoever enters one of the states by `by` is taken out, and S_B its
    survival, the joint probability is I_k(t) - B_k(t), and the chance 1 - sum over k of B_k(by) - S_B(by); in a gap
    without a sight both are divided by Z and counted as in `detection.gap`.

    Examples
    --------
    >>> n, k = 40, np.arange(40)
    >>> from forecasting.models.ladder_months import FollowUps, Lines
    >>> states = np.where((np.arange(36) >= 12) & (k[:, None] % 2 == 0), 9, 0)
    >>> zeros, end = np.zeros(n, dtype=int), np.full(n, 36)
    >>> cases = FollowUps(k, k, np.ones(n), zeros, end, 1 - k % 2, end, end, zeros, zeros, states)
    >>> model = LadderModel(n_draws=40).fit(cases, Lines(k, zeros, np.ones(n), np.zeros((n, 0))))
    >>> two = np.zeros(1, dtype=int)
    >>> at = Standings(two, two, two, np.zeros(1), two, two, np.eye(18)[:1], np.zeros((1, 0)))
    >>> found = with_step(model, at, np.ones(1), np.arange(18) == 9, 12, (24,)).averaged
    >>> bool(found.taken[0, 0, 0] > found.whole[0, 0, 0] > found.not_taken[0, 0, 0])
    True
    """
    months = check_horizons(tuple(horizons))
    own = np.asarray(taken)
    if own.shape != (N_STATES,) or own.dtype != bool or by < 0:
        raise ValueError(
            f"expected True or False for each of {N_STATES} states and a month from 0, got {own.dtype} of shape "
            f"{own.shape} and {by}; mark the states in which the step is taken"
        )
    whole, nothing_noted = model.reading_draws(at, months)
    parts = [_without(model, at, row, own, by, months, nothing_noted[row]) for row in range(len(at.key))]
    left = mixed(np.stack([incidence for incidence, _ in parts]), nothing_noted, weight)
    all_of_it = mixed(whole, nothing_noted, weight)
    never = mixed(np.stack([chance for _, chance in parts])[:, :, None], nothing_noted, weight)[:, 0]
    return WithStep(1.0 - never, all_of_it, all_of_it - left)


def _without(
    model: LadderModel,
    at: Standings,
    row: int,
    taken: NDArray[np.bool_],
    by: int,
    months: Sequence[int],
    nothing: Floats,
) -> tuple[Floats, Floats]:
    """Incidence without the step, (n_draws, k, n_horizons), and the chance that it is not taken, (n_draws,)."""
    n_gap, n_months = int(at.gap[row]), int(at.gap[row]) + max(*months, by, 1)
    hazard, stretch = model.hazards(at, row, n_months)
    steps = model.moves_.matrix if model.moving else np.eye(N_STATES)
    here = np.broadcast_to(at.start[row], (len(hazard), N_STATES)).copy()
    rise, still_there = np.zeros((*hazard.shape[:1], hazard.shape[2], n_months)), np.ones(len(hazard))
    for month in range(n_months + 1):  # months that are over; the moves of the last are made already
        if n_gap <= month <= n_gap + by:
            here[:, taken] = 0.0
        if month == n_gap + by:
            still_there = here.sum(axis=1)
        if month == n_months:
            break
        chance = hazard[:, stretch[month]]
        rise[..., month] = np.einsum("bs,bks->bk", here, chance)
        here = here * (1.0 - chance.sum(axis=1))
        if month >= int(at.looked[row]):
            here = here @ steps
    seen = model.detection.monthly(n_gap, float(at.looked[row]))[:, : rise.shape[1]]
    unseen = (rise[..., :n_gap] * (1.0 - seen.T)).sum(axis=-1)
    ahead = np.concatenate([np.zeros((*rise.shape[:2], 1)), np.cumsum(rise[..., n_gap:], axis=-1)], axis=-1)
    incidence = (unseen[..., None] + ahead[..., list(months)]) / nothing[:, None, None]
    return incidence, (unseen.sum(axis=1) + ahead[..., by].sum(axis=1) + still_there) / nothing
