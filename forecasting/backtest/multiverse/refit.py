"""One specification refitted and scored again, everything learned inside folds of whole components."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest import ONGOING_STATE, SCORED
from forecasting.backtest.multiverse.codings import N_FOLDS, PRECEDENTS, Codings
from forecasting.backtest.multiverse.specifications import Specification
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES
from forecasting.forecasts.fit import fit_hazard
from forecasting.forecasts.training import UNCERTAIN, TrainingSet, split_uncertain, state_features
from forecasting.forecasts.uncertain import marginal_probabilities
from forecasting.models.hazard import HazardModel
from forecasting.scores.proper import brier_states, mean_over_horizons
from forecasting.scores.skill import skill

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
FADED = 3
COLLAPSED = 2
HEADLINE_MONTHS = 60


@dataclass(frozen=True)
class Sample:
    """Landmarks under one specification.

    `lines`: as in `TrainingSet`, with `fold`, `forward` and `row` (of `Codings.marks`); `outcome`: (age, exit, cause)
    of each; `group` (n,).
    """

    lines: pd.DataFrame
    outcome: tuple[Integers, Integers, Integers]
    group: Integers

    @property
    def n_endings(self) -> int:
        """How many of its cases ended."""
        return int(self.lines.loc[self.outcome[2] > 0, "case_id"].nunique())

    def where(self, kept: NDArray[np.bool_]) -> "Sample":
        """Only the lines flagged."""
        age, exit_, cause = (part[kept] for part in self.outcome)
        return Sample(self.lines[kept].reset_index(drop=True), (age, exit_, cause), self.group[kept])


def chosen_codings(codings: Codings, specification: Specification) -> dict[str, int]:
    """Which coding each case has: the recorded one, or with chance one half one of its alternatives, all alike."""
    if specification.codings == "as recorded":
        return {}
    rng = np.random.default_rng(specification.draw)
    drawn = {case: int(rng.integers(1, len(names) + 1)) for case, names in codings.names.items()}
    return {case: number for case, number in drawn.items() if rng.random() < 0.5}


def sample(codings: Codings, specification: Specification, chosen: dict[str, int]) -> Sample:
    """The landmarks of the cases and codings that the specification takes, with how they ended under its rules."""
    own = codings.spells.reset_index()
    own = own[own["coding"] == own["case_id"].map(chosen).fillna(0)]
    own = own[_taken(own, specification)].reset_index(drop=True).assign(case=lambda table: table.index)
    cause = own[f"cause_{specification.target}"].to_numpy(np.int64)
    exit_ = own[f"exit_{specification.target}"].to_numpy(np.int64)
    if specification.collapse == "by a party's own act":
        cause = np.where((cause == COLLAPSED) & ~own["by_a_party"], FADED, cause)
    if specification.ongoing_until == "the record's end":
        exit_ = np.where(cause == 0, np.maximum(exit_, own["to_end"]), exit_)
    if specification.fading == "the end of observation":
        cause = np.where(cause == FADED, 0, cause)
    own = own.assign(exit=exit_, cause=cause)[
        ["case_id", "coding", "case", "entry", "exit", "cause", "group", "fold", "forward", "core"]
    ]
    lines = codings.marks.assign(row=np.arange(len(codings.marks))).merge(own, on=["case_id", "coding"])
    lines = lines[(lines["age_months"] >= lines["entry"]) & (lines["age_months"] < lines["exit"])]
    lines = lines.sort_values(["case", "age_months"], kind="stable").reset_index(drop=True)
    outcome = tuple(lines[name].to_numpy(np.int64) for name in ("age_months", "exit", "cause"))
    backward = (~lines["forward"]).to_numpy(np.float64)
    lines = lines.assign(backward=backward, weight=1.0, gap_months=0)
    return Sample(lines, (outcome[0], outcome[1], outcome[2]), lines["group"].to_numpy(np.int64))


def _taken(own: pd.DataFrame, specification: Specification) -> "pd.Series[bool]":
    taken = own["year"] >= int(specification.first_year)
    if specification.learned_from != "every case":
        taken &= own["core"]
    if specification.learned_from == "core cases found forwards":
        taken &= own["forward"]
    for name, column in (
        ("ceasefire_like", "ceasefire"), ("pledges_of_use", "use"), ("low_confidence", "low_confidence"),
    ):  # fmt: skip
        if getattr(specification, name) == "left out":
            taken &= ~own[column]
    return taken


def fitted(codings: Codings, specification: Specification, learned: Sample, withheld: int = -1) -> HazardModel:
    """The hazard model on the sample, one fold's endings withheld; not recalibrated, which would need folds again."""
    names = covariates(specification)
    lines = with_precedents(codings, specification, learned.lines, withheld)
    split, origin = split_uncertain(lines)
    age, exit_, cause = (part[origin] for part in learned.outcome)
    model = HazardModel(slope_sd=float(specification.slope_sd), n_folds=1, n_replicates=1)
    return fit_hazard(model, TrainingSet(names, split, (age, exit_, cause), learned.group[origin]))


