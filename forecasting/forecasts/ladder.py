"""Forecast by the ladder: the registered pool of the ladder's model and the base rate, for one case as of a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.forecasts.fit import FEWEST_ENDINGS
from forecasting.forecasts.forecast import open_cases
from forecasting.forecasts.ladder_rows import (
    COVARIATES,
    KeepRungs,
    all_rungs,
    both_endorsements,
    case_key,
    covariate_table,
    read_paths,
    stated_term,
)
from forecasting.forecasts.ladder_training import ladder_training
from forecasting.forecasts.training import spells_without
from forecasting.models.dated_rate import DatedRate, Seen
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_moves import N_STATES
from forecasting.models.ladder_standings import Standings
from forecasting.models.linear_pool import linear_pool, mixture_interval
from forecasting.models.uncertainty import interval
from forecasting.record.cases import Dossier
from forecasting.record.dossiers import DossierIndex
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons, completed_months
from forecasting.record.panel import spells
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import SAME_OUTCOME_TYPES, STATES, TARGETS
from forecasting.store.errors import InsufficientHistoryError

Floats = NDArray[np.float64]

NAME: Final = "ladder"
MODEL, BASE = "ladder_model", "base_rate"
BASE_SHARE: Final = 0.25
LEVEL: Final = 0.8
BASE_DRAWS: Final = 400


@dataclass(frozen=True)
class FittedLadder:
    """The ladder's model and its base rates, fitted on what was known on a day.

    Attributes
    ----------
    history : History
        The record as of the day.
    index : DossierIndex
        Its dossiers, with the endings of left out cases withheld.
    target : {"concluded", "in_force"}
        What counts as formalized.
    model : LadderModel
        Model of the ladder.
    base, recent : DatedRate
        Base rate, and the one in which recent months weigh more.
    covariates : tuple of Term
        Covariates of the model.
    keep : callable
        Rows of the ladders that count.
    """

    history: History
    index: DossierIndex
    target: str
    model: LadderModel
    base: DatedRate
    recent: DatedRate
    covariates: tuple[Term, ...]
    keep: KeepRungs


def fit_ladder(
    history: History,
    target: str = TARGETS[0],
    *,
    held_out: Sequence[str] = (),
    model: LadderModel | None = None,
    keep: KeepRungs = all_rungs,
) -> FittedLadder:
    """Fit on the prospectively sampled core cases known on the day of a history.

    Parameters
    ----------
    history : History
        The record as of the day: a row of a ladder counts if its known date is not later.
    target : {"concluded", "in_force"}
        What counts as formalized.
    held_out : sequence of str
        Cases to leave out, endings included.
    model : LadderModel, optional
        Unfitted model; by default with the registered covariates and settings.
    keep : callable
        Rows of the ladders that count.

    Returns
    -------
    FittedLadder
        The fitted models.

    Raises
    ------
    InsufficientHistoryError
        Where fewer than 10 endings were known.
    """
    index = history.dossiers(target)
    index = index.without(held_out) if held_out else index
    core = spells_without(spells(history, target), held_out)
    n_endings = int(core.endings().sum())
    if n_endings < FEWEST_ENDINGS:
        raise InsufficientHistoryError(
            f"expected a day by which at least {FEWEST_ENDINGS} endings were known, got {history.as_of} with "
            f"{n_endings} (target {target})"
        )
    chosen = model or LadderModel(COVARIATES)
    learned = ladder_training(index, core, chosen.covariates, keep)
    rates = [
        learned.fit_rate(name, chosen.detection, BASE_DRAWS, chosen.seed) for name in ("base_rate", "recent_base_rate")
    ]
    return FittedLadder(history, index, target, learned.fit(chosen), rates[0], rates[1], chosen.covariates, keep)


def ladder_draws(fitted: FittedLadder, case: Dossier, horizons: tuple[int, ...]) -> dict[str, Floats]:
    """Draws of the incidence of a case.

    Parameters
    ----------
    fitted : FittedLadder
        Fitted models.
    case : Dossier
        The case, as known on the day of the fit or an earlier one.
    horizons : tuple of int
        Ascending months after the day.

    Returns
    -------
    dict of str to numpy.ndarray of shape (n_draws, 3, n_horizons)
        `ladder_model`, and of fewer draws `base_rate` and `recent_rate`. Endings that nobody would have noticed yet
        count as ended.
    """
    weight, at = case_standings(fitted, case)
    model = fitted.model.mixed_draws(at, weight, horizons)
    seen = Seen(at.age[:1], at.gap[:1], at.looked[:1], np.array([str(case.start["type"])]))
    base, recent = (rate.draws(seen, horizons)[:, 0] for rate in (fitted.base, fitted.recent))
    return {MODEL: model, BASE: base, "recent_rate": recent}


def case_standings(fitted: FittedLadder, case: Dossier) -> tuple[Floats, Standings]:
    """A case under every reading of what is uncertain about it, and the probability of each reading.

    Parameters
    ----------
    fitted : FittedLadder
        Fitted models.
    case : Dossier
        The case, as known on a day.

    Returns
    -------
    weight : numpy.ndarray of shape (n,)
        Probabilities, which sum to 1.
    at : Standings
        The case by reading of its claims and of a leader's endorsement. A case without a row of the ladder stands at
        level 0, or 1 for a signed text.
    """
    looked = np.array([max(case.looked_until, case.last_seen).toordinal()])
    paths = read_paths(case, looked, fitted.keep)
    table = covariate_table(fitted.index, [(case.case_id, case.as_of)], fitted.covariates, fitted.keep)
    values, sure, _ = both_endorsements(table, fitted.covariates)
    n = len(paths) * len(values)
    start = np.zeros((n, N_STATES))
    start[np.arange(n), np.repeat([int(path[0]) for path, _ in paths], len(values))] = 1.0
    weight = np.outer([chance for _, chance in paths], sure).ravel()
    reached = completed_months(case.start_date, max(case.looked_until, case.last_seen)) - case.age_months
    whole = np.ones(n, dtype=np.int64)
    return weight, Standings(
        key=whole * case_key(case.case_id),
        age=whole * case.age_months,
        gap=whole * case.gap_months,
        looked=np.full(n, float(min(reached, case.gap_months))),
        form=whole * (case.start["type"] in SAME_OUTCOME_TYPES),
        term=whole * stated_term(case),
        start=start,
        covariates=np.tile(values, (len(paths), 1)),
    )


def ladder_forecast(
    fitted: FittedLadder, case_ids: str | Sequence[str], horizons: Sequence[int] = HORIZONS
) -> pd.DataFrame:
    """Probability of each state of open cases within each horizon.

    Parameters
    ----------
    fitted : FittedLadder
        Fitted models.
    case_ids : str or sequence of str
        Open cases.
    horizons : sequence of int
        Months after the day, 1 to 120.

    Returns
    -------
    pandas.DataFrame
        As `forecast` returns it, `given` all: models `ladder` (75 % model and 25 % base rate), `ladder_model`,
        `base_rate` and `recent_rate`; means of draws with 80 % intervals, that of the pool from the mixture of both
        posteriors. `ongoing` is the probability of going on unended.
    """
    months = check_horizons(horizons)
    chosen = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    tables = []
    for view in open_cases(fitted.history, chosen, fitted.target):
        for name, (point, lower, upper) in _summaries(ladder_draws(fitted, view, months)).items():
            place = pd.MultiIndex.from_product([months, STATES], names=["horizon", "cause"]).to_frame(index=False)
            tables.append(
                place.assign(
                    model=name,
                    case_id=view.case_id,
                    as_of=view.as_of.isoformat(),
                    probability=point.T.ravel(),
                    lower=np.minimum(lower, point).T.ravel(),
                    upper=np.maximum(upper, point).T.ravel(),
                    given="all",
                    level=LEVEL,
                )
            )
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FORECAST_COLUMNS))
    return found[list(FORECAST_COLUMNS)]


def _summaries(drawn: dict[str, Floats]) -> dict[str, tuple[Floats, Floats, Floats]]:
    """Mean and bounds of every state, (4, n_horizons), of the pool and of each forecast in it or beside it."""
    states = {name: np.concatenate([d, 1.0 - d.sum(axis=1, keepdims=True)], axis=1) for name, d in drawn.items()}
    points = {name: each.mean(axis=0) for name, each in states.items()}
    pooled = linear_pool(points[MODEL], points[BASE], BASE_SHARE)
    found = {NAME: (pooled, *mixture_interval(states[MODEL], states[BASE], LEVEL, BASE_SHARE))}
    return found | {name: (points[name], *interval(each, LEVEL)) for name, each in states.items()}
