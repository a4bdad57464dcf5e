"""Explanation of the model's number, as plain values: drivers, changes, signposts, track record."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.documents.case.material import CURVE, HEADLINE_MODEL, Material
from forecasting.documents.wording import band
from forecasting.explain.changes import MODEL, Changes, changes
from forecasting.explain.signposts import signposts, signposts_by
from forecasting.explain.track_record import MODELS, headline_track_record, track_record
from forecasting.explain.windows import term_end
from forecasting.features import DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import deadline
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import AbstentionError, InsufficientHistoryError

BACK_DAYS = 28
MONTHS_WATCHED = 12

Content = dict[str, Any]


def driver_values(found: Material) -> Content | None:
    """The hazard model's chance of formalization as a sum; None where it abstains, as for all that follows."""
    return None if _is_silent(found) else asdict(found.drivers)


def signpost_values(found: Material) -> list[Content]:
    """Single events that would move the model's number, with the number after each."""
    if _is_silent(found):
        return []
    dossier = found.index.dossier(found.case_id, found.history.as_of)
    return [asdict(post) for post in signposts(found.hazard_model, found.line, dossier, found.horizon)]


def watched_values(found: Material) -> Content | None:
    """The watched acts by the end of the stated term, or within a year where none is ahead; None where it abstains.

    With the headline's probability that it is formalized by then: a signature is no covariate but the ending itself.
    """
    if _is_silent(found):
        return None
    as_of, end = found.history.as_of, term_end(found.view)
    is_term = end is not None and as_of < end <= deadline(as_of, CURVE[-1])
    day = end if end and is_term else deadline(as_of, MONTHS_WATCHED)
    months = next(month for month in CURVE if deadline(as_of, month) >= day)
    dossier = found.index.dossier(found.case_id, found.history.as_of)
    posts = signposts_by(found.hazard_model, found.line, dossier, day, found.horizon)
    rows = found.monthly(HEADLINE_MODEL)
    signed = rows[(rows["cause"] == CAUSES[0]) & (rows["horizon"] == months)]["probability"].iloc[0]
    return {
        "day": day.isoformat(),
        "is_term": is_term,
        "months": months,
        "horizon": found.horizon,
        "signed_by_then": float(signed),
        "posts": [asdict(post) for post in posts],
    }


def _is_silent(found: Material) -> bool:
    return found.limit.status == "abstained"


def day_before(history: History) -> date:
    """The earlier day beside which a report sets the model's chance, for a case that was known by then."""
    return history.as_of - timedelta(days=BACK_DAYS)


def compared_with(history: History, view: Dossier) -> date | None:
    """The earlier day for a case: four weeks before, or when it became known; None on the day when it did."""
    since = max(day_before(history), date.fromisoformat(str(view.start["start_known_date"])))
    return since if since < history.as_of else None


def earlier_grounds(
    history: History, since: date, target: str, artefacts: str | Path | None
) -> tuple[FittedModels, DossierIndex]:
    """The model and the dossiers of an earlier day, computed once for all reports that are compared with it."""
    past = history.at(since)
    return shared_fit(past, (MODEL,), target, artefacts).fitted, shared_index(past, target)


def change_values(found: Changes) -> Content:
    """Changes of the model's number between two days, as JSON types; days as YYYY-MM-DD."""
    return {
        "case_id": found.case_id,
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
        "state": found.state,
        "horizon": found.horizon,
        "before": found.before,
        "after": found.after,
        "base_before": found.base_before,
        "base_after": found.base_after,
        "rows": [
            {
                "leg": row.leg,
                "name": row.name,
                "before": row.before,
                "after": row.after,
                "points": row.points,
                "together": row.together,
                "events": [
                    {
                        "event_id": act.event_id,
                        "date": act.event_date.isoformat(),
                        "known": act.known_date.isoformat(),
                        "kind": act.kind,
                        "summary": act.summary,
                        "standing": act.standing,
                    }
                    for act in row.movers
                ],
            }
            for row in found.rows
        ],
    }


def moved(found: Material) -> Content | None:
    """Changes in four weeks, or since the case became known; None where there is no earlier forecast."""
    if _is_silent(found):
        return None
    history, target = found.history, found.target
    since = compared_with(history, found.view)
    if since is None:
        return None
    try:
        earlier, earlier_index = earlier_grounds(history, since, target, found.artefacts)
        told = changes(
            history, found.case_id, since, fitted=found.hazard, earlier=earlier, index=found.index,
            earlier_index=earlier_index, horizon=found.horizon, target=target,
        )  # fmt: skip
    except (InsufficientHistoryError, AbstentionError):
        return None
    return change_values(told)


def past_forecasts(found: Material) -> Content:
    """Observed frequencies after backtest forecasts in the range of this one, by model that gives one."""
    kept = headline_track_record(found.history, found.target)
    if kept.lines is None:
        return {"missing": kept.missing, "models": []}
    silent = () if not _is_silent(found) else (MODEL,)
    said = {model: _formalized(found, model) for model in MODELS if model not in silent}
    age = found.view.age_months
    records = [
        track_record(kept.lines, found.history, model, found.horizon, age, band(chance), target=found.target)
        for model, chance in said.items()
    ]
    rows = [
        {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in asdict(one).items()}
        | {"low": band(said[one.model])[0], "high": band(said[one.model])[1]}
        for one in records
    ]
    return {"missing": "", "at_start": age < 12, "models": rows}


def _formalized(found: Material, model: str) -> float:
    """Marginal probability of formalization within the horizon of the headline."""
    rows = found.marginal(model)
    return float(rows[(rows["cause"] == CAUSES[0]) & (rows["horizon"] == found.horizon)]["probability"].iloc[0])


EXPLANATION: Final[dict[str, Callable[[Material], Any]]] = {
    "drivers": driver_values,
    "changes": moved,
    "signposts": signpost_values,
    "watched": watched_values,
    "track_record": past_forecasts,
}
