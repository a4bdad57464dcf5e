"""Forecast of open cases by fitted models, within the domain in which the models may be used."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.features import DossierIndex
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.fit import FittedModels, fit_models, is_of_ladder
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.limits import LEVEL, limit_lines, limits_of, open_cases
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import MARGINAL, StateProbabilities, marginal_and_conditional
from forecasting.models import BASE_RATE, HEADLINE, LADDER_MODEL
from forecasting.models.dated_rate import DatedRate
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History, require_history
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.panel import Population, check_choice
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import UsageError, shown

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
    require_history(history)
    check_choice(fitted.target if fitted else target, population)
    if not isinstance(case_ids, str | Sequence):
        raise UsageError(f"expected one case or more, each once, got {shown(case_ids)}")
    asked = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    if not asked or len(set(asked)) != len(asked):
        raise UsageError(f"expected one case or more, each once, got {shown(asked)}")
    months = check_horizons(horizons)
    views = open_cases(history, asked, fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target, population=population)
    _require_earlier(fitted, history)
    own = index or history.dossiers(fitted.target)
    lines = limit_lines(views, fitted, own)
    situations = [CaseOnLadder(own, view, months, LEVEL) for view in views]
    limits = limits_of(situations, lines, fitted)
    tables = [
        _rows(name, _states(name, fitted, situations[line], lines.iloc[[line]], months, limit), view, months)
        for name in fitted.models
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
        ladder's and its pool. Empty where no rung of the ladder rests on a claim that is open, or the model abstains.

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
    whole = CaseOnLadder(own, view, months, LEVEL)
    if len(whole.paths) < 2:
        return _joined([])
    line = limit_lines([view], fitted, own)
    limits = limits_of([whole], line, fitted)[case_id]
    tables = []
    for given, truth in GIVEN_CLAIMS.items():
        situation = CaseOnLadder(own, view, months, LEVEL, claims=truth)
        for name, limit in limits.items():
            if is_of_ladder(fitted.models[name]) and limit.status != "abstained":
                states = {given: _states(name, fitted, situation, line, months, limit)[MARGINAL]}
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
        on. Empty for a case that was seen in the month of the day; a model that abstains from it has no rows.

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
    own = index or history.dossiers(fitted.target)
    situation = CaseOnLadder(own, view, (), LEVEL)
    limits = limits_of([situation], limit_lines([view], fitted, own), fitted)[case_id]
    tables = []
    for name, model in fitted.models.items():
        if not isinstance(model, HazardModel) and limits[name].status != "abstained":
            states = situation.ended(name, model)
            if limits[name].status == "widened":
                base = situation.ended(BASE_RATE, _ladder_base(fitted))
                states = _holding(states, base.lower, base.upper)
            tables.append(_rows(name, {MARGINAL: states}, view, (0,)))
    return _joined(tables)


def _require_earlier(fitted: FittedModels, history: History) -> None:
    if fitted.as_of > history.as_of:
        raise UsageError(f"expected models fitted by {history.as_of}, got models of {fitted.as_of}")


def _joined(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FORECAST_COLUMNS))


def _states(
    name: str,
    fitted: FittedModels,
    case: CaseOnLadder,
    line: pd.DataFrame,
    horizons: tuple[int, ...],
    limit: Applicability,
) -> Mapping[str, StateProbabilities]:
    """Probabilities of the states by condition; a widened interval holds that of the base rate, on which none bears."""
    model = fitted.models[name]
    if isinstance(model, HazardModel):
        given: Mapping[str, StateProbabilities] = marginal_and_conditional(model, line, UNCERTAIN, horizons, LEVEL)
    else:
        given = case.states(name, model)
    if limit.status != "widened":
        return given
    if isinstance(model, HazardModel):
        lower, upper = (bound[0] for bound in model.base_.predict_interval(line, horizons, LEVEL))
    else:
        base = case.states(BASE_RATE, _ladder_base(fitted))[MARGINAL]
        lower, upper = base.lower, base.upper
    return {side: _holding(states, lower, upper) for side, states in given.items()}


def _ladder_base(fitted: FittedModels) -> DatedRate:
    if fitted.ladder_base is None:
        raise UsageError("expected a ladder's model with the base rate of its cases, got none: use fit_models")
    return fitted.ladder_base


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


def _holding(states: StateProbabilities, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> StateProbabilities:
    """The same probabilities with bounds that contain other ones too."""
    return StateProbabilities(states.point, np.minimum(states.lower, lower), np.maximum(states.upper, upper))
