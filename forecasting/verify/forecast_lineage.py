"""The lineage of one number of a forecast: rows of the record, features, fit, forecast."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from forecasting.artefacts import Obtained, code_sha256, obtain
from forecasting.explain.hazard_drivers import drivers
from forecasting.explain.movers import behind
from forecasting.features import FEATURES, MODEL_FEATURES, DossierIndex
from forecasting.forecasts import forecast
from forecasting.forecasts.training import case_lines, training_set
from forecasting.models.hazard import HazardModel
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.citations import Citation, case_citation, citations
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES
from forecasting.verify.ladder_lineage import ladder_lineage
from forecasting.verify.verification import Trusted

Lineage = dict[str, Any]


@dataclass(frozen=True)
class ForecastNumber:
    """Which number of a forecast: `field` is probability, lower or upper; `horizon` in months after `as_of`."""

    case_id: str
    as_of: date
    target: str
    model: str
    horizon: int
    cause: str
    given: str
    field: str


def forecast_lineage(history: History, number: ForecastNumber, trusted: Trusted) -> Lineage:
    """Rows of the record, features, fit and forecast behind one number of a forecast.

    Parameters
    ----------
    history
        The record as of the day of the forecast.
    number
        Which number.
    trusted
        Where fitted models may be taken from.

    Returns
    -------
    dict
        `sources`: citations of the case and of the events, endings or outcomes that feed the number. `features`: name,
        value, unit, range and contribution of each of the hazard model's, empty for others; `inputs` those of the
        headline. `fit`: what was fitted on what. `forecast`:
        the row of the forecast, made again.
    """
    view = history.case(number.case_id, number.target)
    obtained = obtain(trusted.artefacts, history, (number.model,), number.target)
    index = DossierIndex(history, number.target)
    table = forecast(history, number.case_id, fitted=obtained.fitted, horizons=(number.horizon,), index=index)
    row = table[(table["cause"] == number.cause) & (table["given"] == number.given)].iloc[0].to_dict()
    own = _of_model(history, view, obtained, index, number)
    origin = f"artefact {obtained.key}" if obtained.key else "fitted anew"
    fit = {"from": origin, "record_sha256": history.training.sha256, "code_sha256": code_sha256(), **own.pop("fit")}
    return {**own, "fit": fit, "forecast": row | {"field": number.field}}


def _of_model(
    history: History, view: Dossier, obtained: Obtained, index: DossierIndex, number: ForecastNumber
) -> Lineage:
    model = obtained.fitted.models[number.model]
    if isinstance(model, LadderPool):
        return ladder_lineage(
            history, index.dossier(number.case_id, number.as_of), model, obtained.fitted.population, number.horizon,
            number.cause, number.given,
        )  # fmt: skip
    return (_of_hazard if isinstance(model, HazardModel) else _of_base_rate)(history, view, obtained, index, number)


def _of_base_rate(
    history: History, view: Dossier, obtained: Obtained, _: DossierIndex, number: ForecastNumber
) -> Lineage:
    spells = obtained.fitted.spells
    ended = {cause: int((spells.cause == k).sum()) for k, cause in enumerate(CAUSES, start=1)}
    rows = [row for case in spells.case_ids for row in _outcome(history, case, number.target)]
    at_risk = spells.at_risk(view.age_months)
    fit = {
        "n_cases": len(spells.entry),
        "population": obtained.fitted.population,
        "n_at_risk_at_its_age": at_risk,
        "age_months": view.age_months,
        "ended": ended,
    }
    return {
        "sources": {"case": case_citation(history, view.case_id), "outcomes": rows},
        "features": [],
        "fit": fit | {"how": "by month of age, the share of those at risk that ended so (Aalen-Johansen)"},
    }


def _outcome(history: History, case_id: str, target: str) -> list[Citation]:
    return citations(history, "outcomes", case_id=case_id, target=target)


def _of_hazard(
    history: History, view: Dossier, obtained: Obtained, index: DossierIndex, number: ForecastNumber
) -> Lineage:
    model = obtained.fitted.models[number.model]
    assert isinstance(model, HazardModel)
    line = case_lines(index, [view], MODEL_FEATURES)
    told = drivers(model, line, number.horizon, number.cause)
    made = behind(index, history, view.case_id, MODEL_FEATURES, number.target)
    learned = training_set(history, index, MODEL_FEATURES, number.target).landmarks
    acts = {m.event_id for moved in made.values() for m in moved.movers if m.kind != "ending"}
    ends = {m.event_id for moved in made.values() for m in moved.movers if m.kind == "ending"}
    points = {row.name: row for row in told.rows}
    return {
        "sources": {
            "case": case_citation(history, view.case_id),
            "events": [row for event in view.events if event.event_id in acts
                       for row in citations(history, "events", event_id=event.event_id)],
            "endings": [row for case in sorted(ends) for row in _outcome(history, case, number.target)],
        },
        "features": [
            {
                "name": name, "value": float(line[name].iloc[0]), "unit": FEATURES[name].unit,
                "range": [FEATURES[name].minimum, FEATURES[name].maximum], "what": FEATURES[name].what,
                "reason": FEATURES[name].reason, "points": points[name].points,
                "from": [m.event_id for m in made[name].movers] or ["the case's own row"],
            }
            for name in MODEL_FEATURES
        ],
        "fit": {
            "n_cases": int(learned["case_id"].nunique()), "population": "core, however found",
            "n_landmarks": int(learned.groupby("case_id")["age_months"].nunique().sum()),
            "points": {row.name: row.points for row in told.rows}, "sum_of_points": told.probability,
        },
    }  # fmt: skip
