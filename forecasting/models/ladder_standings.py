"""Cases to forecast by the ladder's model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.models.ladder_moves import N_STATES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Standings:
    """n cases to forecast, as they stood when last seen.

    Attributes
    ----------
    key : numpy.ndarray of int, shape (n,)
        Number that stands for the case, from 0: its own deviation from the model is drawn under it.
    age : numpy.ndarray of int, shape (n,)
        Completed months of age at the last sight.
    gap : numpy.ndarray of int, shape (n,)
        Months from then to the forecast day.
    looked : numpy.ndarray of shape (n,)
        Months from the last sight to the day until which somebody looked, from 0 to `gap`.
    form : numpy.ndarray of int, shape (n,)
        Form of the ladder, 0 or 1.
    term : numpy.ndarray of int, shape (n,)
        Months of age at which the stated term ends; 0 for none.
    start : numpy.ndarray of shape (n, 18)
        Distribution of the state on the day until which somebody looked; rows sum to 1. Until then it does not move.
    covariates : numpy.ndarray of shape (n, p)
        In their own units.
    """

    key: Integers
    age: Integers
    gap: Integers
    looked: Floats
    form: Integers
    term: Integers
    start: Floats
    covariates: Floats

    def __post_init__(self) -> None:
        wrong = np.flatnonzero(
            (self.age < 0) | (self.gap < 0) | (self.looked < 0) | (self.looked > self.gap) | (self.key < 0)
        )
        if len(wrong):
            raise ValueError(
                f"expected key and age from 0 and 0 <= looked <= gap, got age {self.age[wrong[0]]}, gap "
                f"{self.gap[wrong[0]]} and looked {self.looked[wrong[0]]} in row {wrong[0]}"
            )
        total = np.flatnonzero(np.abs(self.start.sum(axis=1) - 1.0) > 1e-9)
        if self.start.shape[1:] != (N_STATES,) or len(total):
            raise ValueError(
                f"expected a distribution over {N_STATES} states in every row, got shape {self.start.shape}"
                + (f" and a sum of {self.start[total[0]].sum()} in row {total[0]}" if len(total) else "")
            )
        gaps = np.flatnonzero(~np.isfinite(self.covariates).all(axis=1))
        if len(gaps):
            raise ValueError(f"expected finite covariates, got a gap in row {gaps[0]}; fill or drop it")

    def select(self, rows: Sequence[int] | Integers) -> "Standings":
        """The cases at these positions."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})
