"""The registered headline: a linear pool of the ladder's model and the base rate, fitted on the same cases."""

from typing import Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from forecasting.models.dated_rate import DatedRate
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.linear_pool import linear_pool, mixture_interval
from forecasting.models.shared_deviation import with_shared_deviation

Floats = NDArray[np.float64]
BASE_DRAWS = 400


class LadderPool(BaseEstimator):
    """Ladder's model and base rate, pooled linearly in incidence.

    Parameters
    ----------
    model : LadderModel
        Unfitted model of the ladder.
    base : DatedRate
        Unfitted base rate.
    base_share : float in [0, 1]
        Weight of the base rate.
    shared_sd : float
        Standard deviation, in log hazards, of what related cases share beside every covariate. It widens intervals and
        leaves the point forecast as it is.

    Attributes
    ----------
    model_, base_ : LadderModel, DatedRate
        The fitted parts.

    References
    ----------
    Stone 1961, Ann. Math. Stat. 32:1339-1342.

    Examples
    --------
    >>> pool = LadderPool()
    >>> pool.point(np.array([0.4]), np.array([0.2])).round(9).tolist()
    [0.35]
    """

    def __init__(
        self,
        model: LadderModel = LadderModel(),  # noqa: B008 (never fitted: `fit` clones it)
        base: DatedRate = DatedRate(n_draws=BASE_DRAWS),  # noqa: B008
        base_share: float = 0.25,
        shared_sd: float = 0.7,
    ) -> None:
        self.model = model
        self.base = base
        self.base_share = base_share
        self.shared_sd = shared_sd

    @property
    def causes(self) -> tuple[str, ...]:
        """Names of causes 1, 2, ..."""
        return self.model.causes

    def fit(self, cases: FollowUps, lines: Lines, months_ago: NDArray[np.int64]) -> Self:
        """Fit both parts on the same follow-ups; parameters and errors as of `LadderModel.fit` and `DatedRate.fit`."""
        model, base = self.parts()
        return self.of(model.fit(cases, lines), base.fit(cases, months_ago))

    def parts(self) -> tuple[LadderModel, DatedRate]:
        """New unfitted parts with the settings of its own."""
        return clone(self.model), clone(self.base)

    def of(self, model: LadderModel, base: DatedRate) -> Self:
        """The pool of parts that are fitted already, with the settings of its own parts."""
        self.model_, self.base_ = model, base
        return self

    def point(self, model: Floats, base: Floats) -> Floats:
        """Pool of two probabilities of the same events; see `linear_pool`."""
        return linear_pool(model, base, self.base_share)

    def interval(self, model: Floats, base: Floats, level: float) -> tuple[Floats, Floats]:
        """Bounds of the probability of each state.

        Parameters
        ----------
        model, base : numpy.ndarray of shape (n, k + 1, ...)
            Draws of the states by either part, going on last; the numbers of draws may differ.
        level : float in (0, 1)
            Level.

        Returns
        -------
        lower, upper : numpy.ndarray of shape (k + 1, ...)
            Of the mixture of both posteriors (`mixture_interval`), each draw with a deviation that related cases share
            (`with_shared_deviation`).
        """
        seed = self.model.seed
        ours = with_shared_deviation(model, self.shared_sd, seed)
        theirs = with_shared_deviation(base, self.shared_sd, seed + 1)
        return mixture_interval(ours, theirs, level, self.base_share)
