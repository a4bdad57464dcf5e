"""Training set, uncertain facts, applicability, fit and forecast."""

from forecasting.forecasts.fit import FEWEST_ENDINGS, FittedModels, fit_models
from forecasting.forecasts.forecast import ended_already, forecast, forecast_by_claims
from forecasting.forecasts.limits import LEVEL, case_limits, open_cases
from forecasting.forecasts.session import Session

__all__ = [
    "FEWEST_ENDINGS",
    "LEVEL",
    "FittedModels",
    "Session",
    "case_limits",
    "ended_already",
    "fit_models",
    "forecast",
    "forecast_by_claims",
    "open_cases",
]
