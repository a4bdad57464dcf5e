"""The lineage of a number of the headline: the case's rows on the ladders, their acts, and what each input adds."""

from typing import Any

from forecasting.explain.drivers import drivers
from forecasting.forecasts.situation import situation_of
from forecasting.forecasts.training import UNCERTAIN
from forecasting.forecasts.uncertain import ENDORSED, NOT_ENDORSED
from forecasting.models.ladder_pool import LadderPool
from forecasting.record.cases import Dossier
from forecasting.record.citations import case_citation, citations
from forecasting.record.history import History
from forecasting.record.vocabulary import STATES


def ladder_lineage(
    history: History, case: Dossier, pool: LadderPool, population: str, horizon: int, state: str, given: str
) -> dict[str, Any]:
    """Rows, inputs and fit behind one number of the headline.

    Parameters
    ----------
    history : History
        The record as of the day of the forecast.
    case : Dossier
        The case on that day.
    pool : LadderPool
        The fitted headline.
    population : str
        Population that it was fitted on.
    horizon : int
        Months.
    state : str
        Out of `STATES`.
    given : str
        Condition of the forecast, see `forecasts.uncertain`.

    Returns
    -------
    dict
        `sources`: the case, its rows on the ladders and the acts that these name. `features`: none. `inputs`: name,
        value, that of the average case, and points of each. `fit`: number of cases, and the points with their sum.

    Examples
    --------
    >>> from forecasting import fit_models, load_history
    >>> history = load_history(as_of="1985-01-01")
    >>> pool, case = fit_models(history, ["ladder"]).models["ladder"], history.case("salt2-observance-1979")
    >>> found = ladder_lineage(history, case, pool, "forward", 60, "formalized", "all")
    >>> [one["name"] for one in found["inputs"][:3]]
    ['base_rate', 'average_case', 'rung']
    """
    at = situation_of(case)
    if given in (ENDORSED, NOT_ENDORSED):
        at = at.with_covariate(UNCERTAIN, float(given == ENDORSED))
    told, k = drivers(pool, at, (horizon,)), STATES.index(state)
    acts = {event_id for rung in case.rungs for event_id in rung.events}
    return {
        "sources": {
            "case": case_citation(history, case.case_id),
            "ladders": [
                row
                for rung in case.rungs
                for row in citations(
                    history, "ladders", case_id=case.case_id, ladder=rung.ladder, date=rung.day.isoformat()
                )
            ],
            "events": [
                row
                for event in case.events
                if event.event_id in acts
                for row in citations(history, "events", event_id=event.event_id)
            ],
        },
        "features": [],
        "inputs": [
            {"name": row.name, "value": row.value, "average": row.average, "points": row.points[k][0]}
            for row in told.rows
        ],
        "fit": {
            "n_cases": pool.base_.n_,
            "population": population,
            "points": {row.name: row.points[k][0] for row in told.rows},
            "sum_of_points": told.probability[k][0],
        },
    }