def covariates(specification: Specification) -> tuple[str, ...]:
    """The covariates that the specification gives the model."""
    if specification.covariates == "with hindsight":
        return (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    if specification.covariates == "facts of the start":
        fading = (*state_features(MODEL_FEATURES), UNCERTAIN)
        return tuple(name for name in MODEL_FEATURES if name not in fading)
    return MODEL_FEATURES


def with_precedents(codings: Codings, specification: Specification, lines: pd.DataFrame, withheld: int) -> pd.DataFrame:
    """The lines with the shares of precedents as they are when a fold's endings are withheld."""
    values = codings.precedents[specification.target, withheld][lines["row"].to_numpy()]
    return lines.assign(**dict(zip(PRECEDENTS, values.T, strict=True)))


def cross_validated_skill(codings: Codings, specification: Specification, whole: Sample) -> tuple[float, int]:
    """Skill of the model over the base rate on core cases found forwards, whole components left out, and its n."""
    scores: list[Floats] = []
    references: list[Floats] = []
    weights: list[pd.Series[str]] = []
    for fold in range(N_FOLDS):
        held = (whole.lines["fold"] == fold).to_numpy()
        asked = whole.where(held & (whole.lines["forward"] & whole.lines["core"]).to_numpy())
        states = _states(asked)
        known = np.asarray((states >= 0).any(axis=1))
        asked, states = asked.where(known), states[known]
        if not len(states):
            continue
        model = fitted(codings, specification, whole.where(~held), fold)
        lines = with_precedents(codings, specification, asked.lines, fold)
        own = model.predict_cumulative_incidence(lines, SCORED)
        base = model.base_.predict_cumulative_incidence(lines, SCORED)
        for values, into in ((own, scores), (base, references)):
            full = np.concatenate([values.values, values.survival[:, None]], axis=1)
            full = np.where((states < 0)[:, None], np.nan, full)
            into.append(mean_over_horizons(brier_states, full, np.maximum(states, 0)).score)
        weights.append(asked.lines["case_id"])
    case_id = pd.concat(weights)
    each = 1.0 / case_id.groupby(case_id).transform("size") if specification.weights == "case" else None
    score, reference = np.concatenate(scores), np.concatenate(references)
    return skill(score, reference, None if each is None else each.to_numpy()), len(score)


def headlines(
    codings: Codings, specification: Specification, chosen: dict[str, int], model: HazardModel
) -> dict[str, float]:
    """Chance of formalization within 60 months of each case asked about, as recorded where its coding closes it."""
    rows = codings.asked[codings.asked["target"] == specification.target]
    own = rows[rows["coding"] == rows["case_id"].map(chosen).fillna(0)]
    closed = rows[(rows["coding"] == 0) & ~rows["case_id"].isin(own["case_id"])]
    lines = pd.concat([own, closed], ignore_index=True)
    fact = UNCERTAIN if UNCERTAIN in model.statics else ""
    chance = model.predict_cumulative_incidence(lines, (HEADLINE_MONTHS,)).values[:, 0, 0]
    unsure = lines[fact].between(0, 1, inclusive="neither").to_numpy() if fact else np.zeros(len(lines), dtype=bool)
    for line in np.flatnonzero(unsure):
        chance[line] = marginal_probabilities(model, lines.iloc[[line]], fact, (HEADLINE_MONTHS,))[0, 0]
    return dict(zip(lines["case_id"].astype(str), chance.tolist(), strict=True))


def _states(asked: Sample) -> Integers:
    """The state that came by each scored horizon, numbered as `vocabulary.STATES`; -1 where it is not known."""
    age, exit_, cause = asked.outcome
    ahead = age[:, None] + np.asarray(SCORED)
    ended = np.where(cause > 0, cause - 1, -1)[:, None]
    return np.where(exit_[:, None] > ahead, ONGOING_STATE, ended)
