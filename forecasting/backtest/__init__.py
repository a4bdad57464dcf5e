"""Backtest: out-of-sample forecasts from forecast origins, scored against the observed outcomes."""

from forecasting.backtest.designs import BURN_IN, DESIGNS, Design, Fold, check_design, folds
from forecasting.backtest.fold_forecasts import forecast_folds, without
from forecasting.backtest.origins import ONGOING_STATE, SCORED, WEIGHTS, Origins, Weights, origins
from forecasting.backtest.results import Backtest, backtest
from forecasting.backtest.scored_models import SCORED_MODELS
from forecasting.backtest.tables import skill_table

__all__ = [
    "BURN_IN",
    "DESIGNS",
    "ONGOING_STATE",
    "SCORED",
    "SCORED_MODELS",
    "WEIGHTS",
    "Backtest",
    "Design",
    "Fold",
    "Origins",
    "Weights",
    "backtest",
    "check_design",
    "folds",
    "forecast_folds",
    "origins",
    "skill_table",
    "without",
]
