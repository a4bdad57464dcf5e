"""Agreement of two codings of a ladder at landmarks, and how much of a level is known from hindsight alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.record.agreement import krippendorff_alpha
from forecasting.record.history import History
from forecasting.record.ladders import Rung, position, rung_of
from forecasting.record.levels import landmarks
from forecasting.record.vocabulary import CAUSES, TARGETS

MOST_YEARS: Final = 20
DRAWS: Final = 1000
SEED: Final = 20260831
BOUNDS: Final = (0.1, 0.9, 0.025, 0.975)

Levels = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A figure with its intervals from cases drawn again.

    Attributes
    ----------
    value : float or None
        The figure; None where it cannot be computed.
    interval_80, interval_95 : tuple of float, or None
        Lower and upper bound; None for fewer than two cases, or where no draw has a value.
    """

    value: float | None
    interval_80: tuple[float, float] | None
    interval_95: tuple[float, float] | None


@dataclass(frozen=True)
class LevelAgreement:
    """Agreement of two codings of a ladder.

    Attributes
    ----------
    cases, n : int
        Number of cases, and of their landmarks.
    alpha : Estimate
        Krippendorff's alpha for the levels, with the interval metric.
    equal, within_one : Estimate
        Share of the landmarks with the same level, and with levels at most one apart, in [0, 1].
    difference : Estimate
        Mean level of the record minus mean level of the other coding.
    """

    cases: int
    n: int
    alpha: Estimate
    equal: Estimate
    within_one: Estimate
    difference: Estimate


def coded_twice(history: History, ladder: str) -> pd.DataFrame:
    """Levels of the record and of the second coding of a ladder at landmarks.

    Parameters
    ----------
    history : History
        The record as of a day.
    ladder : {"formalization", "strain"}
        The ladder.

    Returns
    -------
    pandas.DataFrame
        `case_id`; `day`, the day on which the case became known and each anniversary while it was ongoing and looked
        at, at most 20 years; `record` and `other`, the levels.

    Examples
    --------
    >>> from forecasting import load_history
    >>> int(coded_twice(load_history(), "strain")["case_id"].nunique())
    100
    """
    rows = history.tracked("second_ladders").handed_out()
    other = _rungs(rows.assign(known_date=rows["date"], source_id="", evidence=""), ladder)
    own, types, days = _rungs(history.ladders, ladder), _types(history), landmarks(history, MOST_YEARS)
    found = []
    for case in (case for case in days if case in own and case in other):
        for day in dict.fromkeys(days[case]):
            one, again = (position(rungs[case], ladder, day, types[case]).level for rungs in (own, other))
            found.append((case, day, one, again))
    return _frame(found)


def judged_from_lines(history: History, ladder: str) -> pd.DataFrame:
    """Levels of the record and those judged from nothing but its lines, on the days of the latter.

    Parameters
    ----------
    history : History
        The record as of a day.
    ladder : {"formalization", "strain"}
        The ladder.

    Returns
    -------
    pandas.DataFrame
        `case_id`, `day`; `record`, the level by the rows that were known on the day; `other`, the level from lines.

    Examples
    --------
    >>> from forecasting import load_history
    >>> list(judged_from_lines(load_history(), "strain").columns)
    ['case_id', 'day', 'record', 'other']
    """
    rows = history.tracked("ladders_from_lines").handed_out()
    own, types = _rungs(history.ladders, ladder), _types(history)
    found = []
    for row in rows[rows["ladder"] == ladder].itertuples():
        case, day = str(row.case_id), row.day.date()
        if case in own and day <= history.as_of:
            known = [rung for rung in own[case] if rung.known_date <= day]
            found.append((case, day, position(known, ladder, day, types[case]).level, int(row.level)))
    return _frame(found)


def first_days(pairs: pd.DataFrame) -> pd.DataFrame:
    """The first landmark of each case."""
    return pairs.sort_values("day", kind="stable").drop_duplicates("case_id").reset_index(drop=True)


