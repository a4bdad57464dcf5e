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
from forecasting.record.panel import landmarks, spells

Outcome = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
UNCERTAIN = "leader_endorsed"
ERA_YEARS = 25
GROUPED_BY = ("type", "parties", "cluster_id")


@dataclass(frozen=True)
class TrainingSet:
    """Landmarks known on a day.

    `names`: the features. `landmarks`: one line per landmark of every core case however sampled, with the features,
    `case_id`, `type`, `dyad`, `era`, `backward` (1 if retrospectively sampled), `case`, `age_months`, `weight`;
    `outcome`: (age at the landmark, exit, cause), in months; `group`: the unit of resampling.
    """

    names: tuple[str, ...]
    landmarks: pd.DataFrame
    outcome: Outcome
    group: NDArray[np.int64]


def training_set(history: History, index: DossierIndex, names: Sequence[str], target: str) -> TrainingSet:
    """Every landmark of the core cases known on the history's day, with the named features."""
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
    """The same covariates for cases as known on the day of their views, with `age_months` and `gap_months`."""
    lines = feature_table(index, [(view.case_id, view.as_of) for view in views], names)
    starts = pd.DataFrame([{name: view.start[name] for name in GROUPED_BY} for view in views])
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return lines.assign(**groupings(starts, [view.as_of for view in views]), backward=0.0, **ages)


def lines_at(
    index: DossierIndex, history: History, marks: Sequence[tuple[str, date]], names: Sequence[str]
) -> pd.DataFrame:
    """The same covariates for cases on past days; an uncertain endorsement stays a probability."""
    starts = history.cases.set_index("case_id").loc[[case_id for case_id, _ in marks]].reset_index()
    return feature_table(index, marks, names).assign(**groupings(starts, [day for _, day in marks]), backward=0.0)


def split_uncertain(lines: pd.DataFrame) -> tuple[pd.DataFrame, NDArray[np.int64]]:
    """Lines with an uncertain endorsement doubled, as if it were a fact either way, weighted by its probability.

    Returns the lines and, for each, the number of the line it came from.
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
    """Those of the named features that are states of the day and fade with time; the rest stay as they are."""
    return tuple(name for name in names if FEATURES[name].family in ("tempo", "climate") and name != UNCERTAIN)


def groupings(starts: pd.DataFrame, days: Sequence[date]) -> dict[str, list[str]]:
    """`type`, `dyad` (see `registered_dyads`) and `era` (25 years) of cases on these days."""
    eras = [str(day.year // ERA_YEARS * ERA_YEARS) for day in days]
    return {"type": list(starts["type"]), "dyad": registered_dyads(starts), "era": eras}


def registered_dyads(starts: pd.DataFrame) -> list[str]:
    """Dyads of the model of the first registration: the two parties by their own codes; of other than two, the cluster.

    Here a state that ceased is not its successor: USA and USSR are another group than USA and Russia.
    """
    # The first registration fixed its model with these groups, and its registered result holds for them alone. Every
    # other part of the package counts a ceased state as its successor (`record.successors.Successors.dyads`). The
    # successor rule becomes a factor of the multiverse with the second registration.
    return [
        ";".join(sorted(parties.split(";"))) if parties.count(";") == 1 else cluster
        for parties, cluster in zip(starts["parties"], starts["cluster_id"], strict=True)
    ]
