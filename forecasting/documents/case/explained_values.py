"""What explains the model's number in a report, as plain values: drivers, changes, signposts, track record."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.documents.wording import band
from forecasting.explain.changes import MODEL, Changes, changes
from forecasting.explain.drivers import drivers
from forecasting.explain.signposts import signposts
from forecasting.explain.track_record import MODELS, read_track_record, track_record
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.forecasts.applicability import Applicability
from forecasting.forecasts.training import case_lines
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.store.errors import AbstentionError, InsufficientHistoryError

BACK_DAYS = 28

Content = dict[str, Any]


def explained(
    history: History,
    view: Dossier,
    fitted: FittedModels,
    index: DossierIndex,
    horizon: int,
    limit: Applicability,
    artefacts: str | Path | None = None,
) -> Content:
    """Drivers, changes, signposts and track record of the hazard model's chance of formalization.

    Of a model that abstains, by its `limit`, there is none of it.
    """
    if limit.status == "abstained":
        kept = {"missing": "it gives none for this case", "models": []}
        return {"drivers": None, "changes": None, "signposts": [], "track_record": kept}
    ((name, model),) = fitted.models.items()
    assert isinstance(model, HazardModel)
    line = case_lines(index, [view], MODEL_FEATURES)
    table = drivers(model, line, horizon)
    dossier = index.dossier(view.case_id, view.as_of)
    said = {name: table.probability, "base_rate": table.rows[0].points}
    return {
        "drivers": asdict(table),
        "changes": _changes(history, view, fitted, index, horizon, artefacts),
        "signposts": [asdict(post) for post in signposts(model, line, dossier, horizon)],
        "track_record": _track_record(history, view, said, horizon, fitted.target),
    }


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
    """The model and the dossiers of an earlier day, worked out once for all reports that are set beside it."""
    past = history.at(since)
    return shared_fit(past, (MODEL,), target, artefacts).fitted, shared_index(past, target)


def change_values(found: Changes) -> Content:
    """What moved the model, as JSON types; days as YYYY-MM-DD."""
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


def _changes(
    history: History,
    view: Dossier,
    fitted: FittedModels,
    index: DossierIndex,
    horizon: int,
    artefacts: str | Path | None,
) -> Content | None:
    """What moved the model in four weeks, or since the case became known; None where there is no earlier forecast."""
    since, target = compared_with(history, view), fitted.target
    if since is None:
        return None
    try:
        earlier, earlier_index = earlier_grounds(history, since, target, artefacts)
        found = changes(
            history, view.case_id, since, fitted=fitted, earlier=earlier, index=index, earlier_index=earlier_index,
            horizon=horizon, target=target,
        )  # fmt: skip
    except (InsufficientHistoryError, AbstentionError):
        return None
    return change_values(found)


def _track_record(history: History, view: Dossier, said: Mapping[str, float], horizon: int, target: str) -> Content:
    kept = read_track_record(history, target)
    if kept.lines is None:
        return {"missing": kept.missing, "models": []}
    found = [
        track_record(kept.lines, history, model, horizon, view.age_months, band(said[model]), target=target)
        for model in MODELS
    ]
    rows = [
        {key: None if isinstance(value, float) and np.isnan(value) else value for key, value in asdict(one).items()}
        | {"low": band(said[one.model])[0], "high": band(said[one.model])[1]}
        for one in found
    ]
    return {"missing": "", "at_start": view.age_months < 12, "models": rows}
