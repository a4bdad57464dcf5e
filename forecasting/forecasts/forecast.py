"""Forecast of open cases by fitted models, within the domain in which the models may be used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import WITHIN, Limit, limits_of, unseen_type
from forecasting.forecasts.fit import FittedModels, fit_models, start_covariates
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import Model, States, forecast_given
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.panel import Population, check_choice
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

LEVEL = 0.8


def forecast(
    history: History,
    case_ids: str | Sequence[str],
    *,
    fitted: FittedModels | None = None,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
    population: Population = "forward",
    index: DossierIndex | None = None,
) -> pd.DataFrame:
    """Probability of each state of each case within each horizon, one row each.

    Columns: model, case_id, as_of, horizon (months after as_of), cause (formalized, collapsed, faded, or ongoing),
    probability, lower and upper (equal-tailed interval at `level`), given (what is taken as a fact; `all`: nothing).
    Where the record cannot bear it a model abstains and has no rows for the case, or the hazard model's interval is
    widened to hold the base rate's; `case_limits` tells which and why, the rule stands in `limits`.
    `fitted` (default: the base rates, fitted on this history) brings its own target and population; `index` of this
    history and that target spares building another. Raises
    `UsageError` for a case that is unknown, not yet begun, or known to have ended.
    """
    check_choice(fitted.target if fitted else target, population)
    asked = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    if not asked or len(set(asked)) != len(asked):
        raise UsageError(f"wanted one case or more, each once; came {shown(asked)}")
    months = check_horizons(horizons)
    views = open_cases(history, asked, fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target, population=population)
    if fitted.as_of > history.as_of:
        raise UsageError(f"wanted models fitted by {history.as_of}; came models of {fitted.as_of}")
    lines = _lines(history, views, fitted, index)
    limits = _limits(views, lines, fitted)
    tables = [
        _rows(name, model, view, lines.iloc[[line]], months, limits[view.case_id][name])
        for name, model in fitted.models.items()
        for line, view in enumerate(views)
        if limits[view.case_id][name].status != "abstained"
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FORECAST_COLUMNS))


def case_limits(
    history: History, case_ids: Sequence[str], fitted: FittedModels, index: DossierIndex | None = None
) -> dict[str, dict[str, Limit]]:
    """Whether `forecast` of the same cases is within the record, widened or withheld, and why: by case and model."""
    views = open_cases(history, list(case_ids), fitted.target)
    return _limits(views, _lines(history, views, fitted, index), fitted)


def _lines(
    history: History, views: Sequence[Dossier], fitted: FittedModels, index: DossierIndex | None
) -> pd.DataFrame:
    """All that the fitted models look at, one line per case, with `case_id` and `domain`."""
    lines = case_covariates(views).assign(
        case_id=[view.case_id for view in views], domain=[str(view.start["domain"]) for view in views]
    )
    if not any(isinstance(model, HazardModel) for model in fitted.models.values()):
        return lines
    own = case_lines(index or history.dossiers(fitted.target), views, MODEL_FEATURES)
    return lines.join(own.drop(columns=list(lines.columns), errors="ignore"))


def _limits(views: Sequence[Dossier], lines: pd.DataFrame, fitted: FittedModels) -> dict[str, dict[str, Limit]]:
    found: dict[str, dict[str, Limit]] = {view.case_id: {} for view in views}
    for name, model in fitted.models.items():
        for view, limit in zip(views, _limits_under(model, lines, fitted), strict=True):
            found[view.case_id][name] = limit
    return found


def _limits_under(model: Model, lines: pd.DataFrame, fitted: FittedModels) -> list[Limit]:
    if isinstance(model, HazardModel):
        if fitted.support is None:
            raise UsageError("wanted a hazard model with the support it was fitted on; came none: use fit_models")
        return limits_of(fitted.support, lines, model.base_.at_risk(lines))
    if "type" not in model.strata:
        return [WITHIN] * len(lines)
    known = fitted.spells
    types = list(known.starts["type"])
    return [
        unseen_type(known.case_ids, types, case_id, kind)
        for case_id, kind in zip(lines["case_id"], lines["type"], strict=True)
    ]


def open_cases(history: History, case_ids: list[str], target: str = TARGETS[0]) -> list[Dossier]:
    """The views of cases that are not known to have ended under `target`; `UsageError` names one that has."""
    views = history.case_views(case_ids, target)
    for view in views:
        ending = history.outcome(view.case_id, target)
        if ending["cause"]:
            raise UsageError(
                f"wanted a case that goes on; {view.case_id} {ending['cause']} on {ending['end_date'].date()}, "
                f"known since {ending['end_known_date'].date()}: ask as of an earlier day"
            )
    return views


def case_covariates(views: Sequence[Dossier]) -> pd.DataFrame:
    """The same for cases as known, with `age_months` when last seen and `gap_months` since then."""
    starts = pd.DataFrame([dict(view.start) for view in views])
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return start_covariates(starts).assign(**ages)


def _rows(
    name: str, model: Model, view: Dossier, line: pd.DataFrame, horizons: tuple[int, ...], limit: Limit
) -> pd.DataFrame:
    given = forecast_given(model, line, UNCERTAIN if isinstance(model, HazardModel) else "", horizons, LEVEL)
    if isinstance(model, HazardModel) and limit.status == "widened":
        given = {side: _widened(states, model.base_, line, horizons) for side, states in given.items()}
    index = pd.MultiIndex.from_product([STATES, horizons], names=["cause", "horizon"])
    tables = [
        index.to_frame(index=False).assign(
            probability=states.point.ravel(), lower=states.lower.ravel(), upper=states.upper.ravel(), given=side
        )
        for side, states in given.items()
    ]
    order = {horizon: i for i, horizon in enumerate(horizons)}
    rows = pd.concat(tables).sort_values("horizon", kind="stable", key=lambda cells: cells.map(order))
    rows = rows.sort_values(
        "given", kind="stable", key=lambda cells: cells.map({side: i for i, side in enumerate(given)})
    )
    rows = rows.assign(model=name, case_id=view.case_id, as_of=view.as_of.isoformat(), level=LEVEL)
    return rows[list(FORECAST_COLUMNS)].reset_index(drop=True)


def _widened(states: States, base: BaseRate, line: pd.DataFrame, horizons: tuple[int, ...]) -> States:
    """The same probabilities with bounds that hold the base rate's interval too."""
    lower, upper = base.predict_interval(line, horizons, LEVEL)
    return States(states.point, np.minimum(states.lower, lower[0]), np.maximum(states.upper, upper[0]))
