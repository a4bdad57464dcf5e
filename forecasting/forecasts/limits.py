"""Applicability of fitted models to open cases: which of them say something of a case, and with what reserve."""

from collections.abc import Sequence

import pandas as pd

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import WITHIN, Applicability, applicabilities, applicability_by_type
from forecasting.forecasts.classes import CLASSES, CLASSES_OF, start_covariates
from forecasting.forecasts.fit import FittedModels, is_of_ladder
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.forecasts.training import case_lines
from forecasting.models import AnyModel
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS
from forecasting.record.vocabulary import TARGETS
from forecasting.store.errors import UsageError

LEVEL = 0.8


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
    >>> from forecasting import fit_models, load_history
    >>> history, case = load_history(as_of="2026-02-05"), "new-start-post-expiry-2026"
    >>> case_limits(history, [case], fit_models(history, ["base_rate"]))[case]["base_rate"].status
    'within'
    """
    views, own = open_cases(history, list(case_ids), fitted.target), index or history.dossiers(fitted.target)
    situations = [CaseOnLadder(own, view, HORIZONS, LEVEL) for view in views]
    return limits_of(situations, limit_lines(views, fitted, own), fitted)


def limit_lines(views: Sequence[Dossier], fitted: FittedModels, index: DossierIndex) -> pd.DataFrame:
    """Per case what the rules and the hazard model read of it, as far as the fitted models need it."""
    classes = {each for name in fitted.models for each in CLASSES_OF.get(name, ())}
    lines = case_covariates(views, tuple(classes)).assign(case_id=[view.case_id for view in views])
    if not any(isinstance(model, HazardModel) for model in fitted.models.values()):
        return lines
    lines = lines.assign(domain=[str(view.start["domain"]) for view in views])
    own = case_lines(index, views, MODEL_FEATURES)
    return lines.join(own.drop(columns=list(lines.columns), errors="ignore"))


def limits_of(
    situations: Sequence[CaseOnLadder], lines: pd.DataFrame, fitted: FittedModels
) -> dict[str, dict[str, Applicability]]:
    """Applicability by case and model, of cases with their `limit_lines`."""
    found: dict[str, dict[str, Applicability]] = {case_id: {} for case_id in lines["case_id"]}
    for name, model in fitted.models.items():
        for of_case, limit in zip(found.values(), _limits_under(name, model, situations, lines, fitted), strict=True):
            of_case[name] = limit
    return found


def _limits_under(
    name: str, model: AnyModel, situations: Sequence[CaseOnLadder], lines: pd.DataFrame, fitted: FittedModels
) -> list[Applicability]:
    if is_of_ladder(model):
        if fitted.ladder_support is None:
            raise UsageError("expected a ladder's model with the support it was fitted on, got none: use fit_models")
        return [situation.limit(fitted.ladder_support, model) for situation in situations]
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
