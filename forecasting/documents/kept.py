"""Kept results on a page: quoted with their own day and centre, withheld where the forecast has moved since."""

from typing import Final

MOST_MOVED: Final = 0.02
"""Change of a forecast, two points, beyond which a result that was kept about it is no longer quoted."""
ROUNDING: Final = 1e-9


def has_moved(point: float, kept: float) -> bool:
    """Whether a forecast differs by more than two points from the one that a kept result is about.

    Parameters
    ----------
    point : float
        The probability now.
    kept : float
        The probability on the day of the result, its centre.

    Returns
    -------
    bool
        True: the result is withheld.

    Examples
    --------
    >>> has_moved(0.12, 0.10), has_moved(0.13, 0.10)
    (False, True)
    """
    return abs(point - kept) > MOST_MOVED + ROUNDING
