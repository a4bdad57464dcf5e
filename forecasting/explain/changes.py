"""Attribution of the change of a forecast between two days to covariates, age and record, with the acts behind it.

As with the drivers, the rows attribute a change of the model; they are no claim about causes in the world.
"""

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import pandas as pd

from forecasting.explain.drivers import model_terms
from forecasting.explain.movers import Mover, movers_of
from forecasting.features import MODEL_FEATURES, DossierIndex
from forecasting.forecasts import FittedModels, case_limits, fit_models, open_cases
from forecasting.forecasts.training import UNCERTAIN, case_lines
from forecasting.forecasts.uncertain import both_values, marginal_probabilities
from forecasting.models.attribution import path_shares, state_loading, sum_by_term
from forecasting.models.hazard import HazardModel
from forecasting.record.cases import Dossier
from forecasting.record.history import History
from forecasting.record.months import calendar_months, check_horizons
from forecasting.record.reads import changed
from forecasting.record.vocabulary import CAUSES, STATES, TARGETS
from forecasting.store.errors import AbstentionError, UsageError

MODEL = "primary"
RECORD, AGE = "record", "age"
LEGS = ("record", "corrections", "time", "events")


@dataclass(frozen=True)
class Change:
    """One row of an attribution.

    Attributes
    ----------
    leg : {"record", "corrections", "time", "events"}
        Leg of the path, see `changes`.
    name : str
        Covariate, grouping, `age` or `record`.
    before, after : float, str or None
        Values of the covariate, levels of the grouping or months of age; None for the record.
    points : float
        Change of the probability, in [-1, 1].
    movers : tuple of Mover
        Acts known since the first day that changed the value on the second.
    together : bool
        Whether none of them did so alone.
    """

    leg: str
    name: str
    before: float | str | None
    after: float | str | None
    points: float
    movers: tuple[Mover, ...] = ()
    together: bool = False


@dataclass(frozen=True)
class Changes:
    """Probability of a state on two days, and the attribution of its change.

    Attributes
    ----------
    case_id : str
        The case.
    since, until : date
        The two days.
    state : str
        Out of `STATES`.
    horizon : int
        Months after each day.
    before, after : float
        Probabilities of the hazard model on the two days.
    base_before, base_after : float
        Base rate for the age reached on each day, a part of the model's probability.
    rows : tuple of Change
        By leg, the largest first; their points sum to `after` - `before`.
    """

    case_id: str
    since: date
    until: date
    state: str
    horizon: int
    before: float
    after: float
    base_before: float
    base_after: float
    rows: tuple[Change, ...]


@dataclass(frozen=True)
class _Lines:
    """Covariates of the case, one line each, along the path from the first day to the second; see `_lines`."""

    known: pd.DataFrame
    corrected: pd.DataFrame
    older: pd.DataFrame
    ticked: pd.DataFrame
    after: pd.DataFrame


def check_days(since: date, until: date) -> None:
    """Check the two days of a comparison.

    Parameters
    ----------
    since, until : date
        First and second day.

    Raises
    ------
    UsageError
        Unless the first day is before the second.

    Examples
    --------
    >>> check_days(date(2026, 2, 5), date(2026, 3, 1))
    """
    if since >= until:
        raise UsageError(f"expected two days, the earlier one first, got {since} and {until}")


