"""Forecast of open cases by fitted models, within the domain in which the models may be used."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import WITHIN, Applicability, applicabilities, applicability_by_type
from forecasting.forecasts.fit import CLASSES, FittedModels, fit_models, start_covariates
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import Model, StateProbabilities, marginal_and_conditional
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
    """Probability of each state of each case within each horizon.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_ids : str or sequence of str
        One open case or more, each once.
    fitted : FittedModels, optional
        Models fitted by that day, which bring target and population; by default the base rates, fitted on this history.
    horizons : sequence of int
        Months after the day, 1 to 120.
    target : {"concluded", "in_force"}
        What counts as formalized, for the default models.
    population : {"forward", "pooled", "every"}
        Spells that the default models are fitted on, see `record.panel.spells`.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    pandas.DataFrame
        One row per model, case, horizon, state and condition: `model`, `case_id`, `as_of`, `horizon`, `cause`
        (formalized, collapsed, faded, or ongoing), `probability` in [0, 1], `lower` and `upper` (equal-tailed interval
        at `level`), `given` (`all`: the marginal forecast; else the fact that it is conditional on). A model that
        abstains from a case has no rows for it; a widened interval contains that of the base rate. `case_limits` has
        the reasons, and `applicability` the rules.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended, and for models of a later day.
    InsufficientHistoryError
        Where the default models are to be fitted and fewer than 10 endings were known.

    Examples
    --------
    >>> from forecasting import load_history
    >>> table = forecast(load_history(), "new-start-post-expiry-2026", horizons=[60])
    >>> sorted(table["model"].unique())
    ['base_rate', 'rivalry_base_rate', 'type_base_rate']
    """
    check_choice(fitted.target if fitted else target, population)
    asked = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    if not asked or len(set(asked)) != len(asked):
        raise UsageError(f"expected one case or more, each once, got {shown(asked)}")
    months = check_horizons(horizons)
    views = open_cases(history, asked, fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target, population=population)
    if fitted.as_of > history.as_of:
        raise UsageError(f"expected models fitted by {history.as_of}, got models of {fitted.as_of}")
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
) -> dict[str, dict[str, Applicability]]:
    """Applicability of fitted models to open cases, as `forecast` applies it.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_ids : sequence of str
        Open cases.
    fitted : FittedModels
        Models fitted by that day.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    dict of str to dict of str to Applicability
        By case and model.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history, case = load_history(as_of="2026-02-05"), "new-start-post-expiry-2026"
    >>> case_limits(history, [case], fit_models(history, ["base_rate"]))[case]["base_rate"].status
    'within'
    """
    views = open_cases(history, list(case_ids), fitted.target)
    return _limits(views, _lines(history, views, fitted, index), fitted)


def _lines(
    history: History, views: Sequence[Dossier], fitted: FittedModels, index: DossierIndex | None
) -> pd.DataFrame:
    """Covariates of all fitted models, one line per case, with `case_id`, and `domain` for the hazard model."""
    models = list(fitted.models.values())
    classes = {name for model in models if isinstance(model, BaseRate) for name in model.strata}
    lines = case_covariates(views, tuple(classes)).assign(case_id=[view.case_id for view in views])
    if not any(isinstance(model, HazardModel) for model in models):
        return lines
    lines = lines.assign(domain=[str(view.start["domain"]) for view in views])
    own = case_lines(index or history.dossiers(fitted.target), views, MODEL_FEATURES)
    return lines.join(own.drop(columns=list(lines.columns), errors="ignore"))


def _limits(views: Sequence[Dossier], lines: pd.DataFrame, fitted: FittedModels) -> dict[str, dict[str, Applicability]]:
    found: dict[str, dict[str, Applicability]] = {view.case_id: {} for view in views}
    for name, model in fitted.models.items():
        for view, limit in zip(views, _limits_under(model, lines, fitted), strict=True):
            found[view.case_id][name] = limit
    return found


def _limits_under(model: Model, lines: pd.DataFrame, fitted: FittedModels) -> list[Applicability]:
    if isinstance(model, HazardModel):
        if fitted.support is None:
            raise UsageError("expected a hazard model with the support it was fitted on, got none: use fit_models")
        return applicabilities(fitted.support, lines, model.base_.at_risk(lines))
    if "type" not in model.strata:
        return [WITHIN] * len(lines)
    known = fitted.spells
    types = list(known.starts["type"])
    return [
        applicability_by_type(known.case_ids, types, case_id, kind)
        for case_id, kind in zip(lines["case_id"], lines["type"], strict=True)
    ]


def open_cases(history: History, case_ids: list[str], target: str = TARGETS[0]) -> list[Dossier]:
    """Dossiers of cases that are not known to have ended.

    Parameters
    ----------
    history : History
        The record as of the day.
    case_ids : list of str
        The cases.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    list of Dossier
        In the order of `case_ids`.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended.

    Examples
    --------
    >>> from forecasting import load_history
    >>> [dossier.start_date.isoformat() for dossier in open_cases(load_history(), ["new-start-post-expiry-2026"])]
    ['2026-02-05']
    """
    views = history.case_views(case_ids, target)
    outcomes = history.outcomes
    causes = outcomes[outcomes["target"] == target].set_index("case_id")["cause"]
    for view in views:
        if causes[view.case_id]:
            ending = history.outcome(view.case_id, target)
            raise UsageError(
                f"expected a case that goes on, got {view.case_id}, which {ending['cause']} on "
                f"{ending['end_date'].date()}, known since {ending['end_known_date'].date()}; ask as of an earlier day"
            )
    return views


def case_covariates(views: Sequence[Dossier], classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """Covariates of the base rates for cases as known on a day.

    Parameters
    ----------
    views : sequence of Dossier
        n cases.
    classes : sequence of {"type", "rivalry"}
        Classes; by default both.

    Returns
    -------
    pandas.DataFrame of n rows
        The classes, `age_months` when last seen, and `gap_months` from then to the as-of day.
    """
    columns = {CLASSES[name]: [view.start[CLASSES[name]] for view in views] for name in classes}
    starts = pd.DataFrame(columns, index=range(len(views)))
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return start_covariates(starts, classes).assign(**ages)


def _rows(
    name: str, model: Model, view: Dossier, line: pd.DataFrame, horizons: tuple[int, ...], limit: Applicability
) -> pd.DataFrame:
    given = marginal_and_conditional(model, line, UNCERTAIN if isinstance(model, HazardModel) else "", horizons, LEVEL)
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


def _widened(
    states: StateProbabilities, base: BaseRate, line: pd.DataFrame, horizons: tuple[int, ...]
) -> StateProbabilities:
    """The same probabilities with bounds that contain the base rate's interval too."""
    lower, upper = base.predict_interval(line, horizons, LEVEL)
    return StateProbabilities(states.point, np.minimum(states.lower, lower[0]), np.maximum(states.upper, upper[0]))
