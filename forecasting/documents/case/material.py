"""Inputs of the values of a case report, each computed once; the columns read for each are recorded with it."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from forecasting.artefacts import Obtained
from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.explain.drivers import Drivers, drivers
from forecasting.explain.rungs import LadderState, PastRungs, past_rungs, related_cases, rung_of
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import (
    LEVEL,
    FittedModels,
    case_limits,
    ended_already,
    forecast,
    forecast_by_claims,
    open_cases,
)
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.situation import situation_of
from forecasting.forecasts.training import case_lines
from forecasting.forecasts.uncertain import MARGINAL
from forecasting.models import BASE_RATES, DEFAULT, FIRST, HEADLINE
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.reads import once, remembered

HEADLINE_MODEL = HEADLINE
HAZARD_MODEL = FIRST
MODELS_SHOWN = (*DEFAULT, HAZARD_MODEL)
HEADLINE_HORIZON = 60
CURVE = tuple(range(1, 121))


@dataclass(frozen=True)
class Material:
    """A case as of the history's day, and the models of that day: from an artefact if one is there, else fitted.

    `since`: day of the page before, where there is one.
    """

    history: History
    case_id: str
    asked: tuple[int, ...]
    target: str
    artefacts: str | Path | None = None
    since: date | None = None

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
        """Those that stand under the headline."""
        return self.obtained.only(*BASE_RATES)

    @property
    def pool(self) -> LadderPool:
        """The headline, as a model."""
        model = self.obtained.only(HEADLINE_MODEL).models[HEADLINE_MODEL]
        assert isinstance(model, LadderPool)
        return model

    @property
    def hazard(self) -> FittedModels:
        """The model of the first registration, beside them."""
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
    def line(self) -> pd.DataFrame:
        """The covariates of the hazard model."""
        return case_lines(self.index, [self.view], MODEL_FEATURES)

    @remembered
    def headline_limit(self) -> Applicability:
        """Applicability of the headline to the case, with the reasons."""
        fitted = self.obtained.only(HEADLINE_MODEL)
        return case_limits(self.history, [self.case_id], fitted, self.index)[self.case_id][HEADLINE_MODEL]

    @remembered
    def limit(self) -> Applicability:
        """Applicability of the hazard model to the case, with the reasons."""
        return case_limits(self.history, [self.case_id], self.hazard, self.index)[self.case_id][HAZARD_MODEL]

    @remembered
    def drivers(self) -> Drivers:
        """The headline as a sum over what it reads of the case."""
        return drivers(self.pool, situation_of(self.dossier), (self.horizon,), LEVEL)

    @remembered
    def dossier(self) -> Dossier:
        """The case among all others."""
        return self.index.dossier(self.case_id, self.history.as_of)

    @remembered
    def rung(self) -> LadderState:
        """The rung of the case on the way to a binding text."""
        return rung_of(self.dossier)

    @remembered
    def past_rungs(self) -> PastRungs:
        """Past cases on their rungs, without those related to the case."""
        related = related_cases(self.history, self.case_id, self.target)
        return past_rungs(self.history, self.index, self.target, related)

    @remembered
    def n_at_risk(self) -> int:
        """Number of cases that the base rate learned from and that were observed at the age of this one."""
        return self.base_rates.spells.at_risk(self.view.age_months)

    def shown(self, model: str) -> pd.DataFrame:
        """The forecast of a model within the horizons of the page, under every condition."""
        return self._once(model, lambda: forecast(self.history, self.case_id, **self._given(model)))

    def marginal(self, model: str) -> pd.DataFrame:
        """The same, marginal over what is uncertain."""
        rows = self.shown(model)
        return rows[rows["given"] == MARGINAL]

    def monthly(self, model: str) -> pd.DataFrame:
        """The marginal forecast of a model by month."""
        given = self._given(model) | {"horizons": CURVE}
        rows = self._once(("monthly", model), lambda: forecast(self.history, self.case_id, **given))
        return rows[rows["given"] == MARGINAL]

    @remembered
    def by_claims(self) -> pd.DataFrame:
        """The headline with all open claims taken as true, and as untrue; empty where none is open."""
        return forecast_by_claims(self.history, self.case_id, **self._given(HEADLINE_MODEL))

    @remembered
    def ended(self) -> pd.DataFrame:
        """Probability by the headline that it has ended already, by cause; empty where it was seen in the month."""
        given = self._given(HEADLINE_MODEL)
        given.pop("horizons")
        return ended_already(self.history, self.case_id, **given)

    def _given(self, model: str) -> dict[str, Any]:
        return {"fitted": self.obtained.only(model), "horizons": self.horizons, "index": self.index}

    def _once(self, key: Hashable, work: Callable[[], pd.DataFrame]) -> pd.DataFrame:
        return once(self._kept, key, work)

    @cached_property
    def _kept(self) -> dict[Any, Any]:
        return {}
