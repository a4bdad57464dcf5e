"""Training set of the hazard model: stacked landmarks with their features."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.features import FEATURES, DossierIndex, feature_table
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.panel import Spells, landmarks, spells

Outcome = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
UNCERTAIN = "leader_endorsed"
ERA_YEARS = 25
GROUPED_BY = ("type", "parties", "cluster_id")


@dataclass(frozen=True)
class TrainingSet:
    """m landmarks of the training cases, known on a day.

    Attributes
    ----------
    names : tuple of str
        Features.
    landmarks : pandas.DataFrame of m rows
        The features, `case_id`, `type`, `dyad`, `era`, `backward` (1 if retrospectively sampled), `case`, `age_months`
        and `weight`, of every core case however sampled.
    outcome : tuple of numpy.ndarray of shape (m,)
        Age at the landmark, exit and cause, in months of age and as in `Spells`.
    group : numpy.ndarray of shape (m,)
        Component of the case: the unit of resampling.
    """

    names: tuple[str, ...]
    landmarks: pd.DataFrame
    outcome: Outcome
    group: NDArray[np.int64]


def training_set(history: History, index: DossierIndex, names: Sequence[str], target: str) -> TrainingSet:
    """Every landmark of the core cases known on the day of a history.

    Parameters
    ----------
    history : History
        The record as of the day.
    index : DossierIndex
        Dossiers of this history under the target.
    names : sequence of str
        Features.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    TrainingSet
        With a landmark of uncertain endorsement split in two, see `split_uncertain`.

    References
    ----------
    van Houwelingen, H. C. (2007). Dynamic prediction by landmarking in event history analysis. Scandinavian Journal of
    Statistics 34:70-85.
    """
    core = spells(history, target, "pooled")
    marks = landmarks(core)
    days = [day.item() for day in marks.day]
    names_of_cases = core.case_ids
    case_ids = [names_of_cases[case] for case in marks.case]
    lines = feature_table(index, list(zip(case_ids, days, strict=True)), names)
    starts = core.starts.iloc[marks.case].reset_index(drop=True)
    found = history.coding.set_index("case_id")["sampled_via"].reindex(case_ids)
    lines = lines.assign(
        case_id=case_ids,
        **groupings(starts, days),
        backward=(found == "backward").to_numpy(np.float64),
        case=marks.case,
        age_months=marks.age,
        weight=1.0,
    )
    outcome = (marks.age, core.exit[marks.case], core.cause[marks.case])
    split, origin = split_uncertain(lines)
    age, exit_, cause = (part[origin] for part in outcome)
    return TrainingSet(tuple(names), split, (age, exit_, cause), core.group[marks.case][origin])


def case_lines(index: DossierIndex, views: Sequence[Dossier], names: Sequence[str]) -> pd.DataFrame:
    """Covariates of the hazard model for cases as known on a day.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    views : sequence of Dossier
        n cases.
    names : sequence of str
        Features.

    Returns
    -------
    pandas.DataFrame of n rows
        The features, `type`, `dyad`, `era`, `backward` (0), `age_months` when last seen, and `gap_months` from then to
        the as-of day; an uncertain endorsement is a probability.
    """
    lines = feature_table(index, [(view.case_id, view.as_of) for view in views], names)
    starts = pd.DataFrame([{name: view.start[name] for name in GROUPED_BY} for view in views])
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return lines.assign(**groupings(starts, [view.as_of for view in views]), backward=0.0, **ages)


def lines_at(
    index: DossierIndex, history: History, marks: Sequence[tuple[str, date]], names: Sequence[str]
) -> pd.DataFrame:
    """Covariates of the hazard model on forecast origins.

    Parameters
    ----------
    index : DossierIndex
        Dossiers of the record.
    history : History
        The record as of the last origin or later.
    marks : sequence of (str, date)
        n origins: case_id and day.
    names : sequence of str
        Features.

    Returns
    -------
    pandas.DataFrame of n rows
        The features, `type`, `dyad`, `era` and `backward` (0); an uncertain endorsement is a probability.
    """
    starts = history.cases.set_index("case_id").loc[[case_id for case_id, _ in marks]].reset_index()
    return feature_table(index, marks, names).assign(**groupings(starts, [day for _, day in marks]), backward=0.0)


def split_uncertain(lines: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Landmarks with an uncertain endorsement split in two, with and without it, weighted by its probability.

    Parameters
    ----------
    lines : pandas.DataFrame of n rows
        Covariates and `weight`.

    Returns
    -------
    lines : pandas.DataFrame of m rows
        The n lines, with the endorsement where it is uncertain, then the same without it for those uncertain.
    origin : numpy.ndarray of int, shape (m,)
        Number of the line that each is made from.

    Examples
    --------
    >>> split, origin = split_uncertain(pd.DataFrame({"leader_endorsed": [1.0, 0.25], "weight": 1.0}))
    >>> split["leader_endorsed"].tolist(), split["weight"].tolist(), origin.tolist()
    ([1.0, 1.0, 0.0], [1.0, 0.25, 0.75], [0, 1, 1])
    """
    if UNCERTAIN not in lines:
        return lines, np.arange(len(lines))
    chance = lines[UNCERTAIN].to_numpy(np.float64)
    unsure = np.flatnonzero((chance > 0) & (chance < 1))
    weight = lines["weight"].to_numpy(np.float64)
    no = lines.iloc[unsure].assign(**{UNCERTAIN: 0.0, "weight": weight[unsure] * (1 - chance[unsure])})
    sure = np.where((chance > 0) & (chance < 1), 1.0, chance)
    yes = lines.assign(**{UNCERTAIN: sure, "weight": np.where(sure == chance, weight, weight * chance)})
    return pd.concat([yes, no], ignore_index=True), np.concatenate([np.arange(len(lines)), unsure])


