"""Explanation of the headline, as plain values: drivers, changes, track record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.documents.case.material import Material
from forecasting.documents.wording import band
from forecasting.explain.changes import Change, Changes, changes
from forecasting.explain.track_record import MODELS, headline_track_record, track_record
from forecasting.features import DossierIndex
from forecasting.forecasts import FittedModels
from forecasting.models import FIRST, HEADLINE
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.ladders import Rung
from forecasting.record.vocabulary import CAUSES, STATES
from forecasting.store.errors import InsufficientHistoryError

BACK_DAYS = 28

Content = dict[str, Any]


def driver_values(found: Material) -> Content:
    """The headline as a sum, for every state within the horizon of the page."""
    told = found.drivers
    return {
        "horizon": found.horizon,
        "level": told.level,
        "states": _states(told.probability),
        "rows": [
            {"name": row.name, "role": row.role, "value": row.value, "average": row.average}
            | {number: _states(getattr(row, number)) for number in ("points", "lower", "upper")}
            for row in told.rows
        ],
    }


def _states(values: Sequence[Sequence[float]], place: int = 0) -> dict[str, float]:
    """Numbers of each state within one horizon."""
    return {state: numbers[place] for state, numbers in zip(STATES, values, strict=True)}


def day_before(history: History) -> date:
    """The earlier day beside which a report sets the forecast, for a case that was known by then."""
    return history.as_of - timedelta(days=BACK_DAYS)


def compared_with(history: History, view: Dossier, page_before: date | None = None) -> date | None:
    """The earlier day for a case: that of the page before, or else four weeks before; at least when it became known.

    None on the day when it became known.
    """
    known = date.fromisoformat(str(view.start["start_known_date"]))
    since = max(page_before or day_before(history), known)
    return since if since < history.as_of else None


def earlier_grounds(
    history: History, since: date, target: str, artefacts: str | Path | None
) -> tuple[FittedModels, DossierIndex]:
    """The headline and the dossiers of an earlier day, computed once for all reports that are compared with it."""
    past = history.at(since)
    return shared_fit(past, (HEADLINE,), target, artefacts).fitted, shared_index(past, target)


def change_values(found: Changes, horizon: int) -> Content:
    """Changes of the headline between two days within one horizon, as JSON types; days as YYYY-MM-DD."""
    place = found.horizons.index(horizon)
    numbers = {name: _states(getattr(found, name), place) for name in ("before", "after", "base_before", "base_after")}
    return {
        "case_id": found.case_id,
        "model": HEADLINE,
        "from": found.since.isoformat(),
        "to": found.until.isoformat(),
        "horizon": horizon,
        "states": {state: {name: of_state[state] for name, of_state in numbers.items()} for state in STATES},
        "rows": [_change(row, place) for row in found.rows],
    }


def _change(row: Change, place: int) -> Content:
    return {
        "leg": row.leg,
        "name": row.name,
        "before": row.before,
        "after": row.after,
        "points": _states(row.points, place),
        "together": row.together,
        "claim": row.claim,
        "rung": None if row.rung is None else rung_values(row.rung),
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


def rung_values(rung: Rung) -> Content:
    """A row of a ladder behind a change."""
    return {
        "ladder": rung.ladder,
        "date": rung.day.isoformat(),
        "known": rung.known_date.isoformat(),
        "level": rung.level,
        "status": rung.status,
        "evidence": rung.evidence,
        "sources": list(rung.sources),
    }


def moved(found: Material) -> Content | None:
    """Changes since the page before, in four weeks, or since it became known; None without an earlier forecast."""
    history, target = found.history, found.target
    since = compared_with(history, found.view, found.since)
    if since is None:
        return None
    try:
        earlier, earlier_index = earlier_grounds(history, since, target, found.artefacts)
        told = changes(
            history, found.case_id, since, fitted=found.obtained.only(HEADLINE), earlier=earlier, index=found.index,
            earlier_index=earlier_index, horizons=(found.horizon,), target=target,
        )  # fmt: skip
    except InsufficientHistoryError:
        return None
    return change_values(told, found.horizon)


def past_forecasts(found: Material) -> Content:
    """Observed frequencies after backtest forecasts in the range of this one, by model that gives one."""
    kept = headline_track_record(found.history, found.target)
    if kept.lines is None:
        return {"missing": kept.missing, "models": []}
    silent = (FIRST,) if found.limit.status == "abstained" else ()
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
    "track_record": past_forecasts,
}
