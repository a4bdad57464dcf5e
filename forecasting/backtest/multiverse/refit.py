"""Refit of a specification: its landmarks, its model, and its out-of-sample forecasts by the loop of the backtest."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.designs import Fold
from forecasting.backtest.fold_forecasts import Forecasts, state_probabilities, without
from forecasting.backtest.multiverse.codings import N_FOLDS, PRECEDENTS, Codings
from forecasting.backtest.multiverse.specifications import Specification
from forecasting.backtest.origins import Origins, observed_states
from forecasting.backtest.results import Backtest, assemble
from forecasting.features import HINDSIGHT_FEATURES, MODEL_FEATURES
from forecasting.forecasts.fit import fit_hazard
from forecasting.forecasts.training import UNCERTAIN, TrainingSet, split_uncertain, state_features
from forecasting.forecasts.uncertain import marginal_probabilities
from forecasting.models.hazard import HazardModel
from forecasting.scores.skill import skill

FADED = 3
COLLAPSED = 2
HEADLINE_MONTHS = 60


def chosen_codings(codings: Codings, specification: Specification) -> dict[str, int]:
    """Cases coded other than as recorded: with probability one half by one of their alternatives, equally likely."""
    if specification.codings == "as recorded":
        return {}
    rng = np.random.default_rng(specification.draw)
    drawn = {case: int(rng.integers(1, len(names) + 1)) for case, names in codings.names.items()}
    return {case: number for case, number in drawn.items() if rng.random() < 0.5}


def landmarks_under(codings: Codings, specification: Specification, chosen: dict[str, int]) -> TrainingSet:
    """Landmarks of the cases and codings that a specification selects, with their endings under its rules.

    `landmarks` has, besides the columns of a `TrainingSet`, the `fold` of the case, `forward`, `core`, and `row` of
    `Codings.landmarks`; the shares of precedents are added by `with_precedents`, and uncertain facts are not yet split.
    """
    own = codings.spells.reset_index()
    own = own[own["coding"] == own["case_id"].map(chosen).fillna(0)]
    own = own[_is_taken(own, specification)].reset_index(drop=True).assign(case=lambda table: table.index)
    exit_, cause = _endings(own, specification)
    own = own.assign(exit=exit_, cause=cause)[
        ["case_id", "coding", "case", "entry", "exit", "cause", "group", "fold", "forward", "core"]
    ]
    lines = codings.landmarks.assign(row=np.arange(len(codings.landmarks))).merge(own, on=["case_id", "coding"])
    lines = lines[(lines["age_months"] >= lines["entry"]) & (lines["age_months"] < lines["exit"])]
    lines = lines.sort_values(["case", "age_months"], kind="stable").reset_index(drop=True)
    age, exit_, cause = (lines[name].to_numpy(np.int64) for name in ("age_months", "exit", "cause"))
    backward = (~lines["forward"]).to_numpy(np.float64)
    lines = lines.assign(backward=backward, weight=1.0, gap_months=0)
    group = lines["group"].to_numpy(np.int64)
    return TrainingSet(_covariates(specification), lines, (age, exit_, cause), group)


def n_endings(learned: TrainingSet) -> int:
    """Number of cases of a training set that ended."""
    return int(learned.landmarks.loc[learned.outcome[2] > 0, "case_id"].nunique())


def fitted(codings: Codings, specification: Specification, learned: TrainingSet, withheld: int = -1) -> HazardModel:
    """The hazard model on these landmarks, the endings of one fold withheld from the shares of precedents (-1: none).

    It is not recalibrated, since recalibration would need folds inside the folds.
    """
    lines, origin = split_uncertain(with_precedents(codings, specification, learned.landmarks, withheld))
    age, exit_, cause = (part[origin] for part in learned.outcome)
    model = HazardModel(slope_sd=float(specification.slope_sd), n_folds=1, n_replicates=1)
    split = replace(learned, landmarks=lines, outcome=(age, exit_, cause), group=learned.group[origin])
    return fit_hazard(model, split)


def with_precedents(codings: Codings, specification: Specification, lines: pd.DataFrame, withheld: int) -> pd.DataFrame:
    """The lines with the shares of precedents that leave out the endings of a fold."""
    values = codings.precedents[specification.target, withheld][lines["row"].to_numpy()]
    return lines.assign(**dict(zip(PRECEDENTS, values.T, strict=True)))


def out_of_sample(codings: Codings, specification: Specification, learned: TrainingSet) -> Backtest:
    """Forecasts of the prospectively sampled core cases among the landmarks, each fold's components held out."""
    origins = _origins(learned)
    parts = list(_folds(codings, origins))
    forecasts = [_forecasts(codings, specification, learned, origins, fold) for fold in parts]
    return assemble("cluster", origins, parts, forecasts)


