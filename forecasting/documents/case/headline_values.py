"""Values of the first screen: the headline and its limits, both ends of what is uncertain, and what follows."""

from collections.abc import Callable
from dataclasses import asdict
from math import isfinite
from typing import Any, Final

from forecasting.artefacts.session import shared_fit, shared_index
from forecasting.documents.case.material import HEADLINE_MODEL, Material
from forecasting.documents.case.skill import headline_skill, period_record
from forecasting.documents.wording import band, estimative, verdict
from forecasting.explain.periods import period_count
from forecasting.explain.track_record import headline_track_record, past_range, track_record
from forecasting.forecasts import forecast
from forecasting.forecasts.uncertain import MARGINAL
from forecasting.models import BASE_RATE
from forecasting.record.months import calendar_months_between, deadline
from forecasting.record.vocabulary import CAUSES, ONGOING, STATES
from forecasting.store.errors import InsufficientHistoryError

Content = dict[str, Any]


def headline(found: Material) -> Content:
    """The number that leads the page, with the probability of every state, and the size of the sample it rests on."""
    states = _at(found, HEADLINE_MODEL)
    top = states[CAUSES[0]]
    ended = states["collapsed"]["probability"] + states["faded"]["probability"]
    return {
        "model": HEADLINE_MODEL,
        "horizon": found.horizon,
        "deadline": deadline(found.history.as_of, found.horizon).isoformat(),
        **top,
        "word": verdict(top["probability"], top["lower"], top["upper"]),
        "ended": ended,
        "end_word": estimative(ended),
        "states": states,
        "n": found.pool.base_.n_,
        "n_at_risk": found.n_at_risk,
        "base_share": found.pool.base_share,
    }


def _at(found: Material, model: str) -> dict[str, dict[str, float]]:
    """Probability and bounds of every state within the horizon of the headline."""
    rows = found.marginal(model)
    rows = rows[rows["horizon"] == found.horizon].set_index("cause")
    return {
        state: {name: float(rows.loc[state, name]) for name in ("probability", "lower", "upper")} for state in STATES
    }


def headline_limit(found: Material) -> Content:
    """What lies outside the other cases that the headline learned from and moves it by a point or more."""
    return asdict(found.headline_limit)


def both_ends(found: Material) -> Content:
    """The headline with an uncertain endorsement and with all open claims taken as true and as untrue, by condition."""
    conditional = found.shown(HEADLINE_MODEL)
    listed: Content = {}
    for rows in (conditional[conditional["given"] != MARGINAL], found.by_claims):
        for row in rows[rows["horizon"] == found.horizon].to_dict(orient="records"):
            numbers = {name: float(row[name]) for name in ("probability", "lower", "upper")}
            listed.setdefault(row["given"], {})[row["cause"]] = numbers
    return listed


def ended_unseen(found: Material) -> Content | None:
    """Probability that it has ended already, by cause, though nobody noted it; None where seen in the month."""
    rows = found.ended
    if rows.empty:
        return None
    view = found.view
    by_state = rows.set_index("cause")
    return {
        "looked_until": max(view.looked_until, view.last_seen).isoformat(),
        "months_not_looked": calendar_months_between(max(view.looked_until, view.last_seen), view.as_of),
        "ended": 1.0 - float(by_state.loc[ONGOING, "probability"]),
        **{
            state: {name: float(by_state.loc[state, name]) for name in ("probability", "lower", "upper")}
            for state in STATES
        },
    }


def since_before(found: Material) -> Content | None:
    """The headline of an earlier day beside that of the day, and the rungs that became known between."""
    from forecasting.documents.case.explanation_values import compared_with

    since = compared_with(found.history, found.view, found.since)
    if since is None:
        return None
    past = found.history.at(since)
    try:
        fitted = shared_fit(past, (HEADLINE_MODEL,), found.target, found.artefacts).fitted
    except InsufficientHistoryError:
        return None
    index = shared_index(past, found.target)
    rows = forecast(past, found.case_id, fitted=fitted, horizons=(found.horizon,), index=index)
    rows = rows[rows["given"] == MARGINAL].set_index("cause")["probability"]
    if rows.empty:
        return None
    now = _at(found, HEADLINE_MODEL)
    return {
        "from": since.isoformat(),
        "is_page": since == found.since,
        "states": {state: {"before": float(rows[state]), "after": now[state]["probability"]} for state in STATES},
        "rungs": [
            {"ladder": rung.ladder, "date": rung.day.isoformat(), "level": rung.level, "status": rung.status}
            for rung in found.view.rungs
            if rung.known_date > since
        ],
    }


def computed_verdict(found: Material) -> Content:
    """What to believe of the headline, from past forecasts as high as this one, and from the skill by period."""
    history, said = found.history, _at(found, HEADLINE_MODEL)[CAUSES[0]]["probability"]
    base = _at(found, BASE_RATE)[CAUSES[0]]["probability"]
    count = period_count(history, found.target)
    rows = headline_skill(history.record.folder, history.record_sha256)
    verdict_of: Content = {
        "horizon": found.horizon,
        "probability": said,
        "base_rate": base,
        "period": {"name": count.period, "n": count.n, "n_formalized": count.n_ended},
        "skill": [row for row in rows if row["by"] == "all" or row["part"] == count.period],
        "expected": period_record(history.record.folder, history.record_sha256, count.period, found.horizon),
    }
    kept = headline_track_record(history, found.target)
    if kept.lines is None:
        return verdict_of | {"missing": kept.missing, "past": None, "like": None, "beyond": ""}
    past = past_range(kept.lines, history, HEADLINE_MODEL, found.horizon)
    age, own = found.view.age_months, band(said)
    like = asdict(track_record(kept.lines, history, HEADLINE_MODEL, found.horizon, age, own, target=found.target))
    return verdict_of | {
        "missing": "",
        "past": asdict(past),
        "like": {name: _plain(value) for name, value in like.items()}
        | {"low": own[0], "high": min(own[1], 1.0), "at_start": age < 12},
        "beyond": _beyond(said, past.least, past.most),
    }


def _beyond(said: float, least: float | None, most: float | None) -> str:
    """Side on which a forecast lies beyond all past ones: `above`, `below`, or empty."""
    if least is None or most is None:
        return ""
    return "above" if said > most else "below" if said < least else ""


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not isfinite(value) else value


FIRST_SCREEN: Final[dict[str, Callable[[Material], Any]]] = {
    "headline": headline,
    "limit": headline_limit,
    "both_ends": both_ends,
    "unseen": ended_unseen,
    "since": since_before,
    "verdict": computed_verdict,
}
