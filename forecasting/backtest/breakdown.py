"""Skill by horizon, cause, score, and traits of the case and the origin."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from forecasting.backtest.origins import SCORED, Weights
from forecasting.backtest.results import BY_STATES, Backtest
from forecasting.record.vocabulary import CAUSES
from forecasting.store.errors import UsageError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FEWEST_CASES = 10
FEWEST_ENDINGS = 5
TRAITS = ("type", "era", "frame", "confidence", "moment")
BREAKDOWNS = ("all", "score", "horizon", "cause", *TRAITS)


@dataclass(frozen=True)
class _Part:
    """A part of the forecasts: `score` of a model, the `chosen` ones (n,), and the states that count as endings."""

    name: str
    score: Callable[[str], Floats]
    chosen: Flags
    horizon: int | None = None
    endings: tuple[str, ...] = CAUSES


def skill_by(
    scored: Backtest, by: str, model: str = "primary", reference: str = "base_rate", weights: Weights = "case"
) -> pd.DataFrame:
    """Skill of a model over a reference in each part of the forecasts.

    Parameters
    ----------
    scored : Backtest
        Forecasts of both models.
    by : {"all", "score", "horizon", "cause", "type", "era", "frame", "confidence", "moment"}
        `score`: the four-state Brier score, the log score, the ranked probability score and the censored log score;
        `cause`: the Brier score of each cause, ended by it or not; the last five: traits of `Origins`.
    model, reference : str
        Out of `SCORED_MODELS`.
    weights : {"case", "forecast", "start"}
        See `Origins.weights`. In a part by trait the weights are those of the whole.

    Returns
    -------
    pandas.DataFrame
        A row for each part: `by`, `part`, `skill`, `lower`, `upper` (80 %, components resampled whole), `n`
        (forecasts), `n_cases`, `n_endings` (cases that ended, by that cause where the part is one, within a scored
        horizon), `n_groups`. Skill and interval are NaN where there are fewer than 10 cases or 5 endings.

    Raises
    ------
    UsageError
        For another `by`.
    """
    if by not in BREAKDOWNS:
        raise UsageError(f"expected a breakdown out of {', '.join(BREAKDOWNS)}, got {by!r}")
    return pd.DataFrame([_row(scored, by, part, model, reference, weights) for part in _parts(scored, by)])


def count_endings(scored: Backtest, rows: Flags, horizon: int | None, causes: tuple[str, ...] = CAUSES) -> int:
    """Number of cases of the chosen forecasts (n,) that ended by these causes within a scored horizon, or this one."""
    column = slice(None) if horizon is None else [SCORED.index(horizon)]
    ended = np.isin(scored.origins.states[:, column], [CAUSES.index(cause) for cause in causes]).any(axis=1)
    return int(scored.origins.lines["case_id"][rows & ended].nunique())


def _parts(scored: Backtest, by: str) -> Iterator[_Part]:
    every = np.ones(len(scored.origins.group), dtype=bool)
    if by == "all":
        yield _Part("all", scored.score, every)
    elif by == "score":
        for name in BY_STATES:
            yield _Part(name, partial(scored.score, by=name), every)
        yield _Part("censored log", scored.ending_score, every)
    elif by == "horizon":
        for months in SCORED:
            yield _Part(str(months), partial(scored.score, horizon=months), every, months)
    elif by == "cause":
        for cause in CAUSES:
            yield _Part(cause, partial(scored.cause_score, cause=cause), every, endings=(cause,))
    else:
        trait = scored.origins.traits[by].to_numpy()
        for name in sorted(set(trait)):
            yield _Part(str(name), scored.score, trait == name)


def _row(
    scored: Backtest, by: str, part: _Part, model: str, reference: str, weights: Weights
) -> dict[str, str | float | int]:
    rows = part.chosen & (scored.origins.weights(weights, part.horizon) > 0)
    n_cases = int(scored.origins.lines["case_id"][rows].nunique())
    n_endings = count_endings(scored, rows, part.horizon, part.endings)
    n_groups = len(np.unique(scored.origins.group[rows]))
    value, lower, upper = (float("nan"),) * 3
    if n_cases >= FEWEST_CASES and n_endings >= FEWEST_ENDINGS and n_groups > 1:
        found = scored.skill_of(part.score(model), part.score(reference), weights, part.horizon, part.chosen)
        value, lower, upper = found.value, found.lower, found.upper
    return {
        "by": by,
        "part": part.name,
        "skill": value,
        "lower": lower,
        "upper": upper,
        "n": int(rows.sum()),
        "n_cases": n_cases,
        "n_endings": n_endings,
        "n_groups": n_groups,
    }