def level_agreement(pairs: pd.DataFrame) -> LevelAgreement:
    """Agreement of the levels of two codings.

    Parameters
    ----------
    pairs : pandas.DataFrame of n rows
        `case_id`; `record` and `other`, the levels, as of `coded_twice` and `judged_from_lines`.

    Returns
    -------
    LevelAgreement
        Intervals are the quantiles of 1,000 draws of as many cases, with replacement and a fixed seed.

    Examples
    --------
    >>> pairs = pd.DataFrame({"case_id": ["a", "a", "b", "b"], "record": [1, 2, 3, 4], "other": [1, 2, 3, 5]})
    >>> found = level_agreement(pairs)
    >>> round(found.alpha.value, 4), found.equal.value, found.within_one.value, found.difference.value
    (0.9369, 0.75, 1.0, -0.25)
    """
    levels = pairs[["record", "other"]].to_numpy(dtype=float)
    of_case = [np.flatnonzero(pairs["case_id"] == case) for case in pairs["case_id"].unique()]
    n, draws = len(of_case), np.random.default_rng(SEED)
    chosen = (draws.integers(n, size=n) for _ in range(DRAWS if n > 1 else 0))
    again = [_figures(levels[np.concatenate([of_case[case] for case in drawn])]) for drawn in chosen]
    figures = _estimates(_figures(levels), np.array(again).reshape(-1, 4))
    return LevelAgreement(n, len(pairs), *figures)


def hindsight(pairs: pd.DataFrame, history: History, development: Collection[str]) -> dict[str, LevelAgreement]:
    """How much higher the record stands than what its lines tell, for all cases and by what came of them.

    Parameters
    ----------
    pairs : pandas.DataFrame
        As of `judged_from_lines`.
    history : History
        The record as of a day.
    development : collection of str
        Cases of the development half: of no other case is the outcome looked at.

    Returns
    -------
    dict of str to LevelAgreement
        `all` cases, without a look at outcomes; those of the development half that were `formalized` under the target
        `concluded`; and the `others` of that half.
    """
    half = pairs[pairs["case_id"].isin(list(development))]
    outcomes = history.outcomes[history.outcomes["target"] == TARGETS[0]]
    outcomes = outcomes[outcomes["case_id"].isin(set(half["case_id"]))]
    formal = half["case_id"].isin(set(outcomes.loc[outcomes["cause"] == CAUSES[0], "case_id"]))
    return {
        "all": level_agreement(pairs),
        CAUSES[0]: level_agreement(half[formal]),
        "others": level_agreement(half[~formal]),
    }


def _types(history: History) -> dict[str, str]:
    return {str(case): str(kind) for case, kind in zip(history.cases["case_id"], history.cases["type"], strict=True)}


def _rungs(rows: pd.DataFrame, ladder: str) -> dict[str, list[Rung]]:
    """Rows of a ladder by case."""
    found: dict[str, list[Rung]] = {}
    for row in rows[rows["ladder"] == ladder].itertuples():
        found.setdefault(str(row.case_id), []).append(rung_of(row, ()))
    return found


def _frame(rows: list[tuple[str, date, int, int]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["case_id", "day", "record", "other"])


def _figures(levels: Levels) -> Levels:
    """Alpha, share equal, share within one level, and mean difference of two columns of levels."""
    if not len(levels):
        return np.full(4, np.nan)
    difference = levels[:, 0] - levels[:, 1]
    alpha = krippendorff_alpha(levels[:, 0], levels[:, 1], "interval")
    apart = np.abs(difference)
    return np.array([alpha, np.mean(apart == 0), np.mean(apart <= 1), np.mean(difference)])


def _estimates(figures: Levels, again: Levels) -> list[Estimate]:
    """Each figure with the quantiles of its draws that have a value."""
    found = []
    for figure, draws in zip(figures, again.T, strict=True):
        bounds = np.quantile(draws[np.isfinite(draws)], BOUNDS).tolist() if np.isfinite(draws).any() else None
        found.append(
            Estimate(
                value=float(figure) if np.isfinite(figure) else None,
                interval_80=(bounds[0], bounds[1]) if bounds else None,
                interval_95=(bounds[2], bounds[3]) if bounds else None,
            )
        )
    return found
