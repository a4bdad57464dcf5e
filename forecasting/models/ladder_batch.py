"""The model of the ladder for many cases at once: the same forward product, all cases and draws month by month."""

from collections.abc import Iterator
from typing import Self

import numpy as np
from numpy.typing import NDArray

from forecasting.models.episodes import duration_bin
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import N_PHASES, term_phase
from forecasting.models.ladder_hazard import LadderHazard
from forecasting.models.ladder_moves import N_STATES, Moves
from forecasting.models.ladder_standings import Standings
from forecasting.models.threads import one_thread

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class BatchedLadder(LadderModel):
    """A `LadderModel` that is made from a posterior and walks many cases together; its parameters are the same.

    It gives what `LadderModel` gives case by case, to rounding, in a fraction of the time where cases are many and
    draws are few.
    """

    @one_thread
    def with_posterior(self, hazard: LadderHazard, moves: Moves, n: int) -> Self:
        """The model as if fitted, with draws from a posterior of the hazard.

        Parameters
        ----------
        hazard : LadderHazard
            Posterior of the endings' hazard, of the model's covariates.
        moves : Moves
            Moves between the states.
        n : int
            Number of cases that they were fitted on.

        Returns
        -------
        BatchedLadder
            The model.
        """
        self.hazard_, self.moves_, self.n_ = hazard, moves, n
        self.draw_coefficients()
        return self

    @one_thread
    def rises(self, at: Standings, n_months: Integers) -> Floats:
        """Monthly increments of incidence since the last sight, by draw.

        Parameters
        ----------
        at : Standings
            n cases.
        n_months : numpy.ndarray of int, shape (n,)
            Months wanted of each, from 1.

        Returns
        -------
        numpy.ndarray of shape (n, n_draws, k, max(n_months))
            As `increments`; 0 beyond the months wanted of a case.
        """
        found = np.zeros((len(at.key), self.n_draws, len(self.causes), int(n_months.max(initial=0))))
        for month, rows, state, hazard in self._walk(at, n_months):
            found[rows, :, :, month] = np.einsum("nbs,nbks->nbk", state, hazard)
        return found

    @one_thread
    def mean_rises(self, at: Standings, n_months: Integers) -> Floats:
        """Mean over the draws of `rises`, (n, k, max(n_months))."""
        found = np.zeros((len(at.key), len(self.causes), int(n_months.max(initial=0))))
        for month, rows, state, hazard in self._walk(at, n_months):
            found[rows, :, month] = np.einsum("nbs,nbks->nk", state, hazard)
        return found / self.n_draws

    def _walk(self, at: Standings, n_months: Integers) -> Iterator[tuple[int, Integers, Floats, Floats]]:
        """By month, counted from 0: the rows that still go on, their states at its beginning, and hazards in each."""
        order = np.argsort(-n_months, kind="stable")
        last, own = n_months[order], at.select(order)
        month = own.age[:, None] + np.arange(1, int(last.max(initial=0)) + 1)
        term = own.term if self.clock else np.zeros_like(own.term)
        pair = duration_bin(month) * N_PHASES + term_phase(month, term[:, None])
        is_new = np.diff(pair, axis=1, prepend=-1) != 0
        effect = np.exp(np.clip(self._own_effects(own), -50.0, 50.0))
        steps = self.moves_.matrix if self.moving else np.eye(N_STATES)
        still = np.floor(own.looked).astype(np.int64)
        shape = (len(last), self.n_draws)
        state, spare = np.broadcast_to(own.start[:, None], (*shape, N_STATES)).copy(), np.empty((*shape, N_STATES))
        hazard, stay = np.empty((*shape, len(self.causes), N_STATES)), np.empty((*shape, N_STATES))
        for number in range(month.shape[1]):
            n = int(np.count_nonzero(last > number))
            rows = np.flatnonzero(is_new[:n, number])
            if len(rows):
                odds = self._odds(pair[rows, number], own.form[rows], effect[rows])
                hazard[rows] = odds
                stay[rows] = 1.0 - odds.sum(axis=2)
            yield number, order[:n], state[:n], hazard[:n]
            state[:n] *= stay[:n]
            moving = np.flatnonzero(still[:n] <= number)
            if len(moving) == n:
                np.matmul(state[:n], steps, out=spare[:n])
                state, spare = spare, state
            elif len(moving):
                state[moving] = state[moving] @ steps

    def _own_effects(self, at: Standings) -> Floats:
        """Log odds of each case that its covariates and its own deviation add, (n, n_draws, k)."""
        keys, number = np.unique(at.key, return_inverse=True)
        deviations = np.stack([self._deviations(int(key)) for key in keys])[number]
        return np.asarray(self._slope * np.einsum("np,bpk->nbk", at.covariates, self._beside) + deviations)

    def _odds(self, pair: Integers, form: Integers, effect: Floats) -> Floats:
        """Monthly hazards in each state, (n, n_draws, k, 18), in bins of age and phases of the stated term."""
        by_age = self._by_age[:, pair // N_PHASES] * self._by_phase[:, pair % N_PHASES]
        odds = (by_age.transpose(1, 0, 2) * effect)[..., None] * self._by_state.transpose(1, 0, 2, 3)[form]
        odds /= 1.0 + odds.sum(axis=2, keepdims=True)
        return np.asarray(odds)
