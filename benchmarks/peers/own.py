"""Our own models and the plain references, from the same files as the peers."""

from functools import partial

import numpy as np
import pandas as pd

from benchmarks.peers import fold as folds
from forecasting.forecasts.forecast import fit_hazard
from forecasting.forecasts.training import TrainingSet, state_features
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.models.incidence import aalen_johansen

N_NEAREST = 25
NUMBERS = ("verification_level", "dyad_record", "formalization_climate", "signal_balance")
WEAK = {"slope_sd": 10.0, "step_sd": 10.0, "intercept_sd": 10.0, "frame_sd": 10.0, "shrink": 0.0, "n_folds": 1}


def training_set(fold, n_features):
    """The fold's landmarks as our own model takes them, with the first `n_features` features."""
    train, names = fold.train, tuple(map(str, fold.meta["names"][:n_features]))
    landmarks = pd.DataFrame(train["features"][:, :n_features], columns=list(names)).assign(
        **{name: train[name] for name in ("type", "dyad", "era", "backward", "case", "weight")}, age_months=train["age"]
    )
    return TrainingSet(names, landmarks, (train["age"], train["exit"], train["cause"]), train["group"])


def lines_to_forecast(fold):
    test = fold.test
    features = pd.DataFrame(test["features"], columns=list(map(str, fold.meta["names"])))
    return features.assign(**{name: test[name] for name in ("type", "dyad", "era")}, age_months=test["age"]).assign(
        backward=0.0, gap_months=0
    )


def hazard(fold, with_hindsight=False, n_replicates=2, **settings):
    """Our model; `settings` other than its defaults. Replicates serve intervals, which are not scored here."""
    n_features = len(fold.meta["names"]) if with_hindsight else int(fold.meta["n_model"])
    model = fit_hazard(HazardModel(n_replicates=n_replicates, **settings), training_set(fold, n_features))
    return lambda: model.predict_cumulative_incidence(lines_to_forecast(fold), folds.HORIZONS).values


def hazard_with(fold, add, **settings):
    """Our model with the columns that `add` makes of landmarks and of their first lines: fading and lasting ones."""
    learned, test = training_set(fold, int(fold.meta["n_model"])), lines_to_forecast(fold)
    first = learned.landmarks.iloc[np.unique(learned.landmarks["case"], return_index=True)[1]]
    states = state_features(learned.names)
    statics = tuple(name for name in learned.names if name not in states)
    (landmarks, fading, lasting), (lines, *_) = add(learned.landmarks, first), add(test, first)
    model = HazardModel(n_replicates=2, statics=statics + lasting, states=states + fading, **settings)
    model.fit(landmarks, learned.outcome, learned.group)
    return lambda: model.predict_cumulative_incidence(lines, folds.HORIZONS).values


def bent(lines, first):
    """What each number is above its median over cases, so that its effect may bend there."""
    above = {f"{name}_above": np.maximum(lines[name] - first[name].median(), 0.0) for name in NUMBERS}
    states = tuple(f"{name}_above" for name in state_features(NUMBERS))
    return lines.assign(**above), states, tuple(name for name in above if name not in states)


def landmark_age(lines, _):
    """The age at the landmark (van Houwelingen 2007), beside that of the month."""
    return lines.assign(log_age=np.log1p(lines["age_months"] / 12.0)), (), ("log_age",)


def base_rate(fold, strata):
    known = fold.spells
    outcome = (known["entry"], known["exit"], known["cause"])
    model = BaseRate(strata=strata, n_replicates=2).fit(pd.DataFrame({"type": known["type"]}), outcome, known["group"])
    return lambda: model.predict_cumulative_incidence(lines_to_forecast(fold), folds.HORIZONS).values


def constant_hazard(fold):
    """Endings by cause over months at risk of the headline population, the same at every age."""
    known = fold.spells
    rates = np.bincount(known["cause"], minlength=folds.N_CAUSES + 1)[1:] / (known["exit"] - known["entry"]).sum()
    shape = (len(fold.test["age"]), folds.N_CAUSES, folds.HORIZONS[-1])
    return lambda: folds.incidence_of_hazards(np.broadcast_to(rates[None, :, None], shape))


def status_quo(fold):
    """Everything goes on as it is."""
    return lambda: np.zeros((len(fold.test["age"]), folds.N_CAUSES, len(folds.HORIZONS)))


def nearest(fold):
    """Aalen-Johansen on time since the landmark, over the 25 nearest landmarks in standardised covariates."""
    train = folds.joined(fold.train)
    x, test, _ = folds.matrices(fold, train)
    mean, scale = x.mean(axis=0), x.std(axis=0)
    x, test = (x - mean) / scale, (test - mean) / scale
    months, cause = folds.time_since(train)

    def of_line(line):
        chosen = np.argsort(((x - line) ** 2).sum(axis=1), kind="stable")[:N_NEAREST]
        curve = aalen_johansen(np.zeros_like(chosen), months[chosen], cause[chosen], folds.N_CAUSES)
        return curve[:, np.minimum(folds.HORIZONS, curve.shape[1]) - 1]

    return lambda: np.stack([of_line(line) for line in test])


OWN = {
    "primary": hazard,
    "primary_hindsight": partial(hazard, with_hindsight=True),
    "near_unpenalised_logit": partial(hazard, **WEAK),
    "base_rate": partial(base_rate, strata=()),
    "type_base_rate": partial(base_rate, strata=("type",)),
    "nearest_25": nearest,
    "constant_hazard": constant_hazard,
    "status_quo": status_quo,
}
