"""Whether informal arms control becomes a formal agreement: the record, base rates, forecasts and reports.

The public names are loaded when first asked for, so that what needs no model does not wait for its libraries.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from forecasting.explain.conditional import conditional as conditional
    from forecasting.explain.effects import add_event as add_event
    from forecasting.explain.effects import add_step as add_step
    from forecasting.explain.effects import correct as correct
    from forecasting.explain.effects import looked as looked
    from forecasting.explain.effects import retract as retract
    from forecasting.explain.finding import find as find
    from forecasting.explain.number_history import number_history as number_history
    from forecasting.explain.scenarios import read_scenarios as read_scenarios
    from forecasting.explain.scenarios import scenario as scenario
    from forecasting.explain.where_it_stands import where_it_stands as where_it_stands
    from forecasting.forecasts import FittedModels as FittedModels
    from forecasting.forecasts import Session as Session
    from forecasting.forecasts import fit_models as fit_models
    from forecasting.forecasts import forecast as forecast
    from forecasting.models import MODELS as MODELS
    from forecasting.models.incidence import Incidence as Incidence
    from forecasting.models.incidence import aalen_johansen as aalen_johansen
    from forecasting.reading.reader import read_news as read_news
    from forecasting.record.cases import Dossier as Dossier
    from forecasting.record.cases import Event as Event
    from forecasting.record.history import History as History
    from forecasting.record.history import load_history as load_history
    from forecasting.record.months import HORIZONS as HORIZONS
    from forecasting.record.months import parse_day as parse_day
    from forecasting.record.panel import case_months as case_months
    from forecasting.record.panel import spells as spells
    from forecasting.record.questionnaire import case_from_answers as case_from_answers
    from forecasting.store.errors import ForecastingError as ForecastingError
    from forecasting.store.errors import LeakageError as LeakageError
    from forecasting.store.errors import SchemaError as SchemaError
    from forecasting.store.errors import UsageError as UsageError
    from forecasting.streams.joining import event_features as event_features
    from forecasting.streams.unusual import unusual_activity as unusual_activity

__version__ = "1.0.0"
_MODULES = {
    "explain.conditional": ("conditional",),
    "explain.effects": ("add_event", "add_step", "correct", "looked", "retract"),
    "explain.finding": ("find",),
    "explain.where_it_stands": ("where_it_stands",),
    "store.errors": ("ForecastingError", "LeakageError", "SchemaError", "UsageError"),
    "explorer.event_form": ("EventForm",),
    "explain.number_history": ("number_history",),
    "explain.scenarios": ("read_scenarios", "scenario"),
    "explorer.comparison": ("compare", "possible_acts", "what_if"),
    "explorer.form": ("CaseForm",),
    "explorer.outlook": ("ask",),
    "explorer.news_reader": ("NewsReader",),
    "explorer.widgets": ("ForecastExplorer",),
    "forecasts": ("FittedModels", "Session", "fit_models", "forecast"),
    "reading.reader": ("read_news",),
    "record.cases": ("Dossier", "Event"),
    "record.panel": ("case_months", "spells"),
    "record.questionnaire": ("case_from_answers",),
    "record.history": ("History", "load_history"),
    "models": ("MODELS",),
    "models.incidence": ("Incidence", "aalen_johansen"),
    "streams.joining": ("event_features",),
    "streams.unusual": ("unusual_activity",),
    "record.months": ("HORIZONS", "parse_day"),
}
_MODULE_OF = {name: f"forecasting.{module}" for module, names in _MODULES.items() for name in names}
__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
