"""Shapley values of inputs that change together, each in one stage or several."""

from collections.abc import Callable, Sequence
from itertools import product
from math import comb

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def stage_shares(value: Callable[[tuple[int, ...]], Floats], stages: Sequence[int]) -> list[list[Floats]]:
    """Shares of the change of a value, by input and stage of the input.

    Parameters
    ----------
    value : callable
        Value where each input stands at a stage, from 0 (as before) to its last; asked for each combination once.
    stages : sequence of int
        Number of stages of each of n inputs, from 1.

    Returns
    -------
    list of list of numpy.ndarray
        By input and stage; they sum to the value with every input at its last stage, less that with every one at 0.

    Notes
    -----
    The average over all orders in which whole inputs change, each through its stages one after the other without
    another between them. With one stage each these are the Shapley values; n inputs ask for at least 2^n values.

    References
    ----------
    Shapley 1953, Contributions to the Theory of Games II:307-317. Owen 1977, Essays in Mathematical Economics 76-88.

    Examples
    --------
    >>> stage_shares(lambda at: np.array(2.0 * at[0] * at[1] + at[1]), [1, 2])
    [[array(2.)], [array(2.), array(2.)]]
    """
    n, asked = len(stages), dict[tuple[int, ...], Floats]()

    def at(levels: tuple[int, ...]) -> Floats:
        if levels not in asked:
            asked[levels] = value(levels)
        return asked[levels]

    found = []
    for own, last in enumerate(stages):
        others = [(0, stage) for place, stage in enumerate(stages) if place != own]
        parts: list[Floats | float] = [0.0] * last
        for levels in product(*others):
            weight = 1.0 / (n * comb(n - 1, sum(level > 0 for level in levels)))
            path = [at((*levels[:own], stage, *levels[own:])) for stage in range(last + 1)]
            parts = [part + weight * (path[k + 1] - path[k]) for k, part in enumerate(parts)]
        found.append([np.asarray(part) for part in parts])
    return found
