"""Everything that a case report says, as plain values. Pages and sidecars are made from this and nothing else."""

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

import forecasting
from forecasting.artefacts import code_sha256
from forecasting.artefacts.session import shared_fit, shared_index, shared_pooled
from forecasting.backtest.multiverse.summary import read_summary
from forecasting.documents.case.confidence import confidence
from forecasting.documents.case.evidence_values import evidence_values
from forecasting.documents.case.explained_values import explained
from forecasting.documents.wording import verdict
from forecasting.explain.contested import Contested, contested_codings
from forecasting.explain.reference_classes import Rung, reference_class_ladder
from forecasting.explain.windows import stated_terms
from forecasting.features import MODEL_FEATURES
from forecasting.forecasts import LEVEL, case_limits, forecast, open_cases
from forecasting.forecasts.forecast import case_covariates
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import Model, marginal_probabilities
from forecasting.models import BASE_RATES
from forecasting.models.base_rate import BaseRate
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, completed_months, deadline, last_day_of_interval
from forecasting.record.schema import EVALUATION
from forecasting.record.vocabulary import CAUSES, ONGOING, TARGETS

HEADLINE_MODEL = "base_rate"
BY_TYPE = "type_base_rate"
BESIDE = "primary"
MODELS_SHOWN = (*BASE_RATES, BESIDE)
HEADLINE_HORIZON = 60
CURVE = tuple(range(1, 121))
STALE_MONTHS = 24
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
) -> Content:
    """All values of a case report as of the history's day; JSON types only.

    The models come from an artefact in `artefacts` if one is there, and are fitted otherwise: the values are the same.
    """
    view = open_cases(history, [case_id], target)[0]
    obtained = shared_fit(history, MODELS_SHOWN, target, artefacts)
    fitted, beside = obtained.only(*BASE_RATES), obtained.only(BESIDE)
    index = shared_index(history, target)
    shown = tuple(sorted({*horizons, *((HEADLINE_HORIZON,) if max(horizons) >= HEADLINE_HORIZON else ())}))
    monthly = forecast(history, case_id, fitted=fitted, horizons=CURVE)
    table = monthly[monthly["horizon"].isin(shown)]
    closer = forecast(history, case_id, fitted=beside, horizons=shown, index=index)
    ladder = reference_class_ladder(history, view, fitted, shown, narrow=table, pooled=shared_pooled(history, target))
    terms = stated_terms(fitted)
    base, covariates = fitted.models[HEADLINE_MODEL], case_covariates([view])
    headline = _headline(history.as_of, table, shown) | {
        "n": len(fitted.spells.entry),
        "n_at_risk": int(base.at_risk(covariates)[0]),
        "thin": bool(base.at_risk(covariates)[0] < base.fewest),
    }
    proof = _proof(history.record.folder)
    limit = case_limits(history, [case_id], beside, index)[case_id][BESIDE]
    reasons = explained(history, view, beside, index, headline["horizon"], limit, artefacts)
    line = None if limit.status == "abstained" else case_lines(index, [view], MODEL_FEATURES)
    return {
        "template": "case_report",
        "package_version": forecasting.__version__,
        "record_sha256": history.sha256,
        "code_sha256": code_sha256(),
        "artefact": obtained.key,
        "data_end": history.record.data_end.isoformat(),
        "as_of": history.as_of.isoformat(),
        "target": target,
        "horizons": list(shown),
        "deadlines": {str(horizon): deadline(history.as_of, horizon).isoformat() for horizon in shown},
        "level": LEVEL,
        "case": _case(history, view),
        "headline": headline,
        "unseen": _ended_unseen(base, covariates),
        "confidence": confidence(
            history,
            case_id,
            headline["n_at_risk"],
            [design["brier_skill"] for design in proof],
            read_summary(history.record.folder / "multiverse", history.sha256, history.as_of)
            if limit.status != "abstained"
            else None,
        ),
        "contested": [_contested(item) for item in contested_codings(history, view, fitted, headline["horizon"])],
        "forecast": table.to_dict(orient="records"),
        "beside": {
            "model": BESIDE,
            "limit": asdict(limit),
            "forecast": closer.to_dict(orient="records"),
            "proof": proof,
        },
        "explained": reasons,
        "curve": _curve(monthly, beside.models[BESIDE], line),
        "ladder": [_rung(rung) for rung in ladder],
        "stated_term": _stated_term(view),
        "earlier_terms": {"n": terms.n, "states": terms.states, "beyond": terms.beyond},
        **evidence_values(history, view, target),
    }


