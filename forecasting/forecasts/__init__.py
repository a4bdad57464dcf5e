"""Training set, uncertain facts, applicability, fit and forecast."""

from forecasting.forecasts.fit import FEWEST_ENDINGS, FittedModels, fit_models
from forecasting.forecasts.forecast import LEVEL, case_limits, forecast, open_cases
from forecasting.forecasts.session import Session

__all__ = ["FEWEST_ENDINGS", "LEVEL", "FittedModels", "Session", "case_limits", "fit_models", "forecast", "open_cases"]
