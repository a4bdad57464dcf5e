"""Content of a case report as plain values; pages and sidecars are made from this and nothing else."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from textwrap import shorten
from typing import Any

import pandas as pd

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.artefacts.session import shared_pooled
from forecasting.backtest.multiverse.summary import read_summary
from forecasting.documents.case.confidence import confidence, ending_skills
from forecasting.documents.case.evidence_values import EVIDENCE
from forecasting.documents.case.explanation_values import EXPLANATION
from forecasting.documents.case.first_screen_values import BRIEF, PANELS
from forecasting.documents.case.headline_values import FIRST_SCREEN, headline
from forecasting.documents.case.material import CURVE, HAZARD_MODEL, HEADLINE_MODEL, Material
from forecasting.documents.case.rung_values import RUNG
from forecasting.documents.case.situation_values import SITUATION
from forecasting.documents.case.skill import first_model_skill
from forecasting.documents.provenance import PROVENANCE, Recorded
from forecasting.documents.standing import live_values, said_values
from forecasting.explain.contested import Contested, contested_codings, formalized_if_recoded
from forecasting.explain.reference_classes import Rung, reference_class_ladder
from forecasting.explain.windows import stated_terms, term_end
from forecasting.forecasts import LEVEL, forecast
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import marginal_probabilities
from forecasting.models import BASE_RATE, DEFAULT
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, calendar_months, deadline
from forecasting.record.panel import spells
from forecasting.record.recoding import only_case
from forecasting.record.vocabulary import CAUSES, TARGETS
from forecasting.store.errors import AbstentionError

CLASSES_SHOWN = (BASE_RATE, "type_base_rate", "rivalry_base_rate")
FACTS = (
    "type", "domain", "limit_object", "prior_instrument", "stated_horizon_months", "leader_endorsed", "matched",
    "negotiation_underway", "formal_target", "ratification_required", "verification", "third_party_objection",
    "adversarial", "armed_conflict", "background_treaty",
)  # fmt: skip

Content = dict[str, Any]


def case_content(
    history: History,
    case_id: str,
    horizons: tuple[int, ...] = HORIZONS,
    target: str = TARGETS[0],
    artefacts: str | Path | None = None,
    ledger: str | Path | None = None,
    until: str | None = None,
    since: date | None = None,
) -> Content:
    """All values of a case report as of the history's day; JSON types only.

    `since`: day of the page before, with which the forecast is compared; four weeks before where it is None. The models
    come from an artefact in `artefacts` if one is there, and are fitted otherwise: the values are the same.
    `live`: what became of the forecasts in `ledger` up to the entry with the sha256 `until`, by default the last.
    `provenance`: what each value rests on.
    """
    found, value = Material(history, case_id, horizons, target, artefacts, since), Recorded()
    require_forecast(found)
    first = value("case", case_facts, found)
    return {
        "template": "case_report",
        "package_version": forecasting.__version__,
        "record_sha256": history.record_sha256,
        "code_sha256": code_sha256(),
        "artefact": found.obtained.key,
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "target": target,
        "horizons": list(found.horizons),
        "deadlines": {str(horizon): deadline(history.as_of, horizon).isoformat() for horizon in found.horizons},
        "level": LEVEL,
        "case": first,
        "live": value("live", live_values, history.record.folder, ledger, until),
        "said": value("said", said_values, history, case_id, target, ledger, until),
        **{name: value(name, work, found) for name, work in (FIRST_SCREEN | PANELS).items()},
        "confidence": value("confidence", assessed_confidence, found),
        "contested": value("contested", arguable_codings, found),
        "forecast": value("forecast", forecasts, found),
        "hazard_model": {
            "model": HAZARD_MODEL,
            "limit": value("hazard_model.limit", applicability, found),
            "forecast": value("hazard_model.forecast", hazard_forecasts, found),
            "skill": value("hazard_model.skill", first_model_skill, history.record.folder, history.record_sha256),
        },
        "explanation": {name: value(f"explanation.{name}", work, found) for name, work in EXPLANATION.items()},
        "situation": {name: value(f"situation.{name}", work, found) for name, work in SITUATION.items()},
        "rung": {name: value(f"rung.{name}", work, found) for name, work in RUNG.items()},
        "curve": value("curve", incidence_by_month, found),
        "reference_classes": value("reference_classes", reference_class_values, found),
        "stated_term": value("stated_term", stated_term, found),
        "earlier_terms": value("earlier_terms", earlier_terms, found),
        **{name: value(name, work, found) for name, work in EVIDENCE.items()},
        PROVENANCE: value.provenance,
    }


def require_forecast(found: Material) -> None:
    """`AbstentionError` where the headline abstains from the case on the day."""
    if found.headline_limit.status == "abstained":
        raise AbstentionError(
            f"expected a forecast of {found.case_id} on {found.history.as_of}, got an abstention of the headline: "
            f"{found.headline_limit}; ask for a later day"
        )


def case_facts(found: Material) -> Content:
    """Name, parties and coded facts of the case, and the day of its last observation."""
    history, view = found.history, found.view
    names = history.parties.set_index("code")["name"]
    return {
        "case_id": view.case_id,
        "name": view.start["name"],
        "summary": view.start["summary"],
        "parties": [str(names[code]) for code in view.parties],
        "start": view.start_date.isoformat(),
        "start_precision": view.start["start_precision"],
        "age_months": calendar_months(view.start_date, view.as_of),
        "last_seen": view.last_seen.isoformat(),
        "months_unseen": view.months_unseen,
        "is_state_known": view.is_state_known,
        "facts": {name: view.start[name] for name in FACTS},
        "confidence": str(history.coding.set_index("case_id")["confidence"][view.case_id]),
    }


def assessed_confidence(found: Material) -> Content:
    """The level of confidence in the headline, and its basis."""
    history, top = found.history, headline(found)
    folder = history.record.folder
    return confidence(
        history,
        found.case_id,
        {name: float(top[name]) for name in ("probability", "lower", "upper")},
        ending_skills(folder, history.record_sha256),
        read_summary(folder / "multiverse", history.record_sha256, history.as_of),
    )


def arguable_codings(found: Material) -> list[Content]:
    """Arguable codings of the case itself, with the base rate of the class and the headline under each."""
    listed = contested_codings(found.history, found.view, found.base_rates, found.horizon)
    alone = only_case(found.history, found.case_id)
    return [_contested(item) | {"model": _model_effect(found, alone, item)} for item in listed]


def _model_effect(found: Material, alone: History, item: Contested) -> Content | None:
    """The headline as coded and under the alternative; None where the case would be closed."""
    if item.closes:
        return None
    after = formalized_if_recoded(alone, found.pool, found.case_id, item.alternative_id, found.target, item.horizon)
    rows = found.marginal(HEADLINE_MODEL).set_index(["horizon", "cause"])["probability"]
    return {"before": float(rows[item.horizon, CAUSES[0]]), "after": after}


def forecasts(found: Material) -> list[Content]:
    """The headline and what stands under it, one row per model, state, horizon and condition."""
    return [row for model in DEFAULT for row in found.shown(model).to_dict(orient="records")]


def applicability(found: Material) -> Content:
    """Applicability of the hazard model to the case, with the reasons."""
    return asdict(found.limit)


def hazard_forecasts(found: Material) -> list[Content]:
    """The same rows of the hazard model."""
    table = forecast(found.history, found.case_id, fitted=found.hazard, horizons=found.horizons, index=found.index)
    return table.to_dict(orient="records")


def incidence_by_month(found: Material) -> Content:
    """Cumulative incidence by month after the as-of day, by model and outcome; the headline's with its bounds."""
    numbers = {HEADLINE_MODEL: ("probability", "lower", "upper"), BASE_RATE: ("probability",)}
    models: Content = {}
    for name in numbers:
        for cause, rows in found.monthly(name).groupby("cause", sort=False):
            if cause in CAUSES:
                models.setdefault(name, {})[cause] = {number: rows[number].tolist() for number in numbers[name]}
    if found.limit.status != "abstained":
        points = marginal_probabilities(found.hazard_model, found.line, UNCERTAIN, CURVE)
        models[HAZARD_MODEL] = {cause: {"probability": points[k].tolist()} for k, cause in enumerate(CAUSES)}
    return {"horizons": list(CURVE), "models": models}


