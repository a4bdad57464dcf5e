"""Variance shares of the factors over the specifications of a multiverse."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

REST = "codings drawn, and choices together"


def variance_shares(choices: Mapping[str, Sequence[str]], response: ArrayLike) -> "pd.Series[float]":
    """Share of each factor in the variance of a response, and the remainder.

    The share of a factor is the fall in explained variance of an additive least-squares fit when it is left out; with
    factors drawn independently these are their main effects. Interactions and drawn codings are the remainder.

    Parameters
    ----------
    choices : mapping of str to sequence of str, of length n
        Level of each factor in every specification.
    response : array_like of shape (n,)
        Response of every specification.

    Returns
    -------
    pandas.Series
        Shares, the largest first, then the remainder under `REST`; they sum to 1, or are all 0 for a constant response.

    References
    ----------
    Saltelli et al. (2008). Global Sensitivity Analysis: The Primer. Wiley, ch. 1.

    Examples
    --------
    >>> round(float(variance_shares({"a": ["x", "x", "y", "y"], "b": ["u", "v", "u", "v"]}, [0, 0, 1, 1])["a"]), 9)
    1.0
    """
    y = np.asarray(response, dtype=np.float64)
    blocks = {name: _dummies(levels) for name, levels in choices.items()}
    total = float(((y - y.mean()) ** 2).sum())
    if total == 0.0:
        return pd.Series({**dict.fromkeys(blocks, 0.0), REST: 0.0})
    whole = _explained(list(blocks.values()), y)
    shares = {
        name: (whole - _explained([block for other, block in blocks.items() if other != name], y)) / total
        for name in blocks
    }
    ordered = pd.Series(shares).sort_values(ascending=False, kind="stable")
    return pd.concat([ordered, pd.Series({REST: 1.0 - ordered.sum()})])


def _dummies(levels: Sequence[str]) -> NDArray[np.float64]:
    kinds = sorted(set(levels))
    return (np.asarray(levels)[:, None] == np.asarray(kinds[1:])[None]).astype(np.float64)


def _explained(blocks: list[NDArray[np.float64]], y: NDArray[np.float64]) -> float:
    """Sum of squares around the mean that a least-squares fit explains."""
    design = np.hstack([np.ones((len(y), 1)), *blocks])
    fit = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return float(((fit - y.mean()) ** 2).sum())
