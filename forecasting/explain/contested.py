"""Arguable codings of the case itself, and the forecasts of the base rate and the hazard model under each."""

from dataclasses import dataclass
from datetime import date

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels, fit_models
from forecasting.forecasts.fit import rivalry
from forecasting.forecasts.forecast import case_covariates
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import marginal_probabilities
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.recoding import recoded

CLASS_MODEL = "rivalry_base_rate"


@dataclass(frozen=True)
class Contested:
    """A joint alternative coding that was arguable by the as-of day.

    Attributes
    ----------
    alternative_id : str
        Key of the joint alternative.
    changes : dict of str to str
        Other value of each column.
    reason : str
        Reason why it can be argued.
    known_date : date
        First day on which it was arguable.
    closes : bool
        Whether the case would have ended under it, or not be a core case.
    horizon : int
        Months.
    before, after : float or None
        Base rate of formalization within `horizon` months for the class as coded and under the alternative; None where
        the class is the same.
    """

    alternative_id: str
    changes: dict[str, str]
    reason: str
    known_date: date
    closes: bool
    horizon: int
    before: float | None
    after: float | None


def contested_codings(history: History, view: Dossier, fitted: FittedModels, horizon: int) -> list[Contested]:
    """Alternative codings of a case.

    Parameters
    ----------
    history : History
        The record as of the day.
    view : Dossier
        The case as known on the day.
    fitted : FittedModels
        Models of the day; the base rate by rivalry is fitted here if it is not among them.
    horizon : int
        Months, 1 to 120.

    Returns
    -------
    list of Contested
        Those that would close the case first.
    """
    rows = history.alternatives
    rows = rows[(rows["case_id"] == view.case_id) & rows["target"].isin(("", fitted.target))]
    rows = rows[["alternative_id", "field", "value", "reason", "known_date"]]
    model = fitted.models.get(CLASS_MODEL) or fit_models(history, (CLASS_MODEL,), fitted.target).models[CLASS_MODEL]
    listed = []
    for alternative_id, group in rows.groupby("alternative_id", sort=False):
        changes = {str(f): str(v) for f, v in zip(group["field"], group["value"], strict=True)}
        closes = bool(changes.get("cause")) or changes.get("in_core") == "0"
        before, after = (None, None) if closes else _class_effect(view, changes, model, horizon)
        first = group.iloc[0]
        listed.append(
            Contested(
                str(alternative_id),
                changes,
                str(first["reason"]),
                first["known_date"].date(),
                closes,
                horizon,
                before,
                after,
            )
        )
    return sorted(listed, key=lambda item: not item.closes)


def _class_effect(
    view: Dossier, changes: dict[str, str], model: BaseRate, horizon: int
) -> tuple[float | None, float | None]:
    covariates = case_covariates([view])
    altered = covariates.copy()
    if "type" in changes:
        altered["type"] = changes["type"]
    if "adversarial" in changes:
        altered["rivalry"] = rivalry(float(changes["adversarial"]))
    if altered.equals(covariates):
        return None, None
    both = [model.predict_cumulative_incidence(x, (horizon,)).values[0, 0, 0] for x in (covariates, altered)]
    return float(both[0]), float(both[1])


def formalized_if_recoded(
    history: History, model: HazardModel, case_id: str, alternative_id: str, target: str, horizon: int
) -> float:
    """Probability of formalization by a fitted hazard model if the case were coded otherwise; the fit stays as it is.

    Parameters
    ----------
    history : History
        The record as of the day.
    model : HazardModel
        Model of the day, fitted on the record as coded.
    case_id : str
        An open case.
    alternative_id : str
        A joint alternative of the case that leaves it open.
    target : {"concluded", "in_force"}
        What counts as formalized.
    horizon : int
        Months, 1 to 120.

    Returns
    -------
    float
        In [0, 1], marginal over an uncertain endorsement.
    """
    index = DossierIndex(recoded(history, [alternative_id]), target)
    line = case_lines(index, [index.dossier(case_id, history.as_of)], MODEL_FEATURES)
    return float(marginal_probabilities(model, line, UNCERTAIN, (horizon,))[0, 0])
