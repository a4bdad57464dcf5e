"""The table: every model on the same forecasts, in the same bootstrap draws of components."""

from pathlib import Path

import numpy as np
import pandas as pd

from forecasting.backtest import ONGOING_STATE, SCORED, Origins
from forecasting.forecasts.forecast import LEVEL
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.calibration import calibration, calibration_in_the_large
from forecasting.scores.proper import brier_states, mean_over_horizons
from forecasting.scores.resampling import draw_groups, interval_around, number_groups
from forecasting.scores.skill import paired_bootstrap

PRIMARY = "primary"
REFERENCES = ("base_rate", "type_base_rate")
CALIBRATED_AT = 60
N_LINES = 500


def read_forecasts(folder, model, design, n_origins):
    """Probabilities of one design, (n_origins, 4, 5), NaN outside the folds; with CPU seconds a fit and peak MB."""
    values = np.full((n_origins, ONGOING_STATE + 1, len(SCORED)), np.nan)
    times = []
    for path in sorted(Path(folder).glob(f"{design}-[0-9][0-9].npz")):
        with np.load(path) as fold, np.load(Path(folder) / model / path.name) as done:
            line = fold["test.line"]
            if not np.isnan(values[line]).all():
                raise ValueError(f"expected each origin in one fold of {design}, got one again in {path.name}")
            values[line] = done["probabilities"]
            times.append((float(done["fit_seconds"]), float(done["forecast_seconds"]), float(done["peak_mb"])))
    fit, forecast, peak = np.array(times).T
    return values, {"fit_seconds": np.median(fit), "forecast_seconds": np.median(forecast), "peak_mb": peak.max()}


def scored_origins(found: Origins, values):
    """The origins forecast whose state is observed at one horizon at least, and which they are, (n_origins,)."""
    chosen = ~np.isnan(values).any(axis=(1, 2)) & found.is_scored()
    return found.select(chosen), chosen


def scores(values, states):
    """Four-state Brier score of each forecast, mean over its scored horizons, (n,)."""
    seen = np.where((states < 0)[:, None, :], np.nan, np.clip(values, 0.0, 1.0))
    return mean_over_horizons(brier_states, seen, np.maximum(states, 0)).score


def skill_difference(score, other, reference, weights, groups, level=LEVEL):
    """Skill of `score` minus skill of `other` over the same reference, with the interval of `paired_bootstrap`."""
    codes, n_groups = number_groups(groups, weights > 0.0)
    draws = draw_groups(n_groups)
    saved, whole = (np.bincount(codes, weights * part, n_groups) for part in (other - score, reference))
    value = float(saved.sum() / whole.sum())
    return value, *interval_around(value, (draws @ saved) / (draws @ whole), level)


def calibration_cells(values, origins: Origins):
    """Observed over expected share and slope of the calibration line at 60 months, by cause, with intervals.

    Every forecast has equal weight: under one weight per case even a calibrated forecast seems to promise too little.
    """
    column = SCORED.index(CALIBRATED_AT)
    known = origins.states[:, column] >= 0
    cells = {}
    for number, cause in enumerate(CAUSES):
        chance = np.clip(values[known, number, column], 0.0, 1.0)
        observed = (origins.states[known, column] == number).astype(float)
        figures = _calibration(chance, observed, origins.group[known])
        for name, triple in zip(("ratio", "slope"), figures, strict=True):
            for suffix, value in zip(("", "_lower", "_upper"), triple, strict=True):
                cells[f"{name}_{cause}{suffix}"] = value
    return cells


def _calibration(chance, observed, groups):
    nothing = (np.nan,) * 3
    if not chance.any():
        return nothing, nothing
    try:
        found = calibration(chance, observed, None, groups, n_replicates=N_LINES, level=LEVEL)
    except ValueError:  # forecasts all alike have no line
        return (calibration_in_the_large(chance, observed)[1], np.nan, np.nan), nothing
    return tuple((each.value, each.lower, each.upper) for each in (found.ratio, found.slope))


def weights_of(origins: Origins):
    """The registered weight, one per case, and beside it one per forecast."""
    return {scheme: origins.weights(scheme) for scheme in ("case", "forecast")}


def table_of(design, every: Origins, forecasts, times):
    """One row per weight and model, from `forecasts` by model, (n_origins, 4, 5); calibration is the same in both."""
    origins, chosen = scored_origins(every, forecasts[PRIMARY])
    values = {model: probabilities[chosen] for model, probabilities in forecasts.items()}
    brier = {model: scores(each, origins.states) for model, each in values.items()}
    lines = {model: calibration_cells(each, origins) for model, each in values.items()}
    rows = []
    for name, weights in weights_of(origins).items():
        for model in values:
            row = {"design": design, "weight": name, "model": model}
            row["brier"] = np.average(brier[model], weights=weights)
            for reference in REFERENCES:
                found = paired_bootstrap(brier[model], brier[reference], weights, origins.group, level=LEVEL)
                row |= _named(f"skill_over_{reference}", (found.value, found.lower, found.upper))
            parts = (brier[PRIMARY], brier[model], brier[REFERENCES[0]], weights, origins.group)
            row |= _named("primary_minus", skill_difference(*parts))
            rows.append(row | lines[model] | times[model] | {"n": found.n, "n_groups": found.n_groups})
    return pd.DataFrame(rows)


def _named(name, triple):
    return dict(zip((name, f"{name}_lower", f"{name}_upper"), map(float, triple), strict=True))


def score_designs(found: Origins, folder, models, designs):
    """`table_of` over designs, from the files of a run."""
    tables = []
    for design in designs:
        read = {model: read_forecasts(folder, model, design, len(found.group)) for model in models}
        forecasts = {model: values for model, (values, _) in read.items()}
        tables.append(table_of(design, found, forecasts, {model: times for model, (_, times) in read.items()}))
    return pd.concat(tables, ignore_index=True)
