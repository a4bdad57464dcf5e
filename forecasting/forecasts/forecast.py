"""The one place where history and models meet: fit what was known, forecast what is open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Final

import numpy as np
import pandas as pd
from sklearn.base import clone

from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts.applicability import WITHIN, Limit, Support, limits_of, support_of, unseen_type
from forecasting.forecasts.training import UNCERTAIN, TrainingSet, case_lines, state_features, training_set
from forecasting.forecasts.uncertain import Model, States, forecast_given
from forecasting.models import BASE_RATES, MODELS
from forecasting.models.base_rate import BaseRate
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import CaseView
from forecasting.record.history import History
from forecasting.record.months import HORIZONS, check_horizons
from forecasting.record.panel import Population, Spells, check_choice, spells
from forecasting.record.reads import NotedMapping, Reads, every_field, noting, recording, together
from forecasting.record.schema import FORECAST_COLUMNS
from forecasting.record.vocabulary import STATES, TARGETS
from forecasting.store.errors import InsufficientHistoryError, UsageError, shown

LEVEL = 0.8
FEWEST_ENDINGS = 10
CLASSES: Final = {"type": "type", "rivalry": "adversarial"}


@dataclass(frozen=True)
class FittedModels:
    """Models fitted on the spells known on `as_of`, under one target and population.

    `support`: what the cases held that the hazard model learned from; None where there is no hazard model. `reads`:
    what each model rests on, by name; a model, or the support, notes it whenever it is used.
    """

    as_of: date
    target: str
    population: Population
    models: Mapping[str, Model]
    spells: Spells
    support: Support | None = None
    reads: Mapping[str, Reads] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.models, NotedMapping):
            own = {name: self.reads.get(name, Reads()) for name in self.models}
            used = {name: together(reads, Reads(models=frozenset((name,)))) for name, reads in own.items()}
            object.__setattr__(self, "models", NotedMapping(self.models, used))
        if self.support is not None:
            learned = together(*(self.reads[name] for name in self.reads if isinstance(MODELS[name], HazardModel)))
            object.__setattr__(self, "support", noting(self.support, every_field(Support, learned)))

    def only(self, *names: str) -> "FittedModels":
        """Some of the models, in the order named."""
        assert isinstance(self.models, NotedMapping)
        return replace(self, models=self.models.only(names))


def fit_models(
    history: History,
    names: Iterable[str] = BASE_RATES,
    target: str = TARGETS[0],
    population: Population = "forward",
    index: DossierIndex | None = None,
) -> FittedModels:
    """Fit the named models on what `history` knows; `index` of the same history and target spares building another.

    Raises `InsufficientHistoryError` where fewer than 10 endings were known, `UsageError` for an unknown model.
    """
    chosen = check_models(names)
    known = spells(history, target, population)
    n_endings = int(known.endings().sum())
    if n_endings < FEWEST_ENDINGS:
        raise InsufficientHistoryError(
            f"wanted a day by which at least {FEWEST_ENDINGS} endings were known; on {history.as_of} "
            f"the record knew {n_endings} (population {population}, target {target})"
        )
    fitted: dict[str, Model] = {}
    reads: dict[str, Reads] = {}
    support = None
    for name in chosen:
        model = unfitted(name)
        with recording() as heard:
            if isinstance(model, HazardModel):
                learned = training_set(history, index or DossierIndex(history, target), MODEL_FEATURES, target)
                fitted[name] = fit_hazard(model, learned)
                support = support_of(learned.landmarks, learned.names, history.cases.set_index("case_id")["domain"])
            else:
                starts = start_covariates(known.starts, model.strata)
                fitted[name] = model.fit(starts, (known.entry, known.exit, known.cause), known.group)
        reads[name] = heard.reads
    return FittedModels(history.as_of, target, population, fitted, known, support, reads)


def check_models(names: Iterable[str]) -> list[str]:
    """The names, if there is one and all are names of models; else a `UsageError`."""
    chosen = list(names)
    if not chosen:
        raise UsageError(f"wanted at least one model out of {', '.join(MODELS)}; came none")
    for name in chosen:
        if name not in MODELS:
            raise UsageError(f"wanted models out of {', '.join(MODELS)}; came {name!r}")
    return chosen


def unfitted(name: str) -> Model:
    """A named model as `fit_models` fits it, with its covariates set."""
    model = clone(MODELS[name])
    return _with_covariates(model, MODEL_FEATURES) if isinstance(model, HazardModel) else model


def fit_hazard(model: HazardModel, learned: TrainingSet) -> HazardModel:
    """The model fitted on the landmarks, with the training set's features as its covariates."""
    return _with_covariates(model, learned.names).fit(learned.landmarks, learned.outcome, learned.group)