def state_features(names: Sequence[str]) -> tuple[str, ...]:
    """Features that are states of the day, whose effect the hazard model lets decay with the time since the landmark.

    Parameters
    ----------
    names : sequence of str
        Features.

    Returns
    -------
    tuple of str
        Those of them that are states, in order.

    Examples
    --------
    >>> state_features(["bilateral", "talks_under_way"])
    ('talks_under_way',)
    """
    return tuple(name for name in names if FEATURES[name].family in ("tempo", "climate") and name != UNCERTAIN)


def groupings(starts: pd.DataFrame, days: Sequence[date]) -> dict[str, list[str]]:
    """Groupings of cases on a day: the levels of the group intercepts.

    Parameters
    ----------
    starts : pandas.DataFrame of n rows
        `type`, `parties` and `cluster_id` of the cases.
    days : sequence of date, of length n
        Days.

    Returns
    -------
    dict of str to list of str
        `type`, `dyad` (see `registered_dyads`) and `era` (first year of a span of 25 years).

    Examples
    --------
    >>> starts = pd.DataFrame({"type": ["a"], "parties": ["USA;RUS"], "cluster_id": ["c"]})
    >>> groupings(starts, [date(1985, 1, 1)])
    {'type': ['a'], 'dyad': ['RUS;USA'], 'era': ['1975']}
    """
    eras = [str(day.year // ERA_YEARS * ERA_YEARS) for day in days]
    return {"type": list(starts["type"]), "dyad": registered_dyads(starts), "era": eras}


def registered_dyads(starts: pd.DataFrame) -> list[str]:
    """Dyads of the model of the first registration: the two parties by their own codes, else the cluster.

    A former state is not joined to its successor here: USA and USSR are another group than USA and Russia.
    """
    # The first registration fixed its model with these groups, and its registered result is valid for them alone. Every
    # other part of the package counts a ceased state as its successor (`record.successors.Successors.dyads`). The
    # successor rule becomes a factor of the multiverse with the second registration.
    return [
        ";".join(sorted(parties.split(";"))) if parties.count(";") == 1 else cluster
        for parties, cluster in zip(starts["parties"], starts["cluster_id"], strict=True)
    ]


def spells_without(known: Spells, held_out: Sequence[str]) -> Spells:
    """The spells of all cases but some.

    Parameters
    ----------
    known : Spells
        Spells of any cases.
    held_out : sequence of str
        Ids of cases; those without a spell change nothing.

    Returns
    -------
    Spells
        The other spells, in their order.

    Examples
    --------
    >>> from forecasting import load_history
    >>> known = spells(load_history(as_of="1990-01-01"))
    >>> len(spells_without(known, [known.case_ids[0], "none"]).case_ids) == len(known.case_ids) - 1
    True
    """
    rest = ~known.starts["case_id"].isin(held_out).to_numpy()
    starts = known.starts[rest].reset_index(drop=True)
    return Spells(known.entry[rest], known.exit[rest], known.cause[rest], known.group[rest], starts)
