"""Why a peer leads: skill inside training sets alone, apart from what is scored: `python -m benchmarks.peers.inner`.

The training set of each outer fold named is cut into five folds of whole groups. Writes `INNER.md`.
"""

import argparse
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.peers import fold as folds
from benchmarks.peers.export import episode_columns
from benchmarks.peers.learners import DAMPED, gradient_boosting, random_forest
from benchmarks.peers.own import base_rate, bent, hazard, hazard_with, landmark_age
from benchmarks.peers.scoring import scores
from forecasting.backtest.designs import drawn_folds
from forecasting.backtest.origins import observed_states
from forecasting.scores.weights import case_weights

HERE = Path(__file__).parent
N_FOLDS = 5
OUTER = (2, 5, 8)
SEED = 20260205
FACTOR = 1.6


def inner_folds(fold):
    """Folds of whole groups of the training set, to forecast the landmarks of the headline population."""
    number = drawn_folds(np.unique(fold.train["group"], return_inverse=True)[1], N_FOLDS, SEED)
    for left_out in range(N_FOLDS):
        held_out = number == left_out
        train = {name: array[~held_out] for name, array in fold.train.items()}
        test = folds.joined({name: array[held_out] for name, array in fold.train.items()})
        test = {name: array[test["backward"] == 0] for name, array in test.items()}
        known = {name: array[train["backward"] == 0] for name, array in train.items()}
        first = np.unique(known["case"], return_index=True)[1]
        spells = {name: known[name][first] for name in ("exit", "cause", "group", "type")}
        spells["entry"] = known["age"][first]
        yield replace(fold, train=train, test=test, spells=spells, episodes=episode_columns(train))


def inflated(fold, fit):
    """Forecasts spoilt on purpose: cumulative hazard of ending 1.6 times what the model says."""
    predict = fit(fold)

    def louder():
        incidence = np.asarray(predict())
        total = incidence.sum(axis=1, keepdims=True)
        return incidence / np.maximum(total, 1e-12) * (1.0 - (1.0 - total) ** FACTOR)

    return louder


MODELS = {
    "base rate": partial(base_rate, strata=()),
    "base rate by type": partial(base_rate, strata=("type",)),
    "base rate by type, spoilt: endings x 1.6": partial(inflated, fit=partial(base_rate, strata=("type",))),
    "primary": hazard,
    "primary, spoilt: endings x 1.6": partial(inflated, fit=hazard),
    "primary without its share of the base rate": partial(hazard, shrink=0.0),
    "primary without recalibration": partial(hazard, n_folds=1),
    "primary, numbers bent at their medians": partial(hazard_with, add=bent),
    "primary with the age at the landmark": partial(hazard_with, add=landmark_age),
    "primary without intercepts of dyads": partial(hazard, intercepts=("type", "era")),
    "primary with intercepts of types alone": partial(hazard, intercepts=("type",)),
    "primary, intercepts N(0, 0.5^2)": partial(hazard, intercept_sd=0.5),
    "primary, slopes N(0, 0.15^2)": partial(hazard, slope_sd=0.15),
    "primary, slopes N(0, 0.35^2)": partial(hazard, slope_sd=0.35),
    "primary, duration steps N(0, 1)": partial(hazard, step_sd=1.0),
    "damped boosting": partial(gradient_boosting, settings=DAMPED),
    "damped boosting, additive (300 stumps)": partial(
        gradient_boosting, settings=DAMPED | {"max_leaf_nodes": 2, "max_iter": 300}
    ),
    "random forest": random_forest,
}


def sums(fold, model):
    """Weighted sums of the score and of the weights: one per case, one per forecast, first days, later days."""
    states = observed_states(*(fold.test[name] for name in ("age", "exit", "cause")))
    seen = (states >= 0).any(axis=1)
    score = scores(folds.states(np.asarray(MODELS[model](fold)())), states)[seen]
    case = pd.Series(fold.test["case"][seen])
    first = (~case.duplicated()).to_numpy(float)
    weights = np.stack([case_weights(case), np.ones(len(case)), first, 1.0 - first])
    return np.stack([weights @ score, weights.sum(axis=1)])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=HERE / "work")
    folder = parser.parse_args().work
    inner = [each for outer in OUTER for each in inner_folds(folds.read_fold(folder / f"cluster-{outer:02}.npz"))]
    totals = {model: sum(sums(fold, model) for fold in inner) for model in MODELS}
    brier = {model: total[0] / total[1] for model, total in totals.items()}
    lines = [
        "| skill over the base rate | one per case | one per forecast | first days | later days |",
        "|---|---|---|---|---|",
    ]
    for model in list(MODELS)[1:]:
        cells = 1.0 - brier[model] / brier["base rate"]
        lines.append(f"| {model} | " + " | ".join(f"{cell:.3f}" for cell in cells) + " |")
    text = "\n".join(lines) + "\n"
    print(text)
    (HERE / "INNER.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
