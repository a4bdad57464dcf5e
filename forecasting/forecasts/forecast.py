"""Forecast of open cases by fitted models, within the domain in which the models may be used."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import WITHIN, Applicability, applicabilities, applicability_by_type
from forecasting.forecasts.classes import CLASSES, CLASSES_OF, start_covariates
from forecasting.forecasts.fit import FittedModels, fit_models
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import MARGINAL, StateProbabilities, marginal_and_conditional
from forecasting.models import HEADLINE, LADDER_MODEL, AnyModel
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.panel import Population, check_choice
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

LEVEL = 0.8
GIVEN_CLAIMS: Final = {"claims true": True, "claims untrue": False}
"""Conditions of `forecast_by_claims`: every open claim taken as true, or as untrue."""


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
        Models fitted by that day, which bring target and population; by default the headline and all that stands under
        it, fitted on this history.
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
    >>> table = forecast(load_history(as_of="2026-02-05"), "new-start-post-expiry-2026", horizons=[60])
    >>> table["model"].unique().tolist()[:3]
    ['ladder', 'ladder_model', 'base_rate']
    """
    check_choice(fitted.target if fitted else target, population)
    asked = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    if not asked or len(set(asked)) != len(asked):
        raise UsageError(f"expected one case or more, each once, got {shown(asked)}")
    months = check_horizons(horizons)
    views = open_cases(history, asked, fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target, population=population)
    _require_earlier(fitted, history)
    own = index or history.dossiers(fitted.target)
    lines = _lines(views, fitted, own)
    limits = _limits(views, lines, fitted)
    situations = [CaseOnLadder(own, view, months, LEVEL) for view in views]
    tables = [
        _rows(name, _states(name, model, situations[line], lines.iloc[[line]], months, limit), view, months)
        for name, model in fitted.models.items()
        for line, view in enumerate(views)
        if (limit := limits[view.case_id][name]).status != "abstained"
    ]
    return _joined(tables)


def forecast_by_claims(
    history: History,
    case_id: str,
    *,
    fitted: FittedModels | None = None,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
    index: DossierIndex | None = None,
) -> pd.DataFrame:
    """Forecast of a case with every open claim taken as true, and with every one taken as untrue.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_id : str
        An open case.
    fitted : FittedModels, optional
        Models fitted by that day; by default those of `forecast`.
    horizons : sequence of int
        Months after the day, 1 to 120.
    target : {"concluded", "in_force"}
        What counts as formalized, for the default models.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    pandas.DataFrame
        As `forecast` returns it, `given` being `claims true` or `claims untrue`, for the models that weigh claims: the
        ladder's and its pool. Empty where no rung of the ladder rests on a claim that is open.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended, and for models of a later day.
    InsufficientHistoryError
        Where the default models are to be fitted and fewer than 10 endings were known.

    Examples
    --------
    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-02-05")
    >>> table = forecast_by_claims(history, "new-start-post-expiry-2026", horizons=[60])
    >>> set(table["given"]) <= {"claims true", "claims untrue"}
    True
    """
    months = check_horizons(horizons)
    (view,) = open_cases(history, [case_id], fitted.target if fitted else target)
    fitted = fitted or fit_models(history, (HEADLINE, LADDER_MODEL), target)
    _require_earlier(fitted, history)
    own = index or history.dossiers(fitted.target)
    if len(CaseOnLadder(own, view, months, LEVEL).paths) < 2:
        return _joined([])
    tables = []
    for given, truth in GIVEN_CLAIMS.items():
        situation = CaseOnLadder(own, view, months, LEVEL, claims=truth)
        for name, model in _of_ladder(fitted):
            states = {given: situation.states(name, model)[MARGINAL]}
            tables.append(_rows(name, states, view, months))
    return _joined(tables)


def ended_already(
    history: History,
    case_id: str,
    *,
    fitted: FittedModels | None = None,
    target: str = TARGETS[0],
    index: DossierIndex | None = None,
) -> pd.DataFrame:
    """Probability that a case has ended already without anybody having noted it, by cause.

    Parameters
    ----------
    history : History
        The record as of the forecast day.
    case_id : str
        An open case.
    fitted : FittedModels, optional
        Models fitted by that day; by default those of `forecast`.
    target : {"concluded", "in_force"}
        What counts as formalized, for the default models.
    index : DossierIndex, optional
        Dossiers of this history under the target; by default those cached in the history.

    Returns
    -------
    pandas.DataFrame
        Columns of `forecast` with `horizon` 0, `given` all, for the ladder's models and the base rates: the probability
        of having ended by each cause between the last sight and the day, given that no ending was noted, and of going
        on. Empty for a case that was seen in the month of the day.

    Raises
    ------
    UsageError
        For a case that is unknown, not yet known, or known to have ended, and for models of a later day.
    InsufficientHistoryError
        Where the default models are to be fitted and fewer than 10 endings were known.

    Examples
    --------
    A text that binds is not signed unseen:

    >>> from forecasting import load_history
    >>> history = load_history(as_of="2026-08-31")
    >>> case = max(history.case_views(history.open_case_ids("concluded"), "concluded"), key=lambda c: c.gap_months)
    >>> table = ended_already(history, case.case_id, fitted=fit_models(history, ["ladder"])).set_index("cause")
    >>> float(table.loc["formalized", "probability"]), bool(table.loc["faded", "probability"] > 0)
    (0.0, True)
    """
    (view,) = open_cases(history, [case_id], fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target)
    _require_earlier(fitted, history)
    if not view.gap_months:
        return _joined([])
    situation = CaseOnLadder(index or history.dossiers(fitted.target), view, (), LEVEL)
    named = [(name, model) for name, model in fitted.models.items() if not isinstance(model, HazardModel)]
    return _joined([_rows(name, {MARGINAL: situation.ended(name, model)}, view, (0,)) for name, model in named])


