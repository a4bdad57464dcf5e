"""The one place where history and models meet: fit what was known, forecast what is open."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sklearn.base import clone

from forecasting.errors import InsufficientHistoryError, UsageError, shown
from forecasting.history.cases import CaseView
from forecasting.history.panel import Population, Spells, check_choice, spells
from forecasting.history.view import History
from forecasting.models import MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.months import HORIZONS, check_horizons
from forecasting.schema import FORECAST_COLUMNS
from forecasting.vocabulary import STATES, TARGETS

LEVEL = 0.8
FEWEST_ENDINGS = 10


@dataclass(frozen=True)
class FittedModels:
    """Models fitted on the spells known on `as_of`, under one target and population."""

    as_of: date
    target: str
    population: Population
    models: dict[str, BaseRate]
    spells: Spells


def fit_models(
    history: History,
    names: Iterable[str] = tuple(MODELS),
    target: str = TARGETS[0],
    population: Population = "forward",
) -> FittedModels:
    """Fit the named models on what `history` knows.

    Raises `InsufficientHistoryError` where fewer than 10 endings were known, `UsageError` for an unknown model.
    """
    chosen = list(names)
    if not chosen:
        raise UsageError(f"wanted at least one model out of {', '.join(MODELS)}; came none")
    for name in chosen:
        if name not in MODELS:
            raise UsageError(f"wanted models out of {', '.join(MODELS)}; came {name!r}")
    known = spells(history, target, population)
    n_endings = int(known.endings().sum())
    if n_endings < FEWEST_ENDINGS:
        raise InsufficientHistoryError(
            f"wanted a day by which at least {FEWEST_ENDINGS} endings were known; on {history.as_of} "
            f"the record knew {n_endings} (population {population}, target {target})"
        )
    covariates = start_covariates(known.starts)
    fitted = {
        name: clone(MODELS[name]).fit(covariates, (known.entry, known.exit, known.cause), known.group)
        for name in chosen
    }
    return FittedModels(history.as_of, target, population, fitted, known)


def forecast(
    history: History,
    case_ids: str | Sequence[str],
    *,
    fitted: FittedModels | None = None,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
    population: Population = "forward",
) -> pd.DataFrame:
    """Probability of each state of each case within each horizon, one row each.

    Columns: model, case_id, as_of, horizon (months after as_of), cause (formalized, collapsed, faded, or ongoing),
    probability, lower and upper (equal-tailed interval at `level`), given (what is taken as a fact; `all`: nothing).
    `fitted` (default: every model, fitted on this history) brings its own target and population. Raises
    `UsageError` for a case that is unknown, not yet begun, or known to have ended.
    """
    check_choice(fitted.target if fitted else target, population)
    asked = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    if not asked or len(set(asked)) != len(asked):
        raise UsageError(f"wanted one case or more, each once; came {shown(asked)}")
    months = check_horizons(horizons)
    views = open_cases(history, asked, fitted.target if fitted else target)
    fitted = fitted or fit_models(history, target=target, population=population)
    if fitted.as_of > history.as_of:
        raise UsageError(f"wanted models fitted by {history.as_of}; came models of {fitted.as_of}")
    covariates = case_covariates(views)
    tables = [_rows(name, model, covariates, asked, history.as_of, months) for name, model in fitted.models.items()]
    return pd.concat(tables, ignore_index=True)


def open_cases(history: History, case_ids: list[str], target: str = TARGETS[0]) -> list[CaseView]:
    """The views of cases that are not known to have ended under `target`; `UsageError` names one that has."""
    views = history.case_views(case_ids, target)
    for view in views:
        ending = history.outcome(view.case_id, target)
        if ending["cause"]:
            raise UsageError(
                f"wanted a case that goes on; {view.case_id} {ending['cause']} on {ending['end_date'].date()}, "
                f"known since {ending['end_known_date'].date()}: ask as of an earlier day"
            )
    return views


def start_covariates(starts: pd.DataFrame) -> pd.DataFrame:
    """What the base rates tell apart, from rows of the case table."""
    return pd.DataFrame({"type": starts["type"], "rivalry": starts["adversarial"].map(rivalry)})


def case_covariates(views: Sequence[CaseView]) -> pd.DataFrame:
    """The same for cases as known, with `age_months` when last seen and `gap_months` since then."""
    starts = pd.DataFrame([dict(view.start) for view in views])
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return start_covariates(starts).assign(**ages)


def rivalry(adversarial: float) -> str:
    """The class of a case by whether its principal parties were main rivals; a disputed fact is its own class."""
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")


def _rows(
    name: str, model: BaseRate, covariates: pd.DataFrame, case_ids: list[str], as_of: date, horizons: tuple[int, ...]
) -> pd.DataFrame:
    incidence = model.predict_cumulative_incidence(covariates, horizons)
    point = np.concatenate([incidence.values, incidence.survival[:, None, :]], axis=1)
    lower, upper = model.predict_interval(covariates, horizons, LEVEL)
    index = pd.MultiIndex.from_product([case_ids, STATES, horizons], names=["case_id", "cause", "horizon"])
    rows = index.to_frame(index=False).assign(
        model=name,
        as_of=as_of.isoformat(),
        probability=point.ravel(),
        lower=lower.ravel(),
        upper=upper.ravel(),
        level=LEVEL,
        given="all",
    )
    case, horizon = (
        pd.Categorical(rows[name], categories=order, ordered=True)
        for name, order in (("case_id", case_ids), ("horizon", horizons))
    )
    ordered = rows.iloc[np.lexsort((horizon.codes, case.codes))]
    return ordered[list(FORECAST_COLUMNS)].reset_index(drop=True)
