"""Endings whose forecast lies far from the base rate."""

from collections.abc import Mapping
from typing import Final

from forecasting.record.vocabulary import CAUSES

FAR: Final = 0.10
"""Ten points: from this difference on an ending is named where a forecast is summed up."""
ROUNDING: Final = 1e-9


def standouts(forecast: Mapping[str, float], base: Mapping[str, float]) -> tuple[str, ...]:
    """Endings whose probability differs from that of the base rate by ten points or more.

    Parameters
    ----------
    forecast, base : mapping of str to float
        Probability by ending, in [0, 1]; other keys are not read.

    Returns
    -------
    tuple of str
        Endings out of `CAUSES`, the largest difference first.

    Examples
    --------
    >>> standouts(
    ...     {"formalized": 0.1, "collapsed": 0.5, "faded": 0.1}, {"formalized": 0.15, "collapsed": 0.2, "faded": 0.2}
    ... )
    ('collapsed', 'faded')
    """
    gaps = {cause: abs(forecast[cause] - base[cause]) for cause in CAUSES}
    return tuple(sorted((cause for cause in CAUSES if gaps[cause] >= FAR - ROUNDING), key=lambda cause: -gaps[cause]))