def _require_earlier(fitted: FittedModels, history: History) -> None:
    if fitted.as_of > history.as_of:
        raise UsageError(f"expected models fitted by {history.as_of}, got models of {fitted.as_of}")


def _of_ladder(fitted: FittedModels) -> Iterator[tuple[str, LadderPool | LadderModel]]:
    for name, model in fitted.models.items():
        if isinstance(model, LadderPool | LadderModel):
            yield name, model


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
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
    return _limits(views, _lines(views, fitted, index or history.dossiers(fitted.target)), fitted)


def _lines(views: Sequence[Dossier], fitted: FittedModels, index: DossierIndex) -> pd.DataFrame:
    """Per case what the applicability rules and the hazard model read of it, as far as the fitted models need it."""
    classes = {each for name in fitted.models for each in CLASSES_OF.get(name, ())}
    lines = case_covariates(views, tuple(classes)).assign(case_id=[view.case_id for view in views])
    if not any(isinstance(model, HazardModel) for model in fitted.models.values()):
        return lines
    lines = lines.assign(domain=[str(view.start["domain"]) for view in views])
    own = case_lines(index, views, MODEL_FEATURES)
    return lines.join(own.drop(columns=list(lines.columns), errors="ignore"))


def _limits(views: Sequence[Dossier], lines: pd.DataFrame, fitted: FittedModels) -> dict[str, dict[str, Applicability]]:
    found: dict[str, dict[str, Applicability]] = {view.case_id: {} for view in views}
    for name, model in fitted.models.items():
        for view, limit in zip(views, _limits_under(name, model, lines, fitted), strict=True):
            found[view.case_id][name] = limit
    return found


def _limits_under(name: str, model: AnyModel, lines: pd.DataFrame, fitted: FittedModels) -> list[Applicability]:
    if isinstance(model, HazardModel):
        if fitted.support is None:
            raise UsageError("expected a hazard model with the support it was fitted on, got none: use fit_models")
        return applicabilities(fitted.support, lines, model.base_.at_risk(lines))
    if "type" not in CLASSES_OF.get(name, ()):
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


def _states(
    name: str, model: AnyModel, case: CaseOnLadder, line: pd.DataFrame, horizons: tuple[int, ...], limit: Applicability
) -> Mapping[str, StateProbabilities]:
    """Probabilities of the states by condition."""
    if not isinstance(model, HazardModel):
        return case.states(name, model)
    given = marginal_and_conditional(model, line, UNCERTAIN, horizons, LEVEL)
    if limit.status == "widened":
        return {side: _widened(states, model.base_, line, horizons) for side, states in given.items()}
    return given


def _rows(name: str, given: Mapping[str, StateProbabilities], view: Dossier, horizons: tuple[int, ...]) -> pd.DataFrame:
    """Rows of the forecast table, by condition, horizon and state."""
    index = pd.MultiIndex.from_product([horizons, STATES], names=["horizon", "cause"])
    tables = [
        index.to_frame(index=False).assign(
            probability=states.point.T.ravel(), lower=states.lower.T.ravel(), upper=states.upper.T.ravel(), given=side
        )
        for side, states in given.items()
    ]
    rows = pd.concat(tables, ignore_index=True)
    rows = rows.assign(model=name, case_id=view.case_id, as_of=view.as_of.isoformat(), level=LEVEL)
    return rows[list(FORECAST_COLUMNS)]


def _widened(
    states: StateProbabilities, base: BaseRate, line: pd.DataFrame, horizons: tuple[int, ...]
) -> StateProbabilities:
    """The same probabilities with bounds that contain the base rate's interval too."""
    lower, upper = base.predict_interval(line, horizons, LEVEL)
    return StateProbabilities(states.point, np.minimum(states.lower, lower[0]), np.maximum(states.upper, upper[0]))