def _case(history: History, view: Dossier) -> Content:
    names = history.parties.set_index("code")["name"]
    return {
        "case_id": view.case_id,
        "name": view.start["name"],
        "summary": view.start["summary"],
        "parties": [str(names[code]) for code in view.parties],
        "start": view.start_date.isoformat(),
        "start_precision": view.start["start_precision"],
        "age_months": completed_months(view.start_date, view.as_of),
        "last_seen": view.last_seen.isoformat(),
        "months_unseen": view.months_unseen,
        "stale": view.months_unseen > STALE_MONTHS,
        "facts": {name: view.start[name] for name in FACTS},
        "confidence": str(history.coding.set_index("case_id")["confidence"][view.case_id]),
    }


def _headline(as_of: date, table: pd.DataFrame, horizons: tuple[int, ...]) -> Content:
    horizon = HEADLINE_HORIZON if HEADLINE_HORIZON in horizons else horizons[-1]
    rows = table[(table["model"] == HEADLINE_MODEL) & (table["cause"] == CAUSES[0])].set_index("horizon")
    row = rows.loc[horizon]
    return {
        "model": HEADLINE_MODEL,
        "horizon": horizon,
        "deadline": deadline(as_of, horizon).isoformat(),
        "probability": float(row["probability"]),
        "lower": float(row["lower"]),
        "upper": float(row["upper"]),
        "word": verdict(row["probability"], row["lower"], row["upper"]),
    }


def _curve(monthly: pd.DataFrame, closer: Model, line: pd.DataFrame | None) -> Content:
    """Incidence by month after the as-of day, by model and ending; the headline's with its bounds."""
    numbers = {HEADLINE_MODEL: ("probability", "lower", "upper"), BY_TYPE: ("probability",)}
    models: Content = {}
    for (name, cause), rows in monthly.groupby(["model", "cause"], sort=False):
        if name in numbers and cause in CAUSES:
            models.setdefault(name, {})[cause] = {number: rows[number].tolist() for number in numbers[name]}
    if line is not None:
        points = marginal_probabilities(closer, line, UNCERTAIN, CURVE)
        models[BESIDE] = {cause: {"probability": points[k].tolist()} for k, cause in enumerate(CAUSES)}
    return {"horizons": list(CURVE), "models": models}


def _proof(folder: Path) -> list[Content]:
    """Skill of the model on past days over the base rate, one entry per design; none where the record brings none."""
    path = folder / EVALUATION / "skill.csv"
    if not path.is_file():
        return []
    rows = pd.read_csv(path)
    asked = (rows["model"] == BESIDE) & (rows["reference"] == "base_rate") & (rows["horizon"] == "all")
    return [
        {name: row[name] for name in ("design", "brier_skill", "lower", "upper", "n")}
        for row in rows[asked].to_dict(orient="records")
    ]


def _ended_unseen(base: BaseRate, covariates: pd.DataFrame) -> Content | None:
    """Chance that it had ended each way between the last sight and the as-of day; None where it was seen then."""
    gap = int(covariates["gap_months"].iloc[0])
    if gap == 0:
        return None
    values = base.predict_cumulative_incidence(covariates.assign(gap_months=0), (gap,)).values[0, :, 0]
    return dict(zip(CAUSES, map(float, values), strict=True)) | {ONGOING: float(1.0 - values.sum())}


def _stated_term(view: Dossier) -> Content | None:
    months = view.start["stated_horizon_months"]
    if not isinstance(months, float) or months <= 0:
        return None
    start = last_day_of_interval(view.start_date, str(view.start["start_precision"]))
    end = deadline(start, int(months))
    ahead = completed_months(view.as_of, end) if end >= view.as_of else -completed_months(end, view.as_of)
    return {"months": int(months), "end": end.isoformat(), "months_ahead": ahead}


def _contested(item: Contested) -> Content:
    return {
        "alternative_id": item.alternative_id,
        "changes": item.changes,
        "reason": item.reason,
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