def _with_covariates(model: HazardModel, names: Sequence[str]) -> HazardModel:
    states = state_features(names)
    return model.set_params(statics=tuple(name for name in names if name not in states), states=states)


def forecast(
    history: History,
    case_ids: str | Sequence[str],
    *,
    fitted: FittedModels | None = None,
    horizons: Sequence[int] = HORIZONS,
    target: str = TARGETS[0],
    population: Population = "forward",
    index: DossierIndex | None = None,
) -> pd.DataFrame:
    """Probability of each state of each case within each horizon, one row each.

    Columns: model, case_id, as_of, horizon (months after as_of), cause (formalized, collapsed, faded, or ongoing),
    probability, lower and upper (equal-tailed interval at `level`), given (what is taken as a fact; `all`: nothing).
    Where the record cannot bear it a model abstains and has no rows for the case, or the hazard model's interval is
    widened to hold the base rate's; `case_limits` tells which and why, the rule stands in `limits`.
    `fitted` (default: the base rates, fitted on this history) brings its own target and population; `index` of this
    history and that target spares building another. Raises
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
    lines = _lines(history, views, fitted, index)
    limits = _limits(views, lines, fitted)
    tables = [
        _rows(name, model, view, lines.iloc[[line]], months, limits[view.case_id][name])
        for name, model in fitted.models.items()
        for line, view in enumerate(views)
        if limits[view.case_id][name].status != "abstained"
    ]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(FORECAST_COLUMNS))


def case_limits(
    history: History, case_ids: Sequence[str], fitted: FittedModels, index: DossierIndex | None = None
) -> dict[str, dict[str, Limit]]:
    """Whether `forecast` of the same cases is within the record, widened or withheld, and why: by case and model."""
    views = open_cases(history, list(case_ids), fitted.target)
    return _limits(views, _lines(history, views, fitted, index), fitted)


def _lines(
    history: History, views: Sequence[CaseView], fitted: FittedModels, index: DossierIndex | None
) -> pd.DataFrame:
    """All that the fitted models look at, one line per case, with `case_id`, and `domain` for the hazard model."""
    models = list(fitted.models.values())
    classes = {name for model in models if isinstance(model, BaseRate) for name in model.strata}
    lines = case_covariates(views, tuple(classes)).assign(case_id=[view.case_id for view in views])
    if not any(isinstance(model, HazardModel) for model in models):
        return lines
    lines = lines.assign(domain=[str(view.start["domain"]) for view in views])
    own = case_lines(index or DossierIndex(history, fitted.target), views, MODEL_FEATURES)
    return lines.join(own.drop(columns=list(lines.columns), errors="ignore"))


def _limits(views: Sequence[CaseView], lines: pd.DataFrame, fitted: FittedModels) -> dict[str, dict[str, Limit]]:
    found: dict[str, dict[str, Limit]] = {view.case_id: {} for view in views}
    for name, model in fitted.models.items():
        for view, limit in zip(views, _limits_under(model, lines, fitted), strict=True):
            found[view.case_id][name] = limit
    return found


def _limits_under(model: Model, lines: pd.DataFrame, fitted: FittedModels) -> list[Limit]:
    if isinstance(model, HazardModel):
        if fitted.support is None:
            raise UsageError("wanted a hazard model with the support it was fitted on; came none: use fit_models")
        return limits_of(fitted.support, lines, model.base_.at_risk(lines))
    if "type" not in model.strata:
        return [WITHIN] * len(lines)
    known = fitted.spells
    types = list(known.starts["type"])
    return [
        unseen_type(known.case_ids, types, case_id, kind)
        for case_id, kind in zip(lines["case_id"], lines["type"], strict=True)
    ]


def open_cases(history: History, case_ids: list[str], target: str = TARGETS[0]) -> list[CaseView]:
    """The views of cases that are not known to have ended under `target`; `UsageError` names one that has."""
    views = history.case_views(case_ids, target)
    outcomes = history.outcomes
    causes = outcomes[outcomes["target"] == target].set_index("case_id")["cause"]
    for view in views:
        if causes[view.case_id]:
            ending = history.outcome(view.case_id, target)
            raise UsageError(
                f"wanted a case that goes on; {view.case_id} {ending['cause']} on {ending['end_date'].date()}, "
                f"known since {ending['end_known_date'].date()}: ask as of an earlier day"
            )
    return views


def start_covariates(starts: pd.DataFrame, classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """What the base rates tell apart, or of it the named `classes`, from rows of the case table."""
    told = {name: starts[CLASSES[name]] for name in classes}
    if "rivalry" in told:
        told["rivalry"] = told["rivalry"].map(rivalry)
    return pd.DataFrame(told, index=starts.index)


def case_covariates(views: Sequence[CaseView], classes: Sequence[str] = tuple(CLASSES)) -> pd.DataFrame:
    """The same for cases as known, with `age_months` when last seen and `gap_months` since then."""
    columns = {CLASSES[name]: [view.start[CLASSES[name]] for view in views] for name in classes}
    starts = pd.DataFrame(columns, index=range(len(views)))
    ages = {"age_months": [v.age_months for v in views], "gap_months": [v.gap_months for v in views]}
    return start_covariates(starts, classes).assign(**ages)


def rivalry(adversarial: float) -> str:
    """The class of a case by whether its principal parties were main rivals; a disputed fact is its own class."""
    return {1.0: "rivals", 0.0: "not rivals"}.get(adversarial, "unclear")


def _rows(
    name: str, model: Model, view: CaseView, line: pd.DataFrame, horizons: tuple[int, ...], limit: Limit
) -> pd.DataFrame:
    given = forecast_given(model, line, UNCERTAIN if isinstance(model, HazardModel) else "", horizons, LEVEL)
    if isinstance(model, HazardModel) and limit.status == "widened":
        given = {side: _widened(states, model.base_, line, horizons) for side, states in given.items()}
    index = pd.MultiIndex.from_product([STATES, horizons], names=["cause", "horizon"])
    tables = [
        index.to_frame(index=False).assign(
            probability=states.point.ravel(), lower=states.lower.ravel(), upper=states.upper.ravel(), given=side
        )
        for side, states in given.items()
    ]
    order = {horizon: i for i, horizon in enumerate(horizons)}
    rows = pd.concat(tables).sort_values("horizon", kind="stable", key=lambda cells: cells.map(order))
    rows = rows.sort_values(
        "given", kind="stable", key=lambda cells: cells.map({side: i for i, side in enumerate(given)})
    )
    rows = rows.assign(model=name, case_id=view.case_id, as_of=view.as_of.isoformat(), level=LEVEL)
    return rows[list(FORECAST_COLUMNS)].reset_index(drop=True)


def _widened(states: States, base: BaseRate, line: pd.DataFrame, horizons: tuple[int, ...]) -> States:
    """The same probabilities with bounds that hold the base rate's interval too."""
    lower, upper = base.predict_interval(line, horizons, LEVEL)
    return States(states.point, np.minimum(states.lower, lower[0]), np.maximum(states.upper, upper[0]))
