"""Inputs of the values of a case report, each computed once; the columns read for each are recorded with it."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.artefacts import Obtained
from forecasting.artefacts.session import shared_fit, shared_index, shared_ladder
from forecasting.explain.drivers import Drivers, drivers
from forecasting.explain.rungs import PastRungs, Rung, past_rungs, related_cases, rung_of
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels, case_limits, forecast, open_cases
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.forecast import case_covariates
from forecasting.forecasts.ladder import FittedLadder
from forecasting.forecasts.training import case_lines
from forecasting.models import BASE_RATES
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.reads import once, remembered

HEADLINE_MODEL = "base_rate"
HAZARD_MODEL = "primary"
MODELS_SHOWN = (*BASE_RATES, HAZARD_MODEL)
HEADLINE_HORIZON = 60
CURVE = tuple(range(1, 121))


@dataclass(frozen=True)
class Material:
    """A case as of the history's day, and the models of that day: from an artefact if one is there, else fitted."""

    history: History
    case_id: str
    asked: tuple[int, ...]
    target: str
    artefacts: str | Path | None = None

    @cached_property
    def horizons(self) -> tuple[int, ...]:
        """The horizons asked for, with that of the headline where it lies among them."""
        return tuple(sorted({*self.asked, *((HEADLINE_HORIZON,) if max(self.asked) >= HEADLINE_HORIZON else ())}))

    @property
    def horizon(self) -> int:
        """That of the headline."""
        return HEADLINE_HORIZON if HEADLINE_HORIZON in self.horizons else self.horizons[-1]

    @remembered
    def view(self) -> Dossier:
        """The open case."""
        return open_cases(self.history, [self.case_id], self.target)[0]

    @cached_property
    def obtained(self) -> Obtained:
        """The fitted models, and their artefact if they have one."""
        return shared_fit(self.history, MODELS_SHOWN, self.target, self.artefacts)

    @property
    def base_rates(self) -> FittedModels:
        """Those that the page leads with."""
        return self.obtained.only(*BASE_RATES)

    @property
    def hazard(self) -> FittedModels:
        """The model beside them."""
        return self.obtained.only(HAZARD_MODEL)

    @property
    def hazard_model(self) -> HazardModel:
        """The same as a model."""
        model = self.hazard.models[HAZARD_MODEL]
        assert isinstance(model, HazardModel)
        return model

    @property
    def index(self) -> DossierIndex:
        """Of the dossiers of this history."""
        return shared_index(self.history, self.target)

    @remembered
    def covariates(self) -> pd.DataFrame:
        """Age and months unseen of the case, the covariates of the overall base rate."""
        return case_covariates([self.view], ())

    @remembered
    def line(self) -> pd.DataFrame:
        """The covariates of the hazard model."""
        return case_lines(self.index, [self.view], MODEL_FEATURES)

    @remembered
    def limit(self) -> Applicability:
        """Applicability of the hazard model to the case, with the reasons."""
        return case_limits(self.history, [self.case_id], self.hazard, self.index)[self.case_id][HAZARD_MODEL]

    @remembered
    def drivers(self) -> Drivers:
        """The hazard model's probability of formalization as a sum over its terms."""
        return drivers(self.hazard_model, self.line, self.horizon)

    @property
    def ladder(self) -> FittedLadder:
        """The ladder's model and base rates."""
        return shared_ladder(self.history, self.target)

    @remembered
    def dossier(self) -> Dossier:
        """The case among all others."""
        return self.index.dossier(self.case_id, self.history.as_of)

    @remembered
    def rung(self) -> Rung:
        """The rung of the case on the way to a binding text."""
        return rung_of(self.dossier)

    @remembered
    def past_rungs(self) -> PastRungs:
        """Past cases on their rungs, without those related to the case."""
        related = related_cases(self.history, self.case_id, self.target)
        return past_rungs(self.history, self.index, self.target, related)

    def monthly(self, model: str) -> pd.DataFrame:
        """The forecast of a base rate by month."""
        given: dict[str, Any] = {"fitted": self.obtained.only(model), "horizons": CURVE}
        return once(self._monthly, model, lambda: forecast(self.history, self.case_id, **given))

    @cached_property
    def _monthly(self) -> dict[Any, Any]:
        return {}

    def shown(self, model: str) -> pd.DataFrame:
        """The same within the horizons of the page."""
        rows = self.monthly(model)
        return rows[rows["horizon"].isin(self.horizons)]
