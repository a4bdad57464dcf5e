"""Calibration of the forecasts by cause and horizon, and reliability curves."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.breakdown import FEWEST_CASES, FEWEST_ENDINGS, count_endings
from forecasting.backtest.origins import PERIODS, SCORED, Sample, Weights
from forecasting.backtest.results import Backtest
from forecasting.forecasts import LEVEL
from forecasting.record.vocabulary import CAUSES
from forecasting.scores.calibration import calibration
from forecasting.scores.discrimination import auc
from forecasting.scores.reliability import consistency_band, corp
from forecasting.scores.resampling import N_REPLICATES

Floats = NDArray[np.float64]
FIGURES = ("ratio", "difference", "slope")


def calibration_table(
    scored: Backtest,
    model: str = "ladder",
    weights: Weights = "forecast",
    n_replicates: int = N_REPLICATES,
    sample: Sample = "all",
) -> pd.DataFrame:
    """Calibration in the large, slope, CORP decomposition and area under the curve of each cause at each horizon.

    Parameters
    ----------
    scored : Backtest
        Forecasts of the model.
    model : str
        Out of `SCORED_MODELS`.
    weights : {"forecast", "start"}
        See `Origins.weights`.
    n_replicates : int
        Bootstrap replicates of the intervals.
    sample
        See `Origins.weights`.

    Returns
    -------
    pandas.DataFrame
        A row for each cause and horizon: `cause`, `horizon` (months), `n`, `n_cases`, `n_endings`, `mean_forecast` and
        `observed` (weighted means in [0, 1]), `ratio` (observed over expected, ideal: 1), `difference` (mean forecast
        minus observed, ideal: 0), `slope` (ideal: 1), each with `_lower` and `_upper` (80 %, components resampled
        whole), `brier` = `mcb` - `dsc` + `unc`, and `auc`. From `ratio` on NaN where there are fewer than 10 cases or 5
        endings.
    """
    return pd.DataFrame(
        [_row(scored, model, weights, sample, cause, horizon, n_replicates) for cause in CAUSES for horizon in SCORED]
    ).astype({"n": int, "n_cases": int, "n_endings": int})


def period_table(
    scored: Backtest, model: str = "ladder", reference: str = "base_rate", sample: Sample = "all"
) -> pd.DataFrame:
    """What was forecast and what came in each registered period, however few endings it holds.

    Parameters
    ----------
    scored : Backtest
        Forecasts of the models.
    model, reference : str
        Models of the backtest.
    sample
        See `Origins.weights`.

    Returns
    -------
    pandas.DataFrame
        A row for each period of the forecast, cause and horizon: `period`, `cause`, `horizon` (months), `n`, `n_cases`,
        `n_endings` (cases), `mean_forecast`, `mean_reference`, `observed` (means in [0, 1]) and `score`, `reference`
        (mean Brier scores).
    """
    periods, rows = scored.origins.traits["period"].to_numpy(), []
    weight = scored.origins.weights("forecast", None, sample)
    for period in PERIODS:
        for cause in CAUSES:
            for column, horizon in enumerate(SCORED):
                own = (periods == period) & (weight > 0) & (scored.origins.states[:, column] >= 0)
                if not own.any():
                    continue
                k = CAUSES.index(cause)
                came = (scored.origins.states[own, column] == k).astype(np.float64)
                ours, theirs = (scored.probabilities[name][own, k, column] for name in (model, reference))
                rows.append({
                    "period": period, "cause": cause, "horizon": horizon, "n": int(own.sum()),
                    "n_cases": int(scored.origins.lines["case_id"][own].nunique()),
                    "n_endings": count_endings(scored, own, horizon, (cause,)),
                    "mean_forecast": ours.mean(), "mean_reference": theirs.mean(), "observed": came.mean(),
                    "score": ((ours - came) ** 2).mean(), "reference": ((theirs - came) ** 2).mean(),
                })  # fmt: skip
    return pd.DataFrame(rows)


def reliability_curve(
    scored: Backtest,
    cause: str,
    horizon: int = 60,
    model: str = "ladder",
    weights: Weights = "forecast",
    sample: Sample = "all",
) -> pd.DataFrame:
    """CORP reliability curve of a cause at a horizon, with the 80 % consistency band of a calibrated forecast.

    Parameters
    ----------
    scored : Backtest
        Forecasts of the model.
    cause : {"formalized", "collapsed", "faded"}
        The ending.
    horizon : int
        Months, out of `SCORED`.
    model : str
        Out of `SCORED_MODELS`.
    weights, sample
        See `Origins.weights`.

    Returns
    -------
    pandas.DataFrame
        A row at both ends of each step of the curve: `forecast`, `observed` (recalibrated frequency), `lower`, `upper`,
        `share` (weight at or below that forecast), all in [0, 1]. Forecasts of a case share their draw in the band.
    """
    rows, p, y, w = _one_cause(scored, model, weights, sample, cause, horizon)
    found, case = corp(p, y, w), scored.origins.lines["case_id"].to_numpy()[rows]
    band = consistency_band(p, w, pd.factorize(case)[0], level=LEVEL)
    steps = np.flatnonzero(np.diff(found.recalibrated)) + 1
    ends = np.unique(np.concatenate([[0], steps - 1, steps, [len(found.forecasts) - 1]]))
    share = np.cumsum(found.weight) / found.weight.sum()
    return pd.DataFrame(
        {
            "forecast": found.forecasts,
            "observed": found.recalibrated,
            "lower": band.lower,
            "upper": band.upper,
            "share": share,
        }
    ).iloc[ends].reset_index(drop=True)  # fmt: skip


def _one_cause(
    scored: Backtest, model: str, weights: Weights, sample: Sample, cause: str, horizon: int
) -> tuple[NDArray[np.bool_], Floats, Floats, Floats]:
    weight, state, column = scored.origins.weights(weights, None, sample), CAUSES.index(cause), SCORED.index(horizon)
    rows = (weight > 0) & (scored.origins.states[:, column] >= 0)
    observed = (scored.origins.states[rows, column] == state).astype(np.float64)
    return rows, scored.probabilities[model][rows, state, column], observed, weight[rows]


def _row(
    scored: Backtest, model: str, weights: Weights, sample: Sample, cause: str, horizon: int, n_replicates: int
) -> dict[str, str | float]:
    rows, p, y, w = _one_cause(scored, model, weights, sample, cause, horizon)
    row: dict[str, str | float] = {
        "cause": cause,
        "horizon": horizon,
        "n": int(rows.sum()),
        "n_cases": int(scored.origins.lines["case_id"][rows].nunique()),
        "n_endings": count_endings(scored, rows, horizon, (cause,)),
        "mean_forecast": float(np.average(p, weights=w)),
        "observed": float(np.average(y, weights=w)),
    }
    if float(row["n_cases"]) < FEWEST_CASES or float(row["n_endings"]) < FEWEST_ENDINGS:
        return row
    found, parts = calibration(p, y, w, scored.origins.group[rows], n_replicates, level=LEVEL), corp(p, y, w)
    for name in FIGURES:
        figure = getattr(found, name)
        row |= {name: figure.value, f"{name}_lower": figure.lower, f"{name}_upper": figure.upper}
    mcb, dsc, unc = parts.miscalibration, parts.discrimination, parts.uncertainty
    return row | {"brier": parts.score, "mcb": mcb, "dsc": dsc, "unc": unc, "auc": auc(p, y, w)}
