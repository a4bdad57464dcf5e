"""Cases to forecast by the ladder's model."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from forecasting.models.checks import check_ahead, first_fault, same_length, whole_numbers
from forecasting.models.ladder_design import N_FORMS
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
        same_length({each.name: getattr(self, each.name) for each in fields(self)})
        for name in ("key", "form", "term"):
            whole_numbers(f"{name}s", getattr(self, name))
        check_ahead(self.age, self.gap, (1,), self.looked)
        row = first_fault((self.key < 0) | (self.term < 0) | (self.form < 0) | (self.form >= N_FORMS))
        if row is not None:
            raise ValueError(
                f"expected key and term from 0 and form 0 or 1, got key {self.key[row]}, term {self.term[row]} and "
                f"form {self.form[row]} in row {row}; correct or leave out the case"
            )
        if self.start.shape[1:] != (N_STATES,):
            raise ValueError(
                f"expected a distribution over {N_STATES} states in every row, got shape {self.start.shape}; "
                "give one probability a state"
            )
        total = self.start.sum(axis=1)
        row = first_fault(~((np.abs(total - 1.0) <= 1e-9) & (self.start >= 0.0).all(axis=1)))
        if row is not None:
            raise ValueError(
                f"expected probabilities of the states that sum to 1, got a sum of {total[row]:g} in row {row}; "
                "share out what is missing"
            )
        row = first_fault(~np.isfinite(self.covariates).all(axis=1))
        if row is not None:
            raise ValueError(f"expected finite covariates, got a gap in row {row}; fill or drop it")

    def select(self, rows: Sequence[int] | Integers) -> "Standings":
        """The cases at these positions."""
        return replace(self, **{name: getattr(self, name)[rows] for name in self.__dataclass_fields__})
