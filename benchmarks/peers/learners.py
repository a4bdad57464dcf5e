"""The peers, each fitted as its library's own documentation fits it: no setting was chosen by a score of these folds.

Every function fits on a fold and returns a function that gives the incidence of the test lines by month, (m, 3, 120).
Run where `requirements.txt` is installed.
"""

from functools import partial

import numpy as np

from benchmarks.peers import fold as folds

SEED = 20260205
MONTHS = np.arange(1, folds.N_MONTHS + 1)
WEAK_SD = 10.0  # the default is no penalty; this one only identifies types and levels without an ending
OUR_SD = 0.5  # the middle of our own scales of a slope, so that the two differ in the model and not in the penalty
STEPS = {"step_size": 0.25}  # with the default the Newton steps of nearly separated columns run off; same maximum
FOREST = {"n_estimators": 200, "random_state": SEED, "n_jobs": 1}  # defaults, but trees enough for their mean to settle
SURVIVAL_FOREST = FOREST | {"min_samples_split": 10, "min_samples_leaf": 15}  # scikit-survival's user guide
HAZARD_FOREST = FOREST | {"min_samples_leaf": 25}  # leaves large enough to hold a probability (Malley et al. 2012)
BOOSTING = {"early_stopping": False, "random_state": SEED}  # defaults; its inner split would tear cases apart
DAMPED = BOOSTING | {  # the usual remedy for few endings: shallow trees, small steps, large leaves
    "learning_rate": 0.05,
    "max_leaf_nodes": 4,
    "min_samples_leaf": 200,
    "l2_regularization": 10.0,
}
SURVIVAL_BOOST = {"random_state": SEED, "show_progressbar": False}  # defaults


def cox_time_varying(fold, sd):
    """One Cox model per cause on (landmark, next landmark] in age, others censored; delayed entry is native."""
    import pandas as pd
    from lifelines import CoxTimeVaryingFitter

    train = folds.joined(fold.train)
    x, test, names = folds.matrices(fold, train, clock=False)
    kinds, counts = np.unique(train["type"], return_counts=True)
    level = names.index(f"type_{kinds[counts.argmax()]}")
    x, test = np.delete(x, level, axis=1), np.delete(test, level, axis=1)
    names = names[:level] + names[level + 1 :]
    later = np.append(train["case"][1:] == train["case"][:-1], False)
    stop = np.where(later, np.append(train["age"][1:], 0), train["exit"])
    rows = pd.DataFrame(x, columns=names).assign(id=train["case"], start=train["age"], stop=stop)
    fitted = []
    for cause in range(1, folds.N_CAUSES + 1):
        model = CoxTimeVaryingFitter(penalizer=1.0 / (sd**2 * len(rows)))
        ended = ~later & (train["cause"] == cause)
        fitted.append(model.fit(rows.assign(ended=ended), "ended", "start", "stop", id_col="id", fit_options=STEPS))

    def predict():
        lines = pd.DataFrame(test, columns=names)
        ages = fold.test["age"][:, None] + MONTHS
        parts = []
        for model in fitted:
            base = model.baseline_cumulative_hazard_.iloc[:, 0]
            steps = np.bincount(base.index.to_numpy(int), np.diff(base.to_numpy(), prepend=0.0), ages.max() + 1)
            parts.append(steps[ages] * model.predict_partial_hazard(lines).to_numpy()[:, None])
        return folds.incidence_of_rates(np.stack(parts, axis=1))

    return predict


def random_survival_forest(fold):
    """One forest per cause on time since the landmark, others censored; their hazards walk forward together."""
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.util import Surv

    train = folds.joined(fold.train)
    x, test, _ = folds.matrices(fold, train)
    months, cause = folds.time_since(train)
    outcomes = [Surv.from_arrays(cause == number, months) for number in range(1, folds.N_CAUSES + 1)]
    fitted = [RandomSurvivalForest(**SURVIVAL_FOREST).fit(x, outcome) for outcome in outcomes]

    def predict():
        parts = []
        for model in fitted:
            curve = model.predict_cumulative_hazard_function(test, return_array=True)
            grown = np.column_stack([np.zeros(len(curve)), curve])
            at = np.searchsorted(model.unique_times_, np.append(0, MONTHS), side="right")
            parts.append(np.diff(grown[:, at], axis=1))
        return folds.incidence_of_rates(np.stack(parts, axis=1))

    return predict


def competing_risk_forest(fold):
    """A forest of Aalen-Johansen leaves on time since the landmark."""
    from comprisk import CompetingRiskForest

    train = folds.joined(fold.train)
    x, test, _ = folds.matrices(fold, train)
    model = CompetingRiskForest(**FOREST).fit(x, *folds.time_since(train))
    return lambda: model.predict_cif(test, times=MONTHS.astype(float))


def survival_boost(fold):
    """Boosted incidence with inverse probability of censoring weights, on time since the landmark."""
    import pandas as pd
    from hazardous import SurvivalBoost

    train = folds.joined(fold.train)
    x, test, _ = folds.matrices(fold, train)
    months, cause = folds.time_since(train)
    model = SurvivalBoost(**SURVIVAL_BOOST).fit(x, pd.DataFrame({"event": cause, "duration": months}))
    return lambda: model.predict_cumulative_incidence(test, times=MONTHS)[:, 1:]


def monthly_classifier(fold, estimator):
    """A classifier of how a month ends, on weighted episodes in which each month counts once; bins are covariates."""
    x, test, _ = folds.matrices(fold, fold.train)
    rows = fold.episodes
    whole = np.column_stack([x[rows["line"]], rows["duration"], rows["lag"]])
    weights = np.column_stack([rows["none"], rows["ended"]])
    row, state = np.nonzero(weights > 0)
    model = estimator.fit(whole[row], state, sample_weight=weights[row, state])

    def predict():
        lags = np.searchsorted(fold.meta["lag_edges"], MONTHS)
        durations = np.searchsorted(fold.meta["duration_edges"], fold.test["age"][:, None] + MONTHS)
        line = np.repeat(np.arange(len(test)), len(MONTHS))
        cells = np.column_stack([line, durations.ravel(), np.tile(lags, len(test))])
        kinds, which = np.unique(cells, axis=0, return_inverse=True)
        chances = model.predict_proba(np.column_stack([test[kinds[:, 0]], kinds[:, 1:]]))[:, 1:]
        hazards = chances[which.ravel()].reshape(len(test), len(MONTHS), -1)
        return folds.incidence_of_hazards(hazards.transpose(0, 2, 1))

    return predict


def gradient_boosting(fold, settings):
    from sklearn.ensemble import HistGradientBoostingClassifier

    return monthly_classifier(fold, HistGradientBoostingClassifier(**settings))


def random_forest(fold):
    from sklearn.ensemble import RandomForestClassifier

    return monthly_classifier(fold, RandomForestClassifier(**HAZARD_FOREST))


LEARNERS = {
    "cox_time_varying": partial(cox_time_varying, sd=WEAK_SD),
    "cox_time_varying_ridge": partial(cox_time_varying, sd=OUR_SD),
    "random_survival_forest": random_survival_forest,
    "competing_risk_forest": competing_risk_forest,
    "survival_boost": survival_boost,
    "gradient_boosting": partial(gradient_boosting, settings=BOOSTING),
    "gradient_boosting_damped": partial(gradient_boosting, settings=DAMPED),
    "random_forest": random_forest,
}