def changes(
    history: History,
    case_id: str,
    since: date,
    *,
    fitted: FittedModels | None = None,
    earlier: FittedModels | None = None,
    index: DossierIndex | None = None,
    earlier_index: DossierIndex | None = None,
    horizon: int = 60,
    state: str = CAUSES[0],
    target: str = TARGETS[0],
) -> Changes:
    """Attribution of the change of the model's probability between `since` and the history's day.

    Four legs, one after the other, exactly additive to 1e-9: `record`, the model refitted on what was known on the
    second day, for the case as known on the first; `corrections` of the coding of the case; `time`, its age and the
    covariates that change without any act; `events`, the covariates changed by what became known. Within a leg the
    covariates share the change as Aumann-Shapley values along the straight path. An uncertain endorsement moves by its
    probability.

    Parameters
    ----------
    history : History
        The record as of the second day.
    case_id : str
        The case.
    since : date
        The first day.
    fitted, earlier : FittedModels, optional
        Models of the second and the first day; by default fitted here.
    index, earlier_index : DossierIndex, optional
        Dossiers of the second and the first day; by default those of the histories.
    horizon : int
        Months after each day, 1 to 120.
    state : {"formalized", "collapsed", "faded", "ongoing"}
        The state whose probability is attributed.
    target : {"concluded", "in_force"}
        What counts as formalized.

    Returns
    -------
    Changes
        Both probabilities and the rows between them.

    Raises
    ------
    UsageError
        Where the first day is not the earlier one, the case was not known or had ended, or the models given are without
        the hazard model.
    AbstentionError
        Where the model abstains on either day.

    References
    ----------
    Aumann, R. J. and Shapley, L. S. (1974). Values of Non-Atomic Games. Princeton University Press.
    """
    check_days(since, history.as_of)
    (horizon,) = check_horizons((horizon,))
    past, k = history.at(since), STATES.index(state)
    views = open_cases(past, [case_id], target)[0], open_cases(history, [case_id], target)[0]
    index, before = index or history.dossiers(target), earlier_index or past.dossiers(target)
    first, second = (
        _model(known, case_id, found or fit_models(known, (MODEL,), target, index=own), own)
        for known, found, own in ((past, earlier, before), (history, fitted, index))
    )
    lines = _lines(before, index, *views)

    def said(model: HazardModel, line: pd.DataFrame) -> float:
        return float(marginal_probabilities(model, line, UNCERTAIN, (horizon,))[k, 0])

    def base(model: HazardModel, line: pd.DataFrame) -> float:
        return float(marginal_probabilities(model.base_, line, "", (horizon,))[k, 0])

    was, is_ = (float(calendar_months(view.start_date, view.as_of)) for view in views)
    rows = [
        Change(RECORD, RECORD, None, None, said(second, lines.known) - said(first, lines.known)),
        *_leg(second, "corrections", lines.known, lines.corrected, horizon, k),
        Change("time", AGE, was, is_, said(second, lines.older) - said(second, lines.corrected)),
        *_leg(second, "time", lines.older, lines.ticked, horizon, k),
        *_leg(second, "events", lines.ticked, lines.after, horizon, k),
    ]
    numbers = said(first, lines.known), said(second, lines.after), base(first, lines.known), base(second, lines.after)
    named = _with_movers(rows, index, past, history, case_id, target)
    ordered = sorted(named, key=lambda row: (LEGS.index(row.leg), -abs(row.points)))
    return Changes(case_id, since, history.as_of, state, horizon, *numbers, tuple(ordered))


def _model(history: History, case_id: str, fitted: FittedModels, index: DossierIndex) -> HazardModel:
    model = fitted.models.get(MODEL)
    if not isinstance(model, HazardModel):
        raise UsageError(
            f"expected {MODEL} among the fitted models, got {', '.join(fitted.models)}: fit it with "
            f'fit_models(history, ["{MODEL}"])'
        )
    limit = case_limits(history, [case_id], fitted, index)[case_id][MODEL]
    if limit.status == "abstained":
        raise AbstentionError(
            f"expected a forecast of {case_id} on {history.as_of}, got an abstention of the hazard model: {limit}"
        )
    return model


def _lines(past: DossierIndex, index: DossierIndex, before: Dossier, after: Dossier) -> _Lines:
    young, old = ({"age_months": view.age_months, "gap_months": view.gap_months} for view in (before, after))
    corrected = case_lines(index, [changed(after, as_of=before.as_of)], MODEL_FEATURES)
    return _Lines(
        known=case_lines(past, [before], MODEL_FEATURES),
        corrected=corrected.assign(**young),
        older=corrected.assign(**old),
        ticked=case_lines(index.known_by(before.as_of), [after], MODEL_FEATURES),
        after=case_lines(index, [after], MODEL_FEATURES),
    )


def _leg(
    model: HazardModel, leg: str, before: pd.DataFrame, after: pd.DataFrame, horizon: int, state: int
) -> list[Change]:
    """One row for each covariate or grouping whose value or points the leg changes; both lines are of the same age."""
    loading, ahead = state_loading(state, len(model.causes)), int(after["gap_months"].iloc[0]) + horizon
    (old, old_weights), (now, now_weights) = (both_values(model, line, UNCERTAIN) for line in (before, after))
    names, points, endorsed = model_terms(model), np.zeros(len(model_terms(model))), 0.0
    for side, weights in enumerate(zip(old_weights, now_weights, strict=True)):
        odds, later = (model.log_odds(lines.iloc[[side]], ahead) for lines in (old, now))
        start, design = odds.average + odds.design @ odds.effects, later.design - odds.design
        shares, weighed = path_shares(start, design, odds.effects, loading, weights)
        points += sum_by_term(shares, odds.terms, names)
        endorsed += float(weighed) + (weights[1] - weights[0]) * float(state == len(model.causes))
    values = zip(names, before[list(names)].iloc[0], after[list(names)].iloc[0], points, strict=True)
    return [
        Change(leg, name, was, is_, (1.0 - model.shrink) * float(own + (endorsed if name == UNCERTAIN else 0.0)))
        for name, was, is_, own in values
        if was != is_ or abs(own) > 0 or (name == UNCERTAIN and endorsed)
    ]


def _with_movers(
    rows: list[Change], index: DossierIndex, past: History, history: History, case_id: str, target: str
) -> list[Change]:
    moved = [row.name for row in rows if row.leg == "events" and row.before != row.after and row.name in MODEL_FEATURES]
    found = movers_of(index, past, history, case_id, moved, target)
    return [
        replace(row, movers=found[row.name].movers, together=found[row.name].together)
        if row.leg == "events" and row.name in found
        else row
        for row in rows
    ]
