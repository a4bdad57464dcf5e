"""Applicability of the ladder forecast by effect: what lies outside the training cases is named where it matters.

A covariate, the level on the ladder or the age of a case may lie outside its range in the other training cases of its
form. It is named for the case only if the forecast moves by a point or more, for some ending and horizon, when it is
brought back to the nearest value within the range: an extrapolation that changes nothing is no reason for caution.
Without another training case of its form the model abstains.

Other cases alone count, as in `applicability`, whose statuses and reasons these are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from forecasting.forecasts.applicability import NOISE, WITHIN, Applicability, Reason
from forecasting.models.ladder import LadderModel
from forecasting.models.ladder_design import Term
from forecasting.models.ladder_months import FollowUps, Lines
from forecasting.models.ladder_moves import LEVELS, level_of, state_number, status_of
from forecasting.models.ladder_standings import Standings

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SMALLEST_EFFECT: Final = 0.01
"""Change of a probability, a point, from which on a covariate outside its range is named."""
FORMS: Final = ("a text yet to be signed", "a signed text")
LEVEL: Final = "level"
AGE: Final = "age_months"


@dataclass(frozen=True)
class LadderSupport:
    """Ranges that the n training cases of a ladder's model span.

    Attributes
    ----------
    key, form : numpy.ndarray of int, shape (n,)
        Number that stands for each case, and its form of the ladder.
    names : tuple of str, of length p + 2
        Covariates, then `level` and `age_months`.
    lower, upper : numpy.ndarray of shape (n, p + 2)
        Range of each over the landmarks, or the months at risk, of each case.
    """

    key: Integers
    form: Integers
    names: tuple[str, ...]
    lower: Floats
    upper: Floats


def ladder_support(cases: FollowUps, lines: Lines, covariates: Sequence[Term]) -> LadderSupport:
    """Ranges that follow-ups and their landmarks span.

    Parameters
    ----------
    cases : FollowUps
        Training cases.
    lines : Lines
        Their landmarks.
    covariates : sequence of Term
        Columns of `lines.covariates`.

    Returns
    -------
    LadderSupport
        One row a case, whatever the number of its readings.
    """
    month = np.arange(1, cases.states.shape[1] + 1)
    at_risk = (month > cases.entry[:, None]) & (month <= cases.exit[:, None])
    level = np.where(at_risk, level_of(cases.states), -1)
    least = np.where(at_risk, level, LEVELS).min(axis=1)
    of_row = np.column_stack([least, level.max(axis=1), cases.entry, cases.exit]).astype(np.float64)
    key, first, number = np.unique(cases.key, return_index=True, return_inverse=True)
    p = len(covariates)
    lower, upper = np.full((len(key), p + 2), np.inf), np.full((len(key), p + 2), -np.inf)
    np.minimum.at(lower[:, :p], number[lines.row], lines.covariates)
    np.maximum.at(upper[:, :p], number[lines.row], lines.covariates)
    np.minimum.at(lower[:, p:], number, of_row[:, [0, 2]])
    np.maximum.at(upper[:, p:], number, of_row[:, [1, 3]])
    return LadderSupport(key, cases.form[first], range_names(covariates), lower, upper)


def range_names(covariates: Sequence[Term]) -> tuple[str, ...]:
    """Names of all that has a range: the covariates, the level and the age."""
    return (*(term.name for term in covariates), LEVEL, AGE)


def ladder_applicability(
    support: LadderSupport,
    model: LadderModel,
    at: Standings,
    weight: Floats,
    horizons: tuple[int, ...],
    share: float = 1.0,
) -> Applicability:
    """Applicability of a ladder forecast to one case.

    Parameters
    ----------
    support : LadderSupport
        Ranges of the model's training cases.
    model : LadderModel
        The fitted model.
    at : Standings
        The case under each of n readings of what is uncertain about it.
    weight : numpy.ndarray of shape (n,)
        Probabilities of the readings.
    horizons : tuple of int
        Ascending months after the forecast day.
    share : float in [0, 1]
        Share of the model in the forecast that is published.

    Returns
    -------
    Applicability
        `abstained` without another training case of its form; `widened` where something outside its range moves the
        forecast by a point or more, each with its effect; else `within`.
    """
    return of_share(extrapolations(support, model, at, weight, horizons), share)


def extrapolations(
    support: LadderSupport, model: LadderModel, at: Standings, weight: Floats, horizons: tuple[int, ...]
) -> Applicability:
    """All that lies outside its range with its effect on the model alone; parameters as of `ladder_applicability`."""
    others = (support.key != at.key[0]) & (support.form == at.form[0])
    if not others.any():
        return Applicability("abstained", (Reason("type", "form", FORMS[int(at.form[0])]),))
    lower, upper = support.lower[others].min(axis=0), support.upper[others].max(axis=0)
    whole: Floats | None = None
    reasons = []
    for number, name in enumerate(support.names):
        low, high = float(lower[number]), float(upper[number])
        value, back = _outside(name, number, at, low, high)
        if value is None:
            continue
        if whole is None:
            whole = model.mixed_draws(at, weight, horizons).mean(axis=0)
        change = whole - model.mixed_draws(back, weight, horizons).mean(axis=0)
        effect = float(change.ravel()[np.abs(change).argmax()])
        reasons.append(Reason("range", name, value, low, high, effect))
    return Applicability("widened", tuple(reasons)) if reasons else WITHIN


def of_share(found: Applicability, share: float) -> Applicability:
    """Applicability of a forecast of which the model is a share, from all its `extrapolations`."""
    if found.status == "abstained":
        return found
    scaled = (replace(reason, effect=share * (reason.effect or 0.0)) for reason in found.reasons)
    named = tuple(reason for reason in scaled if abs(reason.effect or 0.0) >= SMALLEST_EFFECT)
    return Applicability("widened", named) if named else WITHIN


def shared_by_all(limits: Mapping[str, Applicability]) -> tuple[tuple[Reason, ...], dict[str, Applicability]]:
    """What all cases of a day have in common is said once: their shared reasons, and what is left of each case.

    Parameters
    ----------
    limits : mapping of str to Applicability
        By case, of all open cases of a day.

    Returns
    -------
    shared : tuple of Reason
        Covariates outside their range with the same value in every case that is forecast, of two such cases or more;
        without an effect, which differs from case to case.
    own : dict of str to Applicability
        The rest by case; a case with no other reason is within.

    Examples
    --------
    >>> climate, strain = Reason("range", "climate", 0.1, 0.2, 0.5), Reason("range", "strain", 1.0, 0.0, 0.5)
    >>> shared, own = shared_by_all(
    ...     {"a": Applicability("widened", (climate,)), "b": Applicability("widened", (climate, strain))}
    ... )
    >>> [reason.name for reason in shared], own["a"].status, own["b"].status
    (['climate'], 'within', 'widened')
    """
    asked = [limit.reasons for limit in limits.values() if limit.status != "abstained"]
    found = [{_alike(reason) for reason in reasons if reason.rule == "range"} for reasons in asked]
    common = set.intersection(*found) if len(found) > 1 else set()
    shared = tuple(_alike(reason) for reason in asked[0] if _alike(reason) in common) if common else ()
    own = {}
    for case_id, limit in limits.items():
        rest = tuple(reason for reason in limit.reasons if _alike(reason) not in common)
        own[case_id] = Applicability(limit.status, rest) if rest else WITHIN
    return shared, own


def _alike(reason: Reason) -> Reason:
    return replace(reason, effect=None)


def _outside(name: str, number: int, at: Standings, low: float, high: float) -> tuple[float | None, Standings]:
    """Value of what lies outside its range, in the reading farthest away, and the case with it brought back."""
    if name == AGE:
        return _farthest(at.age, low, high), replace(at, age=np.clip(at.age, int(low), int(high)))
    if name == LEVEL:
        levels = level_of(np.arange(at.start.shape[1]))
        reached = levels[(at.start > 0).any(axis=0)]
        return _farthest(reached, low, high), replace(at, start=_at_levels(at.start, lambda x: np.clip(x, low, high)))
    covariates = at.covariates.copy()
    covariates[:, number] = np.clip(covariates[:, number], low, high)
    return _farthest(at.covariates[:, number], low, high), replace(at, covariates=covariates)


def _farthest(values: Integers | Floats, low: float, high: float) -> float | None:
    away = np.maximum(low - values, values - high)
    return float(values[away.argmax()]) if away.max() > NOISE else None


def _at_levels(start: Floats, brought_back: Callable[[Integers], Floats]) -> Floats:
    """Distributions of the state with every level brought back, its status as it is."""
    state = np.arange(start.shape[1])
    moved = state_number(brought_back(level_of(state)).astype(np.int64), status_of(state))
    found = np.zeros_like(start)
    for origin, arrival in zip(state, moved, strict=True):
        found[:, arrival] += start[:, origin]
    return found
