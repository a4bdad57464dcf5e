"""The steps of a forecast, from the raw model to the probability that is published, case by case."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.fit import FittedModels
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.limits import LEVEL, case_limits, open_cases
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import MARGINAL, both_values
from forecasting.models import BASE_RATE, LADDER_MODEL
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.models.recalibration_by_cause import Recalibration
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """The steps of one model's forecast of a case; each of shape (n_states, n_horizons), ongoing last.

    Attributes
    ----------
    raw : numpy.ndarray
        Model before its recalibration.
    recalibrated : numpy.ndarray
        After it.
    base_rate : numpy.ndarray or None
        Base rate in the pool; None for a model that is not pooled.
    base_share : float
        Its weight, 0 for a model that is not pooled.
    pooled : numpy.ndarray
        (1 - base_share) x recalibrated + base_share x base_rate: the forecast, before it is rounded.

    Examples
    --------
    >>> model, base = np.array([[0.4], [0.6]]), np.array([[0.2], [0.8]])
    >>> Parts(model, model, base, 0.25, 0.75 * model + 0.25 * base).pooled.round(9).tolist()
    [[0.35], [0.65]]
    """

    raw: Floats
    recalibrated: Floats
    base_rate: Floats | None
    base_share: float
    pooled: Floats


def forecast_parts(
    history: History,
    case_ids: Sequence[str],
    fitted: FittedModels,
    horizons: Sequence[int] = HORIZONS,
    index: DossierIndex | None = None,
) -> dict[str, dict[str, Parts]]:
    """The steps of the forecasts that `forecast` makes of open cases.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_ids : sequence of str
        Open cases.
    fitted : FittedModels
        Models fitted by that day.
    horizons : sequence of int
        Months after the day, 1 to 120.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    dict of str to dict of str to Parts
        By model and case: for the models that are recalibrated, without cases from which one abstains. A base rate is
        one number from the first, and has no parts.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history, case = load_history(as_of="2026-02-05"), "new-start-post-expiry-2026"
    >>> parts = forecast_parts(history, [case], fit_models(history, ["ladder"]), [60])["ladder"][case]
    >>> parts.base_share, bool(np.allclose(parts.pooled, 0.75 * parts.recalibrated + 0.25 * parts.base_rate))
    (0.25, True)
    """
    months, own = check_horizons(horizons), index or history.dossiers(fitted.target)
    views = open_cases(history, list(case_ids), fitted.target)
    limits = case_limits(history, list(case_ids), fitted, own)
    situations = {view.case_id: CaseOnLadder(own, view, months, LEVEL) for view in views}
    raw = _raw_models(fitted)
    found: dict[str, dict[str, Parts]] = {}
    for name, model in fitted.models.items():
        told = [view for view in views if limits[view.case_id][name].status != "abstained"]
        if isinstance(model, HazardModel):
            lines = case_lines(own, told, MODEL_FEATURES) if told else pd.DataFrame()
            found[name] = {
                view.case_id: _of_hazard(model, lines.iloc[[place]], months) for place, view in enumerate(told)
            }
        elif isinstance(model, LadderPool | LadderModel):
            found[name] = {view.case_id: _of_ladder(model, raw, situations[view.case_id]) for view in told}
    return found


def _ladder_of(model: LadderPool | LadderModel) -> LadderModel:
    return model.model_ if isinstance(model, LadderPool) else model


def _raw_models(fitted: FittedModels) -> dict[int, LadderModel]:
    """Each fitted model of the ladder without its recalibration, by its identity: a pool shares it with its part."""
    own = {id(_ladder_of(m)): _ladder_of(m) for m in fitted.models.values() if isinstance(m, LadderPool | LadderModel)}
    return {key: model.recalibrated_by(Recalibration.none(len(model.causes))) for key, model in own.items()}


def _of_ladder(model: LadderPool | LadderModel, raw: dict[int, LadderModel], case: CaseOnLadder) -> Parts:
    own = _ladder_of(model)
    first, second = (case.states(LADDER_MODEL, each)[MARGINAL].point for each in (raw[id(own)], own))
    if isinstance(model, LadderModel):
        return Parts(first, second, None, 0.0, second)
    base = case.states(BASE_RATE, model.base_)[MARGINAL].point
    return Parts(first, second, base, model.base_share, model.point(second, base))


def _of_hazard(model: HazardModel, line: pd.DataFrame, horizons: tuple[int, ...]) -> Parts:
    """The steps under the weights that the whole model gives to an uncertain fact, so that they add up."""
    lines, weights = both_values(model, line, UNCERTAIN)

    def states(part: HazardModel | BaseRate) -> Floats:
        incidence = np.tensordot(weights, part.predict_cumulative_incidence(lines, horizons).values, axes=(0, 0))
        return np.concatenate([incidence, 1.0 - incidence.sum(axis=0, keepdims=True)])

    raw, recalibrated = (model.recalibrated_by(each, shrink=0.0) for each in ((0.0, 1.0), model.calibration_))
    return Parts(states(raw), states(recalibrated), states(model.base_), model.shrink, states(model))
