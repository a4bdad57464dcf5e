"""The record as arrays: one spell per case (from its first public day to its end or last sight), and case-months."""

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
    """Observed spells of n cases, in months of age.

    `entry` (n,): completed months at the first public day; `exit` (n,): month of age of the end or the last sight,
    greater than `entry`; `cause` (n,): 0 still observed, k the k-th of `CAUSES`; `group` (n,): component over
    cluster and binding instrument, the unit of resampling; `starts`: the columns of `cases.csv`, one line per spell.
    """

    entry: NDArray[np.int64]
    exit: NDArray[np.int64]
    cause: NDArray[np.int64]
    group: NDArray[np.int64]
    starts: pd.DataFrame

    @property
    def case_ids(self) -> list[str]:
        """The cases, in order."""
        return [str(case_id) for case_id in self.starts["case_id"]]

    def endings(self) -> NDArray[np.int64]:
        """Number of spells that ended by each cause, shape (n_causes,)."""
        return np.bincount(self.cause, minlength=len(CAUSES) + 1)[1:]


def spells(history: History, target: str = TARGETS[0], population: Population = "forward") -> Spells:
    """The spells known by the history's as-of day.

    `forward`: prospectively sampled core cases, found as informal arrangements whatever became of them. `pooled`: with
    those sampled retrospectively, found from the treaty that they became. `every`: cases outside the core too. A case
    that ended before its first public day was never under observation and is left out (left truncation). `forward` and
    `backward` are the values of `sampled_via` in `coding.csv`.
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
        group = _components(rows["cluster_id"], rows["instrument"])
    reads = every_field(Spells, heard.reads) | {"group": grouped.reads}
    return noting(Spells(entry[seen], exit_[seen], cause[seen], group[seen], starts), reads)


@dataclass(frozen=True)
class Landmarks:
    """Landmarks of n spells: days at which a forecast could have been made.

    `case` (m,): the spell; `age` (m,): completed months; `day` (m,): the calendar day (datetime64[D]).
    """

    case: NDArray[np.int64]
    age: NDArray[np.int64]
    day: NDArray[np.datetime64]


def landmarks(observed: Spells) -> Landmarks:
    """The first public day of each spell, then each anniversary of its start while it lasts."""
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
    """The population, if it and the target are known ones; else a `UsageError`."""
    if target not in TARGETS:
        raise UsageError(f"expected a target out of {', '.join(TARGETS)}, got {target!r}")
    for known in POPULATIONS:
        if population == known:
            return known
    raise UsageError(f"expected a population out of {', '.join(POPULATIONS)}, got {population!r}")


def case_months(observed: Spells) -> pd.DataFrame:
    """One row per case and month at risk: `case_id`, `month` (of age, from 1), `cause` (0 until the last month)."""
    months = observed.exit - observed.entry
    line = np.repeat(np.arange(len(months)), months)
    month = np.arange(len(line)) - np.repeat(np.cumsum(months) - months, months) + observed.entry[line] + 1
    cause = np.where(month == observed.exit[line], observed.cause[line], 0)
    case_id = observed.starts["case_id"].to_numpy()[line]
    return pd.DataFrame({"case_id": case_id, "month": month, "cause": cause})


def _components(cluster: "pd.Series[str]", instrument: "pd.Series[str]") -> NDArray[np.int64]:
    """Connected components over cases that share a cluster or a named instrument, numbered from 0."""
    n = len(cluster)
    keys = pd.concat([cluster, instrument.where(instrument != "", "case " + cluster.index.astype("str"))])
    node = pd.factorize(pd.Series(["cluster"] * n + ["instrument"] * n) + "\0" + keys.reset_index(drop=True))[0]
    line = np.tile(np.arange(n), 2)
    size = n + node.max() + 1 if n else 0
    graph = coo_array((np.ones(2 * n), (line, n + node)), shape=(size, size))
    return np.asarray(connected_components(graph, directed=False)[1][:n], dtype=np.int64)
