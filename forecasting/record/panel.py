"""The record as arrays: one spell per case (from its first public day to its end or last sight), and case-months."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from forecasting.record.history import History
from forecasting.record.months import DAYS_PER_MONTH, completed_months_array
from forecasting.record.reads import every_field, noting, recording
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import UsageError

Population = Literal["forward", "pooled", "every"]
POPULATIONS: tuple[Population, ...] = ("forward", "pooled", "every")


@dataclass(frozen=True)
class Spells:
    """Observed spells of n cases with delayed entry, in months of age.

    Attributes
    ----------
    entry : numpy.ndarray of int, shape (n,)
        Completed months at the first public day.
    exit : numpy.ndarray of int, shape (n,)
        Month of age, from 1 and greater than `entry`, of the end or the last sight.
    cause : numpy.ndarray of int, shape (n,)
        0 for censored, k for the k-th of `CAUSES`.
    group : numpy.ndarray of int, shape (n,)
        Connected component over cluster and binding instrument, the unit of resampling, as the number that stands for
        its cases (`component_keys`).
    starts : pandas.DataFrame of n rows
        Columns of `cases.csv`.

    Examples
    --------
    >>> starts = pd.DataFrame({"case_id": ["a", "b"]})
    >>> two = Spells(np.array([0, 2]), np.array([3, 9]), np.array([1, 0]), np.array([0, 1]), starts)
    >>> two.endings().tolist()
    [1, 0, 0]
    """

    entry: NDArray[np.int64]
    exit: NDArray[np.int64]
    cause: NDArray[np.int64]
    group: NDArray[np.int64]
    starts: pd.DataFrame

    @property
    def case_ids(self) -> list[str]:
        """Ids of the cases, in order."""
        return self.starts["case_id"].astype(str).tolist()

    def at_risk(self, age_months: int) -> int:
        """Number of spells observed in the month after an age, in completed months.

        >>> two = Spells(np.array([0, 2]), np.array([3, 9]), np.array([1, 0]), np.array([0, 1]), pd.DataFrame())
        >>> two.at_risk(1), two.at_risk(2), two.at_risk(3)
        (1, 2, 1)
        """
        return int(np.sum((self.entry <= age_months) & (age_months < self.exit)))

    def endings(self) -> NDArray[np.int64]:
        """Number of spells that ended by each cause, shape (n_causes,)."""
        return np.bincount(self.cause, minlength=len(CAUSES) + 1)[1:]


def spells(history: History, target: str = TARGETS[0], population: Population = "forward") -> Spells:
    """Spells known by the as-of day of a history.

    Parameters
    ----------
    history : History
        The record as known on its day.
    target : {"concluded", "in_force"}
        What counts as formalized.
    population : {"forward", "pooled", "every"}
        `forward`: prospectively sampled core cases, which entered the record as informal arrangements whatever became
        of them. `pooled`: with those sampled retrospectively, from the treaty that they became. `every`: cases outside
        the core too.

    Returns
    -------
    Spells
        In the order of the cases. A case that ended before its first public day was never under observation and is left
        out (left truncation).

    Raises
    ------
    UsageError
        For another target or population.

    Notes
    -----
    In the column `sampled_via` of `coding.csv` prospective sampling is `forward`, retrospective sampling `backward`.

    Examples
    --------
    >>> from forecasting import load_history
    >>> observed = spells(load_history(as_of="2026-02-05"))
    >>> observed.endings().tolist()
    [86, 116, 82]
    """
    check_choice(target, population)
    with recording() as heard:
        coding = history.coding
        core = (coding["in_core"] == 1) | (population == "every")
        if population == "forward":
            core &= coding["sampled_via"] == "forward"
        outcomes = history.outcomes
        rows = history.cases.merge(outcomes[outcomes["target"] == target], on="case_id", validate="1:1")
        rows = rows[rows["case_id"].isin(coding.loc[core, "case_id"])]
        start = rows["start_date"]
        last = rows["end_date"].fillna(rows["last_seen"])
        entry = completed_months_array((rows["start_known_date"] - start).dt.days.to_numpy())
        exit_ = completed_months_array((last - start).dt.days.to_numpy()) + 1
        cause = rows["cause"].map({name: k + 1 for k, name in enumerate(CAUSES)}).fillna(0).to_numpy(np.int64)
        seen = exit_ > entry
        starts = rows.loc[seen, history.cases.columns].reset_index(drop=True)
    with recording(heard.reads) as grouped:
        numbers = _components(rows["cluster_id"], rows["instrument"])[seen]
        group = component_keys(starts["case_id"].tolist(), numbers)
    reads = every_field(Spells, heard.reads) | {"group": grouped.reads}
    return noting(Spells(entry[seen], exit_[seen], cause[seen], group, starts), reads)


@dataclass(frozen=True)
class Landmarks:
    """m landmarks of n spells: days on which a forecast could have been made.

    Attributes
    ----------
    case : numpy.ndarray of int, shape (m,)
        Position of the spell.
    age : numpy.ndarray of int, shape (m,)
        Completed months of age.
    day : numpy.ndarray of datetime64[D], shape (m,)
        Calendar day.
    """

    case: NDArray[np.int64]
    age: NDArray[np.int64]
    day: NDArray[np.datetime64]


def landmarks(observed: Spells) -> Landmarks:
    """Landmarks of spells: the first public day of each, then each anniversary of its start at which it is at risk.

    Parameters
    ----------
    observed : Spells
        n spells; `starts` has `start_date` and `start_known_date`.

    Returns
    -------
    Landmarks
        In the order of the spells and, within a spell, of age.

    References
    ----------
    van Houwelingen, H. C. (2007). Dynamic prediction by landmarking in event history analysis. Scandinavian Journal of
    Statistics 34:70-85.

    Examples
    --------
    >>> day = pd.to_datetime(["2000-01-01"])
    >>> starts = pd.DataFrame({"case_id": ["a"], "start_date": day, "start_known_date": day})
    >>> landmarks(Spells(np.array([0]), np.array([30]), np.array([1]), np.array([0]), starts)).age.tolist()
    [0, 12, 24]
    """
    ages = [
        np.concatenate([[first], np.arange((first // 12 + 1) * 12, last, 12)])
        for first, last in zip(observed.entry, observed.exit, strict=True)
    ]
    count = np.array([len(each) for each in ages], dtype=np.int64)
    case = np.repeat(np.arange(len(ages)), count)
    age = np.concatenate(ages) if ages else np.zeros(0, dtype=np.int64)
    start = observed.starts["start_date"].to_numpy().astype("datetime64[D]")[case]
    day = start + np.ceil(age * DAYS_PER_MONTH).astype("timedelta64[D]")
    known = observed.starts["start_known_date"].to_numpy().astype("datetime64[D]")[case]
    return Landmarks(case, age, np.maximum(day, known))


def check_choice(target: str, population: str) -> Population:
    """Checked target and population.

    Parameters
    ----------
    target : str
        `concluded` or `in_force`.
    population : str
        `forward`, `pooled` or `every`; see `spells`.

    Returns
    -------
    {"forward", "pooled", "every"}
        `population`.

    Raises
    ------
    UsageError
        For another target or population.

    Examples
    --------
    >>> check_choice("concluded", "pooled")
    'pooled'
    """
    if not isinstance(target, str) or target not in TARGETS:
        raise UsageError(f"expected a target out of {', '.join(TARGETS)}, got {target!r}")
    for known in POPULATIONS:
        if population == known:
            return known
    raise UsageError(f"expected a population out of {', '.join(POPULATIONS)}, got {population!r}")


def case_key(name: str) -> int:
    """Number that stands for a name, whatever else is in the record.

    Parameters
    ----------
    name : str
        Id of a case, or any other name.

    Returns
    -------
    int
        From 0, below 2^56: the first bytes of the sha256 of the name.

    Examples
    --------
    >>> case_key("a") == case_key("a"), case_key("a") == case_key("b")
    (True, False)
    """
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:7], "big")


def component_keys(case_ids: Sequence[str], numbers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Numbers that stand for components by the ids of their cases, whatever the order of the cases.

    Parameters
    ----------
    case_ids : sequence of str, of length n
        Cases.
    numbers : numpy.ndarray of int, shape (n,)
        Any numbers that the cases of a component share.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        A `case_key` of the sorted ids of each component.

    Examples
    --------
    >>> one, other = component_keys(["a", "b", "c"], np.array([0, 1, 0])), component_keys(["c", "a"], np.array([7, 7]))
    >>> bool(one[0] == one[2] == other[0]), bool(one[0] == one[1])
    (True, False)
    """
    ids, keys = np.array(case_ids, dtype=object), np.zeros(len(case_ids), dtype=np.int64)
    for number in np.unique(numbers):
        own = numbers == number
        keys[own] = case_key("\n".join(sorted(ids[own])))
    return keys