def skill_over_base_rate(scored: Backtest, specification: Specification) -> float:
    """Skill of the model over the base rate, under the weights of the specification."""
    weights = scored.origins.weights("case" if specification.weights == "case" else "forecast")
    return skill(scored.score("primary"), scored.score("base_rate"), weights)


def headlines(
    codings: Codings, specification: Specification, chosen: dict[str, int], model: HazardModel
) -> dict[str, float]:
    """Probability of formalization within 60 months of each open case, as recorded where its coding closes it."""
    rows = codings.open_cases[codings.open_cases["target"] == specification.target]
    own = rows[rows["coding"] == rows["case_id"].map(chosen).fillna(0)]
    closed = rows[(rows["coding"] == 0) & ~rows["case_id"].isin(own["case_id"])]
    lines = pd.concat([own, closed], ignore_index=True)
    fact = UNCERTAIN if UNCERTAIN in model.statics else ""
    chance = model.predict_cumulative_incidence(lines, (HEADLINE_MONTHS,)).values[:, 0, 0]
    unsure = lines[fact].between(0, 1, inclusive="neither").to_numpy() if fact else np.zeros(len(lines), dtype=bool)
    for line in np.flatnonzero(unsure):
        chance[line] = marginal_probabilities(model, lines.iloc[[line]], fact, (HEADLINE_MONTHS,))[0, 0]
    return dict(zip(lines["case_id"].astype(str), chance.tolist(), strict=True))


def _is_taken(own: pd.DataFrame, specification: Specification) -> "pd.Series[bool]":
    taken = own["year"] >= int(specification.first_year)
    if specification.learned_from != "every case":
        taken &= own["core"]
    if specification.learned_from == "prospectively sampled core cases":
        taken &= own["forward"]
    for name, column in (
        ("ceasefire_like", "ceasefire"), ("pledges_of_use", "use"), ("low_confidence", "low_confidence"),
    ):  # fmt: skip
        if getattr(specification, name) == "left out":
            taken &= ~own[column]
    return taken


def _endings(own: pd.DataFrame, specification: Specification) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Exit and cause of each spell under the rules of the specification."""
    cause = own[f"cause_{specification.target}"].to_numpy(np.int64)
    exit_ = own[f"exit_{specification.target}"].to_numpy(np.int64)
    if specification.collapse == "by a party's own act":
        cause = np.where((cause == COLLAPSED) & ~own["by_a_party"], FADED, cause)
    if specification.ongoing_until == "the record's end":
        exit_ = np.where(cause == 0, np.maximum(exit_, own["to_end"]), exit_)
    # After the rule above: a fade that ends observation is not carried on to the record's end.
    if specification.fading == "the end of observation":
        cause = np.where(cause == FADED, 0, cause)
    return exit_, cause


def _covariates(specification: Specification) -> tuple[str, ...]:
    if specification.covariates == "with hindsight":
        return (*MODEL_FEATURES, *HINDSIGHT_FEATURES)
    if specification.covariates == "facts of the start":
        fading = (*state_features(MODEL_FEATURES), UNCERTAIN)
        return tuple(name for name in MODEL_FEATURES if name not in fading)
    return MODEL_FEATURES


def _origins(learned: TrainingSet) -> Origins:
    """The landmarks of the headline population as origins, those with an observed state alone."""
    age, exit_, cause = learned.outcome
    lines = learned.landmarks
    states = observed_states(age, exit_, cause)
    found = Origins(lines, states, learned.group, exit_ - age, cause, pd.DataFrame(index=lines.index))
    return found.select((lines["forward"] & lines["core"]).to_numpy() & found.is_scored())


def _folds(codings: Codings, origins: Origins) -> list[Fold]:
    """The drawn folds that have an origin, named by their numbers."""
    of_case = codings.spells["fold"].groupby(level="case_id").first()
    of_line = origins.lines["fold"].to_numpy()
    return [
        Fold(str(number), np.flatnonzero(of_line == number), codings.as_of, tuple(of_case.index[of_case == number]))
        for number in range(N_FOLDS)
        if (of_line == number).any()
    ]


def _forecasts(
    codings: Codings, specification: Specification, learned: TrainingSet, origins: Origins, fold: Fold
) -> Forecasts:
    number = int(fold.name)
    model = fitted(codings, specification, without(learned, fold.held_out), number)
    lines = with_precedents(codings, specification, origins.lines.iloc[fold.lines], number)
    return state_probabilities({"primary": model, "base_rate": model.base_}, lines)
