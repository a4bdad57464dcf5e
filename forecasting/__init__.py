"""Whether informal arms control becomes a formal agreement: the record, base rates, forecasts and reports."""

from importlib import import_module
from typing import Any

from forecasting.errors import ForecastingError, LeakageError, SchemaError, UsageError
from forecasting.forecast import FittedModels, fit_models, forecast
from forecasting.history.cases import CaseView, Event
from forecasting.history.panel import case_months, spells
from forecasting.history.questionnaire import case_from_answers
from forecasting.history.view import History, load_history
from forecasting.models import MODELS
from forecasting.models.incidence import Incidence, aalen_johansen
from forecasting.months import HORIZONS, parse_day

__version__ = "0.1.0"
__all__ = [
    "HORIZONS",
    "MODELS",
    "CaseForm",
    "CaseView",
    "Event",
    "FittedModels",
    "ForecastExplorer",
    "ForecastingError",
    "History",
    "Incidence",
    "LeakageError",
    "SchemaError",
    "UsageError",
    "aalen_johansen",
    "ask",
    "case_from_answers",
    "case_months",
    "fit_models",
    "forecast",
    "load_history",
    "parse_day",
    "spells",
]
_UPSTAIRS = {
    "CaseForm": "forecasting.explorer.form",
    "ForecastExplorer": "forecasting.explorer.widgets",
    "ask": "forecasting.explorer.outlook",
}


def __getattr__(name: str) -> Any:
    """Public names of the room of widgets and charts, which is loaded only when one of them is asked for."""
    if name not in _UPSTAIRS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_UPSTAIRS[name]), name)
