"""Whether informal arms control becomes a formal agreement: the record, base rates, forecasts and reports."""

from forecasting.errors import ForecastingError, LeakageError, SchemaError, UsageError
from forecasting.forecast import FittedModels, fit_models, forecast
from forecasting.history.cases import CaseView, Event
from forecasting.history.panel import case_months, spells
from forecasting.history.view import History, load_history
from forecasting.models import MODELS
from forecasting.models.incidence import Incidence, aalen_johansen
from forecasting.months import HORIZONS, parse_day

__version__ = "0.1.0"
__all__ = [
    "HORIZONS",
    "MODELS",
    "CaseView",
    "Event",
    "FittedModels",
    "ForecastingError",
    "History",
    "Incidence",
    "LeakageError",
    "SchemaError",
    "UsageError",
    "aalen_johansen",
    "case_months",
    "fit_models",
    "forecast",
    "load_history",
    "parse_day",
    "spells",
]
