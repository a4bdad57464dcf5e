"""A session: the record, fitted models and dossiers of one day and target, loaded once and passed on."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from forecasting.features import DossierIndex
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.fit import FittedModels
from forecasting.forecasts.forecast import forecast
from forecasting.forecasts.limits import case_limits
from forecasting.forecasts.situation import headline_pool
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.history import History
from forecasting.record.months import HORIZONS
from forecasting.record.panel import Population


@dataclass(frozen=True)
class Session:
    """The record as of a day, models fitted on it, and the index of its dossiers.

    Parameters
    ----------
    history : History
        The record as of the day.
    fitted : FittedModels
        Models fitted by that day; they bring the target and the population.
    artefact : str, optional
        Key of the artefact that the models were restored from; None where they were fitted in this process.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> session = Session(history, fit_models(history, ["base_rate"]))
    >>> len(session.forecast("new-start-post-expiry-2026", [60]))
    4
    """

    history: History
    fitted: FittedModels
    artefact: str | None = None

    @property
    def target(self) -> str:
        """Target of the fitted models: `concluded` or `in_force`."""
        return self.fitted.target

    @property
    def population(self) -> Population:
        """Population that the base rates were fitted on."""
        return self.fitted.population

    @property
    def index(self) -> DossierIndex:
        """Dossiers of the day and of every earlier one."""
        return self.history.dossiers(self.target)

    @property
    def headline(self) -> LadderPool:
        """The fitted headline; `UsageError` where there is none."""
        return headline_pool(self.fitted)

    def forecast(self, case_ids: str | Sequence[str], horizons: Sequence[int] = HORIZONS) -> pd.DataFrame:
        """Forecast table of these cases, see `forecast`."""
        return forecast(self.history, case_ids, fitted=self.fitted, horizons=horizons)

    def limits(self, case_ids: Sequence[str]) -> dict[str, dict[str, Applicability]]:
        """Applicability of the models to these cases, by case and model, see `case_limits`."""
        return case_limits(self.history, case_ids, self.fitted)
