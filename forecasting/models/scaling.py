"""Standardisation of covariates, by which their slopes share one prior."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scaling:
    """Standardisation of p covariates by their distribution over the cases' first landmarks.

    Over all landmarks long-lived cases would set the scale. A constant covariate has scale 1, so a column of zeros.

    Attributes
    ----------
    mean, scale : numpy.ndarray of shape (p,)
        Mean and standard deviation of each covariate.

    Examples
    --------
    >>> Scaling(np.array([1.0]), np.array([2.0])).apply(np.array([[5.0]])).tolist()
    [[2.0]]
    """

    mean: Floats
    scale: Floats

    def apply(self, values: Floats) -> Floats:
        """Standardised covariates.

        Parameters
        ----------
        values : numpy.ndarray of shape (n, p)
            Covariates in their own units.

        Returns
        -------
        numpy.ndarray of shape (n, p)
            Covariates in standard deviations from the mean.
        """
        return np.asarray((values - self.mean) / self.scale)

    @classmethod
    def of(cls, values: Floats) -> "Scaling":
        """The scaling by the distribution of some rows.

        Parameters
        ----------
        values : numpy.ndarray of shape (n, p)
            Covariates in their own units.

        Returns
        -------
        Scaling
            Their means and standard deviations, with a scale of 1 for a constant one.

        Examples
        --------
        >>> Scaling.of(np.array([[1.0, 7.0], [3.0, 7.0]])).scale.tolist()
        [1.0, 1.0]
        """
        spread = values.std(axis=0)
        # A constant column has a standard deviation of 0 up to rounding.
        return cls(values.mean(axis=0), np.where(spread > 1e-9, spread, 1.0))
