"""Values of the panels of a first screen: the base rate beside each ending, the history of the number, suppositions."""

from collections.abc import Callable
from textwrap import shorten
from typing import Any, Final

from forecasting.artefacts.session import shared_fit
from forecasting.documents.case.explanation_values import compared_with
from forecasting.documents.case.material import HEADLINE_MODEL, Material
from forecasting.explain.number_history import Point, marks, number_history
from forecasting.explain.standouts import standouts
from forecasting.explain.what_ifs import DOES_NOT, ENDORSES, LESS_STRAIN, MORE_STRAIN, suppositions, what_ifs
from forecasting.forecasts import FittedModels
from forecasting.forecasts.situation import SituationForecast
from forecasting.models import BASE_RATE
from forecasting.record.history import History
from forecasting.record.vocabulary import CAUSES, STATES

Content = dict[str, Any]
SUPPOSED: Final = (MORE_STRAIN, LESS_STRAIN, ENDORSES, DOES_NOT)
BRIEF: Final = 100
"""Characters of an act beside a chart; the timeline has it in full."""


def beside_base(found: Material) -> Content:
    """The base rate of each state within the horizon of the headline, and the endings that lie far from it."""
    own, base = (_states(found, model) for model in (HEADLINE_MODEL, BASE_RATE))
    return {"states": base, "far": list(standouts(own, base))}


def _states(found: Material, model: str) -> dict[str, float]:
    rows = found.marginal(model)
    return {
        str(row.cause): float(row.probability)
        for row in rows[rows["horizon"] == found.horizon][["cause", "probability"]].itertuples()
    }


def history(found: Material) -> Content:
    """The headline day by day, each point as of its day, and the days on which what became known moved it most."""
    today = found.history.as_of

    def fit_of(past: History) -> FittedModels:
        if past.as_of == today:
            return found.obtained.only(HEADLINE_MODEL)
        return shared_fit(past, (HEADLINE_MODEL,), found.target, found.artefacts).fitted

    since = compared_with(found.history, found.view, found.since)
    points = number_history(
        found.history, found.case_id, horizon=found.horizon, target=found.target, fit_of=fit_of,
        refits=[since] if since is not None else [],
    )  # fmt: skip
    return {
        "horizon": found.horizon,
        "points": [_point(point) for point in points],
        "marks": [
            {
                "day": mark.point.day.isoformat(),
                "points": _by_cause(mark.points),
                "said": mark.said,
                "brief": shorten(mark.said, BRIEF, placeholder=" ..."),
                "others": mark.others,
            }
            for mark in marks(found.view, points)
        ],
    }


def _point(point: Point) -> Content:
    return {"day": point.day.isoformat(), "fitted_on": point.fitted_on.isoformat()} | _by_cause(point.chances)


def _by_cause(values: tuple[float, ...]) -> Content:
    return dict(zip(CAUSES, values, strict=False))


def supposed(found: Material) -> Content:
    """The headline if strain were a level higher or lower, or leaders endorsed it, on the day; by the supposition."""
    own = SituationForecast(found.pool, (found.horizon,))
    listed = {what: at for what, at in suppositions(found.dossier).items() if what in SUPPOSED}
    return {
        one.what: {
            name: dict(zip(STATES, map(float, values), strict=True))
            for name, values in (("before", one.before), ("after", one.after))
        }
        for one in what_ifs(own, found.dossier, listed)
    }


PANELS: Final[dict[str, Callable[[Material], Any]]] = {
    "beside_base": beside_base,
    "history": history,
    "supposed": supposed,
}
