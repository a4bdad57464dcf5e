"""Weights of forecasts in an average over cases."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from forecasting.scores.arrays import check_shape

Floats = NDArray[np.float64]


def case_weights(case_id: ArrayLike, is_scored: ArrayLike | None = None) -> Floats:
    """Weight of each forecast where every case counts one, spread evenly over its scored forecasts.

    Parameters
    ----------
    case_id : array_like of shape (n,)
        Case of each forecast.
    is_scored : array_like of bool, shape (n,), optional
        Whether a forecast is scored; by default every one is.

    Returns
    -------
    numpy.ndarray of shape (n,)
        1 / (scored forecasts of the case), in [0, 1]; 0 for a forecast that is not scored. The weights of a case add
        up to 1, or to 0 where none of its forecasts is scored.

    Raises
    ------
    ValueError
        If the two arrays differ in length.

    Examples
    --------
    >>> case_weights(["a", "a", "b"]).tolist()
    [0.5, 0.5, 1.0]
    >>> case_weights(["a", "a", "b"], [True, False, False]).tolist()
    [1.0, 0.0, 0.0]
    """
    codes = np.unique(np.asarray(case_id), return_inverse=True)[1].ravel()
    counted = (
        np.ones(len(codes)) if is_scored is None else check_shape("flags of scored forecasts", is_scored, len(codes))
    )
    n_scored = np.bincount(codes, counted)
    return np.asarray(counted / np.maximum(n_scored, 1.0)[codes], dtype=np.float64)