def reference_class_values(found: Material) -> list[Content]:
    """Reference classes of the case from the widest to the narrowest."""
    narrow = pd.concat([found.shown(model) for model in CLASSES_SHOWN], ignore_index=True)
    pooled = shared_pooled(found.history, found.target)
    rungs = reference_class_ladder(
        found.history, found.view, found.base_rates, found.horizons, narrow=narrow, pooled=pooled
    )
    return [_rung(rung) for rung in rungs]


def earlier_terms(found: Material) -> Content:
    """Observed states of earlier arrangements at the end of their stated terms."""
    terms = stated_terms(spells(found.history, found.target))
    return {"n": terms.n, "states": terms.states, "beyond": terms.beyond}


def stated_term(found: Material) -> Content | None:
    """The stated term of the case, and the months from the as-of day to its end."""
    view, end = found.view, term_end(found.view)
    if end is None:
        return None
    ahead = calendar_months(view.as_of, end)
    return {"months": int(view.fact("stated_horizon_months")), "end": end.isoformat(), "months_ahead": ahead}


def _contested(item: Contested) -> Content:
    return {
        "alternative_id": item.alternative_id,
        "changes": item.changes,
        "reason": item.reason,
        "brief": shorten(item.reason, BRIEF, placeholder=" ..."),
        "known": item.known_date.isoformat(),
        "closes": item.closes,
        "horizon": item.horizon,
        "before": item.before,
        "after": item.after,
    }


def _rung(rung: Rung) -> Content:
    return {
        "name": rung.name,
        "n": rung.n,
        "endings": rung.endings,
        "ongoing": rung.ongoing,
        "shrunk": rung.shrunk,
        "formalized": rung.formalized.to_dict(orient="records"),
    }