def case_months(observed: Spells) -> pd.DataFrame:
    """Case-months at risk: the person-period form of spells.

    Parameters
    ----------
    observed : Spells
        n spells.

    Returns
    -------
    pandas.DataFrame
        One row per case and month at risk: `case_id`; `month` of age, from 1; `cause`, 0 but in the month of an ending,
        where it is k for the k-th of `CAUSES`.

    Examples
    --------
    >>> starts = pd.DataFrame({"case_id": ["a"]})
    >>> case_months(Spells(np.array([1]), np.array([3]), np.array([2]), np.array([0]), starts)).to_numpy().tolist()
    [['a', 2, 0], ['a', 3, 2]]
    """
    months = observed.exit - observed.entry
    line = np.repeat(np.arange(len(months)), months)
    month = np.arange(len(line)) - np.repeat(np.cumsum(months) - months, months) + observed.entry[line] + 1
    cause = np.where(month == observed.exit[line], observed.cause[line], 0)
    case_id = observed.starts["case_id"].to_numpy()[line]
    return pd.DataFrame({"case_id": case_id, "month": month, "cause": cause})


def _components(cluster: "pd.Series[str]", instrument: "pd.Series[str]") -> NDArray[np.int64]:
    """Connected components over cases that share a cluster or a named instrument, numbered as the cases come."""
    n = len(cluster)
    keys = pd.concat([cluster, instrument.where(instrument != "", "case " + cluster.index.astype("str"))])
    node = pd.factorize(pd.Series(["cluster"] * n + ["instrument"] * n) + "\0" + keys.reset_index(drop=True))[0]
    line = np.tile(np.arange(n), 2)
    size = n + node.max() + 1 if n else 0
    graph = coo_array((np.ones(2 * n), (line, n + node)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][:n], dtype=np.int64)
