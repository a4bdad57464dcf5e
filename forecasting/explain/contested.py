"""Arguable codings of the case itself, and the forecasts of the base rate and the headline under each."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from forecasting.features import DossierIndex
from forecasting.forecasts import LEVEL, FittedModels, fit_models
from forecasting.forecasts.classes import CLASSES, class_labels
from forecasting.forecasts.ladder import CaseOnLadder, seen_case
from forecasting.forecasts.uncertain import MARGINAL
from forecasting.models import HEADLINE
from forecasting.models.dated_rate import DatedRate
from forecasting.models.ladder_pool import LadderPool
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
    assert isinstance(model, DatedRate)
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
    view: Dossier, changes: dict[str, str], model: DatedRate, horizon: int
) -> tuple[float | None, float | None]:
    coded = pd.DataFrame({name: [view.start[name]] for name in CLASSES.values()})
    altered = coded.assign(**{name: _value(name, changes[name]) for name in CLASSES.values() if name in changes})
    labels = [str(class_labels(starts, CLASS_MODEL)[0]) for starts in (coded, altered)]
    if labels[0] == labels[1]:
        return None, None
    both = [model.predict_cumulative_incidence(seen_case(view, label), (horizon,)).values[0, 0, 0] for label in labels]
    return float(both[0]), float(both[1])


def _value(name: str, text: str) -> str | float:
    return text if name == "type" else float(text)


def formalized_if_recoded(
    alone: History, pool: LadderPool, case_id: str, alternative_id: str, target: str, horizon: int
) -> float:
    """Probability of formalization by the fitted headline if the case were coded otherwise; the fit stays as it is.

    Parameters
    ----------
    alone : History
        The record as of the day, of this case alone (`record.recoding.only_case`).
    pool : LadderPool
        The headline of the day, fitted on the record as coded.
    case_id : str
        An open case.
    alternative_id : str
        A joint alternative of the case that leaves it open; of a ladder, too.
    target : {"concluded", "in_force"}
        What counts as formalized.
    horizon : int
        Months, 1 to 120.

    Returns
    -------
    float
        In [0, 1], marginal over an uncertain endorsement and open claims.
    """
    # Covariates of the ladder's model and its ladders are the case's own: what others did need not be read again.
    index = DossierIndex(recoded(alone, [alternative_id]), target)
    case = CaseOnLadder(index, index.dossier(case_id, alone.as_of), (horizon,), LEVEL)
    return float(case.states(HEADLINE, pool)[MARGINAL].point[0, 0])
