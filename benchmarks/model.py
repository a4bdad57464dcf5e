"""CPU time of the hazard model's fit and of its cluster bootstrap, beside slower ways to the same numbers."""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import time

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import fit_hazard
from forecasting.forecasts.training import training_set
from forecasting.models import MODELS, newton
from forecasting.models.refits import refits
from forecasting.record.history import load_history

SHORT = 20


def seconds(work, repeats=1):
    """CPU seconds of one call, the least of several."""
    times = []
    for _ in range(repeats):
        begin = time.process_time()
        work()
        times.append(time.process_time() - begin)
    return min(times)


def products_alone(design, coef, n_draws):
    """CPU seconds of the matrix products of one pass of all draws: log odds, and covariates times what they expect."""
    wide = np.ones((design.shape[1], coef.shape[1] * 50))
    tall = np.ones((512, wide.shape[1]))
    return seconds(lambda: (design[:512] @ wide, design[:512].T @ tall), 50) * len(design) / 512 * n_draws / 50


def loop_of_newton(model, draws):
    counts, group = model.counts_, model.group_
    for weights in draws:
        own = newton.Counts(counts.trials, counts.endings, counts.weight * weights[group])
        newton.fit(model.design_, own, model.precision_, start=model.coef_)


def loop_of_scikit_learn(model, draws):
    """Its penalised multinomial logit on the same rows: each row once per way it can end, weighted."""
    counts, k = model.counts_, model.counts_.endings.shape[1]
    none = counts.trials - counts.endings.sum(axis=1)
    design = np.tile(model.design_, (k + 1, 1)) / np.sqrt(model.precision_)
    outcome = np.repeat(np.arange(k + 1), len(model.design_))
    share = np.concatenate([none, *counts.endings.T]) * np.tile(counts.weight, k + 1)
    for weights in draws:
        weight = share * np.tile(weights[model.group_], k + 1)
        kept = weight > 0
        LogisticRegression(C=1.0, fit_intercept=False, max_iter=1000).fit(design[kept], outcome[kept], weight[kept])


def main():
    history = load_history()
    learned = training_set(history, DossierIndex(history, "concluded"), MODEL_FEATURES, "concluded")
    print(f"{'':46}{'columns':>8}{'CPU s':>9}{'ratio':>9}")
    for intercepts in ((), MODELS["primary"].intercepts):
        blank = clone(MODELS["primary"]).set_params(intercepts=intercepts)
        fit_time = seconds(lambda blank=blank: fit_hazard(clone(blank), learned), 5)
        model = fit_hazard(blank, learned)
        arguments = (model.coef_, model.design_, model.counts_, model.precision_, model.group_)
        batch = seconds(lambda arguments=arguments, model=model: refits(*arguments, model.draws_), 3)
        few, scale = model.draws_[:SHORT], len(model.draws_) / SHORT
        rows = {
            "fit with base rate and recalibration": fit_time,
            "1,000 refits in batch": batch,
            "  its matrix products, one pass": products_alone(model.design_, model.coef_, 1000),
            f"1,000 refits by Newton (from {SHORT})": seconds(lambda m=model, f=few: loop_of_newton(m, f)) * scale,
            "1,000 refits by scikit-learn (from 3)": seconds(lambda m=model: loop_of_scikit_learn(m, m.draws_[:3]))
            * len(model.draws_)
            / 3,
        }
        for name, value in rows.items():
            ratio = "" if name.startswith("fit") else f"{value / batch:9.2f}"
            print(f"{name:46}{model.design_.shape[1]:8}{value:9.3f}{ratio}")


if __name__ == "__main__":
    main()
