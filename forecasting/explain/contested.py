"""Arguable codings of the case itself, and the base rate under each alternative."""

from dataclasses import dataclass
from datetime import date

from forecasting.forecasts import FittedModels, fit_models
from forecasting.forecasts.fit import rivalry
from forecasting.forecasts.forecast import case_covariates
from forecasting.models.base_rate import BaseRate
from forecasting.record.cases import Dossier
from forecasting.record.history import History

CLASS_MODEL = "rivalry_base_rate"


@dataclass(frozen=True)
class Contested:
    """A joint alternative coding that could be argued by the as-of day.

    `closes`: under it the question would be closed (the case ended, or never was one). `before` and `after`: chance
    of formalization within `horizon` months as its class is coded and as it would be; None where no class changes.
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
    """The alternatives of a case, those that would close the question first."""
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
