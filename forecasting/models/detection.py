"""What would have been noticed: endings after the last sight of a case, and endings that a record would hold.

After its last sight a case may have ended without anybody having noted it, but not by every cause alike: a treaty is
not signed unseen. All functions take monthly increments of incidence, S(m - 1) h_k(m), as if nothing had become known
since the last sight: S is survival, h_k the hazard of cause k.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

NEVER_LOOKED = (1.0, 0.0, 0.0)
"""Detection, by cause, of endings after the day until which somebody looked: only a text in force would be known."""


@dataclass(frozen=True)
class Detection:
    """Probability that an ending would be on record, by cause: formalized, collapsed, faded.

    Attributes
    ----------
    formalized, collapsed : float in [0, 1]
        Probability within the time looked at.
    faded_a_year : float in [0, 1]
        Probability that a quiet end is noted within a year of looking; it grows with the years looked at since, as
        1 - (1 - p)^years.
    flat : float or None
        Instead, a constant probability for quiet ends.

    Examples
    --------
    >>> Detection().monthly(3, 2.5)[:, 2].round(3).tolist()
    [0.037, 0.018, 0.0]
    """

    formalized: float = 1.0
    collapsed: float = 0.9
    faded_a_year: float = 0.2
    flat: float | None = None

    def __post_init__(self) -> None:
        for name in ("formalized", "collapsed", "faded_a_year", "flat"):
            value = getattr(self, name)
            if value is not None and not 0.0 <= value <= 1.0:
                raise ValueError(f"expected {name} from 0 to 1, got {value}; detection is a probability")

    def monthly(self, n_months: int, looked: float) -> Floats:
        """Probability of detection of an ending in each month after a day.

        Parameters
        ----------
        n_months : int
            Number of months.
        looked : float
            Months after the day until which somebody looked.

        Returns
        -------
        numpy.ndarray of shape (n_months, 3)
            By month, 1 first, and cause. A month of which the larger part lies beyond `looked` has `NEVER_LOOKED`.
        """
        years = (looked - np.arange(n_months) - 0.5) / 12.0
        faded = 1.0 - (1.0 - self.faded_a_year) ** np.maximum(years, 0.0)
        if self.flat is not None:
            faded = np.full(n_months, self.flat)
        within = np.stack([np.full(n_months, self.formalized), np.full(n_months, self.collapsed), faded], axis=1)
        return np.where((years >= 0.0)[:, None], within, NEVER_LOOKED)


CERTAIN = Detection(1.0, 1.0, flat=1.0)
"""Detection of every ending that somebody looked for."""


@dataclass(frozen=True)
class Gap:
    """What the months since the last sight leave possible; leading axes are replicates.

    Attributes
    ----------
    ended : numpy.ndarray of shape (..., k)
        Probability that the case has ended already, by cause: A_k / Z.
    nothing_noted : numpy.ndarray of shape (...)
        Probability Z that nothing would have been noted.
    """

    ended: Floats
    nothing_noted: Floats


def gap(increments: ArrayLike, detected: ArrayLike) -> Gap:
    """Probabilities given that no ending was noted in the gap.

    Parameters
    ----------
    increments : array_like of shape (..., k, g)
        Monthly increments of incidence in the g months since the last sight.
    detected : array_like of shape (g, k)
        Probability of detection by month and cause (`Detection.monthly`).

    Returns
    -------
    Gap
        A_k = sum over m of (1 - d_k(m)) S(m - 1) h_k(m), Z = S(g) + sum of A_k, and A_k / Z.

    Raises
    ------
    ValueError
        Where no outcome is left: every ending would have been noted, and none can have failed to come.

    Examples
    --------
    Half end in the gap, unseen half the time: of 0.75 that are left, 0.25 have ended.

    >>> gap([[0.5]], [[0.5]]).ended.round(4).tolist()
    [0.3333]
    """
    rise, seen = np.asarray(increments, dtype=np.float64), np.asarray(detected, dtype=np.float64)
    unseen = (rise * (1.0 - seen.T)).sum(axis=-1)
    nothing = 1.0 - rise.sum(axis=(-2, -1)) + unseen.sum(axis=-1)
    if (nothing <= 0.0).any():
        raise ValueError(
            "expected a gap in which nothing need have been noted, got a probability of 0; look at the hazards"
        )
    return Gap(unseen / nothing[..., None], nothing)


def incidence_given_gap(increments: ArrayLike, detected: ArrayLike, n_gap: int, horizons: ArrayLike) -> Floats:
    """Cumulative incidence after a gap in which no ending was noted.

    Parameters
    ----------
    increments : array_like of shape (..., k, g + t)
        Monthly increments of incidence from the last sight, for the gap and for the months after the forecast day.
    detected : array_like of shape (g, k)
        Detection in the gap.
    n_gap : int
        Months g of the gap, from 0.
    horizons : array_like of int, shape (n_horizons,)
        Months after the forecast day, from 1 to t.

    Returns
    -------
    numpy.ndarray of shape (..., k, n_horizons)
        P(ended by k within t) = [A_k + I_k(g + t) - I_k(g)] / Z; those that have ended already are counted.

    Examples
    --------
    >>> incidence_given_gap([[0.5, 0.25]], [[0.5]], 1, [1]).round(4).tolist()
    [[0.6667]]
    """
    rise = np.asarray(increments, dtype=np.float64)
    before = gap(rise[..., :n_gap], detected)
    ahead = np.cumsum(rise[..., n_gap:], axis=-1)[..., np.asarray(horizons, dtype=np.int64) - 1]
    return np.asarray(before.ended[..., None] + ahead / before.nothing_noted[..., None, None])


def on_record(
    increments: ArrayLike, recorded: ArrayLike, horizons: ArrayLike, n_gap: int = 0, noted: ArrayLike | None = None
) -> Floats:
    """Probability that a record would hold an ending by each cause within each horizon.

    What is scored is the ending on record: an unnoticed one counts as a case that goes on, in forecast and outcome
    alike.

    Parameters
    ----------
    increments : array_like of shape (..., k, g + t)
        Monthly increments of incidence from the last sight, for the gap and for the months after the forecast day.
    recorded : array_like of shape (g + t, k)
        Probability that an ending of each month is on record on the day of scoring.
    horizons : array_like of int, shape (n_horizons,)
        Months after the forecast day, from 1 to t.
    n_gap : int
        Months g of the gap between last sight and forecast day, from 0.
    noted : array_like of shape (g, k), optional
        Probability that an ending of each month of the gap was known on the forecast day; needed where there is a gap.

    Returns
    -------
    numpy.ndarray of shape (..., k, n_horizons)
        Given that no ending was known on the forecast day: endings of the gap that became known later, and those of the
        months after it, [sum over the gap of (r_k - d_k)+ S h_k + sum to the horizon of r_k S h_k] / Z, with r for
        `recorded`, d for `noted` and Z as in `gap`.

    Examples
    --------
    >>> on_record([[0.5, 0.25]], [[1.0], [0.4]], [1, 2]).round(4).tolist()
    [[0.5, 0.6]]

    Of the half that ended in a gap of a month a fifth is known later, and half of it was known on the day:

    >>> on_record([[0.5, 0.25]], [[0.7], [1.0]], [1], 1, [[0.5]]).round(4).tolist()
    [[0.4667]]
    """
    rise, later = np.asarray(increments, dtype=np.float64), np.asarray(recorded, dtype=np.float64).T
    ahead = np.cumsum(rise[..., n_gap:] * later[:, n_gap:], axis=-1)[..., np.asarray(horizons, dtype=np.int64) - 1]
    if not n_gap:
        return np.asarray(ahead)
    if noted is None:
        raise ValueError("expected what was noted in the gap, got nothing; give `noted`")
    known = np.asarray(noted, dtype=np.float64)
    nothing = gap(rise[..., :n_gap], known).nothing_noted[..., None, None]
    became_known = (rise[..., :n_gap] * np.maximum(later[:, :n_gap] - known.T, 0.0)).sum(axis=-1, keepdims=True)
    return np.asarray((became_known + ahead) / nothing)


def completed_gap(hazard: ArrayLike, detected: ArrayLike) -> tuple[Floats, Floats]:
    """Expected months at risk and endings in a gap, given that nothing was noted: the E step of the likelihood with Z.

    Parameters
    ----------
    hazard : array_like of shape (g, k)
        Monthly hazards.
    detected : array_like of shape (g, k)
        Detection by month and cause.

    Returns
    -------
    at_risk : numpy.ndarray of shape (g,)
        Probability of having been at risk in each month: 1 - (sum of A_k of the months before) / Z.
    endings : numpy.ndarray of shape (g, k)
        Probability of having ended in each month, by cause.

    References
    ----------
    Dempster, Laird and Rubin 1977, J. R. Stat. Soc. B 39:1-38.

    Examples
    --------
    >>> at_risk, endings = completed_gap([[0.5], [0.5]], [[0.5], [0.5]])
    >>> at_risk.round(4).tolist(), endings.round(4).tolist()
    ([1.0, 0.6], [[0.4], [0.2]])
    """
    chance, seen = np.asarray(hazard, dtype=np.float64), np.asarray(detected, dtype=np.float64)
    alive = np.cumprod(1.0 - chance.sum(axis=1))
    before = np.concatenate([[1.0], alive[:-1]]) if len(alive) else alive
    unseen = before[:, None] * chance * (1.0 - seen)
    nothing = (alive[-1] if len(alive) else 1.0) + unseen.sum()
    endings = unseen / nothing
    ended = np.cumsum(endings.sum(axis=1))
    return 1.0 - np.concatenate([[0.0], ended[:-1]])[: len(alive)], endings
