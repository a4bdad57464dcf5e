"""The rung of a case as plain values: what became of past cases there, the nearest of them, and steps ahead."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any, Final

import numpy as np

from forecasting.documents.case.material import Material
from forecasting.documents.values import Content
from forecasting.explain.nearest_on_rung import NearCase, nearest_on_rung
from forecasting.explain.rung_shares import rung_shares
from forecasting.explain.steps_ahead import LEVEL, Ahead, steps_ahead
from forecasting.forecasts.ladder import CaseOnLadder
from forecasting.record.vocabulary import CAUSES

NUMBERS: Final = ("before", "then", "lower", "upper", "move_lower", "move_upper")


def here(found: Material) -> Content:
    """The rung that the forecast takes for the case, and whether a row of the ladder says so."""
    rung = found.rung
    coded = any(row.ladder == "formalization" for row in found.dossier.rungs)
    return {"level": rung.level, "status": rung.status, "is_coded": coded}


def shares(found: Material) -> list[Content]:
    """What became of past cases within some months of a landmark on the same rung; no shares where they are too few."""
    return [
        asdict(share)
        | {name: None if share.is_thin else getattr(share, name) / share.n for name in ("went_on", *CAUSES)}
        for share in rung_shares(found.past_rungs, found.rung, found.history.as_of)
    ]


def nearest(found: Material) -> list[Content]:
    """Past cases that stood on the same rung, the nearest first, and what was on record of them on the day."""
    near = nearest_on_rung(found.history, found.past_rungs, found.dossier, found.rung)
    return [_near(one) for one in near]


def steps(found: Material) -> Content:
    """The forecast if the case took a step on the way to a binding text by a later day; first, if it only goes on."""
    pool, readings = found.pool, CaseOnLadder(found.index, found.dossier, found.horizons, LEVEL).readings
    ahead = steps_ahead(pool, (readings.weight, readings.at), found.rung, found.past_rungs, found.horizons)
    by = {each.days: found.history.as_of + timedelta(days=each.days) for each in ahead}
    return {
        "level": LEVEL,
        "now": _by_cause(ahead[0].before),
        "by": [
            {"days": days, "day": day.isoformat(), "steps": [_step(each) for each in ahead if each.days == days]}
            for days, day in by.items()
        ],
    }


def _step(each: Ahead) -> Content:
    rung = each.rung
    return {
        "what": each.what,
        "level": rung.level if rung else None,
        "status": rung.status if rung else None,
        "n_stood": each.n_stood,
        "n_moved": each.n_moved,
        "outside": bool(rung) and each.is_outside_history,
        **{name: _by_cause(getattr(each, name)) for name in NUMBERS},
    }


def _by_cause(states: Any) -> Content:
    """Numbers of each cause by horizon; None where the horizon is over by the day."""
    return {cause: [None if np.isnan(value) else float(value) for value in states[k]] for k, cause in enumerate(CAUSES)}


def _near(one: NearCase) -> Content:
    days = {name: day.isoformat() if (day := getattr(one, name)) else None for name in ("day", "rise", "end")}
    return asdict(one) | days


RUNG: Final[dict[str, Callable[[Material], Any]]] = {"here": here, "shares": shares, "nearest": nearest, "steps": steps}
