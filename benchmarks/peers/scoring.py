"""The table: every model on the same forecasts, in the same bootstrap draws of components."""

from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.backtest import ONGOING_STATE, SCORED, Backtest
from forecasting.forecasts import LEVEL
from forecasting.models import HEADLINE
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.calibration import calibration_in_the_large
from forecasting.scores.resampling import draw_groups, interval_around, number_groups

REFERENCE = "base_rate"
CALIBRATED_AT = 60
SCORES = {
    "formalized": ("formalized", None),
    "formalized_12": ("formalized", 12),
    "states": ("states", None),
    "collapsed": ("collapsed", None),
    "faded": ("faded", None),
}
"""Scores by the name that the table gives them: a score of the backtest, and a horizon or the mean over all."""


def read_forecasts(folder, model, design, n_origins):
    """Probabilities of one design, (n_origins, 4, 5), NaN outside the folds; with CPU seconds a fit and peak MB."""
    values = np.full((n_origins, ONGOING_STATE + 1, len(SCORED)), np.nan)
    times = []
    for path in sorted(Path(folder).glob(f"{design}-[0-9][0-9].npz")):
        with np.load(path) as fold, np.load(Path(folder) / model / path.name) as done:
            line = np.unique(fold["test.line"])
            if not np.isnan(values[line]).all():
                raise ValueError(f"expected each origin in one fold of {design}, got one again in {path.name}")
            values[line] = done["probabilities"]
            times.append((float(done["fit_seconds"]), float(done["forecast_seconds"]), float(done["peak_mb"])))
    fit, forecast, peak = np.array(times).T
    return values, {"fit_seconds": np.median(fit), "forecast_seconds": np.median(forecast), "peak_mb": peak.max()}


def scored(design, every, forecasts):
    """The backtest of `forecasts` by model, (n_origins, 4, 5), at the origins forecast whose window is over.

    What rounding leaves outside [0, 1] is cut off.
    """
    chosen = ~np.isnan(forecasts[HEADLINE]).any(axis=(1, 2)) & every.is_scored()
    origins = every.select(chosen)
    is_open = (origins.states < 0)[:, None, :]
    values = {model: np.where(is_open, np.nan, np.clip(each[chosen], 0, 1)) for model, each in forecasts.items()}
    return Backtest(design, origins, values)


def skill_difference(score, other, reference, weights, groups, level=LEVEL):
    """Skill of `score` minus skill of `other` over the same reference, with the interval of `paired_bootstrap`."""
    codes, n_groups = number_groups(groups, weights > 0.0)
    draws = draw_groups(n_groups)
    saved, whole = (np.bincount(codes, weights * part, n_groups) for part in (other - score, reference))
    value = float(saved.sum() / whole.sum())
    return value, *interval_around(value, (draws @ saved) / (draws @ whole), level)


def observed_over_expected(backtest, model, cause):
    """Observed over expected number of endings by a cause within 60 months, all forecasts alike."""
    column = SCORED.index(CALIBRATED_AT)
    known = backtest.origins.states[:, column] >= 0
    chance = backtest.probabilities[model][known, CAUSES.index(cause), column]
    came = (backtest.origins.states[known, column] == CAUSES.index(cause)).astype(float)
    return calibration_in_the_large(chance, came)[1] if chance.any() else np.nan


def table_of(backtest, times):
    """One row per score and model of a backtest."""
    rows = []
    for name, (score, horizon) in SCORES.items():
        weights = backtest.origins.weights("forecast", horizon)
        chosen = weights > 0
        values = {model: backtest.scores(score, model, horizon)[chosen] for model in backtest.probabilities}
        for model in values:
            found = backtest.skill(model, REFERENCE, score, horizon, level=LEVEL)
            parts = (
                values[HEADLINE],
                values[model],
                values[REFERENCE],
                weights[chosen],
                backtest.origins.group[chosen],
            )
            row = {"design": backtest.design, "score": name, "model": model, "brier": values[model].mean()}
            row |= _named("skill_over_base_rate", (found.value, found.lower, found.upper))
            row |= _named("ladder_minus", skill_difference(*parts))
            ratio = observed_over_expected(backtest, model, score) if score in CAUSES and horizon is None else np.nan
            rows.append(row | {"ratio_60": ratio, **times[model], "n": found.n, "n_groups": found.n_groups})
    return pd.DataFrame(rows)


def _named(name, triple):
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), map(float, triple), strict=True))


def score_designs(found, folder, models, designs):
    """`table_of` over designs, from the files of a run."""
    tables = []
    for design in designs:
        read = {model: read_forecasts(folder, model, design, len(found.group)) for model in models}
        forecasts = {model: values for model, (values, _) in read.items()}
        times = {model: each for model, (_, each) in read.items()}
        tables.append(table_of(scored(design, found, forecasts), times))
    return pd.concat(tables, ignore_index=True)
